"""The ceremony of the root: keys come and go, by the word of enough of those who were trusted before.

It needs authority.json, keys.json and root/ of a registry and nothing else of it, so it can be held on a
machine that never saw a network. Rules kept here: a new root carries the signatures of both thresholds; one
person alone never suffices; what is new is on the disk before the root that names it; a ceremony that breaks
off uses up names and nothing else.
Source: TUF specification 1.0.34, section 6.1 (key rotation).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from tuf.api.metadata import Root

from issuer.errors import Refused
from issuer.keyring import ROOTED_ROLES, KeyRecord, Keyring, Role
from issuer.keys import SigningKey, make_key
from issuer.registry import Registry
from issuer.root import find_in_use, keep_root, make_root, parse_newest, read_roots, sign_root
from issuer.rootkeys import RootKeys
from kiosk.cose.keys import Algorithm

LEAST_THRESHOLD = 2
MOST_ROOT_KEYS = 16


@dataclass(frozen=True, slots=True)
class Change:
    """What is to change: so many `new` root keys, `remove` by name, `replace` roles' keys; a threshold.

    Nothing at all is a renewal: the same keys for another year.
    """

    new: int = 0
    remove: frozenset[str] = frozenset()
    replace: frozenset[Role] = frozenset()
    threshold: int | None = None


@dataclass(frozen=True, slots=True)
class Rotated:
    """A new root: its version and end, its own keys and threshold, who signed, and which keys are new."""

    version: int
    expires: datetime
    keys: tuple[str, ...]
    threshold: int
    signed_by: tuple[str, ...]
    made: tuple[str, ...]


def rotate_root(registry: Registry, root_keys: RootKeys, change: Change, now: datetime) -> Rotated:
    """Sign a new root version with the keys that are there; kiosks learn it with the next publication.

    Raises Refused: too few keys are there, or too few would be left.
    """
    with registry.alone():
        roots, keyring = read_roots(registry.directory), registry.keyring()
        before = parse_newest(roots)
        old = find_in_use(before, keyring, Role.ROOT)
        kept = _keep(old, change.remove)
        threshold = _choose_threshold(before, change, len(kept) + change.new)
        present = root_keys.find(old)
        _check_present(before.roles[Role.ROOT.value].threshold, old, present)
        keyring, made = _make_keys(keyring, change, now)
        fresh = {record.name: key for record, key in made.items() if record.role is Role.ROOT}
        _check_present(threshold, kept, present, len(fresh))
        listed = (*kept, *_find_others(before, keyring, change), *made)
        root = make_root(before.version + 1, registry.authority.environment, listed, threshold, now)
        content = sign_root(root, (*present.values(), *fresh.values()), before)
        _check_keepable(registry, root_keys, made)
        registry.keep_keyring(keyring)  # before the files: an interrupted ceremony uses up its names
        _keep_keys(registry, root_keys, made)
        keep_root(registry.directory, root.version, content)
    return Rotated(
        version=root.version,
        expires=root.expires,
        keys=(*(record.name for record in kept), *fresh),
        threshold=threshold,
        signed_by=(*present, *fresh),
        made=tuple(record.name for record in made),
    )


def _keep(old: tuple[KeyRecord, ...], remove: frozenset[str]) -> tuple[KeyRecord, ...]:
    if strangers := remove - {record.name for record in old}:
        raise Refused(f"the root lists no key {min(strangers)!r}; `keys list` names those it lists")
    return tuple(record for record in old if record.name not in remove)


def _choose_threshold(before: Root, change: Change, keys: int) -> int:
    threshold = change.threshold or before.roles[Role.ROOT.value].threshold
    if threshold < LEAST_THRESHOLD:
        raise Refused(f"the threshold is at least {LEAST_THRESHOLD}: nobody changes the root alone")
    if not threshold <= keys <= MOST_ROOT_KEYS:
        raise Refused(f"{keys} root keys would be left; it takes {threshold} to {MOST_ROOT_KEYS}")
    return threshold


def _check_present(
    threshold: int, records: tuple[KeyRecord, ...], present: Collection[str], fresh: int = 0
) -> None:
    """Refuse when too few of the `records` are there to sign; `fresh` is how many new keys sign too."""
    names = [record.name for record in records]
    there = [name for name in names if name in present]
    if len(there) + fresh < threshold:
        raise Refused(
            f"it takes {threshold} keys of {', '.join(names)}; there: {', '.join(there) or 'none'}"
            " (--root-keys names their folders)"
        )


def _make_keys(
    keyring: Keyring, change: Change, now: datetime
) -> tuple[Keyring, dict[KeyRecord, SigningKey]]:
    """Make the new keys in memory."""
    made: dict[KeyRecord, SigningKey] = {}
    for role in (*[Role.ROOT] * change.new, *sorted(change.replace, key=lambda role: role.value)):
        key = make_key(Algorithm.EDDSA)
        keyring, record = keyring.with_new(role, key, now)
        made[record] = key
    return keyring, made


def _find_others(before: Root, keyring: Keyring, change: Change) -> tuple[KeyRecord, ...]:
    """Return the keys of the other roles that stay."""
    staying = (role for role in ROOTED_ROLES if role is not Role.ROOT and role not in change.replace)
    return tuple(record for role in staying for record in find_in_use(before, keyring, role))


def _check_keepable(registry: Registry, root_keys: RootKeys, made: Mapping[KeyRecord, SigningKey]) -> None:
    """Ask for all that is needed before anything is written. Raises Refused."""
    environment = registry.authority.environment
    fresh = [record for record in made if record.role is Role.ROOT]
    root_keys.check_free(fresh)
    root_keys.ask_for(fresh, environment)
    if len(fresh) < len(made):
        registry.ask_for_passphrase()


def _keep_keys(registry: Registry, root_keys: RootKeys, made: Mapping[KeyRecord, SigningKey]) -> None:
    environment = registry.authority.environment
    for record, key in made.items():
        if record.role is Role.ROOT:
            root_keys.keep(record, key, environment)
        else:
            registry.keep_key(record, key)
