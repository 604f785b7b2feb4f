"""What kiosks trust, as files: the keys of this issuer, the policy, the status lists.

Only contents are made here; `publish.py` signs them into a TUF tree and writes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from issuer.auditors import find_auditors
from issuer.dates import day_of, write_instant
from issuer.keyring import Keyring, Role, write_date
from issuer.ledger import Ledger
from issuer.records import FORMAT, encode_json
from issuer.registry import Authority, Registry
from issuer.statuslist import pack_entries, sign_status_list
from kiosk.audit.auditors import describe_keys
from kiosk.model import AuditorKey, FaceLimits, LivenessLimits

_USAGES = {Role.CREDENTIAL: "credential", Role.STATUS_LIST: "status"}
_ALL_FIELDS = (
    "names number born gender nationality class valid_until guardian occupation employer sponsor photo"
)


def make_targets(registry: Registry, ledger: Ledger, now: datetime) -> dict[str, bytes]:
    """Return every target file by its name; lists carry `now` as their time."""
    return {
        "policy.json": encode_json(make_policy(registry.authority, find_auditors(registry, now))),
        "issuers.json": encode_json(_make_issuers(registry.authority, registry.keyring())),
        **_make_lists(registry, ledger, now),
    }


def make_policy(authority: Authority, auditors: Sequence[AuditorKey] = ()) -> dict[str, Any]:
    """Return the policy of a sandbox or pilot: purposes, windows, thresholds, to whom rows are sealed."""
    audit = {"audit": {"keys": describe_keys(auditors), "seal": True}} if auditors else {}
    return {
        "format": FORMAT,
        "id": f"{authority.environment}-1",
        "environment": authority.environment,
        "issued": write_instant(authority.created),
        "list_age": {"fresh_hours": 24, "ageing_hours": 168, "stale_hours": 720},
        "stale_list": "refer",
        "proof": {"window_s": 60, "sources": ["camera", "scanner"]},
        "clock": {"forward_leeway_s": 300},
        "face": asdict(FaceLimits()),
        "liveness": asdict(LivenessLimits()),
        "purposes": _make_purposes(),
        "station_classes": {authority.environment: ["checkpoint", "bank", "hotel"]},
        **audit,
    }


def _make_purposes() -> dict[str, Any]:
    """Return the three purposes: an officer at a checkpoint, a counter alone, a hotel desk."""
    strict = {"print_copy": "refer", "live_proof": True, "face": True}
    return {
        "checkpoint": {**strict, "liveness": False, "show": _ALL_FIELDS.split(), "mask_number": False},
        "bank": {
            **strict,
            "liveness": True,
            "show": ["names", "number", "born", "nationality", "valid_until", "photo"],
            "mask_number": False,
        },
        "hotel": {
            "print_copy": "accept",
            "live_proof": False,
            "face": True,
            "liveness": False,
            "show": ["names", "number", "nationality", "valid_until", "photo"],
            "mask_number": True,
        },
    }


def _make_issuers(authority: Authority, keyring: Keyring) -> dict[str, Any]:
    """Return every issuer's key there ever was: what an old one signed in its time may still be valid."""
    return {
        "format": FORMAT,
        "issuers": [
            {
                "issuer": authority.issuer,
                "usage": usage,
                "cose_key": record.cose_key.hex(),
                "valid_from": write_instant(record.created),
                "valid_until": write_instant(record.valid_until),
                "distrusted_from": write_date(record.distrusted_from),
                "min_iat": write_date(record.min_iat),
            }
            for role, usage in _USAGES.items()
            for record in keyring.having(role)
        ],
    }


def _make_lists(registry: Registry, ledger: Ledger, now: datetime) -> dict[str, bytes]:
    """Return a list for each year in which a copy expires, and for this year and the next in any case."""
    authority, key = registry.authority, registry.key(Role.STATUS_LIST, now)
    year = day_of(now).year
    cohorts = {year, year + 1} | {copy.cohort for copy in ledger.copies.values()}
    return {
        f"status/{cohort}.cwt": sign_status_list(
            authority.status_uri(cohort),
            pack_entries((c for c in ledger.copies.values() if c.cohort == cohort), authority.list_entries),
            now,
            key,
        )
        for cohort in sorted(cohorts)
    }
