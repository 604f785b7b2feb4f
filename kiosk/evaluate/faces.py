"""One evaluation of the face step from beginning to end: people in, figures out.

Rules kept here: the same pictures, models and limits give the same figures; nobody's name and no picture is
in them. What they look like on paper is left to `page.py`, `record.py` and `summary.py`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np

from kiosk.evaluate.attempts import Attempt, is_open, pair_up
from kiosk.evaluate.captures import Capture, capture, capture_further
from kiosk.evaluate.curve import (
    CHOSEN_FMR,
    Operating,
    Point,
    Scores,
    errors_at,
    find_equal_error,
    find_threshold,
    trace_curve,
)
from kiosk.evaluate.groups import Group, Usable, tally_groups
from kiosk.evaluate.people import People
from kiosk.evaluate.rates import Rate, rate
from kiosk.evaluate.tally import Setting, Tally, tally, try_settings
from kiosk.face.faces import FaceEngine
from kiosk.model import EngineKind, FaceLimits

# Scores mean something else to each engine, and so do the steps between thresholds worth a look.
SETTINGS = {
    EngineKind.SFACE: (0.363, 0.40, 0.42, 0.45, 0.475, 0.50, 0.525, 0.55, 0.60),
    EngineKind.DLIB: (0.40, 0.425, 0.45, 0.475, 0.50, 0.525, 0.55, 0.575, 0.60),
}
STEPS = 3  # for each picture: its first try, the tries that follow, everybody with its credential
Step = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Acquisition:
    """What became of the pictures: failures to enrol and to acquire, with their reasons.

    `frame_refusals` are the hints that single simulated frames got, of `frames` in all.
    """

    people: int
    people_with_genuine: int
    pictures: int
    odd_lines: int
    failed_to_enrol: Rate
    enrol_reasons: tuple[tuple[str, int], ...]
    photo_bytes_mean: float
    failed_to_acquire: Rate
    acquire_reasons: tuple[tuple[str, int], ...]
    frames: Rate
    frame_refusals: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Comparisons:
    """One frame against one photo: rates at the limits' thresholds, the curve, thresholds for chosen rates.

    `at_accept` and `at_refer` are false matches and false non-matches.
    """

    at_accept: tuple[Rate, Rate]
    at_refer: tuple[Rate, Rate]
    curve: tuple[Point, ...]
    equal_error: Point | None
    chosen: tuple[Operating, ...]
    genuine: Scores
    impostor: Scores


@dataclass(frozen=True, slots=True)
class FaceFigures:
    """All figures of one evaluation."""

    model_id: str
    limits: FaceLimits
    photo_bytes: int
    acquisition: Acquisition
    comparisons: Comparisons
    visits: Tally
    settings: tuple[Setting, ...]
    groups: tuple[Group, ...]


def evaluate_faces(
    engine: FaceEngine, people: People, limits: FaceLimits, photo_bytes: int, step: Step
) -> FaceFigures:
    """Capture everybody, let everybody visit with everybody's credential, and count.

    `step` is called STEPS times for each picture.
    """
    captures = _capture(engine, people, limits, photo_bytes, step)
    attempts = tuple(pair_up(engine, captures, step))
    usable = (
        Usable(each.picture.identity, each.enrolled.embedding is not None, each.visit.usable)
        for each in captures
    )
    return FaceFigures(
        model_id=engine.model_id,
        limits=limits,
        photo_bytes=photo_bytes,
        acquisition=_acquisition(people, captures, attempts),
        comparisons=_comparisons(attempts, limits),
        visits=tally(attempts, limits),
        settings=try_settings(attempts, limits, SETTINGS[engine.kind]),
        groups=tally_groups(people, usable, attempts, limits),
    )


def _capture(
    engine: FaceEngine, people: People, limits: FaceLimits, photo_bytes: int, step: Step
) -> list[Capture]:
    """Capture everybody once, and again whoever is not yet passed or refused by every credential.

    For that the strictest of SETTINGS counts, so that the same visits serve for all of them.
    """
    captures: list[Capture] = []
    for picture in people.pictures:
        captures.append(capture(engine, picture, limits, photo_bytes))
        step()
    strict = replace(limits, accept=max(limits.accept, *SETTINGS[engine.kind]))
    credentials = [made.enrolled.embedding for made in captures if made.enrolled.embedding is not None]
    for number, made in enumerate(captures):
        if is_open(engine, credentials, made.visit, strict):
            captures[number] = capture_further(engine, made, limits)
        step()
    return captures


def _acquisition(people: People, captures: list[Capture], attempts: Iterable[Attempt]) -> Acquisition:
    sizes = [each.enrolled.photo_bytes for each in captures if each.enrolled.embedding is not None]
    frames = sum(each.visit.frames for each in captures)
    hints: Counter[str] = Counter()
    for each in captures:
        hints.update(each.visit.refusals)
    return Acquisition(
        people=len(people.identities),
        people_with_genuine=len({attempt.visitor for attempt in attempts if attempt.genuine}),
        pictures=len(captures),
        odd_lines=people.odd_lines,
        failed_to_enrol=rate(len(captures) - len(sizes), len(captures)),
        enrol_reasons=_counts(each.enrolled.refusal for each in captures),
        photo_bytes_mean=sum(sizes) / len(sizes) if sizes else 0.0,
        failed_to_acquire=rate(sum(not each.visit.usable for each in captures), len(captures)),
        acquire_reasons=_counts(_why_nothing(each) for each in captures),
        frames=rate(sum(hints.values()), frames),
        frame_refusals=tuple(sorted(hints.items())),
    )


def _why_nothing(each: Capture) -> str:
    """Return why a picture gave no frame that counts: the hint most frames got, or nothing if it did."""
    visit = each.visit
    if visit.usable or visit.missing:
        return visit.missing
    hints = sorted(visit.refusals.items(), key=lambda entry: (-entry[1], entry[0]))
    return hints[0][0] if hints else ""


def _counts(words: Iterable[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(Counter(word for word in words if word).items()))


def _comparisons(attempts: tuple[Attempt, ...], limits: FaceLimits) -> Comparisons:
    genuine, impostor = (
        np.array(
            [each.single for each in attempts if each.genuine is kind and each.single is not None], np.float64
        )
        for kind in (True, False)
    )
    curve = trace_curve(genuine, impostor)
    chosen = (find_threshold(fmr, genuine, impostor) for fmr in CHOSEN_FMR)
    return Comparisons(
        at_accept=errors_at(limits.accept, genuine, impostor),
        at_refer=errors_at(limits.refer, genuine, impostor),
        curve=curve,
        equal_error=find_equal_error(curve),
        chosen=tuple(point for point in chosen if point is not None),
        genuine=genuine,
        impostor=impostor,
    )
