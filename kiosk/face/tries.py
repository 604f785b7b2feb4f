"""The tries of one visit: which frames of one person count, and when they decide.

Rules kept here: a try is a window from its first usable frame on; its best frames by quality count, never by
score; it is judged only while the person counted in it is in view, and nobody passes or is refused because
the time was up. Nothing is decided over two people: until a full try was judged another face starts the
counting again, after that it ends the visit, so that nobody chooses among tries. Time is the frames' own.
What the scores mean is left to `match.decide_visit`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from kiosk.face.faces import Embedding, Matcher
from kiosk.face.match import VisitDecision, decide_visit
from kiosk.model import FaceLimits, Outcome, Reason

MIN_GAP_S = 0.1  # frames closer in time are nearly the same picture


@dataclass(frozen=True, slots=True)
class Sample:
    """One usable frame: when it was taken, how good it is (more is better), and what the matcher says."""

    taken_at: float
    rank: float
    embedding: Embedding
    score: float


def is_continuous(matcher: Matcher, known: Sequence[Embedding], embedding: Embedding) -> bool:
    """Tell whether `embedding` shows the person of `known`, by their mean; anybody continues nobody."""
    if not known:
        return True
    middle = np.asarray(np.mean(known, axis=0), np.float32)
    return matcher.similarity(middle, embedding) >= matcher.continuity


class Tries:
    """The windows of one visit, in their order."""

    def __init__(self, matcher: Matcher, limits: FaceLimits) -> None:
        self._matcher = matcher
        self._limits = limits
        self._judged: list[tuple[float, ...]] = []
        self._window: list[Sample] = []
        self._person: list[Embedding] = []
        self._swapped = False

    @property
    def progress(self) -> float:
        """How much of the running try is there, 0 to 1."""
        return min(1.0, len(self._window) / self._limits.frames)

    @property
    def person(self) -> tuple[Embedding, ...]:
        """What was counted of the person so far, for whoever must know whether it is still the same one."""
        return tuple(self._person)

    def is_due(self, taken_at: float) -> bool:
        """Whether a frame taken then is far enough from the last one to add anything."""
        return not self._window or taken_at - self._window[-1].taken_at >= MIN_GAP_S

    def add(self, sample: Sample) -> bool:
        """Count a frame; False when it shows another person than those before."""
        same = is_continuous(self._matcher, self._person, sample.embedding)
        if not same and any(len(counted) >= self._limits.frames for counted in self._judged):
            self._swapped = True
            return False
        if not same:
            self._judged.clear()
            self._window.clear()
            self._person.clear()
        self._window.append(sample)
        self._person.append(sample.embedding)
        return same

    def start_again(self) -> None:
        """Forget the running try: what comes next may show someone else. What was judged stays."""
        del self._person[len(self._person) - len(self._window) :]
        self._window.clear()

    def close(self, now: float, *, in_view: bool = True) -> VisitDecision:
        """Judge the running try if it is over by `now`, and say what the visit has come to.

        A full try waits until the person counted in it is `in_view` again; somebody else may be there.
        """
        if self._swapped:
            return self.conclude()
        if self._window:
            lasted_s = now - self._window[0].taken_at
            full = len(self._window) >= self._limits.frames
            if lasted_s >= (self._limits.window_s if full else self._limits.try_s) and (in_view or not full):
                self._judged.append(self._counted())
                self._window.clear()
        return decide_visit(self._judged, self._limits)

    def conclude(self) -> VisitDecision:
        """Say what the visit has come to when nothing more follows: never a PASS, never a FAIL."""
        if self._swapped:
            decision = decide_visit(self._judged, self._limits, ended=True)
            return VisitDecision(
                Outcome.REFER, Reason.PERSON_CHANGED, decision.score, decision.frames, decision.tries
            )
        tries = [*self._judged, self._counted()] if self._window else self._judged
        decision = decide_visit(tries, self._limits, ended=True)
        if decision.outcome is Outcome.REFER:
            return decision
        return replace(decision, outcome=Outcome.REFER, reason=Reason.FACE_UNCERTAIN)

    def _counted(self) -> tuple[float, ...]:
        return tuple(sample.score for sample in best_samples(self._window, self._limits.frames))


def best_samples(window: Sequence[Sample], frames: int) -> tuple[Sample, ...]:
    """Return the frames of a try that count: the best by quality, in the order they were taken."""
    best = sorted(window, key=lambda sample: -sample.rank)[:frames]
    return tuple(sorted(best, key=lambda sample: sample.taken_at))
