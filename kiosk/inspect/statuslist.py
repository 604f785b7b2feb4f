"""A Status List Token in its CWT form, taken apart for a person who looks at it.

Rules kept here: the token's type stands in the protected header and is not optional; the list inflates within
the limit of the trust store; an index outside is an answer, not an accident.
Source: draft-ietf-oauth-status-list-21 sections 4, 5.2 and 7.1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from kiosk.cose.layers import Layer, LayerError
from kiosk.cose.sign1 import TYP
from kiosk.inspect.cbor import is_number
from kiosk.inspect.claims import (
    IAT,
    STATUS_LIST,
    SUB,
    TTL,
    check_any_dates,
    describe_claims_set,
    parse_any_claims,
)
from kiosk.inspect.describe import describe_claims
from kiosk.inspect.keyfile import unwrap_text
from kiosk.inspect.message import Message
from kiosk.inspect.report import LayerBroken, Peeling, Report
from kiosk.inspect.walk import GivenKeys, peel_message, peel_signatures
from kiosk.model import Reason
from kiosk.trust.statuslist import CONTENT_TYPE, RAW_LIMIT, StatusList, parse_entries, read_status_list

MAX_FILE = 16 * 1024 * 1024
_NAMES = {0: "VALID", 1: "INVALID", 2: "SUSPENDED", 3: "APPLICATION_SPECIFIC (here: superseded)"}
_FREE = range(0x0B, 0x10)
_EPOCH = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True, slots=True)
class StatusEntry:
    """One word of a list, with the list's measure."""

    bits: int
    size: int
    index: int
    status: int
    name: str


def name_status(word: int) -> str:
    """Return the registered name of a status word."""
    return _NAMES.get(word) or ("APPLICATION_SPECIFIC" if word in _FREE else "reserved")


def inspect_status_list(content: bytes, keys: GivenKeys, index: int, now: datetime) -> Report:
    """Take a Status List Token apart (bytes, or their hex or base64) and look up `index`. Never raises."""
    peeling = Peeling()
    try:
        token = unwrap_text(content)
        peeling.profile = _say_own_reader(token)
        message = peel_message(token, peeling)  # cbor, cose
        _check_type(message)
        peel_signatures(message, keys, {}, peeling)  # signature
        claims = parse_any_claims(message.sign1.payload).item
        _check_required(claims)
        peeling.sound(Layer.CWT, describe_claims_set(claims))
        peeling.claims = describe_claims(claims)
        peeling.attempt(Layer.DATES, partial(check_any_dates, claims, now))
        entry = _look_up(_read_list(claims), index)
        peeling.claims = {**peeling.claims, "status_list": _describe(entry)}
        peeling.sound(Layer.STATUSLIST, f"{entry.size} entries of {entry.bits} bits; index {index}: "
                                        f"{entry.status} {entry.name}")  # fmt: skip
    except LayerError as err:
        peeling.broke(err)
    return peeling.report()


def _check_type(message: Message) -> None:
    if message.headers.get(TYP) != CONTENT_TYPE:
        detail = f"type (16) in the protected header is not {CONTENT_TYPE}"
        raise LayerBroken(Layer.COSE, detail, Reason.NOT_A_CREDENTIAL)


def _check_required(claims: Mapping[Any, Any]) -> None:
    if SUB not in claims:
        raise LayerError(Layer.CWT, "no sub (2), the list's own uri")
    if IAT not in claims:
        raise LayerError(Layer.CWT, "no iat (6)")
    ttl = claims.get(TTL)
    if ttl is not None and (not is_number(ttl) or ttl <= 0):
        raise LayerError(Layer.CWT, "ttl (65534) is not a positive number of seconds")


def _read_list(claims: Mapping[Any, Any]) -> StatusList:
    bits, entries = parse_entries(claims.get(STATUS_LIST), RAW_LIMIT)
    return StatusList(claims[SUB], "", bits, entries, _EPOCH)


def _look_up(found: StatusList, index: int) -> StatusEntry:
    try:
        word = found.status_at(index)
    except IndexError as err:
        detail = f"index {index} is outside 0 to {found.size - 1}"
        raise LayerBroken(Layer.STATUSLIST, detail, Reason.STATUS_INDEX_OUT_OF_RANGE) from err
    return StatusEntry(found.bits, found.size, index, word, name_status(word))


def _describe(entry: StatusEntry) -> dict[str, object]:
    return {
        "bits": entry.bits,
        "size": entry.size,
        "index": entry.index,
        "status": entry.status,
        "name": entry.name,
    }


def _say_own_reader(token: bytes) -> tuple[str, ...]:
    try:
        read_status_list(token, None)
    except LayerError as err:
        return (f"the kiosk's own reader says {err}",)
    return ()
