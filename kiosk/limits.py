"""The numbers of the signed policy that the face and liveness steps decide by, and which engine they are for.

Values alone: what they may be is left to `trust/policy.py`, what follows from them to `kiosk.face`. Everybody
names them from `model.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class EngineKind(StrEnum):
    """What compares faces. Scores and thresholds of one mean nothing to another."""

    SFACE = "sface"
    DLIB = "dlib"


@dataclass(frozen=True, slots=True)
class FaceLimits:
    """The numbers of the signed policy that the face step decides by.

    `accept` and `refer` are scores of `engine` (cosines for SFace): at or above `accept` is the same person,
    below `refer` is another, between the two a person decides. One try takes the best `frames` of at least
    `window_s`, and ends after `try_s` at the latest; `tries` of them make a visit. A face that stays covered
    for `covered_s` is left to a person. Sources: the measured tables of docs/face-model-card.md.
    """

    engine: EngineKind = EngineKind.SFACE
    accept: float = 0.55
    refer: float = 0.363
    frames: int = 3
    tries: int = 3
    window_s: float = 0.4
    try_s: float = 4.0
    timeout_s: float = 15.0
    code_absent_s: float = 0.7
    covered_s: float = 5.0
    min_age_years: int = 15
    min_eye_distance_px: float = 60.0
    min_sharpness_var: float = 1.5
    min_luminance_mean: float = 20.0
    max_luminance_mean: float = 225.0
    min_luminance_std: float = 7.0
    max_underexposed_share: float = 0.35
    max_overexposed_share: float = 0.35
    min_light_ratio: float = 0.2
    max_yaw_deg: float = 20.0
    max_pitch_deg: float = 25.0
    max_roll_deg: float = 30.0
    min_eye_openness: float = 0.15
    min_nostril_contrast: float = 0.12
    min_mouth_contrast: float = 0.08
    min_mouth_detail_ratio: float = 0.37
    min_inside_share: float = 0.85


@dataclass(frozen=True, slots=True)
class LivenessLimits:
    """The numbers of the signed policy for the liveness prompts.

    Each of `tries` asks for `movements` different ones in a random order; each must be answered within
    `answer_s` of being asked, and the whole of a try ends after `timeout_s`.
    """

    movements: int = 3
    tries: int = 2
    answer_s: float = 4.0
    timeout_s: float = 20.0
