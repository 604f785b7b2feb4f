"""Figures in words, the same in the terminal and on the page."""

from __future__ import annotations

from kiosk.evaluate.rates import Rate

# One list of sentences for every report: what its figures are and are not.
READING = (
    (
        "The camera is simulated: each probe is drawn from a still picture (distance, leaning, uneven "
        "light, tone, colour, soft focus, noise, JPEG), with a fixed seed. No real webcam, no second day, "
        "no turned head."
    ),
    (
        "Every picture is once the portrait of a credential and once a visitor; a picture is never compared "
        "with the credential made of itself."
    ),
    (
        "A visit takes the best frames of each try by quality and decides by their mean, as at the counter. "
        "False match: an impostor is passed. False non-match: a genuine visitor is refused. What goes to a "
        "person is neither, and has its own share."
    ),
    (
        "Intervals are exact binomial ones (Clopper and Pearson, 95 %) and take trials as independent. They "
        "are not: one person stands behind many visits. The same errors counted by people and by pairs of "
        "people are nearer the truth, and even pairs share people."
    ),
    (
        "Impostors of a group try the credential of somebody of the same group. A group of few people has a "
        "wide interval: no errors there is no proof of none."
    ),
    "Thresholds chosen on these people fit these people. Others may do worse.",
)


def percent(share: float | None) -> str:
    """Return a share in per cent with as many digits as small shares need."""
    if share is None:
        return "-"
    value = 100 * share
    if value in {0.0, 100.0}:
        return f"{value:.0f} %"
    return f"{value:.1f} %" if value >= 1 else f"{value:.2g} %"


def counted(rate: Rate) -> str:
    """Return errors of trials: 3 of 11,024."""
    return f"{rate.errors:,} of {rate.trials:,}"


def in_full(rate: Rate) -> str:
    """Return counts, share and interval."""
    if not rate.trials:
        return "none tried"
    return f"{counted(rate)} = {percent(rate.share)} ({percent(rate.low)} to {percent(rate.high)})"


def reasons(counts: tuple[tuple[str, int], ...]) -> str:
    """Return reasons with their counts, a dash for none."""
    return ", ".join(f"{name} {count}" for name, count in counts) or "-"
