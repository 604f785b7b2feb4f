"""Probes of the trust store and of the clock it depends on: loaded and judged as the kiosk does it."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from kiosk.health.finding import Finding, Mark, fine, red, warn
from kiosk.model import ClockReading, ClockState, Environment, Fault, Grade
from kiosk.trust.logged import FindFloor, find_nothing
from kiosk.trust.store import load_trust
from kiosk.trust.trustset import BUILD_TIME, TrustSet

ROOT_ENDS_SOON = timedelta(days=30)
BRING_TREE = "bring a fresh trust tree: `python -m kiosk trust update --from TREE`"


def probe_trust(
    store: Path, now: datetime, find_logged: FindFloor = find_nothing
) -> tuple[tuple[Finding, ...], datetime]:
    """Is the trust store whole, and how old is what it says? Also return its floor of time."""
    try:
        trust = load_trust(store, find_logged)
    except Fault as err:
        found, _, action = err.detail.rpartition(": ")
        return (red("trust store", found or err.detail, action if found else BRING_TREE),), BUILD_TIME
    return (_judge_store(trust), _judge_root(trust, now), _judge_lists(trust, now)), trust.floor


def _judge_store(trust: TrustSet) -> Finding:
    station = trust.station
    shown = f"{trust.environment.value}, version {trust.version}, station {station.name} ({station.purpose})"
    if trust.environment is not Environment.PRODUCTION:
        return warn("trust store", shown, "for training only: a PASS here says nothing about a real ID")
    return fine("trust store", shown)


def _judge_root(trust: TrustSet, now: datetime) -> Finding:
    end = trust.expires["root"]
    shown = f"{trust.root_fingerprint}, valid until {end:%Y-%m-%d}"
    if now >= end:
        return red("trust root", shown, "it has ended: " + BRING_TREE)
    if now >= end - ROOT_ENDS_SOON:
        return warn("trust root", shown, BRING_TREE)
    return fine("trust root", shown)


def _judge_lists(trust: TrustSet, now: datetime) -> Finding:
    age, grade = trust.oldest_age(now), trust.oldest_grade(now)
    if age is None:
        return red("status lists", "none", BRING_TREE)
    hours = int(age.total_seconds() // 3600)
    shown = f"{len(trust.lists)}, the oldest {hours} h old, {grade.name.lower()}"
    marks = {Grade.FRESH: Mark.OK, Grade.EXPIRED: Mark.RED}
    mark = marks.get(grade, Mark.WARN)
    return Finding("status lists", mark, shown, "" if mark is Mark.OK else BRING_TREE)


def probe_clock(reading: ClockReading) -> Finding:
    """Can this machine's clock be believed?"""
    shown = f"{reading.now:%Y-%m-%d %H:%M} UTC, {reading.state.value}"
    if reading.state is ClockState.DOUBTFUL:
        action = (
            f"signed data are from {reading.floor:%Y-%m-%d %H:%M} UTC: set the system's clock, "
            "then `python -m kiosk trust clock --confirm TIME`"
        )
        return red("clock", shown, action)
    return fine("clock", f"{shown}, within {reading.uncertainty_s:.0f} s")
