"""The outer form of a credential: where a live proof is put in, and the text of the code."""

from __future__ import annotations

import zlib

from kiosk.cose.cbor import encode_cbor
from kiosk.cose.encoding import encode_base45
from kiosk.cose.sign1 import COUNTERSIGNATURE_V2, parse_sign1

_TAG_SIGN1 = b"\xd2"
_BEST = 9


def with_countersignature(credential: bytes, countersignature: list[object]) -> bytes:
    """Return the COSE_Sign1 with one countersignature in its unprotected header.

    Source: RFC 9338 section 3.1 (header parameter 11).
    """
    parts = parse_sign1(credential)
    unprotected = {COUNTERSIGNATURE_V2: countersignature}
    return _TAG_SIGN1 + encode_cbor([parts.protected, unprotected, parts.payload, parts.signature])


def code_text(credential: bytes) -> str:
    """Return what stands in the code: base45 of zlib of the COSE_Sign1.

    Source: RFC 9285 section 3, RFC 1950; Claim 169 v1.2.0, the QR section.
    """
    return encode_base45(zlib.compress(credential, _BEST))
