"""What an insider can do below the rows: a hidden index, other types, rows before the first."""

from dataclasses import replace
from datetime import timedelta

import pysqlite3
import pytest

from kiosk.__main__ import main
from kiosk.audit.canonical import columns_of, encode_entry, parse_entry
from kiosk.audit.chain import Break, Flaw, hash_row
from kiosk.audit.check import check_log, open_checked
from kiosk.audit.entry import PruneBasis, Pruned, TrustChanged
from kiosk.audit.merkle import fold, leaf_hash
from kiosk.audit.newest import load_since_newest
from kiosk.audit.rows import Span, open_outgoing
from kiosk.audit.schema import FENCES, TABLES
from kiosk.model import Fault, Reason
from tests.audit.makers import NOON, an_entry, as_insider, open_log, write_many

REST = "at, kind, NULL, NULL, NULL, station, body, hash, hash"
LOOSE = TABLES["entry"].removesuffix(" STRICT")


def on_file(path, *statements):
    """Run SQL on a connection of its own that may change the schema's table."""
    connection = pysqlite3.connect(str(path), isolation_level=None)
    connection.execute("PRAGMA writable_schema = ON")
    found = [connection.execute(*each).fetchall() for each in statements]
    connection.close()
    return found


def rewrite_from(path, first, last):
    """Write rows `first` to `last` anew, with all their hashes and the one over rows 257 to 512."""
    connection = pysqlite3.connect(str(path), isolation_level=None)
    (previous,) = connection.execute("SELECT hash FROM entry WHERE seq = ?", (first - 1,)).fetchone()
    for seq in range(first, last + 1):
        (body,) = connection.execute("SELECT body FROM entry WHERE seq = ?", (seq,)).fetchone()
        body = encode_entry(replace(parse_entry(body), station="Gate 9"))
        row_hash = hash_row(seq, previous, columns_of(body), body)
        changes = (columns_of(body)[-1], body, previous, row_hash, seq)
        connection.execute("UPDATE entry SET station=?, body=?, previous=?, hash=? WHERE seq=?", changes)
        previous = row_hash
    page = "SELECT hash FROM entry WHERE seq > 256 AND seq <= 512 ORDER BY seq"
    tile = fold([leaf_hash(each[0]) for each in connection.execute(page)])
    connection.execute("UPDATE tile SET hash = ? WHERE level = 0 AND number = 1", (tile,))
    connection.close()


def test_a_hidden_index_with_the_old_hashes_deceives_no_root(tmp_path):
    path = write_many(tmp_path, 600)
    with open_checked(path) as checked:
        before = checked.tree.root(500)
    drops = [(f"DROP TRIGGER {name}",) for name in FENCES]
    on_file(path, *drops, ("CREATE INDEX evil ON entry(seq, hash)",))
    listed = "FROM sqlite_master WHERE name = 'evil'"
    ((place,),), _ = on_file(path, (f"SELECT rootpage {listed}",), (f"DELETE {listed}",))
    rewrite_from(path, 300, 600)  # the index is forgotten now, and keeps the old hashes
    hidden = ("sqlite_x", place, "CREATE INDEX sqlite_x ON entry(seq, hash)")
    back = ("INSERT INTO sqlite_master VALUES ('index', ?, 'entry', ?, ?)", hidden)
    on_file(path, *((sql,) for sql in FENCES.values()), back)

    with open_checked(path) as checked:
        assert ("sqlite_x",) == checked.report.identity.fences_down
        assert before != checked.tree.root(500)


def put_back_index(path, index, later):
    """Make an index, hide it, let `later` change the log, and put the index back as it was."""
    on_file(path, *((f"DROP TRIGGER {name}",) for name in FENCES), (f"CREATE INDEX evil ON entry({index})",))
    listed = "FROM sqlite_master WHERE name = 'evil'"
    ((place,),), _ = on_file(path, (f"SELECT rootpage {listed}",), (f"DELETE {listed}",))
    later()
    back = (
        "INSERT INTO sqlite_master VALUES ('index', 'evil', 'entry', ?, ?)",
        (place, f"CREATE INDEX evil ON entry({index})"),
    )
    on_file(path, *((sql,) for sql in FENCES.values()), back)


@pytest.mark.parametrize("index", ["seq", "at", "at, seq"])
def test_a_hidden_index_with_fewer_rows_hides_no_row_from_an_export(tmp_path, index):
    path = write_many(tmp_path, 10)

    def write_on():
        on_file(path, *((sql,) for sql in FENCES.values()))
        with open_log(tmp_path) as log:
            for _ in range(10):
                log.append(an_entry(at=NOON + timedelta(days=2)))
        on_file(path, *((f"DROP TRIGGER {name}",) for name in FENCES))

    put_back_index(path, index, write_on)

    with open_outgoing(path) as source:
        assert Span(1, 20) == source.find_span(None, None)
        assert Span(11, 20) == source.find_span(NOON.date() + timedelta(days=1), None)
        assert Span(1, 10) == source.find_span(None, NOON.date())


