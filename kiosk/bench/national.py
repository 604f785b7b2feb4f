"""Status lists as large as a country, made by the issuer sandbox, and a signed tree to promote them with.

The kiosk never imports the issuer: it is started as a program, like the demo's. The tree's own keys are made
here and forgotten, for no authority would sign a list of nobody.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from securesystemslib.signer import CryptoSigner
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

from kiosk.trust.delegation import STATUS, STATUS_PATH
from kiosk.trust.issuers import IssuerKey, parse_issuers
from kiosk.trust.metadata import ENVIRONMENT_FIELD
from kiosk.trust.strictjson import format_time

_ROLES = ("root", "timestamp", "snapshot", "targets")
_LIFE = timedelta(days=30)
_HASHES = ["sha256"]


@dataclass(frozen=True, slots=True)
class NationalList:
    """A signed list, the keys that verify it, and what it says of its size. All sizes in bytes."""

    content: bytes
    issuers: bytes
    raw_bytes: int
    bound_bytes: int

    @property
    def keys(self) -> tuple[IssuerKey, ...]:
        """The status key, as a kiosk reads it."""
        return parse_issuers(self.issuers)


def make_list(folder: Path, holders: int, now: datetime, superseded: float = 0.01) -> NationalList:
    """Let the issuer sandbox draw a list of `holders` entries, dated an hour before `now`."""
    words = ["--holders", str(holders), "--superseded", str(superseded), "--out", str(folder)]
    words += ["--at", format_time(now - timedelta(hours=1))]
    said = json.loads(
        subprocess.run(  # noqa: S603 - our own interpreter, module and words
            [sys.executable, "-m", "issuer", "simulate", *words],
            check=True,
            capture_output=True,
            cwd=Path(__file__).resolve().parents[2],
        ).stdout
    )
    content, issuers = Path(said["list"]).read_bytes(), Path(said["issuers"]).read_bytes()
    return NationalList(content, issuers, said["raw_bytes"], said["bound_bytes"])


class TreeWriter:
    """Signs trees of the sandbox with keys of its own; each has one version more than the last."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._ends = now + _LIFE
        self._signers = {role: CryptoSigner.generate_ed25519() for role in (*_ROLES, STATUS)}
        self._version = 0

    def write(self, folder: Path, contents: Mapping[str, bytes]) -> Path:
        """Write a whole tree with the targets `contents` into a new folder and return it."""
        self._version += 1
        n = self._version
        files = {name: TargetFile.from_data(name, content, _HASHES) for name, content in contents.items()}
        lists = {name: file for name, file in files.items() if name.startswith("status/")}
        rest = {name: file for name, file in files.items() if name not in lists}
        roles = {
            "targets": Targets(n, expires=self._ends, targets=rest, delegations=self._delegations()),
            STATUS: Targets(n, expires=self._ends, targets=lists),
        }
        signed = {role: self._sign(role, content) for role, content in roles.items()}
        meta = {f"{role}.json": MetaFile.from_data(n, content, _HASHES) for role, content in signed.items()}
        snapshot = self._sign("snapshot", Snapshot(n, expires=self._ends, meta=meta))
        newest = MetaFile.from_data(n, snapshot, _HASHES)
        root = self._sign("root", self._root())
        tree = {
            "root.json": root,
            "metadata/1.root.json": root,
            **{f"metadata/{n}.{role}.json": content for role, content in signed.items()},
            f"metadata/{n}.snapshot.json": snapshot,
            "metadata/timestamp.json": self._sign(
                "timestamp", Timestamp(n, expires=self._ends, snapshot_meta=newest)
            ),
        }
        tree |= {f"targets/{file.get_prefixed_paths()[0]}": contents[name] for name, file in files.items()}
        for name, content in tree.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
        return folder

    def _root(self) -> Root:
        fields = {ENVIRONMENT_FIELD: "sandbox"}
        root = Root(1, expires=self._ends, consistent_snapshot=True, unrecognized_fields=fields)
        for role in _ROLES:
            root.add_key(self._signers[role].public_key, role)
        return root

    def _delegations(self) -> Delegations:
        key = self._signers[STATUS].public_key
        role = DelegatedRole(STATUS, [key.keyid], 1, terminating=True, paths=[STATUS_PATH])
        return Delegations({key.keyid: key}, {STATUS: role})

    def _sign(self, role: str, signed: Any) -> bytes:  # noqa: ANN401 - any of tuf's roles
        metadata = Metadata(signed)
        metadata.sign(self._signers[role])
        return metadata.to_bytes()
