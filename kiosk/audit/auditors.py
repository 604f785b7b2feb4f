"""The auditors' keys: one pair a month, the public half to seal to, the private half kept by the auditors.

Rules kept here: a row is sealed to the key of its month; where that is missing to the newest known, and the
choice says so, for a kiosk never stops for it. A private key is never written without a passphrase. The
policy that carries the public keys is read by `trust.sealing`; sealing itself is `seal`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from kiosk.audit.pkcs8 import STRONG, Work, encrypt_private_key
from kiosk.model import AuditorKey

MONTHS_AHEAD = 13
GRACE = timedelta(days=30)  # a late trust update is no alarm at once
LEAST_PASSPHRASE = 12
PUBLIC_FILE = "auditors.json"
_ID_BYTES = 8
_FORMAT = 1


class KeyRefused(ValueError):
    """A private key cannot be made or opened. The text is one sentence, never a key or a passphrase."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The key that rows are sealed to now.

    `overdue`: the key of this month is not known. `long_overdue`: and that has been so for `GRACE`.
    """

    key: AuditorKey
    overdue: bool = False
    long_overdue: bool = False


@dataclass(frozen=True, slots=True, repr=False)
class AuditorPair:
    """One month's key with its private half; only auditors hold one."""

    month: str
    private: X25519PrivateKey

    @property
    def public(self) -> AuditorKey:
        """The half that the policy carries."""
        public = self.private.public_key().public_bytes_raw()
        return AuditorKey(self.month, key_id(public), public)


def key_id(public: bytes) -> bytes:
    """Return the 8 bytes that name a public key of 32 bytes."""
    return hashlib.sha256(public).digest()[:_ID_BYTES]


def month_of(now: datetime) -> str:
    """Return the month of `now`, aware, in UTC: 2026-11."""
    return f"{now.astimezone(UTC):%Y-%m}"


def months_from(first: datetime, count: int) -> tuple[str, ...]:
    """Return `count` months in a row, beginning with the month of `first`."""
    start = first.astimezone(UTC)
    numbers = range(start.year * 12 + start.month - 1, start.year * 12 + start.month - 1 + count)
    return tuple(f"{number // 12:04}-{number % 12 + 1:02}" for number in numbers)


def choose_key(keys: Sequence[AuditorKey], now: datetime) -> Chosen | None:
    """Return the key of the month of `now`, else the newest known; None where there is none at all.

    `keys` go from the oldest month to the newest. Before the first month the first key is the one.
    """
    if not keys:
        return None
    month = month_of(now)
    begun = [key for key in keys if key.month <= month]
    key = begun[-1] if begun else keys[0]
    if key.month == month:
        return Chosen(key)
    return Chosen(key, overdue=True, long_overdue=key.month < month_of(now - GRACE))


def make_pair(month: str) -> AuditorPair:
    """Make the key of one month."""
    return AuditorPair(month, X25519PrivateKey.generate())


def encode_public_keys(keys: Iterable[AuditorKey]) -> bytes:
    """Write the file that the auditors hand to the authority, as `trust.sealing.parse_auditors` reads it."""
    return (json.dumps({"format": _FORMAT, "keys": describe_keys(keys)}, indent=1) + "\n").encode()


def describe_keys(keys: Iterable[AuditorKey]) -> list[dict[str, str]]:
    """Return the keys as the policy writes them."""
    return [{"month": key.month, "id": key.id.hex(), "public": key.public.hex()} for key in keys]


def encode_private_key(pair: AuditorPair, passphrase: str, work: Work = STRONG) -> bytes:
    """Return the private key as PEM, encrypted with `passphrase`. Raises KeyRefused for a short one."""
    if len(passphrase) < LEAST_PASSPHRASE:
        raise KeyRefused(f"the passphrase needs at least {LEAST_PASSPHRASE} characters")
    return encrypt_private_key(pair.private, passphrase.encode(), work)


def parse_private_key(content: bytes, passphrase: str) -> X25519PrivateKey:
    """Open what `encode_private_key` wrote. Raises KeyRefused: another file, another passphrase."""
    try:
        key = load_pem_private_key(content, passphrase.encode())
    except (ValueError, TypeError, UnsupportedAlgorithm, MemoryError) as err:
        raise KeyRefused("the key does not open: another passphrase, or no encrypted private key") from err
    if not isinstance(key, X25519PrivateKey):
        raise KeyRefused("the key is of another kind than auditors' keys")
    return key
