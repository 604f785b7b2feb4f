"""Is this face on a phone? The place and outline rules against the phone's own photo.

The matcher cannot tell a photo on a phone from a person: filmed from a phone, a photo scores as well as its
holder. What gives it away is what surrounds it: the code beside it, or a rectangle upright with the face
(the photo's own border, the screen, the phone's body, a card or a sheet of paper). Behind a living person
there may be three sides of a door or a window, but never the fourth: the neck hides its middle.
A phone may be held so high that the picture's own rim cuts it off: the rim then stands for its upper side.

Rules kept here: a face is refused when in doubt; a rectangle much larger than a phone would be around this
face is background. This is no liveness check: a picture that fills the whole view has no edges to see.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from kiosk.face.faces import Face, Point
from kiosk.model import Box, Pixels

# The photo on a phone is at most about as wide as the code beside it, and eyes are 0.4 of a photo apart; the
# eyes of a person at arm's length are wider than this share of the code he has just shown.
_EYES_OF_CODE = 0.3
_BESIDE_CODE = 0.5  # how far around the code is still beside it, in its longer sides

# The working copy: the face upright, its eyes 32 px apart, the nose tip in the middle of 416 px.
_EYE_PX = 32
_HALF = 208
_TILTS_DEG = (0.0, -2.5, 2.5, -5.0, 5.0)  # the photo against its own face
# Where sides are looked for, in eye distances from the nose tip: nearer is the face itself, farther is wider
# than a phone (70 mm, against eyes 12 mm apart on it).
_SIDEWAYS = (1.1, 4.5)
_UP = (1.6, 5.0)
_DOWN = (1.15, 6.0)
_NECK = 0.6  # half of a neck's width
_FACE = 0.9  # half of a face's
_MIN_STEP = 2.5  # grey levels per pixel that make an edge
_STRAIGHT = 0.82  # share of a side along which an edge runs
_HALF_SEEN = 0.5
_CORNER = 0.12  # share of a side, at each end, where a corner may be round
_MAX_LINES = 8

Mask = NDArray[np.float64]
Places = NDArray[np.intp]


def is_beside_code(face: Face, code: Box, part: float = 1.0) -> bool:
    """Tell whether `face` lies inside or beside the rectangle of `code` and is as small as a photo there.

    `part` of the usual eye distance is enough for one that is larger: the eyes of a turned head are nearer.
    """
    side = max(code.width, code.height)
    near = _BESIDE_CODE * side
    box = face.box
    apart = (
        box.left > code.left + code.width + near
        or box.left + box.width < code.left - near
        or box.top > code.top + code.height + near
        or box.top + box.height < code.top - near
    )
    return not apart and face.eye_distance_px < part * _EYES_OF_CODE * side


def follow_size(code: Box, before: tuple[int, ...], size: tuple[int, ...]) -> Box:
    """Return where `code` is once pictures go over from one size to another: height, width."""
    down, across = size[0] / before[0], size[1] / before[1]
    return Box(code.left * across, code.top * down, code.width * across, code.height * down)


def is_on_screen(pixels: Pixels, face: Face) -> bool:
    """Tell whether a screen-like rectangle surrounds `face` in `pixels` (BGR), or nobody can tell."""
    x, y = face.landmarks[2]
    if not (0 <= x < pixels.shape[1] and 0 <= y < pixels.shape[0]):
        return True
    grey, middle, scale = _surroundings(pixels, face)
    rim = _HALF - round(face.landmarks[2][1] * _EYE_PX / max(face.eye_distance_px, 1.0))
    return any(
        _has_rectangle(_upright(grey, middle, scale, face.roll_deg + tilt), rim) for tilt in _TILTS_DEG
    )


def _surroundings(pixels: Pixels, face: Face) -> tuple[NDArray[np.uint8], Point, float]:
    """Return what lies around the face in grey, the nose tip in it, and the scale still to be applied."""
    height, width = pixels.shape[:2]
    scale = _EYE_PX / max(face.eye_distance_px, 1.0)
    reach = 1.5 * _HALF / scale  # room to turn
    x, y = face.landmarks[2]
    left, right = (round(min(max(x + side, 0), width)) for side in (-reach, reach))
    top, bottom = (round(min(max(y + side, 0), height)) for side in (-reach, reach))
    part = pixels[top : max(bottom, top + 1), left : max(right, left + 1)]
    grey = np.asarray(cv2.cvtColor(part, cv2.COLOR_BGR2GRAY), np.uint8)
    x, y = x - left, y - top
    if scale >= 1.0:
        return grey, (x, y), scale
    size = (max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale)))
    small = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)  # a warp cannot average
    return np.asarray(small, np.uint8), (x * scale, y * scale), 1.0


def _upright(grey: NDArray[np.uint8], middle: Point, scale: float, roll_deg: float) -> NDArray[np.float32]:
    """Turn the picture upright around `middle`. Beyond its rim nothing has an edge."""
    warp = np.asarray(cv2.getRotationMatrix2D(middle, roll_deg, scale), np.float64)
    warp[:, 2] += _HALF - np.array(middle)
    upright = cv2.warpAffine(grey, warp, (2 * _HALF, 2 * _HALF), borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(cv2.GaussianBlur(upright, (0, 0), 1.0), np.float32)


def _has_rectangle(grey: NDArray[np.float32], rim: int) -> bool:
    """Look for four straight sides around the middle, of which one may be half hidden by a hand.

    `rim` is the row of the picture's upper edge; where it is within reach, the upper side may lie beyond it.
    """
    across = np.asarray(cv2.Sobel(grey, cv2.CV_32F, 1, 0, scale=1 / 8), np.float32)
    down = np.asarray(cv2.Sobel(grey, cv2.CV_32F, 0, 1, scale=1 / 8), np.float32)
    upright, level = _edges(across, down), _edges(down.T, across.T)
    bottoms = _lines(level, 1, _DOWN)
    bottoms = bottoms[_shares(level, bottoms, *_around_middle(_NECK)) >= _STRAIGHT]
    tops = _lines(level, -1, _UP)
    if rim > _HALF - _px(_UP[1]):
        tops = np.append(tops, rim)
    left, right, top, bottom = np.meshgrid(
        _lines(upright, -1, _SIDEWAYS), _lines(upright, 1, _SIDEWAYS), tops, bottoms
    )
    if left.size == 0:
        return False
    high, wide = _trimmed(top, bottom), _trimmed(left, right)
    sides = ((level, bottom, wide), (level, top, wide), (upright, left, high), (upright, right, high))
    found = [_shares(edges, line, *span) for edges, line, span in sides]
    found[1][top == rim] = 1.0
    shares = np.sort(found, axis=0)
    return bool(((shares[0] >= _HALF_SEEN) & (shares[1] >= _STRAIGHT)).any())


def _edges(across: NDArray[np.float32], along: NDArray[np.float32]) -> Mask:
    """Mark straight upright edges, dark to light and light to dark apart, summed down the columns."""
    straight = np.abs(across) >= 3.0 * np.abs(along)
    return np.stack([_summed(straight & (sign * across >= _MIN_STEP)) for sign in (1, -1)])


def _summed(marks: NDArray[np.bool_]) -> Mask:
    wide = cv2.dilate(marks.astype(np.uint8), np.ones((1, 3), np.uint8))
    return np.vstack((np.zeros((1, wide.shape[1])), np.cumsum(wide, axis=0)))


def _lines(edges: Mask, side: int, reach: tuple[float, float]) -> Places:
    """Return the columns on one side of the middle where a line may run, the clearest ones."""
    columns = np.arange(_HALF + side * _px(reach[0]), _HALF + side * _px(reach[1]), side)
    shares = _shares(edges, columns, *_around_middle(_FACE))
    lines: list[int] = []
    for index in np.argsort(-shares, kind="stable"):
        if shares[index] < _HALF_SEEN or len(lines) == _MAX_LINES:
            break
        if all(abs(int(columns[index]) - line) > 1 for line in lines):
            lines.append(int(columns[index]))
    return np.array(lines, dtype=np.intp)


def _shares(edges: Mask, column: Places, start: Places, end: Places) -> NDArray[np.float64]:
    """Return the share of each column, from `start` to `end`, along which one kind of edge runs."""
    marked = np.asarray(edges[:, end, column] - edges[:, start, column], np.float64)
    return np.asarray(marked.max(axis=0) / np.maximum(end - start, 1), np.float64)


def _trimmed(start: Places, end: Places) -> tuple[Places, Places]:
    corner = np.rint(_CORNER * (end - start)).astype(np.intp)
    return start + corner, end - corner


def _around_middle(eye_distances: float) -> tuple[Places, Places]:
    return np.array(_HALF - _px(eye_distances)), np.array(_HALF + _px(eye_distances))


def _px(eye_distances: float) -> int:
    return round(eye_distances * _EYE_PX)
