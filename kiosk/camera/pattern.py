"""What is drawn in every QR symbol of a version, whatever it holds: finders, timing, alignment, version bits.

Source: ISO/IEC 18004, sections 6.3.3 to 6.3.6 and 7.10, annex D (version bits) and annex E (alignment).
A module is named by column and row from the top left; its middle is half a module further.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Modules = NDArray[np.int8]

DARK, LIGHT, UNKNOWN = 1, 0, -1
MAX_VERSION = 40
_FIRST_WITH_VERSION_BITS = 7
_UNEVEN_VERSION, _UNEVEN_STEP = 32, 26
_VERSION_POLYNOMIAL, _VERSION_CHECK_BITS = 0x1F25, 12


@dataclass(frozen=True, slots=True)
class Landmark:
    """A drawn pattern that can be found again in a picture: its middle in modules, finder or alignment."""

    x: float
    y: float
    is_finder: bool


def modules_a_side(version: int) -> int:
    """Return how many modules a side a symbol of `version`, 1 to 40, has."""
    return 17 + 4 * version


def landmarks(version: int) -> tuple[Landmark, ...]:
    """Return the three finders and every alignment pattern."""
    far = modules_a_side(version) - 3.5
    finders = [Landmark(x, y, is_finder=True) for x, y in ((3.5, 3.5), (far, 3.5), (3.5, far))]
    return (*finders, *(Landmark(x + 0.5, y + 0.5, is_finder=False) for x, y in _alignment(version)))


@lru_cache(maxsize=4)
def known_modules(version: int) -> Modules:
    """Return the symbol as far as it is known: DARK, LIGHT, or UNKNOWN where data and format stand."""
    side = modules_a_side(version)
    known = np.full((side, side), UNKNOWN, np.int8)
    known[6, :] = known[:, 6] = (np.arange(side) + 1) % 2
    for x, y in _alignment(version):
        known[y - 2 : y + 3, x - 2 : x + 3] = alignment_pattern()
    finder = finder_pattern()
    known[:8, :8], known[:8, -8:], known[-8:, :8] = finder[1:, 1:], finder[1:, :8], finder[:8, 1:]
    known[side - 8, 8] = DARK
    if version >= _FIRST_WITH_VERSION_BITS:
        bits = np.array([_version_bits(version) >> n & 1 for n in range(18)], np.int8).reshape(6, 3)
        known[:6, -11:-8], known[-11:-8, :6] = bits, bits.T
    known.flags.writeable = False
    return known


def finder_pattern() -> Modules:
    """Return a finder with the light ring around it, 9 x 9."""
    return _rings(9, (LIGHT, DARK, LIGHT, DARK, DARK))


def alignment_pattern() -> Modules:
    """Return an alignment pattern, 5 x 5."""
    return _rings(5, (DARK, LIGHT, DARK))


def _rings(side: int, from_outside: tuple[int, ...]) -> Modules:
    drawn = np.empty((side, side), np.int8)
    for ring, colour in enumerate(from_outside):
        drawn[ring : side - ring, ring : side - ring] = colour
    return drawn


def _alignment(version: int) -> list[tuple[int, int]]:
    """Return the modules in the middle of the alignment patterns, by the formula behind table E.1."""
    if version == 1:
        return []
    count = version // 7 + 2
    step = (version * 8 + count * 3 + 5) // (count * 4 - 4) * 2
    if version == _UNEVEN_VERSION:
        step = _UNEVEN_STEP
    last = modules_a_side(version) - 7
    lines = [6, *sorted(last - step * n for n in range(count - 1))]
    at_finders = {(6, 6), (6, last), (last, 6)}
    return [(x, y) for y in lines for x in lines if (x, y) not in at_finders]


def _version_bits(version: int) -> int:
    """Return the version's 18 bits: six of number, twelve of a (18, 6) Golay code."""
    rest = version << _VERSION_CHECK_BITS
    for shift in range(5, -1, -1):
        if rest >> (shift + _VERSION_CHECK_BITS) & 1:
            rest ^= _VERSION_POLYNOMIAL << shift
    return version << _VERSION_CHECK_BITS | rest
