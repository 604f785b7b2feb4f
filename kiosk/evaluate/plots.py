"""The plots of a face evaluation: how the scores lie, how the two errors trade, how the groups compare."""

from __future__ import annotations

import numpy as np

from kiosk.evaluate.curve import Scores
from kiosk.evaluate.drawing import GENUINE, IMPOSTOR, INK, Axis, Plot, even_axis, tens_axis
from kiosk.evaluate.faces import Comparisons, FaceFigures

_BINS = 70
_LOW_SCORE, _HIGH_SCORE = -0.4, 1.0
_LEAST_POWER, _LEAST_NON_MATCH = -5, -3


def plot_scores(figures: FaceFigures) -> str:
    """Draw how many comparisons have which score, each kind as a share of its own fullest bin."""
    plot = Plot(
        even_axis("score of one frame against the photo", _LOW_SCORE, _HIGH_SCORE, 0.2),
        Axis("share of the fullest bin", 0.0, 1.05, ((0.0, "0"), (0.5, "half"), (1.0, "full"))),
        "Scores of impostor and genuine comparisons",
    )
    plot.bars(_heights(figures.comparisons.impostor), IMPOSTOR)
    plot.bars(_heights(figures.comparisons.genuine), GENUINE)
    plot.mark(figures.limits.refer, f"refuse below {figures.limits.refer:g}")
    plot.mark(figures.limits.accept, "")
    plot.write(figures.limits.accept + 0.01, 0.9, f"accept from {figures.limits.accept:g}")
    plot.write(-0.3, 0.8, "impostors", IMPOSTOR)
    plot.write(0.55, 0.6, "genuine", GENUINE)
    return plot.svg()


def plot_trade(comparisons: Comparisons) -> str:
    """Draw the detection error trade-off of single comparisons."""
    plot = Plot(
        tens_axis("false match rate", _LEAST_POWER),
        tens_axis("false non-match rate", _LEAST_NON_MATCH),
        "Detection error trade-off, one frame against one photo; errors that were not seen lie on the edge",
    )
    plot.line(((point.fmr, point.fnmr) for point in comparisons.curve), INK)
    plot.line(((10.0**_LEAST_NON_MATCH, 10.0**_LEAST_NON_MATCH), (1.0, 1.0)), "#999", "4 3")
    if comparisons.impostor.size:
        plot.mark(1 / comparisons.impostor.size, "one false match", "#777")
    if comparisons.equal_error is not None and comparisons.equal_error.fmr == 0.0:
        plot.write(2e-4, 0.002, "the scores do not overlap: the curve lies on the edges")
    return plot.svg()


def plot_rates(comparisons: Comparisons) -> str:
    """Draw both shares of errors against the threshold."""
    plot = Plot(
        even_axis("threshold", _LOW_SCORE, _HIGH_SCORE, 0.2),
        tens_axis("share of errors", _LEAST_POWER),
        "False matches and false non-matches by threshold, one frame against one photo",
    )
    plot.line(((point.threshold, point.fmr) for point in comparisons.curve if point.fmr > 0), IMPOSTOR)
    plot.line(
        ((point.threshold, point.fnmr) for point in comparisons.curve if point.fnmr > 0), GENUINE, "6 3"
    )
    plot.write(-0.3, 0.2, "false matches", IMPOSTOR)
    plot.write(0.38, 0.5, "false non-matches (dashed)", GENUINE)
    return plot.svg()


def _heights(scores: Scores) -> list[float]:
    counts = np.histogram(scores, bins=_BINS, range=(_LOW_SCORE, _HIGH_SCORE))[0]
    return [float(count) / max(int(counts.max()), 1) for count in counts]
