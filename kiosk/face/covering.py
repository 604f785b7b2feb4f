"""Is the nose or the mouth covered? Three measures that a mask, a veil, a scarf or a hand changes.

A covering hides what every face has, whatever its colour: nostrils darker than the tip of the nose, a line
between the lips darker than the lips (or, in a dark beard, lips lighter than the beard), and about as much
detail round the mouth as round the eyes. All three are ratios within one face, so that neither dark skin nor
little light counts as a covering; a beard adds detail, it takes none away. What a detector or a mesh believes
does not tell: both draw a mouth on a mask.

Rules kept here: nothing judges; `quality.py` holds the measures against the signed policy.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from kiosk.face.align import cut_around, resized
from kiosk.face.faces import Face, Mesh
from kiosk.model import Pixels

# The working copy: the face upright, 48 px between the eyes.
_EYES_PX = 48
_WIDTH, _HEIGHT, _EYE_LINE = 144, 176, 56
_REACH = 3.0  # eye distances around the nose that it shows, leaning included
_SMOOTH_PX = 1.2  # noise is no detail
# Points of the mesh (MediaPipe's): nostrils' outer rims, tip of the nose, outer corners of eyes and mouth,
# inner corners of the eyes, inner lips above and below, and the outline of the lips.
_NOSTRILS, _TIP = (98, 327), 4
_EYES = ((33, 133), (263, 362))
_MOUTH, _INNER_LIPS = (61, 291), (13, 14)
_LIPS = (61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 409, 270, 269, 267, 0, 37, 39, 40, 185)
_NOSTRIL_PX, _TIP_PX, _PATCH_PX = 3, 4, 9
_LINE_PART = 0.32  # half of the part of the mouth's width over which its line is looked for
_LINE_REACH_PX = 5  # how far it may lie from the mesh's
_LINES_PX = (3, 4)  # how far off it the lips are looked at
_AROUND_LIPS = np.array((1.3, 1.8))  # what surrounds them, in their own width and height
_ASTRAY_PX = 1e4  # a point farther away than this is nowhere
_FLOOR = 5.0  # of lightness, so that darkness has no ratio

Lightness = NDArray[np.float32]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Bareness:
    """How much is seen of what a covering hides; 0 is nothing. All of CIE lightness, 0 to 100.

    `nostril_contrast`: how much darker the darker nostril is than the tip of the nose, as a share of the
    tip. `mouth_contrast`: how much darker the line between the lips is than what lies above and below, as a
    share of the lips, or half of how much lighter the lips are than what surrounds them, whichever is more.
    `mouth_detail_ratio`: the mean gradient round the mouth over that round the eyes.
    `eye_contrast`: how much darker the darkest of an eye is than its lids, as a share of them. No covering of
    nose or mouth changes it, light in the lens does: where eyes are not dark, nothing is.
    """

    nostril_contrast: float
    mouth_contrast: float
    mouth_detail_ratio: float
    eye_contrast: float


def measure_bareness(pixels: Pixels, face: Face, mesh: Mesh) -> Bareness:
    """Measure the nose and mouth of `face` in `pixels` (BGR), by its `mesh` there."""
    light, points = _upright(pixels, face, mesh)
    tip = _median(light, _disc(points[_TIP], _TIP_PX))
    nostril = min(_darkest(light, _disc(points[at], _NOSTRIL_PX)) for at in _NOSTRILS)
    return Bareness(
        nostril_contrast=(tip - nostril) / (tip + _FLOOR),
        mouth_contrast=_mouth_contrast(light, points),
        mouth_detail_ratio=_detail_ratio(light, points),
        eye_contrast=_eye_contrast(light, points),
    )


def _upright(pixels: Pixels, face: Face, mesh: Mesh) -> tuple[Lightness, NDArray[np.float64]]:
    """Return the lightness of the upright face, and the points of the mesh in it."""
    part, moved = cut_around(pixels, face, _REACH)
    shift = np.array(moved.landmarks[2]) - np.array(face.landmarks[2])
    points = mesh.points[:, :2].astype(np.float64) + shift
    shrink = 1.4 * _EYES_PX / max(moved.eye_distance_px, 1.0)
    if shrink < 1.0:  # the warp has no averaging of its own
        part, moved, points = resized(part, shrink), moved.mapped(shrink), points * shrink
    (left_x, left_y), (right_x, right_y) = moved.landmarks[:2]
    middle = ((left_x + right_x) / 2, (left_y + right_y) / 2)
    scale = _EYES_PX / max(moved.eye_distance_px, 1.0)
    warp = np.asarray(cv2.getRotationMatrix2D(middle, moved.roll_deg, scale), np.float64)
    warp[:, 2] += np.array((_WIDTH / 2, _EYE_LINE)) - middle
    view = cv2.warpAffine(part, warp, (_WIDTH, _HEIGHT), borderMode=cv2.BORDER_REPLICATE)
    lab = cv2.cvtColor(view.astype(np.float32) / 255, cv2.COLOR_BGR2Lab)
    light = cv2.GaussianBlur(lab[:, :, 0], (0, 0), _SMOOTH_PX)
    places = np.clip(points, -_ASTRAY_PX, _ASTRAY_PX) @ warp[:, :2].T + warp[:, 2]
    return np.asarray(light, np.float32), np.clip(places, -_ASTRAY_PX, _ASTRAY_PX)


def _mouth_contrast(light: Lightness, points: NDArray[np.float64]) -> float:
    outline = points[list(_LIPS)]
    middle = outline.mean(axis=0)
    lips = _filled(outline)
    around = _filled(middle + (outline - middle) * _AROUND_LIPS) & ~lips
    line = _line_depth(light, points) / (_median(light, lips) + _FLOOR)
    if not lips.any() or not around.any():
        return line
    inside, outside = float(light[lips].mean()), float(light[around].mean())
    return max(line, (inside - outside) / (inside + _FLOOR) / 2)


def _line_depth(light: Lightness, points: NDArray[np.float64]) -> float:
    """Return how much darker the darkest line across the middle of the mouth is than just off it."""
    x, y = points[list(_INNER_LIPS)].mean(axis=0)
    half = max(1.0, _LINE_PART * float(np.linalg.norm(points[_MOUTH[0]] - points[_MOUTH[1]])))
    left, right = (round(min(max(x + side, 0), _WIDTH - 1)) for side in (-half, half))
    profile = light[:, left : right + 1].mean(axis=1)
    first = max(round(y) - _LINE_REACH_PX, *_LINES_PX)
    last = min(round(y) + _LINE_REACH_PX, _HEIGHT - 1 - max(_LINES_PX))
    if first > last:
        return 0.0
    rows = np.arange(first, last + 1)
    return max(
        float(((profile[rows - off] + profile[rows + off]) / 2 - profile[rows]).max()) for off in _LINES_PX
    )


def _eye_contrast(light: Lightness, points: NDArray[np.float64]) -> float:
    """Return how much darker the darkest of an eye is than its lids, as a share of them; the clearer eye."""
    found = [0.0]
    for eye in _EYES:
        seen = light[_disc(points[list(eye)].mean(axis=0), _PATCH_PX)]
        if seen.size:
            dark, lids = (float(value) for value in np.percentile(seen, (5, 75)))
            found.append((lids - dark) / (lids + _FLOOR))
    return max(found)


def _detail_ratio(light: Lightness, points: NDArray[np.float64]) -> float:
    gradient = np.hypot(
        cv2.Sobel(light, cv2.CV_32F, 1, 0).astype(np.float64), cv2.Sobel(light, cv2.CV_32F, 0, 1)
    )
    left, right = (_disc(points[list(eye)].mean(axis=0), _PATCH_PX) for eye in _EYES)
    mouth = _disc(points[list(_INNER_LIPS)].mean(axis=0), _PATCH_PX)
    if not mouth.any() or not (left | right).any():
        return 0.0
    return float(gradient[mouth].mean() / (gradient[left | right].mean() + 1e-3))


def _filled(outline: NDArray[np.float64]) -> Mask:
    shape = np.zeros((_HEIGHT, _WIDTH), np.uint8)
    cv2.fillPoly(shape, [np.asarray(outline, np.int32)], 1)
    return shape > 0


def _disc(place: NDArray[np.float64], radius: int) -> Mask:
    disc = np.zeros((_HEIGHT, _WIDTH), np.uint8)
    cv2.circle(disc, (int(place[0]), int(place[1])), radius, 1, -1)
    return disc > 0


def _median(light: Lightness, where: Mask) -> float:
    return float(np.median(light[where])) if where.any() else 0.0


def _darkest(light: Lightness, where: Mask) -> float:
    return float(light[where].min()) if where.any() else 100.0
