"""Update the store: fetch a tree, verify it strictly, copy it into the spare slot, swap one link.

Rules kept here: what was promoted stays in use until the very last step, so a refusal or a power cut anywhere
leaves the old set or the new one and nothing else; expired, older, foreign or incomplete trees are refused;
one update at a time. Fetching is left to `cache.py` and the TUF client, whose word is never enough.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from kiosk.model import Fault
from kiosk.trust.assemble import assemble
from kiosk.trust.cache import Cache, Tell
from kiosk.trust.client import ClientRefused
from kiosk.trust.errors import Refusal, TrustError, UpdateRefused
from kiosk.trust.files import DiskOps, FileOps
from kiosk.trust.floor import Floor, FloorFile, FloorStore, raise_floor
from kiosk.trust.judge import Judge
from kiosk.trust.logged import FindFloor, find_nothing
from kiosk.trust.metadata import (
    MAX_ROOT_BYTES,
    VerifiedTree,
    parse_root,
    root_environment,
    root_fingerprint,
)
from kiosk.trust.source import GiveUp, TreeSource, check_there, never, open_source
from kiosk.trust.station import Station
from kiosk.trust.store import ACTIVE, ROOT, SLOTS, find_active, load_pinned, read_slot
from kiosk.trust.trustset import TrustSet

LOCK = "lock"


def _say_nothing(line: str) -> None:
    del line


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
    where: Path | str,
    store: Path,
    now: datetime,
    ops: FileOps | None = None,
    find_logged: FindFloor = find_nothing,
    tell: Tell = _say_nothing,
    give_up: GiveUp = never,
) -> UpdateReport:
    """Fetch the tree at `where`, a folder or a URL, verify it and promote it in `store`.

    `now` is aware UTC and refuses what has expired; `find_logged` finds the floor that the log keeps; `tell`
    gets a line for each thing done; `give_up` may end the wait for a server. Raises UpdateRefused (a Fault:
    TRUST_EXPIRED or TRUST_INVALID) with one sentence, and Fault as `load_trust` when the store has no root or
    the log does not hold. The set promoted before stays in use then.
    """
    ops = ops or DiskOps()
    pinned, station = load_pinned(store)
    with _lock(store):
        keeper = FloorFile(store, ops)
        slot, before = _find_promoted(store, pinned)
        floor = _find_floor(keeper, before, pinned, station)
        judge = Judge(pinned, station, floor, before, now, find_logged())
        source, cache = open_source(where, give_up), Cache(store, pinned)
        try:
            check_there(where)
            judge.check_clock()
            fresh = _bring(source, cache, judge, tell)
            is_new, spare = before is None or before.files != fresh.files, _spare(slot)
            trust = _weigh_and_write(judge, fresh, store / spare if is_new else None, ops)
            tell(f"every signature holds, version {trust.version}")
            floor = judge.floor_for(fresh)
            if is_new:
                if floor is not None and floor != judge.floor:  # else the new set would lie below it
                    keeper.save(floor)
                _promote(store, spare, fresh, pinned, ops)
            keeper.save(raise_floor(floor, trust))
        except TrustError as err:
            raise _name_environment(err, source, pinned) from err
        except OSError as err:
            with contextlib.suppress(
                OSError
            ):  # what was fetched must not go on filling the disk: the log needs it
                cache.remove()
            raise _refuse_disk(err) from err
    return _report(before, fresh, trust, now)


def _bring(source: TreeSource, cache: Cache, judge: Judge, tell: Tell) -> VerifiedTree:
    """Fetch through the TUF client into its cache, then verify from the cache. Raises TrustError, OSError."""
    try:
        _fetch(source, cache, judge, tell)
    except OSError:  # the cache is no more than a memory: without it the tree is fetched as a whole
        cache.remove()
        _fetch(source, cache, judge, tell)
    return judge.verify(cache.read)


def _fetch(source: TreeSource, cache: Cache, judge: Judge, tell: Tell) -> None:
    """Fill the cache; where the client refuses, our own rules say why, or that its memory was in the way.

    It remembers newer metadata whose files never came (half a stick). A whole tree that is not below the
    floor is then still better than what is in use.
    """
    try:
        cache.fill(source, judge.trusted_time, tell)
    except ClientRefused:
        judge.judge(source.read)
        cache.forget_all_but_roots()
        cache.fill(source, judge.trusted_time, tell)


def _name_environment(err: TrustError, source: TreeSource, pinned: bytes) -> UpdateRefused:
    """Return the refusal of a tree; one of another authority says so when that is of another environment.

    What the tree's own root says is not trusted and chooses between two refusals only.
    """
    if err.refusal is Refusal.AUTHORITY:
        ours = root_environment(parse_root(pinned))
        with contextlib.suppress(TrustError):
            theirs = root_environment(parse_root(source.read(ROOT, MAX_ROOT_BYTES)))
            if theirs is not ours:
                said = f"the tree says {theirs.value}, this kiosk is for {ours.value}"
                return UpdateRefused(Refusal.ENVIRONMENT, said)
    return UpdateRefused(err.refusal, err.detail)


def _find_floor(
    keeper: FloorStore, before: VerifiedTree | None, pinned: bytes, station: Station
) -> Floor | None:
    """Return the floor of the file; that of the set in use where the file is damaged or gone.

    Whoever can damage the file can remove it, so it stops nobody; the floor in the log counts besides.
    """
    with contextlib.suppress(TrustError):
        if (floor := keeper.load()) is not None:
            return floor
    if before is not None:
        with contextlib.suppress(TrustError):
            return raise_floor(None, assemble(before, station, root_fingerprint(pinned)))
    return None


def _refuse_disk(err: OSError) -> UpdateRefused:
    """Return the refusal for a store that cannot be written: by its disk, or by what lies in its place."""
    misplaced = err.errno in {errno.EISDIR, errno.ENOTDIR, errno.ELOOP, errno.EEXIST}
    return UpdateRefused(Refusal.STORE if misplaced else Refusal.DISK, err.strerror or "unknown")


@contextlib.contextmanager
def _lock(store: Path) -> Iterator[None]:
    """Hold the store's lock file; the system frees it when the process ends, however it ends."""
    try:
        place = os.open(store / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError as err:
        raise _refuse_disk(err) from err
    try:
        fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as err:
        os.close(place)
        raise UpdateRefused(Refusal.BUSY, LOCK) from err
    try:
        yield
    finally:
        os.close(place)


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


def _weigh_and_write(judge: Judge, tree: VerifiedTree, folder: Path | None, ops: FileOps) -> TrustSet:
    """Return what the tree says, if it may be promoted; meanwhile write it to the spare slot's `folder`.

    Inflating the lists and waiting for the disk take about as long as each other, so they are done at once.
    Nothing points to the spare slot yet. Raises TrustError, OSError.
    """
    with ThreadPoolExecutor(1, "update-weigh") as helper:
        weighed = helper.submit(judge.weigh, tree)
        if folder is not None:
            try:
                _write_slot(folder, tree, ops)
            except OSError:  # what came of it must not go on filling the disk
                with contextlib.suppress(OSError):
                    ops.remove(folder)
                raise
        return weighed.result()


def _write_slot(folder: Path, tree: VerifiedTree, ops: FileOps) -> None:
    """Write the verified bytes into the spare slot, on the disk when it returns."""
    ops.remove(folder)
    folders = sorted({(folder / name).parent for name in tree.files})
    for place in folders:
        ops.make_folder(place)
    for name, content in tree.files.items():
        ops.write(folder / name, content)
    for place in {*folders, folder, folder / "targets", folder.parent, folder.parent.parent}:
        ops.sync(place)


def _promote(store: Path, slot: str, tree: VerifiedTree, pinned: bytes, ops: FileOps) -> None:
    """Verify the slot that was written, and swap the link to it."""
    try:
        written = read_slot(store, slot, pinned)
    except TrustError as err:
        raise UpdateRefused(Refusal.DISK, f"{err.detail} after writing") from err
    if written.files != tree.files:
        raise UpdateRefused(Refusal.DISK, "the slot does not hold what was written")
    fresh, active = store / f"{ACTIVE}.new", store / ACTIVE
    ops.remove(fresh)
    ops.link(slot, fresh)
    if active.is_dir() and not active.is_symlink():  # no link of ours, and in the way of one
        ops.remove(active)
    ops.replace(fresh, active)
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
