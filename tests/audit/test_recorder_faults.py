"""A recorder whose log is refused or whose disk is low: it writes on nothing, and still says it stopped."""

import shutil

import pytest

from kiosk.audit.entry import Stop
from kiosk.audit.space import Space, SpaceLimits
from kiosk.model import Fault, Reason
from kiosk.recorder import Moment, Recorder
from tests.builders import NOON, a_clock, a_trust

MOMENT = Moment(a_trust(), a_clock(NOON))


def run_a_shift(kiosk):
    recorder = Recorder(kiosk.gear)
    recorder.open(MOMENT)
    recorder.close(MOMENT)


def test_a_refused_log_is_refused_again_without_being_let_go_first(kiosk):
    run_a_shift(kiosk)
    logs = kiosk.folder / "state" / "log"
    shutil.copytree(logs, kiosk.folder / "old")
    run_a_shift(kiosk)
    shutil.rmtree(logs)
    shutil.copytree(kiosk.folder / "old", logs)
    recorder = Recorder(kiosk.gear)

    for _ in range(2):
        with pytest.raises(Fault) as refused:
            recorder.open(MOMENT)
        assert Reason.LOG_BROKEN is refused.value.reason


def test_counted_codes_that_find_no_room_do_not_cost_the_stop(kiosk):
    recorder = Recorder(kiosk.gear)
    recorder.open(MOMENT)
    recorder.count_unreadable(MOMENT)
    log = recorder._log
    log._space = Space(log._space._reserve, SpaceLimits(reserve_bytes=4096, stop_bytes=2), lambda _: 1)

    recorder.let_go(MOMENT, Reason.DISK_LOW)

    assert Stop(Reason.DISK_LOW) == kiosk.facts()[-1]
