"""What a published tree need not keep: files that neither its newest metadata name nor those just before.

Rules kept here: only files with the names that `publish.py` gives are removed, and never a root: a kiosk that
slept for years follows them all. What the publication before named stays, for whoever is reading it. Nothing
but the tree's own metadata is asked, and what cannot be read names nothing.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import Metadata, Snapshot, TargetFile, Timestamp
from tuf.api.serialization import SerializationError

from issuer.errors import Refused
from issuer.keyring import Role
from issuer.signing import targets_of, version_of

_OURS = re.compile(
    r"metadata/[0-9]+\.(?:snapshot|targets|status)\.json"
    r"|targets/(?:status/)?[0-9a-f]{64}\.[^/]+"
    r"|(?:(?:metadata|targets|targets/status)/)?\.[^/]+\.[0-9a-f]{8}"  # what an interrupted command left
)
_NUMBERED = (Role.SNAPSHOT, Role.TARGETS, Role.STATUS)
_FOLDERS = ("", "metadata", "targets", "targets/status")


def name_files(signed: Mapping[Role, bytes]) -> frozenset[str]:
    """Return the files that belong to a publication with this metadata, by their place in the tree."""
    metadata = {f"metadata/{version_of(signed[role])}.{role.value}.json" for role in _NUMBERED}
    files = (file for role in _NUMBERED[1:] for file in targets_of(signed[role]).values())
    return frozenset(metadata | {place_of(file) for file in files})


def find_named(tree: Path) -> frozenset[str]:
    """Return the files that belong to what `tree` publishes now; none where that cannot be read."""
    folder = tree / "metadata"
    try:
        stamp = Metadata[Timestamp].from_bytes((folder / "timestamp.json").read_bytes()).signed
        content = (folder / f"{stamp.snapshot_meta.version}.snapshot.json").read_bytes()
        meta = Metadata[Snapshot].from_bytes(content).signed.meta
        parts = {
            role: (folder / f"{meta[f'{role.value}.json'].version}.{role.value}.json").read_bytes()
            for role in _NUMBERED[1:]
        }
        return name_files({Role.SNAPSHOT: content, **parts})
    except (OSError, RepositoryError, SerializationError, ValueError, KeyError, AttributeError, Refused):
        return frozenset()


def place_of(file: TargetFile) -> str:
    """Return where a target lies in the tree. Source: TUF specification 1.0.34, section 6.2."""
    return f"targets/{file.get_prefixed_paths()[0]}"


def prune_tree(tree: Path, keep: frozenset[str]) -> None:
    """Remove the files of earlier publications from `tree`, but for those in `keep`.

    What cannot be removed stays: it makes the tree larger and no worse.
    """
    with contextlib.suppress(OSError):
        for name in [*_find_files(tree)]:
            if name not in keep and _OURS.fullmatch(name):
                (tree / name).unlink()


def _find_files(tree: Path) -> Iterator[str]:
    for folder in _FOLDERS:
        place = tree / folder
        if place.is_dir() and (place == tree or not place.is_symlink()):
            yield from (entry.relative_to(tree).as_posix() for entry in place.iterdir() if entry.is_file())
