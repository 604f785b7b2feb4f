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
from kiosk.audit.facts_visit import (
    CodeMeasure,
    FaceMeasure,
    ListUsed,
    LivenessMeasure,
    StepResult,
    Visit,
)
from kiosk.model import (
    Check,
    ClockState,
    Environment,
    Note,
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
    "LivenessMeasure",
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
