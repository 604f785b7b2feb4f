"""Keys, credentials, status lists and trust sets in memory, each with a default a test can change.

A live credential is made in three visible steps, so that a test can spoil any of them:
`sign1(claims())` signs, `prove(...)` adds the holder's live proof, `text_of(...)` makes the code's text.
"""

from __future__ import annotations

import hashlib
import itertools
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from kiosk.cose.cbor import encode_cbor
from kiosk.cose.countersign import countersignature_input
from kiosk.cose.encoding import encode_base45
from kiosk.cose.keys import PublicKey, ed25519_key, p256_key
from kiosk.cose.sign1 import parse_sign1, signature1_input
from kiosk.model import (
    ClockReading,
    ClockState,
    Environment,
    FaceLimits,
    Outcome,
    Presentation,
    Reason,
    Source,
    Step,
)
from kiosk.trust.issuers import IssuerKey, Usage
from kiosk.trust.policy import ListAges, Policy, PurposePolicy
from kiosk.trust.station import Station
from kiosk.trust.statuslist import StatusList
from kiosk.trust.trustset import TrustSet
from kiosk.verify.pipeline import Examined, verify_credential

NOON = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)  # noon in Riyadh
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ISSUER = "https://sandbox.mudaqqiq.invalid/issuer"
STATUS_URI = "https://sandbox.mudaqqiq.invalid/status/2031"
WEBP = b"RIFF\x1a\x00\x00\x00WEBPVP8L\x0d\x00\x00\x00\x2f\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00"
SHOW_ALL = frozenset(
    {"names", "number", "born", "gender", "nationality", "class", "valid_until", "guardian", "occupation"}
    | {"employer", "sponsor", "photo"}
)


@dataclass(frozen=True)
class Signer:
    """A private key of the profile, and its COSE algorithm identifier."""

    private: ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey
    algorithm: int

    @property
    def public(self) -> PublicKey:
        if isinstance(self.private, ed25519.Ed25519PrivateKey):
            return ed25519_key(self.private.public_key())
        return p256_key(self.private.public_key())

    def sign(self, message: bytes) -> bytes:
        if isinstance(self.private, ed25519.Ed25519PrivateKey):
            return self.private.sign(message)
        algorithm = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
        r, s = decode_dss_signature(self.private.sign(message, algorithm))
        return r.to_bytes(32) + s.to_bytes(32)

    def cose_key(self, *, compressed: bool = True) -> dict[int, object]:
        if isinstance(self.private, ed25519.Ed25519PrivateKey):
            raw = self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
            return {1: 1, -1: 6, -2: raw}
        point = self.private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        x, y = point[1:33], point[33:]
        return {1: 2, -1: 1, -2: x, -3: bool(y[-1] & 1) if compressed else y}


def an_ed25519(name: str = "issuer") -> Signer:
    """The same name is the same key in every run."""
    return Signer(ed25519.Ed25519PrivateKey.from_private_bytes(hashlib.sha256(name.encode()).digest()), -8)


def a_p256(name: str = "holder") -> Signer:
    number = int.from_bytes(hashlib.sha256(name.encode()).digest()) >> 1
    return Signer(ec.derive_private_key(number, ec.SECP256R1()), -7)


AUTHORITY = an_ed25519()
HOLDER = a_p256()


def seconds(at: datetime) -> int:
    return int(at.timestamp())


def identity(**changes: Any) -> dict[int, Any]:
    """Claim 169 of a resident; `k9=2` sets key 9, `k9=None` leaves it out."""
    fields = {
        1: "2345678417",
        2: "1",
        3: "eng",
        4: "Test Person",
        8: "19900418",
        9: 1,
        13: "PAK",
        16: WEBP,
        17: 4,
        19: "شخص تجريبي",
        20: "ara",
        22: "resident",
        23: "SAU",
    }
    return _changed(fields, changes)


