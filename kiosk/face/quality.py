"""Is this picture of a face good enough to judge it? Named measures, then the first thing to change.

Rules kept here: measuring and judging are apart; every measure has its unit in its name; the person gets
one hint at a time, the most helpful first. The limits that refuse people come from the signed policy
(`FaceLimits`); the limits of pose and clipping below only keep useless frames out.

Sharpness is the variance of the second difference along a line, not of the Laplacian, and the weakest of
four directions counts. Measured on 53 people through a simulated camera: the Laplacian cannot tell a face
smeared sideways (cosine to itself 0.44) from a good one, this can; the lowest good frame has 1.8, faces too
blurred to match stay below 1.4. Brightness limits are low on purpose: a dark face in good light has a mean
of 40, and must not be refused for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from kiosk.face.faces import Face, FaceEngine
from kiosk.model import Box, FaceLimits, Hint, Pixels

_BLACK = 10  # grey levels 0 to 255 that carry no more detail
_WHITE = 250
_STEP_BACK_SHARE = 0.8  # a cut-off face this wide or high compared with the picture is too near
_MAX_ROLL_DEG = 30.0
_MAX_YAW_RATIO = 0.3  # about 30 degrees
_MAX_CLIPPED_SHARE = 0.35
_MIN_INSIDE_SHARE = 0.85
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

    Sharpness, brightness, contrast and the shares of black and white pixels are taken from the inner face
    of the matcher's own 112 x 112 crop, in grey levels 0 to 255 (squared for the sharpness). `roll_deg` is
    0 for an upright head. `yaw_ratio` is how far the nose lies from the middle of the eyes, in eye
    distances: 0 looks straight ahead.
    `inside_share` is the share of the face that lies within the picture, `filled_share` how much of the
    picture's width or height it takes; both by where the landmarks place the face.
    """

    eye_distance_px: float
    sharpness_var: float
    brightness: float
    contrast: float
    dark_share: float
    bright_share: float
    roll_deg: float
    yaw_ratio: float
    inside_share: float
    filled_share: float


def measure_face(engine: FaceEngine, pixels: Pixels, face: Face) -> FaceQuality:
    """Measure `face` in `pixels` (BGR)."""
    grey = cv2.cvtColor(engine.align(pixels, face), cv2.COLOR_BGR2GRAY)
    inner, extent = _inner(grey), _extent(face)
    return FaceQuality(
        eye_distance_px=face.eye_distance_px,
        sharpness_var=_sharpness_var(grey),
        brightness=float(inner.mean()),
        contrast=float(inner.std()),
        dark_share=float((inner <= _BLACK).mean()),
        bright_share=float((inner >= _WHITE).mean()),
        roll_deg=face.roll_deg,
        yaw_ratio=_yaw_ratio(face),
        inside_share=_inside_share(pixels, extent),
        filled_share=max(extent.width / pixels.shape[1], extent.height / pixels.shape[0]),
    )


def first_problem(quality: FaceQuality, limits: FaceLimits, min_eye_distance_px: float) -> Hint | None:
    """Return the one thing to change first, or None when the face may be judged.

    `min_eye_distance_px` is given apart because a live face must be larger than one in a still.
    Order: distance, place, pose, light, sharpness.
    """
    problems = (
        (quality.eye_distance_px < min_eye_distance_px, Hint.COME_CLOSER),
        (quality.inside_share < _MIN_INSIDE_SHARE, _too_far_out(quality)),
        (abs(quality.roll_deg) > _MAX_ROLL_DEG, Hint.FACE_FRONT),
        (abs(quality.yaw_ratio) > _MAX_YAW_RATIO, Hint.FACE_FRONT),
        (quality.brightness < limits.min_brightness, Hint.MORE_LIGHT),
        (quality.dark_share > _MAX_CLIPPED_SHARE, Hint.MORE_LIGHT),
        (quality.brightness > limits.max_brightness, Hint.LESS_LIGHT),
        (quality.bright_share > _MAX_CLIPPED_SHARE, Hint.LESS_LIGHT),
        (quality.contrast < limits.min_contrast, Hint.MORE_LIGHT),
        (quality.sharpness_var < limits.min_sharpness_var, Hint.HOLD_STILL),
    )
    return next((hint for found, hint in problems if found), None)


def _inner(crop: NDArray[Any]) -> NDArray[Any]:
    """Return brows to chin of a 112 x 112 crop, without hair and background."""
    return crop[24:104, 20:92]


def _sharpness_var(grey: NDArray[Any]) -> float:
    smooth = cv2.GaussianBlur(grey, (0, 0), 1.0).astype(np.float32)  # noise is no detail
    return min(float(_inner(cv2.filter2D(smooth, cv2.CV_32F, kernel)).var()) for kernel in _DIRECTIONS)


def _too_far_out(quality: FaceQuality) -> Hint:
    return Hint.STEP_BACK if quality.filled_share > _STEP_BACK_SHARE else Hint.CENTRE_FACE


def _yaw_ratio(face: Face) -> float:
    """Measure along the line of the eyes, so that a leaning head does not look turned."""
    (left_x, left_y), (right_x, right_y), (nose_x, nose_y) = face.landmarks[:3]
    across, down = right_x - left_x, right_y - left_y
    along = (nose_x - (left_x + right_x) / 2) * across + (nose_y - (left_y + right_y) / 2) * down
    return along / max(across * across + down * down, 1e-6)


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
