"""What a whole check says of a log: where it holds, what its stored hashes are worth, what contents say."""

from contextlib import closing
from datetime import timedelta

import pytest

from kiosk.audit.canonical import columns_of, encode_entry
from kiosk.audit.chain import Break, Flaw, hash_row
from kiosk.audit.check import check_log, load_last_rows, open_checked
from kiosk.audit.reading import load_next_row, load_row
from kiosk.audit.schema import connect_reader
from kiosk.model import Fault, Reason
from tests.audit.makers import NOON, an_entry, as_insider, open_log, write_many

ADD_ROW_5 = (
    "INSERT INTO entry (seq, body, hash, previous, at, kind, outcome, reasons, purpose, station)"
    " VALUES (5, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


def rewrite_last_row(path, body, columns):
    """Write the last of 5 rows anew, with a hash that fits."""
    with closing(connect_reader(path)) as database:
        previous = load_row(database, 5).previous
    fitting = hash_row(5, previous, columns, body)
    as_insider(path, "DELETE FROM entry WHERE seq = 5", (ADD_ROW_5, (body, fitting, previous, *columns)))


def test_a_check_gives_the_root_that_the_kiosk_had(tmp_path):
    path = write_many(tmp_path, 600)
    with open_log(tmp_path) as log:
        roots = [log.tree.root(size) for size in (0, 255, 256, 600)]

    with open_checked(path) as checked:
        assert roots == [checked.tree.root(size) for size in (0, 255, 256, 600)]
        assert checked.report.holds


def test_a_check_believes_no_stored_hash(tmp_path):
    path = write_many(tmp_path, 600)
    with open_checked(path) as checked:
        root = checked.tree.root()
    as_insider(path, "UPDATE tile SET hash = zeroblob(32) WHERE number = 1")

    with open_checked(path) as checked:
        assert root == checked.tree.root()
        assert "rows 257 to 512" in checked.report.hashes_wrong
        assert not checked.report.holds


def test_roots_are_given_as_far_as_the_rows_hold(tmp_path):
    path = write_many(tmp_path, 600)
    with open_checked(path) as checked:
        root = checked.tree.root(299)
    as_insider(path, "UPDATE entry SET purpose = 'other' WHERE seq = 300")

    with open_checked(path) as checked:
        assert (299, root) == (checked.tree.size, checked.tree.root())
        assert (Break(300, Flaw.ALTERED), None) == (checked.report.broken, checked.report.hashes_wrong)


def test_a_deleted_end_is_seen_where_a_stored_hash_was_forgotten(tmp_path):
    path = write_many(tmp_path, 600)
    as_insider(path, "DELETE FROM entry WHERE seq > 500")

    report = check_log(path)

    assert report.chain.broken is None
    assert "rows 257 to 512" in report.hashes_wrong


def test_a_check_sees_the_log_as_it_was_when_it_began(tmp_path):
    path = write_many(tmp_path, 20)
    with open_checked(path) as checked, open_log(tmp_path) as log:
        log.append(an_entry())

        assert (20, 20) == (checked.report.chain.rows, checked.tree.size)


def test_a_thorough_check_names_a_well_hashed_row_that_is_no_entry(tmp_path):
    path = write_many(tmp_path, 5)
    rewrite_last_row(path, b"\xa0", ("2026", "VISIT", None, None, None, "Gate 3"))

    assert check_log(path).holds
    report = check_log(path, thorough=True)
    assert (Break(5, Flaw.NOT_AN_ENTRY), False) == (report.broken, report.holds)


def test_a_thorough_check_names_a_well_hashed_row_whose_columns_say_something_else(tmp_path):
    path = write_many(tmp_path, 5)
    body = encode_entry(an_entry(at=NOON + timedelta(seconds=4)))
    rewrite_last_row(path, body, (*columns_of(body)[:2], "FAIL", *columns_of(body)[3:]))

    assert check_log(path).holds
    assert Break(5, Flaw.COLUMN_ALTERED) == check_log(path, thorough=True).broken


def test_a_thorough_check_of_a_broken_chain_reads_what_holds(tmp_path):
    path = write_many(tmp_path, 9)
    as_insider(path, "UPDATE entry SET purpose = 'other' WHERE seq = 7")

    assert Break(7, Flaw.ALTERED) == check_log(path, thorough=True).broken


def test_rows_are_found_by_their_number(tmp_path):
    path = write_many(tmp_path, 3)
    as_insider(path, "DELETE FROM entry WHERE seq = 2")

    with closing(connect_reader(path)) as database:
        found = [load_row(database, 1).seq, load_row(database, 2), load_next_row(database, 2).seq]
        assert [1, None, 3] == found
        assert load_next_row(database, 4) is None


def test_the_last_rows_are_shown_as_entries_or_as_unreadable(tmp_path):
    path = write_many(tmp_path, 5)
    as_insider(path, "UPDATE entry SET body = x'00' WHERE seq = 4")

    assert [(4, True), (5, False)] == [(row.seq, row.entry is None) for row in load_last_rows(path, 2)]


def test_a_log_of_the_first_schema_is_refused_with_what_to_do(tmp_path):
    path = write_many(tmp_path, 1)
    as_insider(path, "PRAGMA user_version = 1")

    with pytest.raises(Fault) as fault:
        check_log(path)
    assert Reason.LOG_BROKEN is fault.value.reason
    assert "schema version 1" in fault.value.detail
    assert "move it away" in fault.value.detail


def test_checkpoints_and_receipts_are_kept_once_for_each_size(tmp_path):
    with open_log(tmp_path) as log:
        log.save_checkpoint(1, NOON, "one")
        log.save_checkpoint(3, NOON + timedelta(hours=1), "three")
        log.save_checkpoint(1, NOON + timedelta(hours=2), "another one")
        log.save_receipt(2, "have")
        log.save_receipt(2, "have again")

        assert [(1, NOON, "one"), (3, NOON + timedelta(hours=1), "three")] == [
            (each.size, each.at, each.text) for each in log.checkpoints()
        ]
        assert [(2, None, "have")] == [(each.size, each.at, each.text) for each in log.receipts()]


@pytest.mark.parametrize("sql", ["UPDATE checkpoint SET at = 'noon'", "UPDATE checkpoint SET at = ''"])
def test_a_checkpoint_without_a_time_is_none(tmp_path, sql):
    with open_log(tmp_path) as log:
        log.save_checkpoint(1, NOON, "one")
        as_insider(tmp_path / "sandbox.db", sql)

        with pytest.raises(Fault) as fault:
            list(log.checkpoints())
    assert Reason.LOG_BROKEN is fault.value.reason
