"""What a row can say besides a visit: the kiosk's own starts and stops, and what people do to its log.

Rules kept here: texts are short and printable, numbers finite, times aware UTC; nothing takes a name, a
number of a holder or free text. Trust and time are in `facts_trust`, visits in `facts_visit`, the entry
around every fact in `entry`, which also names what stands here.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from kiosk.reason import Reason

MAX_TEXT = 120  # letters in any text of a row: room for a station's name, none for a code or a photo

_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


def check_text(*texts: str | None) -> None:
    """Refuse a text that is too long or not printable. Raises ValueError."""
    for text in texts:
        if text is not None and (len(text) > MAX_TEXT or not text.isprintable()):
            raise ValueError(f"text of a row must be printable and at most {MAX_TEXT} letters")


def check_finite(*numbers: float | None) -> None:
    """Refuse NaN and infinity. Raises ValueError."""
    for number in numbers:
        if number is not None and not math.isfinite(number):
            raise ValueError("number of a row must be finite")


def check_utc(*times: datetime) -> None:
    """Refuse a time that is not aware UTC. Raises ValueError."""
    if any(time.utcoffset() != timedelta(0) for time in times):
        raise ValueError("time of a row must be aware UTC")


def check_counts(*counts: int) -> None:
    """Refuse a number below zero. Raises ValueError."""
    if any(count < 0 for count in counts):
        raise ValueError("count of a row must not be negative")


class PruneBasis(Enum):
    """What keeps a copy of the rows that were pruned."""

    RECEIPT = "RECEIPT"
    EXPORT = "EXPORT"


@dataclass(frozen=True, slots=True)
class LastKnown:
    """What the newest checkpoint this kiosk left says of a log that is gone: its epoch, size and root."""

    epoch: bytes
    size: int
    root: bytes

    def __post_init__(self) -> None:
        check_counts(self.size)


@dataclass(frozen=True, slots=True)
class Start:
    """The kiosk opened the log. A START without a STOP before it: the kiosk was cut off.

    `key_id` names the key that signs its checkpoints. `after`: this log was begun anew although an earlier
    one had been left, and what is known of that one.
    """

    key_id: bytes | None = None
    after: LastKnown | None = None


@dataclass(frozen=True, slots=True)
class Stop:
    """The kiosk closed the log; `reason` is the fault that forced it, None for an ordinary end."""

    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class CodesCounted:
    """Codes that began no visit, counted over `seconds`; the same content counts once (see `tally`)."""

    seconds: int
    unreadable: int
    foreign: int


@dataclass(frozen=True, slots=True)
class CameraChanged:
    """The camera is `after`, it was `before` since this start; both by their stable ids, None for none known.

    The first camera after a start has a row too, so that the rows of two starts can be compared. `faces`:
    it is the second camera, which sees faces only.
    """

    before: str | None = None
    after: str | None = None
    faces: bool = False

    def __post_init__(self) -> None:
        check_text(self.before, self.after)


@dataclass(frozen=True, slots=True)
class KeySealed:
    """The pseudonym key of `month` ("2026-11") stands in the sealed part of this row, for the auditors."""

    month: str

    def __post_init__(self) -> None:
        if not _MONTH.fullmatch(self.month):
            raise ValueError("month of a row must be like 2026-11")


@dataclass(frozen=True, slots=True)
class Exported:
    """Rows `first` to `last` were copied out. `digest` is the SHA-256 of the export's manifest.

    `form` is what was written (csv, jsonl, sqlite, bundle); `with_sealed`: the sealed parts went along.
    """

    form: str
    first: int
    last: int
    digest: bytes
    with_sealed: bool = False

    def __post_init__(self) -> None:
        check_text(self.form)
        check_counts(self.first, self.last)


@dataclass(frozen=True, slots=True)
class Receipted:
    """The head office has acknowledged the first `size` rows; `digest` is the SHA-256 of its answer.

    `cosigned_at` is the time it signed, which raises the floor of time; None where the clock is behind that.
    """

    size: int
    digest: bytes
    cosigned_at: datetime | None = None

    def __post_init__(self) -> None:
        check_counts(self.size)
        if self.cosigned_at is not None:
            check_utc(self.cosigned_at)


@dataclass(frozen=True, slots=True)
class Pruned:
    """The rows with numbers below `below` were removed; their hashes stay. Says what has a copy of them."""

    below: int
    because: PruneBasis

    def __post_init__(self) -> None:
        check_counts(self.below)


@dataclass(frozen=True, slots=True)
class Shredded:
    """The sealed parts of rows written before `before` were destroyed, `count` of them."""

    before: datetime
    count: int

    def __post_init__(self) -> None:
        check_utc(self.before)
        check_counts(self.count)
