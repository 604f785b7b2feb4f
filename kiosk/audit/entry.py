"""What one row of the log says: an `Entry` with exactly one fact. No personal data has a field here.

Rules kept here: a name, a number, a code, a photo or a status index cannot be written because nothing takes
it; the holder is a keyed pseudonym; times are aware UTC; numbers are finite. The bytes that are hashed come
from `canonical`, the order of rows from `chain`, the file from `log`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from kiosk.model import (
    Check,
    ClockState,
    Environment,
    Grade,
    Note,
    Outcome,
    Reason,
    Source,
    Step,
    Verdict,
)

MAX_TEXT = 120  # letters in any text of a row: room for a station's name, none for a code or a photo


class EntryKind(Enum):
    """What a row is about; each has its own class of fact below."""

    VISIT = "VISIT"
    START = "START"
    STOP = "STOP"
    CODES_COUNTED = "CODES_COUNTED"
    CLOCK_STEP = "CLOCK_STEP"
    TRUST_CHANGED = "TRUST_CHANGED"


def _check_text(*texts: str | None) -> None:
    for text in texts:
        if text is not None and (len(text) > MAX_TEXT or not text.isprintable()):
            raise ValueError(f"text of a row must be printable and at most {MAX_TEXT} letters")


def _check_finite(*numbers: float | None) -> None:
    for number in numbers:
        if number is not None and not math.isfinite(number):
            raise ValueError("number of a row must be finite")


def _check_utc(*times: datetime) -> None:
    if any(time.utcoffset() != timedelta(0) for time in times):
        raise ValueError("time of a row must be aware UTC")


@dataclass(frozen=True, slots=True)
class StepResult:
    """One step of a visit: what it said and how long it took. `outcome` is None when it did not run."""

    step: Step
    outcome: Outcome | None
    ms: float

    def __post_init__(self) -> None:
        _check_finite(self.ms)


@dataclass(frozen=True, slots=True)
class ListUsed:
    """The status list a verdict rests on: its version, when it was issued, and its age at the visit.

    Its address and the holder's index in it are left out: they would name the holder.
    """

    version: int
    issued_at: datetime
    age_s: int
    grade: Grade

    def __post_init__(self) -> None:
        _check_utc(self.issued_at)


@dataclass(frozen=True, slots=True)
class FaceMeasure:
    """The numbers of the face step, never a picture or an embedding. `score` is a cosine."""

    model_id: str
    frames: int
    score: float | None = None
    eye_distance_px: float | None = None
    sharpness_var: float | None = None
    brightness: float | None = None
    contrast: float | None = None

    def __post_init__(self) -> None:
        _check_text(self.model_id)
        _check_finite(self.score, self.eye_distance_px, self.sharpness_var, self.brightness, self.contrast)


@dataclass(frozen=True, slots=True)
class Visit:
    """One visitor's verification as it was decided.

    `issuer_key_id` is the 8-byte `kid`; `pseudonym` is the keyed 32 bytes of `pseudonym.PseudonymKeys`;
    `operator` is a staff number, never a name.
    """

    purpose: str
    outcome: Outcome
    reasons: tuple[Reason, ...]
    steps: tuple[StepResult, ...]
    notes: tuple[Note, ...] = ()
    source: Source | None = None
    issuer_key_id: bytes | None = None
    status_list: ListUsed | None = None
    policy_id: str | None = None
    face: FaceMeasure | None = None
    operator: str | None = None
    pseudonym: bytes | None = None
    simulated_camera: bool = False

    def __post_init__(self) -> None:
        _check_text(self.purpose, self.policy_id, self.operator)


@dataclass(frozen=True, slots=True)
class Start:
    """The kiosk opened the log. A START without a STOP before it: the kiosk was cut off."""


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
class ClockStep:
    """The wall clock moved by `seconds` against the steady one; negative is backwards."""

    seconds: float

    def __post_init__(self) -> None:
        _check_finite(self.seconds)


@dataclass(frozen=True, slots=True)
class TrustChanged:
    """The trust store in use is another than before: TUF versions of its root and its timestamp."""

    root_version: int
    timestamp_version: int
    policy_id: str

    def __post_init__(self) -> None:
        _check_text(self.policy_id)


Fact = Visit | Start | Stop | CodesCounted | ClockStep | TrustChanged

KIND_OF_FACT: dict[type[Fact], EntryKind] = {
    Visit: EntryKind.VISIT,
    Start: EntryKind.START,
    Stop: EntryKind.STOP,
    CodesCounted: EntryKind.CODES_COUNTED,
    ClockStep: EntryKind.CLOCK_STEP,
    TrustChanged: EntryKind.TRUST_CHANGED,
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One row: what happened, and the state of the kiosk it happened at.

    `at` is the trusted time, aware UTC; it may run backwards between rows and is recorded as it is.
    `config_hash` is the SHA-256 of the settings in force.
    """

    at: datetime
    clock_state: ClockState
    environment: Environment
    station: str
    app_version: str
    config_hash: bytes
    fact: Fact

    def __post_init__(self) -> None:
        _check_utc(self.at)
        _check_text(self.station, self.app_version)

    @property
    def kind(self) -> EntryKind:
        """What the row is about; it follows from the class of its fact."""
        return KIND_OF_FACT[type(self.fact)]


def record_steps(checks: Iterable[Check]) -> tuple[StepResult, ...]:
    """Keep of each check its step, outcome and time; its free text never reaches the log."""
    return tuple(StepResult(check.step, check.outcome, round(float(check.ms), 3)) for check in checks)


def record_notes(verdict: Verdict) -> tuple[Note, ...]:
    """Return the notes of the verdict and of its checks, each once, in the order given."""
    of_checks = (note for check in verdict.checks for note in check.notes)
    return tuple(dict.fromkeys((*verdict.notes, *of_checks)))
