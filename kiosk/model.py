"""The vocabulary of the kiosk: what every package may name, and nothing that acts.

Rules kept here: values are frozen and sets of words are closed. Reasons and their outcomes are in `reason.py`
and named from here. This module knows no Qt, camera, clock, file or cryptography.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, IntEnum

import numpy as np
from numpy.typing import NDArray

from kiosk.limits import EngineKind, FaceLimits, LivenessLimits
from kiosk.reason import CheckFailed, Fault, Grade, KioskError, Outcome, Reason

__all__ = [
    "CheckFailed",
    "EngineKind",
    "FaceLimits",
    "Fault",
    "Grade",
    "KioskError",
    "LivenessLimits",
    "Outcome",
    "Reason",
]

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
    LIVENESS_MOVEMENTS = "LIVENESS_MOVEMENTS"
    SIMULATED_CAMERA = "SIMULATED_CAMERA"


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
        ran = [check for check in self.checks if check.outcome is not None]
        complete = {check.step for check in ran} >= self.required
        return bool(self.required) and complete and all(check.outcome is Outcome.PASS for check in ran)

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
    """A code as it was presented: its text (base45 inside) and where it came from.

    `sighting` is how it was read from a picture; it makes no other presentation of the same code.
    """

    text: str
    source: Source
    sighting: CodeSighting | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Unread:
    """Something brought to the kiosk that gave no code to verify, and why: a file that cannot be read."""

    reason: Reason
    source: Source


@dataclass(frozen=True, slots=True)
class ClockReading:
    """The time used for a whole visit, taken once.

    `now` is aware UTC; `floor` is the latest time a trusted signature has shown us; `uncertainty_s` is how
    far `now` may be off while the state is not DOUBTFUL; `given` marks a time set on the command line.
    `step_s` is how far the wall clock moved without cause since it was read before; `ahead_s` is how far the
    phones of several holders agree that `now` is ahead (negative: behind), None while they do not: a hint,
    never applied.
    """

    now: datetime
    floor: datetime
    state: ClockState
    uncertainty_s: float = 0.0
    given: bool = False
    step_s: float = 0.0
    ahead_s: float | None = None


class Hint(Enum):
    """One thing the person in front of the kiosk can do to help; the words live in `ui/words.py`."""

    SHOW_CODE = "SHOW_CODE"
    CLOSER = "CLOSER"
    HOLD_STILL = "HOLD_STILL"
    DIM_PHONE = "DIM_PHONE"
    TILT_LESS = "TILT_LESS"
    UNREADABLE = "UNREADABLE"
    NOT_READABLE_HERE = "NOT_READABLE_HERE"
    WAIT_FOR_NEW_CODE = "WAIT_FOR_NEW_CODE"
    SCAN_AGAIN = "SCAN_AGAIN"
    ONE_AFTER_ANOTHER = "ONE_AFTER_ANOTHER"
    READING_FILE = "READING_FILE"
    PUT_PHONE_AWAY = "PUT_PHONE_AWAY"
    LOOK_AT_CAMERA = "LOOK_AT_CAMERA"
    ONE_PERSON = "ONE_PERSON"
    COME_CLOSER = "COME_CLOSER"
    STEP_BACK = "STEP_BACK"
    CENTRE_FACE = "CENTRE_FACE"
    FACE_FRONT = "FACE_FRONT"
    MORE_LIGHT = "MORE_LIGHT"
    LESS_LIGHT = "LESS_LIGHT"
    EVEN_LIGHT = "EVEN_LIGHT"
    STAND_STILL = "STAND_STILL"
    OPEN_EYES = "OPEN_EYES"
    UNCOVER_FACE = "UNCOVER_FACE"
    TRY_AGAIN = "TRY_AGAIN"


class Movement(Enum):
    """What the kiosk asks of a person to see that somebody is there who answers; the sides are his own."""

    TURN_LEFT = "TURN_LEFT"
    TURN_RIGHT = "TURN_RIGHT"
    BLINK = "BLINK"
    COME_CLOSER = "COME_CLOSER"


@dataclass(frozen=True, slots=True)
class Box:
    """An axis-parallel rectangle in pixels of a frame."""

    left: float
    top: float
    width: float
    height: float


class ReadStage(Enum):
    """Which part of the decoder chain read a code; `kiosk/camera/qr.py` says what each does."""

    PLAIN = "plain"
    ENLARGED = "enlarged"
    GRID = "grid"
    SHARPENED = "sharpened"
    TEXTURE = "texture"
    SECOND_OPINION = "second opinion"


@dataclass(frozen=True, slots=True)
class CodeSighting:
    """What the decoder chain saw of a code in one frame.

    `text` is None when a code is in sight but was not read; `box` surrounds the code in frame pixels;
    `px_per_module` is the mean size of one module in camera pixels, None when unknown. `stage` and `decoder`
    say how it was read, `version` is the QR version, `unused_ec` the share of its error correction that was
    left over, 0 to 1; each None when unread or unknown. `beside` are other codes read in the same frame.
    """

    text: str | None
    box: Box
    px_per_module: float | None = None
    hint: Hint | None = None
    stage: ReadStage | None = None
    decoder: str | None = None
    version: int | None = None
    unused_ec: float | None = None
    beside: tuple[CodeSighting, ...] = ()


@dataclass(frozen=True, slots=True)
class AuditorKey:
    """The key to which one month's rows are sealed: only the auditors have its private half.

    `month` is like 2026-11, in UTC; `public` is the 32 bytes of an X25519 key and `id` the first 8 of its
    SHA-256.
    """

    month: str
    id: bytes
    public: bytes
