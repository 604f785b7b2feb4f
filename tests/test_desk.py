"""One desk: what is shown before, during and after a visit, what a fault does to it, and what is kept."""

import gc
from datetime import timedelta

import pytest

from kiosk.audit.entry import KeySealed, Start, Stop, TrustChanged, Visit
from kiosk.model import Hint, Note, Outcome, Reason
from kiosk.trust.update import update_store
from kiosk.view import (
    ClosingView,
    FaceView,
    Request,
    ResultView,
    ScanView,
)
from tests.builders import NOON, a_live_text
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


def test_a_code_that_stays_unread_is_named_and_counted(kiosk):
    view = kiosk.show(pictures.covered_phone(a_live_text()), 6.0)
    kiosk.show(pictures.nobody(), 70.0)

    assert Hint.UNREADABLE is view.hint
    assert 0 < kiosk.facts()[-1].unreadable <= 3


def test_how_well_the_code_was_read_is_in_the_row_of_its_visit(kiosk, town):
    a_fail(kiosk, town)

    measure = kiosk.visits()[-1].code
    assert measure.decoder.startswith("zxing-cpp, ")
    assert 2 < measure.px_per_module < 6
    assert 0 <= measure.unused_ec <= 1
    assert 20 <= measure.version <= 25


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


def test_the_same_code_shown_once_more_does_not_replace_its_result(kiosk, town):
    result = a_fail(kiosk, town)
    kiosk.show(pictures.nobody(), 2.0)

    kiosk.show(pictures.phone(town.text("revoked")), 1.0)

    assert kiosk.last is result
    assert 1 == len(kiosk.visits())


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

    assert [Start, TrustChanged, KeySealed, Visit, Stop] == [type(fact) for fact in kiosk.facts()]
    assert Outcome.REFER is kiosk.visits()[0].outcome


def test_a_simulated_camera_is_said_in_every_row_and_on_every_screen(kiosk, town):
    kiosk.camera.simulated = True
    a_pass(kiosk, town)

    assert kiosk.visits()[0].simulated_camera
    assert kiosk.status[-1].simulated_camera
    assert Note.NOT_PRODUCTION in kiosk.visits()[0].notes
