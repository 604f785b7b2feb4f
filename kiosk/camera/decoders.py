"""The two QR decoders behind one type, each call guarded: any pixels give findings, never an exception.

zxing-cpp is the decoder; zbar is a second opinion that may be missing (Debian's libzbar0). Which of them is
asked when, and about which part of the picture, is `qr.py`'s matter.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import cv2
import numpy as np
import zxingcpp
from numpy.typing import NDArray

from kiosk.camera.pattern import MAX_VERSION, modules_a_side
from kiosk.model import Box, Pixels

Point = tuple[float, float]
Corners = tuple[Point, Point, Point, Point]
Affine = NDArray[np.float64]

MAX_TEXT = 4296  # ISO/IEC 18004, table 7: alphanumeric capacity of 40-L
_MIN_SIDE = 8  # less than half the smallest code at one pixel a module
_GREY_DIMS, _COLOUR_DIMS = 2, 3
_FULL = frozenset({zxingcpp.BarcodeFormat.QRCode, zxingcpp.BarcodeFormat.QRCodeModel2})
_FORMATS = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCodeModel2)  # no micro codes: clutter looks so
_EVERY_KIND = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)  # micro, rectangular and Model 1 too


@dataclass(frozen=True, slots=True)
class Found:
    """One code in a picture: its four corners clockwise, and its bytes, None where it was not read.

    `version` is the QR version, 1 to 40, None when the decoder does not say; `unused_ec` the share of the
    error correction that reading did not need, 0 to 1, None when it was not read or the decoder does not say.
    `full` is False for the small relatives, micro, rectangular and Model 1, in which no credential fits.
    """

    raw: bytes | None
    corners: Corners
    version: int | None
    unused_ec: float | None = None
    full: bool = True

    @property
    def edges(self) -> tuple[float, float, float, float]:
        """The lengths of the four sides in pixels: top, right, bottom, left."""
        a, b, c, d = self.corners
        return math.dist(a, b), math.dist(b, c), math.dist(c, d), math.dist(d, a)

    @property
    def side(self) -> float:
        """The mean length of a side in pixels."""
        return sum(self.edges) / 4

    @property
    def centre(self) -> Point:
        """The mean of the corners."""
        xs, ys = zip(*self.corners, strict=True)
        return sum(xs) / 4, sum(ys) / 4

    @property
    def box(self) -> Box:
        """The smallest upright rectangle around the code."""
        xs, ys = zip(*self.corners, strict=True)
        return Box(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys))

    @property
    def px_per_module(self) -> float | None:
        """The mean size of a module in pixels."""
        return None if self.version is None else self.side / modules_a_side(self.version)

    @property
    def text(self) -> str | None:
        """The bytes as text, one character a byte, at most MAX_TEXT; None where the code was not read.

        Latin-1 names every byte and equals ASCII where base45 lives, so a binary code cannot break it.
        """
        return None if self.raw is None else self.raw.decode("latin-1")[:MAX_TEXT]

    def mapped(self, matrix: Affine) -> Found:
        """Return the same finding with its corners moved by a 2 x 3 affine `matrix`."""
        moved = np.asarray(self.corners) @ matrix[:, :2].T + matrix[:, 2]
        a, b, c, d = ((float(x), float(y)) for x, y in moved)
        return replace(self, corners=(a, b, c, d))


def to_grey(pixels: Pixels) -> Pixels | None:
    """Return one 8-bit channel of `pixels` (grey, BGR or BGRA); None where that makes no picture."""
    if pixels.dtype != np.uint8 or pixels.ndim not in (_GREY_DIMS, _COLOUR_DIMS):
        return None
    if min(pixels.shape[:2]) < _MIN_SIDE:
        return None
    if pixels.ndim == _GREY_DIMS:
        return np.ascontiguousarray(pixels)
    codes = {3: cv2.COLOR_BGR2GRAY, 4: cv2.COLOR_BGRA2GRAY}
    code = codes.get(pixels.shape[2])
    return None if code is None else np.asarray(cv2.cvtColor(pixels, code), np.uint8)


def find_with_zxing(grey: Pixels, *, effort: bool = True) -> tuple[Found, ...]:
    """Return every QR code zxing-cpp sees in `grey`, read or not; without `effort` only upright dark ones."""
    return _ask_zxing(grey, effort=effort, binarizer=zxingcpp.Binarizer.LocalAverage)


def find_every_kind(grey: Pixels) -> tuple[Found, ...]:
    """Return the same, and whatever is read of the code's small relatives."""
    local = zxingcpp.Binarizer.LocalAverage
    found = _ask_zxing(grey, effort=True, binarizer=local, formats=_EVERY_KIND)
    return tuple(code for code in found if code.full or code.raw is not None)


