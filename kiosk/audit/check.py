"""Read a log without being able to change it, also while a kiosk writes it, and say what holds.

Rules kept here: the connection is read-only; a broken log gives a report or a `Fault`, whatever its bytes
are. What a chain alone cannot know stands in `chain.CANNOT_KNOW`. Printing is left to `commands.audit`.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from kiosk.audit.canonical import parse_entry
from kiosk.audit.chain import ChainReport, StoredRow
from kiosk.audit.entry import Entry
from kiosk.audit.log import find_log_path
from kiosk.audit.reading import LogIdentity, load_chain, load_identity, load_tail
from kiosk.audit.schema import connect_reader
from kiosk.model import Environment, Fault, Reason


@dataclass(frozen=True, slots=True)
class LogReport:
    """What a whole walk over one log found."""

    path: Path
    identity: LogIdentity
    chain: ChainReport

    @property
    def holds(self) -> bool:
        """True if every row there is holds and no guard trigger was removed."""
        return self.chain.broken is None and not self.identity.fences_down


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


def check_log(path: Path) -> LogReport:
    """Walk the whole log at `path`.

    Raises Fault: LOG_BROKEN when the file is no log of ours, LOG_UNWRITABLE when it cannot be read.
    """
    with closing(connect_reader(path)) as database:
        identity = load_identity(database)
        return LogReport(path, identity, load_chain(database, identity))


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
