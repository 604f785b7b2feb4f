"""What happens between visits and becomes a row: each thing once, and nothing lost."""

from queue import SimpleQueue

import pytest

from kiosk.audit.entry import ClockStep, ClockSuspected, TrustRefused
from kiosk.tidings import Tidings
from tests.builders import a_clock


def heard(*readings, refusals=()):
    """The facts that are due after these readings."""
    queue = SimpleQueue()
    tidings = Tidings(queue)
    for reading in readings:
        tidings.hear(reading)
    for each in refusals:
        queue.put(each)
    facts = []
    while (fact := tidings.first()) is not None:
        facts.append(fact)
        tidings.written()
    return facts


def stepped(seconds):
    return a_clock(step_s=seconds)


def suspected(seconds):
    return a_clock(ahead_s=seconds)


@pytest.mark.parametrize(
    ("steps", "facts"),
    [
        ([0.0, 120.0], []),
        ([120.5], [ClockStep(120.5)]),
        ([-864000.0, 0.0], [ClockStep(-864000.0)]),
        ([100.0, 100.0, 100.0], [ClockStep(200.0)]),
        ([100.0, -100.0, 100.0], []),
        ([0.9] * 500, []),
    ],
)
def test_a_clock_that_moved_two_minutes_is_a_row_also_in_small_steps(steps, facts):
    assert facts == heard(*map(stepped, steps))


def test_a_suspicion_is_a_row_when_it_arises_and_when_it_changes():
    readings = [suspected(each) for each in (None, 200.0, 200.0, 230.0, 300.0, None, 300.0)]

    assert [ClockSuspected(each, 5) for each in (200.0, 300.0, 300.0)] == heard(*readings)


def test_refused_updates_are_rows():
    refused = [TrustRefused("OLD", "stick"), TrustRefused("TAMPERED", "server")]

    assert refused == heard(refusals=refused)


def test_a_fact_stays_due_until_its_row_is_written():
    tidings = Tidings(SimpleQueue())
    tidings.hear(stepped(500.0))

    assert ClockStep(500.0) == tidings.first() == tidings.first()
    tidings.written()
    assert tidings.first() is None
