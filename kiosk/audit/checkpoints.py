"""What a checkpoint says, when one is due, and what it shows about a log. Pure: no clock, no file, no key.

Rules kept here: a checkpoint names the log by kind and epoch, its number of rows and the root over them; its
other lines are for people. A log that lacks rows of a checkpoint, or has others, contradicts it; a log that
has only more rows agrees. Where checkpoints lie is left to `checkpointer` and `outbox`, signing to `signer`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum

from kiosk.audit.chain import EPOCH_BYTES
from kiosk.audit.note import Checkpoint
from kiosk.audit.signer import ORIGIN
from kiosk.model import Environment

EVERY_ROWS = 100
EVERY_S = 15 * 60.0

_ORIGIN = re.compile(rf"{re.escape(ORIGIN)}/([a-z]+)/([0-9a-f]{{{2 * EPOCH_BYTES}}})")


@dataclass(frozen=True, slots=True)
class LogName:
    """Which log: the environment, and the random epoch that is new with each installation."""

    environment: Environment
    epoch: bytes

    @property
    def origin(self) -> str:
        """The first line of this log's checkpoints."""
        return f"{ORIGIN}/{self.environment.value}/{self.epoch.hex()}"


@dataclass(frozen=True, slots=True)
class Stamp:
    """The state of the kiosk that a checkpoint names for people; `at` is the trusted time, aware UTC."""

    at: datetime
    station: str
    config_hash: bytes
    trust_root: str
    version: str

    @property
    def lines(self) -> tuple[str, ...]:
        """The extension lines of the checkpoint."""
        return (
            f"at {self.at.astimezone(UTC).isoformat(timespec='seconds').replace('+00:00', 'Z')}",
            f"station {self.station}",
            f"config {self.config_hash.hex()}",
            f"trust-root {self.trust_root}",
            f"version {self.version}",
        )


class Agreement(Enum):
    """What a log shows about one checkpoint."""

    HOLDS = "the log begins with exactly these rows"
    SHORTER = "the log has fewer rows: rows were deleted, or an older copy was put back"
    DIFFERENT = "the log has other rows than these"
    ANOTHER_LOG = "of another log, or of one this kiosk had before"


@dataclass(frozen=True, slots=True)
class Compared:
    """One checkpoint, and what the log shows about it."""

    checkpoint: Checkpoint
    agreement: Agreement


@dataclass(frozen=True, slots=True)
class Suspect:
    """The rows, from `first` to `last`, among which something was changed; all before `first` hold."""

    first: int
    last: int


def parse_origin(origin: str) -> LogName | None:
    """Return which log `origin` names, None when it is no log of a kiosk like this."""
    found = _ORIGIN.fullmatch(origin)
    if found is None or found[1] not in {each.value for each in Environment}:
        return None
    return LogName(Environment(found[1]), bytes.fromhex(found[2]))


def is_due(rows: int, covered: int, age_s: float) -> bool:
    """Tell whether a log of `rows` rows needs a checkpoint; the last one is over `covered`, `age_s` old."""
    news = rows - covered
    return news >= EVERY_ROWS or (news > 0 and age_s >= EVERY_S)


def compare(checkpoint: Checkpoint, name: LogName, size: int, root_at: Callable[[int], bytes]) -> Agreement:
    """Compare a checkpoint with the log `name` of `size` rows, whose `root_at` gives earlier roots."""
    if checkpoint.origin != name.origin:
        return Agreement.ANOTHER_LOG
    if checkpoint.size > size:
        return Agreement.SHORTER
    return Agreement.HOLDS if root_at(checkpoint.size) == checkpoint.root else Agreement.DIFFERENT


def find_suspect(compared: Sequence[Compared]) -> Suspect | None:
    """Return between which checkpoints the rows were changed, None when no checkpoint contradicts."""
    bad = [each.checkpoint.size for each in compared if each.agreement in _CONTRADICTING]
    if not bad:
        return None
    last = min(bad)
    good = [each.checkpoint.size for each in compared if each.agreement is Agreement.HOLDS]
    return Suspect(max((size for size in good if size < last), default=0) + 1, last)


def find_fork(checkpoints: Sequence[Checkpoint]) -> tuple[Checkpoint, Checkpoint] | None:
    """Return two checkpoints of one log that name the same number of rows and other rows, if there are."""
    seen: dict[tuple[str, int], Checkpoint] = {}
    for each in checkpoints:
        first = seen.setdefault((each.origin, each.size), each)
        if first.root != each.root:
            return first, each
    return None


_CONTRADICTING = frozenset({Agreement.SHORTER, Agreement.DIFFERENT})
