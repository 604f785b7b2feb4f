"""The judgement over the wall clock, and what the machine's own looks say about it."""

import os
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.model import ClockState
from kiosk.trust.clock import read_clock
from kiosk.trust.errors import TrustError
from kiosk.trust.system_clock import (
    Observation,
    SystemClock,
    encode_memory,
    observe_machine,
    parse_memory,
    synced_lately,
    weigh,
)
from tests.trust.trees import NOON

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("behind_s", "state"), [(0, ClockState.SYNCED), (60, ClockState.SYNCED), (61, ClockState.DOUBTFUL)]
)
def test_a_clock_more_than_a_minute_before_the_floor_is_doubtful(behind_s, state):
    reading = read_clock(NOON - timedelta(seconds=behind_s), NOON, since_sync_s=0)

    assert state is reading.state


@pytest.mark.parametrize(
    ("jump_s", "state"),
    [
        (None, ClockState.HOLDING),
        (3600, ClockState.HOLDING),
        (-3600, ClockState.HOLDING),
        (3601, ClockState.DOUBTFUL),
        (-3601, ClockState.DOUBTFUL),
    ],
)
def test_an_unexplained_jump_over_an_hour_is_doubtful(jump_s, state):
    assert state is read_clock(NOON, NOON, boot_offset_jump_s=jump_s).state


@pytest.mark.parametrize(
    ("since_sync_s", "state"),
    [
        (None, ClockState.HOLDING),
        (0, ClockState.SYNCED),
        (86_399, ClockState.SYNCED),
        (86_400, ClockState.HOLDING),
    ],
)
def test_a_clock_is_synced_for_a_day(since_sync_s, state):
    assert state is read_clock(NOON, NOON, since_sync_s=since_sync_s).state


@pytest.mark.parametrize(
    ("since_sync_s", "reboots", "uncertainty_s"),
    [
        (None, 0, 600),
        (0, 0, 0),
        (100_000, 0, 20),
        (100_000, 2, 140),
        (10**7, 0, 600),
        (0, 11, 600),
        (-5, 0, 0),
    ],
)
def test_uncertainty_grows_with_drift_and_reboots_up_to_ten_minutes(since_sync_s, reboots, uncertainty_s):
    reading = read_clock(NOON, NOON, since_sync_s=since_sync_s, reboots=reboots)

    assert uncertainty_s == pytest.approx(reading.uncertainty_s)


def test_a_given_time_is_exact_but_still_not_before_the_floor():
    exact = read_clock(NOON, NOON, given=True)
    before = read_clock(NOON - HOUR, NOON, given=True)

    assert (exact.given, exact.state, exact.uncertainty_s) == (True, ClockState.SYNCED, 0)
    assert before.state is ClockState.DOUBTFUL


def look(at=NOON, since_boot_s=1000.0, boot_id="one", *, synced=False):
    return Observation(at, since_boot_s, boot_id, synced)


def test_a_step_within_a_boot_is_seen_until_the_next_synchronisation():
    memory, _ = weigh(None, look())

    memory, first = weigh(memory, look(NOON + 3 * HOUR, 1060))
    memory, later = weigh(memory, look(NOON + 3 * HOUR, 1060))
    _, synced = weigh(memory, look(NOON + 3 * HOUR, 1060, synced=True))

    assert first.jump_s == later.jump_s == 3 * 3600 - 60
    assert synced.jump_s == 0


def test_time_that_passes_is_no_step():
    memory, _ = weigh(None, look())

    _, evidence = weigh(memory, look(NOON + HOUR, 1000 + 3600))

    assert evidence.jump_s == pytest.approx(0)


def test_a_step_back_across_a_reboot_is_seen_and_stays():
    memory, _ = weigh(None, look())

    memory, first = weigh(memory, look(NOON - 48 * HOUR, 10, "two"))
    _, later = weigh(memory, look(NOON - 47 * HOUR, 10 + 3600, "two"))

    assert (first.jump_s, first.reboots) == (-48 * 3600, 1)
    assert later.jump_s == pytest.approx(-48 * 3600)


def test_a_kiosk_that_was_switched_off_for_long_has_not_jumped():
    memory, _ = weigh(None, look(synced=True))

    _, evidence = weigh(memory, look(NOON + 480 * HOUR, 10, "two"))

    assert (evidence.jump_s, evidence.reboots, evidence.since_sync_s) == (0, 1, 480 * 3600)


def test_the_clock_remembers_between_two_starts(tmp_path):
    file = tmp_path / "state" / "clock.json"
    SystemClock(file, lambda: look(synced=True)).read(NOON)

    reading = SystemClock(file, lambda: look(NOON + 30 * HOUR, 5, "two")).read(NOON)

    assert reading.state is ClockState.HOLDING
    assert reading.uncertainty_s == pytest.approx(30 * 3600 * 200e-6 + 60)


def test_a_clock_set_back_ten_days_is_doubtful_without_any_new_list(tmp_path):
    file = tmp_path / "clock.json"
    SystemClock(file, look).read(NOON - 400 * HOUR)

    reading = SystemClock(file, lambda: look(NOON - 240 * HOUR, 5, "two")).read(NOON - 400 * HOUR)

    assert reading.state is ClockState.DOUBTFUL


def test_a_damaged_memory_is_as_good_as_none(tmp_path):
    file = tmp_path / "clock.json"
    file.write_bytes(b"{")

    assert SystemClock(file, look).read(NOON).uncertainty_s == 600


def test_a_folder_that_cannot_be_written_does_not_stop_the_clock(tmp_path):
    (tmp_path / "file").write_bytes(b"")

    assert SystemClock(tmp_path / "file" / "clock.json", look).read(NOON).now == NOON


@pytest.mark.parametrize(
    ("age_s", "synced"), [(0, True), (2048, True), (3600, True), (3601, False), (-1, False)]
)
def test_the_mark_of_a_synchronisation_counts_for_an_hour_and_not_from_the_future(tmp_path, age_s, synced):
    mark = tmp_path / "synchronized"
    mark.touch()
    os.utime(mark, (NOON.timestamp(), NOON.timestamp()))

    assert synced_lately(mark, NOON.timestamp() + age_s) is synced
    assert not synced_lately(tmp_path / "none", NOON.timestamp())


def test_this_machine_can_be_looked_at():
    first, second = observe_machine(), observe_machine()

    assert first.wall.tzinfo is UTC
    assert second.since_boot_s >= first.since_boot_s > 0


def test_the_memory_is_written_and_read_back():
    memory, _ = weigh(None, look(synced=True))

    assert memory == parse_memory(encode_memory(memory))


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=100))
def test_any_bytes_of_a_memory_are_refused_with_a_trust_error(content):
    with pytest.raises(TrustError):
        parse_memory(content)


@settings(max_examples=100, deadline=None)
@given(st.datetimes(datetime(2026, 1, 1), datetime(2040, 1, 1)), st.floats(-1e9, 1e9), st.integers(0, 99))  # noqa: DTZ001 - hypothesis wants them naive
def test_no_observation_makes_a_clock_before_the_floor_anything_but_doubtful(floor, jump_s, reboots):
    instant = floor.replace(tzinfo=UTC)

    reading = read_clock(instant - HOUR, instant, boot_offset_jump_s=jump_s, since_sync_s=0, reboots=reboots)

    assert reading.state is ClockState.DOUBTFUL
