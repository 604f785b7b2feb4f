"""How long one frame may be looked at: a stage that would make the next frame wait too long is left out."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from kiosk.camera.source import Clock
from kiosk.model import ReadStage

_Seen = TypeVar("_Seen")
NoteStage = Callable[[ReadStage, float], object]
"""Is told how many seconds a stage took."""

_FORGET = 0.8  # what a stage took counts for less each time it is left out, so that it gets another chance
# Seconds that a stage may take whatever it took before, because it saw another picture then: about half of
# the longest ever measured, so that no frame takes more than a quarter above its limit.
_LEAST_EXPECTED = {
    ReadStage.ENLARGED: 0.03,
    ReadStage.GRID: 0.04,
    ReadStage.SHARPENED: 0.05,
    ReadStage.TEXTURE: 0.04,
    ReadStage.SECOND_OPINION: 0.04,
}


class Budget:
    """Measures the stages of frame after frame; belongs to one thread.

    `limit_s` is what one frame may take; None for a picture that may take its time.
    """

    def __init__(self, clock: Clock, note: NoteStage | None = None) -> None:
        self._clock = clock
        self._note = note
        self._took: dict[ReadStage, float] = {}
        self._limit_s: float | None = None
        self._began = clock()

    @property
    def spent_s(self) -> float:
        """The seconds since the frame was begun."""
        return self._clock() - self._began

    def begin(self, limit_s: float | None) -> None:
        """Begin another frame."""
        self._began, self._limit_s = self._clock(), limit_s

    def run(self, stage: ReadStage, look: Callable[[], _Seen], otherwise: _Seen) -> _Seen:
        """Return what `look` sees, or `otherwise` when the frame's time does not allow it."""
        took = self._took.get(stage, 0.0)
        expected = max(took, _LEAST_EXPECTED.get(stage, 0.0))
        if self._limit_s is not None and self.spent_s + expected > self._limit_s:
            self._took[stage] = _FORGET * took
            return otherwise
        return self.measure(stage, look)

    def measure(self, stage: ReadStage, look: Callable[[], _Seen]) -> _Seen:
        """Return what `look` sees, whatever time is left: for what is never left out."""
        began = self._clock()
        seen = look()
        self._took[stage] = self._clock() - began
        if self._note is not None:
            self._note(stage, self._took[stage])
        return seen
