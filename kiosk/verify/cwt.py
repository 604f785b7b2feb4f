"""The claims of a credential: a CWT with the profile's required claims, strictly typed and untrusted.

Rules kept here: a boolean is no number, floats only where real issuers write them (4, 5, 6) and only whole
ones, instants only in the years 2000 to 9999, labels are integers. Claims the profile does not know are left
alone. Whether the instants fit the clock is left to `dates.py`, the identity map to `claim169.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from kiosk.cose.cbor import parse_cbor
from kiosk.cose.keys import Algorithm, PublicKey, parse_cose_key
from kiosk.cose.layers import Layer, LayerError

_ISS, _EXP, _NBF, _IAT, _CNF, IDENTITY, _STATUS = 1, 4, 5, 6, 8, 169, 65535
_COSE_KEY = 1  # RFC 8747 section 3.1
_FIRST_SECOND = 946684800  # 2000-01-01T00:00:00Z
_LAST_SECOND = 253402300799  # 9999-12-31T23:59:59Z, the last that datetime can say
_MAX_URI = 1024
_NUMBERS = frozenset({int})


@dataclass(frozen=True, slots=True)
class StatusRef:
    """Where a credential's status stands: the list's name and the place in it."""

    uri: str
    index: int


@dataclass(frozen=True, slots=True)
class Claims:
    """The claims around the identity map, as they came. Instants are aware UTC."""

    issuer: str
    expires_at: datetime
    not_before: datetime | None
    issued_at: datetime
    holder_key: PublicKey | None
    status: StatusRef


def parse_claims_map(payload: bytes) -> Mapping[int, Any]:
    """Parse the payload of a credential into its claims, none of them looked at yet.

    Raises LayerError(CWT). Source: RFC 8392 section 3.
    """
    claims = parse_cbor(payload, Layer.CWT)
    if not isinstance(claims, dict):
        raise LayerError(Layer.CWT, "the claims are not a map")
    if not _NUMBERS.issuperset(map(type, claims)):
        raise LayerError(Layer.CWT, "a claim's label is not an integer")
    return claims


def parse_claims(claims: Mapping[int, Any]) -> Claims:
    """Read the claims the profile needs.

    Raises LayerError: CWT, also for a holder key that is none. Source: RFC 8392 section 3.1, RFC 8747
    section 3.2 (cnf), draft-ietf-oauth-status-list-21 section 6.3 (status).
    """
    issuer = claims.get(_ISS)
    if not isinstance(issuer, str) or not issuer:
        raise LayerError(Layer.CWT, "iss (1) is not a text")
    return Claims(
        issuer=issuer,
        expires_at=parse_instant(claims.get(_EXP), "exp (4)"),
        not_before=parse_instant(claims[_NBF], "nbf (5)") if _NBF in claims else None,
        issued_at=parse_instant(claims.get(_IAT), "iat (6)"),
        holder_key=_parse_holder_key(claims[_CNF]) if _CNF in claims else None,
        status=_parse_status(claims.get(_STATUS)),
    )


def parse_instant(value: object, name: str) -> datetime:
    """Read a NumericDate: whole seconds, in the years 2000 to 9999.

    Raises LayerError(CWT). Source: RFC 8392 section 2 (NumericDate).
    """
    if type(value) is float and value.is_integer():
        value = int(value)
    if type(value) is not int:
        raise LayerError(Layer.CWT, f"{name} is not a whole number")
    if not _FIRST_SECOND <= value <= _LAST_SECOND:
        raise LayerError(Layer.CWT, f"{name} is not in the years 2000 to 9999")
    return datetime.fromtimestamp(value, UTC)


def _parse_holder_key(confirmation: object) -> PublicKey:
    """Read cnf: one COSE_Key on P-256, what the hardware of phones signs with."""
    if not isinstance(confirmation, dict) or confirmation.keys() != {_COSE_KEY}:
        raise LayerError(Layer.CWT, "cnf (8) is not one COSE_Key")
    key = parse_cose_key(confirmation[_COSE_KEY], Layer.CWT)
    if key.algorithm is not Algorithm.ES256:
        raise LayerError(Layer.CWT, "the holder key is not on P-256")
    return key


def _parse_status(status: object) -> StatusRef:
    place = status.get("status_list") if isinstance(status, dict) else None
    if not isinstance(place, dict):
        raise LayerError(Layer.CWT, "status (65535) is not a status_list")
    uri, index = place.get("uri"), place.get("idx")
    if not isinstance(uri, str) or not 1 <= len(uri) <= _MAX_URI:
        raise LayerError(Layer.CWT, "status: uri is not a text")
    if type(index) is not int or index < 0:
        raise LayerError(Layer.CWT, "status: idx is not a whole number from 0")
    return StatusRef(uri, index)
