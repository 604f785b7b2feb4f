"""How quickly and with how little memory a bomb is refused: a code that inflates to three million bytes."""

from __future__ import annotations

import itertools
import tracemalloc
import zlib
from collections.abc import Callable
from datetime import datetime

from kiosk.bench.rows import Row
from kiosk.bench.timing import Effort, race, timed
from kiosk.bench.tokens import ED25519, Signer
from kiosk.bench.trustset import CHECKPOINT, make_clock, make_trust
from kiosk.cose.encoding import encode_base45, inflate
from kiosk.cose.layers import LayerError
from kiosk.model import Presentation, Reason, Source
from kiosk.verify.pipeline import verify_credential

AREA = "inflate"
_PLAIN_BYTES = 3_000_000
_IN_A_CODE = 2_900_000  # as much as the largest alphanumeric code (4,296 characters) can inflate to
_PEER = "zlib without a limit"
_MS, _MB = 1e3, 1e-6


def measure(effort: Effort, now: datetime) -> tuple[Row, ...]:
    """Measure the refusal alone, and that of a whole code."""
    packed, fits = zlib.compress(bytes(_PLAIN_BYTES), 9), zlib.compress(bytes(_IN_A_CODE), 9)
    trust, clock = make_trust(Signer(ED25519), now), make_clock(now)
    presentation = Presentation(encode_base45(fits), Source.CAMERA)
    ticks = itertools.count()

    def examine() -> None:
        examined = verify_credential(presentation, trust, CHECKPOINT, clock, lambda: float(next(ticks)))
        if examined.checks[0].reason is not Reason.NOT_A_CREDENTIAL or examined.credential is not None:
            raise RuntimeError("the bomb was not refused")

    calls = {"ours": lambda: _refuse(packed), "code": examine, "bare": lambda: zlib.decompress(packed)}
    times = race({name: timed(call) for name, call in calls.items()}, effort.rounds, effort.batch)
    peaks = {name: _peak(call) for name, call in calls.items()}
    bare_ms, bare_mb = times["bare"].median * _MS, peaks["bare"] * _MB
    return (
        Row(AREA, "3 MB bomb refused", times["ours"].median * _MS, "ms", _PEER, bare_ms, "goal 5 ms"),
        Row(AREA, "3 MB bomb refused, peak memory", peaks["ours"] * _MB, "MB", _PEER, bare_mb, "goal 1 MB"),
        Row(AREA, "largest bomb in a code refused", times["code"].median * _MS, "ms", _PEER, bare_ms),
        Row(AREA, "largest bomb in a code, peak memory", peaks["code"] * _MB, "MB", _PEER, bare_mb),
    )


def _refuse(packed: bytes) -> None:
    try:
        inflate(packed)
    except LayerError:
        return
    raise RuntimeError("the bomb was not refused")


def _peak(call: Callable[[], object]) -> float:
    """Return the most bytes that Python held at once during one call, beyond those before."""
    call()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        call()
        return float(tracemalloc.get_traced_memory()[1] - before)
    finally:
        tracemalloc.stop()
