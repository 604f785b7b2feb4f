"""What an insider with the file can do to it, and what is seen. The names say what is not."""

import shutil

import pysqlite3
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from kiosk.audit.canonical import columns_of, encode_entry
from kiosk.audit.chain import Break, Flaw, hash_row
from kiosk.audit.check import check_log
from kiosk.audit.schema import FENCES
from kiosk.model import Fault, Reason
from tests.audit.makers import a_failed_visit, an_entry, as_insider, open_log, write_log

OTHERS_OF_ROW_2 = (
    ", at, kind, outcome, reasons, purpose, station, body, previous, hash FROM entry WHERE seq = 2"
)
FORGED = encode_entry(an_entry(a_failed_visit()))


def broken_at(path):
    return check_log(path).chain.broken


def reason_of(call, *args):
    with pytest.raises(Fault) as fault:
        call(*args)
    return fault.value.reason


def report_or_reason(path):
    try:
        return check_log(path)
    except Fault as fault:
        return fault.reason


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE entry SET outcome = 'FAIL' WHERE seq = 2",
        "DELETE FROM entry WHERE seq = 2",
        "INSERT OR REPLACE INTO entry SELECT * FROM entry WHERE seq = 2",
        "DELETE FROM log",
        "UPDATE log SET epoch = zeroblob(16)",
    ],
)
def test_the_fences_stop_a_careless_hand(tmp_path, sql):
    path = write_log(tmp_path, 3)
    connection = pysqlite3.connect(str(path), isolation_level=None)

    with pytest.raises(pysqlite3.IntegrityError, match="only added"):
        connection.execute(sql)
    connection.close()

    assert check_log(path).holds


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ([("UPDATE entry SET body = ? WHERE seq = 3", (FORGED,))], Break(3, Flaw.ALTERED)),
        (["UPDATE entry SET outcome = 'FAIL' WHERE seq = 3"], Break(3, Flaw.ALTERED)),
        (["UPDATE entry SET station = cast(x'ff00' AS TEXT) WHERE seq = 3"], Break(3, Flaw.ALTERED)),
        (["UPDATE entry SET at = hex(zeroblob(3000000)) WHERE seq = 3"], Break(3, Flaw.ALTERED)),
        (
            ["UPDATE entry SET purpose = purpose || char(0) || 'hidden' WHERE seq = 3"],
            Break(3, Flaw.ALTERED),
        ),
        (["UPDATE entry SET body = zeroblob(5000000) WHERE seq = 3"], Break(3, Flaw.ALTERED)),
        (["UPDATE entry SET hash = zeroblob(32) WHERE seq = 3"], Break(3, Flaw.ALTERED)),
        (["UPDATE entry SET previous = zeroblob(32) WHERE seq = 3"], Break(3, Flaw.UNLINKED)),
        (["DELETE FROM entry WHERE seq = 3"], Break(3, Flaw.MISSING)),
        (["DELETE FROM entry WHERE seq = 1"], Break(1, Flaw.MISSING)),
        (
            [
                "UPDATE entry SET seq = -1 WHERE seq = 3",
                "UPDATE entry SET seq = 3 WHERE seq = 4",
                "UPDATE entry SET seq = 4 WHERE seq = -1",
            ],
            Break(3, Flaw.UNLINKED),
        ),
        (
            [
                "UPDATE entry SET seq = -seq WHERE seq > 2",
                "UPDATE entry SET seq = 1 - seq WHERE seq < 0",
                "INSERT INTO entry SELECT 3" + OTHERS_OF_ROW_2,
            ],
            Break(3, Flaw.UNLINKED),
        ),
        (
            ["INSERT OR REPLACE INTO entry SELECT 3" + OTHERS_OF_ROW_2],
            Break(3, Flaw.UNLINKED),
        ),
        (["UPDATE log SET epoch = zeroblob(16)"], Break(1, Flaw.UNLINKED)),
        (["UPDATE log SET environment = 'production'"], Break(1, Flaw.UNLINKED)),
    ],
    ids=[
        "edit the content",
        "edit a readable column",
        "no text in a readable column",
        "megabytes in a readable column",
        "letters after a zero in a readable column",
        "megabytes of content",
        "edit a hash",
        "edit a link",
        "delete a middle row",
        "delete the first row",
        "swap two rows",
        "insert a row",
        "replace a row by another",
        "change the installation",
        "change the environment",
    ],
)
def test_a_change_before_the_last_row_is_seen_past_the_fences(tmp_path, statements, expected):
    path = write_log(tmp_path, 6)

    as_insider(path, *statements)

    assert expected == broken_at(path)
    assert Reason.LOG_BROKEN is reason_of(open_log, tmp_path)


def test_the_chain_alone_cannot_see_that_the_last_rows_were_deleted(tmp_path):
    path = write_log(tmp_path, 6)

    as_insider(path, "DELETE FROM entry WHERE seq > 4")

    assert check_log(path).holds


