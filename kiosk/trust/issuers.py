"""The issuers' keys: each bound to its issuer, its usage and its dates.

Rules kept here: public keys only, one record for each kid. Applying the dates to a credential is left to
`verify`; to a status list, to `statuslist.py`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from kiosk.cose.cbor import parse_cbor
from kiosk.cose.keys import PublicKey, parse_cose_key
from kiosk.cose.layers import LayerError
from kiosk.trust.errors import TrustError
from kiosk.trust.strictjson import Table, open_table, parse_json

MAX_BYTES = 1024 * 1024
MAX_ISSUERS = 1024
_PRIVATE_PART = -4
_HEX = re.compile(r"(?:[0-9a-f]{2})+")
_KEYS = ("issuer", "usage", "cose_key", "valid_from", "valid_until", "distrusted_from", "min_iat")


class Usage(Enum):
    """What a key may sign."""

    CREDENTIAL = "credential"
    STATUS = "status"


@dataclass(frozen=True, slots=True)
class IssuerKey:
    """A key and what its authority says about it. Times are aware UTC.

    `valid_from` and `valid_until` bound the `iat` of what it signs, both inclusive. From `distrusted_from` on
    its signatures are refused; before `min_iat` they are no longer accepted.
    """

    issuer: str
    usage: Usage
    key: PublicKey
    valid_from: datetime
    valid_until: datetime
    distrusted_from: datetime | None = None
    min_iat: datetime | None = None

    def is_trusted_for(self, iat: datetime) -> bool:
        """Say whether something issued at `iat` may carry a signature by this key."""
        if not self.valid_from <= iat <= self.valid_until:
            return False
        if self.distrusted_from is not None and iat >= self.distrusted_from:
            return False
        return self.min_iat is None or iat >= self.min_iat


def parse_issuers(content: bytes) -> tuple[IssuerKey, ...]:
    """Parse `issuers.json`. Raises TrustError naming the record that is wrong."""
    table = open_table(parse_json(content, "issuers.json", MAX_BYTES), "issuers.json", ["format", "issuers"])
    table.whole("format", 1, 1)
    records = table.values["issuers"]
    if not isinstance(records, list) or not 1 <= len(records) <= MAX_ISSUERS:
        raise TrustError(f"issuers.json does not list 1 to {MAX_ISSUERS} issuers")
    keys = tuple(
        _parse_issuer(open_table(record, f"issuers[{number}]", _KEYS))
        for number, record in enumerate(records)
    )
    if len({key.key.kid for key in keys}) != len(keys):
        raise TrustError("issuers.json names one key twice")
    return keys


def _parse_issuer(table: Table) -> IssuerKey:
    issuer = IssuerKey(
        issuer=table.text("issuer"),
        usage=Usage(table.word("usage", [usage.value for usage in Usage])),
        key=_parse_key(table),
        valid_from=table.time("valid_from"),
        valid_until=table.time("valid_until"),
        distrusted_from=table.time_or_none("distrusted_from"),
        min_iat=table.time_or_none("min_iat"),
    )
    if issuer.valid_from >= issuer.valid_until:
        raise TrustError(f"{table.where}.valid_from is not before valid_until")
    return issuer


def _parse_key(table: Table) -> PublicKey:
    written = table.values["cose_key"]
    if not isinstance(written, str) or not _HEX.fullmatch(written):
        raise TrustError(f"{table.where}.cose_key is not lower-case hexadecimal")
    try:
        fields = parse_cbor(bytes.fromhex(written))
        if isinstance(fields, dict) and _PRIVATE_PART in fields:
            raise TrustError(f"{table.where}.cose_key is a private key")
        return parse_cose_key(fields)
    except LayerError as err:
        raise TrustError(f"{table.where}.cose_key: {err.detail}") from err
