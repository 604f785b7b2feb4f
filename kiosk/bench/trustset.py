"""The trust that the benchmark's own credentials are verified against: in memory, sandbox, always fresh."""

from __future__ import annotations

from datetime import datetime, timedelta

from kiosk.bench.tokens import ISSUER, STATUS_URI, Signer
from kiosk.model import ClockReading, ClockState, Environment, FaceLimits, Source
from kiosk.trust.issuers import IssuerKey, Usage
from kiosk.trust.policy import SHOWN, ListAges, Policy, PurposePolicy
from kiosk.trust.station import Station
from kiosk.trust.statuslist import StatusList
from kiosk.trust.trustset import TrustSet

_DAY = timedelta(days=1)
_ENTRIES = 1_000_000
CHECKPOINT = PurposePolicy(
    "checkpoint", print_copy_accepted=False, live_proof=True, face=True, liveness=False, show=SHOWN,
    mask_number=False,
)  # fmt: skip
HOTEL = PurposePolicy(
    "hotel", print_copy_accepted=True, live_proof=False, face=True, liveness=False, show=SHOWN,
    mask_number=True,
)  # fmt: skip


def make_clock(now: datetime) -> ClockReading:
    """Return a synchronised clock that stands at `now`."""
    return ClockReading(now, now - _DAY, ClockState.SYNCED)


def make_trust(signer: Signer, now: datetime) -> TrustSet:
    """Return a trust set that knows `signer` and a fresh list of a million valid entries."""
    record = IssuerKey(ISSUER, Usage.CREDENTIAL, signer.public, now - 365 * _DAY, now + 365 * _DAY)
    found = StatusList(STATUS_URI, ISSUER, 2, bytes(_ENTRIES // 4), now - timedelta(hours=1))
    roles = ("root", "timestamp", "snapshot", "targets")
    return TrustSet(
        environment=Environment.SANDBOX,
        policy=_policy(now),
        issuers={record.key.kid: record},
        lists={found.uri: found},
        station=Station("bench", CHECKPOINT.name, "sandbox"),
        version=1,
        root_fingerprint="0000",
        root_version=1,
        expires=dict.fromkeys(roles, now + 365 * _DAY),
        floor=now - _DAY,
    )


def _policy(now: datetime) -> Policy:
    return Policy(
        id="bench-1",
        environment=Environment.SANDBOX,
        issued=now - _DAY,
        list_age=ListAges(_DAY, 7 * _DAY, 30 * _DAY),
        stale_list_accepted=False,
        proof_window_s=60,
        proof_sources=frozenset({Source.CAMERA, Source.SCANNER}),
        forward_leeway_s=300,
        face=FaceLimits(),
        purposes={purpose.name: purpose for purpose in (CHECKPOINT, HOTEL)},
        station_classes={"sandbox": frozenset({CHECKPOINT.name, HOTEL.name})},
    )
