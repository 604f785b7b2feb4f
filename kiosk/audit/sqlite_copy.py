"""The log as a database for auditors: a copy that opens anywhere, and one flat table to look around in.

Rules kept here: the source is opened read-only and copied as it is at one moment; without sealed parts these
are never copied, rather than deleted afterwards, because a flash disk keeps deleted blocks. A copy has the
log's own tables and fences, so `audit check` works on it. Whether the files are whole is left to `outfolder`.

Source: SQLite documentation, "VACUUM INTO" (lang_vacuum.html) and "ATTACH DATABASE" (lang_attach.html).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlite_utils import Database
from sqlite_utils.utils import sqlite3  # type: ignore[attr-defined]  # pysqlite3, as sqlite-utils chose

from kiosk.audit.lock import PRIVATE_FILE
from kiosk.audit.outfolder import OutputError
from kiosk.audit.readable import HEADINGS, Cell
from kiosk.audit.schema import (
    APPLICATION_ID,
    FENCES,
    SCHEMA_VERSION,
    TABLES,
    connect_reader,
    sqlite_errors_as_faults,
)

READING = "reading.db"
SEALED_TABLE = "sealed"

_NO_ROOM = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR})
_TABLE = ", ".join(f'"{name}"' for name in HEADINGS[1:])
_INSERT = f"INSERT INTO rows VALUES ({', '.join('?' * len(HEADINGS))})"  # noqa: S608 - our own names


def copy_log(source: Path, target: Path, *, with_sealed: bool) -> None:
    """Copy the log at `source` to the new file `target`, with or without what is sealed in it.

    Raises Fault: LOG_BROKEN, LOG_UNWRITABLE (the log); OutputError (no room for the copy).
    """
    _create_private(target)
    with sqlite_errors_as_faults(f"copying {source.name}"), _no_room_as_output_error(target):
        if with_sealed:
            with closing(connect_reader(source)) as database:
                database.execute("VACUUM INTO ?", (str(target),))
        else:
            with _new_database(target) as database:
                _copy_tables(database, source)


def _copy_tables(database: Database, source: Path) -> None:
    database.execute("ATTACH ? AS log", (f"{source.absolute().as_uri()}?mode=ro",))
    database.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    database.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    with database.atomic():
        for name, statement in TABLES.items():
            database.execute(statement)
            if name != SEALED_TABLE:
                database.execute(f"INSERT INTO main.{name} SELECT * FROM log.{name}")  # noqa: S608 - our own names
        for fence in FENCES.values():
            database.execute(fence)


def write_reading(target: Path, rows: Iterable[tuple[Cell, ...]]) -> None:
    """Write the flat table `rows` (columns HEADINGS) to the new database `target`. Raises OutputError.

    Errors of the log that `rows` come from pass through.
    """
    _create_private(target)
    with (
        sqlite_errors_as_faults(f"writing {target.name}"),
        _no_room_as_output_error(target),
        _new_database(target) as database,
        database.atomic(),
    ):
        database.execute(f"CREATE TABLE rows (seq INTEGER PRIMARY KEY, {_TABLE})")
        database.conn.executemany(_INSERT, rows)


def _create_private(target: Path) -> None:
    """Make the empty file that SQLite fills: a FAT stick refuses to change a mode afterwards."""
    try:
        os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, PRIVATE_FILE))
    except OSError as err:
        raise OutputError(f"{target.parent.parent}: {err.strerror}") from err


@contextmanager
def _new_database(target: Path) -> Iterator[Database]:
    """Open a new file without a journal: it gets its name only when it is whole, and is synced then."""
    connection = sqlite3.connect(target.absolute().as_uri() + "?mode=rwc", uri=True, isolation_level=None)
    with closing(Database(connection, execute_plugins=False)) as database:
        database.execute("PRAGMA journal_mode = OFF")
        database.execute("PRAGMA synchronous = OFF")
        yield database


@contextmanager
def _no_room_as_output_error(target: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as err:
        if getattr(err, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF not in _NO_ROOM:
            raise
        raise OutputError(f"{target.parent.parent}: {err}") from err
