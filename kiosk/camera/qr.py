"""The decoder chain: from one camera picture to what was seen of a code in it.

In order, each only when the one before did not read: zxing-cpp on the grey frame; the place of a code it
saw but could not read, enlarged twice, then three times and sharpened; zbar, a few times a second and only
where zxing-cpp saw nothing. The text is handed on as it is: whether it is a credential, and what to say of
a code that stays unread, is for others. Figures behind the chain: docs/performance.md.
"""

from __future__ import annotations

import math

import cv2
import numpy as np

from kiosk.camera.decoders import FindCodes, Found, find_with_zxing, load_zbar, to_grey
from kiosk.camera.enlarge import bordered, crop_around, enlarged, fitted, views_of_a_still
from kiosk.model import CodeSighting, Frame, Hint, Pixels

SECOND_OPINION_EVERY_S = 0.34
_ZBAR_SIDE = 1280  # pixels; the damaged codes that zbar adds are large, and at 1080p it takes 70 ms
_ZBAR_STILL_SIDE = 3000
_MAX_CROP = 900  # pixels; a larger crop enlarged three times costs more than the next frame
_MIN_UNREAD_SIDE = 48.0  # pixels; smaller "codes" that nothing reads are clutter
_CLOSER_BELOW = 2.5  # pixels a module
_SOFT_BELOW = 1.0  # see `_is_soft`
_BURNT_LEVEL, _BURNT_SHARE = 250, 0.55  # about half of a code is white; more than that has spilled over
_SLANTED_BELOW = 0.7  # shortest side by longest: a tilt of some 45 degrees
_RIVAL = 2.0  # an unread code this many times as weighty as a read one is what is being presented


class QrReader:
    """Reads QR codes for one thread; it remembers only when zbar was last asked."""

    def __init__(self, zbar: FindCodes | None = None, *, use_zbar: bool = True) -> None:
        self._zbar = zbar if zbar or not use_zbar else load_zbar()
        self._asked_zbar_at = -math.inf

    @property
    def zbar_available(self) -> bool:
        """True when the second opinion can be asked; without it the chain is zxing-cpp alone."""
        return self._zbar is not None

    def read(self, picture: Frame | Pixels) -> CodeSighting | None:
        """Return what is seen of the code in one camera picture, None when there is none in sight.

        Bare pixels (grey, BGR or BGRA) have no time: for them zbar may be asked every time.
        """
        pixels, taken_at = (
            (picture.pixels, picture.taken_at) if isinstance(picture, Frame) else (picture, None)
        )
        grey = to_grey(pixels)
        if grey is None:
            return None
        code = _presented(find_with_zxing(grey), grey)
        if code is None:
            code = self._second_opinion(grey, taken_at)
        elif code.raw is None:
            code = _read_enlarged(grey, code) or code
        return None if code is None else _sighting(code, grey)

    def read_still(self, pixels: Pixels) -> CodeSighting | None:
        """Return what is seen of the code in a file's picture; spends up to seconds where `read` may not."""
        grey = to_grey(pixels)
        if grey is None:
            return None
        code = seen = _presented(find_with_zxing(grey), grey)
        if seen is not None and seen.raw is None:
            code = _read_enlarged(grey, seen)
        code = code or _read_in_views(grey) or self._ask_zbar_of_a_still(grey) or seen
        return None if code is None else _sighting(code, grey)

    def _second_opinion(self, grey: Pixels, taken_at: float | None) -> Found | None:
        if self._zbar is None:
            return None
        if taken_at is not None:
            if 0 <= taken_at - self._asked_zbar_at < SECOND_OPINION_EVERY_S:
                return None
            self._asked_zbar_at = taken_at
        view = fitted(grey, _ZBAR_SIDE)
        return _presented(tuple(code.mapped(view.back) for code in self._zbar(view.grey)), grey)

    def _ask_zbar_of_a_still(self, grey: Pixels) -> Found | None:
        """Ask zbar, also about the negative, because it reads only dark on light."""
        if self._zbar is None:
            return None
        view = bordered(fitted(grey, _ZBAR_STILL_SIDE))
        for shown in (view.grey, np.asarray(cv2.bitwise_not(view.grey), np.uint8)):
            code = _presented(tuple(code.mapped(view.back) for code in self._zbar(shown)), grey)
            if code is not None:
                return code
        return None


