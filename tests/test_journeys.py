"""Whole visits, from the lens to the row: what every visitor gets, and what becomes of it on the way."""

from dataclasses import replace
from datetime import timedelta

import pytest

from kiosk.audit.entry import CodesCounted
from kiosk.desk import LEAST_SHOWN_S
from kiosk.examination import mask
from kiosk.model import Environment, FaceLimits, Grade, Hint, Note, Outcome, Reason, Step
from kiosk.verify.replay import REFUSED_AFTER_S
from kiosk.view import FaceView, Likeness, Request, ResultView, ScanView
from tests.builders import NOON, a_purpose
from tests.journeys import pictures
from tests.journeys.kiosk import STEP_S, told
from tests.journeys.town import NUMBER

LINK = "https://example.org/hello"


def later(seconds):
    return NOON + timedelta(seconds=seconds)


def test_the_holder_passes_and_is_shown_to_the_officer(kiosk, town):
    result = kiosk.visit(town.text(), pictures.holder())

    assert ("PASS",) == told(result.verdict)
    assert (Likeness.SAME, "Amal Sami Haddad") == (result.likeness, result.holder.name_latin)
    assert result.holder.portrait is not None
    assert result.live is not None
    assert Environment.SANDBOX is kiosk.status[-1].environment


def test_the_row_of_a_pass_says_what_the_screen_says(kiosk, town):
    result = kiosk.visit(town.text(), pictures.holder())

    (visit,) = kiosk.visits()
    assert (("PASS",), result.row) == (told(visit), len(kiosk.facts()))
    assert ("checkpoint", Grade.FRESH, 3) == (visit.purpose, visit.status_list.grade, visit.face.frames)
    assert result.score == visit.face.score
    assert len(visit.pseudonym) == 32


def test_somebody_else_with_the_holders_phone_fails(kiosk, town):
    result = kiosk.visit(town.text(), pictures.impostor())

    assert ("FAIL", "FACE_MISMATCH") == told(result.verdict) == told(kiosk.visits()[0])
    assert Likeness.DIFFERENT is result.likeness


def test_a_phone_with_code_and_photo_held_in_view_never_passes(kiosk, town):
    phone = pictures.phone(town.text(), with_photo=True)

    result = kiosk.until(ResultView, phone)

    assert ("REFER", "FACE_TIMEOUT") == told(result.verdict)
    assert [Outcome.REFER] == [visit.outcome for visit in kiosk.visits()]


def test_while_the_phone_is_in_view_the_screen_says_to_put_it_away(kiosk, town):
    view = kiosk.show(pictures.phone(town.text(), with_photo=True), 3.0)

    assert isinstance(view, FaceView)
    assert (Hint.PUT_PHONE_AWAY, 0.0) == (view.hint, view.progress)


def test_a_person_who_never_comes_is_referred(kiosk, town):
    result = kiosk.visit(town.text(), pictures.nobody())

    assert ("REFER", "FACE_TIMEOUT") == told(result.verdict)
    assert result.live is None


def test_a_visit_ends_when_the_camera_gives_no_more_pictures_of_it(kiosk, town):
    kiosk.show(pictures.phone(town.text()), 1.0)

    result = kiosk.until(ResultView, None)

    assert ("REFER", "VISIT_TIMEOUT") == told(result.verdict) == told(kiosk.visits()[0])


@pytest.mark.parametrize(
    ("copy", "reason"),
    [("superseded", "SUPERSEDED"), ("revoked", "REVOKED"), ("suspended", "SUSPENDED")],
)
def test_a_copy_that_is_no_longer_good_fails_without_a_face(kiosk, town, copy, reason):
    result = kiosk.until(ResultView, pictures.phone(town.text(copy)), 1.0)

    assert ("FAIL", reason) == told(result.verdict) == told(kiosk.visits()[0])
    assert result.holder.portrait is None


def test_a_screenshot_of_an_hour_ago_fails(kiosk, town):
    result = kiosk.until(ResultView, pictures.phone(town.text(at=NOON - timedelta(hours=1))), 1.0)

    assert ("FAIL", "PROOF_STALE") == told(result.verdict)


def test_a_screenshot_with_its_proof_cut_out_fails(kiosk, town):
    result = kiosk.until(ResultView, pictures.phone(town.text(proof=False)), 1.0)

    assert ("FAIL", "PROOF_MISSING") == told(result.verdict)


def test_a_print_is_referred_at_a_checkpoint(kiosk, town):
    result = kiosk.visit(town.text("print"), pictures.holder())

    assert ("REFER", "LIVE_PROOF_REQUIRED") == told(result.verdict)


def test_a_print_passes_at_a_hotel_and_is_named_a_print(open_kiosk, town):
    kiosk = open_kiosk("hotel")

    result = kiosk.visit(town.text("print"), pictures.holder())

    assert ("PASS",) == told(result.verdict)
    assert Note.PRINT_COPY in result.verdict.notes
    assert Note.PRINT_COPY in kiosk.visits()[0].notes


