"""Read a log without being able to change it, also while a kiosk writes it, and say what holds.

Rules kept here: the connection is read-only and sees the log as it was at one moment; every row is hashed
anew, and every stored hash compared with what the rows give; a broken log gives a report or a `Fault`,
whatever its bytes are. What a chain alone cannot know stands in `chain.CANNOT_KNOW`. Walking is left to
`walk`, what the rows' content says to `thorough`, printing to `commands.audit`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from kiosk.audit.canonical import parse_entry
from kiosk.audit.chain import Break, ChainReport, Flaw, Receipt, StoredRow, verify_chain
from kiosk.audit.checked_tree import find_wrong_hash, load_pruned_tiles, tree_of_tiles
from kiosk.audit.entry import Entry, Pruned
from kiosk.audit.place import find_log_path
from kiosk.audit.reading import (
    LogIdentity,
    PrunedRows,
    load_first_seq,
    load_identity,
    load_last_seq,
    load_next_row,
    load_row,
    load_tail,
)
from kiosk.audit.schema import connect_reader, sqlite_errors_as_faults
from kiosk.audit.thorough import ContentReport, check_content
from kiosk.audit.tiles import RowTree
from kiosk.audit.walkers import walk_all
from kiosk.model import Environment, Fault, Reason


@dataclass(frozen=True, slots=True)
class LogReport:
    """What a whole walk over one log found.

    `content` is what a thorough check found beyond that, None where none was made. `hashes_wrong` names a
    hash, kept beside the rows for roots and proofs, that they do not give.
    """

    path: Path
    identity: LogIdentity
    chain: ChainReport
    content: ContentReport | None = None
    hashes_wrong: str | None = None

    @property
    def broken(self) -> Break | None:
        """The first row that is wrong in any way."""
        content = self.content.broken if self.content else None
        return content or self.chain.broken  # contents are read as far as the chain holds

    @property
    def holds(self) -> bool:
        """True if every row and hash there holds and no guard trigger was removed."""
        return self.broken is None and not self.identity.fences_down and self.hashes_wrong is None


@dataclass(frozen=True, slots=True)
class CheckedLog:
    """A log whose rows have been walked, still open for reading, as it was at that moment.

    `tree` stands on the rows that hold, hashed anew, and on no hash that was merely stored.
    """

    report: LogReport
    tree: RowTree
    database: Database


@dataclass(frozen=True, slots=True)
class ShownRow:
    """One row for reading: its number, and its entry or None where the row is no entry."""

    seq: object
    entry: Entry | None


def find_logs(folder: Path, environment: Environment | None = None) -> tuple[Path, ...]:
    """Return the logs in `folder`, of one environment or of all.

    Raises Fault: LOG_UNWRITABLE when there is none to be read.
    """
    wanted = tuple(Environment) if environment is None else (environment,)
    try:
        found = tuple(path for path in (find_log_path(folder, each) for each in wanted) if path.exists())
    except OSError as err:
        raise Fault(Reason.LOG_UNWRITABLE, f"log folder {folder}: {err.strerror}") from err
    if not found:
        named = f" of {environment.value}" if environment else ""
        raise Fault(Reason.LOG_UNWRITABLE, f"no log{named} in {folder}")
    return found


def check_log(path: Path, *, thorough: bool = False) -> LogReport:
    """Walk the whole log at `path`. `thorough` reads every content too, some twenty times as slow.

    Raises Fault: LOG_BROKEN when the file is no log of ours, LOG_UNWRITABLE when it cannot be read.
    """
    with open_checked(path, thorough=thorough) as checked:
        return checked.report


@contextmanager
def open_checked(path: Path, *, thorough: bool = False) -> Iterator[CheckedLog]:
    """Walk the whole log at `path` and keep it open for reading. Raises Fault as `check_log`."""
    with closing(connect_reader(path)) as database:
        with sqlite_errors_as_faults("reading the log"):
            database.execute("BEGIN")
        identity = load_identity(database)
        walked = walk_all(database, path, identity.base, load_last_seq(database))
        head = Receipt(identity.base.seq + walked.rows, walked.last)
        chain = ChainReport(walked.rows, head, _find_break(database, identity, head))
        pruned, wrong = load_pruned_tiles(database, identity)
        tiles = (*pruned, *walked.tiles)
        wrong = wrong or find_wrong_hash(database, tiles, whole=chain.broken is None)
        content = check_content(database, identity.base.seq + 1, head.seq) if thorough else None
        report = LogReport(path, identity, chain, content, wrong)
        yield CheckedLog(report, tree_of_tiles(database, head.seq, tiles, base=identity.base.seq), database)


def _find_break(database: Database, identity: LogIdentity, head: Receipt) -> Break | None:
    """Name what is wrong before the first row or after `head`, the last that holds; None when nothing is."""
    first = load_first_seq(database)
    if first <= identity.base.seq:
        return Break(first, Flaw.OUTSIDE)
    row = load_next_row(database, head.seq + 1)
    if row is not None:
        return verify_chain((row,), head).broken or Break(head.seq + 1, Flaw.ALTERED)
    if identity.pruned is None or _says_pruned(database, identity.pruned, head):
        return None
    return Break(identity.base.seq + 1, Flaw.NOT_PRUNED)


def _says_pruned(database: Database, pruned: PrunedRows, head: Receipt) -> bool:
    """True if a row that holds says that the rows which are gone were pruned; it may have named more."""
    row = load_row(database, pruned.said_in) if pruned.said_in <= head.seq else None
    entry = find_entry(row) if row else None
    return entry is not None and isinstance(entry.fact, Pruned) and entry.fact.below >= pruned.below


def load_last_rows(path: Path, count: int) -> tuple[ShownRow, ...]:
    """Read the last `count` rows, oldest first; what holds of them is `check_log`'s to say.

    Raises Fault: LOG_BROKEN, LOG_UNWRITABLE.
    """
    with closing(connect_reader(path)) as database:
        load_identity(database)
        return tuple(ShownRow(row.seq, find_entry(row)) for row in load_tail(database, count))


def find_entry(row: StoredRow) -> Entry | None:
    """Return what a stored row says, or None where its bytes are no entry in canonical form."""
    if type(row.body) is not bytes:
        return None
    try:
        return parse_entry(row.body)
    except Fault:
        return None