def _presented(found: tuple[Found, ...], grey: Pixels) -> Found | None:
    """Choose the code that is being shown: the weightiest one read, unless a far weightier one is unread.

    What was seen but not read counts only where it is large enough and apart from every code read: parts
    of a code that was read are seen a second time now and then.
    """
    read = [code for code in found if code.raw is not None]
    unread = [
        code
        for code in found
        if code.raw is None and code.side >= _MIN_UNREAD_SIDE and not any(_touches(code, r) for r in read)
    ]
    best, rival = _weightiest(read, grey), _weightiest(unread, grey)
    if best is None or rival is None:
        return best or rival
    return rival if _weight(rival, grey) > _RIVAL * _weight(best, grey) else best


def _weightiest(codes: list[Found], grey: Pixels) -> Found | None:
    return max(codes, key=lambda code: (_weight(code, grey), code.corners), default=None)


def _weight(code: Found, grey: Pixels) -> float:
    """Return the code's side in pixels, down to half of it towards the corners of the picture."""
    middle = grey.shape[1] / 2, grey.shape[0] / 2
    return code.side * (1 - 0.5 * min(1.0, math.dist(code.centre, middle) / math.hypot(*middle)))


def _touches(a: Found, b: Found) -> bool:
    p, q = a.box, b.box
    return (
        p.left < q.left + q.width
        and q.left < p.left + p.width
        and p.top < q.top + q.height
        and q.top < p.top + p.height
    )


def _read_enlarged(grey: Pixels, code: Found) -> Found | None:
    """Try to read a code that was only seen, from its place in the picture, larger."""
    crop = crop_around(grey, code.box)
    if crop is None or max(crop.grey.shape) > _MAX_CROP:
        return None
    for factor, sharpen in ((2, False), (3, True)):
        view = enlarged(crop, factor, sharpen=sharpen)
        read = [f.mapped(view.back) for f in find_with_zxing(view.grey, effort=False) if f.raw is not None]
        best = _weightiest(read, grey)
        if best is not None:
            return best
    return None


def _read_in_views(grey: Pixels) -> Found | None:
    """Try to read a code anywhere in the picture, in ever costlier views of it."""
    for view in views_of_a_still(grey):
        found = [code.mapped(view.back) for code in find_with_zxing(view.grey) if code.raw is not None]
        best = _weightiest(found, grey)
        if best is not None:
            return best
    return None


def _sighting(code: Found, grey: Pixels) -> CodeSighting:
    hint = _hint(code, grey) if code.raw is None else None
    return CodeSighting(code.text, code.box, code.px_per_module, hint)


def _hint(code: Found, grey: Pixels) -> Hint | None:
    """Say what would most likely make an unread code readable; None when nothing stands out."""
    crop = crop_around(grey, code.box)
    if crop is None:
        return None
    module = code.px_per_module
    if module is not None and module < _CLOSER_BELOW:
        return Hint.CLOSER
    if np.count_nonzero(crop.grey >= _BURNT_LEVEL) > _BURNT_SHARE * crop.grey.size:
        return Hint.DIM_PHONE
    if min(code.edges) < _SLANTED_BELOW * max(code.edges):
        return Hint.TILT_LESS
    return Hint.HOLD_STILL if _is_soft(crop.grey, module or 3.0) else None


def _is_soft(crop: Pixels, module: float) -> bool:
    """Tell blur or motion by the Laplacian's variance over the picture's own, times the module size.

    Edges grow rarer as modules grow, hence the product; on simulated frames of 2 to 3 px/module it is above
    2 where codes read and below 0.8 where blur keeps them from it.
    """
    contrast = float(crop.var())
    if contrast <= 0:
        return True
    return float(cv2.Laplacian(crop, cv2.CV_32F).var()) / contrast * module < _SOFT_BELOW
