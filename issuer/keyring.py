"""The register of an authority's keys: what each is for, since when, until when; never a private part.

Rules kept here: a name is never used twice, nothing is ever forgotten, and a key that may no longer sign is
not chosen. Which keys the root lists is the root's own word (`root.py`); the private halves are files.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from types import MappingProxyType
from typing import Any

from issuer.dates import parse_instant, write_instant
from issuer.errors import Refused
from issuer.keys import SigningKey
from issuer.records import FORMAT, encode_json, parse_json
from kiosk.cose.cbor import encode_cbor, parse_cbor
from kiosk.cose.keys import PublicKey, parse_cose_key
from kiosk.cose.layers import LayerError

FILE_NAME = "keys.json"
_YEAR = timedelta(days=365)


class Role(Enum):
    """What a key signs: credentials and status lists (the issuer), or the roles of the tree."""

    CREDENTIAL = "credential"
    STATUS_LIST = "status-list"
    ROOT = "root"
    TARGETS = "targets"
    STATUS = "status"
    SNAPSHOT = "snapshot"
    TIMESTAMP = "timestamp"


ISSUER_ROLES = (Role.CREDENTIAL, Role.STATUS_LIST)
ROOTED_ROLES = (Role.ROOT, Role.TARGETS, Role.SNAPSHOT, Role.TIMESTAMP)
_LIVES: Mapping[Role, timedelta] = MappingProxyType(
    {
        Role.CREDENTIAL: 5 * _YEAR,
        Role.STATUS_LIST: 5 * _YEAR,
        Role.ROOT: 5 * _YEAR,
        Role.TARGETS: 2 * _YEAR,
        Role.STATUS: _YEAR,
        Role.SNAPSHOT: _YEAR,
        Role.TIMESTAMP: _YEAR,
    }
)


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """One key. `valid_until` bounds what an issuer's key signs; for a role of the tree it reminds people."""

    name: str
    role: Role
    cose_key: bytes
    created: datetime
    valid_until: datetime
    distrusted_from: datetime | None = None
    min_iat: datetime | None = None

    @property
    def public(self) -> PublicKey:
        """The public key."""
        return parse_cose_key(parse_cbor(self.cose_key))

    @property
    def raw(self) -> bytes:
        """The 32 bytes of an Ed25519 public key."""
        fields: dict[int, bytes] = parse_cbor(self.cose_key)
        return fields[-2]

    def may_sign_at(self, now: datetime) -> bool:
        """Say whether kiosks would accept what this issuer's key signs at `now`."""
        distrusted = self.distrusted_from is not None and now >= self.distrusted_from
        too_early = self.min_iat is not None and now < self.min_iat
        return self.created <= now <= self.valid_until and not distrusted and not too_early


@dataclass(frozen=True, slots=True)
class Keyring:
    """All keys the authority ever had, in the order in which they were made."""

    records: tuple[KeyRecord, ...] = ()

    def having(self, role: Role) -> tuple[KeyRecord, ...]:
        """Return the keys of `role`, the newest last."""
        return tuple(record for record in self.records if record.role is role)

    def with_new(self, role: Role, key: SigningKey, now: datetime) -> tuple[Keyring, KeyRecord]:
        """Return the register with `key` in it, under the next name of its role."""
        name = f"{role.value}-{len(self.having(role)) + 1}"
        content = encode_cbor(key.cose_key())
        record = KeyRecord(name, role, content, now, now + _LIVES[role])
        return Keyring((*self.records, record)), record

    def with_changed(self, record: KeyRecord, **dates: datetime | None) -> Keyring:
        """Return the register with new `dates` for `record`."""
        changed = replace(record, **dates)  # type: ignore[arg-type] # only dates are passed
        return Keyring(tuple(changed if r.name == record.name else r for r in self.records))

    def find(self, name: str) -> KeyRecord:
        """Return the key with that name or kid (16 hexadecimal digits). Raises Refused."""
        for record in self.records:
            if name in {record.name, record.public.kid.hex()}:
                return record
        raise Refused(f"there is no key {name!r} here; `keys list` names them all")

    def choose(self, role: Role, now: datetime) -> KeyRecord:
        """Return the newest key of an issuer's `role` that may sign at `now`. Raises Refused."""
        for record in reversed(self.having(role)):
            if record.may_sign_at(now):
                return record
        raise Refused(f"no {role.value} key may sign at this time: make one with `keys new`")


def encode_keyring(keyring: Keyring) -> bytes:
    """Write the register as JSON."""
    return encode_json({"format": FORMAT, "keys": [_describe(record) for record in keyring.records]})


def _describe(record: KeyRecord) -> dict[str, Any]:
    return {
        "name": record.name,
        "role": record.role.value,
        "cose_key": record.cose_key.hex(),
        "created": write_instant(record.created),
        "valid_until": write_instant(record.valid_until),
        "distrusted_from": write_date(record.distrusted_from),
        "min_iat": write_date(record.min_iat),
    }


def write_date(at: datetime | None) -> str | None:
    """Write a date that a key may have or not."""
    return None if at is None else write_instant(at)


def parse_keyring(content: bytes) -> Keyring:
    """Read what `encode_keyring` wrote. Raises Refused when it is damaged."""
    try:
        items = parse_json(content, FILE_NAME)["keys"]
        records = tuple(_parse_record(item) for item in items)
    except (KeyError, TypeError, ValueError, AttributeError, LayerError) as err:
        raise Refused(f"{FILE_NAME} is damaged") from err
    if len({record.name for record in records}) != len(records):
        raise Refused(f"{FILE_NAME} is damaged")
    return Keyring(records)


def _parse_record(item: dict[str, Any]) -> KeyRecord:
    dates = (
        None if item[key] is None else parse_instant(item[key]) for key in ("distrusted_from", "min_iat")
    )
    record = KeyRecord(
        str(item["name"]),
        Role(item["role"]),
        bytes.fromhex(item["cose_key"]),
        parse_instant(item["created"]),
        parse_instant(item["valid_until"]),
        *dates,
    )
    number = record.name.removeprefix(f"{record.role.value}-")
    if not (record.public.kid and number.isascii() and number.isdigit()):  # the name is a file's, too
        raise ValueError("no key of ours")
    return record
