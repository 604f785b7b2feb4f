"""Draws the front of a phone that shows a code, as the simulated camera's subject."""

from __future__ import annotations

import cv2
import numpy as np

from kiosk.camera.film import Look
from kiosk.model import Pixels

_WIDTH = 760  # pixels of the drawn phone
_BEZEL = 20
_BODY, _SCREEN, _BAR, _LINE = (24, 22, 22), (250, 250, 250), (107, 80, 10), (205, 205, 205)

# A phone held so that its code lies in the middle of the frame, a v25 code at some 3.6 pixels a module.
PHONE_LOOK = Look(scale=0.72, focus=(0.5, 0.51))


def draw_phone(code: Pixels, photo: Pixels | None = None, *, tallness: float = 1.9) -> Pixels:
    """Return the picture (BGR) of a phone with `code` across its screen and `photo` above it.

    `code` is grey or BGR, with its quiet zone, at any whole number of pixels a module; it is drawn at
    `code_scale` pixels a module, so that it fills the width of the screen whatever its size was.
    """
    modules = _one_px_a_module(code)
    factor = code_scale(code)
    shown = cv2.cvtColor(np.kron(modules, np.ones((factor, factor), np.uint8)), cv2.COLOR_GRAY2BGR)
    width = max(_WIDTH, shown.shape[1] + 2 * _BEZEL)
    height = max(int(width * tallness), shown.shape[0] + width // 2 + 2 * _BEZEL)
    phone = np.full((height, width, 3), _BODY, np.uint8)
    cv2.rectangle(phone, (_BEZEL, _BEZEL), (width - _BEZEL, height - _BEZEL), _SCREEN, -1)
    cv2.rectangle(phone, (_BEZEL, _BEZEL), (width - _BEZEL, _BEZEL + width // 10), _BAR, -1)
    top = _BEZEL + width // 10 + width // 20
    bottom_of_photo = top + int(width * 0.3)
    if photo is not None:
        _draw_photo(phone, photo, top, bottom_of_photo)
    for line, part in enumerate((0.42, 0.3, 0.36)):
        y = top + line * width // 12 + width // 30
        cv2.rectangle(phone, (int(width * 0.4), y), (int(width * (0.4 + part)), y + width // 45), _LINE, -1)
    left = (width - shown.shape[1]) // 2
    code_top = min(bottom_of_photo + width // 16, height - _BEZEL - shown.shape[0])
    phone[code_top : code_top + shown.shape[0], left : left + shown.shape[1]] = shown
    return phone


def code_scale(code: Pixels) -> int:
    """Return how many pixels of the drawn phone one module of `code` takes."""
    return max(1, (_WIDTH - 2 * _BEZEL) // int(_one_px_a_module(code).shape[1]))


def _one_px_a_module(code: Pixels) -> Pixels:
    """Undo the enlargement of a cleanly drawn code: all its edges lie on multiples of the module's size."""
    grey = code if code.ndim == 2 else np.asarray(cv2.cvtColor(code, cv2.COLOR_BGR2GRAY), np.uint8)  # noqa: PLR2004 - grey
    edges = [
        np.flatnonzero(np.any(np.diff(grey.astype(np.int16), axis=axis), axis=1 - axis)) for axis in (0, 1)
    ]
    size = int(np.gcd.reduce(np.concatenate([*edges, np.array(grey.shape) - 1]) + 1))
    return np.ascontiguousarray(grey[::size, ::size])


def _draw_photo(phone: Pixels, photo: Pixels, top: int, bottom: int) -> None:
    height = bottom - top
    width = min(int(height * photo.shape[1] / photo.shape[0]), int(phone.shape[1] * 0.32))
    left = _BEZEL + phone.shape[1] // 20
    phone[top:bottom, left : left + width] = cv2.resize(photo, (width, height), interpolation=cv2.INTER_AREA)
