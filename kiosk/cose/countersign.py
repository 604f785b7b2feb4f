"""The RFC 9338 countersignature over a whole COSE_Sign1: taken apart, and checked with the holder's key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kiosk.cose.cbor import encode_cbor
from kiosk.cose.keys import PublicKey
from kiosk.cose.layers import Layer, LayerError
from kiosk.cose.sign1 import ALG, Sign1, parse_header

_PARTS = 3


@dataclass(frozen=True, slots=True)
class Countersignature:
    """A COSE_Countersignature as it came; nothing in it is trusted."""

    protected: bytes
    headers: Mapping[Any, Any]
    unprotected: Mapping[Any, Any]
    signature: bytes


def parse_countersignature(item: object) -> Countersignature:
    """Parse exactly one countersignature; an array of several is refused.

    Raises LayerError(COUNTERSIGNATURE). Source: RFC 9338 section 3.1.
    """
    if not isinstance(item, list) or len(item) != _PARTS:
        raise LayerError(Layer.COUNTERSIGNATURE, "not one countersignature")
    protected, unprotected, signature = item
    if (
        not isinstance(protected, bytes)
        or not isinstance(unprotected, dict)
        or not isinstance(signature, bytes)
    ):
        raise LayerError(Layer.COUNTERSIGNATURE, "parts of the wrong type")
    try:
        headers = parse_header(protected, unprotected)
    except LayerError as err:
        raise LayerError(Layer.COUNTERSIGNATURE, err.detail) from err
    return Countersignature(protected, headers, unprotected, signature)


def countersignature_input(message: Sign1, sign_protected: bytes) -> bytes:
    """Return the bytes a V2 countersignature over a COSE_Sign1 covers.

    The last member holds the other signature in an array of its own. Source: RFC 9338 section 3.3.
    """
    return encode_cbor(
        ["CounterSignatureV2", message.protected, sign_protected, b"", message.payload, [message.signature]]
    )


def verify_countersignature(proof: Countersignature, message: Sign1, key: PublicKey) -> None:
    """Check the countersignature with `key`, whose algorithm its protected header must name.

    Raises LayerError(COUNTERSIGNATURE). Source: RFC 9338 section 3.3.
    """
    if not key.algorithm.is_named(proof.headers.get(ALG)):
        raise LayerError(Layer.COUNTERSIGNATURE, "the header names another algorithm than the key's")
    if not key.is_signature(proof.signature, countersignature_input(message, proof.protected)):
        raise LayerError(Layer.COUNTERSIGNATURE, "the signature does not fit")
