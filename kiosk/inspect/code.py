"""What an integrator hands in: a picture, a text or bytes; the kind is decided by the content.

Rules kept here: what stands around a code (picture, prefix, base45, zlib) is taken off one layer at a time,
each named when it breaks; sizes are bounded before anything is decoded.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto

from kiosk.camera.qr import QrReader
from kiosk.cose.encoding import decode_base45, inflate
from kiosk.cose.layers import Layer, LayerError
from kiosk.imaging import FILE_LIMITS, ImageRefused, decode_image
from kiosk.inspect.report import Peeling

MAX_BYTES = 1024 * 1024
_IMAGE_STARTS = (b"\x89PNG", b"\xff\xd8\xff", b"\xff\x4f\xff\x51", b"\x00\x00\x00\x0cjP  ", b"BM")
_PREFIX = re.compile(r"([A-Z]{2}[0-9]):")
_FOREIGN_SCHEME = re.compile(r"(NZCP|SHC|shc):/")
# Source: the EU's Electronic Health Certificate specification (HC1) and its national readings.
PREFIXES = {
    "HC1": "health pass of the EU and others",
    "AT1": "Austrian health pass",
    "LT1": "Swiss health pass without medical details",
}
_HEX_CODE = re.compile(rb"(?:d2|d8|d9|84|78)(?:[0-9a-f]{2}){15,}", re.IGNORECASE)


class Kind(Enum):
    """What a code is given as."""

    IMAGE = auto()
    TEXT = auto()
    BYTES = auto()


@dataclass(frozen=True, slots=True)
class Code:
    """A code as it was handed in. A text is kept as its bytes in UTF-8."""

    kind: Kind
    content: bytes


def code_of_text(text: str) -> Code:
    """Wrap a text; what cannot be UTF-8 becomes a character that no layer accepts."""
    return Code(Kind.TEXT, text.encode("utf-8", errors="replace"))


def code_of_bytes(content: bytes) -> Code:
    """Decide by content: a picture, a text (base45, or hex of the rest), a zlib stream or CBOR."""
    if content.startswith(_IMAGE_STARTS) or content[4:12] == b"ftypavif" or content[8:12] == b"WEBP":
        return Code(Kind.IMAGE, content)
    line = content.strip(b"\r\n\t")
    if not line or any(byte < 0x20 or byte > 0x7E for byte in line.replace(b"\n", b"").replace(b"\r", b"")):  # noqa: PLR2004 - ASCII's printable range
        return Code(Kind.BYTES, content)
    word = b"".join(line.split())
    if _HEX_CODE.fullmatch(word):
        return Code(Kind.BYTES, bytes.fromhex(word.decode("ascii")))
    return Code(Kind.TEXT, line)


def take_off_wrapping(code: Code, peeling: Peeling) -> bytes:
    """Take off everything around the CBOR and return that.

    Raises LayerError: IMAGE, PREFIX, BASE45, ZLIB.
    """
    if code.kind is Kind.IMAGE:
        code = _read_picture(code.content)
        peeling.sound(Layer.IMAGE, f"a QR code of {len(code.content)} characters")
    if len(code.content) > MAX_BYTES:
        raise LayerError(
            Layer.PREFIX if code.kind is Kind.TEXT else Layer.CBOR, f"more than {MAX_BYTES} bytes"
        )
    if code.kind is Kind.BYTES:
        return _inflate_if_packed(code.content, peeling)
    prefix, text = _split_prefix(code.content.decode("utf-8", errors="replace"))
    peeling.sound(Layer.PREFIX, f"{prefix}: stripped, {PREFIXES[prefix]}" if prefix else "none")
    packed = decode_base45(text)
    peeling.sound(Layer.BASE45, f"{len(text)} characters, {len(packed)} bytes")
    if not _is_packed(packed):
        raise LayerError(Layer.ZLIB, "not a zlib stream")
    return _inflate_if_packed(packed, peeling)


def _read_picture(content: bytes) -> Code:
    try:
        seen = QrReader().read_still(decode_image(content, FILE_LIMITS))
    except ImageRefused as err:
        raise LayerError(Layer.IMAGE, str(err)) from err
    if seen is None:
        raise LayerError(Layer.IMAGE, "no QR code in the picture")
    if seen.text is None:
        raise LayerError(Layer.IMAGE, "a QR code that cannot be read")
    if seen.text.isascii():
        return code_of_text(seen.text)
    return Code(Kind.BYTES, seen.text.encode("latin-1"))  # one character a byte, see `decoders.py`


def _split_prefix(text: str) -> tuple[str | None, str]:
    if _FOREIGN_SCHEME.match(text):
        raise LayerError(Layer.PREFIX, "a code of another system (NZCP or SMART Health Card)")
    found = _PREFIX.match(text)
    if found is None:
        return None, text
    if found[1] not in PREFIXES:
        raise LayerError(Layer.PREFIX, f"{found[0]} is no prefix this reader knows")
    return found[1], text[found.end() :]


def _is_packed(content: bytes) -> bool:
    """Say whether these are the first bytes of a zlib stream. Source: RFC 1950 section 2.2."""
    return len(content) > 1 and content[0] & 0x8F == 0x08 and int.from_bytes(content[:2]) % 31 == 0  # noqa: PLR2004 - the method's bits


def _inflate_if_packed(content: bytes, peeling: Peeling) -> bytes:
    if not _is_packed(content):
        return content
    plain = inflate(content)
    peeling.sound(Layer.ZLIB, f"{len(content)} bytes, inflated {len(plain)}")
    return plain
