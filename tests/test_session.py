"""One visit's knowledge: who may be told what, when a result goes, and the verdict of each end."""

from dataclasses import replace

import pytest

from kiosk.gear import Times
from kiosk.model import ClockState, Grade, Outcome, Presentation, Reason, Source, Step
from kiosk.recorder import Moment
from kiosk.session import Session, Shown, refer_for_a_bug, status_line
from tests.builders import (
    DAY,
    NOON,
    a_clock,
    a_live_text,
    a_print_text,
    a_trust,
    claims,
    sign1,
    text_of,
)


@pytest.fixture
def begin(kiosk):
    def make(text, **changes):
        shown = Presentation(text, Source.CAMERA)
        return Session(kiosk.gear, Moment(a_trust(**changes), a_clock()), shown, 0.0)

    return make


def first(decided):
    return decided.verdict.outcome, decided.verdict.reasons[0]


def test_a_foreign_code_is_foreign_and_a_broken_credential_is_not(begin):
    assert begin("https://example.org").is_foreign
    assert not begin(text_of(sign1(claims(k65535=None)))).is_foreign
    assert not begin(a_live_text()).is_foreign


def test_only_a_proven_showing_has_a_proof_to_remember(begin):
    assert begin(a_live_text()).proof[1] == NOON
    assert begin(a_print_text()).proof is None
    assert begin("https://example.org").proof is None


def test_a_code_without_a_usable_photo_does_not_go_on_to_the_face(begin):
    session = begin(a_live_text())  # the photo in it is one white pixel

    assert not session.wants_face
    assert (Outcome.REFER, Reason.PHOTO_UNUSABLE) == first(session.decide_by_code())
    with pytest.raises(ValueError, match="no portrait"):
        session.start_face(0.0)
    with pytest.raises(ValueError, match="start_face"):
        session.look(None, None)


def test_a_replayed_proof_fails_whatever_else_was_found(begin):
    assert (Outcome.FAIL, Reason.PROOF_REPLAYED) == first(begin(a_live_text()).decide_replayed())


@pytest.mark.parametrize("reason", [Reason.VISIT_TIMEOUT, Reason.CAMERA_LOST, Reason.INTERNAL])
def test_a_visit_that_ended_early_is_referred(begin, reason):
    decided = begin(a_live_text()).decide_unfinished(reason)

    assert Outcome.REFER is decided.verdict.outcome
    assert reason in decided.verdict.reasons


def test_a_bug_is_referred_and_names_no_step_as_done():
    verdict = refer_for_a_bug()

    assert (Outcome.REFER, (Reason.INTERNAL,)) == (verdict.outcome, verdict.reasons)
    assert [Step.DECODE] == [check.step for check in verdict.checks if check.outcome]
    assert len(Step) == len(verdict.checks)


def test_after_a_failed_signature_nobody_is_shown(begin):
    session = begin(a_live_text(k1="https://somebody.else.invalid"))

    view = session.result_view(session.decide_by_code(), 7)

    assert (Outcome.FAIL, None) == (view.verdict.outcome, view.holder)


@pytest.mark.parametrize(
    ("text", "outcome", "times"),
    [
        (a_live_text(), Outcome.REFER, (120.0, 120.0, None)),
        (a_live_text(k4=1), Outcome.FAIL, (30.0, 15.0, None)),
    ],
)
def test_how_long_a_result_stays_follows_its_outcome(begin, text, outcome, times):
    session = begin(text)

    view = session.result_view(session.decide_by_code(), 7)

    assert outcome is view.verdict.outcome
    assert times == (view.clears_in_s, view.masks_in_s, view.advances_in_s)


def test_a_held_result_stays_until_the_longest_time_and_no_longer(begin):
    session = begin(a_live_text(k4=1))
    view = session.result_view(session.decide_by_code(), 7)
    shown = Shown(view, 100.0, 130.0, 105.0)

    held = shown.held(Times()).held(Times())

    assert (220.0, 220.0) == (held.clear_at, held.next_at)
    assert not held.passed
    assert replace(shown, next_at=None).held(Times()).next_at is None


def test_without_a_face_there_is_nothing_to_measure(begin):
    session = begin(a_live_text())

    assert session.measures(session.decide_by_code()).face is None


def test_the_status_line_says_the_age_by_the_latest_time_known_to_be_past():
    behind = Moment(
        a_trust(floor=NOON), replace(a_clock(NOON - 400 * DAY, ClockState.DOUBTFUL), floor=NOON + 40 * DAY)
    )

    line = status_line(behind, simulated=True)

    assert (Grade.EXPIRED, ClockState.DOUBTFUL, True) == (line.grade, line.clock_state, line.simulated_camera)
    assert ("Test desk", "checkpoint") == (line.station, line.purpose)


def test_a_store_without_lists_is_not_fresh():
    line = status_line(Moment(a_trust(lists=()), a_clock()), simulated=False)

    assert (None, Grade.EXPIRED) == (line.list_age, line.grade)
