"""How figures are taken: turn by turn, after a warm-up, without garbage collection in between."""

from __future__ import annotations

import gc

import pytest

from kiosk.bench.timing import Times, quiet, race, timed


def test_rivals_take_turns_and_the_warm_up_does_not_count():
    calls: list[str] = []

    def contestant(name):
        def run(count):
            calls.append(name)
            return [float(len(calls))] * count

        return run

    times = race({"a": contestant("a"), "b": contestant("b")}, rounds=2, batch=3)

    assert ["a", "b", "b", "a", "a", "b"] == calls
    assert (4.0, 4.0, 4.0, 5.0, 5.0, 5.0) == times["a"].samples
    assert (3.0, 3.0, 3.0, 6.0, 6.0, 6.0) == times["b"].samples


def test_every_call_is_a_sample():
    calls: list[None] = []

    samples = timed(lambda: calls.append(None))(7)

    assert 7 == len(samples) == len(calls)
    assert all(seconds >= 0 for seconds in samples)


@pytest.mark.parametrize(("count", "p95"), [(1, 1.0), (20, 19.0), (100, 95.0)])
def test_the_95th_percentile_is_the_nearest_rank(count, p95):
    times = Times(tuple(float(number) for number in range(count, 0, -1)))

    assert p95 == times.p95


def test_garbage_is_not_collected_while_somebody_is_timed():
    with quiet():
        during = gc.isenabled()

    assert (False, True) == (during, gc.isenabled())
