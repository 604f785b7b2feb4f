"""Did an issuer we trust sign this? The key comes from the trust store, never from the code.

Rules kept here: `kid` only looks up a key, which brings its own algorithm, issuer and dates; `iss` inside
must be that issuer. Nothing in a token counts before this held.
"""

from __future__ import annotations

from kiosk.cose.layers import LayerError
from kiosk.cose.sign1 import verify_sign1
from kiosk.model import CheckFailed, Reason
from kiosk.trust.issuers import IssuerKey, Usage
from kiosk.trust.trustset import TrustSet
from kiosk.verify.credential import Token


def verify_issuer(token: Token, trust: TrustSet) -> IssuerKey:
    """Verify the token's signature with the key it names, and return that key's record.

    Raises CheckFailed: ISSUER_UNKNOWN, ISSUER_DISTRUSTED (also for an `iat` outside the key's dates),
    SIGNATURE_INVALID, ISSUER_MISMATCH. Source: RFC 9052 section 4.4.
    """
    issuer = None if token.kid is None else trust.issuers.get(token.kid)
    if issuer is None or issuer.usage is not Usage.CREDENTIAL:
        raise CheckFailed(Reason.ISSUER_UNKNOWN)
    if _is_distrusted(issuer, token):
        raise CheckFailed(Reason.ISSUER_DISTRUSTED)
    try:
        verify_sign1(token.message, issuer.key)
    except LayerError as err:
        raise CheckFailed(Reason.SIGNATURE_INVALID, str(err)) from err
    if token.claims.issuer != issuer.issuer:
        raise CheckFailed(Reason.ISSUER_MISMATCH)
    return issuer


def _is_distrusted(issuer: IssuerKey, token: Token) -> bool:
    issued_at = token.claims.issued_at
    if not issuer.valid_from <= issued_at <= issuer.valid_until:
        return True
    return issuer.distrusted_from is not None and issued_at >= issuer.distrusted_from
