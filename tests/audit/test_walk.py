"""The quick walk finds the same rows whole as the careful one, alone and with a helper beside it."""

from contextlib import closing
from dataclasses import replace

import pysqlite3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.audit.chain import Receipt, encode_columns, hash_row, verify_chain
from kiosk.audit.check import check_log
from kiosk.audit.merkle import TILE, root_of
from kiosk.audit.reading import load_identity
from kiosk.audit.rowbytes import READABLE_COLUMNS
from kiosk.audit.schema import FENCES, TABLES, connect_reader
from kiosk.audit.walk import WALK, Walked, parse_walked, walk_rows
from kiosk.audit.walkers import walk_all
from kiosk.model import Fault, Reason
from tests.audit.makers import GENESIS, as_insider, some_rows, write_many

ROWS = some_rows(6)
COLUMN = st.none() | st.text(max_size=6) | st.sampled_from(["\x1e", "\x1f", "a\x1f", "", "\0", "قف"])
LOOSE = f"CREATE TABLE entry (seq INTEGER PRIMARY KEY, {', '.join(READABLE_COLUMNS)}, body, previous, hash)"
FIELD = st.none() | st.integers() | st.floats() | st.text(max_size=8) | st.binary(max_size=40)


def raw(row):
    return row.seq, row.previous, row.hash, encode_columns(row.columns), row.body


def test_rows_that_hold_are_walked_to_the_last():
    walked = walk_rows(map(raw, ROWS), 1, GENESIS.hash)

    assert Walked(6, GENESIS.hash, ROWS[5].hash, ()) == walked


def test_a_walk_from_the_middle_says_what_its_first_row_follows():
    walked = walk_rows(map(raw, ROWS[3:]), 4, None)

    assert (3, ROWS[2].hash) == (walked.rows, walked.follows)


def test_each_256_rows_give_the_hash_over_them():
    rows = some_rows(2 * TILE + 1)
    hashes = [row.hash for row in rows]

    walked = walk_rows(map(raw, rows), 1, GENESIS.hash)

    assert (root_of(hashes[:TILE]), root_of(hashes[TILE : 2 * TILE])) == walked.tiles


@given(st.sampled_from(["seq", "previous", "hash", "body"]), FIELD, st.integers(0, 5))
def test_the_quick_walk_stops_where_the_careful_one_does(field, value, index):
    rows = [*ROWS[:index], replace(ROWS[index], **{field: value}), *ROWS[index + 1 :]]

    assert verify_chain(rows, GENESIS).rows == walk_rows(map(raw, rows), 1, GENESIS.hash).rows


@given(st.tuples(*[COLUMN] * 6))
def test_sqlite_writes_the_readable_columns_as_they_are_hashed(columns):
    connection = pysqlite3.connect(":memory:")
    connection.execute(TABLES["entry"].replace(" NOT NULL", ""))
    connection.execute("INSERT INTO entry VALUES (1, ?, ?, ?, ?, ?, ?, x'', x'', x'')", columns)
    ((_, _, _, written, _),) = connection.execute(WALK, (1, 1))
    connection.close()

    try:
        expected = encode_columns(columns)
    except ValueError:
        assert 6 != written.count(b"\x1e") + written.count(b"\x1f")
    else:
        assert expected == written


@pytest.mark.parametrize("mark", ["char(31)", "char(30)", "'a' || char(31) || 'b'"])
def test_a_mark_in_a_readable_column_breaks_its_row(tmp_path, mark):
    path = write_many(tmp_path, 5)
    as_insider(path, f"UPDATE entry SET reasons = {mark} WHERE seq = 3")  # noqa: S608 - ours

    assert 3 == check_log(path).chain.broken.seq


