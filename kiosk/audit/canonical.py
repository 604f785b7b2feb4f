"""The bytes of an entry that are hashed: deterministic CBOR, one encoding for one entry.

Rules kept here: `parse_entry(encode_entry(e)) == e`; bytes that are not exactly what `encode_entry` would
write are refused, so two readers cannot understand one row differently. A record is a map with its field
names, absent where None; a record inside a list is an array of its fields; times are whole microseconds
since 1970 UTC; enums are their values. What the fields mean is left to `entry`.

Source: RFC 8949 section 4.2 (deterministic encoding; map keys in the order of section 4.2.3).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from functools import partial
from types import UnionType
from typing import Any, TypeVar, cast, get_args, get_origin, get_type_hints

import cbor2

from kiosk.audit.entry import KIND_OF_FACT, Entry, EntryKind, Fact
from kiosk.audit.rowbytes import MAX_BODY
from kiosk.model import Fault, Reason

__all__ = ["MAX_BODY", "columns_of", "describe_fact", "encode_entry", "parse_entry"]

FORMAT = 2
MAX_DEPTH = 4

_PLAIN = frozenset({str, bytes, bool, int, float, type(None)})
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

Reader = Callable[[object], object]
_T = TypeVar("_T")

# What strange bytes make the CBOR library and the readers below raise.
_NOT_OURS = (
    cbor2.CBORError,
    ValueError,
    TypeError,
    AttributeError,
    KeyError,
    OverflowError,
    RecursionError,
    MemoryError,
)


def encode_entry(entry: Entry) -> bytes:
    """Encode `entry` in the one form that is hashed. Raises ValueError beyond `MAX_BODY` bytes."""
    body = cbor2.dumps({**_write_map(entry), "format": FORMAT, "kind": entry.kind.value}, canonical=True)
    if len(body) > MAX_BODY:
        raise ValueError(f"entry of {len(body)} bytes, more than {MAX_BODY}")
    return body


def describe_fact(fact: Fact) -> str:
    """Return the fields of `fact` as `name=value` words, for people; bytes are hexadecimal."""
    return _describe(_write_map(fact))


def _describe(record: Mapping[str, object], within: str = "") -> str:
    words = []
    for name, value in record.items():
        if isinstance(value, dict):
            words.append(_describe(value, f"{within}{name}."))
        else:
            words.append(f"{within}{name}={_word(value)}")
    return " ".join(words)


def _word(value: object) -> str:
    if isinstance(value, list):
        return f"[{','.join(_word(each) for each in value)}]"
    return value.hex() if isinstance(value, bytes) else str(value)


def columns_of(body: bytes) -> tuple[str | None, ...]:
    """Return what stands readable beside a row: at, kind, outcome, reasons, purpose, station.

    Reads no further than that, for the walk over a whole log. Raises Fault: LOG_BROKEN.
    """
    try:
        record = _load(body)
        fact = record["fact"]
        at = (_EPOCH + record["at"] * _MICROSECOND).isoformat(timespec="microseconds")
        reasons = " ".join(fact["reasons"]) if "reasons" in fact else None
        return at, record["kind"], fact.get("outcome"), reasons, fact.get("purpose"), record["station"]
    except _NOT_OURS as err:
        raise Fault(Reason.LOG_BROKEN, "row is not an entry") from err


def parse_entry(body: bytes) -> Entry:
    """Parse the bytes of one row; no trust is gained.

    Raises Fault: LOG_BROKEN, for everything that `encode_entry` would not have written.
    """
    try:
        record = _load(body)
        if cbor2.dumps(record, canonical=True) != body:
            raise ValueError("another encoding, or bytes after it")
        return _read_entry(record)
    except _NOT_OURS as err:
        raise Fault(Reason.LOG_BROKEN, "row is not an entry in canonical form") from err


def _load(body: bytes) -> dict[str, Any]:
    """Load one map. A tag may become anything in it: the readers take the exact types of an entry only."""
    if len(body) > MAX_BODY:
        raise ValueError("more bytes than an entry has")
    return _expect(
        dict, cbor2.loads(body, max_depth=MAX_DEPTH, allow_indefinite=False, allow_duplicate_keys=False)
    )


def _write(value: object) -> object:
    if type(value) in _PLAIN:
        return value
    match value:
        case Enum():
            return value.value
        case datetime():
            return (value - _EPOCH) // _MICROSECOND
        case tuple():
            return [_write_array(item) if is_dataclass(item) else _write(item) for item in value]
    return _write_map(value)


def _write_map(record: object) -> dict[str, object]:
    values = {name: getattr(record, name) for name in _NAMES[type(record)]}
    return {name: _write(value) for name, value in values.items() if value is not None}


def _write_array(record: object) -> list[object]:
    return [_write(getattr(record, name)) for name in _NAMES[type(record)]]


class _Names(dict[type, tuple[str, ...]]):
    """The names of each record's fields, looked up once: `fields` takes longer than the encoding."""

    def __missing__(self, record_type: type) -> tuple[str, ...]:
        names = self[record_type] = tuple(field.name for field in fields(record_type))
        return names


