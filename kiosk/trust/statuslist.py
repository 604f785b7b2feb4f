"""Status lists: a signed byte string with a few bits for every credential copy.

Rules kept here: the signature is by a status key of a known issuer within its dates, the list inflates within
a limit, and looking up costs one shift. What a status word means for a visitor is left to `verify`; how old a
list may be, to the signed policy. Source: draft-ietf-oauth-status-list-21 sections 4 (list) and 5.2 (CWT).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from kiosk.cose.cbor import parse_cbor
from kiosk.cose.encoding import inflate
from kiosk.cose.keys import PublicKey
from kiosk.cose.layers import Layer, LayerError
from kiosk.cose.sign1 import KID, TYP, Sign1, parse_sign1, verify_sign1
from kiosk.trust.errors import TrustError
from kiosk.trust.issuers import IssuerKey, Usage
from kiosk.trust.strictjson import MAX_TEXT

CONTENT_TYPE = "application/statuslist+cwt"
RAW_LIMIT = 16 * 1024 * 1024
MAX_URI = MAX_TEXT  # what the floor can keep as a name
BITS = frozenset({1, 2, 4, 8})
_ISS, _SUB, _EXP, _IAT, _TTL, _LIST = 1, 2, 4, 6, 65534, 65533
_LAST_SECOND = 253402300799  # 9999-12-31T23:59:59Z, the last that datetime can say


@dataclass(frozen=True, slots=True)
class StatusList:
    """The statuses of one cohort of credentials. `entries` is packed from the least significant bit.

    `uri` is the list's own name (`sub`); `issuer` signed it; `ttl_s` is for people, age is graded by policy.
    """

    uri: str
    issuer: str
    bits: int
    entries: bytes
    issued_at: datetime
    expires_at: datetime | None = None
    ttl_s: int | None = None

    @property
    def size(self) -> int:
        """How many entries the list has."""
        return len(self.entries) * 8 // self.bits

    def status_at(self, index: int) -> int:
        """Return the status word at `index`: 0 valid, 1 invalid, 2 suspended, 3 superseded here.

        Raises IndexError outside 0 to `size` - 1. Source: the draft, section 4.1.
        """
        bits = self.bits
        place = index * bits
        if index < 0:
            raise IndexError(index)
        return self.entries[place >> 3] >> (place & 7) & ((1 << bits) - 1)


def parse_status_list(content: bytes, keys: Iterable[IssuerKey], limit: int = RAW_LIMIT) -> StatusList:
    """Parse a Status List Token and verify it with the status key its protected header names.

    `limit` bounds the inflated entries in bytes. Raises TrustError.
    """
    try:
        message = parse_sign1(content)
        issuer = _find_key(message, keys)
        found = _read(message, issuer.key, issuer.issuer, limit)
    except LayerError as err:
        raise TrustError(f"a status list is refused, {err}") from err
    if not issuer.is_trusted_for(found.issued_at):
        raise TrustError("a status list is signed outside its key's dates")
    return found


def _find_key(message: Sign1, keys: Iterable[IssuerKey]) -> IssuerKey:
    kid = message.headers.get(KID)
    for key in keys:
        if key.usage is Usage.STATUS and isinstance(kid, bytes) and key.key.kid == kid:
            return key
    raise LayerError(Layer.SIGNATURE, "no status key of that kid is trusted")


def read_status_list(content: bytes, key: PublicKey | None, limit: int = RAW_LIMIT) -> StatusList:
    """Parse a Status List Token for a person who looks at it; with `key`, check its signature too.

    No trust is gained: `issuer` is what the token itself says, or empty. Raises LayerError naming the layer.
    """
    return _read(parse_sign1(content), key, None, limit)


def _read(message: Sign1, key: PublicKey | None, issuer: str | None, limit: int) -> StatusList:
    if message.headers.get(TYP) != CONTENT_TYPE:
        raise LayerError(Layer.COSE, f"not of type {CONTENT_TYPE}")
    if key is not None:
        verify_sign1(message, key)
    claims = parse_cbor(message.payload)
    if not isinstance(claims, dict) or not all(type(label) in {int, str} for label in claims):
        raise LayerError(Layer.CWT, "the claims are not a map of numbers and texts")
    said = claims.get(_ISS, issuer or "")
    if not isinstance(said, str) or (issuer is not None and said != issuer):
        raise LayerError(Layer.CWT, "the issuer named inside is not the key's")
    bits, entries = parse_entries(claims.get(_LIST), limit)
    return StatusList(
        uri=_parse_uri(claims),
        issuer=said,
        bits=bits,
        entries=entries,
        issued_at=_parse_instant(claims, _IAT),
        expires_at=_parse_instant(claims, _EXP) if _EXP in claims else None,
        ttl_s=_parse_seconds(claims, _TTL) if _TTL in claims else None,
    )


def _parse_uri(claims: Mapping[Any, Any]) -> str:
    uri = claims.get(_SUB)
    if not isinstance(uri, str) or not 1 <= len(uri) <= MAX_URI or not uri.isprintable():
        raise LayerError(Layer.CWT, "sub (2) is not the list's uri")
    return uri


def _parse_seconds(claims: Mapping[Any, Any], label: int) -> int:
    seconds = claims.get(label)
    if type(seconds) is not int or not 0 < seconds <= _LAST_SECOND:
        raise LayerError(Layer.CWT, f"claim {label} is not a positive number of seconds")
    return seconds


def _parse_instant(claims: Mapping[Any, Any], label: int) -> datetime:
    return datetime.fromtimestamp(_parse_seconds(claims, label), UTC)


def parse_entries(item: object, limit: int) -> tuple[int, bytes]:
    """Return bits and inflated entries of a StatusList map (claim 65533), at most `limit` bytes.

    Raises LayerError(STATUSLIST). Source: draft-ietf-oauth-status-list-21 section 4.3.
    """
    if not isinstance(item, dict):
        raise LayerError(Layer.STATUSLIST, "claim 65533 is not a map")
    bits, packed = item.get("bits"), item.get("lst")
    if type(bits) is not int or bits not in BITS:
        raise LayerError(Layer.STATUSLIST, "bits is not 1, 2, 4 or 8")
    if not isinstance(packed, bytes):
        raise LayerError(Layer.STATUSLIST, "lst is not a byte string")
    try:
        return bits, inflate(packed, limit)
    except LayerError as err:
        raise LayerError(Layer.STATUSLIST, f"lst: {err.detail}") from err
