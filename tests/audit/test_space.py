"""How much room a log asks for, on disks of any size."""

import pytest

from kiosk.audit.check import check_log
from kiosk.audit.entry import PruneBasis, Pruned, Stop
from kiosk.audit.space import GIB, MIB, Room, SpaceLimits
from kiosk.model import Fault, Reason
from tests.audit.makers import an_entry, open_log, write_many


def limits_on(total):
    limits = SpaceLimits().on_disk(total)
    return limits.reserve_bytes, limits.stop_bytes, limits.warn_bytes


@pytest.mark.parametrize(
    ("total", "expected"),
    [
        (0, (0, 0, 0)),
        (100 * MIB, (5 * MIB, 5 * MIB, 20 * MIB)),
        (60 * GIB, (64 * MIB, 3 * GIB, 12 * GIB)),
        (100 * GIB, (64 * MIB, 5 * GIB, 20 * GIB)),
        (4000 * GIB, (64 * MIB, 5 * GIB, 20 * GIB)),
    ],
    ids=["none", "small", "a kiosk's", "as large as shares count", "large"],
)
def test_the_limits_are_shares_of_the_disk_up_to_so_many_bytes(total, expected):
    assert expected == limits_on(total)


@pytest.mark.parametrize(
    ("free", "room"),
    [(0, Room.LOW), (5 * MIB - 1, Room.LOW), (5 * MIB, Room.FILLING), (20 * MIB, Room.ENOUGH)],
)
def test_a_disk_is_low_below_a_twentieth_and_filling_below_a_fifth(free, room):
    assert room is SpaceLimits().on_disk(100 * MIB).grade(free)


def test_the_kiosk_stops_no_later_than_when_the_reserve_would_not_fit_again():
    assert 700 == SpaceLimits(reserve_bytes=700, stop_bytes=1).on_disk(10**6).stop_bytes


def test_an_open_log_tells_how_much_room_is_left(tmp_path):
    free = [10**6]
    limits = SpaceLimits(0, 1000, 5000)
    with open_log(tmp_path, limits=limits, free_bytes=lambda _: free[0]) as log:
        rooms = []
        for free[0] in (5000, 4999, 999):
            rooms.append(log.room())

    assert [Room.ENOUGH, Room.FILLING, Room.LOW] == rooms


def test_below_the_limit_a_log_is_opened_for_upkeep_alone_and_pruned_on_the_reserve(tmp_path):
    path = write_many(tmp_path, 300)
    free = [999]
    low = {"limits": SpaceLimits(4096, 5000), "free_bytes": lambda _: free[0]}
    with pytest.raises(Fault) as fault:
        open_log(tmp_path, **low)
    assert Reason.DISK_LOW is fault.value.reason

    with open_log(tmp_path, upkeep=True, **low) as log:
        assert 301 == log.prune(an_entry(Pruned(257, PruneBasis.EXPORT))).seq
        log.append(an_entry(Stop()))

    assert not (tmp_path / "sandbox.reserve").exists()
    assert check_log(path).holds
    free[0] = 10**6
    open_log(tmp_path, **low).close()
    assert (tmp_path / "sandbox.reserve").exists()
