"""The chain sees every change that leaves a row after it, and names the first broken row."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.audit.canonical import encode_entry
from kiosk.audit.chain import (
    Break,
    Flaw,
    Receipt,
    encode_columns,
    hash_row,
    make_genesis,
    verify_chain,
    verify_tail,
)
from kiosk.model import Environment
from tests.audit.makers import EPOCH, GENESIS, NO_COLUMNS, a_row, a_visit, an_entry, some_rows

FORGED = encode_entry(an_entry(a_visit(purpose="forged")))


def first_break(rows, after=GENESIS):
    return verify_chain(rows, after).broken


def test_a_chain_of_rows_holds_to_its_last_row():
    rows = some_rows(5)

    report = verify_chain(rows, GENESIS)

    assert (5, Receipt(5, rows[4].hash), None) == (report.rows, report.head, report.broken)


def test_an_empty_chain_holds_at_its_genesis():
    assert GENESIS == verify_chain([], GENESIS).head
    assert GENESIS == verify_tail([], 100, GENESIS).head


def test_the_genesis_names_installation_and_environment():
    others = {
        make_genesis(EPOCH, Environment.PILOT).hash,
        make_genesis(bytes(16), Environment.SANDBOX).hash,
        GENESIS.hash,
    }

    assert 3 == len(others)


def test_an_epoch_of_another_length_is_refused():
    with pytest.raises(ValueError, match="16"):
        make_genesis(bytes(15), Environment.SANDBOX)


def test_rows_of_another_installation_do_not_follow():
    assert Break(1, Flaw.UNLINKED) == first_break(some_rows(2), make_genesis(bytes(16), Environment.SANDBOX))


def test_an_edited_row_is_named():
    rows = some_rows(5)
    rows[2] = replace(rows[2], body=FORGED)

    assert Break(3, Flaw.ALTERED) == first_break(rows)


def test_an_edited_row_with_its_hash_made_anew_breaks_the_next():
    rows = some_rows(5)
    rows[2] = a_row(3, rows[1].hash, FORGED)

    assert Break(4, Flaw.UNLINKED) == first_break(rows)


def test_a_deleted_middle_row_is_missing():
    rows = some_rows(5)
    del rows[2]

    assert Break(3, Flaw.MISSING) == first_break(rows)


def test_rows_that_swapped_their_content_are_named():
    rows = some_rows(5)
    rows[1], rows[2] = replace(rows[1], body=rows[2].body), replace(rows[2], body=rows[1].body)

    assert Break(2, Flaw.ALTERED) == first_break(rows)


def test_rows_that_swapped_their_numbers_are_named():
    rows = some_rows(5)
    rows[1], rows[2] = replace(rows[2], seq=2), replace(rows[1], seq=3)

    assert Break(2, Flaw.UNLINKED) == first_break(rows)


def test_a_row_cannot_move_to_another_number_even_behind_the_same_row():
    rows = some_rows(1)

    assert rows[0].hash != hash_row(2, GENESIS.hash, rows[0].columns, rows[0].body)


def test_a_readable_column_that_differs_from_the_content_is_named():
    rows = some_rows(3)
    rows[1] = replace(rows[1], columns=(*rows[1].columns[:2], "FAIL", *rows[1].columns[3:]))

    assert Break(2, Flaw.ALTERED) == first_break(rows)


def test_the_chain_alone_cannot_see_that_the_last_rows_were_deleted():
    assert first_break(some_rows(5)[:3]) is None


def test_the_chain_alone_cannot_see_that_everything_was_rewritten_from_a_row_on():
    rows = some_rows(5)
    rows[3] = a_row(4, rows[2].hash, FORGED)
    rows[4] = a_row(5, rows[3].hash, rows[4].body)

    assert first_break(rows) is None


def test_the_last_rows_are_verified_among_themselves():
    rows = some_rows(9)

    report = verify_tail(rows[6:], 3, GENESIS)

    assert (3, Receipt(9, rows[8].hash), None) == (report.rows, report.head, report.broken)


def test_a_tail_that_is_the_whole_log_must_follow_the_genesis():
    rows = some_rows(2)
    rows[0] = a_row(1, bytes(32), rows[0].body)

    assert Break(1, Flaw.UNLINKED) == verify_tail(rows, len(rows), GENESIS).broken


def test_fewer_rows_than_asked_for_are_the_whole_log():
    rows = some_rows(9)[6:]

    assert Break(1, Flaw.MISSING) == verify_tail(rows, 4, GENESIS).broken


def test_the_first_row_of_a_tail_is_verified_too():
    rows = some_rows(9)[6:]
    rows[0] = replace(rows[0], body=FORGED)

    assert Break(7, Flaw.ALTERED) == verify_tail(rows, len(rows), GENESIS).broken


@pytest.mark.parametrize("strange", [{"seq": "7"}, {"previous": None}])
def test_a_tail_that_begins_with_a_strange_row_is_broken(strange):
    rows = some_rows(9)[6:]
    rows[0] = replace(rows[0], **strange)

    assert Flaw.WRONG_TYPE is verify_tail(rows, len(rows), GENESIS).broken.flaw


ANYTHING = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), st.binary(max_size=40)
)


@given(st.sampled_from(["seq", "previous", "body", "hash"]), ANYTHING, st.integers(0, 2))
def test_anything_in_a_row_is_reported_as_broken_there(field, value, index):
    rows = some_rows(3)
    same = type(getattr(rows[index], field)) is type(value) and getattr(rows[index], field) == value
    rows[index] = replace(rows[index], **{field: value})

    report = verify_chain(rows, GENESIS)

    assert same or (index, index + 1) == (report.rows, report.broken.seq)


@given(ANYTHING, st.integers(0, 5))
def test_anything_in_a_readable_column_is_reported(value, column):
    row = some_rows(1)[0]
    columns = (*row.columns[:column], value, *row.columns[column + 1 :])

    broken = first_break([replace(row, columns=columns)])

    assert (columns == row.columns) == (broken is None)
    assert broken in {None, Break(1, Flaw.ALTERED), Break(1, Flaw.WRONG_TYPE)}


COLUMNS = st.tuples(*[st.none() | st.text(st.characters(exclude_characters="\x1e\x1f"), max_size=5)] * 6)


@given(COLUMNS, COLUMNS)
def test_no_two_sets_of_readable_columns_are_hashed_alike(some, others):
    assert (some == others) == (encode_columns(some) == encode_columns(others))


@pytest.mark.parametrize("text", ["a\x1fb", "\x1e"])
def test_a_readable_column_that_holds_a_mark_is_refused(text):
    with pytest.raises(ValueError, match="no row has"):
        encode_columns((text, *NO_COLUMNS[1:]))
