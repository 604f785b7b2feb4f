"""Counts of many visits: who was let through, who was refused, who was sent to a person, how sure that is.

Rules kept here: false match and false non-match are what the machine itself decides wrongly; what it leaves
to a person is neither, and has its own share. Visits by one person, or between the same two, are not
independent: the same errors are counted again by people and by pairs of people, where the interval is nearer
the truth.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from kiosk.evaluate.attempts import Attempt
from kiosk.evaluate.rates import Rate, rate
from kiosk.model import FaceLimits, Outcome


@dataclass(frozen=True, slots=True)
class Tally:
    """What the visits of some people came to.

    `false_match`: impostors passed. `false_non_match`: genuine visitors refused. `to_person` and
    `impostors_to_person`: visits that an officer decides. `pairs_matched`: of all pairs of people that were
    compared, those with a false match either way; `people_refused`, `people_to_person`: of all genuine
    visitors, those to whom it happened at least once. `reasons` says why genuine visits went to a person.
    """

    false_match: Rate
    false_non_match: Rate
    to_person: Rate
    impostors_to_person: Rate
    pairs_matched: Rate
    people_refused: Rate
    people_to_person: Rate
    reasons: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Setting:
    """What other thresholds would have done with the same visits."""

    accept: float
    refer: float
    tally: Tally


def tally(attempts: Iterable[Attempt], limits: FaceLimits) -> Tally:
    """Decide every visit under `limits`, and count."""
    ends: Counter[tuple[bool, Outcome]] = Counter()
    reasons: Counter[str] = Counter()
    people: dict[Outcome | None, set[str]] = {None: set(), **{outcome: set() for outcome in Outcome}}
    pairs: set[frozenset[str]] = set()
    matched: set[frozenset[str]] = set()
    for attempt in attempts:
        decision = attempt.decide(limits)
        outcome = decision.outcome or Outcome.REFER
        ends[attempt.genuine, outcome] += 1
        if attempt.genuine:
            people[None].add(attempt.visitor)
            people[outcome].add(attempt.visitor)
            if outcome is Outcome.REFER and decision.reason is not None:
                reasons[decision.reason.value] += 1
            continue
        pair = frozenset((attempt.holder, attempt.visitor))
        pairs.add(pair)
        if outcome is Outcome.PASS:
            matched.add(pair)
    genuine = sum(ends[True, outcome] for outcome in Outcome)
    impostors = sum(ends[False, outcome] for outcome in Outcome)
    return Tally(
        false_match=rate(ends[False, Outcome.PASS], impostors),
        false_non_match=rate(ends[True, Outcome.FAIL], genuine),
        to_person=rate(ends[True, Outcome.REFER], genuine),
        impostors_to_person=rate(ends[False, Outcome.REFER], impostors),
        pairs_matched=rate(len(matched), len(pairs)),
        people_refused=rate(len(people[Outcome.FAIL]), len(people[None])),
        people_to_person=rate(len(people[Outcome.REFER]), len(people[None])),
        reasons=tuple(sorted(reasons.items())),
    )


def try_settings(
    attempts: tuple[Attempt, ...], limits: FaceLimits, thresholds: Iterable[float]
) -> tuple[Setting, ...]:
    """Return what each threshold of acceptance would have done; never below `refer`."""
    return tuple(
        Setting(accept, limits.refer, tally(attempts, replace(limits, accept=accept)))
        for accept in thresholds
        if accept >= limits.refer
    )
