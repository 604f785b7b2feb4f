"""Why something did not pass: every reason code, the outcome it leads to, and the errors that carry it.

The outcome of a reason stands here and nowhere else. The words for people live in `ui/reasons.py`.
"""

from __future__ import annotations

from enum import Enum, IntEnum


class Outcome(Enum):
    """What one check or a whole verdict says. FAIL outweighs REFER, REFER outweighs PASS."""

    PASS = "PASS"  # noqa: S105 - an outcome, not a password
    FAIL = "FAIL"
    REFER = "REFER"


class Grade(IntEnum):
    """The age of a status list, graded by the signed policy; higher is older."""

    FRESH = 0
    AGEING = 1
    STALE = 2
    EXPIRED = 3


class Reason(Enum):
    """Why something did not pass: a stable code; the words for people live in `ui/reasons.py`."""

    # The kiosk cannot tell.
    NO_CODE = "NO_CODE"
    NOT_A_CREDENTIAL = "NOT_A_CREDENTIAL"
    FILE_UNREADABLE = "FILE_UNREADABLE"
    FILE_LOCKED = "FILE_LOCKED"
    FILE_TOO_LARGE = "FILE_TOO_LARGE"
    SEVERAL_CODES = "SEVERAL_CODES"
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
    LIVENESS_SKIPPED = "LIVENESS_SKIPPED"
    PERSON_CHANGED = "PERSON_CHANGED"
    PICTURE_REPEATED = "PICTURE_REPEATED"
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
    FACE_CAMERA_LOST = "FACE_CAMERA_LOST"
    CAMERA_REFUSED = "CAMERA_REFUSED"
    CAMERA_NOT_ALLOWED = "CAMERA_NOT_ALLOWED"
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
        Reason.FILE_UNREADABLE,
        Reason.FILE_LOCKED,
        Reason.FILE_TOO_LARGE,
        Reason.SEVERAL_CODES,
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
        Reason.LIVENESS_SKIPPED,
        Reason.PERSON_CHANGED,
        Reason.PICTURE_REPEATED,
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
        Reason.FACE_CAMERA_LOST,
        Reason.CAMERA_REFUSED,
        Reason.CAMERA_NOT_ALLOWED,
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

    def bare(self) -> Fault:
        """Return the same without its traceback, which would keep frames and codes alive."""
        return Fault(self.reason, self.detail)
