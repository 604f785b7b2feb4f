"""Where in a picture a dense code might be that no decoder sees: the largest patch of fine texture.

Cheap enough for every frame. It says nothing about whether it is a code: cloth and keyboards are texture too.
"""

from __future__ import annotations

import cv2
import numpy as np

from kiosk.model import Box, Pixels

_CELL = 16  # pixels
_LAG = 2  # pixels from a dark to a light module, where codes are too small for the decoders
_TOP, _PART = (
    99.5,
    0.45,
)  # the texture of a code is within a part of the strongest, a percentile against specks
_LEAST_ENERGY = 8.0  # grey levels; noise and soft edges stay below
_STRONG_ENERGY = 15.0  # grey levels; codes have more wherever a decoder sees any
_LEAST_SIDE = 5.0  # cells; denser codes than that are larger
_LEAST_FILL = 0.6  # of the narrowest rectangle around it; a code fills it, a line, a frame or a face does not
_LONGEST = 2.0  # longer side by shorter; a tilt of 60 degrees


def find_texture(grey: Pixels) -> Box | None:
    """Return the box of the largest patch that is fine both ways and about as wide as high; else None."""
    columns, rows = (grey.shape[1] - _LAG) // _CELL, (grey.shape[0] - _LAG) // _CELL
    if min(columns, rows) < _LEAST_SIDE:
        return None
    energy = _energy(grey, columns, rows)
    top = float(np.percentile(energy, _TOP))
    if top < _LEAST_ENERGY:
        return None
    mask = np.asarray(energy > _PART * top, np.uint8)
    mask = np.asarray(cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8)), np.uint8)
    mask = np.asarray(cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)), np.uint8)
    _, labels, patches, _ = cv2.connectedComponentsWithStats(mask)
    for label in np.argsort(-patches[1:, cv2.CC_STAT_AREA])[:3] + 1:
        left, upper, wide, high, area = (int(value) for value in patches[label])
        part = labels[upper : upper + high, left : left + wide] == label
        if _is_likely(np.asarray(part), area):
            return Box(*(float(value) * _CELL for value in (left, upper, wide, high)))
    return None


def count_textured(grey: Pixels) -> int:
    """Return about how many pixels of the picture belong to strong fine texture."""
    columns, rows = (grey.shape[1] - _LAG) // _CELL, (grey.shape[0] - _LAG) // _CELL
    if min(columns, rows) < 1:
        return 0
    textured = int(np.count_nonzero(_energy(grey, columns, rows) > _STRONG_ENERGY))
    return int(textured * grey.size / (columns * rows))


def _energy(grey: Pixels, columns: int, rows: int) -> Pixels:
    """Return for each cell how much its neighbouring pixels differ, in the direction in which they do less.

    Every second row is enough, and whole cells are what OpenCV averages quickly.
    """
    width, height = columns * _CELL, rows * _CELL // _LAG
    lines = grey[::_LAG]
    here = lines[:height, :width]
    across = cv2.absdiff(here, lines[:height, _LAG : width + _LAG])
    along = cv2.absdiff(here, lines[1 : height + 1, :width])
    size = (columns, rows)
    means = [cv2.resize(difference, size, interpolation=cv2.INTER_AREA) for difference in (across, along)]
    return np.asarray(cv2.min(means[0], means[1]), np.uint8)


def _is_likely(part: np.ndarray[tuple[int, ...], np.dtype[np.bool_]], area: int) -> bool:
    points = np.argwhere(part)[:, ::-1].astype(np.float32)
    _, sides, _ = cv2.minAreaRect(points)
    shorter, longer = sorted(side + 1.0 for side in sides)  # cells have a size, points have none
    return shorter >= _LEAST_SIDE and longer <= _LONGEST * shorter and area >= _LEAST_FILL * shorter * longer
