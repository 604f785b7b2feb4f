"""What an image's bytes say of the size that its codec will allocate for, read before any codec sees them.

Rules kept here: where a container and the code stream inside it each name a size, the code stream's counts,
because a kilobyte of AVIF can claim 64 x 80 and unpack to 16384 x 16384; a structure that no common writer
makes is refused rather than followed. Which sizes are too large is left to the caller.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

Size = tuple[int, int]
"""Width and height in pixels."""

Name = TypeVar("Name", int, bytes)
Value = TypeVar("Value")

_REPEATABLE = (b"mdat", b"free", b"skip", b"uuid")
_MAX_BOXES = 200
_MAX_EXTENTS = 64
_SEQUENCE_HEADER = 1  # AV1 specification 6.2.2
_HAS_SIZE, _HAS_EXTENSION = 0x02, 0x04


class OddStructure(ValueError):
    """The bytes are built as no common writer builds them, or cut short. The text says where."""


def find_sizes(content: bytes) -> tuple[Size, ...]:
    """Return the size of every picture in a WebP, AVIF or JPEG 2000; nothing for other formats.

    Raises OddStructure.
    """
    try:
        if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
            return (_webp_size(content),)
        if content[4:8] == b"ftyp":
            return tuple(_avif_sizes(content))
        if content[4:8] == b"jP  " or content.startswith(b"\xff\x4f\xff\x51"):
            return tuple(_jpeg2000_sizes(content))
    except (struct.error, IndexError) as err:
        raise OddStructure("cut short") from err
    return ()


def _webp_size(content: bytes) -> Size:
    """Read the first chunk. Source: RFC 9649 sections 2.7 (VP8X), 2.5 (VP8) and 3.4 (VP8L)."""
    kind = content[12:16]
    if kind == b"VP8X":
        width, height = (int.from_bytes(content[at : at + 3], "little") + 1 for at in (24, 27))
        return width, height
    if kind == b"VP8L":
        (bits,) = struct.unpack_from("<I", content, 21)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 ":
        width, height = struct.unpack_from("<HH", content, 26)
        return width & 0x3FFF, height & 0x3FFF
    raise OddStructure("WebP without a picture first")


def _jpeg2000_sizes(content: bytes) -> Iterator[Size]:
    """Read every SIZ marker segment, wherever it stands. Source: ISO/IEC 15444-1 A.5.1.

    Xsiz and Ysiz, XOsiz and YOsiz, XTsiz and YTsiz: what is allocated goes by the first two.
    """
    start = content.find(b"\xff\x4f\xff\x51")
    while start >= 0:
        right, bottom, left, top, tile_w, tile_h = struct.unpack_from(">6I", content, start + 8)
        if left >= right or top >= bottom:
            raise OddStructure("JPEG 2000 of no size")
        if tile_w * tile_h * 1024 < right * bottom:
            raise OddStructure("JPEG 2000 with too many tiles")
        yield right, bottom
        start = content.find(b"\xff\x4f\xff\x51", start + 4)


# --- AVIF: ISO/IEC 14496-12 boxes around AV1 ---------------------------------------------------------------


def _avif_sizes(content: bytes) -> Iterator[Size]:
    top = _unique(_boxes(content, 0, len(content)))
    if b"moov" in top:
        raise OddStructure("AVIF that is animated")
    if b"meta" not in top:
        raise OddStructure("AVIF without meta")
    meta = _unique(_boxes(content, top[b"meta"][0] + 4, top[b"meta"][1]))
    if b"iloc" not in meta or b"iinf" not in meta:
        raise OddStructure("AVIF without items")
    kinds = _unique(_item_kinds(content, *meta[b"iinf"]))
    if b"grid" in kinds.values() or b"iovl" in kinds.values():
        raise OddStructure("AVIF put together from tiles")
    inside = meta.get(b"idat", (0, 0))[0]
    for item, method, start, length in _item_places(content, meta[b"iloc"][0]):
        if kinds.get(item) == b"av01":
            start += inside if method else 0  # noqa: PLW2901 - 1 counts from the box idat
            yield _av1_size(content[start : start + length] if length else content[start:])


def _unique(pairs: Iterable[tuple[Name, Value]]) -> dict[Name, Value]:
    """Make a table of what may be named only once; of two, a codec might take the other."""
    table: dict[Name, Value] = {}
    for name, value in pairs:
        if name in table and name not in _REPEATABLE:
            raise OddStructure("AVIF that names one thing twice")
        table[name] = value
    return table


def _boxes(content: bytes, start: int, end: int) -> Iterator[tuple[bytes, tuple[int, int]]]:
    """Give the kind of each box, and where its content starts and ends."""
    for _ in range(_MAX_BOXES):
        if start >= end:
            return
        length, kind = struct.unpack_from(">I4s", content, start)
        head = 8
        if length == 1:
            (length,) = struct.unpack_from(">Q", content, start + 8)
            head = 16
        stop = start + length if length else end
        if (length and length < head) or stop > end:
            raise OddStructure("AVIF with a box that does not fit")
        yield kind, (start + head, stop)
        start = stop
    raise OddStructure("AVIF with too many boxes")


def _item_kinds(content: bytes, start: int, end: int) -> Iterator[tuple[int, bytes]]:
    """Read the boxes infe of iinf: number and kind of each item. Source: ISO/IEC 14496-12, 8.11.6."""
    for kind, (at, _) in _boxes(content, start + (6 if content[start] == 0 else 8), end):
        version = content[at]
        if kind != b"infe" or version not in {2, 3}:
            raise OddStructure("AVIF with items of an old form")
        wide = version == 3  # noqa: PLR2004 - the version with numbers of four bytes
        (number,) = struct.unpack_from(">I" if wide else ">H", content, at + 4)
        place = at + (10 if wide else 8)
        yield number, content[place : place + 4]


def _item_places(content: bytes, at: int) -> Iterator[tuple[int, int, int, int]]:
    """Read iloc: item, method (0 the file, 1 idat), start and length. Source: ISO/IEC 14496-12, 8.11.3."""
    version, sizes = content[at], struct.unpack_from(">H", content, at + 4)[0]
    offset_size, length_size, base_size, index_size = (sizes >> shift & 15 for shift in (12, 8, 4, 0))
    wide = version == 2  # noqa: PLR2004 - the version with numbers of four bytes
    reader = _Fields(content, at + 6)
    count = reader.number(4 if wide else 2)
    for _ in range(min(count, _MAX_EXTENTS)):
        item = reader.number(4 if wide else 2)
        method = reader.number(2) & 15 if version else 0
        reader.number(2)  # which file: 0 is this one, and a codec knows no other
        base = reader.number(base_size)
        extents = reader.number(2)
        if extents != 1 or method > 1 or count > _MAX_EXTENTS:
            raise OddStructure("AVIF whose items lie in pieces")
        if version:
            reader.number(index_size)
        start = base + reader.number(offset_size)
        yield item, method, start, reader.number(length_size)


@dataclass(slots=True)
class _Fields:
    """Reads whole numbers of so many bytes, one after another."""

    content: bytes
    at: int

    def number(self, length: int) -> int:
        """Return the next number; 0 for one of no bytes."""
        end = self.at + length
        if end > len(self.content):
            raise IndexError
        value = int.from_bytes(self.content[self.at : end])
        self.at = end
        return value


# --- AV1 ---------------------------------------------------------------------------------------------------


def _av1_size(stream: bytes) -> Size:
    """Return the largest size that a sequence header of an item names. Source: AV1 specification 5.3, 5.5."""
    found: list[Size] = []
    at = 0
    while at < len(stream):
        header = stream[at]
        at += 2 if header & _HAS_EXTENSION else 1
        length = len(stream) - at
        if header & _HAS_SIZE:
            length, at = _leb128(stream, at)
        if header >> 3 & 15 == _SEQUENCE_HEADER:
            found.append(_sequence_size(stream[at : at + length]))
        at += length
    if not found:
        raise OddStructure("AVIF without a sequence header")
    return max(found, key=lambda size: size[0] * size[1])


def _leb128(stream: bytes, at: int) -> tuple[int, int]:
    value = 0
    for place in range(8):
        byte = stream[at]
        value |= (byte & 0x7F) << (7 * place)
        at += 1
        if not byte & 0x80:
            return value, at
    raise OddStructure("AV1 unit of endless length")


def _sequence_size(header: bytes) -> Size:
    """Read max_frame_width and max_frame_height. Source: AV1 specification 5.5.1.

    Without `reduced_still_picture_header` a frame can override its size within the bits of these two, so
    there must be no more bits than the two need: then no frame is four times as large.
    """
    bits = _Bits(header)
    bits.take(4)  # seq_profile, still_picture
    reduced = bits.take(1)
    if reduced:
        bits.take(5)  # seq_level_idx
    else:
        _skip_operating_points(bits)
    width_bits, height_bits = bits.take(4) + 1, bits.take(4) + 1
    width, height = bits.take(width_bits) + 1, bits.take(height_bits) + 1
    if not reduced and (1 << width_bits >= 2 * width or 1 << height_bits >= 2 * height):
        raise OddStructure("AVIF with room for larger frames")
    return width, height


def _skip_operating_points(bits: _Bits) -> None:
    if bits.take(1):
        raise OddStructure("AVIF with the timing of a film")
    delays = bits.take(1)
    for _ in range(bits.take(5) + 1):
        bits.take(12)  # operating_point_idc
        if bits.take(5) > 7:  # noqa: PLR2004 - only higher levels have a tier
            bits.take(1)
        if delays and bits.take(1):
            bits.take(4)


class _Bits:
    """Reads bits from the highest on."""

    def __init__(self, content: bytes) -> None:
        self._value = int.from_bytes(content[:128])
        self._left = 8 * min(len(content), 128)

    def take(self, count: int) -> int:
        """Return the next `count` bits as a number."""
        self._left -= count
        if self._left < 0:
            raise IndexError
        return self._value >> self._left & ((1 << count) - 1)
