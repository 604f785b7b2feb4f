"""Reading codes: our chain against bare decoders on the same frames, from frame to text and to credential.

What is filmed or loaded is `shots.py`'s, who reads `readers.py`'s; how long a visitor waits is measured in
`arrival.py`, what an empty room costs in `idle.py`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from kiosk.bench.arrival import measure_arrivals
from kiosk.bench.idle import measure_idle
from kiosk.bench.readers import OURS, PEERS, ZXING_COLOUR, ZXING_GREY, Read, make_peers, read_alone
from kiosk.bench.rows import Row
from kiosk.bench.shots import Shot, film_shots, find_pictures, load_shots
from kiosk.bench.timing import Effort, Times, in_turn, quiet
from kiosk.bench.tokens import ED25519, Signer, make_live
from kiosk.bench.trustset import CHECKPOINT, make_clock, make_trust
from kiosk.camera.qr import QrReader
from kiosk.model import Presentation, ReadStage, Source
from kiosk.verify.pipeline import verify_credential

AREA = "scan"
NOT_INSTALLED = "not installed"
FRAMES = "frames"
_NEAR, _FAR, _FARTHEST = 3.0, 2.25, 2.0  # pixels a module
_MOST_PASSES = 3
_ARRIVALS_A_SEED = 3
_IDLE_S, _QUICK_IDLE_S = 20.0, 1.0
_MS, _PERCENT = 1e3, 100.0
_GOALS = ("goal 1.5", "goal 40 ms")
_SOFT = 0.8  # pixels of blur: a camera that is not quite in focus


@dataclass(slots=True)
class Outcome:
    """What one contestant did over all frames: the seconds it took, and what it answered."""

    seconds: list[float] = field(default_factory=list)
    with_code: int = 0
    read: int = 0
    false: int = 0

    @property
    def times(self) -> Times:
        """The seconds of every frame."""
        return Times(tuple(self.seconds))

    @property
    def rate(self) -> float:
        """The share of the frames with a code in which its text was read, 0 without any."""
        return self.read / self.with_code if self.with_code else 0.0

    def judge(self, shot: Shot, texts: tuple[bytes, ...], seconds: float) -> None:
        """Count one answer: false is whoever read something, but not the text that is there."""
        right = any(text in shot.texts for text in texts)
        self.seconds.append(seconds)
        self.with_code += bool(shot.texts)
        self.read += right
        self.false += bool(texts) and not right


class StageTimes:
    """How long each stage of our chain took, whenever it ran."""

    def __init__(self) -> None:
        self._seconds: dict[ReadStage, list[float]] = {}

    def note(self, stage: ReadStage, seconds: float) -> None:
        """Take note of one run."""
        self._seconds.setdefault(stage, []).append(seconds)

    def rows(self, name: str) -> Iterator[Row]:
        """Yield a row for the worst run of each stage, and one for the worst of all."""
        worst = {stage: max(seconds) for stage, seconds in self._seconds.items()}
        for stage, seconds in self._seconds.items():
            note = f"{len(seconds)} runs, median {Times(tuple(seconds)).median * _MS:.1f} ms"
            yield Row(AREA, f"{name}, stage {stage.value}, worst", worst[stage] * _MS, "ms", note=note)

    def worst(self, name: str) -> Row:
        """Return the row of the slowest stage of all."""
        slowest = max(self._seconds, key=lambda stage: max(self._seconds[stage]))
        value = max(self._seconds[slowest]) * _MS
        return Row(AREA, f"{name}, slowest stage", value, "ms", note=f"{slowest.value}; goal 150 ms")


def measure(effort: Effort, now: datetime) -> tuple[Row, ...]:
    """Measure simulated frames at ordinary and great distance, a visitor's wait, and an empty room."""
    issuer, stages = Signer(ED25519), StageTimes()
    texts = [make_live(issuer, now).text for _ in range(effort.seeds)]
    passes = min(effort.passes, _MOST_PASSES)
    ours = read_alone(QrReader(note=stages.note))
    near_shots = film_shots(texts, _NEAR)
    verified = race_over(near_shots, passes, _to_credential(_verifier(issuer, now)), fast_only=True)
    name = "1080p frame, v25 code at 3 px a module"
    near = race_over(near_shots, 1, ours)
    rows = [*_time_rows(f"{name}, to credential", verified, _GOALS), *_time_rows(f"{name}, to text", near)]
    rows += _rate_rows(f"v25 code at {_NEAR:g} px a module", near)
    for px in (_FAR, _FARTHEST):
        results = race_over(film_shots(texts, px, _SOFT), 1, ours)
        rows += _rate_rows(f"v25 code at {px:g} px a module, soft lens", results)
    rows.append(stages.worst("1080p frame"))
    return (*rows, *_waiting_rows(texts * _ARRIVALS_A_SEED), *_idle_rows(effort))


