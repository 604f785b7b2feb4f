"""The sealed part of a row: what an auditor may need of a holder, encrypted so that the kiosk cannot read it.

Rules kept here: a sealed part opens only at its own row (environment, epoch and sequence are bound in), and
its length does not tell how long a name is; what is not exactly a sealed part of ours is refused. Which key
is used is left to `auditors`, storing the bytes to the log, when to seal to the recorder.
Source: RFC 9180 (HPKE, base mode, DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-128-GCM); section 8.1 on
binding through `info`. Padding: ISO/IEC 7816-4.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import cbor2
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from kiosk.model import AuditorKey, Environment

MAX_TEXT = 255  # letters kept of a name; a trusted issuer could write any number of them
MAX_URI = 1024
OVERHEAD = 48  # bytes: the encapsulated key and the tag
MAX_SEALED = 8 * 1024
_BLOCK = 256
_INFO = b"mudaqqiq/audit/seal/1\0"
_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_128_GCM)
_HOLDER, _PSEUDONYM_KEY = "holder", "pseudonym-key"
_SECRET_BYTES = 32
_MONTH_LETTERS = 7
_END = b"\x80"

# What strange bytes make the CBOR library and the readers below raise.
_NOT_OURS = (
    cbor2.CBORError,
    ValueError,
    TypeError,
    AttributeError,
    KeyError,
    OverflowError,
    RecursionError,
    MemoryError,
)


class SealRefused(ValueError):
    """A sealed part does not open or is not ours. The text is one sentence without anything personal."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sealed part belongs: the log by environment and epoch (16 bytes), the row by its number."""

    environment: Environment
    epoch: bytes
    seq: int

    def __bytes__(self) -> bytes:
        """Return the place as it is bound in; all but the last part have a fixed length."""
        return _INFO + self.epoch + self.seq.to_bytes(8, "big") + self.environment.value.encode()


@dataclass(frozen=True, slots=True, repr=False)
class SealedHolder:
    """Who a visit was about: texts as the credential has them, cut to `MAX_TEXT`, None where it has none."""

    name_arabic: str | None
    name_latin: str | None
    number: str | None
    status_uri: str
    status_index: int


@dataclass(frozen=True, slots=True, repr=False)
class SealedPseudonymKey:
    """The key that made one month's pseudonyms: 32 bytes. Whoever has it can name every holder of them."""

    month: str
    secret: bytes


Sealed = SealedHolder | SealedPseudonymKey


def seal(content: Sealed, key: AuditorKey, place: Place) -> bytes:
    """Encrypt `content` to the auditors for the row at `place`; no two calls give the same bytes."""
    public = X25519PublicKey.from_public_bytes(key.public)
    return _SUITE.encrypt(_pad(_encode(content)), public, bytes(place))


def unseal(sealed: bytes, private: X25519PrivateKey, place: Place) -> Sealed:
    """Decrypt what `seal` made for the row at `place`. Raises SealRefused."""
    if not OVERHEAD < len(sealed) <= MAX_SEALED:
        raise SealRefused("the sealed part has a length that this log never writes")
    try:
        padded = _SUITE.decrypt(sealed, private, bytes(place))
    except InvalidTag as err:
        raise SealRefused("the sealed part does not open with this key at this row") from err
    return parse_sealed(padded)


def parse_sealed(padded: bytes) -> Sealed:
    """Parse the decrypted bytes of a sealed part. Raises SealRefused."""
    content, end, rest = padded.rpartition(_END)
    if not end or rest.strip(b"\0"):
        raise SealRefused("the sealed part has no end")
    try:
        return _read(content)
    except _NOT_OURS as err:
        raise SealRefused("the sealed part is not one of this log's") from err


def _encode(content: Sealed) -> bytes:
    record: dict[str, object]
    if isinstance(content, SealedHolder):
        names = {"name_arabic": content.name_arabic, "name_latin": content.name_latin}
        texts = {**names, "number": content.number}
        kept = {name: text[:MAX_TEXT] for name, text in texts.items() if text is not None}
        status = {"status_uri": content.status_uri[:MAX_URI], "status_index": content.status_index}
        record = {"of": _HOLDER, **kept, **status}
    else:
        record = {"of": _PSEUDONYM_KEY, "month": content.month, "secret": content.secret}
    return cbor2.dumps(record, canonical=True)


def _pad(content: bytes) -> bytes:
    return content + _END + bytes(-(len(content) + 1) % _BLOCK)


def _read(content: bytes) -> Sealed:
    record: Any = cbor2.loads(content, max_depth=2, allow_indefinite=False, allow_duplicate_keys=False)
    if cbor2.dumps(record, canonical=True) != content:
        raise ValueError("another encoding")
    sealed = _READERS[record.pop("of")](record)
    if record:
        raise ValueError("more than belongs to it")
    return sealed


def _read_holder(record: dict[str, object]) -> SealedHolder:
    arabic, latin, number = (
        _text(record.pop(name), MAX_TEXT) if name in record else None
        for name in ("name_arabic", "name_latin", "number")
    )
    index = record.pop("status_index")
    if type(index) is not int or index < 0:
        raise ValueError("no index")
    return SealedHolder(arabic, latin, number, _text(record.pop("status_uri"), MAX_URI), index)


def _read_pseudonym_key(record: dict[str, object]) -> SealedPseudonymKey:
    secret = record.pop("secret")
    if type(secret) is not bytes or len(secret) != _SECRET_BYTES:
        raise ValueError("no key")
    return SealedPseudonymKey(_text(record.pop("month"), _MONTH_LETTERS), secret)


def _text(value: object, longest: int) -> str:
    if type(value) is not str or len(value) > longest:
        raise ValueError("no text")
    return value


_READERS: dict[str, Callable[[dict[str, object]], Sealed]] = {
    _HOLDER: _read_holder,
    _PSEUDONYM_KEY: _read_pseudonym_key,
}