_NAMES = _Names()


def _read_entry(record: dict[str, Any]) -> Entry:
    if _expect(int, record.pop("format")) != FORMAT:
        raise ValueError("another format")
    read_fact = _READ_FACT[EntryKind(record.pop("kind"))]
    fact = cast("Fact", read_fact(record.pop("fact")))
    if None in record.values():
        raise ValueError("null where a field is left out")
    state = {name: _READ_STATE[name](part) for name, part in record.items()}
    return Entry(fact=fact, **cast("dict[str, Any]", state))


def _expect(wanted: type[_T], item: object) -> _T:
    if type(item) is not wanted:
        raise TypeError(f"{type(item).__name__} instead of {wanted.__name__}")
    return item


def _reader(hint: object) -> Reader:
    """Return the function that reads one field of type `hint`; made once, when this module is loaded."""
    if isinstance(hint, UnionType):  # only `X | None`: what is None is absent from a map, null in an array
        return _reader_or_none(_reader(get_args(hint)[0]))
    if get_origin(hint) is tuple:
        return _reader_of_list(get_args(hint)[0])
    wanted = cast("type", hint)
    if issubclass(wanted, Enum):
        return _reader_of_enum(wanted)
    if issubclass(wanted, datetime):
        return lambda item: _EPOCH + _expect(int, item) * _MICROSECOND
    return _reader_of_map(wanted) if is_dataclass(wanted) else partial(_expect, wanted)


def _reader_or_none(read: Reader) -> Reader:
    return lambda item: None if item is None else read(item)


def _reader_of_list(element: type) -> Reader:
    read = _reader_of_array(element) if is_dataclass(element) else _reader(element)
    return lambda item: tuple(read(part) for part in _expect(list, item))


def _reader_of_enum(words: type[Enum]) -> Reader:
    members = {(type(member.value), member.value): member for member in words}
    return lambda item: members[type(item), item]


def _reader_of_array(record_type: type) -> Reader:
    readers = tuple(_field_readers(record_type).values())

    def read_array(item: object) -> object:
        parts = _expect(list, item)
        return record_type(*[read(part) for read, part in zip(readers, parts, strict=True)])

    return read_array


def _reader_of_map(record_type: type) -> Reader:
    readers = _field_readers(record_type)

    def read_map(item: object) -> object:
        record: dict[str, object] = _expect(dict, item)
        if None in record.values():
            raise ValueError("null where a field is left out")
        return record_type(**{name: readers[name](part) for name, part in record.items()})

    return read_map


def _field_readers(record_type: type) -> dict[str, Reader]:
    hints = get_type_hints(record_type)
    return {name: _reader(hints[name]) for name in _NAMES[record_type]}


_READ_FACT = {kind: _reader_of_map(record_type) for record_type, kind in KIND_OF_FACT.items()}
_READ_STATE = {
    name: _reader(hint) for name, hint in get_type_hints(Entry).items() if name not in {"fact", "kind"}
}
