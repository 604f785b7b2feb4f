"""The station: the name, purpose and class pinned when the trust store is set up."""

from __future__ import annotations

import json
from dataclasses import dataclass

from kiosk.trust.strictjson import open_table, parse_json

MAX_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Station:
    """Where this kiosk stands. The signed policy says which purposes a `station_class` may have."""

    name: str
    purpose: str
    station_class: str


def parse_station(content: bytes) -> Station:
    """Parse `station.json`. Raises TrustError."""
    keys = ("format", "name", "purpose", "station_class")
    table = open_table(parse_json(content, "station.json", MAX_BYTES), "station", keys)
    table.whole("format", 1, 1)
    return Station(table.text("name"), table.text("purpose"), table.text("station_class"))


def encode_station(station: Station) -> bytes:
    """Write `station.json`."""
    values = {
        "format": 1,
        "name": station.name,
        "purpose": station.purpose,
        "station_class": station.station_class,
    }
    # What is no Unicode stands there as a JSON escape: readable, and refused by `parse_station`.
    return json.dumps(values, ensure_ascii=False, indent=1).encode(errors="backslashreplace") + b"\n"
