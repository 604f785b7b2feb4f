"""Reads a code module by module, where its place and version are known but the picture is too poor as it is.

The symbol's own landmarks tell where each module lies, `equalise.py` what colour it has. The symbol is drawn
anew from the answers and read by zxing-cpp, so nothing is read that its error correction does not bear out.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from kiosk.camera.decoders import Corners, Found, find_in_drawing
from kiosk.camera.equalise import DENSITY, MARGIN, Colour, decide_modules
from kiosk.camera.pattern import (
    DARK,
    Landmark,
    alignment_pattern,
    finder_pattern,
    known_modules,
    landmarks,
    modules_a_side,
)
from kiosk.model import Pixels

Homography = NDArray[np.float64]

_FIT_PX, _FIT_MARGIN = 3, 4  # pixels a module, and modules around, of the picture landmarks are sought in
_REACH = 2.0  # modules; how far off the corners of an unread code may be
_LIKENESS = 0.5  # correlation; below it a landmark is not there
_TRUE_WITHIN = 0.5  # modules; a landmark further from the plane of the others was something else
_ENOUGH = 0.5  # of the landmarks; with fewer the code may be light on dark
_CLEAR = 0.9  # of the landmarks; with more there is nothing to fit again
_PLANE_POINTS = 4
_QUIET_ZONE, _DRAWN_PX = 4, 2


def read_on_grid(grey: Pixels, code: Found) -> Found | None:
    """Return the code seen at `code.corners` with its bytes, None where the grid does not give them.

    `code.version` must be known, else there is no grid.
    """
    version = code.version
    if version is None:
        return None
    grid, share = _lay_grid(grey, code, version)
    if share < _ENOUGH:
        grey = np.asarray(cv2.bitwise_not(grey), np.uint8)  # it may be light on dark
        grid, share = _lay_grid(grey, code, version)
    if grid is None or share < _ENOUGH:
        return None
    read = _read_modules(grey, grid, version)
    return None if read is None else replace(read, corners=_corners(grid, version))


def _lay_grid(grey: Pixels, code: Found, version: int) -> tuple[Homography | None, float]:
    """Return the plane that leads from modules to the picture, and the share of landmarks that lie on it."""
    side = modules_a_side(version)
    outline = np.array([(0, 0), (side, 0), (side, side), (0, side)], np.float32)
    corners = np.array(code.corners, np.float32)
    if cv2.contourArea(corners) < side * side:  # a line, or less than a pixel a module
        return None, 0.0
    grid = np.asarray(cv2.getPerspectiveTransform(outline, corners), np.float64)
    expected = landmarks(version)
    if len(expected) < _PLANE_POINTS:
        return grid, 1.0
    share = 0.0
    for reach in (_REACH, _REACH / 2):
        fitted, share = _fit(grey, grid, version, expected, reach)
        if fitted is None:
            return None, 0.0
        grid = fitted
        if share > _CLEAR:
            break
    return grid, share


def _fit(
    grey: Pixels, grid: Homography, version: int, expected: tuple[Landmark, ...], reach: float
) -> tuple[Homography | None, float]:
    """Return `grid` moved so that the landmarks lie where they are seen, and the share that then does."""
    flat = _flatten(grey, grid, modules_a_side(version), _FIT_PX, _FIT_MARGIN, cv2.INTER_LINEAR)
    pairs = [(mark, seen) for mark in expected if (seen := _seek(flat, mark, reach)) is not None]
    if len(pairs) < _PLANE_POINTS:
        return None, 0.0
    meant = np.array([(mark.x, mark.y) for mark, _ in pairs], np.float64)
    seen_at = np.array([seen for _, seen in pairs], np.float64)
    try:
        moved, true = cv2.findHomography(meant, seen_at, cv2.RANSAC, _TRUE_WITHIN)
        bent = grid @ np.asarray(moved, np.float64)
    except (cv2.error, TypeError, ValueError):  # OpenCV gives None where the points make no plane
        return None, 0.0
    return bent, float(np.count_nonzero(true)) / len(expected)


def _flatten(grey: Pixels, grid: Homography, side: int, px: int, margin: int, how: int) -> Pixels:
    """Return the symbol seen from the front, `px` pixels a module, with `margin` modules around it."""
    to_modules = np.array([[1 / px, 0, 0.5 / px - margin], [0, 1 / px, 0.5 / px - margin], [0, 0, 1.0]])
    size = (side + 2 * margin) * px
    flags = how | cv2.WARP_INVERSE_MAP
    flat = cv2.warpPerspective(
        grey, grid @ to_modules, (size, size), flags=flags, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(flat, np.uint8)


def _seek(flat: Pixels, mark: Landmark, reach: float) -> tuple[float, float] | None:
    """Return where, in modules, the landmark is seen within `reach` of its place; None where it is not."""
    drawn = _drawn_landmark(mark.is_finder)
    half, around = drawn.shape[0] / 2, reach * _FIT_PX
    left = max(0, round((mark.x + _FIT_MARGIN) * _FIT_PX - half - around))
    top = max(0, round((mark.y + _FIT_MARGIN) * _FIT_PX - half - around))
    length = int(2 * (half + around))
    part = flat[top : top + length, left : left + length]
    if min(part.shape) < drawn.shape[0]:
        return None
    likeness = cv2.matchTemplate(part, drawn, cv2.TM_CCOEFF_NORMED)
    _, best, _, (x, y) = cv2.minMaxLoc(likeness)
    if not best >= _LIKENESS:
        return None
    fine_x, fine_y = x + _peak(likeness[y, :], x), y + _peak(likeness[:, x], y)
    return (left + fine_x + half) / _FIT_PX - _FIT_MARGIN, (top + fine_y + half) / _FIT_PX - _FIT_MARGIN


def _peak(values: NDArray[np.generic], at: int) -> float:
    """Return how far the top of a parabola through the values beside `at` is from it."""
    if not 0 < at < len(values) - 1:
        return 0.0
    before, middle, after = (float(value) for value in values[at - 1 : at + 2])
    bend = before - 2 * middle + after
    return 0.0 if bend >= 0 else (before - after) / (2 * bend)


@lru_cache(maxsize=2)
def _drawn_landmark(is_finder: bool) -> Pixels:  # noqa: FBT001 - the cache's only key
    pattern = finder_pattern() if is_finder else alignment_pattern()
    drawn = _enlarge(pattern == DARK, _FIT_PX)
    return np.asarray(cv2.GaussianBlur(drawn, (0, 0), 0.4 * _FIT_PX), np.uint8)


def _read_modules(grey: Pixels, grid: Homography, version: int) -> Found | None:
    flat = _flatten(grey, grid, modules_a_side(version), DENSITY, MARGIN, cv2.INTER_CUBIC)
    for dark in decide_modules(flat, known_modules(version)):
        for code in find_in_drawing(_draw(dark)):
            if code.raw is not None:
                return code
    return None


def _draw(dark: Colour) -> Pixels:
    return _enlarge(np.pad(dark, _QUIET_ZONE, constant_values=False), _DRAWN_PX)


def _enlarge(dark: Colour, px: int) -> Pixels:
    white = np.where(dark, 0, 255).astype(np.uint8)
    return np.asarray(np.repeat(np.repeat(white, px, axis=0), px, axis=1), np.uint8)


def _corners(grid: Homography, version: int) -> Corners:
    side = modules_a_side(version)
    outline = np.array([[(0, 0)], [(side, 0)], [(side, side)], [(0, side)]], np.float64)
    moved = cv2.perspectiveTransform(outline, grid).reshape(-1, 2)
    a, b, c, d = ((float(x), float(y)) for x, y in moved)
    return a, b, c, d
