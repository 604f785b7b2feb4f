"""From the log's file to rows that can be verified: the writer at its start and the checker both read here.

Rules kept here: nothing read is believed; what SQLite complains of becomes a `Fault`. Judging rows is left
to `chain`, opening the file to `schema`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlite_utils import Database

from kiosk.audit.canonical import MAX_BODY
from kiosk.audit.chain import (
    EPOCH_BYTES,
    ChainReport,
    Receipt,
    StoredRow,
    make_genesis,
    verify_chain,
    verify_tail,
)
from kiosk.audit.schema import READABLE_COLUMNS, check_tables, sqlite_errors_as_faults
from kiosk.model import Environment, Fault, Reason

# A value longer than any of ours is cut, so that it breaks its row and not this machine's memory.
_CUT = MAX_BODY + 1
_SELECT = ", ".join(
    ("seq", *(f"substr({name}, 1, {_CUT})" for name in ("previous", "body", "hash", *READABLE_COLUMNS)))
)


@dataclass(frozen=True, slots=True)
class LogIdentity:
    """Whose log a file says it is. `epoch` is random and new with each installation.

    `fences_down` names the guard triggers that somebody removed or changed.
    """

    environment: Environment
    epoch: bytes
    fences_down: tuple[str, ...]

    @property
    def genesis(self) -> Receipt:
        """The place before the first row."""
        return make_genesis(self.epoch, self.environment)


def load_identity(database: Database) -> LogIdentity:
    """Read whose log this is. Raises Fault: LOG_BROKEN for anything but a log of ours."""
    with sqlite_errors_as_faults("reading the log"):
        fences_down = check_tables(database)
        found = list(database.execute("SELECT environment, epoch FROM log LIMIT 2"))
    if len(found) != 1:
        raise Fault(Reason.LOG_BROKEN, "the log does not say whose it is")
    environment, epoch = found[0]
    if type(epoch) is not bytes or len(epoch) != EPOCH_BYTES:
        raise Fault(Reason.LOG_BROKEN, "the log's epoch is not one")
    if environment not in {known.value for known in Environment}:
        raise Fault(Reason.LOG_BROKEN, "the log is of an unknown environment")
    return LogIdentity(Environment(environment), epoch, fences_down)


def load_chain(database: Database, identity: LogIdentity) -> ChainReport:
    """Walk the whole log. Raises Fault: LOG_BROKEN, LOG_UNWRITABLE when it cannot be read to the end."""
    with sqlite_errors_as_faults("reading the log"):
        cursor = database.execute(f"SELECT {_SELECT} FROM entry ORDER BY seq")  # noqa: S608 - our own names
        return verify_chain(_rows(cursor), identity.genesis)


def load_tail(database: Database, count: int) -> list[StoredRow]:
    """Read the last `count` rows, oldest first, unverified. Raises Fault: LOG_BROKEN, LOG_UNWRITABLE."""
    query = f"SELECT {_SELECT} FROM entry ORDER BY seq DESC LIMIT ?"  # noqa: S608 - our own names
    with sqlite_errors_as_faults("reading the log"):
        return list(_rows(database.execute(query, (count,))))[::-1]


def check_tail(database: Database, identity: LogIdentity, count: int) -> ChainReport:
    """Verify the last `count` rows among themselves. Raises Fault: LOG_BROKEN, LOG_UNWRITABLE."""
    return verify_tail(load_tail(database, count), count, identity.genesis)


def _rows(cursor: Iterator[tuple[object, ...]]) -> Iterator[StoredRow]:
    for seq, previous, body, row_hash, *columns in cursor:
        yield StoredRow(seq, previous, body, row_hash, tuple(columns))
