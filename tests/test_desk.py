"""One desk: what is shown before, during and after a visit, what a fault does to it, and what is kept."""

import gc
from datetime import timedelta

import pytest

from kiosk.audit.entry import Start, Stop, TrustChanged, Visit
from kiosk.model import Fault, Hint, Note, Outcome, Reason
from kiosk.trust.update import update_store
from kiosk.view import (
    AttentionView,
    ClosingView,
    FaceView,
    Request,
    ResultView,
    ScanView,
)
from tests.builders import NOON
from tests.journeys import pictures
from tests.journeys.kiosk import told
from tests.journeys.town import NAMES


def a_fail(kiosk, town):
    return kiosk.until(ResultView, pictures.phone(town.text("revoked")), 1.0)


def a_pass(kiosk, town):
    return kiosk.visit(town.text(), pictures.holder())


def in_face(kiosk, town):
    return kiosk.until(FaceView, pictures.phone(town.text()), 1.0)


# What is on the screen, and for how long


def test_an_empty_room_is_scanned(kiosk):
    assert ScanView() == kiosk.show(pictures.nobody())


def test_the_place_of_a_code_in_view_is_shown(kiosk, town):
    in_face(kiosk, town)
    kiosk.ask(Request.NEXT)

    view = kiosk.show(pictures.phone(town.text()))

    assert view.code.width > 300


def test_a_code_that_stays_unread_is_named_and_counted(kiosk, town):
    view = kiosk.show(pictures.blurred_phone(town.text()), 6.0)
    kiosk.show(pictures.nobody(), 70.0)

    assert Hint.UNREADABLE is view.hint
    assert 0 < kiosk.facts()[-1].unreadable <= 3


def test_a_pass_gives_way_to_the_next_by_itself(kiosk, town):
    result = a_pass(kiosk, town)

    kiosk.show(pictures.nobody(), result.advances_in_s - 0.5)
    assert kiosk.last is result
    assert isinstance(kiosk.show(pictures.nobody(), 1.0), ScanView)


def test_a_fail_stays_until_somebody_goes_on_but_without_its_data(kiosk, town):
    result = a_fail(kiosk, town)

    kiosk.show(pictures.nobody(), 29.0)
    assert kiosk.last is result
    bare = kiosk.show(pictures.nobody(), 300.0)

    assert (None, None) == (bare.holder, bare.live)
    assert (result.row, result.verdict) == (bare.row, bare.verdict)
    assert isinstance(kiosk.ask(Request.NEXT), ScanView)


def test_a_refer_keeps_its_photos_for_the_officer_for_two_minutes_at_most(kiosk, town):
    result = kiosk.visit(town.text("minor"), pictures.holder())

    kiosk.show(pictures.nobody(), 118.0)
    assert kiosk.last is result
    assert kiosk.show(pictures.nobody(), 3.0).holder is None


def test_hold_keeps_a_pass_but_not_for_ever(kiosk, town):
    result = a_pass(kiosk, town)

    kiosk.ask(Request.HOLD)
    kiosk.show(pictures.nobody(), 60.0)
    assert kiosk.last is result
    kiosk.ask(Request.HOLD)
    kiosk.show(pictures.nobody(), 61.0)

    assert isinstance(kiosk.last, ScanView)


def test_hold_keeps_the_data_of_a_fail_but_not_for_ever(kiosk, town):
    result = a_fail(kiosk, town)

    kiosk.ask(Request.HOLD)
    kiosk.show(pictures.nobody(), 118.0)
    assert kiosk.last is result
    assert kiosk.show(pictures.nobody(), 3.0).holder is None


def test_hold_without_a_result_does_nothing(kiosk):
    kiosk.show(pictures.nobody())

    assert isinstance(kiosk.ask(Request.HOLD), ScanView)


def test_next_goes_on_at_once_and_the_code_in_view_is_read_again(kiosk, town):
    a_fail(kiosk, town)

    kiosk.ask(Request.NEXT)
    kiosk.show(pictures.phone(town.text("revoked")), 0.5)

    assert 2 == len(kiosk.visits())


def test_nothing_of_a_visitor_is_kept_when_his_result_is_cleared(kiosk, town):
    a_fail(kiosk, town)
    kiosk.show(pictures.nobody(), 40.0)

    assert isinstance(kiosk.last, ResultView)
    assert not keeps(kiosk.runner, NAMES[0])


def keeps(thing, text, seen=None):
    """Whether `text` is reached from `thing` through values and objects of the kiosk."""
    seen = set() if seen is None else seen
    ours = type(thing).__module__.split(".")[0] == "kiosk"
    if id(thing) in seen or not (ours or isinstance(thing, str | list | tuple | dict | set | frozenset)):
        return False
    seen.add(id(thing))
    if isinstance(thing, str):
        return text in thing
    return any(keeps(part, text, seen) for part in gc.get_referents(thing) if not isinstance(part, type))


def test_a_visitor_is_kept_as_long_as_his_visit_lasts(kiosk, town):
    in_face(kiosk, town)

    assert keeps(kiosk.runner, NAMES[0])


