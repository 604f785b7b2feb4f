"""The notes beside the rows: whoever fills the file with them gets no memory and no other answer."""

import tracemalloc
from contextlib import closing

import pytest

from kiosk.audit.check import check_log, open_checked
from kiosk.audit.evidence import weigh_checkpoints
from kiosk.audit.notes import MAX_NOTE, load_checkpoints, load_newest_checkpoint, load_receipts
from kiosk.audit.schema import connect_reader
from kiosk.model import Fault, Reason
from tests.audit.makers import NOON, as_insider, open_log, write_many

MANY = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT {count}) INSERT INTO {table} "
CHECKPOINTS = MANY + "SELECT i, '2026-11-22T09:00:00+00:00', printf('%.*c', {letters}, 'x') FROM n"  # noqa: S608 - ours
RECEIPTS = MANY + "SELECT i, printf('%.*c', {letters}, 'x') FROM n"  # noqa: S608 - ours


def fill(path, sql, count, letters):
    table = "checkpoint" if sql is CHECKPOINTS else "receipt"
    as_insider(path, sql.format(count=count, table=table, letters=letters))


@pytest.mark.parametrize(("sql", "load"), [(CHECKPOINTS, load_checkpoints), (RECEIPTS, load_receipts)])
def test_however_many_notes_there_are_one_is_in_memory_at_a_time(tmp_path, sql, load):
    path = write_many(tmp_path, 1)
    fill(path, sql, 2_000, MAX_NOTE)

    with closing(connect_reader(path)) as database:
        tracemalloc.start()
        count = sum(len(each.text) == MAX_NOTE for each in load(database))
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()

    assert (2_000, True) == (count, most < 2_000_000)


@pytest.mark.parametrize(("sql", "load"), [(CHECKPOINTS, load_checkpoints), (RECEIPTS, load_receipts)])
def test_more_notes_than_any_kiosk_makes_are_no_log_of_ours(tmp_path, sql, load):
    path = write_many(tmp_path, 1)
    fill(path, sql, 6, 1)

    with closing(connect_reader(path)) as database, pytest.raises(Fault) as fault:
        list(load(database, 5))
    assert Reason.LOG_BROKEN is fault.value.reason


def test_a_note_longer_than_any_of_ours_is_read_by_nobody(tmp_path):
    path = write_many(tmp_path, 3)
    fill(path, CHECKPOINTS, 3, 1_000_000)

    with open_checked(path) as checked:
        assert ["", "", ""] == [each.text for each in load_checkpoints(checked.database)]
        assert 0 == weigh_checkpoints(checked, ()).own
    assert check_log(path).holds


def test_the_newest_checkpoint_and_the_receipt_for_most_rows_come_first(tmp_path):
    with open_log(tmp_path) as log:
        for size in (2, 9, 5):
            log.save_checkpoint(size, NOON, f"of {size}")
            log.save_receipt(size, f"for {size}")

        assert ["for 9", "for 5", "for 2"] == [each.text for each in log.receipts()]
    with closing(connect_reader(tmp_path / "sandbox.db")) as database:
        assert "of 9" == load_newest_checkpoint(database).text
        as_insider(tmp_path / "sandbox.db", "DELETE FROM checkpoint")
        assert load_newest_checkpoint(database) is None
