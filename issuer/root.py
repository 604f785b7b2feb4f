"""The root of the tree: which keys may sign which role, itself signed by a threshold of root keys.

Rules kept here: every root ever signed is kept, in a chain; the keys that the newest lists are the ones in
use; a root is written only when it convinces a client that has the one before. It changes in `ceremony.py`.
Source: TUF specification 1.0.34, sections 4.3 (format) and 6.1 (key rotation).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from securesystemslib.signer import CryptoSigner, SSlibKey
from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import Metadata, Root
from tuf.api.serialization import SerializationError

from issuer.errors import Refused
from issuer.files import write_file
from issuer.keyring import ROOTED_ROLES, KeyRecord, Keyring, Role
from issuer.keys import SigningKey
from kiosk.trust.metadata import ENVIRONMENT_FIELD

ROOT_LIFETIME = timedelta(days=365)
_FOLDER = "root"

Roots = Mapping[int, bytes]
"""Every root of an authority by its version, from 1 on."""


def read_roots(directory: Path) -> dict[int, bytes]:
    """Return every root of the registry in `directory`. Raises Refused when there is none."""
    roots: dict[int, bytes] = {}
    while (path := directory / _FOLDER / f"{len(roots) + 1}.json").is_file():
        roots[len(roots) + 1] = path.read_bytes()
    if not roots:
        raise Refused("the registry has no root: it was made by another version of this program")
    return roots


def keep_root(directory: Path, version: int, content: bytes) -> None:
    """Write a root into the registry; from then on it counts."""
    folder = directory / _FOLDER
    folder.mkdir(exist_ok=True)
    write_file(folder / f"{version}.json", content)


def parse_newest(roots: Roots) -> Root:
    """Return the newest of `roots`. Raises Refused when it is damaged."""
    try:
        return Metadata[Root].from_bytes(roots[max(roots)]).signed
    except (RepositoryError, SerializationError, ValueError) as err:
        raise Refused("the root metadata in the registry is damaged") from err


def tuf_key(record: KeyRecord) -> SSlibKey:
    """Return the public key as TUF writes it."""
    return SSlibKey.from_crypto(Ed25519PublicKey.from_public_bytes(record.raw))


def tuf_signer(key: SigningKey) -> CryptoSigner:
    """Return the private key as the TUF library takes it."""
    return CryptoSigner(key.private)


def find_in_use(root: Root, keyring: Keyring, role: Role) -> tuple[KeyRecord, ...]:
    """Return the keys that `root` lists for `role`, the newest last."""
    listed = root.roles[role.value].keyids
    return tuple(record for record in keyring.having(role) if tuf_key(record).keyid in listed)


def make_root(
    version: int, environment: str, keys: Iterable[KeyRecord], threshold: int, now: datetime
) -> Root:
    """Make an unsigned root that lists `keys`; the root's own role needs `threshold` signatures."""
    fields = {ENVIRONMENT_FIELD: environment}
    root = Root(version, expires=now + ROOT_LIFETIME, consistent_snapshot=True, unrecognized_fields=fields)
    for record in keys:
        if record.role in ROOTED_ROLES:
            root.add_key(tuf_key(record), record.role.value)
    root.roles[Role.ROOT.value].threshold = threshold
    return root


def sign_root(root: Root, signers: Iterable[SigningKey], before: Root | None = None) -> bytes:
    """Return `root` signed by all `signers`. Raises Refused when that convinces nobody who has `before`."""
    metadata = Metadata(root)
    for key in signers:
        metadata.sign(tuf_signer(key), append=True)
    try:
        for judge in (root, before or root):
            judge.verify_delegate(Role.ROOT.value, metadata.signed_bytes, metadata.signatures)
    except RepositoryError as err:
        raise Refused("the new root lacks signatures") from err
    return metadata.to_bytes()
