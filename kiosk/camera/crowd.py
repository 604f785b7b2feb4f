"""How much a picture holds that keeps a decoder busy, before one meets it.

A decoder looks at every dark square in a light ring in a dark ring; a printed pattern of thousands of them
would keep it busy for seconds, and the camera with it. A wall of dense codes costs it by its area: each is
sampled and decoded, in vain where the picture is poor. Both are estimated from small patches spread over the
picture, so that this costs little and the work behind it stays bounded, whatever is held up.
"""

from __future__ import annotations

import cv2
import numpy as np

from kiosk.camera.texture import count_textured
from kiosk.model import Pixels

MOST_SQUARES = 2000  # about 40 us each in zxing-cpp
MOST_TEXTURED = 1_000_000  # pixels; a wall of codes takes zxing-cpp 0.1 us for each
_ROWS, _COLUMNS, _SIDE = 4, 6, 48  # patches, and pixels a side of one: 1/40 of a frame of 1080p
_AROUND = 25  # pixels the local mean is taken over
_DARKER = 12  # grey levels below it; noise is less, decoders ask for more


def is_crowded(grey: Pixels) -> bool:
    """Tell whether a decoder would take too long over this picture."""
    return count_squares(grey) > MOST_SQUARES


def is_walled(grey: Pixels) -> bool:
    """Tell whether fine texture covers more of the picture than a decoder gets through in a frame's time."""
    if grey.size <= MOST_TEXTURED:
        return False
    patches = _patches(grey)
    return count_textured(patches) * grey.size / patches.size > MOST_TEXTURED


def count_squares(grey: Pixels) -> int:
    """Return about how many squares in rings there are in all of the picture."""
    patches = _patches(grey)
    ink = cv2.adaptiveThreshold(
        patches, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, _AROUND, _DARKER
    )
    outlines, tree = cv2.findContours(ink, cv2.RETR_TREE, cv2.CHAIN_APPROX_SIMPLE)
    if not outlines:
        return 0
    inner = tree[0][:, 2]
    nested = np.count_nonzero((inner >= 0) & (inner[inner] >= 0))
    return round(int(nested) * grey.size / patches.size)


def _patches(grey: Pixels) -> Pixels:
    """Return patches spread evenly over the picture side by side, or all of it where it is small."""
    height, width = grey.shape
    if height < _ROWS * _SIDE or width < _COLUMNS * _SIDE:
        return grey
    rows = np.linspace(0, height - _SIDE, _ROWS).astype(int)
    columns = np.linspace(0, width - _SIDE, _COLUMNS).astype(int)
    bands = (np.hstack([grey[y : y + _SIDE, x : x + _SIDE] for x in columns]) for y in rows)
    return np.ascontiguousarray(np.vstack(list(bands)))