@given(st.sampled_from(READABLE_COLUMNS), FIELD, st.booleans())
def test_the_quick_walk_refuses_a_column_that_is_no_text_though_its_letters_are_hashed(name, value, as_text):
    """Whatever stands there instead, and whichever text the row's hash was made of."""
    columns = list(ROWS[0].columns)
    columns[READABLE_COLUMNS.index(name)] = value
    texts = [each if each is None or isinstance(each, str) else str(each) for each in columns]
    try:
        made = hash_row(1, GENESIS.hash, texts if as_text else ROWS[0].columns, ROWS[0].body)
    except ValueError:
        made = ROWS[0].hash
    row = replace(ROWS[0], columns=tuple(columns), hash=made)
    connection = pysqlite3.connect(":memory:")
    connection.execute(LOOSE)
    values = (row.seq, *row.columns, row.body, row.previous, row.hash)
    connection.execute("INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", values)

    walked = walk_rows(connection.execute(WALK, (1, 1)), 1, GENESIS.hash)
    connection.close()

    assert verify_chain([row], GENESIS).rows == walked.rows


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("body", "zeroblob(16385)"),
        ("body", "CAST(body AS TEXT)"),
        ("station", "printf('%.*c', 16385, 'x')"),
        ("previous", "previous || x'00'"),
        ("hash", "hash || x'00'"),
        ("hash", "NULL"),
    ],
)
def test_a_field_that_is_too_long_or_of_another_type_breaks_its_row(tmp_path, name, value):
    path = write_many(tmp_path, 5)
    with closing(pysqlite3.connect(str(path), isolation_level=None)) as connection:
        for table in (LOOSE, TABLES["entry"]):
            connection.execute("PRAGMA writable_schema = ON")
            connection.execute("UPDATE sqlite_master SET sql = ? WHERE name = 'entry'", (table,))
            connection.execute("PRAGMA writable_schema = RESET")
            if table is LOOSE:
                connection.execute("DROP TRIGGER entry_no_update")
                connection.execute(f"UPDATE entry SET {name} = {value} WHERE seq = 3")  # noqa: S608 - ours
        connection.execute(FENCES["entry_no_update"])

    with closing(connect_reader(path)) as database:
        assert 2 == walk_all(database, path, load_identity(database).base, 5).rows


def walked_by(path, helper_path, rows):
    """Walk a log as far as it holds, with a helper for the second half of it."""
    with closing(connect_reader(path)) as database:
        base = load_identity(database).base
        return walk_all(database, helper_path, base, rows, worth_sharing=TILE)


@pytest.fixture
def written(tmp_path):
    return write_many(tmp_path, 800)


def test_two_walk_what_one_walks(written):
    with closing(connect_reader(written)) as database:
        alone = walk_all(database, written, load_identity(database).base, 800)

    assert alone == walked_by(written, written, 800)
    assert (800, 3) == (alone.rows, len(alone.tiles))


@pytest.mark.parametrize("row", [1, 100, 256, 257, 258, 700, 800])
def test_a_broken_row_is_found_on_either_side_of_the_middle(written, row):
    as_insider(written, ("UPDATE entry SET purpose = 'other' WHERE seq = ?", (row,)))

    assert row - 1 == walked_by(written, written, 800).rows


def test_halves_that_hold_but_do_not_follow_each_other_are_told_apart(written, tmp_path):
    """The second half is of another log whose rows hold among themselves."""
    as_insider(written, "UPDATE entry SET purpose = 'other' WHERE seq = 10")
    (tmp_path / "whole").mkdir()
    whole = write_many(tmp_path / "whole", 800)

    assert 9 == walked_by(written, whole, 800).rows


@pytest.mark.parametrize("content", [None, b"no log", b""])
def test_a_helper_that_cannot_work_changes_nothing(written, tmp_path, content):
    elsewhere = tmp_path / "elsewhere.db"
    if content is not None:
        elsewhere.write_bytes(content)

    assert 800 == walked_by(written, elsewhere, 800).rows


def test_a_log_without_rows_holds(tmp_path):
    path = write_many(tmp_path, 0)
    with closing(connect_reader(path)) as database:
        genesis = load_identity(database).genesis

    assert Walked(0, genesis.hash, genesis.hash, ()) == walked_by(path, path, 0)


def test_a_file_that_cannot_be_read_to_the_end_is_a_fault(written):
    content = bytearray(written.read_bytes())
    content[len(content) // 2 :] = bytes(len(content) - len(content) // 2)
    written.write_bytes(content)

    with pytest.raises(Fault) as fault:
        walked_by(written, written, 800)
    assert Reason.LOG_BROKEN is fault.value.reason


@given(st.binary(max_size=200))
def test_whatever_a_helper_wrote_is_read_or_left(content):
    walked = parse_walked(content)

    assert walked is None or content == b"".join(
        (walked.rows.to_bytes(8, "big"), walked.follows, walked.last, *walked.tiles)
    )


def test_what_a_helper_writes_is_read():
    walked = Walked(7, bytes(32), bytes(range(32)), (bytes(32),) * 2)

    content = (7).to_bytes(8, "big") + walked.follows + walked.last + b"".join(walked.tiles)
    assert walked == parse_walked(content)


def test_rows_after_another_place_do_not_begin_there():
    assert 0 == walk_rows(map(raw, ROWS), 1, Receipt(0, bytes(32)).hash).rows
