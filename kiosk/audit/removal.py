"""What may ever leave the log's file: pruned rows, whose hashes stay, and sealed parts.

Rules kept here: rows are removed in whole tiles from the beginning on, and only hashes that agree with their
tile are kept in their place; the fences are down within a transaction alone; the row that says so is written
before or with the removal. Who may ask for it, and on what grounds, is left to the callers of `AuditLog`.
"""

from __future__ import annotations

from datetime import datetime

from sqlite_utils import Database

from kiosk.audit.chain import Receipt
from kiosk.audit.merkle import TILE, fold, leaf_hash
from kiosk.audit.schema import fences_lifted
from kiosk.audit.tiles import load_row_hashes, load_tiles
from kiosk.model import Fault, Reason

# What one transaction removes or moves takes as much room in the WAL: about a MiB, for a disk that is low.
AT_ONCE = 4 * TILE
_PAGES_AT_ONCE = 128
_OLD = "seq IN (SELECT seq FROM entry WHERE at < ?)"


def remove_rows(database: Database, base: Receipt, below: int, said_in: int) -> None:
    """Remove the rows after `base` with numbers below `below`; keep their hashes.

    `said_in` is the row that says so. Call within `sqlite_errors_as_faults`. Raises Fault: LOG_BROKEN when
    the hashes are not those the tiles were made of.
    """
    with fences_lifted(database, "entry", "sealed", "pruned"):
        last = base.hash
        for number in range(base.seq // TILE, (below - 1) // TILE):
            hashes = load_row_hashes(database, number)
            kept = load_tiles(database, 0, number, number + 1)
            if len(hashes) != TILE or kept != [fold([leaf_hash(each) for each in hashes])]:
                raise Fault(Reason.LOG_BROKEN, f"rows from {number * TILE + 1} on differ from their tile")
            database.execute("INSERT INTO pruned_tile VALUES (?, ?)", (number, b"".join(hashes)))
            last = hashes[-1]
        database.execute("DELETE FROM sealed WHERE seq < ?", (below,))
        database.execute("DELETE FROM entry WHERE seq < ?", (below,))
        database.execute("INSERT OR REPLACE INTO pruned VALUES (1, ?, ?, ?)", (below, last, said_in))


def count_sealed(database: Database, before: datetime) -> int:
    """Return how many sealed parts stand in rows of a time before `before`, aware UTC.

    Call within `sqlite_errors_as_faults`.
    """
    query = f"SELECT count(*) FROM sealed WHERE {_OLD}"  # noqa: S608 - our own words
    return int(database.execute(query, (_as_column(before),)).fetchone()[0])


def remove_sealed(database: Database, before: datetime) -> None:
    """Destroy the sealed parts of rows of a time before `before`.

    Call within `sqlite_errors_as_faults`.
    """
    with fences_lifted(database, "sealed"):
        query = f"DELETE FROM sealed WHERE {_OLD}"  # noqa: S608 - our own words
        database.execute("PRAGMA secure_delete = ON")
        database.execute(query, (_as_column(before),))
        database.execute("PRAGMA secure_delete = FAST")


def give_room_back(database: Database) -> None:
    """Return the room of what was removed to the disk, and leave none of it in the WAL.

    A reader that is at work keeps the WAL as it is until somebody writes again. Call within
    `sqlite_errors_as_faults`, outside a transaction.
    """
    write_back(database)
    while database.execute("PRAGMA freelist_count").fetchone()[0]:
        before = database.execute("PRAGMA page_count").fetchone()[0]
        database.execute(f"PRAGMA incremental_vacuum({_PAGES_AT_ONCE})").fetchall()
        write_back(database)
        if database.execute("PRAGMA page_count").fetchone()[0] == before:
            break  # a log made without incremental vacuum keeps its room for new rows
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()


def write_back(database: Database) -> None:
    """Let the next transaction begin the WAL anew, as far as no reader needs it.

    Call within `sqlite_errors_as_faults`, outside a transaction.
    """
    database.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()


def _as_column(at: datetime) -> str:
    return at.isoformat(timespec="microseconds")
