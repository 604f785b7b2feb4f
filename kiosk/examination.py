"""A code and its photo together: what the kiosk's worker and the command line both do with a presented code.

Rules kept here: the photo is read only from a credential whose signature held and that nothing refused; below
the policy's age the matcher has no say, a person looks; a purpose sees the fields it may see and no other.
The face of the person present is left to `kiosk.face`, the verdict to `verify.pipeline.conclude`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import TypeVar

from kiosk.face.faces import FaceEngine
from kiosk.face.match import is_minor
from kiosk.face.portrait import Portrait, read_portrait
from kiosk.face.still import compare_still
from kiosk.model import (
    Check,
    CheckFailed,
    ClockReading,
    FaceLimits,
    Outcome,
    Photo,
    Pixels,
    Presentation,
    Reason,
    Step,
)
from kiosk.trust.policy import PurposePolicy
from kiosk.trust.trustset import TrustSet
from kiosk.verify.credential import Credential
from kiosk.verify.pipeline import Examined, verify_credential
from kiosk.view import Holder

RIYADH = timezone(timedelta(hours=3), "Asia/Riyadh")  # no daylight saving time since 1947
_LAST_MOMENT = datetime(9999, 12, 31, 20, 59, 59, tzinfo=UTC)  # later ones have no date in Riyadh
MASK = "•"
_SHOWN_DIGITS = 4

Value = TypeVar("Value")
Timer = Callable[[], float]
"""Monotonic seconds."""


@dataclass(frozen=True, slots=True)
class Examination:
    """A code's checks, those that its photo added, and the photo where it is usable."""

    examined: Examined
    later_checks: tuple[Check, ...] = ()
    portrait: Portrait | None = None

    @property
    def wants_face(self) -> bool:
        """Whether a face can and must be compared: there is a portrait, and no face check yet."""
        judged = any(check.step is Step.FACE for check in self.later_checks)
        return Step.FACE in self.examined.required and self.portrait is not None and not judged


def examine_code(
    presentation: Presentation,
    trust: TrustSet,
    purpose: PurposePolicy,
    clock: ClockReading,
    engine: FaceEngine,
    timer: Timer,
) -> Examination:
    """Verify a code presented at the counter, steps 1 to 7. Never raises, whatever was presented."""
    examined = verify_credential(presentation, trust, purpose, clock, timer)
    return examine_photo(examined, trust.policy.face, clock, engine, timer)


def examine_photo(
    examined: Examined, limits: FaceLimits, clock: ClockReading, engine: FaceEngine, timer: Timer
) -> Examination:
    """Read the credential's photo (7), and settle the face step where the holder is too young for it."""
    credential = examined.credential
    if credential is None or credential.identity.photo is None or not examined.portrait_wanted:
        return Examination(examined)
    check, portrait = _read_photo(credential.identity.photo, engine, timer)
    if Step.PHOTO not in examined.required:
        return Examination(examined, (), portrait)
    checks = [check]
    if credential.identity.born is not None and is_minor(credential.identity.born, _day(clock.now), limits):
        checks.append(Check(Step.FACE, Outcome.REFER, Reason.MINOR))
    return Examination(examined, tuple(checks), portrait)


def _read_photo(photo: Photo, engine: FaceEngine, timer: Timer) -> tuple[Check, Portrait | None]:
    began = timer()
    try:
        portrait = read_portrait(engine, photo)
    except CheckFailed as err:
        ms = (timer() - began) * 1000
        return Check(Step.PHOTO, err.reason.outcome, err.reason, ms, detail=err.detail), None
    return Check(Step.PHOTO, Outcome.PASS, None, (timer() - began) * 1000), portrait


def examine_still_face(
    examination: Examination, pixels: Pixels, limits: FaceLimits, engine: FaceEngine, timer: Timer
) -> Examination:
    """Compare a still picture (BGR) with the portrait, where a face is wanted."""
    if examination.portrait is None or not examination.wants_face:
        return examination
    began = timer()
    check = compare_still(engine, examination.portrait, pixels, limits).check
    timed = replace(check, ms=(timer() - began) * 1000)
    return replace(examination, later_checks=(*examination.later_checks, timed))


def tightened(limits: FaceLimits, accept: float) -> FaceLimits:
    """Return the policy's limits with the local threshold; a local setting can only make them stricter."""
    return replace(limits, accept=max(limits.accept, accept))


def holder_view(
    credential: Credential, purpose: PurposePolicy, portrait: Portrait | None, *, minor: bool = False
) -> Holder:
    """Return the holder as `purpose` may see him: what it does not show is not in the value at all.

    Of a `minor` the guardian is always there, by the number on whose ID the officer checks who came along;
    masked where the purpose masks numbers.
    """

    def shown(word: str, value: Value) -> Value | None:
        return value if word in purpose.show else None

    identity = credential.identity
    guardian = mask(identity.guardian) if purpose.mask_number else identity.guardian
    return Holder(
        name_arabic=shown("names", identity.name_arabic),
        name_latin=shown("names", identity.name_latin),
        number=shown("number", mask(identity.number) if purpose.mask_number else identity.number),
        born=shown("born", identity.born),
        gender=shown("gender", identity.gender),
        nationality=shown("nationality", identity.nationality),
        holder_class=shown("class", identity.holder_class),
        valid_until=shown("valid_until", _day(credential.claims.expires_at - timedelta(seconds=1))),
        guardian=guardian if minor else shown("guardian", guardian),
        occupation=shown("occupation", identity.occupation),
        employer=shown("employer", identity.employer),
        sponsor_number=shown("sponsor", identity.sponsor_number),
        portrait=shown("photo", None if portrait is None else portrait.pixels),
    )


def mask(number: str | None) -> str | None:
    """Hide all but the last four characters; all of them in a number that short."""
    if number is None:
        return None
    kept = number[-_SHOWN_DIGITS:] if len(number) > _SHOWN_DIGITS else ""
    return MASK * (len(number) - len(kept)) + kept


def _day(moment: datetime) -> date:
    """Return the calendar day in Riyadh; `exp` is the first instant after the last day."""
    return min(moment, _LAST_MOMENT).astimezone(RIYADH).date()
