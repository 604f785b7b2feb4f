"""From similarity scores to one check: pure decisions, thresholds from the signed policy.

Rules kept here: the median of enough frames decides, never the best one; between the two thresholds a
person decides; below the policy's age the matcher has no say. Nothing here sees a picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median

import numpy as np

from kiosk.face.faces import Embedding
from kiosk.face.quality import FaceQuality
from kiosk.model import Box, Check, FaceLimits, Outcome, Pixels, Reason, Step
from kiosk.view import Likeness


@dataclass(frozen=True, slots=True)
class FaceResult:
    """What the face step found. All but `check` serve the officer and the log.

    `score` is the median cosine of the counted frames, None when none counted. `quality` and `face` belong
    to the frame that `live` shows: an upright crop (BGR) with the geometry of the credential's photo.
    `frames` is how many frames counted.
    """

    check: Check
    score: float | None = None
    quality: FaceQuality | None = None
    face: Box | None = None
    live: Pixels | None = None
    frames: int = 0


def similarity(a: Embedding, b: Embedding) -> float:
    """Return the cosine of the angle between `a` and `b`, in [-1, 1]; 1 is the same direction.

    `a`, `b`: float32, shape (D,). Raises ValueError on a zero vector.
    """
    lengths = float(np.linalg.norm(a)) * float(np.linalg.norm(b))
    if lengths == 0.0:
        raise ValueError("a zero vector has no direction")
    return float(np.clip(float(a @ b) / lengths, -1.0, 1.0))


def decide(scores: Sequence[float], limits: FaceLimits, *, minor: bool = False) -> Check:
    """Judge the cosines of the counted frames of one person by their median.

    PASS from `limits.accept` on; FAIL FACE_MISMATCH below `limits.refer`; else, and with fewer than
    `limits.frames` scores, REFER FACE_UNCERTAIN. No score at all is REFER FACE_TIMEOUT, a minor always
    REFER MINOR.
    """
    if minor:
        return refer(Reason.MINOR)
    if not scores:
        return refer(Reason.FACE_TIMEOUT)
    middle = median(scores)
    detail = f"cosine {middle:.3f} over {len(scores)}"
    if len(scores) < limits.frames:
        return refer(Reason.FACE_UNCERTAIN, detail)
    if middle >= limits.accept:
        return Check(Step.FACE, Outcome.PASS, detail=detail)
    if middle < limits.refer:
        return Check(Step.FACE, Outcome.FAIL, Reason.FACE_MISMATCH, detail=detail)
    return refer(Reason.FACE_UNCERTAIN, detail)


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