def test_the_chain_alone_cannot_see_that_everything_was_rewritten_from_a_row_on(tmp_path):
    path = write_log(tmp_path, 3)
    columns = columns_of(FORGED)
    connection = pysqlite3.connect(str(path))
    (previous,) = connection.execute("SELECT hash FROM entry WHERE seq = 2").fetchone()
    connection.close()

    as_insider(
        path,
        (
            "UPDATE entry SET body = ?, hash = ? WHERE seq = 3",
            (FORGED, hash_row(3, previous, columns, FORGED)),
        ),
        ("UPDATE entry SET at = ?, outcome = ?, reasons = ? WHERE seq = 3", (columns[0], *columns[2:4])),
    )

    assert check_log(path).holds


def test_a_fence_that_stays_down_is_seen(tmp_path):
    path = write_log(tmp_path, 2)
    connection = pysqlite3.connect(str(path), isolation_level=None)
    connection.execute("DROP TRIGGER entry_no_delete")
    connection.execute("CREATE TRIGGER helpful AFTER INSERT ON log BEGIN SELECT 1; END")
    connection.close()

    report = check_log(path)

    assert ("entry_no_delete", "helpful") == report.identity.fences_down
    assert not report.holds
    assert Reason.LOG_BROKEN is reason_of(open_log, tmp_path)


@pytest.mark.parametrize(
    "sql",
    [
        "DROP TABLE entry",
        "DROP TABLE log",
        "ALTER TABLE entry ADD COLUMN name TEXT",
        "PRAGMA user_version = 1",
        "PRAGMA application_id = 1",
    ],
)
def test_other_tables_or_another_version_are_no_log_of_ours(tmp_path, sql):
    path = write_log(tmp_path, 2)
    connection = pysqlite3.connect(str(path), isolation_level=None)
    connection.execute(sql)
    connection.close()

    assert Reason.LOG_BROKEN is reason_of(check_log, path)
    assert Reason.LOG_BROKEN is reason_of(open_log, tmp_path)


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM log",
        "UPDATE log SET epoch = x'00'",
        "UPDATE log SET environment = 'moon'",
    ],
)
def test_a_log_that_does_not_say_whose_it_is_is_broken(tmp_path, sql):
    path = write_log(tmp_path, 2)

    as_insider(path, sql)

    assert Reason.LOG_BROKEN is reason_of(check_log, path)


def test_a_foreign_database_is_no_log(tmp_path):
    connection = pysqlite3.connect(str(tmp_path / "sandbox.db"), isolation_level=None)
    connection.execute("CREATE TABLE entry (seq INTEGER PRIMARY KEY)")
    connection.close()

    assert Reason.LOG_BROKEN is reason_of(check_log, tmp_path / "sandbox.db")
    assert Reason.LOG_BROKEN is reason_of(open_log, tmp_path)


def test_a_view_in_the_place_of_the_rows_is_no_log(tmp_path):
    path = write_log(tmp_path, 2)
    connection = pysqlite3.connect(str(path), isolation_level=None)
    for name in FENCES:
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute("ALTER TABLE entry RENAME TO old")
    connection.execute(
        "CREATE VIEW entry AS WITH RECURSIVE endless(seq) AS (SELECT 1 UNION ALL SELECT seq FROM endless)"
        " SELECT seq FROM endless"
    )
    connection.close()

    assert Reason.LOG_BROKEN is reason_of(check_log, path)


def test_garbage_in_the_wal_file_loses_no_row_of_a_closed_log(tmp_path):
    path = write_log(tmp_path, 3)
    (tmp_path / "sandbox.db-wal").write_bytes(bytes(range(256)) * 64)

    with open_log(tmp_path) as log:
        assert 4 == log.append(an_entry()).seq

    assert (4, True) == (check_log(path).chain.rows, check_log(path).holds)


def test_a_wal_file_beside_no_log_is_refused(tmp_path):
    with open_log(tmp_path / "a") as log:
        log.append(an_entry())
        shutil.copy(tmp_path / "a" / "sandbox.db-wal", tmp_path / "sandbox.db-wal")

    assert Reason.LOG_BROKEN is reason_of(open_log, tmp_path)


def test_the_wal_file_of_another_log_never_makes_a_mixed_log_that_holds(tmp_path):
    path = write_log(tmp_path, 200)
    with open_log(tmp_path / "other") as log:
        for _ in range(3):
            log.append(an_entry())
        shutil.copy(tmp_path / "other" / "sandbox.db-wal", tmp_path / "sandbox.db-wal")
        other = log.head

    found = report_or_reason(path)

    # Where it holds, SQLite took the other log over the file as a whole: a foreign log, not a mixture.
    assert found is Reason.LOG_BROKEN or not found.holds or other == found.chain.head


@example(place=3973, value=128, length=1)  # a name in the schema that is no UTF-8
@given(place=st.integers(0, 2**20), value=st.integers(1, 255), length=st.integers(1, 64))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_in_the_file_give_a_report_or_a_fault(tmp_path, place, value, length):
    whole = tmp_path / "whole"
    if not whole.exists():
        whole.write_bytes(write_log(tmp_path / "log", 20).read_bytes())
    content = bytearray(whole.read_bytes())
    for at in range(place, place + length):
        content[at % len(content)] ^= value
    path = tmp_path / "sandbox.db"
    path.write_bytes(content)

    found = report_or_reason(path)

    assert found in {Reason.LOG_BROKEN, Reason.LOG_UNWRITABLE} or 20 >= found.chain.rows
