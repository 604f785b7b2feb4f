"""The floor as the audit log keeps it: below it nothing is used again, whatever lies in the store.

Rules kept here: versions, list times and the floor of time only rise, but for a role whose keys a newer root
or newer targets withdrew; the floor holds for the root it was made under. Pure: rows are read and written by
`kiosk.logfloor`; the same floor as a file in the store is `floor.py`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from kiosk.trust.delegation import STATUS
from kiosk.trust.errors import Refusal, TrustError
from kiosk.trust.floor import MAX_LISTS, ListFloor
from kiosk.trust.trustset import TrustSet

MARK_BYTES = 8
_ONLINE = ("timestamp", "snapshot", "targets")
_MARK_PREFIX = b"mudaqqiq/trust/mark/1\0"

KeyName = TypeVar("KeyName", str, bytes)


@dataclass(frozen=True, slots=True)
class LoggedFloor:
    """The highest that was ever used under the root of fingerprint `root`; all but `time` may be empty.

    `versions` and `keys` (marks of a role's keys) are by role, `lists` by the mark of a list's uri.
    """

    root: str
    versions: Mapping[str, int]
    keys: Mapping[str, frozenset[bytes]]
    lists: Mapping[bytes, ListFloor]
    time: datetime


FindFloor = Callable[[], LoggedFloor | None]
"""Reads the floor from the log, None where it has none. Raises Fault when the log does not hold."""


def find_nothing() -> LoggedFloor | None:
    """Return no floor: for a kiosk without a log."""
    return None


def mark_of(text: str) -> bytes:
    """Return 8 bytes that stand in the log for a key's id or a list's uri."""
    return hashlib.sha256(_MARK_PREFIX + text.encode()).digest()[:MARK_BYTES]


def find_renewed(
    versions: Mapping[str, int],
    keys: Mapping[str, frozenset[KeyName]],
    fresh_versions: Mapping[str, int],
    fresh_keys: Mapping[str, frozenset[KeyName]],
) -> tuple[str, ...]:
    """Return the roles some of whose `keys` a newer root withdrew, or newer targets in the case of status."""
    withdrawn = {role for role in keys if keys[role] - fresh_keys.get(role, frozenset())}
    new_root = fresh_versions.get("root", 0) > versions.get("root", 0)
    renewed: tuple[str, ...] = tuple(role for role in _ONLINE if role in withdrawn and new_root)
    new_targets = "targets" in renewed or fresh_versions.get("targets", 0) > versions.get("targets", 0)
    return (*renewed, STATUS) if STATUS in withdrawn and new_targets else renewed


def check_above_log(trust: TrustSet, logged: LoggedFloor | None) -> None:
    """Refuse a trust set below what the log says was used before. Raises TrustError(OLD)."""
    if logged is None or logged.root != trust.root_fingerprint:
        return
    for role, version in _versions_for(logged, trust).items():
        if (ours := trust.versions.get(role, 0)) < version:
            raise TrustError(f"{role} {ours} after {version}, says the log", Refusal.OLD)
    for uri, found in trust.lists.items():
        before = logged.lists.get(mark_of(uri))
        if before is not None and found.issued_at < before.issued_at:
            raise TrustError(f"the status list {uri} is older than the log says", Refusal.OLD)
        if before is not None and found.bits != before.bits:
            raise TrustError(f"the status list {uri} changed its bits", Refusal.FORMAT)


def raise_logged(logged: LoggedFloor | None, trust: TrustSet) -> LoggedFloor:
    """Return the floor once `trust` is in use; under another root only the time goes on."""
    same_root = logged is not None and logged.root == trust.root_fingerprint
    versions = _versions_for(logged, trust) if logged is not None and same_root else {}
    lists = dict(logged.lists) if logged is not None and same_root else {}
    lists |= {mark_of(uri): ListFloor(found.issued_at, found.bits) for uri, found in trust.lists.items()}
    newest = sorted(lists.items(), key=lambda item: item[1].issued_at)[-MAX_LISTS:]
    ours = dict(trust.versions)
    return LoggedFloor(
        root=trust.root_fingerprint,
        versions={role: max(versions.get(role, 0), ours.get(role, 0)) for role in versions | ours},
        keys=mark_keys(trust.keys),
        lists=dict(newest),
        time=trust.floor if logged is None else max(trust.floor, logged.time),
    )


def _versions_for(logged: LoggedFloor, trust: TrustSet) -> dict[str, int]:
    """Return the lowest versions that `trust` may have.

    Whoever stole a key may have signed a version far in the future; that must not keep out the authority
    which has withdrawn it. Source: TUF specification 1.0.34, section 5.3.11.
    """
    renewed = find_renewed(logged.versions, logged.keys, trust.versions, mark_keys(trust.keys))
    return {role: version for role, version in logged.versions.items() if role not in renewed}


def mark_keys(keys: Mapping[str, Iterable[str]]) -> dict[str, frozenset[bytes]]:
    """Return the marks of each role's keys."""
    return {role: frozenset(mark_of(each) for each in ids) for role, ids in keys.items()}
