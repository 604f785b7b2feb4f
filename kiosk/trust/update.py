"""Promote a trust tree: verify it strictly, copy what was verified into the spare slot, then swap one link.

Rules kept here: what was promoted stays in use until the very last step, so a refusal or a power cut anywhere
leaves the old set or the new one and nothing else; expired, older, foreign or incomplete trees are refused;
one update at a time. Fetching a tree is left to whoever brings it (a stick, later a download).
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from kiosk.model import Fault
from kiosk.trust.assemble import assemble
from kiosk.trust.errors import Refusal, TrustError, UpdateRefused
from kiosk.trust.files import DiskOps, FileOps, read_plain
from kiosk.trust.floor import Floor, FloorFile, FloorStore, check_not_older, raise_floor
from kiosk.trust.metadata import VerifiedTree, root_fingerprint, verify_tree
from kiosk.trust.store import ACTIVE, SLOTS, find_active, load_pinned, read_slot
from kiosk.trust.trustset import BUILD_TIME, TrustSet

LOCK = "lock"
BEHIND_FLOOR = timedelta(seconds=60)
AHEAD_OF_CLOCK = timedelta(seconds=300)


@dataclass(frozen=True, slots=True)
class UpdateReport:
    """What an update did. `old_version` is None when nothing usable was promoted before.

    `changed` names targets and "root"; `list_ages` has the age of every status list by uri.
    """

    old_version: int | None
    new_version: int
    changed: tuple[str, ...]
    list_ages: Mapping[str, timedelta]


def update_store(
    tree: Path,
    store: Path,
    now: datetime,
    ops: FileOps | None = None,
    floors: FloorStore | None = None,
) -> UpdateReport:
    """Verify the tree and promote it in `store`; `now` is aware UTC and refuses what has expired.

    Raises UpdateRefused (a Fault: TRUST_EXPIRED or TRUST_INVALID) with one sentence, and Fault as
    `load_trust` when the store has no root. The set promoted before stays in use then.
    """
    ops = ops or DiskOps()
    pinned, station = load_pinned(store)
    with _lock(store):
        keeper = floors or FloorFile(store, ops)
        floor = _load_floor(keeper)
        try:
            _check_clock(now, floor)
            fresh = verify_tree(pinned, lambda name, limit: read_plain(tree, name, limit), now)
            trust = assemble(fresh, station, root_fingerprint(pinned))
            check_not_older(trust, floor)
            _check_not_ahead(trust, now)
        except TrustError as err:
            raise UpdateRefused(err.refusal, err.detail) from err
        slot, before = _find_promoted(store, pinned)
        try:
            if before is None or before.files != fresh.files:
                _promote(store, _spare(slot), fresh, pinned, ops)
            keeper.save(raise_floor(floor, trust))
        except OSError as err:
            raise UpdateRefused(Refusal.DISK, err.strerror or "unknown") from err
    return _report(before, fresh, trust, now)


def _load_floor(keeper: FloorStore) -> Floor | None:
    try:
        return keeper.load()
    except TrustError as err:
        raise UpdateRefused(Refusal.STORE, err.detail) from err


@contextlib.contextmanager
def _lock(store: Path) -> Iterator[None]:
    """Hold the store's lock file; the system frees it when the process ends, however it ends."""
    try:
        place = os.open(store / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError as err:
        raise UpdateRefused(Refusal.DISK, err.strerror or "unknown") from err
    try:
        fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as err:
        os.close(place)
        raise UpdateRefused(Refusal.BUSY, LOCK) from err
    try:
        yield
    finally:
        os.close(place)


def _check_clock(now: datetime, floor: Floor | None) -> None:
    """Refuse a clock behind what trusted signatures have shown: expired trees would look good to it."""
    earliest = max(BUILD_TIME, floor.time) if floor else BUILD_TIME
    if now < earliest - BEHIND_FLOOR:
        raise TrustError(
            f"it reads {now:%Y-%m-%d %H:%M} UTC, before {earliest:%Y-%m-%d %H:%M}", Refusal.CLOCK
        )


def _check_not_ahead(trust: TrustSet, now: datetime) -> None:
    """Refuse a tree from the future: its times would become the floor and expire everybody."""
    if trust.floor > now + AHEAD_OF_CLOCK:
        raise TrustError(
            f"it reads {now:%Y-%m-%d %H:%M} UTC, the tree is dated {trust.floor:%Y-%m-%d %H:%M}",
            Refusal.CLOCK,
        )


def _find_promoted(store: Path, pinned: bytes) -> tuple[str | None, VerifiedTree | None]:
    """Return the slot in use and its tree; None for a tree that no longer verifies: an update heals it."""
    try:
        slot = find_active(store)
    except Fault:
        return None, None
    if slot is None:
        return None, None
    try:
        return slot, read_slot(store, slot, pinned)
    except TrustError:
        return slot, None


def _spare(active: str | None) -> str:
    return next(slot for slot in SLOTS if slot != active)


def _promote(store: Path, slot: str, tree: VerifiedTree, pinned: bytes, ops: FileOps) -> None:
    """Write the verified bytes into the spare slot, verify them there, and swap the link to it."""
    folder = store / slot
    ops.remove(folder)
    folders = sorted({(folder / name).parent for name in tree.files})
    for place in folders:
        ops.make_folder(place)
    for name, content in tree.files.items():
        ops.write(folder / name, content)
    for place in {*folders, folder, folder / "targets", folder.parent, store}:
        ops.sync(place)
    try:
        written = read_slot(store, slot, pinned)
    except TrustError as err:
        raise UpdateRefused(Refusal.DISK, f"{err.detail} after writing") from err
    if written.files != tree.files:
        raise UpdateRefused(Refusal.DISK, "the slot does not hold what was written")
    fresh = store / f"{ACTIVE}.new"
    ops.remove(fresh)
    ops.link(slot, fresh)
    ops.replace(fresh, store / ACTIVE)
    ops.sync(store)


def _report(before: VerifiedTree | None, fresh: VerifiedTree, trust: TrustSet, now: datetime) -> UpdateReport:
    old = before.targets if before else {}
    names = sorted({*old, *fresh.targets})
    changed = [name for name in names if old.get(name) != fresh.targets.get(name)]
    if before is not None and before.versions["root"] != fresh.versions["root"]:
        changed.append("root")
    ages = {uri: age for uri in trust.lists if (age := trust.list_age(uri, now)) is not None}
    return UpdateReport(
        old_version=before.versions["timestamp"] if before else None,
        new_version=trust.version,
        changed=tuple(changed),
        list_ages=ages,
    )
