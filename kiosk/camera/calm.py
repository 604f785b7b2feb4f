"""Whether anything changed before the camera, so that an empty room is not searched fifteen times a second.

What changes may be the light (somebody comes, a screen lights up) or only the detail: a lens that finds its
focus on a phone held still leaves the light as it was.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from kiosk.model import Pixels

LOOK_EVERY_S = 0.25  # an unchanged picture without a code is looked at that often all the same
LOOK_SELDOM_S = 0.5  # the same where the calm lasts
LASTING_S = 3.0
_LINES = 16  # pixels from line to line that is compared
_LAG = 2  # pixels between those whose difference is detail
_LEAST_SIDE = 32
_TILES = (16, 9)
_CHANGED = 3.0, 2.5  # grey levels in the mean of a tile, of light and of detail; noise averages out far below

Impression = tuple[NDArray[np.float32], NDArray[np.float32]]


class Calm:
    """Compares each frame with the last one that was looked at; belongs to one thread.

    Times are the frames' own seconds.
    """

    def __init__(self) -> None:
        self._looked_at: float | None = None
        self._seen: Impression | None = None
        self._shape: tuple[int, ...] = ()
        self._since: float | None = None
        self._lasting = False

    @property
    def is_lasting(self) -> bool:
        """Whether nothing has changed for seconds; any thread may ask."""
        return self._lasting

    def may_skip(self, pixels: Pixels, at: float) -> bool:
        """Tell whether `pixels`, taken at `at`, shows what the last picture without a code showed."""
        if self._seen is None or self._looked_at is None or self._has_changed(pixels):
            self._since, self._lasting = None, False
            return False
        self._since = self._looked_at if self._since is None else self._since
        self._lasting = at - self._since >= LASTING_S
        return 0 <= at - self._looked_at < (LOOK_SELDOM_S if self._lasting else LOOK_EVERY_S)

    def looked(self, pixels: Pixels, at: float, *, empty: bool) -> None:
        """Remember a picture that was searched; only an `empty` one is a reason to skip the next."""
        self._looked_at, self._shape = at, pixels.shape
        self._seen = _impression(pixels) if empty and min(pixels.shape[:2]) >= _LEAST_SIDE else None
        if self._seen is None:
            self._since, self._lasting = None, False

    def _has_changed(self, pixels: Pixels) -> bool:
        if self._seen is None or pixels.shape != self._shape:
            return True
        pairs = zip(_impression(pixels), self._seen, _CHANGED, strict=True)
        return any(float(np.abs(now - before).max()) > limit for now, before, limit in pairs)


def _impression(pixels: Pixels) -> Impression:
    """Return the mean light and the mean detail of every tile, in grey levels; of colours green will do."""
    one = pixels if pixels.ndim == 2 else pixels[:, :, pixels.shape[2] // 2]  # noqa: PLR2004 - grey
    lines = np.ascontiguousarray(one[::_LINES])
    return _means(lines), _means(np.asarray(cv2.absdiff(lines[:, _LAG:], lines[:, :-_LAG]), np.uint8))


def _means(lines: Pixels) -> NDArray[np.float32]:
    """Average over tiles of whole pixels, which OpenCV does ten times as fast: the last ones are repeated."""
    columns, rows = _TILES
    down, right = -lines.shape[0] % rows, -lines.shape[1] % columns
    whole = cv2.copyMakeBorder(lines, 0, down, 0, right, cv2.BORDER_REPLICATE)
    return np.asarray(cv2.resize(whole, _TILES, interpolation=cv2.INTER_AREA), np.float32)
