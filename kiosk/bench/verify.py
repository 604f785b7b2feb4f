"""From text to verified credential, against the bare cryptography inside and against other libraries.

The rivals read the print copy, which every reader of Claim 169 understands; the phone copy's live proof is
ours alone. What counts as ours is the whole of `verify_credential`: all steps to the live proof, all checks.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

from kiosk.bench.rivals import NOT_INSTALLED, RIVALS, Rivals, find_interpreter
from kiosk.bench.rows import Row
from kiosk.bench.timing import Batch, Effort, Times, race, timed
from kiosk.bench.tokens import ED25519, ES256, Sample, Signer, make_live, make_print
from kiosk.bench.trustset import CHECKPOINT, HOTEL, make_clock, make_trust
from kiosk.model import Presentation, Source
from kiosk.trust.policy import PurposePolicy
from kiosk.verify.pipeline import verify_credential

AREA = "verify"
GOAL = "goal 1.5"
_COPIES = 8
_US = 1e6


def measure(effort: Effort, now: datetime, interpreter: Path | None = None) -> tuple[Row, ...]:
    """Measure print copies signed with Ed25519 and ES256, and the phone copy.

    `interpreter` is the rivals', by default the one `make peers` built.
    """
    interpreter = interpreter or find_interpreter()
    return (
        *_measure_print("print copy, Ed25519", Signer(ED25519), effort, now, interpreter),
        *_measure_print("print copy, ES256", Signer(ES256), effort, now, interpreter),
        *_measure_live("phone copy, Ed25519 and live proof", Signer(ED25519), effort, now),
    )


def _measure_print(
    name: str, issuer: Signer, effort: Effort, now: datetime, interpreter: Path | None
) -> Iterator[Row]:
    copies = [make_print(issuer, now) for _ in range(_COPIES)]
    contestants = {"ours": _ours(copies, issuer, HOTEL, now), "bare": _bare(copies)}
    names = {way: f"{way.split()[0]}: {NOT_INSTALLED}" for way in RIVALS}
    with ExitStack() as held:
        if interpreter is not None:
            rivals = held.enter_context(Rivals(interpreter, copies[0], issuer))
            names = {way: rivals.name(way) for way in RIVALS}
            contestants |= {way: rivals.batch(way) for way in RIVALS if way in rivals.ways}
        times = race(contestants, effort.rounds, effort.batch)
    yield from _rows(name, times, "cryptography, its one verification")
    for way, peer in names.items():
        theirs = times[way].median * _US if way in times else None
        yield Row(AREA, name, times["ours"].median * _US, "us", peer, theirs)


def _measure_live(name: str, issuer: Signer, effort: Effort, now: datetime) -> Iterator[Row]:
    copies = [make_live(issuer, now) for _ in range(_COPIES)]
    contestants = {"ours": _ours(copies, issuer, CHECKPOINT, now), "bare": _bare(copies)}
    times = race(contestants, effort.rounds, effort.batch)
    yield from _rows(name, times, "cryptography, two verifications and key load")


def _rows(name: str, times: dict[str, Times], peer: str) -> Iterator[Row]:
    ours, bare = times["ours"], times["bare"]
    yield Row(AREA, name, ours.median * _US, "us", peer, bare.median * _US, GOAL)
    yield Row(AREA, f"{name}, p95", ours.p95 * _US, "us", peer, bare.p95 * _US)


def _ours(copies: list[Sample], issuer: Signer, purpose: PurposePolicy, now: datetime) -> Batch:
    """Make a contestant that verifies one copy after another."""
    trust, clock = make_trust(issuer, now), make_clock(now)
    presented = itertools.cycle([Presentation(copy.text, Source.CAMERA) for copy in copies])

    def verify() -> bool:
        examined = verify_credential(next(presented), trust, purpose, clock, time.perf_counter)
        return examined.credential is not None and all(check.reason is None for check in examined.checks)

    if not all(verify() for _ in copies):
        raise RuntimeError("a credential made for the benchmark was refused")
    return timed(verify)


def _bare(copies: list[Sample]) -> Batch:
    turns = itertools.cycle([_together(copy) for copy in copies])

    def run() -> None:
        next(turns)()

    return timed(run)


def _together(copy: Sample) -> Callable[[], None]:
    if len(copy.bare) == 1:
        return copy.bare[0]
    calls = copy.bare

    def run() -> None:
        for call in calls:
            call()

    return run
