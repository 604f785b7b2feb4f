"""The trust store on disk: pinned once, verified again from its bytes at every load.

Rules kept here: what is missing, altered, rootless or older than the floor is a Fault that says what to do,
never a trust set; a pinned root is never replaced here. Layout: root.json, station.json, floor.json, slots/a
and slots/b (each a TUF tree), and `active`, a link to the slot in use. Changing slots is left to `update.py`.
"""

from __future__ import annotations

import os
from pathlib import Path

from kiosk.model import Fault, Reason
from kiosk.trust.assemble import assemble
from kiosk.trust.errors import MissingFileError, TrustError
from kiosk.trust.files import DiskOps, FileOps, read_given, read_plain, write_whole
from kiosk.trust.floor import FILE_NAME, FloorFile, check_not_older
from kiosk.trust.logged import FindFloor, check_above_log, find_nothing
from kiosk.trust.metadata import (
    MAX_ROOT_BYTES,
    VerifiedTree,
    parse_root,
    root_environment,
    root_fingerprint,
    verify_tree,
)
from kiosk.trust.station import MAX_BYTES as MAX_STATION_BYTES
from kiosk.trust.station import Station, encode_station, parse_station
from kiosk.trust.trustset import TrustSet, with_floor

ROOT, STATION, ACTIVE = "root.json", "station.json", "active"
SLOTS = ("slots/a", "slots/b")
CACHE = "cache"


def load_trust(store: Path, find_logged: FindFloor = find_nothing) -> TrustSet:
    """Load and verify the promoted trust set of `store`; `find_logged` finds the floor that the log keeps.

    Raises Fault: TRUST_MISSING when no root is pinned or nothing was promoted, TRUST_INVALID when any byte is
    not what the authority signed, or all of it is older than what was promoted or used before; and what
    `find_logged` raises.
    """
    pinned, station = load_pinned(store)
    slot = find_active(store)
    if slot is None:
        raise Fault(
            Reason.TRUST_MISSING,
            f"nothing was promoted in {store} yet: run `python -m kiosk trust update --from TREE`",
        )
    try:
        tree = read_slot(store, slot, pinned)
        trust = assemble(tree, station, root_fingerprint(pinned))
        floor, logged = FloorFile(store).load(), find_logged()
        check_not_older(trust, floor)
        check_above_log(trust, logged)
    except TrustError as err:
        raise Fault(
            Reason.TRUST_INVALID,
            f"{err.detail} in {store}: bring a fresh trust tree with `python -m kiosk trust update`",
        ) from err
    return with_floor(trust, *(each.time for each in (floor, logged) if each is not None))


def load_pinned(store: Path) -> tuple[bytes, Station]:
    """Return the bytes of the pinned root and the station. Raises Fault as `load_trust`."""
    try:
        pinned = read_plain(store, ROOT, MAX_ROOT_BYTES)
    except MissingFileError as err:
        raise Fault(
            Reason.TRUST_MISSING,
            f"no root is pinned in {store}: run `python -m kiosk trust init --root ROOT.json`",
        ) from err
    except TrustError as err:
        raise _damaged(err, store) from err
    try:
        parse_root(pinned)
        return pinned, parse_station(read_plain(store, STATION, MAX_STATION_BYTES))
    except TrustError as err:
        raise _damaged(err, store) from err


def _damaged(err: TrustError, store: Path) -> Fault:
    return Fault(
        Reason.TRUST_INVALID,
        f"{err.detail} in {store}: set it up again with `python -m kiosk trust init --root ROOT.json`",
    )


def find_active(store: Path) -> str | None:
    """Return the slot in use, None before the first promotion. Raises Fault(TRUST_INVALID)."""
    try:
        target = str((store / ACTIVE).readlink())
    except FileNotFoundError:
        return None
    except OSError as err:
        raise Fault(Reason.TRUST_INVALID, f"{ACTIVE} in {store} is not a link to a slot") from err
    if target not in SLOTS:
        raise Fault(Reason.TRUST_INVALID, f"{ACTIVE} in {store} does not point to a slot")
    return target


def read_slot(store: Path, slot: str, pinned: bytes) -> VerifiedTree:
    """Verify the tree in a slot; expired metadata is fine here. Raises TrustError."""
    return verify_tree(pinned, lambda name, limit: read_plain(store, f"{slot}/{name}", limit))


def read_new_root(root_file: Path) -> bytes:
    """Return the root in `root_file`, which is signed by itself.

    Raises Fault: TRUST_MISSING when there is no such file, TRUST_INVALID when it is no such root.
    """
    try:
        content = read_given(root_file, MAX_ROOT_BYTES)
        parse_root(content)
    except MissingFileError as err:
        raise Fault(Reason.TRUST_MISSING, f"there is no root at {root_file}") from err
    except TrustError as err:
        raise Fault(Reason.TRUST_INVALID, f"{root_file} cannot be pinned, {err.detail}") from err
    return content


def init_store(
    root_file: Path,
    store: Path,
    station: str,
    purpose: str,
    station_class: str | None = None,
    ops: FileOps | None = None,
    *,
    replace: bool = False,
) -> str:
    """Pin the root in `root_file` and the station, and return the root's fingerprint in groups of four.

    `station_class` is by default the environment's name that the root is signed for. Raises
    Fault(TRUST_INVALID) when the store has a root already or the file is not a root signed by itself,
    Fault(TRUST_MISSING) when the file is not there. `replace` empties the store of another root first; who
    may ask for that, and its row, is the caller's.
    """
    ops = ops or DiskOps()
    if not replace and _is_pinned(store):
        raise Fault(Reason.TRUST_INVALID, f"{store} has a root already, which is never replaced")
    content = read_new_root(root_file)
    try:
        environment = root_environment(parse_root(content))
        pinned = encode_station(Station(station, purpose, station_class or environment.value))
        parse_station(pinned)
    except TrustError as err:
        raise Fault(Reason.TRUST_INVALID, f"{root_file} cannot be pinned, {err.detail}") from err
    try:
        ops.make_folder(store)
        for name in (ACTIVE, *SLOTS, CACHE, FILE_NAME) if replace else ():
            ops.remove(store / name)
        for path in (store / STATION, store / ROOT):
            if path.is_dir() and not path.is_symlink():  # nothing of ours, and in the way of it
                ops.remove(path)
        ops.sync(store)
        write_whole(ops, store / STATION, pinned)
        write_whole(ops, store / ROOT, content)
    except OSError as err:
        raise Fault(Reason.TRUST_INVALID, f"{store} cannot be written: {err.strerror}") from err
    return root_fingerprint(content)


def _is_pinned(store: Path) -> bool:
    """Say whether `store` has a root and a station; what is damaged pins nothing and may be pinned again."""
    if not os.path.lexists(store / ROOT):
        return False
    try:
        load_pinned(store)
    except Fault:
        return False
    return True
