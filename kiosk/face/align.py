"""The upright crop that the matcher and the measures of quality look at: 112 x 112, five points in place.

Rules kept here: the geometry is SFace's own, so that a crop is what the network was trained on; a large face
is averaged down first, because a warp picks single pixels.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from kiosk.face.faces import Face
from kiosk.model import Pixels

CROP_SIDE = 112
_CROP_EYES_PX = 35.24  # between the first two points below
_CROP_REACH = 3.2  # eye distances around the face that its crop can need, leaning included
# Source: OpenCV, modules/objdetect/src/face_recognize.cpp (Apache-2.0): where the points of a crop lie.
_PLACES = np.array(
    [[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655], [70.7299, 92.2041]]
)


def align_face(pixels: Pixels, face: Face) -> Pixels:
    """Return the face upright: BGR, 112 x 112, eyes about 35 px apart, black beyond the picture."""
    part, moved = cut_around(pixels, face, _CROP_REACH)
    shrink = 1.4 * _CROP_EYES_PX / max(moved.eye_distance_px, 1.0)
    if shrink < 1.0:
        part, moved = resized(part, shrink), moved.mapped(shrink)
    warp = _similarity_warp(np.array(moved.landmarks), _PLACES)
    return np.asarray(cv2.warpAffine(part, warp, (CROP_SIDE, CROP_SIDE)), np.uint8)


def cut_around(pixels: Pixels, face: Face, eye_distances: float) -> tuple[Pixels, Face]:
    """Cut out the square that reaches so far around the nose, so that only this is worked on."""
    part, left, top = cut_square(pixels, *face.landmarks[2], eye_distances * max(face.eye_distance_px, 1.0))
    if min(part.shape[:2]) < 2:  # noqa: PLR2004 - a warp needs two pixels each way
        return pixels, face
    return part, face.mapped(1.0, -left, -top)


def cut_square(pixels: Pixels, x: float, y: float, reach: float) -> tuple[Pixels, int, int]:
    """Return what `pixels` has of the square around x, y, and its left and top edge."""
    height, width = pixels.shape[:2]
    left, right = (min(max(round(x + side), 0), width) for side in (-reach, reach))
    top, bottom = (min(max(round(y + side), 0), height) for side in (-reach, reach))
    return pixels[top:bottom, left:right], left, top


def resized(pixels: Pixels, scale: float) -> Pixels:
    """Return the picture scaled: averaged when it shrinks, smooth when it grows.

    It is first averaged a whole number of times smaller, which OpenCV does ten times as quickly as any other
    average; what does not fill such a square at the right and lower edge is left out.
    """
    height, width = pixels.shape[:2]
    times = max(1, min(int(1 / scale), height, width))
    if times > 1:
        height, width = height // times, width // times
        whole = pixels[: height * times, : width * times]
        pixels = np.asarray(cv2.resize(whole, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
    size = (max(1, round(width * scale * times)), max(1, round(height * scale * times)))
    how = cv2.INTER_LINEAR if scale < 1.0 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(pixels, size, interpolation=how), dtype=np.uint8)


def _similarity_warp(points: NDArray[np.float64], places: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the 2 x 3 warp (turn, scale, shift; no mirror) that takes `points` nearest to `places`.

    Source: S. Umeyama, Least-squares estimation of transformation parameters between two point patterns,
    IEEE PAMI 13(4), 1991, equations 40 to 42. Points that all coincide give a plain shift.
    """
    middle, target = points.mean(axis=0), places.mean(axis=0)
    spread = points - middle
    left, sizes, right = np.linalg.svd((places - target).T @ spread)
    signs = np.array([1.0, np.sign(np.linalg.det(left @ right)) or 1.0])
    area = float((spread**2).sum())
    scale = float(sizes @ signs) / area if area > 0.0 else 1.0
    turn = scale * (left * signs) @ right
    return np.column_stack((turn, target - turn @ middle))
