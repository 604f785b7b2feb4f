"""The claims of any CWT: their types, their dates, the identity map and the status in them.

Rules kept here: `exp` has no leeway, `nbf` and `iat` have five minutes; a boolean is no number and a tagged
date is none either; instants are compared as numbers, so that none is too large. Claims that are not known
here are left alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from kiosk.cose.layers import Layer, LayerError
from kiosk.inspect.cbor import Parsed, is_number, parse_any_cbor
from kiosk.inspect.report import LayerBroken
from kiosk.model import Reason
from kiosk.verify.claim169 import parse_identity

ISS, SUB, AUD, EXP, NBF, IAT, CTI, CNF = range(1, 9)
IDENTITY, STATUS, STATUS_LIST, TTL, HEALTH_PASS = 169, 65535, 65533, 65534, -260
LEEWAY_S = 300
_DATES = {EXP: "exp", NBF: "nbf", IAT: "iat"}
_LAST_SECOND = 253402300799  # 9999-12-31T23:59:59Z, the last that datetime can say
_OWN_KEYS = frozenset((*range(1, 24), *range(50, 66)))  # 24 to 49 are free for closed ecosystems


def parse_any_claims(payload: bytes) -> Parsed:
    """Parse a claims set and check the types of the registered claims. Raises LayerError(CWT).

    Source: RFC 8392 sections 2 (NumericDate, without a tag), 3 and 3.1.
    """
    parsed = parse_any_cbor(payload, Layer.CWT)
    claims = parsed.item
    if not isinstance(claims, dict):
        raise LayerError(Layer.CWT, "the payload is not a map of claims")
    if any(type(label) not in {int, str} for label in claims):
        raise LayerError(Layer.CWT, "a claim's label is no integer and no text")
    if claims and not any(type(label) is int for label in claims):
        raise LayerError(Layer.CWT, "a map without one registered claim, not a claims set")
    for label, name in {ISS: "iss", SUB: "sub"}.items():
        if label in claims and type(claims[label]) is not str:
            raise LayerError(Layer.CWT, f"{name} ({label}) is not a text")
    for label, name in _DATES.items():
        if label in claims and not is_number(claims[label]):
            raise LayerError(Layer.CWT, f"{name} ({label}) is not a number of seconds")
    if CTI in claims and type(claims[CTI]) is not bytes:
        raise LayerError(Layer.CWT, "cti (7) is not a byte string")
    return parsed


def describe_claims_set(claims: Mapping[Any, Any]) -> str:
    """Return the detail of a sound CWT layer."""
    return f"{len(claims)} claim{'s' if len(claims) != 1 else ''}"


def check_any_dates(claims: Mapping[Any, Any], now: datetime) -> str:
    """Check `exp`, `nbf` and `iat`, where they are there, against aware `now`.

    Raises LayerBroken(DATES): EXPIRED, NOT_YET_VALID, ISSUED_IN_FUTURE. Source: RFC 8392 sections 3.1.4-6.
    """
    seconds = now.timestamp()
    said = ", ".join(
        f"{name} {describe_instant(claims[label])}" for label, name in _DATES.items() if label in claims
    )
    if EXP in claims and seconds >= claims[EXP]:
        raise LayerBroken(Layer.DATES, said, Reason.EXPIRED)
    if NBF in claims and claims[NBF] > seconds + LEEWAY_S:
        raise LayerBroken(Layer.DATES, said, Reason.NOT_YET_VALID)
    if IAT in claims and claims[IAT] > seconds + LEEWAY_S:
        raise LayerBroken(Layer.DATES, said, Reason.ISSUED_IN_FUTURE)
    return said or "none in the token"


def describe_instant(seconds: float) -> str:
    """Write a NumericDate as ISO 8601 UTC; as a number where no calendar reaches it."""
    if not 0 <= seconds <= _LAST_SECOND:
        return str(seconds)
    instant = datetime.fromtimestamp(seconds, UTC)
    return instant.isoformat().replace("+00:00", "Z")


def check_identity(claims: Mapping[Any, Any]) -> str:
    """Check that claim 169 is there and well-formed; keys 24 to 49 may hold anything.

    Raises LayerError(CLAIM169), with NOT_A_CREDENTIAL where it is absent.
    """
    if IDENTITY not in claims:
        raise LayerBroken(Layer.CLAIM169, _name_foreign(claims), Reason.NOT_A_CREDENTIAL)
    identity = claims[IDENTITY]
    if not isinstance(identity, dict):
        raise LayerError(Layer.CLAIM169, "not a map")
    if not identity:
        raise LayerError(Layer.CLAIM169, "an empty map")
    parse_identity({key: value for key, value in identity.items() if key in _OWN_KEYS})
    return f"{len(identity)} keys"


def _name_foreign(claims: Mapping[Any, Any]) -> str:
    if HEALTH_PASS in claims:
        return "no claim 169: a health pass (claim -260)"
    if STATUS_LIST in claims:
        return "no claim 169: a status list (claim 65533), see --status-list"
    return "no claim 169"


def check_status_reference(claims: Mapping[Any, Any]) -> str:
    """Check the shape of claim 65535. Raises LayerError(STATUSLIST).

    Source: draft-ietf-oauth-status-list-21 section 6.3.
    """
    status = claims[STATUS]
    if not isinstance(status, dict):
        raise LayerError(Layer.STATUSLIST, "status (65535) is not a map")
    if "status_list" not in status:
        return "a status, but not by a status list"
    place = status["status_list"]
    index, uri = (place.get("idx"), place.get("uri")) if isinstance(place, dict) else (None, None)
    if type(index) is not int or index < 0 or type(uri) is not str or not uri:
        raise LayerError(Layer.STATUSLIST, "status_list is not an index from 0 and a uri")
    return f"index {index}, not looked up"
