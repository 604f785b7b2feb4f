"""Update the store: fetch a tree, verify it strictly, copy it into the spare slot, swap one link.

Rules kept here: what was promoted stays in use until the very last step, so a refusal or a power cut anywhere
leaves the old set or the new one and nothing else; expired, older, foreign or incomplete trees are refused;
one update at a time. Fetching is left to `cache.py` and the TUF client, whose word is never enough.
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
from kiosk.trust.cache import Cache, Tell
from kiosk.trust.client import ClientRefused
from kiosk.trust.errors import Refusal, TrustError, UpdateRefused
from kiosk.trust.files import DiskOps, FileOps
from kiosk.trust.floor import Floor, FloorFile, FloorStore, check_not_older, lower_floor, raise_floor
from kiosk.trust.logged import FindFloor, LoggedFloor, check_above_log, find_nothing, find_renewed
from kiosk.trust.metadata import (
    MAX_ROOT_BYTES,
    Reader,
    VerifiedTree,
    parse_root,
    root_environment,
    root_fingerprint,
    verify_tree,
)
from kiosk.trust.source import TreeSource, open_source
from kiosk.trust.station import Station
from kiosk.trust.store import ACTIVE, ROOT, SLOTS, find_active, load_pinned, read_slot
from kiosk.trust.trustset import BUILD_TIME, TrustSet

LOCK = "lock"
BEHIND_FLOOR = timedelta(seconds=60)
AHEAD_OF_CLOCK = timedelta(seconds=300)


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
) -> UpdateReport:
    """Fetch the tree at `where`, a folder or a URL, verify it and promote it in `store`.

    `now` is aware UTC and refuses what has expired; `find_logged` finds the floor that the log keeps; `tell`
    gets a line for each thing done. Raises UpdateRefused (a Fault: TRUST_EXPIRED or TRUST_INVALID) with one
    sentence, and Fault as `load_trust` when the store has no root or the log does not hold. The set promoted
    before stays in use then.
    """
    ops = ops or DiskOps()
    pinned, station = load_pinned(store)
    with _lock(store):
        keeper = FloorFile(store, ops)
        floor, logged = _load_floor(keeper), find_logged()
        slot, before = _find_promoted(store, pinned)
        judge = _Judge(pinned, station, floor, before, now, logged)
        source = open_source(where)
        try:
            _check_clock(now, judge.floor_time)
            fresh, trust = _bring(source, Cache(store, pinned), judge, tell)
        except TrustError as err:
            raise _name_environment(err, source, pinned) from err
        except OSError as err:
            raise UpdateRefused(Refusal.DISK, err.strerror or "unknown") from err
        tell(f"every signature holds, version {trust.version}")
        floor = judge.floor_for(fresh)
        try:
            if before is None or before.files != fresh.files:
                if floor is not None and floor != judge.floor:  # else the new set would lie below it
                    keeper.save(floor)
                _promote(store, _spare(slot), fresh, pinned, ops)
            keeper.save(raise_floor(floor, trust))
        except OSError as err:
            raise UpdateRefused(Refusal.DISK, err.strerror or "unknown") from err
    return _report(before, fresh, trust, now)


@dataclass(frozen=True, slots=True)
class _Judge:
    """Says whether a tree may be promoted here and now, from its bytes alone."""

    pinned: bytes
    station: Station
    floor: Floor | None
    before: VerifiedTree | None
    now: datetime
    logged: LoggedFloor | None

    @property
    def floor_time(self) -> datetime:
        """The latest time that trusted signatures have shown."""
        shown = (each.time for each in (self.floor, self.logged) if each is not None)
        return max((BUILD_TIME, *shown))

    @property
    def trusted_time(self) -> datetime:
        """The time by which things expire: never before what trusted signatures have shown."""
        return max(self.now, self.floor_time)

    def judge(self, read: Reader) -> tuple[VerifiedTree, TrustSet]:
        """Return the tree behind `read` and what it says. Raises TrustError."""
        fresh = verify_tree(self.pinned, read, self.trusted_time)
        trust = assemble(fresh, self.station, root_fingerprint(self.pinned))
        check_not_older(trust, self.floor_for(fresh))
        check_above_log(trust, self.logged)
        _check_not_ahead(trust, self.now)
        return fresh, trust

    def floor_for(self, fresh: VerifiedTree) -> Floor | None:
        """Return the floor that holds for `fresh`, whose root or targets may have withdrawn keys."""
        before = self.before
        if self.floor is None or before is None:
            return self.floor
        renewed = find_renewed(before.versions, before.keys, fresh.versions, fresh.keys)
        return lower_floor(self.floor, fresh.versions, renewed)


def _bring(source: TreeSource, cache: Cache, judge: _Judge, tell: Tell) -> tuple[VerifiedTree, TrustSet]:
    """Fetch through the TUF client into its cache, then verify from the cache. Raises TrustError, OSError."""
    try:
        _fetch(source, cache, judge, tell)
    except OSError:  # the cache is no more than a memory: without it the tree is fetched as a whole
        cache.remove()
        _fetch(source, cache, judge, tell)
    return judge.judge(cache.read)


def _fetch(source: TreeSource, cache: Cache, judge: _Judge, tell: Tell) -> None:
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


def _check_clock(now: datetime, earliest: datetime) -> None:
    """Refuse a clock behind what trusted signatures have shown: expired trees would look good to it."""
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
