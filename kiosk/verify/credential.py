"""A credential before and after its signature was checked, as two types that cannot be mixed up.

Rules kept here: a `Token` is what somebody presented, a `Credential` is what a trusted issuer said. Only
`pipeline.py` makes the second from the first.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from kiosk.cose.countersign import Countersignature
from kiosk.cose.sign1 import Sign1
from kiosk.verify.claim169 import Identity
from kiosk.verify.cwt import Claims, StatusRef

__all__ = ["Credential", "Proof", "StatusRef", "Token"]


@dataclass(frozen=True, slots=True)
class Proof:
    """A live proof as it came: a countersignature and the instant it claims, aware UTC. Untrusted."""

    countersignature: Countersignature
    made_at: datetime


@dataclass(frozen=True, slots=True, repr=False)
class Token:
    """A credential as it was presented, in the right shape and otherwise untrusted.

    `kid` is a dictionary key and nothing else; None when the protected header names none.
    """

    message: Sign1
    kid: bytes | None
    claims: Claims
    identity: Identity
    proof: Proof | None


@dataclass(frozen=True, slots=True, repr=False)
class Credential:
    """What a trusted issuer has signed: `identity` and `claims` of a token whose signature held.

    It never prints what it holds. `payload_digest` is the SHA-256 of the signed payload: with `proof_at` it
    names one showing of the live code, where a signature would not (ECDSA signatures can be written in two
    ways). `proof_at` is the time of the live proof once that proof held, aware UTC, else None.
    """

    identity: Identity
    claims: Claims
    issuer_kid: bytes
    payload_digest: bytes
    proof_at: datetime | None
