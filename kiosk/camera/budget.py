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

    def took_s(self, stage: ReadStage) -> float:
        """Return how long the stage took when it ran last, less for each time it was left out since."""
        return self._took.get(stage, 0.0)

    def begin(self, limit_s: float | None) -> None:
        """Begin another frame."""
        self._began, self._limit_s = self._clock(), limit_s

    def run(self, stage: ReadStage, look: Callable[[], _Seen], otherwise: _Seen) -> _Seen:
        """Return what `look` sees, or `otherwise` when the frame's time does not allow it."""
        expected = self.took_s(stage)
        if self._limit_s is not None and self.spent_s + expected > self._limit_s:
            self._took[stage] = _FORGET * expected
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
