"""The vocabulary of the kiosk: what every package may name, and nothing that acts.

Rules kept here: values are frozen, sets of words are closed, and the outcome of a reason stands in one
place (`Reason.outcome`). This module knows no Qt, camera, clock, file or cryptography.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, IntEnum

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]


class Step(IntEnum):
    """The numbered steps of one verification, in the order they run."""

    DECODE = 1
    PARSE = 2
    SIGNATURE = 3
    DATES = 4
    STATUS = 5
    LIVE_PROOF = 6
    PHOTO = 7
    LIVENESS = 8
    FACE = 9


class Outcome(Enum):
    """What one check or a whole verdict says. FAIL outweighs REFER, REFER outweighs PASS."""

    PASS = "PASS"  # noqa: S105 - an outcome, not a password
    FAIL = "FAIL"
    REFER = "REFER"


class Environment(Enum):
    """Whose trust this is; anything but production is said on every screen and in every row."""

    SANDBOX = "sandbox"
    PILOT = "pilot"
    PRODUCTION = "production"


class Source(Enum):
    """How a code came in; the signed policy lists which sources may satisfy the live proof."""

    CAMERA = "camera"
    SCANNER = "scanner"
    FILE = "file"
    PASTE = "paste"


class Grade(IntEnum):
    """The age of a status list, graded by the signed policy; higher is older."""

    FRESH = 0
    AGEING = 1
    STALE = 2
    EXPIRED = 3


class ClockState(Enum):
    """How far the wall clock is trusted."""

    SYNCED = "synced"
    HOLDING = "holding"
    DOUBTFUL = "doubtful"


class Note(Enum):
    """Something the reader of a verdict should know that never changes the outcome."""

    PRINT_COPY = "PRINT_COPY"
    LIST_AGEING = "LIST_AGEING"
    LIST_STALE_ACCEPTED = "LIST_STALE_ACCEPTED"
    NOT_PRODUCTION = "NOT_PRODUCTION"
    CLOCK_GIVEN = "CLOCK_GIVEN"
    STILL_FACE = "STILL_FACE"
    LIVENESS_NOT_CHECKED = "LIVENESS_NOT_CHECKED"
    SIMULATED_CAMERA = "SIMULATED_CAMERA"


class Reason(Enum):
    """Why something did not pass: a stable code; the words for people live in `ui/reasons.py`."""

    # The kiosk cannot tell.
    NO_CODE = "NO_CODE"
    NOT_A_CREDENTIAL = "NOT_A_CREDENTIAL"
    STATUS_UNKNOWN = "STATUS_UNKNOWN"
    LIST_STALE = "LIST_STALE"
    CLOCK_DOUBTFUL = "CLOCK_DOUBTFUL"
    PROOF_TIME_UNSURE = "PROOF_TIME_UNSURE"
    NOT_PRESENTED = "NOT_PRESENTED"
    LIVE_PROOF_REQUIRED = "LIVE_PROOF_REQUIRED"
    PHOTO_MISSING = "PHOTO_MISSING"
    PHOTO_UNUSABLE = "PHOTO_UNUSABLE"
    FACE_TIMEOUT = "FACE_TIMEOUT"
    FACE_UNCERTAIN = "FACE_UNCERTAIN"
    FACE_COVERED = "FACE_COVERED"
    MINOR = "MINOR"
    LIVENESS_NOT_PASSED = "LIVENESS_NOT_PASSED"
    ISSUED_IN_FUTURE = "ISSUED_IN_FUTURE"
    VISIT_TIMEOUT = "VISIT_TIMEOUT"
    INTERNAL = "INTERNAL"
    # What was presented is refused.
    MALFORMED = "MALFORMED"
    SIGNATURE_INVALID = "SIGNATURE_INVALID"
    ISSUER_UNKNOWN = "ISSUER_UNKNOWN"
    ISSUER_MISMATCH = "ISSUER_MISMATCH"
    ISSUER_DISTRUSTED = "ISSUER_DISTRUSTED"
    ISSUED_BEFORE_MINIMUM = "ISSUED_BEFORE_MINIMUM"
    NOT_YET_VALID = "NOT_YET_VALID"
    EXPIRED = "EXPIRED"
    REVOKED = "REVOKED"
    SUSPENDED = "SUSPENDED"
    SUPERSEDED = "SUPERSEDED"
    STATUS_INDEX_OUT_OF_RANGE = "STATUS_INDEX_OUT_OF_RANGE"
    PROOF_MISSING = "PROOF_MISSING"
    PROOF_INVALID = "PROOF_INVALID"
    PROOF_STALE = "PROOF_STALE"
    PROOF_REPLAYED = "PROOF_REPLAYED"
    FACE_MISMATCH = "FACE_MISMATCH"
    # The kiosk itself is out of service.
    TRUST_MISSING = "TRUST_MISSING"
    TRUST_INVALID = "TRUST_INVALID"
    TRUST_EXPIRED = "TRUST_EXPIRED"
    CAMERA_LOST = "CAMERA_LOST"
    LOG_UNWRITABLE = "LOG_UNWRITABLE"
    LOG_BROKEN = "LOG_BROKEN"
    DISK_LOW = "DISK_LOW"
    MODEL_ALTERED = "MODEL_ALTERED"

    @property
    def outcome(self) -> Outcome | None:
        """The outcome this reason leads to; None where there is no verdict, only "out of service"."""
        if self in _FAULTS:
            return None
        return Outcome.REFER if self in _REFERS else Outcome.FAIL

    def outcome_at(self, grade: Grade) -> Outcome | None:
        """Return the outcome when the trust data is of `grade`.

        Only ISSUER_UNKNOWN depends on it: a store that is stale may simply not know a newer key.
        """
        if self is Reason.ISSUER_UNKNOWN and grade >= Grade.STALE:
            return Outcome.REFER
        return self.outcome


_REFERS = frozenset(
    {
        Reason.NO_CODE,
        Reason.NOT_A_CREDENTIAL,
        Reason.STATUS_UNKNOWN,
        Reason.LIST_STALE,
        Reason.CLOCK_DOUBTFUL,
        Reason.PROOF_TIME_UNSURE,
        Reason.NOT_PRESENTED,
        Reason.LIVE_PROOF_REQUIRED,
        Reason.PHOTO_MISSING,
        Reason.PHOTO_UNUSABLE,
        Reason.FACE_TIMEOUT,
        Reason.FACE_UNCERTAIN,
        Reason.FACE_COVERED,
        Reason.MINOR,
        Reason.LIVENESS_NOT_PASSED,
        Reason.ISSUED_IN_FUTURE,
        Reason.VISIT_TIMEOUT,
        Reason.INTERNAL,
    }
)
_FAULTS = frozenset(
    {
        Reason.TRUST_MISSING,
        Reason.TRUST_INVALID,
        Reason.TRUST_EXPIRED,
        Reason.CAMERA_LOST,
        Reason.LOG_UNWRITABLE,
        Reason.LOG_BROKEN,
        Reason.DISK_LOW,
        Reason.MODEL_ALTERED,
    }
)


class KioskError(Exception):
    """What the kiosk raises on purpose. `reason` is for code and screen, the text for the log."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(f"{reason.value}: {detail}" if detail else reason.value)
        self.reason = reason
        self.detail = detail