def claims(holder: Signer | None = HOLDER, **changes: Any) -> dict[int, Any]:
    """The CWT claims of a phone copy, or of a print with `holder=None`; `k4=...` sets claim 4."""
    fields: dict[int, Any] = {
        1: ISSUER,
        4: seconds(NOON + 365 * DAY),
        6: seconds(NOON - 30 * DAY),
        65535: {"status_list": {"idx": 5, "uri": STATUS_URI}},
        169: identity(),
    }
    if holder is not None:
        fields[8] = {1: holder.cose_key()}
    return _changed(fields, changes)


def _changed(fields: dict[int, Any], changes: Mapping[str, Any]) -> dict[int, Any]:
    changed = {**fields, **{int(name[1:]): value for name, value in changes.items()}}
    return {label: value for label, value in changed.items() if value is not None}


def sign1(
    payload: Mapping[int, Any] | bytes,
    signer: Signer = AUTHORITY,
    *,
    protected: Mapping[Any, Any] | None = None,
    unprotected: Mapping[Any, Any] | None = None,
    tag: bytes = b"\xd2",
) -> bytes:
    """Sign `payload` as a COSE_Sign1. `protected` replaces the usual `{1: alg, 4: kid}`."""
    header = {1: signer.algorithm, 4: signer.public.kid} if protected is None else dict(protected)
    phdr = encode_cbor(header) if header else b""
    body = payload if isinstance(payload, bytes) else encode_cbor(dict(payload))
    signature = signer.sign(signature1_input(phdr, body))
    return tag + encode_cbor([phdr, dict(unprotected or {}), body, signature])


def prove(
    credential: bytes,
    holder: Signer = HOLDER,
    at: datetime = NOON,
    *,
    protected: Mapping[Any, Any] | None = None,
) -> bytes:
    """Put the holder's countersignature of `at` into header 11."""
    return with_header(credential, {11: countersignature(credential, holder, at, protected=protected)})


def countersignature(
    credential: bytes,
    holder: Signer = HOLDER,
    at: datetime = NOON,
    *,
    protected: Mapping[Any, Any] | None = None,
) -> list[Any]:
    header = {1: holder.algorithm, 15: {6: seconds(at)}} if protected is None else dict(protected)
    phdr = encode_cbor(header)
    return [phdr, {}, holder.sign(countersignature_input(parse_sign1(credential), phdr))]


def with_header(credential: bytes, unprotected: Mapping[Any, Any]) -> bytes:
    """Replace the unprotected header, as anybody can."""
    message = parse_sign1(credential)
    return b"\xd2" + encode_cbor([message.protected, dict(unprotected), message.payload, message.signature])


def text_of(content: bytes) -> str:
    """The text of the code that carries `content`."""
    return encode_base45(zlib.compress(content, 9))


def a_live_text(at: datetime = NOON, signer: Signer = AUTHORITY, **changes: Any) -> str:
    """The text a phone shows at `at`."""
    return text_of(prove(sign1(claims(**changes), signer), at=at))


def a_print_text(**changes: Any) -> str:
    """The text on a print: issued without a holder key."""
    return text_of(sign1(claims(holder=None, **changes)))


def a_key_record(signer: Signer = AUTHORITY, **changes: Any) -> IssuerKey:
    record = IssuerKey(
        issuer=ISSUER,
        usage=Usage.CREDENTIAL,
        key=signer.public,
        valid_from=NOON - 365 * DAY,
        valid_until=NOON + 365 * DAY,
    )
    return replace(record, **changes)


