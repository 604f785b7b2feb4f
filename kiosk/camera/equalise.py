"""Tells dark from light modules in a picture whose modules run into each other.

A camera mixes the light of neighbouring modules. How it does is learned from the patterns that every symbol
of the version shows anyway: a linear filter over the samples around a module, fitted by least squares to what
is known there, undoes it for all others; then once more with its own answers as what is known; at last with
the answers for the neighbours as a part of the filter. These are the trained, the decision-directed and the
decision-feedback equaliser of data transmission, in two dimensions.
Sources: R. W. Lucky, Techniques for adaptive equalization of digital communication systems, Bell System
Technical Journal 45 (1966); M. E. Austin, Decision-feedback equalization for digital communication over
dispersive channels, MIT RLE Technical Report 461 (1967).
"""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from kiosk.camera.pattern import DARK, UNKNOWN, Modules

Samples = NDArray[np.float32]
Colour = NDArray[np.bool_]

DENSITY = 2  # samples a module and axis
MARGIN = 3  # modules around the symbol that are sampled too
_AROUND = 3  # how many samples each way from the middle of a module count
_FIRST = MARGIN * DENSITY + DENSITY // 2 - _AROUND  # the first sample that counts for module 0
_NEIGHBOURS = 2  # modules each way whose answers count
_LIGHT_MODULES = 10  # the light is even over so many modules
_FIRST_DAMPING, _LATER_DAMPING = 1e-2, 1e-3  # of the mean square of the samples; few known modules, then more
_FEEDBACK_ROUNDS = 2
_HOPELESS = 0.025  # of the answers changed by learning from them: far more are wrong than can be mended


def decide_modules(flat: NDArray[np.uint8], known: Modules) -> Iterator[Colour]:
    """Yield which modules are dark, by ever costlier means.

    `flat`: the symbol from the front at DENSITY samples a module, with MARGIN modules around it.
    """
    samples = _even_light(flat)
    given = known != UNKNOWN
    truth = np.where(known == DARK, -1, 1).astype(np.float32)
    answers = _answer(samples, given, truth, None, _FIRST_DAMPING)
    dark = np.where(given, truth, answers) < 0
    yield dark
    learned_from = given | _every_third(len(known))
    for turn in range(1 + _FEEDBACK_ROUNDS):
        wanted = np.where(dark, -1, 1).astype(np.float32)
        around = np.where(given, truth, np.clip(answers, -1, 1)).astype(np.float32) if turn else None
        answers = _answer(samples, learned_from, wanted, around, _LATER_DAMPING)
        before, dark = dark, np.where(given, truth, answers) < 0
        yield dark
        if np.mean(before != dark) > _HOPELESS:
            return


def _even_light(flat: NDArray[np.uint8]) -> Samples:
    """Return the samples with their local mean 0 and their contrast 1."""
    even = flat.astype(np.float32)
    reach = _LIGHT_MODULES * DENSITY + 1
    even -= cv2.blur(even, (reach, reach))
    return even / (float(np.sqrt(np.mean(np.square(even)))) or 1.0)


def _answer(
    samples: Samples, learned_from: Colour, wanted: Samples, around: Samples | None, damping: float
) -> Samples:
    """Fit the filter where `learned_from` says and return its answer for each module: below zero is dark.

    `around`: answers for all modules, of which a module's neighbours count.
    """
    span = slice(_FIRST, _FIRST + len(wanted) * DENSITY, DENSITY)
    parts = [_windows(samples, 2 * _AROUND)[span, span][learned_from]]
    if around is not None:
        parts.append(_windows(np.pad(around, _NEIGHBOURS), 2 * _NEIGHBOURS + 1)[learned_from])
        parts[1][:, _NEIGHBOURS, _NEIGHBOURS] = 0  # a module's own answer must not prove itself
    count = len(parts[0])
    columns = np.column_stack([*(part.reshape(count, -1) for part in parts), np.ones(count, np.float32)])
    weights = _fit(columns, wanted[learned_from], damping)
    size = (2 * _AROUND) ** 2
    answers = _filter(samples, weights[:size], anchor=0)[span, span] + weights[-1]
    if around is not None:
        answers = answers + _filter(around, weights[size:-1], anchor=_NEIGHBOURS)
    return np.asarray(answers, np.float32)


def _windows(values: Samples, side: int) -> Samples:
    return np.asarray(sliding_window_view(values, (side, side)))


def _fit(columns: Samples, wanted: Samples, damping: float) -> Samples:
    """Return the weights that bring `columns` nearest to `wanted`, by damped least squares.

    By OpenCV, because NumPy's BLAS spreads so small a problem over all cores and loses time by it.
    """
    square = np.asarray(cv2.mulTransposed(columns, aTa=True), np.float32)
    square[np.diag_indices_from(square)] += np.float32(damping * float(np.trace(square)) / len(square) + 1e-6)
    aims = cv2.gemm(columns, wanted.reshape(-1, 1), 1, np.empty(0), 0, flags=cv2.GEMM_1_T)
    _, weights = cv2.solve(square, aims, flags=cv2.DECOMP_CHOLESKY)
    return np.asarray(weights, np.float32).ravel()


def _filter(values: Samples, weights: Samples, anchor: int) -> Samples:
    side = int(np.sqrt(len(weights)))
    kernel = weights.reshape(side, side)
    filtered = cv2.filter2D(values, -1, kernel, anchor=(anchor, anchor), borderType=cv2.BORDER_CONSTANT)
    return np.asarray(filtered, np.float32)


def _every_third(side: int) -> Colour:
    """Choose a third of the modules, as many in each row and column: enough to learn from."""
    index = np.arange(side)
    return np.asarray((index[:, None] + index[None, :]) % 3 == 0)
