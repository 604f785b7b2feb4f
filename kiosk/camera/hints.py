"""What would most likely make an unread code readable, by what can be measured in its picture."""

from __future__ import annotations

import cv2
import numpy as np

from kiosk.camera.decoders import Found
from kiosk.camera.enlarge import crop_around
from kiosk.model import Hint, Pixels

_CLOSER_BELOW = 2.5  # pixels a module
_SOFT_BELOW = 1.0  # see `_is_soft`
_BURNT_LEVEL, _BURNT_SHARE = 250, 0.55  # about half of a code is white; more than that has spilled over
_SLANTED_BELOW = 0.7  # shortest side by longest: a tilt of some 45 degrees


def find_hint(code: Found, grey: Pixels) -> Hint | None:
    """Say what would help with an unread code; None when nothing stands out."""
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
