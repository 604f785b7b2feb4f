"""The floor: the highest that was ever promoted, below which nothing is accepted again.

Rules kept here: versions, list times and the floor of time only rise. Whoever can write the store can lower
this file; the same floor in the rows of the audit log (`logged.py`) counts besides, where there is a log.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Protocol

from kiosk.trust.delegation import STATUS
from kiosk.trust.errors import MissingFileError, Refusal, TrustError
from kiosk.trust.files import DiskOps, FileOps, read_plain, write_whole
from kiosk.trust.metadata import MAX_VERSION
from kiosk.trust.statuslist import BITS
from kiosk.trust.strictjson import format_time, open_table, parse_json
from kiosk.trust.trustset import TrustSet

FILE_NAME = "floor.json"
MAX_BYTES = 1024 * 1024  # room for the longest names of all lists
MAX_LISTS = 256
_ROLES = ("root", "timestamp", "snapshot", "targets")
_LATER_ROLES = (STATUS,)  # a floor written before this role had one lacks it, until the next promotion
_ALL_ROLES = (*_ROLES, *_LATER_ROLES)


@dataclass(frozen=True, slots=True)
class ListFloor:
    """The newest promoted state of one status list."""

    issued_at: datetime
    bits: int


@dataclass(frozen=True, slots=True)
class Floor:
    """The highest versions by role, the latest trusted time and the newest lists by uri."""

    versions: Mapping[str, int]
    time: datetime
    lists: Mapping[str, ListFloor]


class FloorStore(Protocol):
    """Where the floor is kept between two starts."""

    def load(self) -> Floor | None:
        """Return the floor, None when nothing was ever promoted. Raises TrustError when it is damaged."""
        ...

    def save(self, floor: Floor) -> None:
        """Keep `floor`, on the disk when it returns."""
        ...


@dataclass(frozen=True, slots=True)
class FloorFile:
    """The floor as `floor.json` in the store."""

    store: Path
    ops: FileOps = field(default_factory=DiskOps)

    def load(self) -> Floor | None:
        """Return the floor, None when there is no file. Raises TrustError when it is damaged."""
        try:
            return parse_floor(read_plain(self.store, FILE_NAME, MAX_BYTES))
        except MissingFileError:
            return None

    def save(self, floor: Floor) -> None:
        """Write the file in one step."""
        write_whole(self.ops, self.store / FILE_NAME, encode_floor(floor))


def check_not_older(trust: TrustSet, floor: Floor | None) -> None:
    """Refuse a trust set with a version or a list older than the floor, or a list of other bits.

    Raises TrustError(OLD).
    """
    if floor is None:
        return
    for role, version in floor.versions.items():
        if trust.versions[role] < version:
            raise TrustError(f"{role} {trust.versions[role]} after {version}", Refusal.OLD)
    for uri, found in trust.lists.items():
        before = floor.lists.get(uri)
        if before is None:
            continue
        if found.issued_at < before.issued_at:
            raise TrustError(f"the status list {uri} is older than before", Refusal.OLD)
        if found.bits != before.bits:
            raise TrustError(f"the status list {uri} changed its bits", Refusal.FORMAT)


def lower_floor(floor: Floor, versions: Mapping[str, int], roles: Iterable[str]) -> Floor:
    """Return the floor with the versions of `roles` no higher than `versions`.

    For roles whose keys a new root withdrew: whoever stole one may have signed a version far in the future,
    which must not keep out the authority for good. Source: TUF specification 1.0.34, section 5.3.11.
    """
    lowered = {role: min(floor.versions.get(role, versions[role]), versions[role]) for role in roles}
    return replace(floor, versions={**floor.versions, **lowered})


def raise_floor(floor: Floor | None, trust: TrustSet) -> Floor:
    """Return the floor after `trust` was promoted; lists that are gone are remembered."""
    before = floor or Floor({}, trust.floor, {})
    lists = dict(before.lists)
    lists |= {uri: ListFloor(found.issued_at, found.bits) for uri, found in trust.lists.items()}
    newest = sorted(lists.items(), key=lambda item: item[1].issued_at)[-MAX_LISTS:]
    return Floor(
        versions={role: max(trust.versions[role], before.versions.get(role, 0)) for role in _ALL_ROLES},
        time=max(trust.floor, before.time),
        lists=dict(newest),
    )


def parse_floor(content: bytes) -> Floor:
    """Parse `floor.json`. Raises TrustError."""
    table = open_table(
        parse_json(content, FILE_NAME, MAX_BYTES), "floor", ["format", "versions", "time", "lists"]
    )
    table.whole("format", 1, 1)
    versions = table.table("versions", _ROLES, _LATER_ROLES)
    return Floor(
        versions={role: versions.whole(role, 1, MAX_VERSION) for role in versions.values},
        time=table.time("time"),
        lists={uri: _parse_list(value) for uri, value in table.named("lists", MAX_LISTS, 0).items()},
    )


def _parse_list(value: object) -> ListFloor:
    table = open_table(value, "floor.lists", ["iat", "bits"])
    bits = table.whole("bits", 1, 8)
    if bits not in BITS:
        raise TrustError("floor.lists.bits is not 1, 2, 4 or 8")
    return ListFloor(table.time("iat"), bits)


def encode_floor(floor: Floor) -> bytes:
    """Write `floor.json`."""
    values = {
        "format": 1,
        "versions": dict(floor.versions),
        "time": format_time(floor.time),
        "lists": {
            uri: {"iat": format_time(found.issued_at), "bits": found.bits}
            for uri, found in floor.lists.items()
        },
    }
    return json.dumps(values, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"
