"""Is the light on a face white? A strong cast hides the skin's own colour, from people and from the matcher.

Rules kept here: a face is judged against the range that skin of every tone has under white light, not against
the grey of the whole picture, which a red suit or a blue wall would shift.
"""

from __future__ import annotations

import cv2
import numpy as np

from kiosk.model import Pixels

# Source: the natural colour measure of ISO/IEC 29794-5: CIELAB a* and b* of skin in white light.
_SKIN_A = (5.0, 25.0)
_SKIN_B = (5.0, 35.0)


def colour_cast(crop: Pixels) -> float:
    """Return how far the face's mean colour lies outside the range of skin in white light, in CIELAB units.

    `crop` is the matcher's upright 112 x 112 (BGR); cheeks and nose are looked at. 0 is natural; a black and
    white photo has about 7.
    """
    cheeks = crop[56:84, 28:84].astype(np.float32) / 255
    lab = np.asarray(cv2.cvtColor(cheeks, cv2.COLOR_BGR2Lab)).reshape(-1, 3).mean(axis=0)
    return float(np.hypot(_outside(float(lab[1]), *_SKIN_A), _outside(float(lab[2]), *_SKIN_B)))


def _outside(value: float, low: float, high: float) -> float:
    return max(low - value, 0.0, value - high)
