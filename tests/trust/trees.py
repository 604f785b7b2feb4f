"""An authority in memory that writes signed trees, and the knobs to write them wrong."""

from __future__ import annotations

import copy
import json
import zlib
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
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

from kiosk.cose.cbor import encode_cbor
from kiosk.cose.keys import PublicKey, ed25519_key
from kiosk.cose.sign1 import signature1_input
from kiosk.model import FaceLimits
from kiosk.trust.statuslist import CONTENT_TYPE
from kiosk.trust.strictjson import format_time

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
ISSUER = "https://sandbox.mudaqqiq.invalid/issuer"
URI = "https://sandbox.mudaqqiq.invalid/status/2031"
ROLES = ("root", "timestamp", "snapshot", "targets")
LIFETIMES = {"root": 365, "timestamp": 7, "snapshot": 14, "targets": 90, "status": 14}


def a_policy(**changes: Any) -> dict[str, Any]:
    shown = ["names", "number", "born", "gender", "nationality", "class", "valid_until", "guardian"]
    purpose = {
        "print_copy": "refer",
        "live_proof": True,
        "face": True,
        "liveness": False,
        "show": [*shown, "occupation", "employer", "sponsor", "photo"],
        "mask_number": False,
    }
    policy = {
        "format": 1,
        "id": "sandbox-1",
        "environment": "sandbox",
        "issued": format_time(NOON),
        "list_age": {"fresh_hours": 24, "ageing_hours": 168, "stale_hours": 720},
        "stale_list": "refer",
        "proof": {"window_s": 60, "sources": ["camera", "scanner"]},
        "clock": {"forward_leeway_s": 300},
        "face": asdict(FaceLimits()),
        "purposes": {
            "checkpoint": purpose,
            "hotel": {**purpose, "print_copy": "accept", "live_proof": False, "mask_number": True},
        },
        "station_classes": {"sandbox": ["checkpoint", "hotel"], "lobby": ["hotel"]},
    }
    return {**policy, **changes}


@dataclass
class CoseSigner:
    """An Ed25519 key that signs COSE."""

    private: ed25519.Ed25519PrivateKey = field(default_factory=ed25519.Ed25519PrivateKey.generate)

    @property
    def key(self) -> PublicKey:
        return ed25519_key(self.private.public_key())

    @property
    def cose_key(self) -> dict[int, Any]:
        return {1: 1, -1: 6, -2: self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)}

    def sign(self, protected: dict[int, Any], payload: bytes) -> bytes:
        header = encode_cbor(protected)
        signature = self.private.sign(signature1_input(header, payload))
        return b"\xd2" + encode_cbor([header, {}, payload, signature])


def a_record(signer: CoseSigner, usage: str, **changes: Any) -> dict[str, Any]:
    return {
        "issuer": ISSUER,
        "usage": usage,
        "cose_key": encode_cbor(signer.cose_key).hex(),
        "valid_from": "2026-01-01T00:00:00Z",
        "valid_until": "2031-01-01T00:00:00Z",
        "distrusted_from": None,
        "min_iat": None,
        **changes,
    }


def a_list(  # noqa: PLR0917 - a builder, called by name
    signer: CoseSigner,
    iat: datetime = NOON,
    entries: bytes = bytes(25),
    bits: Any = 2,
    uri: Any = URI,
    exp: datetime | None = None,
    claims: dict[Any, Any] | None = None,
    header: dict[int, Any] | None = None,
    packed: bytes | None = None,
) -> bytes:
    body: dict[Any, Any] = {
        2: uri,
        6: int(iat.timestamp()),
        65533: {"bits": bits, "lst": zlib.compress(entries, 9) if packed is None else packed},
    }
    if exp is not None:
        body[4] = int(exp.timestamp())
    body |= claims or {}
    protected = {1: -8, 4: signer.key.kid, 16: CONTENT_TYPE, **(header or {})}
    return signer.sign(protected, encode_cbor({k: v for k, v in body.items() if v is not None}))


