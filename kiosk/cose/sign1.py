"""COSE_Sign1: taken apart, and its signature checked with a key that the caller trusts.

Parsing gains no trust. The algorithm comes from the key and must equal the protected header.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from kiosk.cose.cbor import encode_cbor, parse_cbor
from kiosk.cose.keys import PublicKey
from kiosk.cose.layers import Layer, LayerError

ALG, CRIT, KID, COUNTERSIGNATURE_V2, TYP = 1, 2, 4, 11, 16
_TAG_SIGN1 = b"\xd2"  # tag(18)
_TAG_CWT = b"\xd8\x3d"  # tag(61)
TAGS_OF_SIGN1 = (_TAG_SIGN1, _TAG_CWT + _TAG_SIGN1)
_PARTS = 4


@dataclass(frozen=True, slots=True)
class Sign1:
    """A COSE_Sign1 as it came: nothing in it is trusted. `headers` is the decoded `protected`."""

    protected: bytes
    headers: Mapping[Any, Any]
    unprotected: Mapping[Any, Any]
    payload: bytes
    signature: bytes


def parse_sign1(content: bytes) -> Sign1:
    """Parse tag 18, bare or inside the CWT tag 61.

    Raises LayerError: CBOR when it is not strict CBOR, COSE when it is not a COSE_Sign1.
    Source: RFC 9052 section 4.2, RFC 8392 section 6.
    """
    body = content.removeprefix(_TAG_CWT)
    if not body.startswith(_TAG_SIGN1):
        if not _starts_with_tag(content):
            parse_cbor(content)
        raise LayerError(Layer.COSE, "not tagged as COSE_Sign1")
    parts = parse_cbor(body[1:])
    if not isinstance(parts, list) or len(parts) != _PARTS:
        raise LayerError(Layer.COSE, "not an array of four")
    protected, unprotected, payload, signature = parts
    if not isinstance(protected, bytes) or not isinstance(unprotected, dict):
        raise LayerError(Layer.COSE, "headers of the wrong type")
    if not isinstance(payload, bytes) or not isinstance(signature, bytes):
        raise LayerError(Layer.COSE, "payload or signature is not a byte string")
    return Sign1(protected, parse_header(protected, unprotected), unprotected, payload, signature)


def _starts_with_tag(content: bytes) -> bool:
    return content[:1] >= b"\xc0" and content[:1] < b"\xe0"  # major type 6, RFC 8949 section 3.1


def parse_header(protected: bytes, unprotected: Mapping[Any, Any]) -> Mapping[Any, Any]:
    """Decode a protected bucket; refuse a label in both buckets and any critical label.

    Raises LayerError(COSE). Source: RFC 9052 section 3 (an empty map is the empty string) and 3.1.
    """
    headers = _decode_header(protected)
    if headers.keys() & unprotected.keys():
        raise LayerError(Layer.COSE, "a label stands in both headers")
    if CRIT in headers or CRIT in unprotected:
        raise LayerError(Layer.COSE, "a critical label that is not understood")
    return headers


@lru_cache(maxsize=64)
def _decode_header(protected: bytes) -> Mapping[Any, Any]:
    """Decode once what every credential of an issuer's key repeats."""
    headers = parse_cbor(protected, Layer.COSE) if protected else {}
    if not isinstance(headers, dict) or (protected and not headers):
        raise LayerError(Layer.COSE, "protected header is not a map, or an empty map written out")
    return MappingProxyType(headers)


def signature1_input(protected: bytes, payload: bytes) -> bytes:
    """Return the bytes that a COSE_Sign1 signature covers. Source: RFC 9052 section 4.4."""
    return encode_cbor(["Signature1", protected, b"", payload])


def verify_sign1(message: Sign1, key: PublicKey) -> None:
    """Check the signature with `key`, whose algorithm the protected header must name.

    Raises LayerError(SIGNATURE). Source: RFC 9052 section 4.4.
    """
    if not key.algorithm.is_named(message.headers.get(ALG)):
        raise LayerError(Layer.SIGNATURE, "the header names another algorithm than the key's")
    if not key.is_signature(message.signature, signature1_input(message.protected, message.payload)):
        raise LayerError(Layer.SIGNATURE, "the signature does not fit")