def test_a_hotel_sees_a_masked_number_and_no_more_than_it_may(open_kiosk, town):
    kiosk = open_kiosk("hotel")

    holder = kiosk.visit(town.text(), pictures.holder()).holder

    assert ("••••••8417", None, None) == (holder.number, holder.born, holder.guardian)
    shown = [view.holder for view in kiosk.views if isinstance(view, FaceView | ResultView) and view.holder]
    assert {"••••••8417"} == {each.number for each in shown}


def test_a_minor_is_left_to_the_officer(kiosk, town):
    result = kiosk.visit(town.text("minor"), pictures.holder())

    assert ("REFER", "MINOR") == told(result.verdict) == told(kiosk.visits()[0])


def test_of_a_minor_even_a_hotel_sees_whose_child_it_is(open_kiosk, town):
    result = open_kiosk("hotel").visit(town.text("son"), pictures.holder())

    assert ("REFER", "MINOR") == told(result.verdict)
    assert mask(NUMBER) == result.holder.guardian


def test_a_covered_face_is_left_to_a_person_and_not_shown(kiosk, town):
    result = kiosk.visit(town.text(), pictures.veiled_holder())

    assert ("REFER", "FACE_COVERED") == told(result.verdict) == told(kiosk.visits()[0])
    assert (None, None) == (result.live, result.score)
    assert kiosk.visits()[0].face.mouth_contrast < FaceLimits().min_mouth_contrast


def test_the_same_few_pictures_never_pass_where_a_living_person_is_asked_for(open_kiosk, town):
    result = open_kiosk("bank").visit(town.text(), pictures.holder())

    assert ("REFER", "PICTURE_REPEATED") == told(result.verdict)


def test_a_code_that_is_no_credential_is_referred_once(kiosk):
    result = kiosk.until(ResultView, pictures.phone(LINK), 1.0)

    assert ("REFER", "NOT_A_CREDENTIAL") == told(result.verdict) == told(kiosk.visits()[0])


def test_foreign_codes_within_a_minute_are_counted_and_named_while_they_are_in_view(kiosk):
    kiosk.until(ResultView, pictures.phone(LINK), 1.0)
    kiosk.show(pictures.nobody())
    kiosk.ask(Request.NEXT)

    hints = {kiosk.show(pictures.phone(f"{LINK}/{number}"), 0.5).hint for number in range(3)}
    kiosk.show(pictures.nobody(), 70.0)

    assert {Hint.NOT_READABLE_HERE} == hints
    assert 1 == len(kiosk.visits())
    (counted,) = [fact for fact in kiosk.facts() if isinstance(fact, CodesCounted)]
    assert counted.foreign == 3


def test_after_a_minute_a_foreign_code_has_a_row_again(kiosk):
    kiosk.until(ResultView, pictures.phone(LINK), 1.0)
    kiosk.ask(Request.NEXT)
    kiosk.show(pictures.nobody(), 60.0)

    kiosk.until(ResultView, pictures.phone(LINK), 1.0)

    assert 2 == len(kiosk.visits())


def test_the_same_code_in_view_is_one_visit(kiosk, town):
    kiosk.until(ResultView, pictures.phone(town.text("superseded")), 1.0)
    kiosk.show(pictures.phone(town.text("superseded", later(10))), 20.0)

    assert 1 == len(kiosk.visits()) == len(kiosk.results)


def test_a_pass_whose_code_stays_in_view_does_not_begin_again(kiosk, town):
    kiosk.visit(town.text(), pictures.holder())
    view = kiosk.show(pictures.phone(town.text(at=later(5))), 10.0)

    assert isinstance(view, ScanView)
    assert 1 == len(kiosk.visits())


def test_the_next_code_replaces_a_result_that_could_be_read(kiosk, town):
    kiosk.until(ResultView, pictures.phone(town.text("revoked")), 1.0)

    result = kiosk.show(pictures.phone(town.text("superseded")), LEAST_SHOWN_S + 0.5)

    assert ("FAIL", "SUPERSEDED") == told(result.verdict)
    assert [("FAIL", "REVOKED"), ("FAIL", "SUPERSEDED")] == [told(visit) for visit in kiosk.visits()]


def test_two_codes_in_turn_neither_flash_by_nor_fill_the_log(kiosk, town):
    phones = [pictures.phone(town.text(name)) for name in ("revoked", "superseded")]

    for turn in range(40):
        kiosk.show(phones[turn % 2])

    assert 2 <= len(kiosk.visits()) <= 40 * STEP_S / LEAST_SHOWN_S + 1


def test_a_foreign_code_does_not_replace_a_result(kiosk, town):
    kiosk.until(ResultView, pictures.phone(town.text("revoked")), 1.0)

    result = kiosk.show(pictures.phone(LINK), 2.0)

    assert ("FAIL", "REVOKED") == told(result.verdict)


