"""The signed tree that kiosks update from: plain files, the same on a web server and on a stick.

Rules kept here: the version is reserved before the first file is written, so no version is ever used for two
contents; the time stamp is written last, so an interrupted publication leaves the tree as it was before.
Source: TUF specification 1.0.31 sections 4 (formats) and 6 (writing, consistent snapshots).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import Any

from securesystemslib.signer import CryptoSigner
from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import Metadata, MetaFile, Root, Snapshot, TargetFile, Targets, Timestamp
from tuf.api.serialization import SerializationError

from issuer.errors import Refused
from issuer.files import write_file
from issuer.issuing import check_not_before
from issuer.ledger import Publication
from issuer.registry import TUF_ROLES, Registry
from issuer.targets import make_targets

ENVIRONMENT_FIELD = "x-mudaqqiq-environment"
_ROOT_LIFETIME = timedelta(days=365)
_ROOT_RENEWED_BEFORE = timedelta(days=120)  # longer than anything that the root must outlive
_LIFETIMES = {"targets": timedelta(days=90), "snapshot": timedelta(days=14), "timestamp": timedelta(days=7)}
_CLOCK_NOISE = timedelta(minutes=5)
_HASHES = ["sha256"]


@dataclass(frozen=True, slots=True)
class Published:
    """One publication: its version, its time, and the names of its targets."""

    version: int
    root_version: int
    at: datetime
    targets: tuple[str, ...]


def publish(registry: Registry, tree: Path, now: datetime) -> Published:
    """Write the signed tree of everything registered to `tree`, new or on top of an earlier publication.

    Raises Refused: the time runs backwards, or `tree` belongs to another authority or to private keys.
    """
    check_not_before(registry, now)
    with registry.changing() as ledger:
        roots = _sign_roots(registry, now)
        _check_tree(registry, tree, roots)
        now = _forward(ledger.publication, now)
        version = ledger.publication.version + 1
        registry.commit(replace(ledger, publication=Publication(version, now)))
        targets = make_targets(registry, ledger, now)
        _write_tree(tree, roots, _sign_metadata(registry, targets, version, now), targets)
    return Published(version, max(roots), now, tuple(targets))


def _forward(last: Publication, now: datetime) -> datetime:
    """Return the time of this publication, never before the last: kiosks refuse a list that goes back."""
    if last.at is None or now >= last.at:
        return now
    if last.at - now > _CLOCK_NOISE:
        raise Refused("the last publication was made for a later time; time cannot go back")
    return last.at


def _check_tree(registry: Registry, tree: Path, roots: Mapping[int, bytes]) -> None:
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


def _signer(registry: Registry, role: str) -> CryptoSigner:
    return CryptoSigner(registry.key(role).private)


def _sign_roots(registry: Registry, now: datetime) -> dict[int, bytes]:
    """Return all root versions of this authority, the newest signed anew where it ends soon."""
    folder = registry.directory / "root"
    folder.mkdir(exist_ok=True)
    roots: dict[int, bytes] = {}
    while (path := folder / f"{len(roots) + 1}.json").is_file():
        roots[len(roots) + 1] = path.read_bytes()
    if not roots or _root_expires(roots[len(roots)]) - now < _ROOT_RENEWED_BEFORE:
        version = len(roots) + 1
        roots[version] = _sign_root(registry, version, now)
        write_file(folder / f"{version}.json", roots[version])
    return roots


def _root_expires(content: bytes) -> datetime:
    try:
        return Metadata[Root].from_bytes(content).signed.expires
    except (RepositoryError, SerializationError, ValueError) as err:
        raise Refused("the root metadata in the registry is damaged") from err


def _sign_root(registry: Registry, version: int, now: datetime) -> bytes:
    root = Root(
        version,
        expires=now + _ROOT_LIFETIME,
        consistent_snapshot=True,
        unrecognized_fields={ENVIRONMENT_FIELD: registry.authority.environment},
    )
    for role in TUF_ROLES:
        root.add_key(_signer(registry, role).public_key, role)
    return _sign(registry, "root", root)


def _sign(registry: Registry, role: str, signed: Any) -> bytes:  # noqa: ANN401 - any of tuf's four roles
    metadata = Metadata(signed)
    metadata.sign(_signer(registry, role))
    return metadata.to_bytes()


def _sign_metadata(
    registry: Registry, targets: Mapping[str, bytes], version: int, now: datetime
) -> dict[str, bytes]:
    """Return targets, snapshot and time stamp by file name, in the order in which they may be written."""
    ends = {role: now + lifetime for role, lifetime in _LIFETIMES.items()}
    files = {name: TargetFile.from_data(name, content, _HASHES) for name, content in targets.items()}
    signed_targets = _sign(registry, "targets", Targets(version, expires=ends["targets"], targets=files))
    meta = {"targets.json": MetaFile.from_data(version, signed_targets, _HASHES)}
    snapshot = _sign(registry, "snapshot", Snapshot(version, expires=ends["snapshot"], meta=meta))
    newest = MetaFile.from_data(version, snapshot, _HASHES)
    timestamp = Timestamp(version, expires=ends["timestamp"], snapshot_meta=newest)
    return {
        f"{version}.targets.json": signed_targets,
        f"{version}.snapshot.json": snapshot,
        "timestamp.json": _sign(registry, "timestamp", timestamp),
    }


def _write_tree(
    tree: Path, roots: Mapping[int, bytes], metadata: Mapping[str, bytes], targets: Mapping[str, bytes]
) -> None:
    folder = tree / "metadata"
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in targets.items():
        prefixed = TargetFile.from_data(name, content, _HASHES).get_prefixed_paths()[0]
        path = tree / "targets" / PurePosixPath(prefixed)
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():  # its name is its digest
            write_file(path, content)
    for version, content in roots.items():
        write_file(folder / f"{version}.root.json", content)
    write_file(tree / "root.json", roots[max(roots)])
    for name, content in metadata.items():
        write_file(folder / name, content)