def find_in_drawing(grey: Pixels) -> tuple[Found, ...]:
    """Return the codes zxing-cpp sees in a clean upright drawing of black and white."""
    return _ask_zxing(grey, effort=False, binarizer=zxingcpp.Binarizer.FixedThreshold)


def _ask_zxing(
    grey: Pixels,
    *,
    effort: bool,
    binarizer: zxingcpp.Binarizer,
    formats: zxingcpp.BarcodeFormats = _FORMATS,
) -> tuple[Found, ...]:
    try:
        barcodes = zxingcpp.read_barcodes(
            grey,
            formats=formats,
            try_rotate=effort,
            try_downscale=effort,
            try_invert=effort,
            binarizer=binarizer,
            return_errors=True,
        )
        return tuple(_from_zxing(barcode) for barcode in barcodes)
    except (RuntimeError, ValueError, TypeError, MemoryError):
        return ()


def _from_zxing(barcode: zxingcpp.Barcode) -> Found:
    place = barcode.position
    a, b, c, d = (
        (float(point.x), float(point.y))
        for point in (place.top_left, place.top_right, place.bottom_right, place.bottom_left)
    )
    extra = barcode.extra if isinstance(barcode.extra, dict) else {}
    version, unused = str(extra.get("Version", "")), extra.get("UEC")
    full = barcode.format in _FULL
    known = full and version.isdecimal() and 1 <= int(version) <= MAX_VERSION
    return Found(
        bytes(barcode.bytes) if barcode.valid else None,
        (a, b, c, d),
        int(version) if known else None,
        float(unused) if barcode.valid and isinstance(unused, float) and 0 <= unused <= 1 else None,
        full,
    )


def outline(place: Box) -> Found:
    """Return a code of which nothing is known but that it may be in `place`."""
    right, bottom = place.left + place.width, place.top + place.height
    return Found(
        None, ((place.left, place.top), (right, place.top), (right, bottom), (place.left, bottom)), None
    )


FindCodes = Callable[[Pixels], tuple[Found, ...]]


def load_zbar() -> FindCodes | None:
    """Return a function that finds codes with zbar; None where pyzbar or libzbar is not installed."""
    try:
        from pyzbar import pyzbar  # noqa: PLC0415 - importing it loads libzbar, which may be missing
        from pyzbar.pyzbar_error import PyZbarError  # noqa: PLC0415 - as above
    except (ImportError, OSError):
        return None

    def find(grey: Pixels) -> tuple[Found, ...]:
        try:
            symbols = pyzbar.decode(grey, symbols=[pyzbar.ZBarSymbol.QRCODE])
        except (PyZbarError, ArithmeticError, ValueError, TypeError, OSError):
            return ()
        return tuple(_from_zbar(symbol.data, symbol.rect) for symbol in symbols)

    return find


def _from_zbar(raw: bytes, rect: tuple[int, int, int, int]) -> Found:
    left, top, width, height = (float(value) for value in rect)
    right, bottom = left + width, top + height
    return Found(bytes(raw), ((left, top), (right, top), (right, bottom), (left, bottom)), None)
