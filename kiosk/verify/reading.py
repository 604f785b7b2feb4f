"""From a presented text to a `Token`: the shape is right, and nothing is trusted.

Rules kept here: what does not reach a COSE_Sign1 with claim 169 is called "not a credential this kiosk can
read" and never forged; what does, and breaks a rule of the profile, is malformed, with the layer named.
Details never quote what was presented. Whether anybody trusted signed it is left to `issuer.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kiosk.cose.encoding import decode_base45, inflate
from kiosk.cose.keys import Algorithm
from kiosk.cose.layers import Layer, LayerError
from kiosk.cose.sign1 import ALG, COUNTERSIGNATURE_V2, KID, TAGS_OF_SIGN1, Sign1, parse_sign1
from kiosk.model import CheckFailed, Reason
from kiosk.verify.claim169 import parse_identity
from kiosk.verify.credential import Token
from kiosk.verify.cwt import IDENTITY, parse_claims, parse_claims_map
from kiosk.verify.liveproof import parse_proof

_ALGORITHMS = frozenset(identifier for known in Algorithm for identifier in known.value)
MAX_TEXT = 4296
"""The most a QR code holds in alphanumeric mode (40-L). Source: ISO/IEC 18004 table 7."""


def decode_text(text: str) -> bytes:
    """Undo base45 and zlib. Raises CheckFailed: NOT_A_CREDENTIAL."""
    if len(text) > MAX_TEXT:
        raise CheckFailed(Reason.NOT_A_CREDENTIAL, "longer than any QR code")
    try:
        return inflate(decode_base45(text))
    except LayerError as err:
        raise CheckFailed(Reason.NOT_A_CREDENTIAL, str(err)) from err


def parse_token(content: bytes) -> Token:
    """Parse the bytes of a credential, every layer of them.

    Raises CheckFailed: NOT_A_CREDENTIAL for what is something else, MALFORMED for a credential with a flaw.
    """
    try:
        message = parse_sign1(content)
        claims = parse_claims_map(message.payload)
        _refuse_foreign(message, claims)
        return Token(
            message=message,
            kid=_parse_kid(message),
            claims=parse_claims(claims),
            identity=parse_identity(claims[IDENTITY]),
            proof=parse_proof(message.unprotected[COUNTERSIGNATURE_V2]) if message.unprotected else None,
        )
    except LayerError as err:
        reason = Reason.MALFORMED if _means_claim_169(content) else Reason.NOT_A_CREDENTIAL
        raise CheckFailed(reason, str(err)) from err


def _means_claim_169(content: bytes) -> bool:
    """Say whether broken bytes set out to be a credential: a COSE_Sign1 with the number 169 in it.

    169 is 18 a9 in CBOR; longer, forbidden forms of it end in 00 a9. Source: RFC 8949 section 3.1.
    """
    return content.startswith(TAGS_OF_SIGN1) and (b"\x18\xa9" in content or b"\x00\xa9" in content)


def _refuse_foreign(message: Sign1, claims: Mapping[int, Any]) -> None:
    """Refuse other signed codes by name, and headers the profile does not allow as malformed."""
    if IDENTITY not in claims:
        raise CheckFailed(Reason.NOT_A_CREDENTIAL, "no claim 169")
    algorithm = message.headers.get(ALG)
    if type(algorithm) is not int and type(algorithm) is not str:
        raise LayerError(Layer.COSE, "no algorithm in the protected header")
    if algorithm not in _ALGORITHMS:
        raise CheckFailed(Reason.NOT_A_CREDENTIAL, "an algorithm outside the profile")
    if message.unprotected and message.unprotected.keys() != {COUNTERSIGNATURE_V2}:
        raise LayerError(Layer.COSE, "a label other than 11 in the unprotected header")


def _parse_kid(message: Sign1) -> bytes | None:
    kid = message.headers.get(KID)
    if kid is not None and not isinstance(kid, bytes):
        raise LayerError(Layer.COSE, "kid (4) is not a byte string")
    return kid
