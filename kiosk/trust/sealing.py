"""The policy's section `audit`: to whom the rows of the log are sealed, month by month.

Rules kept here: the section may be missing, and then nothing is sealed; a key that cannot be sealed to is
refused with the whole policy, so no kiosk finds out at a visit; one key a month, in the order of the months.
Which key a row is sealed to is left to `audit.auditors`, saying that nothing is sealed to the recorder.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from kiosk.model import AuditorKey
from kiosk.trust.errors import TrustError
from kiosk.trust.strictjson import Table, open_table, parse_json

MAX_MONTHS = 60
MAX_FILE = 16 * 1024
ID_BYTES, PUBLIC_BYTES = 8, 32
_KEY_FIELDS = ("month", "id", "public")
_MONTH = re.compile(r"2[0-9]{3}-(0[1-9]|1[0-2])")
_PROBE = X25519PrivateKey.from_private_bytes(bytes([1]) * PUBLIC_BYTES)


@dataclass(frozen=True, slots=True)
class AuditPolicy:
    """What the signed policy says of the log.

    `keys` are the auditors' public keys, oldest month first; empty unless `seal`. `stated` tells an authority
    that wants nothing sealed from one that forgot to say. `head_office` is the verifier key of the head
    office as it stands in the policy, None when there is none.
    """

    keys: tuple[AuditorKey, ...] = ()
    seal: bool = False
    stated: bool = False
    head_office: str | None = None


NO_AUDIT_POLICY = AuditPolicy()


def parse_audit_policy(policy: Table) -> AuditPolicy:
    """Read the section `audit` of a policy, which may be missing. Raises TrustError."""
    if "audit" not in policy.values:
        return NO_AUDIT_POLICY
    table = policy.table("audit", ["keys", "seal"], ["head_office"])
    seal, keys = table.flag("seal"), _parse_keys(table)
    if seal and not keys:
        raise TrustError("policy.audit.keys is empty, and nothing can be sealed")
    head_office = table.text("head_office") if "head_office" in table.values else None
    return AuditPolicy(keys if seal else (), seal, stated=True, head_office=head_office)


def parse_auditors(content: bytes) -> tuple[AuditorKey, ...]:
    """Parse the public file that auditors hand to the authority. Raises TrustError."""
    table = open_table(parse_json(content, "auditors.json", MAX_FILE), "auditors", ["format", "keys"])
    table.whole("format", 1, 1)
    return _parse_keys(table)


def _parse_keys(table: Table) -> tuple[AuditorKey, ...]:
    keys = tuple(_parse_key(each) for each in table.tables("keys", _KEY_FIELDS, MAX_MONTHS))
    if not _grows(key.month for key in keys):
        raise TrustError(f"{table.where}.keys does not go from month to later month")
    return keys


def _grows(months: Iterable[str]) -> bool:
    return all(earlier < later for earlier, later in pairwise(months))


def _parse_key(table: Table) -> AuditorKey:
    month = table.text("month")
    if not _MONTH.fullmatch(month):
        raise TrustError(f"{table.where}.month is not a month like 2026-11")
    key = AuditorKey(month, table.octets("id", ID_BYTES), table.octets("public", PUBLIC_BYTES))
    if key.id != hashlib.sha256(key.public).digest()[:ID_BYTES]:
        raise TrustError(f"{table.where}.id does not belong to its key")
    try:
        _PROBE.exchange(X25519PublicKey.from_public_bytes(key.public))
    except ValueError as err:  # a point of small order: everybody would know the secret
        raise TrustError(f"{table.where}.public is a key that protects nothing") from err
    return key
