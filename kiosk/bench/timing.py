"""How the benchmark times: rivals take turns in short batches, so that a machine that drifts drifts for all.

Rules kept here: one warm-up batch of each is thrown away; each round begins with the next of them; garbage is
collected before each round and never during one; every single call is a sample; a figure is the median of
all of them, or their 95th percentile.
"""

from __future__ import annotations

import gc
import math
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

Batch = Callable[[int], Sequence[float]]
"""Does a thing so many times and returns the seconds each time took."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is measured. The defaults are the figures of docs/performance.md; QUICK is a look."""

    rounds: int = 60
    batch: int = 20
    seeds: int = 8
    passes: int = 10
    starts: int = 5
    appends: int = 400
    logged: int = 1_000_000
    checks: int = 3
    entries: tuple[int, int] = (1_000_000, 35_000_000)
    loads: int = 9
    quick: bool = False


FULL = Effort()
QUICK = Effort(
    rounds=3, batch=4, seeds=1, passes=1, starts=1, appends=5, logged=600, checks=1,
    entries=(4000, 40_000), loads=2, quick=True,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Times:
    """The samples of one contestant, in seconds."""

    samples: tuple[float, ...]

    @property
    def median(self) -> float:
        """The median, in seconds."""
        return statistics.median(self.samples)

    @property
    def p95(self) -> float:
        """The 95th percentile by nearest rank, in seconds."""
        ranked = sorted(self.samples)
        return ranked[math.ceil(0.95 * len(ranked)) - 1]


def race(contestants: Mapping[str, Batch], rounds: int, batch: int) -> dict[str, Times]:
    """Let the contestants take turns, `batch` calls each, `rounds` times after one to warm up."""
    samples: dict[str, list[float]] = {name: [] for name in contestants}
    for number in range(rounds + 1):
        with quiet():
            for name in in_turn(tuple(contestants), number):
                taken = contestants[name](batch)
                if number:
                    samples[name] += taken
    return {name: Times(tuple(taken)) for name, taken in samples.items()}


def in_turn(names: Sequence[str], number: int) -> Sequence[str]:
    """Return the names in their order, beginning with another one in each round."""
    first = number % len(names)
    return (*names[first:], *names[:first])


def timed(call: Callable[[], object]) -> Batch:
    """Make a contestant of `call`."""

    def run(count: int) -> list[float]:
        clock = time.perf_counter
        taken = []
        for _ in range(count):
            began = clock()
            call()
            taken.append(clock() - began)
        return taken

    return run


@contextmanager
def quiet() -> Iterator[None]:
    """Collect garbage now and not again before the end of the block."""
    gc.collect()
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