def pass_and_leave(kiosk, town):
    """A visit that passed, and an empty room after it."""
    kiosk.visit(town.text(), pictures.holder())
    kiosk.ask(Request.NEXT)
    kiosk.show(pictures.nobody(), 2.0)


def test_a_proof_that_served_a_visit_must_change_before_the_next(kiosk, town):
    pass_and_leave(kiosk, town)

    view = kiosk.show(pictures.phone(town.text()), 3.0)

    assert Hint.WAIT_FOR_NEW_CODE is view.hint
    assert 1 == len(kiosk.visits())


def test_a_code_that_is_redrawn_goes_on_to_a_visit(kiosk, town):
    pass_and_leave(kiosk, town)
    kiosk.show(pictures.phone(town.text()), 3.0)

    result = kiosk.visit(town.text(at=later(10)), pictures.holder())

    assert ("PASS",) == told(result.verdict)
    assert 2 == len(kiosk.visits())


def test_a_proof_that_does_not_change_for_fifteen_seconds_fails(kiosk, town):
    pass_and_leave(kiosk, town)
    kiosk.show(pictures.phone(town.text()), REFUSED_AFTER_S)

    result = kiosk.until(ResultView, pictures.phone(town.text()), 1.0)

    assert ("FAIL", "PROOF_REPLAYED") == told(result.verdict) == told(kiosk.visits()[-1])


def test_blurred_frames_do_not_give_a_replayed_proof_more_time(kiosk, town):
    pass_and_leave(kiosk, town)
    phone, blurred = pictures.phone(town.text()), pictures.covered_phone(town.text())
    for _ in range(14):
        kiosk.show(phone, 0.75)
        kiosk.show(blurred, 0.25)

    result = kiosk.until(ResultView, phone, 2.0)

    assert ("FAIL", "PROOF_REPLAYED") == told(result.verdict)


def test_a_visit_that_the_officer_ended_has_used_its_proof(kiosk, town):
    kiosk.show(pictures.phone(town.text()), 1.0)
    kiosk.ask(Request.NEXT)
    kiosk.show(pictures.nobody(), 2.0)

    view = kiosk.show(pictures.phone(town.text()), 1.0)

    assert [("REFER", "VISIT_TIMEOUT")] == [told(visit) for visit in kiosk.visits()]
    assert Hint.WAIT_FOR_NEW_CODE is view.hint


def test_a_clock_set_back_behind_the_signed_times_is_doubted(kiosk, town):
    kiosk.wall_offset = timedelta(days=-40)

    result = kiosk.visit(town.text(at=NOON - timedelta(days=40)), pictures.holder())

    assert "REFER" == told(result.verdict)[0]
    assert Reason.CLOCK_DOUBTFUL in result.verdict.reasons


@pytest.mark.parametrize(
    ("days", "grade", "said"),
    [(3, Grade.AGEING, ("PASS",)), (8, Grade.STALE, ("REFER", "LIST_STALE"))],
)
def test_a_stale_store_never_passes_silently(kiosk, town, days, grade, said):
    kiosk.wall_offset = timedelta(days=days)

    result = kiosk.visit(town.text(at=NOON + timedelta(days=days)), pictures.holder())

    assert said == told(result.verdict)
    assert grade is kiosk.status[-1].grade
    assert (Note.LIST_AGEING in result.verdict.notes) == (grade is Grade.AGEING)


def test_a_store_past_the_end_of_its_root_never_passes(kiosk, town):
    kiosk.wall_offset = timedelta(days=400)

    result = kiosk.visit(town.text(at=NOON + timedelta(days=400)), pictures.holder())

    assert "REFER" == told(result.verdict)[0]
    assert Grade.EXPIRED is kiosk.status[-1].grade


def test_a_stale_list_that_the_policy_accepts_is_named(open_kiosk, town):
    kiosk = open_kiosk()
    trust = kiosk.gear.trust()
    trust = replace(trust, policy=replace(trust.policy, stale_list_accepted=True))
    other = open_kiosk(folder=kiosk.folder / "other", trust=lambda: trust)
    other.wall_offset = timedelta(days=8)

    result = other.visit(town.text(at=NOON + timedelta(days=8)), pictures.holder())

    assert ("PASS",) == told(result.verdict)
    assert Note.LIST_STALE_ACCEPTED in result.verdict.notes


def test_a_purpose_without_a_face_step_passes_by_the_code_alone(open_kiosk, town):
    kiosk = open_kiosk()
    trust = kiosk.gear.trust()
    faceless = a_purpose("checkpoint", face=False)
    trust = replace(trust, policy=replace(trust.policy, purposes={"checkpoint": faceless}))
    other = open_kiosk(folder=kiosk.folder / "other", trust=lambda: trust)

    result = other.until(ResultView, pictures.phone(town.text()), 1.0)

    assert ("PASS",) == told(result.verdict)
    assert Step.FACE not in result.verdict.required