def test_a_hidden_index_hides_no_floor(tmp_path):
    path = write_many(tmp_path, 10)
    newest = TrustChanged(2, 9, "policy-9")

    def write_on():
        on_file(path, *((sql,) for sql in FENCES.values()))
        with open_log(tmp_path) as log:
            log.append(an_entry(newest))
            log.append(an_entry())
        on_file(path, *((f"DROP TRIGGER {name}",) for name in FENCES))

    with open_log(tmp_path) as log:
        log.append(an_entry(TrustChanged(1, 8, "policy-8")))
    put_back_index(path, "kind, seq", write_on)

    assert (newest,) == load_since_newest(path, TrustChanged)


def test_a_readable_column_of_another_type_is_no_text(tmp_path):
    path = write_many(tmp_path, 10)
    schema = "UPDATE sqlite_master SET sql = ? WHERE name = 'entry'"
    on_file(path, *((f"DROP TRIGGER {name}",) for name in FENCES), (schema, (LOOSE,)))
    on_file(path, ("UPDATE entry SET kind = CAST(kind AS BLOB) WHERE seq = 4",), (schema, (TABLES["entry"],)))
    on_file(path, *((sql,) for sql in FENCES.values()))

    assert Break(4, Flaw.WRONG_TYPE) == check_log(path).broken


def test_a_row_before_the_first_is_named_and_not_written_on(tmp_path):
    path = write_many(tmp_path, 5)
    on_file(
        path,
        (
            f"INSERT INTO entry SELECT -3, {REST} FROM entry LIMIT 1",  # noqa: S608 - ours
        ),
    )

    assert Break(-3, Flaw.OUTSIDE) == check_log(path).broken
    with pytest.raises(Fault) as fault:
        open_log(tmp_path)
    assert Reason.LOG_BROKEN is fault.value.reason


@pytest.mark.parametrize("count", [1, 3, 256])
def test_rows_put_back_where_they_were_pruned_are_named(tmp_path, count):
    path = write_many(tmp_path, 700)
    ((rows),) = on_file(path, ("SELECT * FROM entry WHERE seq <= ?", (count,)))
    with open_log(tmp_path) as log:
        log.prune(an_entry(Pruned(513, PruneBasis.EXPORT)))
    places = ", ".join("?" * len(rows[0]))
    on_file(path, *((f"INSERT INTO entry VALUES ({places})", row) for row in rows))  # noqa: S608 - ours

    assert Break(1, Flaw.OUTSIDE) == check_log(path).broken


def test_a_log_that_claims_endless_pruned_rows_costs_no_memory(tmp_path):
    path = write_many(tmp_path, 5)
    as_insider(path, ("INSERT INTO pruned VALUES (1, ?, ?, ?)", (2**62 + 1, bytes(32), 2**63 - 1)))

    with pytest.raises(Fault) as fault:
        check_log(path)
    assert Reason.LOG_BROKEN is fault.value.reason


def test_a_report_may_end_with_the_last_day_there_is(tmp_path, capsys):
    write_many(tmp_path, 5)

    assert 0 == main(["audit", "report", "--to", "9999-12-31", "--log", str(tmp_path)])
    assert "1 - 5" in capsys.readouterr().out


def test_a_row_beyond_all_numbers_is_a_usage_error(tmp_path):
    with pytest.raises(SystemExit) as ended:
        main(["audit", "prove", "9" * 19, "--log", str(tmp_path)])
    assert 2 == ended.value.code


JOURNALS = {
    "no journal": b"not one",
    "empty header": bytes.fromhex("d9d505f920a163d7") + bytes(8000),
    "pages": bytes.fromhex("d9d505f920a163d7") + b"\xff\xff\xff\xff" + bytes(range(256)) * 40,
}


@pytest.mark.parametrize("journal", JOURNALS.values(), ids=JOURNALS)
def test_a_journal_beside_a_log_is_neither_rolled_back_into_it_nor_deleted(tmp_path, journal):
    path = write_many(tmp_path, 20)
    before, beside = path.read_bytes(), tmp_path / "sandbox.db-journal"
    beside.write_bytes(journal)

    for opening in (lambda: check_log(path), lambda: open_log(tmp_path)):
        with pytest.raises(Fault, match=r"sandbox\.db-journal is no file of the log's: keep it") as fault:
            opening()
        assert Reason.LOG_BROKEN is fault.value.reason

    assert (before, journal) == (path.read_bytes(), beside.read_bytes())
    beside.unlink()
    assert check_log(path).holds


def test_a_log_cut_off_in_its_very_first_moment_opens(tmp_path):
    (tmp_path / "sandbox.db-journal").write_bytes(JOURNALS["empty header"])
    (tmp_path / "sandbox.db").write_bytes(b"")

    with open_log(tmp_path) as log:
        assert 1 == log.append(an_entry()).seq


def test_two_kiosks_past_the_lock_never_both_write_the_next_row(tmp_path):
    first = open_log(tmp_path)
    (tmp_path / "sandbox.lock").unlink()
    with open_log(tmp_path) as second:
        second.append(an_entry())

        with first, pytest.raises(Fault, match="somebody else changed the log") as fault:
            first.append(an_entry())

        assert Reason.LOG_BROKEN is fault.value.reason
        assert 2 == second.append(an_entry()).seq
    assert check_log(tmp_path / "sandbox.db").holds
