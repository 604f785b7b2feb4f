"""Foreign image bytes to pixels, bounded before anything is decoded.

Rules kept here: the size stands in the header and is checked before a pixel is decoded, in formats that can
name two sizes also the one inside (`imagesize.py`); any bytes give pixels or `ImageRefused`, nothing else; a
picture is upright, opaque and 8 bit when it leaves. What a refusal means is left to the callers: the face and
camera packages translate it into their own words.
"""

from __future__ import annotations

import io
import struct
import threading
import warnings
import zlib
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import ExifTags, Image, ImageOps

from kiosk.imagesize import OddStructure, find_sizes
from kiosk.model import Pixels


class ImageRefused(ValueError):
    """These bytes are no picture that the kiosk decodes. The text says why, without content."""


class ImageTooLarge(ImageRefused):
    """More bytes or pixels than the kiosk decodes."""


@dataclass(frozen=True, slots=True)
class ImageLimits:
    """How much one image may hold: bytes as stored, pixels as width times height."""

    max_bytes: int
    max_pixels: int


CREDENTIAL_LIMITS = ImageLimits(max_bytes=64 * 1024, max_pixels=1_000_000)
FILE_LIMITS = ImageLimits(max_bytes=20 * 1000 * 1000, max_pixels=50_000_000)

_FORMATS = ("PNG", "JPEG", "JPEG2000", "AVIF", "WEBP", "BMP")
_MAX_JPEG_SCANS = 100  # a progressive JPEG has about ten; each one is a pass over the whole picture
_WIDE_GREY = frozenset({"I", "I;16", "I;16B", "I;16L", "I;16N"})
# What Pillow and its codecs raise on bytes that are broken; found by feeding them such bytes.
_BROKEN = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    AttributeError,
    ArithmeticError,
    LookupError,
    EOFError,
    RuntimeError,
    MemoryError,
    struct.error,
    zlib.error,
)
# Pillow refuses at twice this figure, in the WebP plugin even before it allocates the canvas.
Image.MAX_IMAGE_PIXELS = FILE_LIMITS.max_pixels // 2
# `warnings.catch_warnings` swaps a list that all threads share: only one at a time.
_QUIETLY = threading.Lock()


def decode_image(content: bytes, limits: ImageLimits) -> Pixels:
    """Decode one still picture: uint8 H x W x 3, BGR, contiguous, upright, on white.

    PNG, JPEG, JPEG 2000, AVIF, WebP and BMP. Grey, palette, CMYK and 16 bit become 8 bit BGR, what is
    transparent becomes white, the EXIF orientation is applied. Any thread.
    Raises ImageRefused: too large, not an image, broken, cut short, or animated.
    """
    if not content:
        raise ImageRefused("no bytes")
    if len(content) > limits.max_bytes:
        raise ImageTooLarge(f"{len(content)} bytes, at most {limits.max_bytes}")
    _refuse_costly(content, limits)
    with _QUIETLY, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with Image.open(io.BytesIO(content), formats=_FORMATS) as image:
                _refuse_unfit(image, limits)
                return _upright_bgr(image)
        except ImageRefused:
            raise
        except Image.DecompressionBombError as err:
            raise ImageTooLarge(f"more than {limits.max_pixels} pixels") from err
        except _BROKEN as err:
            raise ImageRefused(f"not a picture this kiosk reads: {type(err).__name__}") from err


def read_image_file(path: Path, limits: ImageLimits = FILE_LIMITS) -> Pixels:
    """Read and decode the picture at `path`, as `decode_image` does.

    Raises ImageRefused, also for a path that is not a readable file.
    """
    try:
        if not path.is_file():  # a device or pipe could feed bytes for ever
            raise ImageRefused("no such file")
        with path.open("rb") as file:
            content = file.read(limits.max_bytes + 1)
    except (OSError, ValueError) as err:
        if isinstance(err, ImageRefused):
            raise
        raise ImageRefused(f"file not readable: {type(err).__name__}") from err
    if len(content) > limits.max_bytes:
        raise ImageTooLarge(f"more than {limits.max_bytes} bytes")
    return decode_image(content, limits)


def _refuse_costly(content: bytes, limits: ImageLimits) -> None:
    """Refuse what costs far more than its header's size says, before a codec sees it."""
    if content.startswith(b"\xff\xd8") and content.count(b"\xff\xda") > _MAX_JPEG_SCANS:
        raise ImageRefused("JPEG with too many scans")
    try:
        sizes = find_sizes(content)
    except OddStructure as err:
        raise ImageRefused(str(err)) from err
    for width, height in sizes:
        if width * height > limits.max_pixels:
            raise ImageTooLarge(f"{width} x {height} pixels inside, at most {limits.max_pixels}")


def _refuse_unfit(image: Image.Image, limits: ImageLimits) -> None:
    width, height = image.size
    if width < 1 or height < 1 or width * height > limits.max_pixels:
        raise ImageTooLarge(f"{width} x {height} pixels, at most {limits.max_pixels}")
    # A phone's JPEG may carry a second picture ("MPO"), which is not an animation.
    if getattr(image, "is_animated", False) and image.format != "MPO":
        raise ImageRefused("animated")


def _upright_bgr(image: Image.Image) -> Pixels:
    orientation = _orientation(image)
    opaque = _on_white(image)
    if orientation != 1:
        opaque.getexif()[ExifTags.Base.Orientation] = orientation
        opaque = ImageOps.exif_transpose(opaque)
    rgb = np.asarray(opaque, dtype=np.uint8)
    return np.ascontiguousarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), dtype=np.uint8)


def _orientation(image: Image.Image) -> int:
    """Return the EXIF orientation, 1 to 8; 1 when absent, broken or unknown."""
    try:
        value = image.getexif().get(ExifTags.Base.Orientation, 1)
    except _BROKEN:  # a broken EXIF block does not make the picture unreadable
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1  # noqa: PLR2004 - EXIF's own range


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode in _WIDE_GREY:
        wide = np.asarray(image).astype(np.int64)
        return Image.fromarray(np.clip(wide >> 8, 0, 255).astype(np.uint8)).convert("RGB")
    if image.has_transparency_data:
        clear = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", clear.size, "white"), clear).convert("RGB")
    return image.convert("RGB")
