"""The log's file: its tables, its fences, its connections, and what SQLite's errors mean to the kiosk.

Rules kept here: a commit is durable when it returns (WAL, synchronous FULL); SQLite itself must be new enough
not to lose rows; no SQLite error leaves this package as anything but a `Fault`. The triggers are a fence
against accidents, no proof: whoever can write the file can drop them. What rows mean is left to `chain`.

Source: SQLite's release history, 3.51.3 (fix of the WAL-reset bug); pragma documentation.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlite_utils import Database
from sqlite_utils.utils import sqlite3  # type: ignore[attr-defined]  # pysqlite3, as sqlite-utils chose

from kiosk.audit.place import FIRST_PAGE, require_no_journal
from kiosk.model import Fault, Reason

APPLICATION_ID = 0x4D754C67  # "MuLg": tells this log from any other SQLite file
SCHEMA_VERSION = 2
OLDEST_SQLITE = (3, 51, 3)

PAGE_BYTES = FIRST_PAGE  # a row takes about 900 bytes: fewer are wasted than with 4096
_PAGES_IN_WAL = 500  # after so many, the WAL is written back; 4 MiB

_LOG_TABLE = """CREATE TABLE log (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    environment TEXT NOT NULL,
    epoch BLOB NOT NULL
) STRICT"""
_ENTRY_TABLE = """CREATE TABLE entry (
    seq INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    kind TEXT NOT NULL,
    outcome TEXT,
    reasons TEXT,
    purpose TEXT,
    station TEXT NOT NULL,
    body BLOB NOT NULL,
    previous BLOB NOT NULL,
    hash BLOB NOT NULL
) STRICT"""


_SEALED_TABLE = """CREATE TABLE sealed (
    seq INTEGER PRIMARY KEY,
    content BLOB NOT NULL
) STRICT"""
_TILE_TABLE = """CREATE TABLE tile (
    level INTEGER NOT NULL,
    number INTEGER NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (level, number)
) STRICT, WITHOUT ROWID"""
_PRUNED_TILE_TABLE = """CREATE TABLE pruned_tile (
    number INTEGER PRIMARY KEY,
    hashes BLOB NOT NULL
) STRICT"""
_PRUNED_TABLE = """CREATE TABLE pruned (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    below INTEGER NOT NULL,
    previous BLOB NOT NULL,
    said_in INTEGER NOT NULL
) STRICT"""
_CHECKPOINT_TABLE = """CREATE TABLE checkpoint (
    size INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    text TEXT NOT NULL
) STRICT"""
_RECEIPT_TABLE = """CREATE TABLE receipt (
    size INTEGER PRIMARY KEY,
    text TEXT NOT NULL
) STRICT"""
TABLES = {
    "log": _LOG_TABLE,
    "entry": _ENTRY_TABLE,
    "sealed": _SEALED_TABLE,
    "tile": _TILE_TABLE,
    "pruned_tile": _PRUNED_TILE_TABLE,
    "pruned": _PRUNED_TABLE,
    "checkpoint": _CHECKPOINT_TABLE,
    "receipt": _RECEIPT_TABLE,
}
_KEYS = {"log": ("id",), "tile": ("level", "number"), "pruned_tile": ("number",), "pruned": ("id",)} | {
    "entry": ("seq",),
    "sealed": ("seq",),
    "checkpoint": ("size",),
    "receipt": ("size",),
}


def _fences_of(table: str) -> dict[str, str]:
    same = " AND ".join(f"{key} = NEW.{key}" for key in _KEYS[table])
    there = f" WHEN EXISTS (SELECT 1 FROM {table} WHERE {same})"  # noqa: S608 - our own names
    events = {"update": ("UPDATE", ""), "delete": ("DELETE", ""), "replace": ("INSERT", there)}
    return {
        f"{table}_no_{word}": f"CREATE TRIGGER {table}_no_{word} BEFORE {event} ON {table}{condition}"
        " BEGIN SELECT RAISE(ABORT, 'rows are only added'); END"
        for word, (event, condition) in events.items()
    }


FENCES = {name: sql for table in TABLES for name, sql in _fences_of(table).items()}

# What SQLite says about the file's content, by primary result code; all other codes are about reaching it.
_BROKEN_CODES = frozenset(
    {
        sqlite3.SQLITE_ERROR,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_CONSTRAINT,
        sqlite3.SQLITE_MISMATCH,
        sqlite3.SQLITE_TOOBIG,
        sqlite3.SQLITE_FORMAT,
        sqlite3.SQLITE_NOTADB,
    }
)


def check_sqlite_version(version: tuple[int, int, int] = sqlite3.sqlite_version_info) -> None:
    """Refuse an SQLite that can lose committed rows. Raises Fault: LOG_BROKEN."""
    if version < OLDEST_SQLITE:
        found, needed = (".".join(map(str, numbers)) for numbers in (version, OLDEST_SQLITE))
        raise Fault(
            Reason.LOG_BROKEN, f"SQLite {found} can lose rows: {needed} is needed (package pysqlite3)"
        )


@contextmanager
def sqlite_errors_as_faults(doing: str) -> Iterator[None]:
    """Turn SQLite's errors within the block into Faults; its complaints about our own code pass.

    Raises Fault: LOG_BROKEN (what the file holds), LOG_UNWRITABLE (full, locked, read-only, out of reach).
    """
    try:
        yield
    except sqlite3.ProgrammingError:
        raise
    except (
        UnicodeDecodeError
    ) as err:  # the driver met bytes of a broken file in a name or in SQLite's message
        raise Fault(Reason.LOG_BROKEN, f"{doing}: text that is none") from err
    except sqlite3.Error as err:
        code = getattr(err, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        reason = Reason.LOG_BROKEN if code in _BROKEN_CODES else Reason.LOG_UNWRITABLE
        raise Fault(reason, f"{doing}: {err}") from err


def connect_writer(path: Path, timeout_s: float) -> Database:
    """Open the one connection that appends; every commit on it waits for the disk.

    Raises Fault: LOG_BROKEN, LOG_UNWRITABLE.
    """
    with sqlite_errors_as_faults(f"opening {path.name}"):
        database = _wrap(sqlite3.connect(str(path), timeout=timeout_s, isolation_level=None))
    try:
        with sqlite_errors_as_faults(f"opening {path.name}"):
            _require_durable_commits(database)
    except Fault:
        database.close()
        raise
    return database


def _require_durable_commits(database: Database) -> None:
    database.execute(f"PRAGMA page_size = {PAGE_BYTES}")  # this and the next count in a new file alone
    database.execute("PRAGMA auto_vacuum = INCREMENTAL")  # so that pruned rows give their room back
    database.enable_wal()
    database.execute(f"PRAGMA wal_autocheckpoint = {_PAGES_IN_WAL}")
    database.execute(f"PRAGMA journal_size_limit = {2 * _PAGES_IN_WAL * PAGE_BYTES}")
    database.execute("PRAGMA synchronous = FULL")
    if database.journal_mode != "wal":
        raise Fault(Reason.LOG_UNWRITABLE, "the log's disk cannot hold a WAL file")


def connect_reader(path: Path) -> Database:
    """Open a connection that cannot write, also beside a running kiosk.

    Raises Fault: LOG_BROKEN, LOG_UNWRITABLE.
    """
    require_no_journal(path)
    with sqlite_errors_as_faults(f"opening {path.name}"):
        return _wrap(sqlite3.connect(reader_address(path), uri=True, timeout=5.0, isolation_level=None))


def reader_address(path: Path) -> str:
    """Return the address under which SQLite opens the log at `path` without being able to change it."""
    return f"{path.absolute().as_uri()}?mode=ro"


def _wrap(connection: sqlite3.Connection) -> Database:
    connection.text_factory = _decode_leniently
    database = Database(connection, execute_plugins=False)
    database.execute("PRAGMA trusted_schema = OFF")
    database.execute("PRAGMA cell_size_check = ON")
    return database


def _decode_leniently(text: bytes) -> str:
    return text.decode("utf-8", "replace")


def is_new(database: Database) -> bool:
    """True for a file nothing was ever written to; call within `sqlite_errors_as_faults`."""
    return not database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]


def create_tables(database: Database, environment: str, epoch: bytes) -> None:
    """Make a new file a log, wholly or not at all; call within `sqlite_errors_as_faults`."""
    with database.atomic():
        database.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        database.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        for statement in (*TABLES.values(), *FENCES.values()):
            database.execute(statement)
        database.table("log").insert({"id": 1, "environment": environment, "epoch": epoch})


@contextmanager
def fences_lifted(database: Database, *tables: str) -> Iterator[None]:
    """Let rows of `tables` be removed or replaced within the block, which is one transaction.

    Whatever ends the block, no other connection ever sees a fence down. Call within
    `sqlite_errors_as_faults`.
    """
    lifted = {name: sql for table in tables for name, sql in _fences_of(table).items()}
    with database.atomic():
        for name in lifted:
            database.execute(f"DROP TRIGGER {name}")
        yield
        for sql in lifted.values():
            database.execute(sql)


def check_tables(database: Database) -> tuple[str, ...]:
    """Compare the file's schema with ours and return the names of fences that are missing or changed.

    Call within `sqlite_errors_as_faults`. Raises Fault: LOG_BROKEN for a foreign file or other tables.
    """
    if database.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        raise Fault(Reason.LOG_BROKEN, "the file is not an audit log")
    version = database.execute("PRAGMA user_version").fetchone()[0]
    if version != SCHEMA_VERSION:
        raise Fault(
            Reason.LOG_BROKEN,
            f"log of schema version {version}, the kiosk knows {SCHEMA_VERSION}: keep the file, move it away",
        )
    # What has no SQL is an index that SQLite made itself; all else counts, whatever name it hides behind.
    listed = list(database.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"))
    found = dict(listed)
    strange = [name for name in TABLES if found.get(name) != TABLES[name]]
    if strange:
        raise Fault(Reason.LOG_BROKEN, f"table {strange[0]} is not as this kiosk made it")
    ours = TABLES | FENCES
    wrong = {name for name in ours.keys() | found.keys() if found.get(name) != ours.get(name)}
    twice = {name for name, count in Counter(name for name, _ in listed).items() if count > 1}
    return tuple(sorted(wrong | twice))
