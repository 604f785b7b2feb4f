"""From a person to a signed credential: Claim 169 inside a CWT inside a COSE_Sign1, small enough for a phone.

The budget is the whole code, live proof included: what does not fit loses its employer, then its
occupation, then is refused. Checks of the person are `person.py`, drawing the code is `present.py`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from issuer.dates import end_of_day
from issuer.errors import Refused
from issuer.keys import SigningKey
from issuer.ledger import Copy
from issuer.person import Person
from issuer.registry import Authority
from issuer.wire import code_text, with_countersignature
from kiosk.cose.cbor import encode_cbor
from kiosk.cose.keys import KID_BYTES
from kiosk.cose.sign1 import signature1_input

MAX_TEXT = 1853  # alphanumeric characters of a version 25-L code (ISO/IEC 18004 table 7)
MAX_PHOTO = 700
MIN_PHOTO = 450
_SPARE_TEXT = 12  # signatures deflate to slightly different lengths
_OCCUPATION, _EMPLOYER = 24, 25
_DROPS: tuple[frozenset[int], ...] = (
    frozenset(),
    frozenset({_EMPLOYER}),
    frozenset({_EMPLOYER, _OCCUPATION}),
)
_TAG_SIGN1 = b"\xd2"  # tag(18), RFC 9052 section 2
_WEBP = 4  # Claim 169 key 17
_WORST_UINT = 0xFFFFFFFF
_SIGNATURE_BYTES = 64


@dataclass(frozen=True, slots=True)
class Room:
    """How many bytes the photo may have, and which keys of Claim 169 gave way for it."""

    photo_bytes: int
    dropped: frozenset[int]


def identity_claims(person: Person, version: int, photo: bytes) -> dict[int, object]:
    """Return the Claim 169 map of one copy; absent fields are left out.

    Source: MOSIP Claim 169 v1.2.0, keys 1 to 23; 24 to 26 are this profile's own.
    """
    claims: dict[int, object | None] = {
        1: person.number,
        2: str(version),
        3: "eng",
        4: person.name_latin,
        8: person.born.strftime("%Y%m%d"),
        9: person.gender,
        13: person.nationality,
        15: person.guardian,
        16: photo,
        17: _WEBP,
        19: person.name_arabic,
        20: "ara",
        22: person.holder_class,
        23: "SAU",
        _OCCUPATION: person.occupation,
        _EMPLOYER: person.employer,
        26: person.sponsor,
    }
    return {key: value for key, value in claims.items() if value is not None}


def credential_claims(
    authority: Authority, copy: Copy, identity: Mapping[int, object], holder_key: SigningKey | None
) -> dict[int, object]:
    """Return the CWT claims of one copy; only a phone's has a holder key.

    Source: RFC 8392 section 3.1, RFC 8747 section 3.1 (8 cnf), Token Status List section 6.2 (65535).
    """
    claims: dict[int, object] = {
        1: authority.issuer,
        4: int(end_of_day(copy.expires).timestamp()),
        6: int(copy.issued.timestamp()),
        169: dict(identity),
        65535: {"status_list": {"idx": copy.index, "uri": authority.status_uri(copy.cohort)}},
    }
    if holder_key is not None:
        claims[8] = {1: holder_key.cose_key(compressed=True)}
    return claims


def sign1(protected: Mapping[int, object], payload: bytes, key: SigningKey) -> bytes:
    """Return a tagged COSE_Sign1 over `payload`. Source: RFC 9052 sections 4.2 and 4.4."""
    header = encode_cbor(dict(protected))
    signature = key.sign(signature1_input(header, payload))
    return _TAG_SIGN1 + encode_cbor([header, {}, payload, signature])


def sign_credential(claims: Mapping[int, object], key: SigningKey) -> bytes:
    """Return the signed credential without live proof."""
    return sign1({1: key.algorithm_id, 4: key.public.kid}, encode_cbor(dict(claims)), key)


def issue_credential(
    authority: Authority,
    copy: Copy,
    person: Person,
    photo: bytes,
    keys: tuple[SigningKey, SigningKey | None],
) -> tuple[bytes, frozenset[int]]:
    """Sign the credential of `copy` so that its text with live proof fits; `keys`: issuer's, holder's.

    Gives the credential and the keys of Claim 169 that were dropped. Raises Refused when nothing fits.
    """
    key, holder_key = keys
    identity = identity_claims(person, copy.version, photo)
    for dropped in _DROPS:
        kept = {name: value for name, value in identity.items() if name not in dropped}
        credential = sign_credential(credential_claims(authority, copy, kept, holder_key), key)
        if _live_length(credential) <= MAX_TEXT:
            return credential, dropped & identity.keys()
    raise Refused("the credential does not fit into a code that a phone can show; shorten the names")


def photo_room(authority: Authority, person: Person, copy: Copy, holder_key: SigningKey) -> Room:
    """Return what the budget leaves for the photo, before a copy of its own exists.

    `copy` stands for the one to come; numbers not yet known count at their longest.
    Raises Refused when less than the least photo is left.
    """
    for dropped in _DROPS:
        identity = identity_claims(person, copy.version, b"")
        kept = {name: value for name, value in identity.items() if name not in dropped}
        claims = credential_claims(authority, copy, kept, holder_key)
        room = _room(claims)
        if room >= MIN_PHOTO:
            return Room(room, dropped & identity.keys())
    raise Refused("the names leave no room for a photo in a code that a phone can show; shorten them")


def _room(claims: dict[int, Any]) -> int:
    """Return the greatest photo size, at most MAX_PHOTO, with which the live text fits; below 0 if none."""
    size = MAX_PHOTO
    while size > 0:
        identity = {**claims[169], 16: _noise("photo", size)}
        payload = encode_cbor({**claims, 65535: _longest_status(claims), 169: identity})
        header = encode_cbor({1: -8, 4: _noise("kid", KID_BYTES)})
        body = _TAG_SIGN1 + encode_cbor([header, {}, payload, _noise("signature", _SIGNATURE_BYTES)])
        excess = _live_length(body) + _SPARE_TEXT - MAX_TEXT
        if excess <= 0:
            return size
        size -= (2 * excess + 2) // 3  # three characters of base45 hold two bytes
    return size


def _longest_status(claims: Mapping[int, Any]) -> dict[str, object]:
    return {"status_list": {**claims[65535]["status_list"], "idx": _WORST_UINT}}


def _live_length(credential: bytes) -> int:
    """Count the characters of `credential` with a live proof in it."""
    proof: list[object] = [encode_cbor({1: -7, 15: {6: _WORST_UINT}}), {}, _noise("proof", _SIGNATURE_BYTES)]
    return len(code_text(with_countersignature(credential, proof)))


def _noise(what: str, size: int) -> bytes:
    """Return bytes that stand for `what` and do not deflate, alone or beside others; always the same ones."""
    return hashlib.shake_256(what.encode()).digest(size)
