"""Find the newest rows of some kinds in a log, also beside the kiosk that writes it.

Rules kept here: the connection cannot write; every row from the oldest one returned to the last is hashed
anew, so that none can be hidden or changed alone. That the log ends where it ended is for its checkpoints.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from sqlite_utils import Database

from kiosk.audit.canonical import parse_entry
from kiosk.audit.chain import Receipt, StoredRow, verify_chain
from kiosk.audit.entry import KIND_OF_FACT, Fact
from kiosk.audit.reading import LogIdentity, load_identity, load_last_seq, load_row, load_rows
from kiosk.audit.schema import connect_reader, sqlite_errors_as_faults
from kiosk.model import Fault, Reason

_KIND = 1  # its place among the readable columns
_FIND = "SELECT max(seq) FROM entry NOT INDEXED WHERE kind = ?"


def load_since_newest(path: Path, newest: type[Fact], *others: type[Fact]) -> tuple[Fact, ...]:
    """Return the newest fact of the class `newest` and all of the classes `others` after it, oldest first.

    Without one of `newest`, all `others` there are. Raises Fault: LOG_BROKEN, LOG_UNWRITABLE.
    """
    with closing(connect_reader(path)) as database:
        with sqlite_errors_as_faults("reading the log"):
            database.execute("BEGIN")
        identity, last = load_identity(database), load_last_seq(database)
        with sqlite_errors_as_faults("reading the log"):
            found = database.execute(_FIND, (KIND_OF_FACT[newest].value,)).fetchone()[0]
        first = found if type(found) is int else identity.base.seq + 1
        kinds = {KIND_OF_FACT[each].value for each in (newest, *others)}
        return tuple(parse_entry(body).fact for body in _load_bodies(database, identity, first, last, kinds))


def _load_bodies(
    database: Database, identity: LogIdentity, first: int, last: int, kinds: set[str]
) -> list[bytes]:
    """Return the bytes of the rows of `kinds` from row `first` on, all of which hold."""
    kept: list[bytes] = []

    def sift() -> Iterator[StoredRow]:
        for row in load_rows(database, first, last):
            if row.columns[_KIND] in kinds and type(row.body) is bytes:
                kept.append(row.body)
            yield row

    report = verify_chain(sift(), _place_before(database, identity, first))
    if report.broken is not None or report.head.seq != max(last, identity.base.seq):
        seq = report.broken.seq if report.broken else report.head.seq + 1
        raise Fault(Reason.LOG_BROKEN, f"row {seq} of {last} does not hold")
    return kept


def _place_before(database: Database, identity: LogIdentity, first: int) -> Receipt:
    """Return what row `first` follows, which is believed here as the row names it."""
    row = load_row(database, first) if first > identity.base.seq + 1 else None
    previous = row.previous if row is not None else None
    return Receipt(first - 1, previous) if type(previous) is bytes else identity.base
