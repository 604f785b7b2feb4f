"""What the screen is told: one frozen value for each state of a visit, already filtered by purpose.

The worker makes these, the bridge carries them, the screens draw them. A field that the purpose does not
allow is not here at all, so that no screen can show it by mistake.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum

from kiosk.model import Box, ClockState, Environment, Grade, Hint, Movement, Pixels, Reason, Verdict


class HolderClass(Enum):
    """The holder's legal status as the credential states it (Claim 169 key 22)."""

    CITIZEN = "citizen"
    RESIDENT = "resident"
    FAMILY = "family"
    VISITOR = "visitor"


class Likeness(Enum):
    """The face comparison in a word; the number is shown only in the details."""

    SAME = "SAME"
    UNSURE = "UNSURE"
    DIFFERENT = "DIFFERENT"


class Request(Enum):
    """What the person at the screen asks of the visit.

    COMPARE_BY_EYE: no movements are asked for, an officer compares instead.
    """

    NEXT = "NEXT"
    HOLD = "HOLD"
    RETRY = "RETRY"
    CLOSE = "CLOSE"
    COMPARE_BY_EYE = "COMPARE_BY_EYE"


class Caution(Enum):
    """What the supervisor should see to while the kiosk goes on serving; the words live in `ui/words.py`.

    NOT_SEALED: the signed policy does not say to whom the log is sealed. AUDIT_KEY_OVERDUE: no auditors' key
    for the last thirty days is known. DISK_FILLING: the log's disk has little room left. CAMERA_WEAK: a
    camera gives smaller or fewer pictures than asked; the log and `doctor` say which.
    """

    NOT_SEALED = "NOT_SEALED"
    AUDIT_KEY_OVERDUE = "AUDIT_KEY_OVERDUE"
    DISK_FILLING = "DISK_FILLING"
    CAMERA_WEAK = "CAMERA_WEAK"


@dataclass(frozen=True, slots=True)
class Holder:
    """The holder as a purpose may see him. `number` is already masked where it must be.

    `valid_until` and `born` are calendar days in Asia/Riyadh. `portrait` is the credential's photo, BGR.
    """

    name_arabic: str | None = None
    name_latin: str | None = None
    number: str | None = None
    born: date | None = None
    gender: int | None = None
    nationality: str | None = None
    holder_class: HolderClass | None = None
    valid_until: date | None = None
    guardian: str | None = None
    occupation: str | None = None
    employer: str | None = None
    sponsor_number: str | None = None
    portrait: Pixels | None = None


@dataclass(frozen=True, slots=True)
class StatusLine:
    """What is always visible: where this kiosk stands and how old its knowledge is.

    `clock_ahead` is how far holders' phones agree that the clock is ahead, below zero: behind.
    """

    environment: Environment
    station: str
    purpose: str
    list_age: timedelta | None
    grade: Grade | None
    clock_state: ClockState
    root_fingerprint: str
    simulated_camera: bool = False
    warnings: tuple[Caution, ...] = ()
    clock_ahead: timedelta | None = None


class UpdateOutcome(Enum):
    """How an update of the trust data ended that began by itself, READING while a stick is read.

    The words live in `ui/words.py`.
    """

    READING = "READING"
    PROMOTED = "PROMOTED"
    CURRENT = "CURRENT"
    OLD = "OLD"
    INCOMPLETE = "INCOMPLETE"
    TAMPERED = "TAMPERED"
    AUTHORITY = "AUTHORITY"
    ENVIRONMENT = "ENVIRONMENT"
    EXPIRED = "EXPIRED"
    CLOCK = "CLOCK"
    STATION = "STATION"
    FORMAT = "FORMAT"
    STORE = "STORE"
    DISK = "DISK"

    @property
    def is_good(self) -> bool:
        """Whether all is well: what was brought is being read, or the kiosk now knows as much."""
        return self in {UpdateOutcome.READING, UpdateOutcome.PROMOTED, UpdateOutcome.CURRENT}


@dataclass(frozen=True, slots=True)
class UpdateNotice:
    """What to tell about the last update between visits; None when there is nothing to tell any more."""

    outcome: UpdateOutcome | None


@dataclass(frozen=True, slots=True)
class ScanView:
    """Waiting for a code."""

    hint: Hint | None = None
    code: Box | None = None


@dataclass(frozen=True, slots=True)
class FaceView:
    """The code was good; the kiosk looks at the person. `progress` is 0 to 1, of the frames needed.

    `movement` is what the person is asked to do now. `may_skip`: movements are or will be asked for, and
    whoever cannot make them may have an officer compare.
    """

    hint: Hint | None
    progress: float
    seconds_left: float
    face: Box | None = None
    holder: Holder | None = None
    movement: Movement | None = None
    may_skip: bool = False


@dataclass(frozen=True, slots=True)
class ResultView:
    """A verdict whose row is committed; it cannot be made without the row's number.

    `decided_at` is aware UTC. `clears_in_s` is how long the data stay; `advances_in_s` is after how many
    seconds the screen goes back to scanning by itself, None where a person must tap.
    """

    verdict: Verdict
    row: int
    decided_at: datetime
    holder: Holder | None
    live: Pixels | None
    likeness: Likeness | None
    score: float | None
    clears_in_s: float
    masks_in_s: float
    advances_in_s: float | None


@dataclass(frozen=True, slots=True)
class AttentionView:
    """Out of service: one sentence, one action, its code. `detail` is technical and never personal."""

    reason: Reason
    detail: str = ""


@dataclass(frozen=True, slots=True)
class ClosingView:
    """The kiosk is shutting down."""


View = ScanView | FaceView | ResultView | AttentionView | ClosingView
