"""The notes kept beside the rows: the log's own checkpoints, and the head office's receipts.

Rules kept here: a note is kept once for each number of rows and never changed; nothing in it is believed when
it is read. What the texts mean is left to `note` and `receipt`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from kiosk.audit.schema import sqlite_errors_as_faults
from kiosk.model import Fault, Reason

MAX_NOTE = 16 * 1024  # letters of one note; what is longer is cut and then read by nobody

_CHECKPOINTS = f"SELECT size, substr(text, 1, {MAX_NOTE}), substr(at, 1, 40) FROM checkpoint ORDER BY size"  # noqa: S608 - a number of ours
_RECEIPTS = f"SELECT size, substr(text, 1, {MAX_NOTE}), NULL FROM receipt ORDER BY size"  # noqa: S608 - a number of ours
_ADD_CHECKPOINT = (
    "INSERT INTO checkpoint SELECT ?1, ?2, ?3 WHERE NOT EXISTS (SELECT 1 FROM checkpoint WHERE size = ?1)"
)
_ADD_RECEIPT = "INSERT INTO receipt SELECT ?1, ?2 WHERE NOT EXISTS (SELECT 1 FROM receipt WHERE size = ?1)"


@dataclass(frozen=True, slots=True)
class SavedText:
    """A checkpoint or a head office's receipt as the log keeps it; `at` is None for a receipt.

    `size` is the number of rows it covers, `text` the whole note.
    """

    size: int
    text: str
    at: datetime | None = None


def load_checkpoints(database: Database) -> tuple[SavedText, ...]:
    """Read the checkpoints made so far, the smallest first. Raises Fault: LOG_BROKEN, LOG_UNWRITABLE."""
    with sqlite_errors_as_faults("reading the log"):
        return tuple(_read(*found) for found in database.execute(_CHECKPOINTS))


def load_receipts(database: Database) -> tuple[SavedText, ...]:
    """Read the head office's receipts, the smallest first. Raises Fault: LOG_BROKEN, LOG_UNWRITABLE."""
    with sqlite_errors_as_faults("reading the log"):
        return tuple(_read(*found) for found in database.execute(_RECEIPTS))


def add_checkpoint(database: Database, size: int, at: datetime, text: str) -> None:
    """Keep a checkpoint unless there is one of this size. Call within `sqlite_errors_as_faults`."""
    database.execute(_ADD_CHECKPOINT, (size, at.isoformat(timespec="microseconds"), text))


def add_receipt(database: Database, size: int, text: str) -> None:
    """Keep a receipt unless there is one of this size. Call within `sqlite_errors_as_faults`."""
    database.execute(_ADD_RECEIPT, (size, text))


def _read(size: object, text: object, at: object) -> SavedText:
    if type(size) is not int or not isinstance(text, str):
        raise Fault(Reason.LOG_BROKEN, "a note kept in the log is none")
    try:
        return SavedText(size, text, datetime.fromisoformat(at) if isinstance(at, str) else None)
    except ValueError as err:
        raise Fault(Reason.LOG_BROKEN, "the time of a checkpoint is none") from err
