"""Is the kiosk's own clock wrong? What the live proofs of several different holders together say of it.

Rules kept here: a phone's time is never believed, it sets no clock, raises no floor and makes nothing pass.
Only when the last five different holders within an hour agree with each other, and not with the kiosk, is the
kiosk the suspect: a supervisor is told by how much, and a proof just as far off is referred instead of
called old. One phone with many codes, a family on one phone and one holder with many copies count as one
holder; five accomplices gain that codes of the same minute as theirs are referred for an hour. What holders
are remembered by never leaves memory. Time comes in as an argument, monotonic seconds of one clock.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import median

HOLDERS = 5
WITHIN_S = 3600.0
AGREE_WITHIN_S = 30.0  # a code is redrawn every 10 s, and phones' own clocks differ by a few
LEAST_S = 30.0


@dataclass(frozen=True, slots=True)
class Sighting:
    """One holder's valid proof: how far the kiosk was ahead of it (negative: behind), seen at a time."""

    marks: frozenset[bytes]
    ahead_s: float
    seen_at: float


@dataclass(slots=True)
class DriftMemory:
    """The last sightings of different holders; belongs to one thread."""

    _seen: tuple[Sighting, ...] = ()
    _secret: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)

    def note(self, names: Iterable[bytes], ahead_s: float, now: float) -> None:
        """Remember a proof; whoever shares one of `names` (key, number, guardian) is the same holder."""
        marks = frozenset(hashlib.blake2b(name, key=self._secret, digest_size=16).digest() for name in names)
        others = tuple(each for each in self._seen if not each.marks & marks)
        self._seen = (*others, Sighting(marks, ahead_s, now))[-HOLDERS:]

    def find_offset(self, now: float) -> float | None:
        """Return by how many seconds the kiosk seems ahead, None while holders do not say so."""
        return find_offset([each for each in self._seen if now - each.seen_at <= WITHIN_S])

    def forget(self) -> None:
        """Forget all: the clock has been set, and older sightings say nothing of it."""
        self._seen = ()


def find_offset(seen: list[Sighting]) -> float | None:
    """Return the offset that the last holders agree on, None unless they are enough and it is large. Pure."""
    offsets = [each.ahead_s for each in seen[-HOLDERS:]]
    if len(offsets) < HOLDERS or max(offsets) - min(offsets) > AGREE_WITHIN_S:
        return None
    offset = median(offsets)
    return offset if abs(offset) > LEAST_S else None
