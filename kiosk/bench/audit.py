"""The log: how long a visit waits for its row to be on disk, and how long a check of the whole log takes.

An append is held against writing and syncing the same bytes to a file beside it, which is what a disk costs.
The log that is checked is written where syncing is free, where there is such a place; reading is the same.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

from kiosk.audit.canonical import encode_entry
from kiosk.audit.check import check_log
from kiosk.audit.entry import Entry, FaceMeasure, ListUsed, StepResult, Visit
from kiosk.audit.log import AuditLog, find_log_path
from kiosk.audit.space import SpaceLimits
from kiosk.bench.rows import Row
from kiosk.bench.timing import Effort, race, timed
from kiosk.model import ClockState, Environment, Grade, Note, Outcome, Source, Step

AREA = "audit"
_LIMITS = SpaceLimits(reserve_bytes=4096, stop_bytes=64 * 2**20)
_IN_MEMORY = Path("/dev/shm")  # noqa: S108 - a private folder of its own is made inside
_MS = 1e3


def measure(effort: Effort, now: datetime) -> tuple[Row, ...]:
    """Measure appends on the disk of the temporary folder, and a check."""
    return (*_measure_append(effort, now), _measure_check(effort, now))


def _measure_append(effort: Effort, now: datetime) -> Iterator[Row]:
    with tempfile.TemporaryDirectory(prefix="mudaqqiq-bench-") as folder:
        beside = os.open(Path(folder) / "beside", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            with AuditLog.open(Path(folder) / "log", Environment.SANDBOX, limits=_LIMITS) as log:
                contestants = {
                    "ours": timed(lambda: log.append(_entry(now, log.head.seq))),
                    "bare": timed(_syncer(beside, encode_entry(_entry(now, 1)))),
                }
                times = race(contestants, effort.appends, 1)
        finally:
            os.close(beside)
    ours, bare = times["ours"], times["bare"]
    yield Row(
        AREA, "row appended, on disk", ours.median * _MS, "ms", "write and fdatasync", bare.median * _MS
    )
    yield Row(AREA, "row appended, on disk, p95", ours.p95 * _MS, "ms", "write and fdatasync", bare.p95 * _MS)


def _syncer(descriptor: int, content: bytes) -> Callable[[], None]:
    def write() -> None:
        os.write(descriptor, content)
        os.fdatasync(descriptor)

    return write


def _measure_check(effort: Effort, now: datetime) -> Row:
    where = _IN_MEMORY if os.access(_IN_MEMORY, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="mudaqqiq-bench-", dir=where) as folder:
        with AuditLog.open(Path(folder) / "log", Environment.SANDBOX, limits=_LIMITS) as log:
            for number in range(effort.logged):
                log.append(_entry(now, number))
        began = time.perf_counter()
        report = check_log(find_log_path(Path(folder) / "log", Environment.SANDBOX))
        seconds = time.perf_counter() - began
    if not report.holds or report.chain.rows != effort.logged:
        raise RuntimeError("the benchmark's own log does not hold")
    return Row(AREA, "whole log checked", seconds, "s", note=f"{effort.logged:,} rows, once")


def _entry(now: datetime, number: int) -> Entry:
    """Make a visit as a running kiosk writes it."""
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
    )
    return Entry(at, ClockState.SYNCED, Environment.SANDBOX, "bench", "0", bytes(32), visit)
