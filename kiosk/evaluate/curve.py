"""Two heaps of scores, genuine and impostor: the curve between their errors, and thresholds on it.

Rules kept here: a score at the threshold is accepted, as at the counter; a false match rate that needs more
impostor comparisons than there are gets no threshold. Words as in ISO/IEC 19795-1.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kiosk.evaluate.rates import Rate, rate

Scores = NDArray[np.float64]

CHOSEN_FMR = (1e-2, 1e-3, 1e-4, 1e-5)
_STEPS = 1000  # a threshold is given in thousandths
_MOST_POINTS = 160


@dataclass(frozen=True, slots=True)
class Point:
    """The shares of errors at one threshold: false matches and false non-matches."""

    threshold: float
    fmr: float
    fnmr: float


@dataclass(frozen=True, slots=True)
class Operating:
    """The least threshold with at most a chosen share of false matches, and the errors there."""

    chosen_fmr: float
    threshold: float
    fmr: Rate
    fnmr: Rate


def errors_at(threshold: float, genuine: Scores, impostor: Scores) -> tuple[Rate, Rate]:
    """Return the rates of false matches and of false non-matches at `threshold`."""
    false_matches = int((impostor >= threshold).sum())
    false_non_matches = int((genuine < threshold).sum())
    return rate(false_matches, impostor.size), rate(false_non_matches, genuine.size)


def trace_curve(genuine: Scores, impostor: Scores) -> tuple[Point, ...]:
    """Return the detection error trade-off, by rising threshold; nothing without both kinds of scores."""
    if not genuine.size or not impostor.size:
        return ()
    every = np.unique(np.concatenate((genuine, impostor)))
    fmr = 1.0 - np.searchsorted(np.sort(impostor), every, "left") / impostor.size
    fnmr = np.searchsorted(np.sort(genuine), every, "left") / genuine.size
    turns = np.flatnonzero((np.diff(fmr, prepend=2.0) != 0) | (np.diff(fnmr, append=2.0) != 0))
    if turns.size > _MOST_POINTS:
        turns = turns[_spread(fmr[turns], fnmr[turns])]
    return tuple(Point(float(every[i]), float(fmr[i]), float(fnmr[i])) for i in turns)


def find_equal_error(points: tuple[Point, ...]) -> Point | None:
    """Return the point of the curve where both shares are nearest; their mean is the equal error rate."""
    return min(points, key=lambda point: (abs(point.fmr - point.fnmr), point.fmr + point.fnmr), default=None)


def find_threshold(chosen_fmr: float, genuine: Scores, impostor: Scores) -> Operating | None:
    """Return the operating point for a false match rate, None where one error is already more than that."""
    allowed = math.floor(chosen_fmr * impostor.size + 1e-9)
    if allowed < 1 or not genuine.size:
        return None
    first_refused = float(np.sort(impostor)[-allowed - 1]) if allowed < impostor.size else -1.0
    threshold = (math.floor(first_refused * _STEPS) + 1) / _STEPS
    return Operating(chosen_fmr, threshold, *errors_at(threshold, genuine, impostor))


def _spread(fmr: Scores, fnmr: Scores) -> NDArray[np.intp]:
    """Choose points evenly along the curve as it is drawn, in powers of ten."""
    least = 1e-7
    along = np.cumsum(
        np.abs(np.diff(np.log10(fmr + least), prepend=0.0))
        + np.abs(np.diff(np.log10(fnmr + least), prepend=0.0))
    )
    wanted = np.linspace(along[0], along[-1], _MOST_POINTS)
    return np.unique(np.clip(np.searchsorted(along, wanted), 0, along.size - 1))
