"""Private keys: made, kept as PEM files under a passphrase that only their owner reads, used to sign.

Rules kept here: no private key is ever written in the clear, and one that lies in the clear is not used. A
real authority keeps its keys in a hardware module, and a real phone keeps the holder's key in its own secure
element. Here they are files, because this authority plays the phone as well.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)

from issuer.errors import Refused
from issuer.files import PRIVATE, write_file
from issuer.output import warn
from issuer.passphrase import Passphrase
from kiosk.audit.pkcs8 import encrypt_private_key
from kiosk.cose.keys import Algorithm, PublicKey, ed25519_key, p256_key

PrivateKey = ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey
_P256_BYTES = 32
_OTHERS = stat.S_IRGRP | stat.S_IROTH
_MAX_BYTES = 64 * 1024
# RFC 6979: the same message gives the same signature, so the same registry and time draw the same code.
_ECDSA_SHA256 = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key of one COSE algorithm."""

    private: PrivateKey

    @property
    def public(self) -> PublicKey:
        """The public half as verifiers know it."""
        if isinstance(self.private, ed25519.Ed25519PrivateKey):
            return ed25519_key(self.private.public_key())
        return p256_key(self.private.public_key())

    @property
    def algorithm_id(self) -> int:
        """The COSE algorithm identifier that is emitted: the old one, which every reader knows."""
        return int(self.public.algorithm.value[0])

    def sign(self, message: bytes) -> bytes:
        """Sign `message`; ECDSA gives r || s. Source: RFC 9053 sections 2.1 and 2.2."""
        if isinstance(self.private, ed25519.Ed25519PrivateKey):
            return self.private.sign(message)
        r, s = decode_dss_signature(self.private.sign(message, _ECDSA_SHA256))
        return r.to_bytes(_P256_BYTES) + s.to_bytes(_P256_BYTES)

    def cose_key(self, *, compressed: bool = False) -> dict[int, object]:
        """Return the public key as a COSE_Key; `compressed` gives y of a point as its sign bit.

        Source: RFC 9053 sections 7.1.1 and 7.2.
        """
        if isinstance(self.private, ed25519.Ed25519PrivateKey):
            return {1: 1, -1: 6, -2: self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)}
        point = self.private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        x, y = point[1 : 1 + _P256_BYTES], point[1 + _P256_BYTES :]
        return {1: 2, -1: 1, -2: x, -3: bool(y[-1] & 1) if compressed else y}


def make_key(algorithm: Algorithm) -> SigningKey:
    """Make a new private key for `algorithm`."""
    if algorithm is Algorithm.EDDSA:
        return SigningKey(ed25519.Ed25519PrivateKey.generate())
    return SigningKey(ec.generate_private_key(ec.SECP256R1()))


def save_key(path: Path, key: SigningKey, passphrase: Passphrase) -> None:
    """Write the private key to `path`, encrypted and readable by its owner only."""
    content = encrypt_private_key(key.private, passphrase.text.encode(), passphrase.work)
    write_file(path, content, PRIVATE)


def load_key(path: Path, passphrase: Passphrase) -> SigningKey:
    """Read a private key that `save_key` wrote.

    Raises Refused when it is missing, of another kind, in the clear, or under another passphrase.
    """
    try:
        with path.open("rb") as file:
            is_open = os.fstat(file.fileno()).st_mode & _OTHERS
            content = file.read(_MAX_BYTES)
    except OSError as err:
        raise Refused(f"the key {path.name} cannot be read") from err
    if is_open:
        warn(f"other users of this machine may read {path}: only its passphrase protects it")
    try:
        key = load_pem_private_key(content, passphrase.text.encode())
    except (ValueError, TypeError, UnsupportedAlgorithm, MemoryError) as err:
        raise Refused(f"the key {path.name} does not open: another passphrase, or not encrypted") from err
    if not isinstance(key, ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey):
        raise Refused(f"the key {path.name} is neither Ed25519 nor P-256")
    return SigningKey(key)
