"""An entry as plain values for other programs: JSON objects, and the cells of one flat table.

Rules kept here: nothing is added to what the row holds and nothing left out of the JSON; times are RFC 3339
in UTC, bytes are hexadecimal, a value that is absent is left out (JSON) or empty (table). What a row says is
left to `entry`, files to `export`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import fields
from datetime import datetime
from enum import Enum
from functools import cache

from kiosk.audit.entry import CodeMeasure, Entry, FaceMeasure, Fact, ListUsed, LivenessMeasure, Visit

Cell = str | int | float | None

_ABOUT_THE_ROW = ("clock_state", "environment", "app_version", "config_hash", "sealed_key", "key_overdue")
_OF_A_VISIT = (
    "source",
    "issuer_key_id",
    "policy_id",
    "operator",
    "pseudonym",
    "simulated_camera",
    "simulated_face_camera",
)
_PARTS = {"status_list": ListUsed, "face": FaceMeasure, "code": CodeMeasure, "liveness": LivenessMeasure}
_LISTS = ("steps", "notes")
_AS_THEY_ARE = frozenset({str, int, float, bool})
_READABLE = ("at", "kind", "outcome", "reasons", "purpose", "station")

# What begins a formula in a spreadsheet, also as the full-width letters that some programs fold.
# Source: OWASP, "CSV Injection".
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# Where spreadsheets part cells at semicolons, a text with one begins a cell in its middle.
_FORMULA_INSIDE = re.compile(r";(?=\s*[=+\-@＝＋－＠])")


def plain_entry(entry: Entry) -> dict[str, object]:
    """Return all of `entry` as JSON values, with its `kind`."""
    return {"kind": entry.kind.value, **_plain_map(entry)}


def plain_fact(fact: Fact) -> dict[str, object]:
    """Return all of one fact as JSON values."""
    return _plain_map(fact)


def _plain(value: object) -> object:
    if value is None or type(value) in _AS_THEY_ARE:
        return value
    match value:
        case Enum():
            return value.name.lower() if isinstance(value.value, int) else value.value
        case datetime():
            return format_instant(value)
        case bytes():
            return value.hex()
        case tuple():
            return [_plain(item) for item in value]
    return _plain_map(value)


def _plain_map(record: object) -> dict[str, object]:
    names = _field_names(type(record))  # type: ignore[arg-type]  # mypy doubts that a type can be hashed
    named = ((name, getattr(record, name)) for name in names)
    return {name: _plain(value) for name, value in named if value is not None}


def list_fields(plain: dict[str, object], within: str = "") -> Iterator[tuple[str, str]]:
    """Give the names and values of a plain entry one by one; `face.score` is the field `score` of `face`."""
    for name, value in plain.items():
        if isinstance(value, dict):
            yield from list_fields(value, f"{within}{name}.")
        elif name == "steps" and isinstance(value, list):
            yield from (
                (f"step {each['step']}", f"{each.get('outcome', 'not run')}, {each['ms']} ms")
                for each in value
            )
        else:
            yield f"{within}{name}", " ".join(map(str, value)) if isinstance(value, list) else str(value)


@cache
def _field_names(record_type: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(record_type))


def format_instant(instant: datetime) -> str:
    """Write an aware UTC instant with its microseconds, as RFC 3339 does."""
    return instant.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _part_columns() -> dict[str, tuple[str, str]]:
    """Name the columns of a visit's parts: `face_score` is the field `score` of `face`."""
    return {
        f"{part.removeprefix('status_')}_{field.name}": (part, field.name)
        for part, record in _PARTS.items()
        for field in fields(record)
    }


_PART_COLUMNS = _part_columns()
HEADINGS = (
    "seq",
    *_READABLE,
    *_ABOUT_THE_ROW,
    *_OF_A_VISIT,
    *_PART_COLUMNS,
    *_LISTS,
    "fact",
    "hash",
)


def table_cells(seq: int, entry: Entry, row_hash: bytes) -> tuple[Cell, ...]:
    """Return one row of the flat table, in the order of `HEADINGS`.

    A visit's fields have columns of their own; `fact` is the whole fact of any other row, as JSON.
    """
    fact = _plain_map(entry.fact)
    visit = fact if isinstance(entry.fact, Visit) else {}
    cells: list[object] = [seq, _plain(entry.at), entry.kind.value, visit.get("outcome")]
    cells += [_join(fact.get("reasons")), visit.get("purpose"), entry.station]
    cells += [_plain(getattr(entry, name)) for name in _ABOUT_THE_ROW]
    cells += [visit.get(name) for name in _OF_A_VISIT]
    cells += [_find_part(visit, part, name) for part, name in _PART_COLUMNS.values()]
    cells += [_join_steps(visit.get("steps")), _join(visit.get("notes"))]
    cells += [None if visit else json.dumps(fact, ensure_ascii=False), row_hash.hex()]
    return tuple(_cell(value) for value in cells)


def _find_part(visit: dict[str, object], part: str, name: str) -> object:
    found = visit.get(part)
    value = found.get(name) if isinstance(found, dict) else None
    return _join(value) if isinstance(value, list) else value


def _join(words: object) -> str | None:
    return " ".join(words) if isinstance(words, list) else None


def _join_steps(steps: object) -> str | None:
    """Write the steps as `parse=PASS:1.25`; a step that did not run has a dash and no time counts for it."""
    if not isinstance(steps, list):
        return None
    return " ".join(f"{each['step']}={each.get('outcome', '-')}:{each['ms']:g}" for each in steps)


def _cell(value: object) -> Cell:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str | int | float) else None


def disarm(cell: Cell) -> Cell:
    """Put an apostrophe before what a spreadsheet would run as a formula in a text; numbers stay numbers."""
    if not isinstance(cell, str):
        return cell
    text = _FORMULA_INSIDE.sub(";'", cell)
    return f"'{text}" if text.startswith(_FORMULA) else text
