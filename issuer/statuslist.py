"""Status lists as kiosks read them: two bits a copy, one list for each year of expiry, signed.

Source: IETF Token Status List (draft-ietf-oauth-status-list-21) sections 4 and 5.2, the CWT form.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from datetime import datetime, timedelta

from issuer.credential import sign1
from issuer.keys import SigningKey
from issuer.ledger import Copy
from kiosk.cose.cbor import encode_cbor

BITS = 2
_PER_BYTE = 8 // BITS
_CONTENT_TYPE = "application/statuslist+cwt"
_TTL = timedelta(days=1)
# Beyond the 30 days after which the policy calls a list expired: age is graded by policy, this is the end.
_LIFETIME = timedelta(days=60)
_BEST = 9


def pack_entries(copies: Iterable[Copy], list_entries: int) -> bytes:
    """Pack the states of `copies`, from the least significant bits of the first byte on; unused is 0."""
    entries = bytearray(-(-list_entries // _PER_BYTE))
    for copy in copies:
        place, slot = divmod(copy.index, _PER_BYTE)
        entries[place] |= copy.state.code << (slot * BITS)
    return bytes(entries)


def sign_status_list(uri: str, entries: bytes, issued: datetime, key: SigningKey) -> bytes:
    """Return the signed list as its kiosks fetch it; the same arguments give the same bytes."""
    iat = int(issued.timestamp())
    claims = {
        2: uri,
        6: iat,
        4: iat + int(_LIFETIME.total_seconds()),
        65534: int(_TTL.total_seconds()),
        65533: {"bits": BITS, "lst": zlib.compress(entries, _BEST)},
    }
    protected = {1: key.algorithm_id, 4: key.public.kid, 16: _CONTENT_TYPE}
    return sign1(protected, encode_cbor(claims), key)
