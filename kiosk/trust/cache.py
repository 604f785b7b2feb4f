"""The TUF client's memory in the store: `cache/`, which survives from one update to the next.

Rules kept here: only the client writes metadata here, and what lies here is trusted no more than a stick: it
is verified from its bytes like any tree. It is never needed for a visit, so it may be lost at any time; it is
thrown away where it holds what no client made, or a root that the client takes and our own rules do not.
Layout: `metadata/` as the library keeps it (root_history/N.root.json, timestamp.json), `targets/` by name.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from tuf.api.metadata import Targets

from kiosk.trust.client import Places, TufClient
from kiosk.trust.delegation import STATUS, STATUS_PATH, check_own_paths, find_status_role
from kiosk.trust.errors import MissingFileError, TrustError
from kiosk.trust.files import read_plain
from kiosk.trust.metadata import (
    MAX_METADATA_BYTES,
    MAX_TREE_BYTES,
    check_roots,
    is_known_target,
    parse_targets,
)
from kiosk.trust.source import TreeSource
from kiosk.trust.store import CACHE

Tell = Callable[[str], None]
"""Takes one line about how far an update has come."""

_BASE = "tree:"  # a tree has no URL of its own; the client wants one to build names from
_ROOT = re.compile(r"metadata/([1-9][0-9]*)\.root\.json")
_NEWEST = re.compile(r"root_history/([1-9][0-9]{0,15})\.root\.json")
_VERSIONED = re.compile(r"metadata/[1-9][0-9]*\.(snapshot|targets|status)\.json")
_HASHED = re.compile(r"(targets/(?:[^/]+/)*)[0-9a-f]{64}\.([^/]+)")


class Cache:
    """The cache of one store, for one update at a time. `root` is the pinned root's bytes."""

    def __init__(self, store: Path, root: bytes) -> None:
        self._folder = store / CACHE
        self._root = root

    def fill(self, source: TreeSource, now: datetime, tell: Tell) -> None:
        """Bring metadata and every known target up to date from `source`; `now` decides what has expired.

        Raises TrustError, ClientRefused as a kind of it, and OSError.
        """
        self._drop_unsound()
        metadata, targets = self._folder / "metadata", self._folder / "targets"
        metadata.mkdir(mode=0o700, parents=True, exist_ok=True)
        places = Places(metadata, f"{_BASE}metadata", targets, f"{_BASE}targets")
        client = TufClient(places, lambda url, limit: source.read(url[len(_BASE) :], limit), now, self._root)
        client.refresh()
        client.load_delegated(STATUS_PATH)
        names = self._find_names()
        tell(f"metadata is up to date, {len(names)} files belong to it")
        for number, name in enumerate(names, start=1):
            news = "fetched" if client.fetch_target(name, targets / name) else "there already"
            tell(f"{number} of {len(names)}  {name}  {news}")
        self._prune(frozenset(names))

    def _drop_unsound(self) -> None:
        """Remove a cache that would stop the client, or lead it to where our own rules do not follow."""
        try:
            self._check_plain()
            check_roots(self._root, self.read)
        except TrustError:
            self.remove()

    def _check_plain(self) -> None:
        """Refuse what no client made: opening it may never return, or write somewhere else."""
        link = self._folder / "metadata" / "root.json"
        for path in (self._folder, *self._folder.rglob("*")):
            kind = path.lstat().st_mode if os.path.lexists(path) else stat.S_IFDIR
            if not (stat.S_ISDIR(kind) or stat.S_ISREG(kind) or path == link):
                raise TrustError("the cache holds something else than files")

    def _find_names(self) -> list[str]:
        """Return the targets that this kiosk reads. Raises TrustError when they are more than it can bear."""
        targets = self._parse_role("targets")
        role = find_status_role(targets)
        status = self._parse_role(STATUS)
        check_own_paths(role, status)
        listed = targets.targets | status.targets
        known = {name: target for name, target in listed.items() if is_known_target(name)}
        if sum(target.length for target in known.values()) > MAX_TREE_BYTES:
            raise TrustError(f"the tree's files are larger than {MAX_TREE_BYTES} bytes together")
        return sorted(known)

    def _parse_role(self, role: str) -> Targets:
        return parse_targets(self._read(f"metadata/{role}.json", MAX_METADATA_BYTES))

    def _prune(self, names: frozenset[str]) -> None:
        """Remove targets of earlier trees, and what an interrupted client left lying."""
        targets = self._folder / "targets"
        for path in targets.rglob("*"):
            if path.is_file() and path.relative_to(targets).as_posix() not in names:
                path.unlink()
        for path in (self._folder / "metadata").iterdir():
            if path.name.startswith("tmp"):
                path.unlink()

    def read(self, name: str, limit: int) -> bytes:
        """Return the file that a plain TUF tree has under `name`. Raises MissingFileError or TrustError."""
        if root := _ROOT.fullmatch(name):
            if int(root[1]) > self._newest_root():  # what lies there is no root the client followed
                raise MissingFileError(name)
            return self._read(f"metadata/root_history/{root[1]}.root.json", limit)
        if role := _VERSIONED.fullmatch(name):
            return self._read(f"metadata/{role[1]}.json", limit)
        if target := _HASHED.fullmatch(name):
            return self._read(f"{target[1]}{target[2]}", limit)
        return self._read(name, limit)

    def _read(self, name: str, limit: int) -> bytes:
        return read_plain(self._folder, name, limit)

    def _newest_root(self) -> int:
        """Return the version of the root that the client follows, 0 before the first."""
        try:
            target = (self._folder / "metadata" / "root.json").readlink()
        except FileNotFoundError:
            return 0
        except OSError as err:
            raise TrustError("the cache does not say which root is the newest") from err
        newest = _NEWEST.fullmatch(str(target))
        if newest is None:
            raise TrustError("the cache does not say which root is the newest")
        return int(newest[1])

    def forget_all_but_roots(self) -> None:
        """Forget what was seen of a tree; the roots stay, so that a withdrawn key stays withdrawn."""
        for role in ("timestamp", "snapshot", "targets", STATUS):
            (self._folder / "metadata" / f"{role}.json").unlink(missing_ok=True)

    def remove(self) -> None:
        """Remove the cache, whatever became of it."""
        if self._folder.is_dir() and not self._folder.is_symlink():
            shutil.rmtree(self._folder)
        else:
            self._folder.unlink(missing_ok=True)
