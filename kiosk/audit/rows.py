"""Rows on their way out of the log: each one compared with its hash, its chain and its columns first.

Rules kept here: one consistent view of the file, held for all that is read from it; memory for one row at a
time, whatever the length of the log; a row that does not hold is handed to nobody, and is named. Where the
rows go is left to `export` and `bundle`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path

from sqlite_utils import Database

from kiosk.audit.canonical import columns_of, parse_entry
from kiosk.audit.chain import Flaw, Receipt, StoredRow, verify_chain
from kiosk.audit.entry import Entry
from kiosk.audit.notes import SavedText, load_newest_checkpoint
from kiosk.audit.reading import LogIdentity, load_identity, load_rows, load_sealed
from kiosk.audit.schema import connect_reader, sqlite_errors_as_faults
from kiosk.audit.tiles import RowTree, open_tree
from kiosk.model import Fault, Reason


@dataclass(frozen=True, slots=True)
class Span:
    """The rows from `first` to `last`, both included; empty when `last` is `first` - 1."""

    first: int
    last: int

    @property
    def rows(self) -> int:
        """How many rows that is."""
        return self.last - self.first + 1


@dataclass(frozen=True, slots=True)
class WholeRow:
    """One row that holds: its place, its bytes, what they say, and its sealed part where that was kept.

    `previous` and `hash` are 32 bytes; `columns` are the readable texts in the order of READABLE_COLUMNS.
    """

    seq: int
    previous: bytes
    body: bytes
    hash: bytes
    columns: tuple[str | None, ...]
    entry: Entry
    sealed: bytes | None


class OutgoingLog:
    """A log as it was at one moment, for reading; made by `open_outgoing`."""

    def __init__(self, database: Database, path: Path) -> None:
        self._database = database
        self.path = path
        self.identity: LogIdentity = load_identity(database)
        with sqlite_errors_as_faults("reading the log"):
            first, last = database.execute("SELECT min(seq), max(seq) FROM entry NOT INDEXED").fetchone()
        self.span = Span(first or 1, last or 0)

    def find_span(self, since: int | date | None, until: int | date | None) -> Span:
        """Return the rows from `since` to `until`, each a row's number or a day (UTC), both included.

        A clock that ran backwards can put rows of other days between them: they stay in, so that the chain
        holds. Raises Fault: LOG_UNWRITABLE when no such row is there.
        """
        first = self._find_first(since) if isinstance(since, date) else since
        last = self._find_last(until) if isinstance(until, date) else until
        span = Span(
            self.span.first if first is None else max(first, self.span.first),
            self.span.last if last is None else min(last, self.span.last),
        )
        if span.rows <= 0:
            raise Fault(Reason.LOG_UNWRITABLE, f"the log has no such rows: it holds {_name(self.span)}")
        return span

    def _find_first(self, day: date) -> int:
        return self._find("SELECT min(seq) FROM entry NOT INDEXED WHERE at >= ?", day, self.span.last + 1)

    def _find_last(self, day: date) -> int:
        if day == date.max:
            return self.span.last
        return self._find("SELECT max(seq) FROM entry NOT INDEXED WHERE at < ?", day + timedelta(days=1), 0)

    def _find(self, query: str, day: date, otherwise: int) -> int:
        with sqlite_errors_as_faults("reading the log"):
            found = self._database.execute(query, (day.isoformat(),)).fetchone()[0]
        return found if type(found) is int else otherwise

    @property
    def tree(self) -> RowTree:
        """The tree over all its rows, for roots and proofs."""
        return open_tree(self._database, self.span.last)

    def newest_checkpoint(self) -> SavedText | None:
        """Return the checkpoint over most rows, None while there is none. Raises Fault."""
        return load_newest_checkpoint(self._database)

    def last_station(self) -> str:
        """Return the station that the last row names. Raises Fault: LOG_BROKEN, LOG_UNWRITABLE."""
        last = Span(self.span.last, self.span.last)
        return next((row.entry.station for row in self.rows(last)), "")

    def rows(self, span: Span, *, with_sealed: bool = False) -> Iterator[WholeRow]:
        """Read the rows of `span`, each of which holds and continues the one before it.

        What the first of them follows is believed here. Raises Fault: LOG_BROKEN naming the row.
        """
        head: Receipt | None = None
        for row in load_rows(self._database, span.first, span.last):
            head = _check(row, head or self._start(span, row))
            yield self._complete(row, head, with_sealed=with_sealed)
        if (head.seq if head else span.first - 1) != span.last:
            missing = head.seq + 1 if head else span.first
            raise Fault(Reason.LOG_BROKEN, f"row {missing}: {Flaw.MISSING.value}")

    def _start(self, span: Span, row: StoredRow) -> Receipt:
        if span.first <= self.identity.base.seq + 1:
            return self.identity.base
        return Receipt(span.first - 1, row.previous if type(row.previous) is bytes else b"")

    def _complete(self, row: StoredRow, place: Receipt, *, with_sealed: bool) -> WholeRow:
        body, previous = row.body, row.previous
        if type(body) is not bytes or type(previous) is not bytes:
            raise Fault(Reason.LOG_BROKEN, f"row {place.seq}: {Flaw.WRONG_TYPE.value}")
        try:
            entry, columns = parse_entry(body), columns_of(body)
        except Fault as fault:
            raise Fault(fault.reason, f"row {place.seq}: {fault.detail}") from fault
        if columns != row.columns:
            raise Fault(Reason.LOG_BROKEN, f"row {place.seq}: {Flaw.COLUMN_ALTERED.value}")
        sealed = load_sealed(self._database, place.seq) if with_sealed else None
        if sealed is not None and sha256(sealed).digest() != entry.sealed_hash:
            raise Fault(Reason.LOG_BROKEN, f"row {place.seq}: {Flaw.SEALED_ALTERED.value}")
        return WholeRow(place.seq, previous, body, place.hash, columns, entry, sealed)


def _check(row: StoredRow, after: Receipt) -> Receipt:
    report = verify_chain((row,), after)
    if report.broken:
        raise Fault(Reason.LOG_BROKEN, f"row {report.broken.seq}: {report.broken.flaw.value}")
    return report.head


def _name(span: Span) -> str:
    return f"rows {span.first} to {span.last}" if span.rows > 0 else "none"


@contextmanager
def open_outgoing(path: Path) -> Iterator[OutgoingLog]:
    """Open the log at `path` for reading, as it is now; also beside a running kiosk.

    Raises Fault: LOG_BROKEN, LOG_UNWRITABLE.
    """
    with closing(connect_reader(path)) as database:
        with sqlite_errors_as_faults("reading the log"):
            database.execute("BEGIN")
        yield OutgoingLog(database, path)
