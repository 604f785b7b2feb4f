"""A flickering code does not fill the log."""

from datetime import timedelta

from kiosk.audit.entry import CodesCounted
from kiosk.audit.tally import MAX_REMEMBERED, CodeTally
from tests.audit.makers import NOON

MINUTE = timedelta(minutes=1)


def test_nothing_counted_is_never_due():
    assert CodeTally().find_due(NOON) is None
    assert CodeTally().total(NOON) is None


def test_the_same_foreign_content_counts_once():
    tally = CodeTally()
    for second in range(30):
        tally = tally.add_foreign(b"a link", NOON + timedelta(seconds=second))
    tally = tally.add_foreign(b"another", NOON + timedelta(seconds=31))

    assert CodesCounted(60, 0, 2) == tally.find_due(NOON + MINUTE)


def test_an_unreadable_code_counts_at_most_once_a_second():
    tally = CodeTally()
    for frame in range(60):
        tally = tally.add_unreadable(NOON + timedelta(seconds=frame / 30))

    assert 3 == tally.unreadable  # the two seconds touch three seconds of the clock


def test_a_row_is_due_after_a_minute_and_not_before():
    tally = CodeTally().add_foreign(b"a link", NOON)

    assert tally.find_due(NOON + MINUTE - timedelta(microseconds=1)) is None
    assert CodesCounted(60, 0, 1) == tally.find_due(NOON + MINUTE)


def test_a_clock_that_went_back_makes_the_row_due():
    tally = CodeTally().add_foreign(b"a link", NOON)

    assert CodesCounted(0, 0, 1) == tally.find_due(NOON - MINUTE)


def test_what_is_remembered_is_bounded():
    tally = CodeTally()
    for number in range(MAX_REMEMBERED + 50):
        tally = tally.add_foreign(number.to_bytes(4, "big"), NOON)

    assert (MAX_REMEMBERED, MAX_REMEMBERED + 50) == (len(tally.remembered), tally.foreign)
