"""Logs for the benchmark, written by the kiosk's own code: a visit as a kiosk writes it, many times."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from kiosk.audit.auditors import AuditorPair
from kiosk.audit.chain import Receipt
from kiosk.audit.entry import CodeMeasure, Entry, FaceMeasure, ListUsed, StepResult, Visit
from kiosk.audit.log import AuditLog, find_log_path
from kiosk.audit.seal import Place, SealedHolder, seal
from kiosk.audit.space import MIB, SpaceLimits
from kiosk.model import AuditorKey, ClockState, Environment, Grade, Note, Outcome, Source, Step

LIMITS = SpaceLimits(reserve_bytes=4096, stop_bytes=64 * MIB)
_AT_ONCE = 20_000  # rows in one transaction: syncing each would measure the disk and last for hours
_HOLDER = SealedHolder(
    "شخص تجريبي للقياس", "Test Person of the Benchmark", "2345678417", "https://s.invalid/1", 7
)


def make_log(folder: Path, rows: int, now: datetime) -> Path:
    """Write a log of `rows` visits into `folder` and return its path. Raises Fault."""
    with open_log(folder) as log:
        for start in range(0, rows, _AT_ONCE):
            with log._database.atomic():  # noqa: SLF001 - no kiosk may write rows that are not on disk
                for number in range(start, min(rows, start + _AT_ONCE)):
                    log.append(make_visit(now, number))
    return find_log_path(folder, Environment.SANDBOX)


def open_log(folder: Path) -> AuditLog:
    """Open the benchmark's log in `folder`. Raises Fault."""
    return AuditLog.open(folder, Environment.SANDBOX, limits=LIMITS)


def append_sealed(log: AuditLog, key: AuditorKey, now: datetime) -> Receipt:
    """Seal a holder to `key` and write a visit with it, as the kiosk does before it shows a result."""
    sealed = seal(_HOLDER, key, Place(log.environment, log.epoch, log.next_seq))
    return log.append(replace(make_visit(now, log.head.seq), sealed_key=key.id), sealed)


def make_key(now: datetime) -> AuditorKey:
    """Make an auditors' key of this month."""
    return AuditorPair(f"{now:%Y-%m}", X25519PrivateKey.generate()).public


def make_visit(now: datetime, number: int) -> Entry:
    """Make a visit with everything a running kiosk writes."""
    at = now + timedelta(seconds=number)
    visit = Visit(
        purpose="checkpoint",
        outcome=Outcome.PASS,
        reasons=(),
        steps=tuple(StepResult(step, Outcome.PASS, 1.25) for step in Step),
        notes=(Note.NOT_PRODUCTION,),
        source=Source.CAMERA,
        issuer_key_id=bytes(8),
        status_list=ListUsed(7, now - timedelta(hours=1), 3600, Grade.FRESH),
        policy_id="bench-1",
        face=FaceMeasure("bench", 5, 0.61, 101.5, 240.25, 120.0, 55.0),
        pseudonym=bytes(32),
        code=CodeMeasure("zxing", 4.5, 0.9, 17),
    )
    return Entry(at, ClockState.SYNCED, Environment.SANDBOX, "bench", "0", bytes(32), visit)