def a_status_list(words: Mapping[int, int] | None = None, *, bits: int = 2, **changes: Any) -> StatusList:
    """A list of 64 entries, all valid but those in `words` (index to status word)."""
    packed = bytearray(64 * bits // 8)
    for index, word in (words or {}).items():
        packed[index * bits // 8] |= word << (index * bits % 8)
    made = StatusList(STATUS_URI, ISSUER, bits, bytes(packed), NOON - HOUR, NOON + 90 * DAY, 43200)
    return replace(made, **changes)


def a_status_token(signer: Signer, words: Mapping[int, int] | None = None, *, bits: int = 2) -> bytes:
    """The same list as signed bytes."""
    made = a_status_list(words, bits=bits)
    payload = {
        2: made.uri,
        4: seconds(NOON + 90 * DAY),
        6: seconds(made.issued_at),
        65533: {"bits": bits, "lst": zlib.compress(made.entries, 9)},
        65534: 43200,
    }
    protected = {1: signer.algorithm, 4: signer.public.kid, 16: "application/statuslist+cwt"}
    return sign1(payload, signer, protected=protected)


def a_purpose(name: str = "hotel", **changes: Any) -> PurposePolicy:
    """A sandbox purpose: checkpoint, bank or hotel."""
    made = PurposePolicy(name, name == "hotel", name != "hotel", face=True, liveness=name == "bank",
                         show=SHOW_ALL, mask_number=name == "hotel")  # fmt: skip
    return replace(made, **changes)


def a_policy(**changes: Any) -> Policy:
    made = Policy(
        id="sandbox-1",
        environment=Environment.SANDBOX,
        issued=NOON - DAY,
        list_age=ListAges(DAY, 7 * DAY, 30 * DAY),
        stale_list_accepted=False,
        proof_window_s=60,
        proof_sources=frozenset({Source.CAMERA, Source.SCANNER}),
        forward_leeway_s=300,
        face=FaceLimits(),
        purposes={name: a_purpose(name) for name in ("checkpoint", "bank", "hotel")},
        station_classes={"sandbox": frozenset({"checkpoint", "bank", "hotel"})},
    )
    return replace(made, **changes)


def a_trust(
    *records: IssuerKey,
    lists: tuple[StatusList, ...] | None = None,
    policy: Policy | None = None,
    **changes: Any,
) -> TrustSet:
    """A trust set that knows AUTHORITY and one fresh list, or those given."""
    rules = policy or a_policy()
    made = TrustSet(
        environment=rules.environment,
        policy=rules,
        issuers={record.key.kid: record for record in records or (a_key_record(),)},
        lists={each.uri: each for each in (lists if lists is not None else (a_status_list(),))},
        station=Station("Test desk", "checkpoint", "sandbox"),
        version=1,
        root_fingerprint="0000",
        root_version=1,
        expires=dict.fromkeys(("root", "timestamp", "snapshot", "targets"), NOON + 365 * DAY),
        floor=NOON - DAY,
    )
    return replace(made, **changes)


def a_clock(now: datetime = NOON, state: ClockState = ClockState.SYNCED, **changes: Any) -> ClockReading:
    return replace(ClockReading(now=now, floor=NOON - DAY, state=state), **changes)


@dataclass
class SteppingTimer:
    """A timer that says one millisecond more at each call."""

    ticks: itertools.count[int] = field(default_factory=itertools.count)

    def __call__(self) -> float:
        return next(self.ticks) / 1000


def verify(
    text: str,
    *,
    trust: TrustSet | None = None,
    purpose: PurposePolicy | None = None,
    clock: ClockReading | None = None,
    source: Source = Source.CAMERA,
    at_counter: bool = True,
) -> Examined:
    """Verify `text` at NOON for the checkpoint, unless told otherwise."""
    return verify_credential(
        Presentation(text, source),
        trust or a_trust(),
        purpose or a_purpose("checkpoint"),
        clock or a_clock(),
        SteppingTimer(),
        at_counter=at_counter,
    )


def outcomes(examined: Examined) -> dict[Step, tuple[Outcome | None, Reason | None]]:
    return {check.step: (check.outcome, check.reason) for check in examined.checks}


def first_failure(examined: Examined) -> Reason | None:
    """The first reason in the order of the steps, None when nothing failed."""
    return next((check.reason for check in examined.checks if check.reason), None)