def test_a_visitor_who_waits_is_forgotten_when_his_code_is_gone(kiosk, town):
    a_pass(kiosk, town)
    kiosk.ask(Request.NEXT)
    kiosk.show(pictures.nobody(), 2.0)
    kiosk.show(pictures.phone(town.text()), 1.0)
    kiosk.show(pictures.nobody(), 2.0)
    kiosk.views.clear()

    assert not keeps(kiosk.runner, NAMES[0])


# What goes wrong with our own parts


def full_disk(kiosk):
    kiosk.free_bytes = lambda _: 0


def test_no_result_on_screen_before_its_row_is_committed(open_kiosk, town):
    rows_when_shown = []
    kiosk = open_kiosk()
    shown = kiosk.runner._desk._post

    def post(view):
        if isinstance(view, ResultView):
            rows_when_shown.append((view.row, len(kiosk.facts()), told(kiosk.visits()[-1])))
        shown(view)

    kiosk.runner._desk._post = post
    a_pass(kiosk, town)

    assert [(3, 3, ("PASS",))] == rows_when_shown


@pytest.mark.parametrize("person", [pictures.holder, pictures.impostor])
def test_a_full_disk_shows_attention_and_no_result(kiosk, town, person):
    in_face(kiosk, town)
    full_disk(kiosk)

    kiosk.show(person(), 5.0)

    assert Reason.DISK_LOW is kiosk.attention
    assert [] == kiosk.results == kiosk.visits()


def test_a_full_disk_still_takes_the_row_that_says_so(kiosk, town):
    in_face(kiosk, town)
    full_disk(kiosk)

    kiosk.show(pictures.holder(), 5.0)

    assert Stop(Reason.DISK_LOW) == kiosk.facts()[-1]


def test_a_code_that_alone_decides_is_not_shown_either_when_its_row_cannot_be_written(kiosk, town):
    kiosk.show(pictures.nobody())
    full_disk(kiosk)

    kiosk.show(pictures.phone(town.text("revoked")), 1.0)

    assert Reason.DISK_LOW is kiosk.attention
    assert [] == kiosk.results


def test_a_log_that_is_removed_under_the_kiosk_shows_attention_and_no_result(kiosk, town):
    in_face(kiosk, town)
    log = kiosk.folder / "state" / "log" / "sandbox.db"
    log.rename(log.with_suffix(".gone"))

    kiosk.show(pictures.holder(), 5.0)

    assert kiosk.attention in {Reason.LOG_UNWRITABLE, Reason.LOG_BROKEN}
    assert [] == kiosk.results


def test_the_kiosk_comes_back_when_the_log_takes_rows_again(kiosk, town):
    full_disk(kiosk)
    kiosk.show(pictures.nobody())
    assert Reason.DISK_LOW is kiosk.attention

    kiosk.free_bytes = lambda _: 10**9
    kiosk.show(pictures.nobody(), 6.0)
    result = kiosk.visit(town.text(), pictures.holder())

    assert ("PASS",) == told(result.verdict)


def test_the_officer_can_ask_to_try_again_at_once(kiosk):
    full_disk(kiosk)
    kiosk.show(pictures.nobody())
    kiosk.free_bytes = lambda _: 10**9

    assert isinstance(kiosk.ask(Request.RETRY), ScanView)


def test_next_in_the_face_step_with_a_full_disk_does_not_go_on(kiosk, town):
    in_face(kiosk, town)
    full_disk(kiosk)
    kiosk.ask(Request.NEXT)

    kiosk.show(pictures.nobody())

    assert Reason.DISK_LOW is kiosk.attention


def test_a_camera_lost_while_scanning_shows_attention_and_comes_back(kiosk):
    kiosk.show(pictures.nobody())
    kiosk.camera.lost = True
    kiosk.show(pictures.nobody())
    assert Reason.CAMERA_LOST is kiosk.attention

    kiosk.show(pictures.nobody(), 20.0)
    assert Reason.CAMERA_LOST is kiosk.attention
    kiosk.camera.lost = False

    assert isinstance(kiosk.show(pictures.nobody(), 6.0), ScanView)


def test_a_camera_lost_in_the_face_step_leaves_a_row(kiosk, town):
    in_face(kiosk, town)

    kiosk.camera.lost = True
    kiosk.show(pictures.nobody())

    assert Reason.CAMERA_LOST is kiosk.attention
    (visit,) = kiosk.visits()
    assert (Outcome.REFER, Reason.CAMERA_LOST) == (visit.outcome, visit.reasons[0])


def test_a_camera_lost_behind_a_result_waits_until_it_is_cleared(kiosk, town):
    result = a_pass(kiosk, town)
    kiosk.camera.lost = True

    kiosk.show(None, 3.0)
    assert kiosk.last is result
    kiosk.show(None, 4.0)

    assert Reason.CAMERA_LOST is kiosk.attention


def test_a_store_that_vanishes_behind_a_result_waits_until_it_is_cleared(kiosk, town):
    result = a_fail(kiosk, town)
    (kiosk.store / "active").unlink()

    kiosk.show(pictures.nobody(), 12.0)
    assert kiosk.last is result
    kiosk.ask(Request.NEXT)
    kiosk.show(pictures.nobody(), 6.0)

    assert Reason.TRUST_MISSING is kiosk.attention


def test_a_kiosk_without_a_root_shows_attention(open_kiosk, tmp_path):
    (tmp_path / "store").mkdir()
    kiosk = open_kiosk()

    kiosk.show(pictures.nobody())

    assert Reason.TRUST_MISSING is kiosk.attention
    assert [] == kiosk.facts()


def test_a_second_kiosk_on_the_same_log_shows_attention(kiosk, open_kiosk):
    kiosk.show(pictures.nobody())

    second = open_kiosk()
    second.show(pictures.nobody())

    assert Reason.LOG_UNWRITABLE is second.attention
    assert isinstance(kiosk.show(pictures.nobody(), 6.0), ScanView)


def test_a_fault_keeps_no_traceback_alive(kiosk, town):
    in_face(kiosk, town)
    kiosk.camera.lost = True
    kiosk.show(pictures.nobody())

    assert kiosk.runner._desk._fault.__traceback__ is None


def test_a_bug_outweighs_a_later_fault(kiosk):
    kiosk.runner.report(Fault(Reason.INTERNAL, "in the window"))
    kiosk.show(pictures.nobody())
    full_disk(kiosk)

    kiosk.show(pictures.nobody(), 12.0)

    assert Reason.INTERNAL is kiosk.attention


def test_a_bug_in_the_window_replaces_even_a_result_until_a_retry(kiosk, town):
    a_pass(kiosk, town)

    kiosk.runner.report(Fault(Reason.INTERNAL, "in the window"))
    kiosk.show(pictures.nobody(), 60.0)
    assert Reason.INTERNAL is kiosk.attention

    assert isinstance(kiosk.ask(Request.RETRY), ScanView)


def test_bugs_in_the_window_while_out_of_service_are_not_told_to_it_again(kiosk):
    for _ in range(3):
        kiosk.runner.report(Fault(Reason.INTERNAL, "in the window"))
    kiosk.show(pictures.nobody())

    assert 1 == sum(isinstance(view, AttentionView) for view in kiosk.views)


# Trust, and the end


def test_trust_promoted_between_visits_is_used_by_the_next_one_and_is_a_row(kiosk, town, tmp_path):
    a_pass(kiosk, town)
    with town.elsewhere(tmp_path / "new town") as moved:
        moved.revoke("live")
        update_store(moved.publish(NOON + timedelta(seconds=30)), kiosk.store, NOON + timedelta(seconds=40))
        kiosk.ask(Request.NEXT)
        kiosk.show(pictures.nobody(), 40.0)
        result = kiosk.until(ResultView, pictures.phone(town.text(at=NOON + timedelta(seconds=45))), 1.0)

    assert ("FAIL", "REVOKED") == told(result.verdict)
    assert [1, 2] == [fact.timestamp_version for fact in kiosk.facts() if isinstance(fact, TrustChanged)]


def test_trust_promoted_during_a_visit_does_not_touch_it(kiosk, town, tmp_path):
    in_face(kiosk, town)
    with town.elsewhere(tmp_path / "new town") as moved:
        moved.revoke("live")
        update_store(moved.publish(NOON + timedelta(seconds=30)), kiosk.store, NOON + timedelta(seconds=40))
        result = kiosk.until(ResultView, pictures.holder())

    assert ("PASS",) == told(result.verdict)
    assert 1 == kiosk.visits()[0].status_list.version


@pytest.mark.parametrize("before", [lambda *_: None, a_fail, in_face, a_pass])
def test_closing_ends_the_log_with_a_stop_from_every_state(kiosk, town, before):
    kiosk.show(pictures.nobody())
    before(kiosk, town)

    view = kiosk.ask(Request.CLOSE)

    assert isinstance(view, ClosingView)
    assert Stop() == kiosk.facts()[-1]
    assert kiosk.runner.ended


def test_closing_out_of_service_says_why_in_the_last_row(kiosk):
    kiosk.show(pictures.nobody())
    kiosk.camera.lost = True
    kiosk.show(pictures.nobody())

    kiosk.ask(Request.CLOSE)

    assert Stop(Reason.CAMERA_LOST) == kiosk.facts()[-1]


def test_a_visit_that_the_end_interrupts_leaves_a_row(kiosk, town):
    in_face(kiosk, town)
    kiosk.ask(Request.CLOSE)

    assert [Start, TrustChanged, Visit, Stop] == [type(fact) for fact in kiosk.facts()]
    assert Outcome.REFER is kiosk.visits()[0].outcome


def test_a_simulated_camera_is_said_in_every_row_and_on_every_screen(kiosk, town):
    kiosk.camera.simulated = True
    a_pass(kiosk, town)

    assert kiosk.visits()[0].simulated_camera
    assert kiosk.status[-1].simulated_camera
    assert Note.NOT_PRODUCTION in kiosk.visits()[0].notes
