"""What goes wrong with the kiosk's own parts: no verdict, one sentence, and the way back into service."""

import pytest

from kiosk.audit.entry import Stop
from kiosk.model import Fault, Outcome, Reason
from kiosk.view import AttentionView, FaceView, Request, ResultView, ScanView
from tests.journeys import pictures
from tests.journeys.kiosk import told


def a_fail(kiosk, town):
    return kiosk.until(ResultView, pictures.phone(town.text("revoked")), 1.0)


def a_pass(kiosk, town):
    return kiosk.visit(town.text(), pictures.holder())


def in_face(kiosk, town):
    return kiosk.until(FaceView, pictures.phone(town.text()), 1.0)


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

    assert [(4, 4, ("PASS",))] == rows_when_shown


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
