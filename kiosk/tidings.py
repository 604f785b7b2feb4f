"""What happens between visits and becomes a row: the clock moved or is suspected, an update was refused.

Rules kept here: nothing is forgotten before its row is written, though the log may be out of reach meanwhile;
what goes on saying the same is one row. Writing is left to the recorder.
"""

from __future__ import annotations

import queue
from collections import deque
from queue import SimpleQueue

from kiosk.audit.entry import ClockStep, ClockSuspected, Fact, TrustRefused
from kiosk.model import ClockReading
from kiosk.verify.drift import HOLDERS

STEP_S = 120.0
CREEP_S = 1.0  # smaller steps are a clock being steered
SUSPECTED_AGAIN_S = 60.0
_MOST = 100


class Tidings:
    """Collects facts for rows; belongs to the worker's thread, but for `refusals`, which others fill."""

    def __init__(self, refusals: SimpleQueue[TrustRefused]) -> None:
        self._refusals = refusals
        self._due: deque[Fact] = deque(maxlen=_MOST)
        self._stepped_s = 0.0
        self._suspected_s: float | None = None

    def hear(self, clock: ClockReading) -> None:
        """Take what a reading of the clock says that was not said before; each reading once."""
        if abs(clock.step_s) >= CREEP_S:
            self._stepped_s += clock.step_s
        if abs(self._stepped_s) > STEP_S:
            self._due.append(ClockStep(round(self._stepped_s, 3)))
            self._stepped_s = 0.0
        before, after = self._suspected_s, clock.ahead_s
        if after is not None and (before is None or abs(after - before) > SUSPECTED_AGAIN_S):
            self._due.append(ClockSuspected(round(after, 3), HOLDERS))
            self._suspected_s = after
        elif after is None:
            self._suspected_s = None

    def first(self) -> Fact | None:
        """Return the fact to write next, None when nothing is due."""
        try:
            while True:
                self._due.append(self._refusals.get_nowait())
        except queue.Empty:
            return self._due[0] if self._due else None

    def written(self) -> None:
        """Let go of the first fact: its row is on disk."""
        self._due.popleft()
