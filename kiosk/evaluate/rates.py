"""Error counts with their 95 % intervals: how sure a share of so many trials can be.

Rules kept here: a share never stands without its counts; no errors in few trials is a wide interval, not a
zero. That comparisons which share a person are not independent is said, and counted apart, by the callers.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

CONFIDENCE = 0.95
_HALVINGS = 60
_MOST_TERMS = 1000
_TINY = 1e-300


@dataclass(frozen=True, slots=True)
class Rate:
    """How many of `trials` went wrong, and where the true share lies in 95 of 100 such studies."""

    errors: int
    trials: int
    low: float
    high: float

    @property
    def share(self) -> float | None:
        """The share of errors, None without any trial."""
        return self.errors / self.trials if self.trials else None


@lru_cache(maxsize=4096)
def rate(errors: int, trials: int) -> Rate:
    """Return the share of errors with its exact binomial interval.

    Raises ValueError unless 0 <= errors <= trials.
    Source: C. J. Clopper and E. S. Pearson, Biometrika 26 (4), 1934, with the beta quantiles in their place.
    """
    if not 0 <= errors <= trials:
        raise ValueError(f"{errors} errors in {trials} trials")
    tail = (1 - CONFIDENCE) / 2
    low = _beta_quantile(tail, errors, trials - errors + 1) if errors else 0.0
    high = _beta_quantile(1 - tail, errors + 1, trials - errors) if errors < trials else 1.0
    return Rate(errors, trials, low, high)


def _beta_quantile(share: float, a: float, b: float) -> float:
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if _incomplete_beta(middle, a, b) < share:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _incomplete_beta(x: float, a: float, b: float) -> float:
    """Return the regularised incomplete beta function I_x(a, b).

    Source: NIST Digital Library of Mathematical Functions, 8.17.4 (symmetry) and 8.17.22 (the fraction).
    """
    if x <= 0.0 or x >= 1.0:
        return min(max(x, 0.0), 1.0)
    if x > (a + 1) / (a + b + 2):
        return 1.0 - _incomplete_beta(1.0 - x, b, a)
    size = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    front = math.exp(size + a * math.log(x) + b * math.log1p(-x)) / a
    return front / _fraction(x, a, b)


def _fraction(x: float, a: float, b: float) -> float:
    """Return 1 + d1 / (1 + d2 / (1 + ...)), worked out from the front (Lentz's way)."""
    value, upper, lower = 1.0, 1.0, 0.0
    for term in range(1, _MOST_TERMS):
        m, odd = divmod(term, 2)
        if odd:
            d = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        else:
            d = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        lower = 1.0 / _not_zero(1.0 + d * lower)
        upper = _not_zero(1.0 + d / upper)
        value *= upper * lower
        if abs(upper * lower - 1.0) < 1e-14:  # noqa: PLR2004 - as far as a float tells
            break
    return value


def _not_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY
