"""The tight upright crop: how a face is cut for the credential and for two pictures side by side.

One geometry for the issuer's photo and the kiosk's live picture, so that both show the face at the same
place and size. Nothing here finds or judges a face.
"""

from __future__ import annotations

import cv2
import numpy as np

from kiosk.face.faces import Face
from kiosk.model import Pixels

# Measured as the best use of few bytes: brows to chin, hair partly cut.
EYE_DISTANCE_OF_WIDTH = 0.40
EYE_LINE_OF_HEIGHT = 0.42
RATIO = 0.8  # width to height
LIVE_CROP_HEIGHT = 400  # of the live picture, for the officer
_PREFILTER_BELOW = 0.7


def upright_crop(pixels: Pixels, face: Face, height: int) -> Pixels:
    """Cut `face` out of `pixels` upright: eyes level, `height` px high and four fifths of it wide.

    Beyond the edge of the picture its outermost pixels are repeated. BGR in, BGR out.
    """
    width = round(height * RATIO)
    (left_x, left_y), (right_x, right_y) = face.landmarks[:2]
    scale = EYE_DISTANCE_OF_WIDTH * width / max(face.eye_distance_px, 1.0)
    middle = ((left_x + right_x) / 2, (left_y + right_y) / 2)
    warp = np.asarray(cv2.getRotationMatrix2D(middle, face.roll_deg, scale), np.float64)
    warp[:, 2] += np.array((width / 2 - middle[0], EYE_LINE_OF_HEIGHT * height - middle[1]))
    if scale < _PREFILTER_BELOW:  # the warp has no averaging of its own
        shrink = max(0.02, 1.4 * scale)
        pixels = np.asarray(
            cv2.resize(pixels, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA), np.uint8
        )
        warp[:, :2] /= shrink
    crop = cv2.warpAffine(
        pixels, warp, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    return np.ascontiguousarray(crop, dtype=np.uint8)
