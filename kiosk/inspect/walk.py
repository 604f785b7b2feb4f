"""The way through the layers, from what was handed in to the claims: one function to read downwards.

Rules kept here: a layer behind which nothing can be read ends the way, any other does not; `now` and the keys
are arguments; no outcome is drawn, for only `kiosk.verify` does that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from kiosk.cose.layers import Layer, LayerError
from kiosk.cose.sign1 import ALG, TAGS_OF_SIGN1
from kiosk.inspect.cbor import Parsed, parse_any_cbor
from kiosk.inspect.claims import (
    STATUS,
    check_any_dates,
    check_identity,
    check_status_reference,
    describe_claims_set,
    parse_any_claims,
)
from kiosk.inspect.code import Code, take_off_wrapping
from kiosk.inspect.describe import describe_claims
from kiosk.inspect.keys import VerificationKey
from kiosk.inspect.message import Message, countersigned, open_message
from kiosk.inspect.profile import say_own_reader, say_profile
from kiosk.inspect.report import LayerBroken, Peeling, Report
from kiosk.inspect.signatures import check_countersignatures, check_signature, name_algorithm
from kiosk.model import Reason


@dataclass(frozen=True, slots=True)
class GivenKeys:
    """The keys an integrator gives: the issuer's and the holder's, each or none."""

    issuer: VerificationKey | None = None
    holder: VerificationKey | None = None


def inspect_code(code: Code, keys: GivenKeys, now: datetime) -> Report:
    """Take a credential apart. Never raises on any content. `now` is aware."""
    peeling = Peeling()
    try:
        content = take_off_wrapping(code, peeling)  # image, prefix, base45, zlib
        peeling.profile = say_own_reader(content)
        message = peel_message(content, peeling)  # cbor, cose
        parsed, flaw = _try_claims(message)
        claims = None if flaw else parsed.item
        peeling.profile = say_profile(content, message, claims, parsed.liberties)
        peel_signatures(message, keys, claims or {}, peeling)  # signature, countersignature
        if flaw:
            raise flaw
        _peel_claims(parsed.item, now, peeling)  # cwt, dates, claim169, statuslist
    except LayerError as err:
        peeling.broke(err)
    return peeling.report()


def peel_message(content: bytes, peeling: Peeling) -> Message:
    """Take off CBOR and COSE. Raises LayerError: CBOR, COSE."""
    try:
        parsed = parse_any_cbor(content)
    except LayerError as err:
        meant = content.startswith(TAGS_OF_SIGN1)
        reason = Reason.MALFORMED if meant else Reason.NOT_A_CREDENTIAL
        raise LayerBroken(Layer.CBOR, err.detail, reason) from err
    noted = f", {', '.join(parsed.liberties)}" if parsed.liberties else ""
    peeling.sound(Layer.CBOR, f"{len(content)} bytes{noted}")
    message = open_message(parsed)
    peeling.sound(Layer.COSE, _describe_message(message))
    return message


def _describe_message(message: Message) -> str:
    tags = (
        f"tag {'('.join(map(str, message.tags))}{')' * (len(message.tags) - 1)}"
        if message.tags
        else "untagged"
    )
    kid = message.kid
    name = f", kid {kid.hex()}" if isinstance(kid, bytes) else ""
    return f"COSE_Sign1, {tags}, {name_algorithm(message.headers.get(ALG))}{name}"


def _try_claims(message: Message) -> tuple[Parsed, LayerError | None]:
    """Parse the payload ahead of its turn, because the countersignature's key stands in it."""
    try:
        return parse_any_claims(message.sign1.payload), None
    except LayerError as err:
        return Parsed({}, ()), err


def peel_signatures(message: Message, keys: GivenKeys, claims: Mapping[Any, Any], peeling: Peeling) -> None:
    """Check the signature, and the countersignature where one stands or was asked for."""
    peeling.attempt(Layer.SIGNATURE, partial(check_signature, message, keys.issuer))
    if not countersigned(message) and keys.holder is None:
        return
    signed = keys.issuer is not None and not peeling.is_broken
    check = partial(check_countersignatures, message, keys.holder, claims, signed=signed)
    peeling.attempt(Layer.COUNTERSIGNATURE, check)


def _peel_claims(claims: Mapping[Any, Any], now: datetime, peeling: Peeling) -> None:
    peeling.sound(Layer.CWT, describe_claims_set(claims))
    peeling.claims = describe_claims(claims)
    peeling.attempt(Layer.DATES, partial(check_any_dates, claims, now))
    peeling.attempt(Layer.CLAIM169, partial(check_identity, claims))
    if STATUS in claims:
        peeling.attempt(Layer.STATUSLIST, partial(check_status_reference, claims))
