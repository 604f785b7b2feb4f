"""The signed roles below the root: targets, the status role it delegates to, snapshot and time stamp.

Rules kept here: `targets` is signed anew only when what it says changes, so its key is not needed every day;
status lists are the status role's alone. What was signed last is kept in the registry: the next time stamp is
of it. Source: TUF specification 1.0.34, sections 4.4 to 4.6.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import (
    DelegatedRole,
    Delegations,
    Metadata,
    MetaFile,
    Root,
    Snapshot,
    TargetFile,
    Targets,
    Timestamp,
)
from tuf.api.serialization import SerializationError

from issuer.errors import Refused
from issuer.files import write_file
from issuer.keyring import KeyRecord, Role
from issuer.registry import Registry
from issuer.root import find_in_use, tuf_key, tuf_signer
from kiosk.trust.delegation import STATUS_PATH

LIFETIMES: Mapping[Role, timedelta] = MappingProxyType(
    {
        Role.TARGETS: timedelta(days=90),
        Role.STATUS: timedelta(days=14),
        Role.SNAPSHOT: timedelta(days=14),
        Role.TIMESTAMP: timedelta(days=7),  # a stick may travel for some days
    }
)
TARGETS_RENEWED_BEFORE = timedelta(days=45)
HASHES = ["sha256"]
STATUS_FOLDER = "status/"
_FOLDER = "signed"


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs the roles of one registry, for one version and time, with the keys that its newest root lists."""

    registry: Registry
    root: Root
    version: int
    now: datetime

    def sign_tree(self, contents: Mapping[str, bytes]) -> dict[Role, bytes]:
        """Return all four roles of a tree with these targets, in the order in which they may be written."""
        files = {name: TargetFile.from_data(name, content, HASHES) for name, content in contents.items()}
        lists = {name: file for name, file in files.items() if name.startswith(STATUS_FOLDER)}
        rest = {name: file for name, file in files.items() if name not in lists}
        targets = self._sign_targets(rest)
        ends = self.now + LIFETIMES[Role.STATUS]
        status = self._sign(Role.STATUS, Targets(self.version, expires=ends, targets=lists))
        meta = {
            f"{role.value}.json": MetaFile.from_data(version_of(content), content, HASHES)
            for role, content in ((Role.TARGETS, targets), (Role.STATUS, status))
        }
        ends = self.now + LIFETIMES[Role.SNAPSHOT]
        snapshot = self._sign(Role.SNAPSHOT, Snapshot(self.version, expires=ends, meta=meta))
        return {
            Role.TARGETS: targets,
            Role.STATUS: status,
            Role.SNAPSHOT: snapshot,
            Role.TIMESTAMP: self.sign_timestamp(snapshot),
        }

    def sign_timestamp(self, snapshot: bytes) -> bytes:
        """Return a new time stamp of a signed snapshot."""
        newest = MetaFile.from_data(version_of(snapshot), snapshot, HASHES)
        ends = self.now + LIFETIMES[Role.TIMESTAMP]
        return self._sign(Role.TIMESTAMP, Timestamp(self.version, expires=ends, snapshot_meta=newest))

    def _sign_targets(self, files: Mapping[str, TargetFile]) -> bytes:
        """Return the last `targets` where it says the same for long enough yet, else a new one."""
        ends = self.now + LIFETIMES[Role.TARGETS]
        status = tuf_key(self._find_key(Role.STATUS))
        delegated = DelegatedRole(Role.STATUS.value, [status.keyid], 1, terminating=True, paths=[STATUS_PATH])
        delegations = Delegations({status.keyid: status}, {delegated.name: delegated})
        fresh = Targets(self.version, expires=ends, targets=dict(files), delegations=delegations)
        last = read_signed(self.registry.directory, Role.TARGETS)
        if last is None or not self._is_still_good(last, fresh):
            return self._sign(Role.TARGETS, fresh)
        return last

    def _is_still_good(self, last: bytes, fresh: Targets) -> bool:
        metadata = _parse(last)
        dates = {"version": 0, "expires": ""}
        same = metadata.signed.to_dict() | dates == fresh.to_dict() | dates
        in_use = tuf_key(self._find_key(Role.TARGETS)).keyid in metadata.signatures
        return same and in_use and metadata.signed.expires - self.now >= TARGETS_RENEWED_BEFORE

    def _find_key(self, role: Role) -> KeyRecord:
        return find_key(self.registry, self.root, role)

    def _sign(self, role: Role, signed: Any) -> bytes:  # noqa: ANN401 - any of tuf's four roles
        metadata = Metadata(signed)
        metadata.sign(tuf_signer(self.registry.open_key(self._find_key(role))))
        return metadata.to_bytes()


def find_key(registry: Registry, root: Root, role: Role) -> KeyRecord:
    """Return the key in use for `role`: what the root lists, or for the status role the newest there is."""
    keyring = registry.keyring()
    found = keyring.having(role) if role is Role.STATUS else find_in_use(root, keyring, role)
    if not found:
        raise Refused(f"the register of keys has none for {role.value} that the root lists")
    return found[-1]


def keep_signed(directory: Path, signed: Mapping[Role, bytes]) -> None:
    """Keep what was signed last in the registry, the time stamp at the end."""
    folder = directory / _FOLDER
    folder.mkdir(exist_ok=True)
    for role, content in signed.items():
        write_file(folder / f"{role.value}.json", content)


def read_signed(directory: Path, role: Role) -> bytes | None:
    """Return what was signed last for `role`, None before the first publication."""
    try:
        return (directory / _FOLDER / f"{role.value}.json").read_bytes()
    except FileNotFoundError:
        return None


def version_of(content: bytes) -> int:
    """Return the version of signed metadata of ours. Raises Refused when it is damaged."""
    version: int = _parse(content).signed.version
    return version


def end_of(content: bytes) -> datetime:
    """Return the end of signed metadata of ours. Raises Refused when it is damaged."""
    expires: datetime = _parse(content).signed.expires
    return expires


def targets_of(content: bytes) -> Mapping[str, TargetFile]:
    """Return the targets that signed metadata of ours name. Raises Refused when they are damaged."""
    targets: Mapping[str, TargetFile] = _parse(content).signed.targets
    return targets


def _parse(content: bytes) -> Metadata[Any]:
    try:
        return Metadata[Any].from_bytes(content)
    except (RepositoryError, SerializationError, ValueError) as err:
        raise Refused(
            "what was signed last is damaged: remove `signed` in the registry and `publish`"
        ) from err
