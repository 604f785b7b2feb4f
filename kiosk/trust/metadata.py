"""Verify a TUF tree offline, from a pinned root down to the bytes of its targets.

Rules kept here: nothing is used before its signature, version, length and hash hold; only the names below are
ever read, whatever the tree contains; every byte used is kept in `files`, so what is stored later is what was
verified. There is no I/O in here but the given `read`. Expiry refuses only when `now` is given (updates); a
visit verifies with what it has, and the policy grades its age. Versions against an earlier tree are left to
`floor.py`, the meaning of the targets to `assemble.py`. Source: TUF specification 1.0.34, section 5.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import Metadata, Root, Signed, Snapshot, T, TargetFile, Targets, Timestamp

from kiosk.model import Environment
from kiosk.trust.delegation import STATUS, check_keys_differ, check_own_paths, find_status_role
from kiosk.trust.errors import MissingFileError, Refusal, TrustError
from kiosk.trust.strictjson import parse_json

Reader = Callable[[str, int], bytes]
"""Reads a file of the tree by its name, at most so many bytes. Raises MissingFileError or TrustError."""

ENVIRONMENT_FIELD = "x-mudaqqiq-environment"
MAX_ROOT_BYTES = 512 * 1024
MAX_METADATA_BYTES = 1024 * 1024
MAX_TARGET_BYTES = 16 * 1024 * 1024
MAX_TREE_BYTES = 64 * 1024 * 1024
MAX_ROTATIONS = 256
MAX_TARGETS = 256
MAX_VERSION = 2**53  # what every reader of JSON can count to; the floor and the log keep no more
_PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(?:/[A-Za-z0-9][A-Za-z0-9._-]*)*")
_STATUS_NAME = re.compile(r"status/[A-Za-z0-9][A-Za-z0-9_-]{0,63}\.cwt")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class VerifiedTree:
    """What a tree says, every byte of it verified.

    `versions`, `expires` and `keys` (the ids of a role's keys) have root, timestamp, snapshot, targets and
    status. `targets` holds the targets' bytes by name; `files` all bytes read, by their place in the tree.
    """

    environment: Environment
    versions: Mapping[str, int]
    expires: Mapping[str, datetime]
    targets: Mapping[str, bytes]
    files: Mapping[str, bytes]
    keys: Mapping[str, frozenset[str]]


def verify_tree(pinned: bytes, read: Reader, now: datetime | None = None) -> VerifiedTree:
    """Verify the tree behind `read` from the `pinned` root's bytes. `now` refuses what has expired.

    Raises TrustError, whose `refusal` says what kind of tree it is.
    """
    kept = _Keeper(read)
    root = _follow_roots(parse_root(pinned), kept.fetch)  # 5.3
    environment = root_environment(root)
    timestamp = _verify_timestamp(root, kept)  # 5.4
    snapshot = _verify_snapshot(root, timestamp, kept)  # 5.5
    targets = _verify_targets(root, "targets", snapshot, kept)  # 5.6
    role = find_status_role(targets)
    status = _verify_targets(targets, STATUS, snapshot, kept)  # 5.6.7
    check_own_paths(role, status)
    signed: dict[str, Signed] = {
        "root": root,
        "timestamp": timestamp,
        "snapshot": snapshot,
        "targets": targets,
        STATUS: status,
    }
    if now is not None:
        _check_expiry(signed, now)
    contents = {
        name: _fetch_target(target, name, kept)  # 5.7
        for name, target in sorted((targets.targets | status.targets).items())
        if is_known_target(name)
    }
    return VerifiedTree(
        environment=environment,
        versions=MappingProxyType({role: part.version for role, part in signed.items()}),
        expires=MappingProxyType({role: part.expires for role, part in signed.items()}),
        targets=MappingProxyType(contents),
        files=MappingProxyType(kept.files),
        keys=MappingProxyType(
            {name: frozenset(role.keyids) for name, role in (*root.roles.items(), (STATUS, role))}
        ),
    )


def check_roots(pinned: bytes, read: Reader) -> None:
    """Check that the roots behind `read` follow from the `pinned` one. Raises TrustError."""
    _follow_roots(parse_root(pinned), read)


def parse_root(content: bytes) -> Root:
    """Parse a root file and check that it is signed by its own threshold of root keys. Raises TrustError."""
    if len(content) > MAX_ROOT_BYTES:
        raise TrustError(f"the root is larger than {MAX_ROOT_BYTES} bytes")
    return _check_root(_parse(content, Root, "root"))


def _check_root(metadata: Metadata[Root]) -> Root:
    root = metadata.signed
    _check_signed(root, "root", metadata)
    if not root.consistent_snapshot:
        raise TrustError("the root does not ask for consistent snapshots")
    for name, role in root.roles.items():
        check_keys_differ(role, root.keys, name)
    root_environment(root)
    return root


def parse_targets(content: bytes) -> Targets:
    """Parse a targets file whose signatures were checked elsewhere. Raises TrustError."""
    targets = _parse(content, Targets, "targets").signed
    _check_names(targets, "targets")
    return targets


def root_environment(root: Root) -> Environment:
    """Return the environment that the root itself is signed for; production when it says nothing."""
    try:
        return Environment(root.unrecognized_fields.get(ENVIRONMENT_FIELD, Environment.PRODUCTION.value))
    except ValueError as err:
        raise TrustError("the root names an environment that is not known", Refusal.ENVIRONMENT) from err


def root_fingerprint(content: bytes) -> str:
    """Return the SHA-256 of what a root file signs, in 16 groups of four hexadecimal digits.

    Raises TrustError when it is not a root.
    """
    digest = hashlib.sha256(_signed_bytes(_parse(content, Root, "root"), "root")).hexdigest()
    return " ".join(digest[i : i + 4] for i in range(0, len(digest), 4))


def is_known_target(name: str) -> bool:
    """Say whether the kiosk reads the target `name`; others may be there for later kiosks."""
    return name in {"policy.json", "issuers.json"} or _STATUS_NAME.fullmatch(name) is not None


class _Keeper:
    """Reads through the caller's reader and keeps the bytes, within a limit for the whole tree."""

    def __init__(self, read: Reader) -> None:
        self._read = read
        self._left = MAX_TREE_BYTES
        self.files: dict[str, bytes] = {}

    def fetch(self, name: str, limit: int) -> bytes:
        content = self._read(name, limit)
        self._left -= len(content)
        if len(content) > limit or self._left < 0:
            raise TrustError(f"{name} is larger than a trust tree may be")
        self.files[name] = content
        return content


def _follow_roots(root: Root, read: Reader) -> Root:
    """Walk from the pinned root to the newest, each signed by the one before and by itself (5.3)."""
    environment = root_environment(root)
    for _ in range(MAX_ROTATIONS):
        name = f"metadata/{root.version + 1}.root.json"
        try:
            metadata = _parse(read(name, MAX_ROOT_BYTES), Root, name)
        except MissingFileError:
            return root
        _check_signed(root, "root", metadata)
        newer = _check_root(metadata)
        if newer.version != root.version + 1:
            raise TrustError(f"{name} has version {newer.version}")
        if root_environment(newer) is not environment:
            raise TrustError(f"{name} changes the environment", Refusal.ENVIRONMENT)
        root = newer
    raise TrustError(f"more than {MAX_ROTATIONS} roots")


def _verify_timestamp(root: Root, kept: _Keeper) -> Timestamp:
    metadata = _parse(kept.fetch("metadata/timestamp.json", MAX_METADATA_BYTES), Timestamp, "timestamp")
    _check_signed(root, "timestamp", metadata)
    return metadata.signed


def _verify_snapshot(root: Root, timestamp: Timestamp, kept: _Keeper) -> Snapshot:
    expected = timestamp.snapshot_meta
    content = kept.fetch(f"metadata/{expected.version}.snapshot.json", MAX_METADATA_BYTES)
    _check_content(expected.verify_length_and_hashes, content, "snapshot")
    metadata = _parse(content, Snapshot, "snapshot")
    _check_signed(root, "snapshot", metadata)
    if metadata.signed.version != expected.version:
        raise TrustError("snapshot has another version than timestamp says")
    return metadata.signed


def _verify_targets(delegator: Root | Targets, role: str, snapshot: Snapshot, kept: _Keeper) -> Targets:
    """Verify the metadata of `role`, which names targets, by the keys its `delegator` lists for it."""
    expected = snapshot.meta.get(f"{role}.json")
    if expected is None:
        raise TrustError(f"snapshot does not name {role}.json")
    content = kept.fetch(f"metadata/{expected.version}.{role}.json", MAX_METADATA_BYTES)
    _check_content(expected.verify_length_and_hashes, content, role)
    metadata = _parse(content, Targets, role)
    _check_signed(delegator, role, metadata)
    if metadata.signed.version != expected.version:
        raise TrustError(f"{role} has another version than snapshot says")
    _check_names(metadata.signed, role)
    return metadata.signed


def _check_names(targets: Targets, role: str) -> None:
    names = targets.targets
    if len(names) > MAX_TARGETS or not all(_PLAIN_NAME.fullmatch(name) for name in names):
        raise TrustError(f"{role} has too many names, or one that is not plain")


def _fetch_target(target: TargetFile, name: str, kept: _Keeper) -> bytes:
    """Read one target from its consistent-snapshot place, FOLDER/HASH.NAME."""
    digest = target.hashes.get("sha256", "")
    if not _SHA256.fullmatch(digest) or target.length > MAX_TARGET_BYTES:
        raise TrustError(f"{name} has no SHA-256, or is larger than {MAX_TARGET_BYTES} bytes")
    folder, slash, last = name.rpartition("/")
    content = kept.fetch(f"targets/{folder}{slash}{digest}.{last}", target.length)
    _check_content(target.verify_length_and_hashes, content, name)
    return content


def _parse(content: bytes, kind: type[T], name: str) -> Metadata[T]:
    """Parse metadata of one role whose JSON says nothing that the library drops, fills in or reads otherwise.

    The library checks signatures over what it understood, not over the bytes.
    """
    document = parse_json(content, name, MAX_METADATA_BYTES)
    try:
        metadata = Metadata[T].from_bytes(content)
    except RepositoryError as err:
        raise TrustError(f"{name} is not TUF metadata") from err
    if not isinstance(metadata.signed, kind):
        raise TrustError(f"{name} is metadata of another role")
    if metadata.signed.to_dict() != document["signed"]:
        raise TrustError(f"{name} can be read in two ways")
    if metadata.signed.version > MAX_VERSION:
        raise TrustError(f"{name} has a version above {MAX_VERSION}")
    return metadata


def _signed_bytes(metadata: Metadata[T], name: str) -> bytes:
    try:
        return metadata.signed_bytes
    except RepositoryError as err:
        raise TrustError(f"{name} has no canonical form") from err


def _check_signed(delegator: Root | Targets, role: str, metadata: Metadata[T]) -> None:
    """Check that the threshold of keys that `delegator` lists for `role` signed `metadata`."""
    payload = _signed_bytes(metadata, role)
    try:
        delegator.verify_delegate(role, payload, metadata.signatures)
    except (RepositoryError, ValueError) as err:
        raise TrustError(f"{role} lacks the signatures it needs", Refusal.AUTHORITY) from err


def _check_content(check: Callable[[bytes], None], content: bytes, name: str) -> None:
    try:
        check(content)
    except (RepositoryError, ValueError) as err:
        raise TrustError(f"{name} has another length or hash than was signed") from err


def _check_expiry(signed: Mapping[str, Signed], now: datetime) -> None:
    for role, part in signed.items():
        if part.is_expired(now):
            raise TrustError(
                f"{role} expired on {part.expires:%Y-%m-%d %H:%M} UTC, here it is {now:%Y-%m-%d %H:%M}",
                Refusal.EXPIRED,
            )
