"""From the log's file to rows that can be verified: the writer at its start and the checker both read here.

Rules kept here: nothing read is believed; what SQLite complains of becomes a `Fault`. Judging rows is left
to `chain`, opening the file to `schema`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlite_utils import Database

from kiosk.audit.chain import (
    EPOCH_BYTES,
    ChainReport,
    Receipt,
    StoredRow,
    make_genesis,
    verify_tail,
)
from kiosk.audit.merkle import HASH_BYTES, TILE
from kiosk.audit.rowbytes import MAX_BODY, READABLE_COLUMNS
from kiosk.audit.schema import check_tables, sqlite_errors_as_faults
from kiosk.model import Environment, Fault, Reason

MAX_SEALED = 8 * 1024  # bytes of one sealed part; a holder's takes about 250

# A value longer than any of ours is cut, so that it breaks its row and not this machine's memory. The length
# is asked in bytes, and no other value is cut: as a text SQLite would cut it at its first zero.
_CUT = MAX_BODY + 1
_SELECT = ", ".join(
    (
        "seq",
        *(
            f"iif(length(CAST({name} AS BLOB)) < {_CUT}, {name}, substr({name}, 1, {_CUT}))"
            for name in ("previous", "body", "hash", *READABLE_COLUMNS)
        ),
    )
)


@dataclass(frozen=True, slots=True)
class PrunedRows:
    """The rows with numbers below `below` are gone; `previous` is the hash of the last of them.

    `said_in` is the number of the row that says so.
    """

    below: int
    previous: bytes
    said_in: int


@dataclass(frozen=True, slots=True)
class LogIdentity:
    """Whose log a file says it is. `epoch` is random and new with each installation.

    `fences_down` names the guard triggers that somebody removed or changed; `pruned` is None while the log
    is whole.
    """

    environment: Environment
    epoch: bytes
    fences_down: tuple[str, ...]
    pruned: PrunedRows | None = None

    @property
    def genesis(self) -> Receipt:
        """The place before the first row ever written."""
        return make_genesis(self.epoch, self.environment)

    @property
    def base(self) -> Receipt:
        """The place before the first row that the file still has."""
        return Receipt(self.pruned.below - 1, self.pruned.previous) if self.pruned else self.genesis


def load_identity(database: Database) -> LogIdentity:
    """Read whose log this is. Raises Fault: LOG_BROKEN for anything but a log of ours."""
    with sqlite_errors_as_faults("reading the log"):
        fences_down = check_tables(database)
        found = list(database.execute("SELECT environment, substr(epoch, 1, 17) FROM log LIMIT 2"))
        pruned = database.execute("SELECT below, substr(previous, 1, 33), said_in FROM pruned").fetchone()
    if len(found) != 1:
        raise Fault(Reason.LOG_BROKEN, "the log does not say whose it is")
    environment, epoch = found[0]
    if type(epoch) is not bytes or len(epoch) != EPOCH_BYTES:
        raise Fault(Reason.LOG_BROKEN, "the log's epoch is not one")
    if environment not in {known.value for known in Environment}:
        raise Fault(Reason.LOG_BROKEN, "the log is of an unknown environment")
    return LogIdentity(Environment(environment), epoch, fences_down, _read_pruned(pruned))


def _read_pruned(found: tuple[object, ...] | None) -> PrunedRows | None:
    if found is None:
        return None
    below, previous, said_in = found
    if type(below) is not int or type(previous) is not bytes or type(said_in) is not int:
        raise Fault(Reason.LOG_BROKEN, "what the log says of its pruned rows is damaged")
    if below <= TILE or below % TILE != 1 or len(previous) != HASH_BYTES or said_in < below:
        raise Fault(Reason.LOG_BROKEN, "what the log says of its pruned rows cannot be")
    return PrunedRows(below, previous, said_in)


def load_row(database: Database, seq: int) -> StoredRow | None:
    """Read one row, unverified; None when it is not there. Raises Fault: LOG_BROKEN, LOG_UNWRITABLE."""
    return next(iter(load_rows(database, seq, seq)), None)


def load_next_row(database: Database, seq: int) -> StoredRow | None:
    """Read the first row with number `seq` or a higher one, unverified; None after the last row.

    Raises Fault: LOG_BROKEN, LOG_UNWRITABLE.
    """
    query = f"SELECT {_SELECT} FROM entry NOT INDEXED WHERE seq >= ? ORDER BY seq LIMIT 1"  # noqa: S608 - our own names
    with sqlite_errors_as_faults("reading the log"):
        return next(_rows(database.execute(query, (seq,))), None)


def load_rows(database: Database, first: int, last: int) -> Iterator[StoredRow]:
    """Read the rows from `first` to `last`, unverified. Raises Fault: LOG_BROKEN, LOG_UNWRITABLE."""
    query = f"SELECT {_SELECT} FROM entry NOT INDEXED WHERE seq BETWEEN ? AND ? ORDER BY seq"  # noqa: S608 - our own names
    with sqlite_errors_as_faults("reading the log"):
        yield from _rows(database.execute(query, (first, last)))


def load_sealed(database: Database, seq: int) -> bytes | None:
    """Read the sealed part of row `seq`, unverified; None when there is none, or it was destroyed.

    What is longer than any of ours is cut. Raises Fault: LOG_BROKEN, LOG_UNWRITABLE.
    """
    with sqlite_errors_as_faults("reading the log"):
        query = "SELECT substr(content, 1, ?) FROM sealed WHERE seq = ?"
        found = database.execute(query, (MAX_SEALED + 1, seq)).fetchone()
    return found[0] if found and type(found[0]) is bytes else None


def load_last_seq(database: Database) -> int:
    """Return the number of the last row, 0 while there is none. Raises Fault: LOG_BROKEN, LOG_UNWRITABLE."""
    with sqlite_errors_as_faults("reading the log"):
        found = database.execute("SELECT max(seq) FROM entry NOT INDEXED").fetchone()[0]
    return found if type(found) is int else 0


def load_first_seq(database: Database) -> int:
    """Return the lowest number that a row has, one more than any where there is no row.

    Raises Fault: LOG_BROKEN, LOG_UNWRITABLE.
    """
    with sqlite_errors_as_faults("reading the log"):
        found = database.execute("SELECT min(seq) FROM entry NOT INDEXED").fetchone()[0]
    return found if type(found) is int else 2**63


def load_tail(database: Database, count: int) -> list[StoredRow]:
    """Read the last `count` rows, oldest first, unverified. Raises Fault: LOG_BROKEN, LOG_UNWRITABLE."""
    query = f"SELECT {_SELECT} FROM entry NOT INDEXED ORDER BY seq DESC LIMIT ?"  # noqa: S608 - our own names
    with sqlite_errors_as_faults("reading the log"):
        return list(_rows(database.execute(query, (count,))))[::-1]


def check_tail(database: Database, identity: LogIdentity, count: int) -> ChainReport:
    """Verify the last `count` rows among themselves. Raises Fault: LOG_BROKEN, LOG_UNWRITABLE."""
    return verify_tail(load_tail(database, count), count, identity.base)


def _rows(cursor: Iterator[tuple[object, ...]]) -> Iterator[StoredRow]:
    for seq, previous, body, row_hash, *columns in cursor:
        yield StoredRow(seq, previous, body, row_hash, tuple(columns))