class Authority:
    """Signs and writes trees. Every publication has one version more than the last."""

    def __init__(self, environment: str | None = "sandbox", threshold: int = 1) -> None:
        self.environment = environment
        self.threshold = threshold
        self.signers = {
            role: [CryptoSigner.generate_ed25519() for _ in range(threshold)] for role in (*ROLES, "status")
        }
        self.credential, self.status = CoseSigner(), CoseSigner()
        self.version = 0
        self.roots = [self.sign("root", self.make_root(1))]

    def make_root(self, version: int, expires: datetime = NOON + timedelta(days=365)) -> Root:
        fields = {} if self.environment is None else {"x-mudaqqiq-environment": self.environment}
        root = Root(version, expires=expires, consistent_snapshot=True, unrecognized_fields=fields)
        for role in ROLES:
            for signer in self.signers[role]:
                root.add_key(signer.public_key, role)
            root.roles[role].threshold = self.threshold
        return root

    def delegations(self, **changes: Any) -> Delegations:
        """Hand the status lists to their role; `changes` are of the role's own fields."""
        keys = {signer.public_key.keyid: signer.public_key for signer in self.signers["status"]}
        fields: dict[str, Any] = {
            "name": "status",
            "keyids": list(keys),
            "threshold": len(keys),
            "terminating": True,
            "paths": ["status/*"],
        }
        role = DelegatedRole(**(fields | changes))
        return Delegations(keys, {role.name: role})

    def sign(self, role: str, signed: Any, signers: list[CryptoSigner] | None = None) -> bytes:
        metadata = Metadata(signed)
        for signer in self.signers[role] if signers is None else signers:
            metadata.sign(signer, append=True)
        return metadata.to_bytes()

    def rotate_root(self, *, old_signs: bool = True, version: int | None = None) -> None:
        """Replace the root's own keys; the new root carries the signatures of both sets."""
        old, self.signers["root"] = self.signers["root"], [CryptoSigner.generate_ed25519()]
        self.threshold = 1
        root = self.make_root(len(self.roots) + 1 if version is None else version)
        self.roots.append(self.sign("root", root, self.signers["root"] + (old if old_signs else [])))

    def targets(self, at: datetime = NOON, **changes: bytes | None) -> dict[str, bytes]:
        """Return the targets' bytes; a change of None leaves a target out."""
        policy = a_policy(environment=self.environment or "production")
        contents: dict[str, bytes | None] = {
            "policy.json": json.dumps(policy).encode(),
            "issuers.json": self.issuers(),
            "status/2031.cwt": a_list(self.status, at),
            **changes,
        }
        return {name: content for name, content in contents.items() if content is not None}

    def issuers(self, *more: dict[str, Any]) -> bytes:
        records = [a_record(self.credential, "credential"), a_record(self.status, "status"), *more]
        return json.dumps({"format": 1, "issuers": records}).encode()

    def write(
        self,
        tree: Path,
        at: datetime = NOON,
        targets: dict[str, bytes] | None = None,
        expires: dict[str, datetime] | None = None,
        signers: dict[str, list[CryptoSigner]] | None = None,
        version: int | None = None,
        parts: dict[str, Targets] | None = None,
    ) -> Path:
        """Write a whole tree into a new folder and return it; `parts` stand for targets or status."""
        self.version = self.version + 1 if version is None else version
        n, by = self.version, signers or {}
        ends = {role: at + timedelta(days=days) for role, days in LIFETIMES.items()} | (expires or {})
        contents = self.targets(at) if targets is None else targets
        files = {name: TargetFile.from_data(name, content, ["sha256"]) for name, content in contents.items()}
        lists = {name: file for name, file in files.items() if name.startswith("status/")}
        rest = {name: file for name, file in files.items() if name not in lists}
        roles = {
            "targets": Targets(n, expires=ends["targets"], targets=rest, delegations=self.delegations()),
            "status": Targets(n, expires=ends["status"], targets=lists),
        } | (parts or {})
        signed = {role: self.sign(role, part, by.get(role)) for role, part in roles.items()}
        numbers = {role: part.version for role, part in roles.items()}
        meta = {
            f"{role}.json": MetaFile.from_data(numbers[role], part, ["sha256"])
            for role, part in signed.items()
        }
        snapshot = self.sign("snapshot", Snapshot(n, expires=ends["snapshot"], meta=meta), by.get("snapshot"))
        newest = MetaFile.from_data(n, snapshot, ["sha256"])
        timestamp = Timestamp(n, expires=ends["timestamp"], snapshot_meta=newest)
        place(tree, "root.json", self.roots[-1])
        for number, root in enumerate(self.roots, start=1):
            place(tree, f"metadata/{number}.root.json", root)
        for role, part in signed.items():
            place(tree, f"metadata/{numbers[role]}.{role}.json", part)
        place(tree, f"metadata/{n}.snapshot.json", snapshot)
        place(tree, "metadata/timestamp.json", self.sign("timestamp", timestamp, by.get("timestamp")))
        for name, target in files.items():
            place(tree, f"targets/{target.get_prefixed_paths()[0]}", contents[name])
        return tree

    def clone(self) -> Authority:
        """Return the same authority at the same point of its history, to go on from there."""
        twin = copy.copy(self)
        twin.signers, twin.roots = dict(self.signers), list(self.roots)
        return twin


def place(tree: Path, name: str, content: bytes) -> None:
    path = tree / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def files_of(tree: Path) -> dict[str, bytes]:
    return {str(path.relative_to(tree)): path.read_bytes() for path in tree.rglob("*") if path.is_file()}
