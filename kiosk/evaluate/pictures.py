"""Pictures of an evaluation as pixels: what the kiosk reads, and the plain format of older collections."""

from __future__ import annotations

import warnings
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from kiosk.imaging import FILE_LIMITS, ImageRefused, read_image_file
from kiosk.model import Pixels

_PLAIN = frozenset({".pgm", ".ppm", ".pnm"})
_BROKEN = (OSError, ValueError, SyntaxError, EOFError, MemoryError, ArithmeticError)


def read_picture(path: Path) -> Pixels:
    """Read one picture: uint8 H x W x 3, BGR. Raises ImageRefused."""
    if path.suffix.lower() not in _PLAIN:
        return read_image_file(path)
    try:
        if not path.is_file() or path.stat().st_size > FILE_LIMITS.max_bytes:
            raise ImageRefused("no file, or too large")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(path, formats=("PPM",)) as image:
                if image.width * image.height > FILE_LIMITS.max_pixels:
                    raise ImageRefused("too many pixels")
                rgb = np.asarray(image.convert("RGB"), np.uint8)
    except Image.DecompressionBombError as err:
        raise ImageRefused("too many pixels") from err
    except _BROKEN as err:
        raise ImageRefused(f"not a picture: {type(err).__name__}") from err
    if not rgb.size:
        raise ImageRefused("no pixels")
    return np.ascontiguousarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), np.uint8)