def measure_folder(folder: Path, effort: Effort, now: datetime) -> tuple[Row, ...]:
    """Measure the recorded frames in `folder`, each once. Raises ValueError when there are none."""
    del effort, now
    stages = StageTimes()
    results = race_over(load_shots(find_pictures(folder)), 1, read_alone(QrReader(note=stages.note)))
    name = "recorded frames"
    rows = (*_time_rows(f"{name}, to text", results), *_rate_rows(name, results))
    return (*rows, *stages.rows(name), stages.worst(name))


def race_over(
    shots: Iterable[Shot], passes: int, ours: Read, *, fast_only: bool = False
) -> dict[str, Outcome]:
    """Let ours and the bare decoders read every frame in turn, `passes` times; the first frame warms up.

    `fast_only`: against zxing-cpp alone.
    """
    peers = make_peers()
    known = [
        name for name in PEERS if name in peers and (not fast_only or name in {ZXING_COLOUR, ZXING_GREY})
    ]
    contestants: dict[str, Read] = {OURS: ours} | {name: peers[name] for name in known}
    outcomes = {name: Outcome() for name in contestants}
    for number, shot in enumerate(shots):
        with quiet():
            for turn in range(passes + (number == 0)):
                for name in in_turn(tuple(contestants), number + turn):
                    began = time.perf_counter()
                    texts = contestants[name](shot)
                    taken = time.perf_counter() - began
                    if number or turn:
                        outcomes[name].judge(shot, texts, taken)
    return outcomes


def _to_credential(verify: Callable[[str], bool]) -> Read:
    reader = QrReader()

    def read(shot: Shot) -> tuple[bytes, ...]:
        code = reader.read(shot.frame)
        if code is None or code.text is None:
            return ()
        verify(code.text)
        return (code.text.encode("latin-1"),)

    return read


def _verifier(issuer: Signer, now: datetime) -> Callable[[str], bool]:
    trust, clock = make_trust(issuer, now), make_clock(now)

    def verify(text: str) -> bool:
        presentation = Presentation(text, Source.CAMERA)
        examined = verify_credential(presentation, trust, CHECKPOINT, clock, time.perf_counter)
        return examined.credential is not None

    return verify


def _time_rows(name: str, results: dict[str, Outcome], goals: tuple[str, str] = ("", "")) -> Iterator[Row]:
    ours = results[OURS].times
    for peer, theirs in results.items():
        if peer != OURS:
            note = goals[0] if peer == ZXING_COLOUR else ""
            yield Row(AREA, name, ours.median * _MS, "ms", peer, theirs.times.median * _MS, note)
    for peer, theirs in results.items():
        if peer != OURS:
            note = goals[1] if peer == ZXING_COLOUR else ""
            yield Row(AREA, f"{name}, p95", ours.p95 * _MS, "ms", peer, theirs.times.p95 * _MS, note)


def _rate_rows(name: str, results: dict[str, Outcome]) -> Iterator[Row]:
    ours = results[OURS]
    note = f"{ours.with_code} of {len(ours.seconds)} frames hold a code"
    for peer in PEERS:
        theirs = results.get(peer)
        shown = peer if theirs else f"{peer}: {NOT_INSTALLED}"
        rate = theirs.rate * _PERCENT if theirs else None
        yield Row(AREA, f"{name}, read", ours.rate * _PERCENT, "%", shown, rate, note)
    for peer in PEERS:
        if peer in results:
            false = float(results[peer].false)
            yield Row(AREA, f"{name}, read falsely", float(ours.false), FRAMES, peer, false)


def _waiting_rows(texts: list[str]) -> Iterator[Row]:
    times = Times(tuple(measure_arrivals(texts)))
    name = "first readable frame of a code brought near, to text"
    note = f"{len(times.samples)} codes"
    yield Row(AREA, name, times.median * _MS, "ms", note=note)
    yield Row(AREA, f"{name}, p95", times.p95 * _MS, "ms", note="goal 120 ms")


def _idle_rows(effort: Effort) -> Iterator[Row]:
    seconds = _QUICK_IDLE_S if effort.quick else _IDLE_S
    name, unit = "no code, 1080p at 15 frames a second, capture and reader", "% of a core"
    yield Row(
        AREA, f"{name}, empty room", measure_idle(seconds, moving=False) * _PERCENT, unit, note="goal 15"
    )
    yield Row(AREA, f"{name}, all in motion", measure_idle(seconds, moving=True) * _PERCENT, unit)
