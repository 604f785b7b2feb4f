"""What an operator must see coming: roles of the tree that end, keys that are due, a root near its last key.

Nothing is refused here; the sentences say what to do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from tuf.api.metadata import Root

from issuer.errors import Refused
from issuer.keyring import ISSUER_ROLES, KeyRecord, Role
from issuer.levers import MADE_HERE
from issuer.registry import Registry
from issuer.root import find_in_use, parse_newest, read_roots
from issuer.rootkeys import FOLDER
from issuer.signing import end_of, find_key, read_signed

_WARNED_BEFORE: Mapping[Role, timedelta] = {
    Role.ROOT: timedelta(days=120),  # a kiosk that comes back after months must still find one that holds
    Role.TARGETS: timedelta(days=30),
    Role.STATUS: timedelta(days=5),
    Role.SNAPSHOT: timedelta(days=5),
    Role.TIMESTAMP: timedelta(days=2),
}
_CURES: Mapping[Role, str] = {Role.ROOT: "rotate-root", Role.TIMESTAMP: "refresh-timestamp"}
_KEY_WARNED_BEFORE = timedelta(days=90)


def find_ends(registry: Registry) -> dict[Role, datetime]:
    """Return when each role of the tree ends, of those that were signed."""
    ends = {Role.ROOT: parse_newest(read_roots(registry.directory)).expires}
    for role in _WARNED_BEFORE:
        content = None if role is Role.ROOT else read_signed(registry.directory, role)
        if content is not None:
            ends[role] = end_of(content)
    return ends


def find_working_keys(registry: Registry, now: datetime) -> tuple[KeyRecord, ...]:
    """Return the keys that sign at `now`: what the root lists, and the newest of the others."""
    root, keyring = parse_newest(read_roots(registry.directory)), registry.keyring()
    working = [*find_in_use(root, keyring, Role.ROOT)]
    for role in Role:
        try:
            if role in ISSUER_ROLES:
                working.append(keyring.choose(role, now))
            elif role is not Role.ROOT:
                working.append(find_key(registry, root, role))
        except Refused:  # said by `find_warnings`
            continue
    return tuple(working)


def find_warnings(registry: Registry, now: datetime) -> tuple[str, ...]:
    """Return a sentence for everything that is due, what cannot wait first."""
    root = parse_newest(read_roots(registry.directory))
    working = find_working_keys(registry, now)
    return (
        *_warn_of_ends(registry, now),
        *_warn_of_keys(working, now),
        *_warn_of_root_keys(registry, root, working),
    )


def _warn_of_ends(registry: Registry, now: datetime) -> Iterator[str]:
    for role, end in find_ends(registry).items():
        if end - now < _WARNED_BEFORE[role]:
            cure = _CURES.get(role, "publish")
            yield f"{role.value} {'ended' if end <= now else 'ends'} on {end:%Y-%m-%d}: `{cure}`"


def _warn_of_keys(working: tuple[KeyRecord, ...], now: datetime) -> Iterator[str]:
    have = {record.role for record in working}
    for role in Role:
        if role not in have:
            yield f"no {role.value} key may sign now: `{_name_cure(role)}`"
    for record in working:
        if record.valid_until - now < _KEY_WARNED_BEFORE:
            yield f"{record.name} is due on {record.valid_until:%Y-%m-%d}: `{_name_cure(record.role)}`"


def _name_cure(role: Role) -> str:
    if role is Role.ROOT:
        return "rotate-root --new 1 --remove NAME"
    return f"keys new {role.value}" if role in MADE_HERE else f"rotate-root --replace {role.value}"


def _warn_of_root_keys(registry: Registry, root: Root, working: tuple[KeyRecord, ...]) -> Iterator[str]:
    names = [record.name for record in working if record.role is Role.ROOT]
    if len(names) <= root.roles[Role.ROOT.value].threshold:
        yield "one lost root key more ends this authority: `rotate-root --new 1`"
    beside = [name for name in names if (registry.directory / FOLDER / f"{name}.pem").is_file()]
    if beside and registry.authority.environment != "sandbox":
        yield f"{', '.join(beside)} lie beside the keys of every day: move them to their keepers' sticks"
