"""The outer layers: base45 text and a zlib stream with a hard limit.

Both are strict: what another writer could have written differently for the same bytes is refused.
"""

from __future__ import annotations

import zlib

from kiosk.cose.layers import Layer, LayerError

INFLATE_LIMIT = 64 * 1024
_ALPHABET = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_BAD = b"\xff"
_VALUES = bytes(_ALPHABET.find(code) & 0xFF for code in range(256))  # find gives -1, which is _BAD
_LANE = b"\xff\x00\x00"
_QR_TRIPLES = 1432  # in the longest alphanumeric QR code, 4,296 characters
_QR_MASK = int.from_bytes(_LANE * _QR_TRIPLES, "little")
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
    return _decode_triples(digits[:whole]) + _decode_tail(digits[whole:])


def _decode_triples(digits: bytes) -> bytes:
    """Turn each three digits into two bytes, all at once: lanes of 24 bits in one large integer."""
    count = len(digits) // 3
    mask = _QR_MASK if count <= _QR_TRIPLES else int.from_bytes(_LANE * count, "little")
    lanes = int.from_bytes(digits, "little")
    # c + 45 d + 2025 e in every lane: at most 91,124, so no lane runs over into the next.
    values = (lanes & mask) + 45 * ((lanes >> 8) & mask) + 2025 * ((lanes >> 16) & mask)
    written = values.to_bytes(3 * count, "little")
    if written[2::3].count(0) != count:
        raise LayerError(Layer.BASE45, "three characters above 65535")
    decoded = bytearray(2 * count)
    decoded[0::2], decoded[1::2] = written[1::3], written[0::3]
    return bytes(decoded)


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