class CheckFailed(KioskError):
    """Something presented was refused, or could not be judged. Never carries a name, number or key."""


class Fault(KioskError):
    """Our own camera, disk, clock, model or store cannot serve; there is no verdict."""


@dataclass(frozen=True, slots=True)
class Check:
    """One step of a verification. `outcome` is None when the step did not run."""

    step: Step
    outcome: Outcome | None
    reason: Reason | None = None
    ms: float = 0.0
    notes: tuple[Note, ...] = ()
    detail: str = ""

    @property
    def failed(self) -> Reason | None:
        """The reason this check did not pass, or None."""
        return None if self.outcome is Outcome.PASS else self.reason


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the kiosk decided, and every check that led there, in the order run."""

    checks: tuple[Check, ...]
    required: frozenset[Step]
    notes: tuple[Note, ...] = ()

    @property
    def passed(self) -> bool:
        """True only if every required step ran and nothing that ran did not pass: no step, no pass."""
        passed = {check.step for check in self.checks if check.outcome is Outcome.PASS}
        ran = {check.step for check in self.checks if check.outcome is not None}
        return bool(self.required) and passed >= self.required and ran == passed

    @property
    def outcome(self) -> Outcome:
        """FAIL if anything presented was refused, PASS if complete, REFER for everything else."""
        if any(check.outcome is Outcome.FAIL for check in self.checks):
            return Outcome.FAIL
        return Outcome.PASS if self.passed else Outcome.REFER

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Why the verdict is not PASS, the reasons for the outcome first; empty for PASS."""
        weighty = [c.reason for c in self.checks if c.reason and c.outcome is self.outcome]
        others = [c.reason for c in self.checks if c.reason and c.outcome is not self.outcome]
        return tuple(dict.fromkeys(weighty + others))


