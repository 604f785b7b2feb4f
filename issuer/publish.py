"""The signed tree that kiosks update from: plain files, the same on a web server and on a stick.

Rules kept here: the version is reserved before the first file is written, so no version is ever used for two
contents; the time stamp is written last, so an interrupted publication leaves the tree as it was before.
What earlier ones left is removed after that (`pruning.py`).
Who signs what is `signing.py`, the root is `root.py` and `ceremony.py`.
Source: TUF specification 1.0.34 sections 4 (formats) and 6 (writing, consistent snapshots).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import Root, TargetFile

from issuer.errors import Refused
from issuer.files import write_file
from issuer.issuing import check_not_before
from issuer.keyring import Role
from issuer.ledger import Publication
from issuer.pruning import find_named, name_files, place_of, prune_tree
from issuer.registry import Registry
from issuer.root import Roots, parse_newest, read_roots
from issuer.signing import HASHES, Signer, end_of, keep_signed, read_signed, targets_of, version_of
from issuer.targets import make_targets

_CLOCK_NOISE = timedelta(minutes=5)
_BEFORE_TIMESTAMP = (Role.TARGETS, Role.STATUS, Role.SNAPSHOT)


@dataclass(frozen=True, slots=True)
class Published:
    """One publication: its version, its time, and the names of its targets."""

    version: int
    root_version: int
    at: datetime
    targets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Refreshed:
    """A new time stamp: its version and its end."""

    version: int
    expires: datetime


def publish(registry: Registry, tree: Path, now: datetime) -> Published:
    """Write the signed tree of everything registered to `tree`, new or on top of an earlier publication.

    Raises Refused: the time runs backwards, the root has ended, a key does not open, or `tree` belongs to
    another authority or to private keys.
    """
    check_not_before(registry, now)
    with registry.changing() as ledger:
        roots = read_roots(registry.directory)
        root = _check_root(roots, now)
        _check_tree(registry, tree, roots)
        now = _forward(ledger.publication, now)
        version = ledger.publication.version + 1
        targets = make_targets(registry, ledger, now)
        signed = Signer(registry, root, version, now).sign_tree(targets)
        registry.commit(replace(ledger, publication=Publication(version, now)))
        before = find_named(tree)
        _write_tree(tree, roots, targets)
        _write_metadata(registry, tree, signed)
        prune_tree(tree, before | name_files(signed))
    return Published(version, max(roots), now, tuple(targets))


def refresh_timestamp(registry: Registry, tree: Path, now: datetime) -> Refreshed:
    """Give the tree that was published last a new time stamp; no other key is needed, nothing else changes.

    Raises Refused as `publish`, and when the tree is not the last publication or a part of it has ended.
    """
    check_not_before(registry, now)
    with registry.changing() as ledger:
        roots = read_roots(registry.directory)
        root = _check_root(roots, now)
        _check_tree(registry, tree, roots)
        snapshot = _check_last(registry, tree, roots, now)
        now = _forward(ledger.publication, now)
        version = ledger.publication.version + 1
        timestamp = Signer(registry, root, version, now).sign_timestamp(snapshot)
        registry.commit(replace(ledger, publication=Publication(version, now)))
        _write_metadata(registry, tree, {Role.TIMESTAMP: timestamp})
    return Refreshed(version, end_of(timestamp))


def _forward(last: Publication, now: datetime) -> datetime:
    """Return the time of this publication, never before the last: kiosks refuse a list that goes back."""
    if last.at is None or now >= last.at:
        return now
    if last.at - now > _CLOCK_NOISE:
        raise Refused("the last publication was made for a later time; time cannot go back")
    return last.at


def _check_root(roots: Roots, now: datetime) -> Root:
    """Return the newest root. Raises Refused when it is damaged, or has ended: no kiosk would update."""
    root = parse_newest(roots)
    if root.is_expired(now):
        raise Refused(f"the root ended on {root.expires:%Y-%m-%d}: sign the next with `rotate-root`")
    return root


def _check_tree(registry: Registry, tree: Path, roots: Roots) -> None:
    if tree.resolve() == registry.directory.resolve():
        raise Refused("the tree is public and needs a folder apart from the registry's")
    try:
        found = (tree / "metadata" / "1.root.json").read_bytes()
    except FileNotFoundError:
        if tree.exists() and any(tree.iterdir()) and not _is_begun(tree):
            raise Refused("the folder for the tree holds other files") from None
        return
    if found != roots[1]:
        raise Refused("this tree belongs to another authority")


def _is_begun(tree: Path) -> bool:
    """Say whether an interrupted first publication left nothing but its own folders here."""
    return {entry.name for entry in tree.iterdir()} <= {"metadata", "targets"}


def _check_last(registry: Registry, tree: Path, roots: Roots, now: datetime) -> bytes:
    """Return the snapshot of the last publication, which `tree` must have and nothing of which has ended."""
    signed = {role: read_signed(registry.directory, role) for role in _BEFORE_TIMESTAMP}
    for role, content in signed.items():
        if content is None or end_of(content) <= now:
            raise Refused(f"nothing was published yet, or its {role.value} has ended: `publish`")
        name = f"{version_of(content)}.{role.value}.json"
        if not _has(tree, name, content):
            raise Refused(f"the tree has not the {name} that was published last: `publish`")
        if role is not Role.SNAPSHOT:
            _check_targets(tree, content)
    if not _has(tree, f"{max(roots)}.root.json", roots[max(roots)]):
        raise Refused("the tree has not the newest root: `publish`")
    return signed[Role.SNAPSHOT] or b""


def _check_targets(tree: Path, content: bytes) -> None:
    """Refuse a tree that lost or spoilt a target of the signed metadata `content`: no kiosk would take it."""
    for name, file in targets_of(content).items():
        try:
            file.verify_length_and_hashes((tree / place_of(file)).read_bytes())
        except (OSError, RepositoryError) as err:
            raise Refused(f"the tree has not the {name} that was published last: `publish`") from err


def _has(tree: Path, name: str, content: bytes) -> bool:
    return _holds(tree / "metadata" / name, content)


def _holds(path: Path, content: bytes) -> bool:
    try:
        return path.read_bytes() == content
    except FileNotFoundError:
        return False


def _write_tree(tree: Path, roots: Roots, targets: Mapping[str, bytes]) -> None:
    """Write what nothing in the tree points to yet."""
    for name, content in targets.items():
        path = tree / place_of(TargetFile.from_data(name, content, HASHES))
        path.parent.mkdir(parents=True, exist_ok=True)
        if not _holds(path, content):  # its name is its digest, but a disk may have spoilt it
            write_file(path, content)
    folder = tree / "metadata"
    folder.mkdir(parents=True, exist_ok=True)
    for version, content in roots.items():
        write_file(folder / f"{version}.root.json", content)
    write_file(tree / "root.json", roots[max(roots)])


def _write_metadata(registry: Registry, tree: Path, signed: Mapping[Role, bytes]) -> None:
    """Write the metadata into the tree and then the registry; the time stamp, which makes it count, last."""
    for role, content in signed.items():
        if role is not Role.TIMESTAMP:
            write_file(tree / "metadata" / f"{version_of(content)}.{role.value}.json", content)
    keep_signed(registry.directory, signed)
    write_file(tree / "metadata" / "timestamp.json", signed[Role.TIMESTAMP])
