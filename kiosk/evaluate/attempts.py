"""Everybody's visit against everybody's credential, each decided as at the counter.

Rules kept here: a picture is never compared with the credential made of itself; a visit is judged by the
kiosk's own `decide_visit`, over the scores of its tries; a visit of whom nothing could be acquired goes to a
person. A single comparison is the first frame that counts against the photo.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from kiosk.evaluate.captures import Capture, Visit
from kiosk.face.faces import Embedding, Matcher
from kiosk.face.match import VisitDecision, decide_visit
from kiosk.model import FaceLimits, Outcome, Reason


@dataclass(frozen=True, slots=True)
class Attempt:
    """One visit by `visitor` with the credential of `holder`, both names of people.

    `scores` are those of the counted frames of each try, `changed` as in `Visit`.
    """

    holder: str
    visitor: str
    scores: tuple[tuple[float, ...], ...]
    changed: bool

    @property
    def genuine(self) -> bool:
        """Whether holder and visitor are one person."""
        return self.holder == self.visitor

    @property
    def single(self) -> float | None:
        """The score of one frame against the photo, None when no frame counts."""
        return next((score for counted in self.scores for score in counted), None)

    def decide(self, limits: FaceLimits) -> VisitDecision:
        """Return what the kiosk says of this visit under `limits`."""
        decision = decide_visit(self.scores, limits, ended=True)
        if self.changed:
            return VisitDecision(
                Outcome.REFER, Reason.PERSON_CHANGED, decision.score, decision.frames, decision.tries
            )
        return decision


def pair_up(matcher: Matcher, captures: Sequence[Capture], step: Callable[[], None]) -> Iterator[Attempt]:
    """Yield every visit with every credential; `step` is called after each credential."""
    for holder in captures:
        reference = holder.enrolled.embedding
        if reference is not None:
            for visitor in captures:
                if visitor is not holder and not visitor.visit.missing:
                    scores = _compare(matcher, reference, visitor.visit)
                    yield Attempt(
                        holder.picture.identity, visitor.picture.identity, scores, visitor.visit.changed
                    )
        step()


def is_open(matcher: Matcher, credentials: Sequence[Embedding], visit: Visit, limits: FaceLimits) -> bool:
    """Tell whether a visit would go on after the tries it has, with any of the credentials."""
    return not visit.missing and any(
        decide_visit(_compare(matcher, reference, visit), limits).outcome is None for reference in credentials
    )


def _compare(matcher: Matcher, reference: Embedding, visit: Visit) -> tuple[tuple[float, ...], ...]:
    return tuple(
        tuple(matcher.similarity(reference, embedding) for embedding in counted) for counted in visit.tries
    )
