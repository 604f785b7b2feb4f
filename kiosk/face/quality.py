"""Is this picture of a face good enough to judge it? Named measures, then the first thing to change.

Rules kept here: measuring and judging are apart; every measure has its unit in its name; every limit comes
from the signed policy (`FaceLimits`); the person gets one hint at a time, the most helpful first. The names
follow ISO/IEC 29794-5 where a measure is meant for the same: inter-eye distance, sharpness, luminance mean
and variance (here as a deviation), under- and over-exposure, illumination uniformity (here the light ratio),
head pose, eyes open, mouth occlusion (here with the nose, `covering.py`). The methods are our own.

Sharpness is the variance of the second difference along a line, not of the Laplacian, and the weakest of
four directions counts. Measured on 53 people through a simulated camera: the Laplacian cannot tell a face
smeared sideways (cosine to itself 0.44) from a good one, this can; the lowest good frame has 1.8, faces too
blurred to match stay below 1.4. It grows with the square of the contrast, so a face of little contrast, as a
dark one is in dim light, is measured as if it had more: measured on 27 people at half and a third of the
light, all of them still matched (0.73 and more), and two thirds would have been called blurred. Limits of
light are wide for the same reason, and so that strong light from one side is not refused.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from kiosk.face.covering import Bareness, measure_bareness
from kiosk.face.faces import Face, FaceEngine
from kiosk.face.pose import Pose, eye_openness, head_pose
from kiosk.model import Box, FaceLimits, Hint, Pixels

_BLACK = 10  # grey levels 0 to 255 that carry no more detail
_WHITE = 250
_LEAST_STD = 17.0  # grey levels: a face of less contrast is measured as if it had these
# Measured on 14 people, bare and covered: eyes 0.42 and more, in any light; with light in the lens that takes
# nose and mouth away, at most 0.25. Chooses words, never what counts: no limit of the policy.
_WASHED_OUT = 0.3
_STEP_BACK_SHARE = 0.8  # a cut-off face this wide or high compared with the picture is too near
_RANK_TURN_DEG = 15.0  # a turn that halves the rank of a picture
_DIRECTIONS = tuple(
    np.array(kernel, np.float32)
    for kernel in (
        [[0, 0, 0], [1, -2, 1], [0, 0, 0]],
        [[0, 1, 0], [0, -2, 0], [0, 1, 0]],
        [[0.5, 0, 0], [0, -1, 0], [0, 0, 0.5]],  # halved: its neighbours lie the root of two away
        [[0, 0, 0.5], [0, -1, 0], [0.5, 0, 0]],
    )
)


@dataclass(frozen=True, slots=True)
class FaceQuality:
    """What can be measured of one face in one picture.

    Sharpness, luminance, exposure and light are taken from the inner face of the upright 112 x 112 crop, in
    grey levels 0 to 255 (squared for the sharpness). `light_ratio` is the mean of the darker half of the
    face over that of the lighter one, left and right; 1 is even. `pose` is 0 for a head that is upright and
    looks ahead. `eye_openness` is height over width, the mean of both eyes; 0 is shut.
    `inside_share` is the share of the face that lies within the picture, `filled_share` how much of the
    picture's width or height it takes; both by where the landmarks place the face.
    """

    eye_distance_px: float
    sharpness_var: float
    luminance_mean: float
    luminance_std: float
    underexposed_share: float
    overexposed_share: float
    light_ratio: float
    pose: Pose
    eye_openness: float
    bareness: Bareness
    inside_share: float
    filled_share: float

    @property
    def rank(self) -> float:
        """How this picture compares with others of the same face; more is better. Knows no score."""
        turned_deg = math.hypot(self.pose.yaw_deg, self.pose.pitch_deg)
        return self.sharpness_var / (1.0 + (turned_deg / _RANK_TURN_DEG) ** 2)


def measure_face(engine: FaceEngine, pixels: Pixels, face: Face) -> FaceQuality:
    """Measure `face` in `pixels` (BGR)."""
    grey = cv2.cvtColor(engine.align(pixels, face), cv2.COLOR_BGR2GRAY)
    mesh = engine.fit_mesh(pixels, face)
    inner, extent = _inner(grey), _extent(face)
    return FaceQuality(
        eye_distance_px=face.eye_distance_px,
        sharpness_var=_sharpness_var(grey),
        luminance_mean=float(inner.mean()),
        luminance_std=float(inner.std()),
        underexposed_share=float((inner <= _BLACK).mean()),
        overexposed_share=float((inner >= _WHITE).mean()),
        light_ratio=_light_ratio(inner),
        pose=head_pose(mesh),
        eye_openness=sum(eye_openness(mesh)) / 2,
        bareness=measure_bareness(pixels, face, mesh),
        inside_share=_inside_share(pixels, extent),
        filled_share=max(extent.width / pixels.shape[1], extent.height / pixels.shape[0]),
    )


def first_problem(quality: FaceQuality, limits: FaceLimits, min_eye_distance_px: float) -> Hint | None:
    """Return the one thing to change first, or None when the face may be judged.

    `min_eye_distance_px` is given apart because a live face must be larger than one in a still.
    Order: distance, place, pose, glare, covering, darkness, sharpness, eyes. A black veil is dark, and more
    light would not help; of a glaring, flat or blurred picture nothing is said of a covering. A face that
    looks covered while not even its eyes are dark is washed out: it does not count either way, but light is
    what to change.
    """
    pose, sharp = quality.pose, quality.sharpness_var >= limits.min_sharpness_var
    covered = sharp and is_covered(quality.bareness, limits)
    problems = (
        (quality.eye_distance_px < min_eye_distance_px, Hint.COME_CLOSER),
        (quality.inside_share < limits.min_inside_share, _too_far_out(quality)),
        (abs(pose.roll_deg) > limits.max_roll_deg, Hint.FACE_FRONT),
        (abs(pose.yaw_deg) > limits.max_yaw_deg, Hint.FACE_FRONT),
        (abs(pose.pitch_deg) > limits.max_pitch_deg, Hint.FACE_FRONT),
        (quality.luminance_mean > limits.max_luminance_mean, Hint.LESS_LIGHT),
        (quality.overexposed_share > limits.max_overexposed_share, Hint.LESS_LIGHT),
        (quality.light_ratio < limits.min_light_ratio, Hint.EVEN_LIGHT),
        (quality.luminance_std < limits.min_luminance_std, Hint.MORE_LIGHT),
        (covered and quality.bareness.eye_contrast < _WASHED_OUT, Hint.LESS_LIGHT),
        (covered, Hint.UNCOVER_FACE),
        (quality.luminance_mean < limits.min_luminance_mean, Hint.MORE_LIGHT),
        (quality.underexposed_share > limits.max_underexposed_share, Hint.MORE_LIGHT),
        (not sharp, Hint.STAND_STILL),
        (quality.eye_openness < limits.min_eye_openness, Hint.OPEN_EYES),
    )
    return next((hint for found, hint in problems if found), None)


def is_covered(bareness: Bareness, limits: FaceLimits) -> bool:
    """Tell whether nose or mouth is covered; a blurred picture looks so too."""
    return (
        bareness.nostril_contrast < limits.min_nostril_contrast
        or bareness.mouth_contrast < limits.min_mouth_contrast
        or bareness.mouth_detail_ratio < limits.min_mouth_detail_ratio
    )


def _inner(crop: NDArray[Any]) -> NDArray[Any]:
    """Return brows to chin of a 112 x 112 crop, without hair and background."""
    return crop[24:104, 20:92]


def _sharpness_var(grey: NDArray[Any]) -> float:
    smooth = cv2.GaussianBlur(grey, (0, 0), 1.0).astype(np.float32)  # noise is no detail
    weakest = min(float(_inner(cv2.filter2D(smooth, cv2.CV_32F, kernel)).var()) for kernel in _DIRECTIONS)
    return weakest * max(1.0, _LEAST_STD / max(float(_inner(grey).std()), 1.0)) ** 2


def _light_ratio(inner: NDArray[Any]) -> float:
    middle = inner.shape[1] // 2
    sides = float(inner[:, :middle].mean()), float(inner[:, middle:].mean())
    return min(sides) / max(*sides, 1.0)


def _too_far_out(quality: FaceQuality) -> Hint:
    return Hint.STEP_BACK if quality.filled_share > _STEP_BACK_SHARE else Hint.CENTRE_FACE


def _extent(face: Face) -> Box:
    """Return where the face must reach to by its landmarks; the detector's box ends at the picture's rim."""
    across = 1.05 * face.eye_distance_px
    down = 1.35 * face.eye_distance_px
    x = sum(point[0] for point in face.landmarks) / len(face.landmarks)
    y = sum(point[1] for point in face.landmarks) / len(face.landmarks)
    return Box(x - across, y - down, 2 * across, 2 * down)


def _inside_share(pixels: Pixels, extent: Box) -> float:
    height, width = pixels.shape[:2]
    across = min(extent.left + extent.width, width) - max(extent.left, 0.0)
    down = min(extent.top + extent.height, height) - max(extent.top, 0.0)
    return float(max(across, 0.0) * max(down, 0.0) / max(extent.width * extent.height, 1e-6))
