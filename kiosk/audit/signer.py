"""The key that signs a kiosk's checkpoints: a file today, hardware that never gives it away later.

Rules kept here: the key lies apart from the log, for this user alone, and is made at first use; a key that
others may read is refused, because whoever has it can sign another history. A kiosk that runs under the
clerk's own account cannot keep it from the clerk. What is signed is left to `checkpoints`.

The key's name is the kiosk's for one environment and outlives an epoch of the log, so that an auditor who
keeps the verifier key can tell a log that was begun anew from a log of another kiosk.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.audit.note import VerifierKey, format_note, format_signature
from kiosk.audit.private import read_private, require_apart, require_private_folder, write_whole
from kiosk.model import Environment, Fault, Reason

KEYS, KEY_FILE = "keys", "kiosk.key"  # in the state folder: KEYS/ENVIRONMENT/KEY_FILE
ORIGIN = "mudaqqiq.invalid"  # RFC 2606: a name that never becomes anybody's address

_MAX_KEY_FILE = 4096
_NAME_BYTES = 8


class Signer(Protocol):
    """Signs for one kiosk."""

    @property
    def key(self) -> VerifierKey:
        """What verifies the signatures."""
        ...

    def sign(self, content: bytes) -> bytes:
        """Return the 64-byte Ed25519 signature over `content`. Raises Fault when the key does not answer."""
        ...


class KioskKey:
    """A key in memory, as read from its file."""

    def __init__(self, secret: Ed25519PrivateKey, environment: Environment) -> None:
        public = secret.public_key().public_bytes_raw()
        named = hashlib.sha256(public).hexdigest()[: 2 * _NAME_BYTES]
        self._secret = secret
        self._key = VerifierKey(f"{ORIGIN}/{environment.value}/kiosk-{named}", public)

    @classmethod
    def open(cls, folder: Path, environment: Environment, *leaving: Path) -> KioskKey:
        """Read the key in `folder`, made private with a new key if there is none.

        `leaving` are folders whose content leaves the machine: the log's, the outbox. Raises Fault:
        LOG_UNWRITABLE (out of reach, open to others, within one of `leaving`), LOG_BROKEN (no key).
        """
        for each in leaving:
            require_apart(folder, each)
        path = folder / KEY_FILE
        try:
            require_private_folder(folder)
            if not path.exists():
                write_whole(path, _to_pem(Ed25519PrivateKey.generate()))
        except OSError as err:
            raise Fault(Reason.LOG_UNWRITABLE, f"the kiosk's key: {err.strerror}") from err
        return cls.load(folder, environment)

    @classmethod
    def load(cls, folder: Path, environment: Environment) -> KioskKey:
        """Read the key in `folder`. Raises Fault: LOG_UNWRITABLE, also when there is none, LOG_BROKEN."""
        try:
            content = read_private(folder / KEY_FILE, _MAX_KEY_FILE)
        except OSError as err:
            raise Fault(
                Reason.LOG_UNWRITABLE, f"the kiosk's key {folder / KEY_FILE}: {err.strerror}"
            ) from err
        return cls(_from_pem(content), environment)

    @property
    def key(self) -> VerifierKey:
        """What verifies the signatures."""
        return self._key

    def sign(self, content: bytes) -> bytes:
        """Return the 64-byte Ed25519 signature over `content`."""
        return self._secret.sign(content)


def sign_note(text: str, signer: Signer) -> bytes:
    """Return the note of `text`, which ends with a newline, signed. Raises Fault."""
    return format_note(text, [format_signature(signer.key, signer.sign(text.encode()))])


def _to_pem(secret: Ed25519PrivateKey) -> bytes:
    return secret.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _from_pem(content: bytes) -> Ed25519PrivateKey:
    try:
        secret = serialization.load_pem_private_key(content, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as err:
        raise Fault(Reason.LOG_BROKEN, f"{KEY_FILE} holds no key that this kiosk made") from err
    if not isinstance(secret, Ed25519PrivateKey):
        raise Fault(Reason.LOG_BROKEN, f"{KEY_FILE} holds a key of another kind")
    return secret
