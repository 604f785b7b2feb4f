"""Where something looks like a code to people, whether or not a decoder makes anything of it.

People take three nested squares in the corners for a code, and an officer who trusts them could be fooled by
a picture that no decoder ever sees. So the squares alone are looked for: a dark ring around a dark core, as
wide as 7, 5 and 3 modules, three of one size in a right angle.
Source: ISO/IEC 18004, section 6.3.3 (finder pattern).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, permutations

import cv2
import numpy as np

from kiosk.camera.decoders import Corners, Found, Point
from kiosk.camera.enlarge import crop_around, enlarged
from kiosk.model import Box, Pixels

_LONGEST, _LARGER = 900, 2.0  # pixels that a crop is made to, and how much larger at most
_AROUND = 61  # pixels the local mean is taken over: more than a finder is wide
_DARKER = 6  # grey levels below the local mean
_RING, _CORE = 5 / 7, 3 / 7  # of the finder's width
_OFF = 0.22  # of the finder's width: how far widths and middles may be off
_MOST, _MOST_LIKE = 12, 2000  # squares, and what may be one; more of them are another kind of pattern
_FINEST = 0.13  # edges a pixel along a line; no code has more, and a finer pattern has outlines without end
_SAME_SIZE, _SAME_LEG = 1.6, 1.7
_NEAREST, _FARTHEST = 1.7, 26.0  # widths between two finders: 14 modules in version 1, 170 in version 40
_RIGHT_ANGLE = 0.5  # the cosine that perspective may make of a right angle


@dataclass(frozen=True, slots=True)
class _Square:
    """A finder: its middle and its width in pixels."""

    middle: Point
    width: float


def find_lookalike(grey: Pixels, place: Box) -> Found | None:
    """Return the outline of what resembles a code in `place`, as a code that was not read."""
    crop = crop_around(grey, place)
    if crop is None:
        return None
    view = enlarged(crop, min(_LARGER, _LONGEST / max(crop.grey.shape)))
    corners = _find_corner_squares(list(_find_squares(view.grey)))
    return None if corners is None else Found(None, corners, None).mapped(view.back)


def _find_squares(grey: Pixels) -> Iterator[_Square]:
    ink = cv2.adaptiveThreshold(
        grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, _AROUND, _DARKER
    )
    if np.count_nonzero(ink[:, 1:] != ink[:, :-1]) > _FINEST * ink.size:
        return
    outlines, tree = cv2.findContours(ink, cv2.RETR_TREE, cv2.CHAIN_APPROX_SIMPLE)
    if not outlines:
        return
    inner = tree[0][:, 2]
    nested = np.flatnonzero((inner >= 0) & (inner[inner] >= 0))
    for outer in nested if len(nested) <= _MOST_LIKE else ():
        hole = inner[outer]
        square = _as_square(*(outlines[int(each)] for each in (outer, hole, inner[hole])))
        if square is not None:
            yield square


def _as_square(
    outer: cv2.typing.MatLike, hole: cv2.typing.MatLike, core: cv2.typing.MatLike
) -> _Square | None:
    boxes = [cv2.boundingRect(outline) for outline in (outer, hole, core)]
    widths = [math.sqrt(wide * high) for _, _, wide, high in boxes]
    middles = [(left + wide / 2, top + high / 2) for left, top, wide, high in boxes]
    whole = widths[0]
    off = _OFF * whole
    fits = abs(widths[1] - _RING * whole) < off and abs(widths[2] - _CORE * whole) < off
    return (
        _Square(middles[0], whole) if fits and all(math.dist(middles[0], m) < off for m in middles) else None
    )


def _find_corner_squares(squares: list[_Square]) -> Corners | None:
    """Return the corners of the widest code that three squares make, None without three that do."""
    if len(squares) > _MOST:
        return None
    best: Corners | None = None
    for three in combinations(squares, 3):
        if max(each.width for each in three) > _SAME_SIZE * min(each.width for each in three):
            continue
        for corner, right, below in permutations(three):
            if _is_corner(corner, right, below):
                corners = _outline(corner, right, below)
                if best is None or math.dist(corners[0], corners[2]) > math.dist(best[0], best[2]):
                    best = corners
    return best


def _is_corner(corner: _Square, right: _Square, below: _Square) -> bool:
    a = np.subtract(right.middle, corner.middle)
    b = np.subtract(below.middle, corner.middle)
    legs = sorted((math.hypot(*a), math.hypot(*b)))
    if legs[0] < _NEAREST * corner.width or legs[1] > min(_FARTHEST * corner.width, _SAME_LEG * legs[0]):
        return False
    turns_right = float(a[0] * b[1] - a[1] * b[0]) > 0
    return turns_right and abs(float(a @ b)) < _RIGHT_ANGLE * legs[0] * legs[1]


def _outline(corner: _Square, right: _Square, below: _Square) -> Corners:
    far = np.add(right.middle, below.middle) - np.array(corner.middle)
    middles = np.array([corner.middle, right.middle, far, below.middle])
    centre = middles.mean(axis=0)
    leg = math.dist(corner.middle, right.middle)
    a, b, c, d = ((float(x), float(y)) for x, y in centre + (middles - centre) * (1 + corner.width / leg))
    return a, b, c, d
