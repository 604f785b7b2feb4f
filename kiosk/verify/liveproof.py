"""Does the holder's phone show this code now? The countersignature by the key the issuer bound to it.

Rules kept here: a credential issued with a holder key never passes without a valid proof by that key; one
issued without (a print) carries no proof, and the signed policy says where it is accepted. An honest phone is
never called a screenshot because of the kiosk's own clock: its uncertainty widens the window, and a doubtful
clock refers. Remembering proofs already seen is left to `replay.py`, and what they say of the clock to
`drift.py`, for only a running kiosk can.
"""

from __future__ import annotations

from datetime import datetime

from kiosk.cose.countersign import parse_countersignature, verify_countersignature
from kiosk.cose.keys import Algorithm, PublicKey
from kiosk.cose.layers import Layer, LayerError
from kiosk.cose.sign1 import ALG, Sign1
from kiosk.model import CheckFailed, ClockReading, ClockState, Reason
from kiosk.verify.credential import Proof
from kiosk.verify.cwt import parse_instant
from kiosk.verify.drift import AGREE_WITHIN_S

_CWT_CLAIMS = 15  # RFC 9597: claims in a header
_IAT = 6


def parse_proof(item: object) -> Proof:
    """Read header 11: `[protected {1: -7 or -9, 15: {6: ts}}, {}, signature]` and nothing else.

    A nonce (claim 10 in 15) is reserved and refused. Raises LayerError(COUNTERSIGNATURE).
    Source: RFC 9338 section 3.1, RFC 9597 section 2.
    """
    proof = parse_countersignature(item)
    claims = proof.headers.get(_CWT_CLAIMS)
    if proof.unprotected or proof.headers.keys() != {ALG, _CWT_CLAIMS}:
        raise LayerError(Layer.COUNTERSIGNATURE, "other labels than alg and the claims")
    if not Algorithm.ES256.is_named(proof.headers[ALG]):
        raise LayerError(Layer.COUNTERSIGNATURE, "not by ES256")
    if not isinstance(claims, dict) or claims.keys() != {_IAT} or type(claims[_IAT]) is not int:
        raise LayerError(Layer.COUNTERSIGNATURE, "not one time of issue")
    try:
        return Proof(proof, parse_instant(claims[_IAT], "the time"))
    except LayerError as err:
        raise LayerError(Layer.COUNTERSIGNATURE, err.detail) from err


def verify_proof(proof: Proof | None, message: Sign1, key: PublicKey) -> datetime:
    """Verify that the holder key signed this very credential, and return when it says it did.

    Raises CheckFailed: PROOF_MISSING, PROOF_INVALID.
    """
    if proof is None:
        raise CheckFailed(Reason.PROOF_MISSING)
    try:
        verify_countersignature(proof.countersignature, message, key)
    except LayerError as err:
        raise CheckFailed(Reason.PROOF_INVALID, str(err)) from err
    return proof.made_at


def check_proof_time(made_at: datetime, clock: ClockReading, window_s: float) -> None:
    """Check that a proof was made just now, as far as the kiosk can tell.

    `window_s` is the signed policy's; the clock's own uncertainty comes on top, in both directions. A proof
    that is old by as much as several holders' phones say the clock is ahead may be fresh: no more is made of
    what they say. Raises CheckFailed: PROOF_STALE, PROOF_TIME_UNSURE.
    """
    window_s += clock.uncertainty_s
    age_s = (clock.now - made_at).total_seconds()
    if clock.state is ClockState.DOUBTFUL or age_s < -window_s:
        raise CheckFailed(Reason.PROOF_TIME_UNSURE)
    if age_s > window_s:
        as_suspected = clock.ahead_s is not None and abs(age_s - clock.ahead_s) <= AGREE_WITHIN_S
        raise CheckFailed(Reason.PROOF_TIME_UNSURE if as_suspected else Reason.PROOF_STALE)
