"""The one delegation of a trust tree: who may sign status lists, and that they sign nothing else.

Rules kept here: `targets` hands `status/*` to the role `status`, all of it and nothing more, to nobody else;
that role names only what lies there and hands nothing on, so the way to a target is never longer than two
steps. A tree in any other form is refused, that of before this delegation too. That the metadata is signed by
the role's own keys is checked in `metadata.py`. Source: TUF specification 1.0.34, sections 4.5 and 5.6.7.
"""

from __future__ import annotations

from collections.abc import Mapping

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key
from tuf.api.metadata import DelegatedRole, Delegations, Key, Role, Targets

from kiosk.trust.errors import Refusal, TrustError

STATUS = "status"
STATUS_PATH = "status/*"
_FOLDER = "status/"


def find_status_role(targets: Targets) -> DelegatedRole:
    """Return the role that `targets` delegates the status lists to.

    Raises TrustError(FORMAT) for a tree that delegates something else, something more, or nothing.
    """
    delegations = targets.delegations
    role = _only_role(delegations) if delegations else None
    if delegations is None or role is None or role.paths != [STATUS_PATH] or not role.terminating:
        raise TrustError(f"targets does not delegate {STATUS_PATH}, and only that", Refusal.FORMAT)
    if any(name.startswith(_FOLDER) for name in targets.targets):
        raise TrustError("targets names a status list that it delegates", Refusal.FORMAT)
    check_keys_differ(role, delegations.keys, STATUS)
    return role


def _only_role(delegations: Delegations) -> DelegatedRole | None:
    roles = delegations.roles or {}
    return roles.get(STATUS) if len(roles) == 1 else None


def check_own_paths(role: DelegatedRole, status: Targets) -> None:
    """Refuse a `status` that names what is not its own, or hands it on. Raises TrustError(AUTHORITY)."""
    if not all(role.is_delegated_path(name) for name in status.targets):
        raise TrustError(f"{STATUS} names a target outside {STATUS_PATH}", Refusal.AUTHORITY)
    if status.delegations is not None:
        raise TrustError(f"{STATUS} delegates to others", Refusal.AUTHORITY)


def check_keys_differ(role: Role, keys: Mapping[str, Key], name: str) -> None:
    """Refuse a role with one key under two ids, whose threshold one person could meet. Raises TrustError."""
    values = [_material(keys[keyid], name) for keyid in role.keyids if keyid in keys]
    if len(set(values)) != len(values):
        raise TrustError(f"{name} lists one key twice")


def _material(key: Key, name: str) -> bytes:
    """Return what all spellings of one public key have in common. Raises TrustError."""
    written = str(key.keyval.get("public"))
    try:
        if key.keytype == "ed25519":
            public: PublicKeyTypes = Ed25519PublicKey.from_public_bytes(bytes.fromhex(written))
        else:
            public = load_pem_public_key(written.encode())
        return public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    except (ValueError, TypeError, UnsupportedAlgorithm) as err:
        raise TrustError(f"{name} lists a key that is not one") from err
