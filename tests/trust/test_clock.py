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
    peek_clock,
    synced_lately,
    vouch,
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


@pytest.mark.parametrize("moved_s", [-1800, 1800])
def test_a_clock_that_somebody_moved_is_no_longer_synchronised_and_may_be_off_by_as_much(moved_s):
    reading = read_clock(NOON, NOON, boot_offset_jump_s=moved_s / 6, since_sync_s=60)
    back = read_clock(NOON, NOON, since_sync_s=-1800)

    assert (ClockState.HOLDING, 300) == (reading.state, pytest.approx(reading.uncertainty_s, abs=0.1))
    assert back.state is ClockState.HOLDING


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


DAY = 24 * HOUR


@pytest.mark.parametrize("synced", [False, True])
def test_a_step_within_a_boot_is_told_once_whether_or_not_it_has_a_cause(synced):
    memory, first = weigh(None, look())

    memory, stepped = weigh(memory, look(NOON - 240 * HOUR, 1060, synced=synced))
    _, later = weigh(memory, look(NOON - 240 * HOUR + HOUR, 1060 + 3600))

    assert (first.step_s, later.step_s) == (0, pytest.approx(0))
    assert stepped.step_s == -240 * 3600 - 60


@pytest.mark.parametrize(
    ("moved", "step"),
    [(-DAY, -DAY), (5 * DAY, 0 * DAY), (30 * DAY, 0 * DAY), (31 * DAY, 31 * DAY), (365 * DAY, 365 * DAY)],
)
def test_across_a_restart_only_what_being_off_does_not_explain_is_a_step(moved, step):
    memory, _ = weigh(None, look())

    _, evidence = weigh(memory, look(NOON + moved, 5, "two"))

    assert evidence.step_s == evidence.jump_s == step.total_seconds()


@pytest.mark.parametrize("jump", [-10 * DAY, 10 * DAY, 365 * DAY])
def test_a_restart_forgets_no_jump(jump):
    memory, _ = weigh(None, look())
    memory, _ = weigh(memory, look(NOON + jump, 1000))

    for boot in ("two", "three"):
        memory, evidence = weigh(memory, look(memory.last_wall + timedelta(minutes=2), 5, boot))
        assert (
            read_clock(NOON + 500 * DAY, NOON, boot_offset_jump_s=evidence.jump_s).state
            is ClockState.DOUBTFUL
        )


@pytest.mark.parametrize("jump", [-10 * DAY, 10 * DAY, 365 * DAY])
def test_a_clock_put_right_across_a_restart_is_no_longer_in_doubt(jump):
    memory, _ = weigh(None, look())
    memory, _ = weigh(memory, look(NOON + jump, 1000))

    _, evidence = weigh(memory, look(NOON + 5 * HOUR, 5, "two"))

    assert evidence.jump_s == 0


def test_a_supervisors_word_ends_the_doubt_and_is_no_synchronisation():
    memory, _ = weigh(None, look(synced=True))
    memory, doubted = weigh(memory, look(NOON + DAY, 1060))

    expected, memory = vouch(memory, look(NOON + DAY, 1060))
    memory, evidence = weigh(memory, look(NOON + DAY + HOUR, 1060 + 3600))

    assert doubted.judge(NOON + DAY, NOON).state is ClockState.DOUBTFUL
    assert expected == NOON + timedelta(seconds=60)
    reading = evidence.judge(NOON + DAY + HOUR, NOON)
    assert (reading.state, reading.uncertainty_s) == (ClockState.HOLDING, pytest.approx(60 + 3600 * 200e-6))


def test_across_a_restart_a_supervisors_word_names_what_the_clock_read_last():
    memory, _ = weigh(None, look())

    assert NOON == vouch(memory, look(NOON + 40 * DAY, 5, "two"))[0]
    assert NOON == vouch(None, look())[0]


def test_looking_without_remembering_writes_nothing(tmp_path):
    file = tmp_path / "clock.json"

    assert peek_clock(file, look(), NOON).state is ClockState.HOLDING
    assert peek_clock(None, look(synced=True), NOON).state is ClockState.SYNCED
    assert not file.exists()


def test_a_step_is_written_down_at_once(tmp_path):
    file = tmp_path / "clock.json"
    seen = [look(), look(NOON - HOUR, 1010), look(NOON - HOUR, 1010)]
    clock = SystemClock(file, lambda: seen.pop(0))
    clock.read(NOON)
    clock.read(NOON)

    assert SystemClock(file, lambda: seen.pop(0)).read(NOON).step_s == 0


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
