"""What one row of the log says: an `Entry` with exactly one fact. No personal data has a field here.

Rules kept here: a name, a number, a code, a photo or a status index cannot be written because nothing takes
it; the holder is a keyed pseudonym; times are aware UTC; numbers are finite. The bytes that are hashed come
from `canonical`, the order of rows from `chain`, the file from `log`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from kiosk.audit.facts import (
    MAX_TEXT,
    CameraChanged,
    CodesCounted,
    Exported,
    KeySealed,
    LastKnown,
    PruneBasis,
    Pruned,
    Receipted,
    Shredded,
    Start,
    Stop,
    check_finite,
    check_text,
    check_utc,
)
from kiosk.audit.facts_trust import (
    ClockConfirmed,
    ClockStep,
    ClockSuspected,
    ListSeen,
    RoleSeen,
    RootReplaced,
    TrustChanged,
    TrustRefused,
)
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

__all__ = [
    "MAX_TEXT",
    "CameraChanged",
    "ClockConfirmed",
    "ClockStep",
    "ClockSuspected",
    "CodeMeasure",
    "CodesCounted",
    "Entry",
    "EntryKind",
    "Exported",
    "FaceMeasure",
    "Fact",
    "KeySealed",
    "LastKnown",
    "ListSeen",
    "ListUsed",
    "PruneBasis",
    "Pruned",
    "Receipted",
    "RoleSeen",
    "RootReplaced",
    "Shredded",
    "Start",
    "StepResult",
    "Stop",
    "TrustChanged",
    "TrustRefused",
    "Visit",
    "record_notes",
    "record_steps",
]


class EntryKind(Enum):
    """What a row is about; each has its own class of fact below."""

    VISIT = "VISIT"
    START = "START"
    STOP = "STOP"
    CODES_COUNTED = "CODES_COUNTED"
    CLOCK_STEP = "CLOCK_STEP"
    CLOCK_SUSPECTED = "CLOCK_SUSPECTED"
    CLOCK_CONFIRMED = "CLOCK_CONFIRMED"
    TRUST_CHANGED = "TRUST_CHANGED"
    TRUST_REFUSED = "TRUST_REFUSED"
    ROOT_REPLACED = "ROOT_REPLACED"
    CAMERA_CHANGED = "CAMERA_CHANGED"
    KEY_SEALED = "KEY_SEALED"
    EXPORTED = "EXPORTED"
    RECEIPTED = "RECEIPTED"
    PRUNED = "PRUNED"
    SHREDDED = "SHREDDED"


@dataclass(frozen=True, slots=True)
class StepResult:
    """One step of a visit: what it said and how long it took. `outcome` is None when it did not run."""

    step: Step
    outcome: Outcome | None
    ms: float

    def __post_init__(self) -> None:
        check_finite(self.ms)


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
        check_utc(self.issued_at)


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
        check_text(self.model_id)
        check_finite(self.score, self.eye_distance_px, self.sharpness_var, self.brightness, self.contrast)


@dataclass(frozen=True, slots=True)
class CodeMeasure:
    """How well the code was read, never what it holds; what the decoder does not say is None.

    `unused_ec` is the share of the code's error correction that was left over, from 0 to 1; `version` is the
    QR version, 1 to 40.
    """

    decoder: str
    px_per_module: float | None = None
    unused_ec: float | None = None
    version: int | None = None

    def __post_init__(self) -> None:
        check_text(self.decoder)
        check_finite(self.px_per_module, self.unused_ec)


@dataclass(frozen=True, slots=True)
class Visit:
    """One visitor's verification as it was decided.

    `issuer_key_id` is the 8-byte `kid`; `pseudonym` is the keyed 32 bytes of `pseudonym.PseudonymKeys`;
    `operator` is a staff number, never a name. `simulated_camera` is that of the code, and of the face unless
    a second camera saw it; that one is `simulated_face_camera`.
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
    code: CodeMeasure | None = None
    simulated_face_camera: bool = False

    def __post_init__(self) -> None:
        check_text(self.purpose, self.policy_id, self.operator)


Fact = (
    Visit
    | Start
    | Stop
    | CodesCounted
    | ClockStep
    | ClockSuspected
    | ClockConfirmed
    | TrustChanged
    | TrustRefused
    | RootReplaced
    | CameraChanged
    | KeySealed
    | Exported
    | Receipted
    | Pruned
    | Shredded
)

KIND_OF_FACT: dict[type[Fact], EntryKind] = {
    Visit: EntryKind.VISIT,
    Start: EntryKind.START,
    Stop: EntryKind.STOP,
    CodesCounted: EntryKind.CODES_COUNTED,
    ClockStep: EntryKind.CLOCK_STEP,
    ClockSuspected: EntryKind.CLOCK_SUSPECTED,
    ClockConfirmed: EntryKind.CLOCK_CONFIRMED,
    TrustChanged: EntryKind.TRUST_CHANGED,
    TrustRefused: EntryKind.TRUST_REFUSED,
    RootReplaced: EntryKind.ROOT_REPLACED,
    CameraChanged: EntryKind.CAMERA_CHANGED,
    KeySealed: EntryKind.KEY_SEALED,
    Exported: EntryKind.EXPORTED,
    Receipted: EntryKind.RECEIPTED,
    Pruned: EntryKind.PRUNED,
    Shredded: EntryKind.SHREDDED,
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One row: what happened, and the state of the kiosk it happened at.

    `at` is the trusted time, aware UTC; it may run backwards between rows and is recorded as it is.
    `config_hash` is the SHA-256 of the settings in force. A row with a sealed part carries the SHA-256 of
    that part (`sealed_hash`, set by the log as it writes both) and the id of the auditors' key it was sealed
    to; `key_overdue` marks that no key for its month was known.
    """

    at: datetime
    clock_state: ClockState
    environment: Environment
    station: str
    app_version: str
    config_hash: bytes
    fact: Fact
    sealed_key: bytes | None = None
    sealed_hash: bytes | None = None
    key_overdue: bool = False

    def __post_init__(self) -> None:
        check_utc(self.at)
        check_text(self.station, self.app_version)

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
