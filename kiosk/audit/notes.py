"""The notes kept beside the rows: the log's own checkpoints, and the head office's receipts.

Rules kept here: a note is kept once for each number of rows and never changed; nothing in it is believed when
it is read, and a file filled with notes costs neither memory nor endless time. What the texts mean is left to
`note` and `receipt`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from kiosk.audit.schema import sqlite_errors_as_faults
from kiosk.model import Fault, Reason

MAX_NOTE = 16 * 1024  # bytes of one note; what is longer is left empty and then read by nobody
MAX_NOTES = 500_000  # of one kind: a checkpoint every 15 minutes for 14 years

_TEXT = f"iif(octet_length(text) <= {MAX_NOTE}, text, '')"
_AT = "iif(octet_length(at) <= 40, at, '')"
_CHECKPOINTS = f"SELECT size, {_TEXT}, {_AT} FROM checkpoint ORDER BY size"  # noqa: S608 - our own words
_RECEIPTS = f"SELECT size, {_TEXT}, NULL FROM receipt ORDER BY size DESC"  # noqa: S608 - our own words
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


def load_checkpoints(database: Database, most: int = MAX_NOTES) -> Iterator[SavedText]:
    """Read the checkpoints made so far, the smallest first; more than `most` are no log of ours.

    Raises Fault: LOG_BROKEN, LOG_UNWRITABLE.
    """
    return _load(database, _CHECKPOINTS, most)


def load_newest_checkpoint(database: Database) -> SavedText | None:
    """Read the checkpoint over most rows, None while there is none. Raises Fault as `load_checkpoints`."""
    return next(_load(database, f"{_CHECKPOINTS} DESC LIMIT 1", 1), None)


def load_receipts(database: Database, most: int = MAX_NOTES) -> Iterator[SavedText]:
    """Read the head office's receipts, the largest first. Raises Fault as `load_checkpoints`."""
    return _load(database, _RECEIPTS, most)


def _load(database: Database, query: str, most: int) -> Iterator[SavedText]:
    with sqlite_errors_as_faults("reading the log"):
        for count, found in enumerate(database.execute(query)):
            if count == most:
                raise Fault(Reason.LOG_BROKEN, f"more than {most} notes of one kind: no log of ours")
            yield _read(*found)


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