@dataclass(frozen=True, slots=True)
class Frame:
    """One camera picture: uint8 H x W x 3, BGR, read-only and owned by the frame.

    `taken_at` is seconds on the capture thread's monotonic clock; `number` counts up from 1.
    """

    pixels: Pixels
    taken_at: float
    number: int


class PhotoFormat(Enum):
    """An encoding of the photo in a credential, whatever number the credential gave it."""

    PNG = "png"
    JPEG = "jpeg"
    JPEG2000 = "jpeg2000"
    AVIF = "avif"
    WEBP = "webp"


@dataclass(frozen=True, slots=True)
class Photo:
    """The holder's photo as it stands in a credential: encoded bytes, not yet decoded."""

    content: bytes
    format: PhotoFormat


@dataclass(frozen=True, slots=True)
class Presentation:
    """A code as it was presented: its text (base45 inside) and where it came from."""

    text: str
    source: Source


@dataclass(frozen=True, slots=True)
class ClockReading:
    """The time used for a whole visit, taken once.

    `now` is aware UTC; `floor` is the latest time a trusted signature has shown us; `uncertainty_s` is how
    far `now` may be off while the state is not DOUBTFUL; `given` marks a time set on the command line.
    """

    now: datetime
    floor: datetime
    state: ClockState
    uncertainty_s: float = 0.0
    given: bool = False


class Hint(Enum):
    """One thing the person in front of the kiosk can do to help; the words live in `ui/reasons.py`."""

    SHOW_CODE = "SHOW_CODE"
    CLOSER = "CLOSER"
    HOLD_STILL = "HOLD_STILL"
    DIM_PHONE = "DIM_PHONE"
    TILT_LESS = "TILT_LESS"
    UNREADABLE = "UNREADABLE"
    NOT_READABLE_HERE = "NOT_READABLE_HERE"
    WAIT_FOR_NEW_CODE = "WAIT_FOR_NEW_CODE"
    PUT_PHONE_AWAY = "PUT_PHONE_AWAY"
    LOOK_AT_CAMERA = "LOOK_AT_CAMERA"
    ONE_PERSON = "ONE_PERSON"
    COME_CLOSER = "COME_CLOSER"
    STEP_BACK = "STEP_BACK"
    CENTRE_FACE = "CENTRE_FACE"
    FACE_FRONT = "FACE_FRONT"
    MORE_LIGHT = "MORE_LIGHT"
    LESS_LIGHT = "LESS_LIGHT"


@dataclass(frozen=True, slots=True)
class Box:
    """An axis-parallel rectangle in pixels of a frame."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class CodeSighting:
    """What the decoder chain saw of a code in one frame.

    `text` is None when a code is in sight but was not read; `box` surrounds the code in frame pixels;
    `px_per_module` is the mean size of one module in camera pixels, None when unknown.
    """

    text: str | None
    box: Box
    px_per_module: float | None = None
    hint: Hint | None = None


@dataclass(frozen=True, slots=True)
class FaceLimits:
    """The numbers of the signed policy that the face step decides by.

    `accept` and `refer` are cosines: at or above `accept` is the same person, below `refer` is another,
    between the two a person decides. Sources: the measured table of docs/face-model-card.md.
    """

    accept: float = 0.45
    refer: float = 0.363
    frames: int = 3
    timeout_s: float = 15.0
    code_absent_s: float = 0.7
    min_age_years: int = 15
    min_eye_distance_px: float = 60.0
    min_sharpness_var: float = 1.5
    min_brightness: float = 30.0
    max_brightness: float = 225.0
    min_contrast: float = 8.0
