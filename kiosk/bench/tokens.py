"""Credentials to measure with: signed here by keys that live as long as one run, for nobody's trust store.

A dense phone copy fills a version 25 code as a real one would; the photo is random bytes, because photos do
not deflate. With each text comes the bare cryptography it contains, which is what ours is held against.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from kiosk.cose.cbor import encode_cbor
from kiosk.cose.countersign import countersignature_input
from kiosk.cose.encoding import encode_base45
from kiosk.cose.keys import PublicKey, ed25519_key, p256_key
from kiosk.cose.sign1 import Sign1, parse_sign1, signature1_input

ISSUER = "https://sandbox.mudaqqiq.invalid/issuer"
STATUS_URI = "https://sandbox.mudaqqiq.invalid/status/2031"
NUMBER = "2345678417"
ED25519, ES256 = -8, -7  # RFC 9053 sections 2.1 and 2.2
_DAY = timedelta(days=1)
_PHOTO_BYTES = 610
_P256_BYTES = 32
_TAG_SIGN1 = b"\xd2"
_ECDSA = ec.ECDSA(hashes.SHA256())

Bare = Callable[[], None]


class Signer:
    """A private key made for this run, by its COSE algorithm."""

    def __init__(self, algorithm: int) -> None:
        self.algorithm = algorithm
        self._ed25519 = ed25519.Ed25519PrivateKey.generate() if algorithm == ED25519 else None
        self._p256 = ec.generate_private_key(ec.SECP256R1())

    @property
    def public(self) -> PublicKey:
        """The public half, as the trust store has it."""
        if self._ed25519 is not None:
            return ed25519_key(self._ed25519.public_key())
        return p256_key(self._p256.public_key())

    @property
    def raw(self) -> bytes:
        """The public half as foreign libraries want it: 32 bytes, or an uncompressed X9.62 point."""
        if self._ed25519 is not None:
            return self._ed25519.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return self._p256.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def sign(self, message: bytes) -> bytes:
        """Sign; ECDSA signatures as r || s."""
        if self._ed25519 is not None:
            return self._ed25519.sign(message)
        r, s = decode_dss_signature(self._p256.sign(message, _ECDSA))
        return r.to_bytes(_P256_BYTES) + s.to_bytes(_P256_BYTES)

    def bare(self, signature: bytes, message: bytes) -> Bare:
        """Return the one call of `cryptography` that verifies `signature`, everything else done before."""
        if self._ed25519 is not None:
            edwards = self._ed25519.public_key()
            return lambda: edwards.verify(signature, message)
        key = self._p256.public_key()
        r, s = signature[:_P256_BYTES], signature[_P256_BYTES:]
        der = encode_dss_signature(int.from_bytes(r), int.from_bytes(s))
        return lambda: key.verify(der, message, _ECDSA)


@dataclass(frozen=True, slots=True)
class Sample:
    """One code: its text, the COSE_Sign1 inside, and the bare calls of `cryptography` it contains."""

    text: str
    content: bytes
    bare: tuple[Bare, ...]


def make_print(issuer: Signer, now: datetime) -> Sample:
    """Issue a copy for paper: one signature."""
    return _sample(_sign(issuer, _claims(now)), issuer)


def make_live(issuer: Signer, now: datetime) -> Sample:
    """Issue a phone copy and show it at `now`: two signatures and the holder's key."""
    holder = Signer(ES256)
    point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), holder.raw)
    packed = point.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    key = {1: 2, -1: 1, -2: packed[1:], -3: packed[0] == 3}  # noqa: PLR2004 - SEC 1: 3 is the odd y
    message = _sign(issuer, {**_claims(now), 8: {1: key}})
    header = encode_cbor({1: ES256, 15: {6: int(now.timestamp())}})
    covered = countersignature_input(message, header)
    proof = holder.sign(covered)

    def load() -> None:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), packed)

    live = Sign1(
        message.protected, message.headers, {11: [header, {}, proof]}, message.payload, message.signature
    )
    return _sample(live, issuer, load, holder.bare(proof, covered))


def sign_claims(issuer: Signer, claims: Mapping[int, object], protected: Mapping[int, object]) -> bytes:
    """Return a tagged COSE_Sign1 over `claims`. Source: RFC 9052 sections 4.2 and 4.4."""
    header, payload = encode_cbor(dict(protected)), encode_cbor(dict(claims))
    return _TAG_SIGN1 + encode_cbor([header, {}, payload, issuer.sign(signature1_input(header, payload))])


def _sign(issuer: Signer, claims: Mapping[int, object]) -> Sign1:
    return parse_sign1(sign_claims(issuer, claims, {1: issuer.algorithm, 4: issuer.public.kid}))


def _sample(message: Sign1, issuer: Signer, *more: Bare) -> Sample:
    parts = [message.protected, dict(message.unprotected), message.payload, message.signature]
    content = _TAG_SIGN1 + encode_cbor(parts)
    covered = signature1_input(message.protected, message.payload)
    bare = (issuer.bare(message.signature, covered), *more)
    return Sample(encode_base45(zlib.compress(content, 9)), content, bare)


def _claims(now: datetime) -> dict[int, object]:
    identity = {
        1: NUMBER,
        2: "1",
        3: "eng",
        4: "Test Person With A Longer Name",
        8: "19900418",
        9: 1,
        13: "PAK",
        16: b"RIFF\0\0\0\0WEBP" + os.urandom(_PHOTO_BYTES),
        17: 4,
        19: "شخص تجريبي باسم أطول",
        20: "ara",
        22: "resident",
        23: "SAU",
        24: "مهندس مدني",
        25: "شركة تجريبية للمقاولات",
        26: "7001234567",
    }
    return {
        1: ISSUER,
        4: int((now + 365 * _DAY).timestamp()),
        6: int((now - _DAY).timestamp()),
        169: identity,
        65535: {"status_list": {"idx": 4711, "uri": STATUS_URI}},
    }
