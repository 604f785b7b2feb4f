"""Any well-formed CBOR, as the standard allows it: tags, indefinite lengths, numbers longer than needed.

Rules kept here: what is malformed, ambiguous (a key twice) or followed by bytes is refused; depth, items
and memory are bounded; each liberty against the deterministic encoding is noted, for the kiosk's own reader
(`kiosk.cose.cbor`) takes none. Source: RFC 8949 sections 3 and 5.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from typing import Any

from kiosk.cose.layers import Layer, LayerError

MAX_DEPTH = 32
MAX_HEADS = 200_000  # items and pieces of strings; bounds the time, a code has hundreds
_LONGER, _INDEFINITE, _TAGGED = "numbers longer than needed", "indefinite lengths", "tags inside"
_UINT, _NEGATIVE, _BYTES, _TEXT, _ARRAY, _MAP, _TAG, _SIMPLE = range(8)
_INLINE_BELOW, _RESERVED_FROM, _WITHOUT_END = 24, 28, 31
_FLOATS = {25: ">e", 26: ">f", 27: ">d"}
_CONSTANTS = {20: False, 21: True, 22: None}
_BREAK = b"\xff"


@dataclass(frozen=True, slots=True)
class Tag:
    """A tagged item; no tag has a meaning here."""

    number: int
    value: Any


@dataclass(frozen=True, slots=True)
class Simple:
    """A simple value other than true, false and null; 23 is undefined."""

    number: int


@dataclass(frozen=True, slots=True)
class OddKey:
    """A map key that is no integer, text or byte string, by its encoding: true is not 1 here."""

    encoded: bytes


@dataclass(frozen=True, slots=True)
class Parsed:
    """One CBOR item, and the liberties its encoding takes, each named once."""

    item: Any
    liberties: tuple[str, ...]


class _MalformedError(ValueError):
    pass


def parse_any_cbor(content: bytes, layer: Layer = Layer.CBOR) -> Parsed:
    """Parse exactly one well-formed item. Raises LayerError(layer).

    Gives int, bytes, str, list, dict (keys int, str, bytes or OddKey), bool, None, float, Tag or Simple.
    """
    reader = _Reader(content)
    try:
        item = reader.item(0)
    except UnicodeDecodeError as err:
        raise LayerError(layer, "text that is not UTF-8") from err
    except _MalformedError as err:
        raise LayerError(layer, str(err)) from err
    if reader.left:
        raise LayerError(layer, f"{reader.left} bytes after the item")
    return Parsed(item, tuple(sorted(reader.liberties)))


class _Reader:
    """Walks over one content; `liberties` fills on the way."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._at = 0
        self._heads = 0
        self.liberties: set[str] = set()

    @property
    def left(self) -> int:
        return len(self._content) - self._at

    def item(self, depth: int) -> Any:  # noqa: ANN401 - any CBOR item
        if depth > MAX_DEPTH:
            raise _MalformedError(f"nested more than {MAX_DEPTH} deep")
        major, info, value = self._head()
        if major in {_UINT, _NEGATIVE, _TAG} and info == _WITHOUT_END:
            raise _MalformedError("a number without an end")
        if major == _TAG:
            if depth:
                self.liberties.add(_TAGGED)
            return Tag(value, self.item(depth + 1))
        if major == _ARRAY:
            return self._array(info, value, depth)
        if major == _MAP:
            return self._map(info, value, depth)
        return self._scalar(major, info, value)

    def _scalar(self, major: int, info: int, value: int) -> int | bytes | str | float | Simple | None:
        if major == _UINT:
            return value
        if major == _NEGATIVE:
            return -1 - value
        if major == _BYTES:
            return self._string(_BYTES, info, value)
        if major == _TEXT:
            return self._string(_TEXT, info, value).decode()
        return self._simple(info, value)

    def _take(self, count: int) -> bytes:
        if count > self.left:
            raise _MalformedError("ends early")
        taken = self._content[self._at : self._at + count]
        self._at += count
        return taken

    def _head(self) -> tuple[int, int, int]:
        """Return major type, additional information and argument (0 where there is none)."""
        self._heads += 1
        if self._heads > MAX_HEADS:
            raise _MalformedError(f"more than {MAX_HEADS} items")
        major, info = divmod(self._take(1)[0], 32)
        if info < _INLINE_BELOW:
            return major, info, info
        if info >= _RESERVED_FROM:
            if info != _WITHOUT_END:
                raise _MalformedError("reserved additional information")
            return major, info, 0
        width = 1 << (info - _INLINE_BELOW)
        value = int.from_bytes(self._take(width))
        least = _INLINE_BELOW if width == 1 else 1 << (4 * width)
        if major != _SIMPLE and value < least:
            self.liberties.add(_LONGER)
        return major, info, value

    def _string(self, major: int, info: int, length: int) -> bytes:
        if info != _WITHOUT_END:
            return self._take(length)
        chunks = []
        while not self._ends():
            kind, chunk_info, length = self._head()
            if kind != major or chunk_info == _WITHOUT_END:
                raise _MalformedError("a string with a foreign piece")
            chunks.append(self._take(length))
            if major == _TEXT:
                chunks[-1].decode()
        return b"".join(chunks)

    def _ends(self) -> bool:
        """Say whether an item of indefinite length ends here, and step over its end."""
        self.liberties.add(_INDEFINITE)
        if self._content[self._at : self._at + 1] != _BREAK:
            return False
        self._at += 1
        return True

    def _array(self, info: int, count: int, depth: int) -> list[Any]:
        items: list[Any] = []
        while not self._ends() if info == _WITHOUT_END else len(items) < count:
            items.append(self.item(depth + 1))
        return items

    def _map(self, info: int, count: int, depth: int) -> dict[Any, Any]:
        pairs: dict[Any, Any] = {}
        while not self._ends() if info == _WITHOUT_END else len(pairs) < count:
            key = self._key(depth)
            if key in pairs:
                raise _MalformedError("a map with the same key twice")
            pairs[key] = self.item(depth + 1)
        return pairs

    def _key(self, depth: int) -> int | str | bytes | OddKey:
        start = self._at
        key = self.item(depth + 1)
        if type(key) in {int, str, bytes}:
            return key  # type: ignore[no-any-return] # the line above says which
        return OddKey(self._content[start : self._at])

    def _simple(self, info: int, value: int) -> bool | float | Simple | None:
        if info in _CONSTANTS:
            return _CONSTANTS[info]
        if info in _FLOATS:
            number = struct.unpack(_FLOATS[info], value.to_bytes(1 << (info - _INLINE_BELOW)))[0]
            return float(number)
        if info == _WITHOUT_END:
            raise _MalformedError("an end where nothing ends")
        if info == _INLINE_BELOW and value < 32:  # noqa: PLR2004 - RFC 8949 section 3.3
            raise _MalformedError("a simple value in two bytes that needs one")
        return Simple(value)


def is_number(value: object) -> bool:
    """Say whether `value` is a finite number; a boolean is not."""
    return type(value) is int or (type(value) is float and math.isfinite(value))
