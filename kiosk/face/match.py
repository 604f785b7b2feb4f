"""From similarity scores to one check: pure decisions, thresholds from the signed policy.

Rules kept here: the mean over every counted frame of every try decides, never the best frame and never the
best try; between the two thresholds another try follows, and after the last one a person decides; below the
policy's age the matcher has no say. The live face, a still picture and the evaluation all decide by
`decide_visit`. Nothing here sees a picture.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from statistics import fmean

from kiosk.face.quality import FaceQuality
from kiosk.model import Box, Check, FaceLimits, Outcome, Pixels, Reason, Step
from kiosk.view import Likeness


@dataclass(frozen=True, slots=True)
class VisitDecision:
    """What the scores of a visit say so far. `outcome` None: nothing yet, another try follows.

    `score` is the mean over the `frames` counted in the first `tries` tries, None without any.
    """

    outcome: Outcome | None
    reason: Reason | None
    score: float | None
    frames: int
    tries: int

    @property
    def check(self) -> Check:
        """The face check of a decided visit. Raises ValueError while nothing is decided."""
        if self.outcome is None:
            raise ValueError("the visit is not decided")
        if self.score is None:
            return Check(Step.FACE, self.outcome, self.reason)
        detail = f"score {self.score:.3f} over {self.frames} in {self.tries}"
        return Check(Step.FACE, self.outcome, self.reason, detail=detail)


@dataclass(frozen=True, slots=True)
class FaceResult:
    """What the face step found. All but `check` serve the officer and the log.

    `score` is the mean of the counted frames, None when none counted. `quality` and `face` belong
    to the frame that `live` shows: an upright crop (BGR) with the geometry of the credential's photo.
    `frames` is how many frames counted, in how many `tries`; `faces` the most that were in front at once.
    """

    check: Check
    score: float | None = None
    quality: FaceQuality | None = None
    face: Box | None = None
    live: Pixels | None = None
    frames: int = 0
    tries: int = 0
    faces: int = 0


def decide_visit(
    tries: Sequence[Sequence[float]], limits: FaceLimits, *, ended: bool = False
) -> VisitDecision:
    """Judge a visit by its tries in their order: in each the scores of its counted frames, of one person.

    After each try with at least `limits.frames` of them the mean over all frames so far decides: PASS from
    `limits.accept` on, FAIL FACE_MISMATCH below `limits.refer`; later tries are not looked at. A try between
    the two, or with too few frames, is repeated, and its frames stay in the mean. After `limits.tries`, or
    when the visit has `ended`: REFER FACE_UNCERTAIN, FACE_TIMEOUT without a single frame. A score that is no
    number is none.
    """
    scores: list[float] = []
    number = 0
    for number, given in enumerate(tries[: limits.tries], start=1):
        counted = [score for score in given if math.isfinite(score)]
        scores.extend(counted)
        if len(counted) < limits.frames:
            continue
        mean = fmean(scores)
        if mean >= limits.accept:
            return VisitDecision(Outcome.PASS, None, mean, len(scores), number)
        if mean < limits.refer:
            return VisitDecision(Outcome.FAIL, Reason.FACE_MISMATCH, mean, len(scores), number)
    if number < limits.tries and not ended:
        return VisitDecision(None, None, fmean(scores) if scores else None, len(scores), number)
    if not scores:
        return VisitDecision(Outcome.REFER, Reason.FACE_TIMEOUT, None, 0, number)
    return VisitDecision(Outcome.REFER, Reason.FACE_UNCERTAIN, fmean(scores), len(scores), number)


def refer(reason: Reason, detail: str = "") -> Check:
    """Return the face check that leaves the decision to a person."""
    return Check(Step.FACE, Outcome.REFER, reason, detail=detail)


def likeness(score: float | None, limits: FaceLimits) -> Likeness | None:
    """Return the word for a score, None when nothing was compared."""
    if score is None:
        return None
    if score >= limits.accept:
        return Likeness.SAME
    return Likeness.DIFFERENT if score < limits.refer else Likeness.UNSURE


def is_minor(born: date, today: date, limits: FaceLimits) -> bool:
    """Tell whether someone born on `born` is younger than the policy's age for face matching.

    Both are calendar days at the same place. Whoever was born on 29 February has a birthday on 1 March.
    """
    years = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    return years < limits.min_age_years
