"""When a checkpoint is due, what it says, and what several of them show about one log."""

import hashlib
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.audit.checkpoints import (
    Agreement,
    Compared,
    LogName,
    Stamp,
    Suspect,
    compare,
    find_fork,
    find_suspect,
    is_due,
    parse_origin,
)
from kiosk.audit.merkle import root_of
from kiosk.audit.note import Checkpoint
from kiosk.model import Environment

NAME = LogName(Environment.SANDBOX, bytes(range(16)))
ROWS = [hashlib.sha256(b"row %d" % number).digest() for number in range(20)]
OTHERS = [*ROWS[:7], *(hashlib.sha256(each).digest() for each in ROWS[7:])]


def a_checkpoint(size, rows=ROWS, origin=NAME.origin):
    return Checkpoint(origin, size, root_of(rows[:size]))


def shown(*checkpoints, rows=ROWS):
    return [Compared(each, agreement(each, rows)) for each in checkpoints]


def agreement(checkpoint, rows=ROWS):
    return compare(checkpoint, NAME, len(rows), lambda size: root_of(rows[:size]))


@pytest.mark.parametrize(
    ("rows", "covered", "age_s", "due"),
    [
        (0, 0, 1e9, False),
        (1, 0, 899.0, False),
        (1, 0, 900.0, True),
        (99, 0, 0.0, False),
        (100, 0, 0.0, True),
        (250, 151, 0.0, False),
        (251, 151, 0.0, True),
        (251, 251, 1e9, False),
    ],
)
def test_a_checkpoint_is_due_after_a_hundred_rows_or_a_quarter_of_an_hour_with_news(
    rows, covered, age_s, due
):
    assert due is is_due(rows, covered, age_s)


def test_a_checkpoint_names_the_log_by_environment_and_epoch():
    assert NAME.origin == "mudaqqiq.invalid/sandbox/000102030405060708090a0b0c0d0e0f"
    assert NAME == parse_origin(NAME.origin)


@pytest.mark.parametrize(
    "origin",
    [
        "",
        "mudaqqiq.invalid/sandbox/00",
        "mudaqqiq.invalid/training/000102030405060708090a0b0c0d0e0f",
        "mudaqqiq.invalid/sandbox/000102030405060708090A0B0C0D0E0F",
        "mudaqqiq-invalid/sandbox/000102030405060708090a0b0c0d0e0f",
        "mudaqqiq.invalid/sandbox/000102030405060708090a0b0c0d0e0f\n",
        "go.sum database tree",
    ],
)
def test_another_log_is_no_log_of_a_kiosk(origin):
    assert parse_origin(origin) is None


@settings(max_examples=50)
@given(st.text(max_size=80))
def test_any_text_is_an_origin_or_none(text):
    name = parse_origin(text)

    assert name is None or name.origin == text


def test_the_lines_for_people_say_when_where_and_under_what():
    in_riyadh = datetime(2026, 11, 22, 12, 0, 0, 987654, tzinfo=UTC).astimezone(timezone(timedelta(hours=3)))

    assert (
        "at 2026-11-22T12:00:00Z",
        "station بوابة ٣",
        f"config {'00' * 32}",
        "trust-root 0011 2233",
        "version 0.1.0",
    ) == Stamp(in_riyadh, "بوابة ٣", bytes(32), "0011 2233", "0.1.0").lines


@pytest.mark.parametrize("size", [0, 1, 7, 19, 20])
def test_a_log_that_grew_agrees_with_its_earlier_checkpoints(size):
    assert Agreement.HOLDS is agreement(a_checkpoint(size))


def test_a_log_with_fewer_rows_is_shorter():
    assert Agreement.SHORTER is agreement(a_checkpoint(20), ROWS[:19])


def test_a_log_with_other_rows_differs():
    assert Agreement.DIFFERENT is agreement(a_checkpoint(8), OTHERS)
    assert Agreement.HOLDS is agreement(a_checkpoint(7), OTHERS)


def test_a_checkpoint_of_another_log_says_nothing():
    other = LogName(Environment.SANDBOX, bytes(16)).origin

    assert Agreement.ANOTHER_LOG is agreement(a_checkpoint(8, origin=other), OTHERS)


def test_the_changed_rows_lie_between_the_last_that_holds_and_the_first_that_does_not():
    compared = shown(*(a_checkpoint(size) for size in (15, 3, 10, 6)), rows=OTHERS)

    assert Suspect(7, 10) == find_suspect(compared)


def test_without_a_checkpoint_that_holds_every_row_is_suspect():
    assert Suspect(1, 10) == find_suspect(shown(a_checkpoint(10), rows=OTHERS))


def test_rows_missing_from_the_end_are_suspect_too():
    assert Suspect(16, 20) == find_suspect(shown(a_checkpoint(15), a_checkpoint(20), rows=ROWS[:18]))


def test_nothing_is_suspect_when_all_hold():
    assert find_suspect(shown(a_checkpoint(15), a_checkpoint(20))) is None


def test_two_histories_under_one_name_are_a_fork():
    ours, theirs = a_checkpoint(12), a_checkpoint(12, OTHERS)

    assert (ours, theirs) == find_fork([a_checkpoint(3), ours, a_checkpoint(13), theirs])


def test_one_history_is_no_fork():
    other = LogName(Environment.PILOT, NAME.epoch).origin
    checkpoints = [
        a_checkpoint(12),
        a_checkpoint(12),
        a_checkpoint(13, OTHERS),
        a_checkpoint(12, OTHERS, other),
    ]

    assert find_fork(checkpoints) is None
