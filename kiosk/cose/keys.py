"""Public keys: read from a COSE_Key, named by their thumbprint, each bound to its own algorithms.

A key decides the algorithm; a message may only agree. Private keys never come here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from kiosk.cose.cbor import encode_cbor
from kiosk.cose.layers import Layer, LayerError

KID_BYTES = 8
_P256_BYTES = 32
_KTY, _CRV, _X, _Y, _D, _ALG = 1, -1, -2, -3, -4, 3
_P256 = ec.SECP256R1()
_ECDSA_SHA256 = ec.ECDSA(hashes.SHA256())


class Algorithm(Enum):
    """The signature algorithms of the profile, each with its COSE identifiers (old one first).

    Source: RFC 9053 sections 2.1 and 2.2; RFC 9864 for the fully specified -9 and -19.
    """

    EDDSA = (-8, -19)
    ES256 = (-7, -9)

    def is_named(self, identifier: object) -> bool:
        """Say whether `identifier`, from a header or a key, means this algorithm; 7.0 or a text does not."""
        return type(identifier) is int and identifier in self.value


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A public key of one algorithm."""

    algorithm: Algorithm
    _key: ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey

    @property
    def thumbprint(self) -> bytes:
        """The SHA-256 COSE Key Thumbprint, 32 bytes, made when asked. Source: RFC 9679 sections 3 and 4."""
        if isinstance(self._key, ed25519.Ed25519PublicKey):
            raw = self._key.public_bytes(Encoding.Raw, PublicFormat.Raw)
            required = {_KTY: 1, _CRV: 6, _X: raw}
        else:
            point = self._key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
            x, y = point[1 : 1 + _P256_BYTES], point[1 + _P256_BYTES :]
            required = {_KTY: 2, _CRV: 1, _X: x, _Y: y}
        return hashlib.sha256(encode_cbor(required)).digest()

    @property
    def kid(self) -> bytes:
        """The name of this key in a protected header: the first 8 bytes of the thumbprint."""
        return self.thumbprint[:KID_BYTES]

    def is_signature(self, signature: bytes, message: bytes) -> bool:
        """Say whether `signature` (raw r || s for ECDSA) by this key covers `message`."""
        try:
            if isinstance(self._key, ed25519.Ed25519PublicKey):
                self._key.verify(signature, message)
            else:
                self._key.verify(_der(signature), message, _ECDSA_SHA256)
        except (InvalidSignature, ValueError):
            return False
        return True


def _der(signature: bytes) -> bytes:
    """Turn r || s into the DER that cryptography wants; ValueError on any other length."""
    if len(signature) != 2 * _P256_BYTES:
        raise ValueError("an ES256 signature has 64 bytes")
    r = int.from_bytes(signature[:_P256_BYTES])
    s = int.from_bytes(signature[_P256_BYTES:])
    return encode_dss_signature(r, s)


def ed25519_key(key: ed25519.Ed25519PublicKey) -> PublicKey:
    """Wrap an Ed25519 public key."""
    return PublicKey(Algorithm.EDDSA, key)


def p256_key(key: ec.EllipticCurvePublicKey) -> PublicKey:
    """Wrap a P-256 public key. Raises ValueError for another curve."""
    if not isinstance(key.curve, ec.SECP256R1):
        raise ValueError("not on P-256")  # noqa: TRY004 - the type is right, the curve is not
    return PublicKey(Algorithm.ES256, key)


def parse_cose_key(fields: Any, layer: Layer = Layer.COSE) -> PublicKey:  # noqa: ANN401 - any CBOR item
    """Read an Ed25519 or P-256 public key; a P-256 point may be compressed (y a boolean).

    `alg` (3), where present, must be the key's own; a private part (-4) is refused. Raises LayerError(layer).
    Source: RFC 9052 section 7, RFC 9053 sections 7.1.1 and 7.2.
    """
    if not isinstance(fields, Mapping):
        raise LayerError(layer, "COSE_Key is not a map")
    try:
        key = _load(fields)
    except (ValueError, TypeError) as err:
        raise LayerError(layer, "not an Ed25519 or P-256 public COSE_Key") from err
    if _ALG in fields and not key.algorithm.is_named(fields[_ALG]):
        raise LayerError(layer, "COSE_Key names an algorithm that is not its own")
    return key


def _load(fields: Mapping[Any, Any]) -> PublicKey:
    if _D in fields:
        raise ValueError("a private key")
    kind = (fields.get(_KTY), fields.get(_CRV))
    x = fields.get(_X)
    if not isinstance(x, bytes) or len(x) != _P256_BYTES or any(type(k) is not int for k in kind):
        raise ValueError("no x coordinate of 32 bytes")
    if kind == (1, 6):
        return ed25519_key(ed25519.Ed25519PublicKey.from_public_bytes(x))
    if kind == (2, 1):
        point = _point(x, fields.get(_Y))
        return p256_key(ec.EllipticCurvePublicKey.from_encoded_point(_P256, point))
    raise ValueError("another kind of key")


def _point(x: bytes, y: object) -> bytes:
    """Make the X9.62 form of a point. Source: SEC 1 section 2.3.3."""
    if isinstance(y, bool):
        return bytes([2 + y]) + x
    if isinstance(y, bytes) and len(y) == _P256_BYTES:
        return b"\x04" + x + y
    raise ValueError("no y coordinate")
