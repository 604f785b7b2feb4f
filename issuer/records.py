"""The ledger as JSON: one file, its format numbered, and refused when it is not what was written."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import date
from types import MappingProxyType, NoneType
from typing import Any

from issuer.dates import parse_instant, write_instant
from issuer.errors import Refused
from issuer.ledger import Copy, Kind, Ledger, Publication, State
from issuer.person import CLASSES, Person

FORMAT = 1
_TYPES: Mapping[str, set[type]] = {
    "str": {str},
    "int": {int},
    "str | None": {str, NoneType},
    "int | None": {int, NoneType},
}


def encode_ledger(ledger: Ledger) -> bytes:
    """Write the ledger as JSON, the same bytes for the same ledger."""
    at = ledger.publication.at
    return encode_json(
        {
            "format": FORMAT,
            "persons": [_write_person(person) for person in ledger.persons.values()],
            "copies": [_write_copy(copy) for copy in ledger.copies.values()],
            "publication": {
                "version": ledger.publication.version,
                "at": None if at is None else write_instant(at),
            },
        }
    )


def parse_ledger(content: bytes) -> Ledger:
    """Read what `encode_ledger` wrote. Raises Refused when the file is damaged."""
    record = parse_json(content, "registry.json")
    try:
        persons = [_read_person(item) for item in record["persons"]]
        copies = [_read_copy(item) for item in record["copies"]]
        publication = record["publication"]
        at = publication["at"]
        return Ledger(
            MappingProxyType({person.number: person for person in persons}),
            MappingProxyType({copy.id: copy for copy in copies}),
            Publication(int(publication["version"]), None if at is None else parse_instant(at)),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as err:
        raise Refused("registry.json is damaged") from err


def encode_json(record: Mapping[str, Any]) -> bytes:
    """Write one JSON object with a line break at its end; Arabic stays readable."""
    return (json.dumps(record, ensure_ascii=False, indent=1) + "\n").encode()


def parse_json(content: bytes, name: str) -> dict[str, Any]:
    """Read one JSON object of our own format. Raises Refused, naming the file."""
    try:
        record = json.loads(content)
    except (ValueError, RecursionError) as err:
        raise Refused(f"{name} is damaged") from err
    if not isinstance(record, dict) or record.get("format") != FORMAT:
        raise Refused(f"{name} has another format than {FORMAT}")
    return record


def _write_person(person: Person) -> dict[str, Any]:
    return {
        **asdict(person),
        "born": person.born.isoformat(),
        "expires": person.expires.isoformat(),
    }


def _read_person(item: dict[str, Any]) -> Person:
    dates = {key: date.fromisoformat(item[key]) for key in ("born", "expires")}
    person = Person(**{**item, **dates})
    _check_types(person)
    if person.holder_class not in CLASSES:
        raise ValueError("no such class")
    return person


def _write_copy(copy: Copy) -> dict[str, Any]:
    return {
        **asdict(copy),
        "kind": copy.kind.value,
        "state": copy.state.value,
        "expires": copy.expires.isoformat(),
        "issued": write_instant(copy.issued),
    }


def _read_copy(item: dict[str, Any]) -> Copy:
    values = {
        "kind": Kind(item["kind"]),
        "state": State(item["state"]),
        "expires": date.fromisoformat(item["expires"]),
        "issued": parse_instant(item["issued"]),
    }
    copy = Copy(**{**item, **values})
    _check_types(copy)
    if copy.index < 0:
        raise ValueError("an index below 0")
    return copy


def _check_types(record: Person | Copy) -> None:
    """Refuse a value of another type than the record says; it would only surface in the middle of an act."""
    for item in fields(record):
        allowed = _TYPES.get(str(item.type))
        if allowed and type(getattr(record, item.name)) not in allowed:
            raise TypeError(item.name)
