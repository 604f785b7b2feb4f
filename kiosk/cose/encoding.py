"""The outer layers: base45 text and a zlib stream with a hard limit.

Both are strict: what another writer could have written differently for the same bytes is refused.
"""

from __future__ import annotations

import zlib

import numpy as np

from kiosk.cose.layers import Layer, LayerError

INFLATE_LIMIT = 64 * 1024
_ALPHABET = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_BAD = b"\xff"
_VALUES = bytes(_ALPHABET.find(code) & 0xFF for code in range(256))  # find gives -1, which is _BAD
_WEIGHTS = np.array([1, 45, 45 * 45], dtype=np.float32)  # exact: sums stay below 2**24
_U16 = 0xFFFF
_U8 = 0xFF


def decode_base45(text: str) -> bytes:
    """Decode base45, refusing foreign characters, odd lengths and values out of range.

    Raises LayerError(BASE45). Source: RFC 9285 section 4.
    """
    try:
        digits = text.encode("ascii").translate(_VALUES)
    except UnicodeEncodeError as err:
        raise LayerError(Layer.BASE45, "character outside the alphabet") from err
    if _BAD in digits:
        raise LayerError(Layer.BASE45, "character outside the alphabet")
    whole = len(digits) - len(digits) % 3
    triples = np.frombuffer(digits, dtype=np.uint8, count=whole).reshape(-1, 3)
    pairs = triples.astype(np.float32).dot(_WEIGHTS)
    if whole and pairs.item(pairs.argmax()) > _U16:  # a third of the time of max()
        raise LayerError(Layer.BASE45, "three characters above 65535")
    decoded: bytes = pairs.astype(">u2").tobytes()
    return decoded + _decode_tail(digits[whole:])


def _decode_tail(digits: bytes) -> bytes:
    if not digits:
        return b""
    if len(digits) == 1:
        raise LayerError(Layer.BASE45, "one character left over")
    value = digits[0] + 45 * digits[1]
    if value > _U8:
        raise LayerError(Layer.BASE45, "last two characters above 255")
    return bytes([value])


def encode_base45(content: bytes) -> str:
    """Encode bytes as base45. Source: RFC 9285 section 3."""
    out = bytearray()
    for i in range(0, len(content) - 1, 2):
        high, rest = divmod(content[i] * 256 + content[i + 1], 45 * 45)
        middle, low = divmod(rest, 45)
        out += bytes((_ALPHABET[low], _ALPHABET[middle], _ALPHABET[high]))
    if len(content) % 2:
        middle, low = divmod(content[-1], 45)
        out += bytes((_ALPHABET[low], _ALPHABET[middle]))
    return out.decode("ascii")


def inflate(content: bytes, limit: int = INFLATE_LIMIT) -> bytes:
    """Inflate exactly one zlib stream of at most `limit` bytes with nothing after it.

    Raises LayerError(ZLIB). Memory stays within `limit` whatever comes in. Source: RFC 1950.
    """
    stream = zlib.decompressobj()
    try:
        plain = stream.decompress(content, limit + 1)
    except zlib.error as err:
        raise LayerError(Layer.ZLIB, "not a zlib stream") from err
    if len(plain) > limit:
        raise LayerError(Layer.ZLIB, f"inflates to more than {limit} bytes")
    if not stream.eof:
        raise LayerError(Layer.ZLIB, "stream ends early")
    if stream.unused_data:
        raise LayerError(Layer.ZLIB, "bytes after the stream")
    return plain
