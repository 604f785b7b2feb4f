"""Whether anything moved before the camera, so that an empty room is not searched fifteen times a second."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from kiosk.model import Pixels

LOOK_EVERY = 4  # frames; an unchanged picture without a code is looked at that often all the same
_STRIDE = 8  # pixels between those compared
_TILES = (16, 9)
_CHANGED = 3.0  # grey levels in the mean of a tile; noise of one pixel in 200 averages out far below


class Calm:
    """Compares each frame with the last one that was looked at; belongs to one thread."""

    def __init__(self) -> None:
        self._looked_at: NDArray[np.float32] | None = None
        self._skipped = 0

    def may_skip(self, pixels: Pixels) -> bool:
        """Tell whether `pixels` shows what the last picture without a code showed; it then counts as seen."""
        if self._looked_at is None or self._skipped + 1 >= LOOK_EVERY:
            return False
        tiles = _tiles(pixels)
        if tiles.shape != self._looked_at.shape or np.abs(tiles - self._looked_at).max() > _CHANGED:
            return False
        self._skipped += 1
        return True

    def looked(self, pixels: Pixels, *, empty: bool) -> None:
        """Remember a picture that was searched; only an `empty` one is a reason to skip the next."""
        self._skipped = 0
        self._looked_at = _tiles(pixels) if empty else None


def _tiles(pixels: Pixels) -> NDArray[np.float32]:
    sparse = np.ascontiguousarray(pixels[::_STRIDE, ::_STRIDE])
    return np.asarray(cv2.resize(sparse, _TILES, interpolation=cv2.INTER_AREA), np.float32)
