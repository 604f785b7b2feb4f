"""The stages behind the plain look: each takes the grey picture and a place in it, and may read a code there.

Which of them runs, in what order and for how long, is `qr.py`'s matter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import cv2
import numpy as np

from kiosk.camera.crowd import is_crowded
from kiosk.camera.decoders import Found, find_with_zxing
from kiosk.camera.enlarge import View, crop_around, enlarged, views_of_a_still
from kiosk.camera.presented import find_weightiest
from kiosk.model import Box, Pixels

_MAX_CROP = 700  # pixels, v40 at 3.5 a module; a larger crop enlarged costs more than the next frame
_MAX_SHARPENED_CROP = 600
_MAX_SOUGHT = 1800  # pixels a side of what a patch of texture is enlarged to
_GUIDE_SHARE = 0.8  # of the shorter side of the picture: the square in which a code is to be held


@dataclass(frozen=True, slots=True)
class Sharpening:
    """An unsharp mask on an enlarged picture; `reach` in pixels of the picture it was made from."""

    factor: float
    reach: float
    amount: float


# Chosen on simulated frames of 1.5 to 2.25 px/module whose plain picture shows no code: together they locate
# nine of ten. Over-sharpened as they are they seldom read; the grid does that.
_SEARCHES = (Sharpening(1.5, 0.75, 7.0), Sharpening(1.5, 1.5, 7.0), Sharpening(2.0, 1.0, 4.0))


def read_enlarged(grey: Pixels, code: Found) -> Found | None:
    """Try to read a code that was only seen, from its place in the picture, twice as large."""
    crop = _crop(grey, code, _MAX_CROP)
    return None if crop is None else _read(enlarged(crop, 2), grey)


def read_sharpened(grey: Pixels, code: Found) -> Found | None:
    """Try the same three times as large and with its edges lifted."""
    crop = _crop(grey, code, _MAX_SHARPENED_CROP)
    return None if crop is None else _read(enlarged(crop, 3, sharpen=1.5), grey)


def looks_around(grey: Pixels, box: Box) -> Iterator[Callable[[], Found | None]]:
    """Yield ways to look for a code in `box` that the plain picture does not show, the likeliest first.

    Each tells the code it saw: read, or only located but of a known version, which the grid may read.
    """
    crop = crop_around(grey, box)
    if crop is None:
        return
    for how in _SEARCHES:
        view = partial(_sharpened, crop, how)
        yield partial(_find_best, view, grey, negative=False)
        yield partial(_find_best, view, grey, negative=True)


def read_in_views(grey: Pixels) -> Found | None:
    """Try to read a code anywhere in the picture, in ever costlier views of it."""
    for view in views_of_a_still(grey):
        if is_crowded(view.grey):
            continue
        found = [code.mapped(view.back) for code in find_with_zxing(view.grey)]
        best = find_weightiest([code for code in found if code.raw is not None], grey)
        if best is not None:
            return best
    return None


def guide_box(grey: Pixels) -> Box:
    """Return the square in the middle of the picture, where the screen asks for the code."""
    height, width = grey.shape
    side = _GUIDE_SHARE * min(height, width)
    return Box((width - side) / 2, (height - side) / 2, side, side)


def core_of(place: Box, side: float) -> Box:
    """Return the middle of `place`, at most `side` pixels wide and high."""
    width, height = min(place.width, side), min(place.height, side)
    return Box(place.left + (place.width - width) / 2, place.top + (place.height - height) / 2, width, height)


def _crop(grey: Pixels, code: Found, longest: int) -> View | None:
    crop = crop_around(grey, code.box)
    return None if crop is None or max(crop.grey.shape) > longest else crop


def _read(view: View, grey: Pixels) -> Found | None:
    if is_crowded(view.grey):
        return None
    found = [code.mapped(view.back) for code in find_with_zxing(view.grey, effort=False)]
    return find_weightiest([code for code in found if code.raw is not None], grey)


def _sharpened(crop: View, how: Sharpening) -> View:
    factor = max(1.0, min(how.factor, _MAX_SOUGHT / max(crop.grey.shape)))
    return enlarged(crop, factor, sharpen=how.amount, reach=how.reach)


def _find_best(make_view: Callable[[], View], grey: Pixels, *, negative: bool) -> Found | None:
    view = make_view()
    if is_crowded(view.grey):
        return None
    shown = np.asarray(cv2.bitwise_not(view.grey), np.uint8) if negative else view.grey
    found = [code.mapped(view.back) for code in find_with_zxing(shown, effort=False)]
    read = [code for code in found if code.raw is not None]
    return find_weightiest(read or [code for code in found if code.version is not None], grey)
