"""The key an integrator checks a code with: PEM, DER, JWK or COSE_Key, each bound to its own algorithms.

Rules kept here: the key decides the algorithm, a message may only agree; each algorithm has its own curve;
a private part in a file is never read. More algorithms are known here than the kiosk's profile allows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

_KTY, _ALG, _CRV, _X, _Y = 1, 3, -1, -2, -3
_RSA_N, _RSA_E = -1, -2
_OKP, _EC2, _RSA = 1, 2, 3
_ED25519 = 6
_RSA_BITS = range(2048, 16385)  # RFC 8230 section 6.1; the upper end bounds the work
_RSA_EXPONENT_BYTES = 8  # as OpenSSL bounds it for large moduli
_PSS = padding.PSS(padding.MGF1(hashes.SHA256()), hashes.SHA256.digest_size)


class KeyUnreadableError(ValueError):
    """A key file cannot be used. The text never quotes it."""


class SignatureAlgorithm(Enum):
    """The algorithms that can be checked, by COSE identifiers.

    Source: RFC 9053 sections 2.1 and 2.2, RFC 8230 section 2, RFC 9864 section 2 (the last of each pair).
    """

    EDDSA = (-8, -19)
    ES256 = (-7, -9)
    ES384 = (-35, -51)
    ES512 = (-36, -52)
    PS256 = (-37,)

    def is_named(self, identifier: object) -> bool:
        """Say whether `identifier` means this algorithm; 7.0 or a text does not."""
        return type(identifier) is int and identifier in self.value


_CURVES: Mapping[int, tuple[ec.EllipticCurve, SignatureAlgorithm, hashes.HashAlgorithm]] = {
    1: (ec.SECP256R1(), SignatureAlgorithm.ES256, hashes.SHA256()),
    2: (ec.SECP384R1(), SignatureAlgorithm.ES384, hashes.SHA384()),
    3: (ec.SECP521R1(), SignatureAlgorithm.ES512, hashes.SHA512()),
}
_BY_CURVE_NAME = {curve.name: (algorithm, hashing) for curve, algorithm, hashing in _CURVES.values()}

SomePublicKey = ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey | rsa.RSAPublicKey


@dataclass(frozen=True, slots=True)
class VerificationKey:
    """A public key and the one algorithm it is used with."""

    algorithm: SignatureAlgorithm
    _key: SomePublicKey

    def is_signature(self, signature: bytes, message: bytes) -> bool:
        """Say whether `signature` (raw r || s for ECDSA) by this key covers `message`."""
        try:
            if isinstance(self._key, ed25519.Ed25519PublicKey):
                self._key.verify(signature, message)
            elif isinstance(self._key, rsa.RSAPublicKey):
                self._key.verify(signature, message, _PSS, hashes.SHA256())
            else:
                hashing = _BY_CURVE_NAME[self._key.curve.name][1]
                width = (self._key.key_size + 7) // 8
                self._key.verify(_der(signature, width), message, ec.ECDSA(hashing))
        except (InvalidSignature, ValueError):
            return False
        return True


def _der(signature: bytes, width: int) -> bytes:
    if len(signature) != 2 * width:
        raise ValueError("r and s have the width of the curve")
    return encode_dss_signature(int.from_bytes(signature[:width]), int.from_bytes(signature[width:]))


def wrap_key(key: object) -> VerificationKey:
    """Bind a public key of `cryptography` to its algorithm. Raises KeyUnreadableError for other kinds."""
    if isinstance(key, ed25519.Ed25519PublicKey):
        return VerificationKey(SignatureAlgorithm.EDDSA, key)
    if isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name in _BY_CURVE_NAME:
        return VerificationKey(_BY_CURVE_NAME[key.curve.name][0], key)
    if isinstance(key, rsa.RSAPublicKey):
        if key.key_size not in _RSA_BITS:
            raise KeyUnreadableError("an RSA key of fewer than 2048 or more than 16384 bits")
        return VerificationKey(SignatureAlgorithm.PS256, key)
    raise KeyUnreadableError("not an Ed25519, P-256, P-384, P-521 or RSA public key")


def parse_any_cose_key(fields: object) -> VerificationKey:
    """Read a COSE_Key; an EC point may be compressed. A private part is left alone.

    Raises KeyUnreadableError. Source: RFC 9052 section 7, RFC 9053 section 7, RFC 8230 section 4.
    """
    if not isinstance(fields, Mapping):
        raise KeyUnreadableError("COSE_Key is not a map")
    try:
        key = _load(fields)
    except (ValueError, OverflowError) as err:
        raise KeyUnreadableError("not a COSE_Key of a kind that can be checked") from err
    if _ALG in fields and not key.algorithm.is_named(fields[_ALG]):
        raise KeyUnreadableError("the key names an algorithm that is not its own")
    return key


def _load(fields: Mapping[Any, Any]) -> VerificationKey:
    kind = fields.get(_KTY)
    if type(kind) is int and kind == _RSA:
        n, e = _bytes_of(fields, _RSA_N), _bytes_of(fields, _RSA_E)
        if len(n) * 8 > _RSA_BITS.stop or len(e) > _RSA_EXPONENT_BYTES:
            raise KeyUnreadableError("an RSA key that is too large")
        return wrap_key(rsa.RSAPublicNumbers(int.from_bytes(e), int.from_bytes(n)).public_key())
    curve = fields.get(_CRV)
    if type(kind) is not int or type(curve) is not int:
        raise KeyUnreadableError("no kind of key, or no curve")
    x = _bytes_of(fields, _X)
    if (kind, curve) == (_OKP, _ED25519):
        return wrap_key(ed25519.Ed25519PublicKey.from_public_bytes(x))
    if kind != _EC2 or curve not in _CURVES:
        raise KeyUnreadableError("a kind of key that cannot be checked")
    named = _CURVES[curve][0]
    point = _point(x, fields.get(_Y), (named.key_size + 7) // 8)
    return wrap_key(ec.EllipticCurvePublicKey.from_encoded_point(named, point))


def _bytes_of(fields: Mapping[Any, Any], label: int) -> bytes:
    value = fields.get(label)
    if not isinstance(value, bytes):
        raise KeyUnreadableError("a coordinate that is not a byte string")
    return value


def _point(x: bytes, y: object, width: int) -> bytes:
    """Make the X9.62 form of a point. Source: SEC 1 section 2.3.3."""
    if len(x) != width:
        raise KeyUnreadableError("x is not of the curve's width")
    if isinstance(y, bool):
        return bytes([2 + y]) + x
    if isinstance(y, bytes) and len(y) == width:
        return b"\x04" + x + y
    raise KeyUnreadableError("y is not of the curve's width")
