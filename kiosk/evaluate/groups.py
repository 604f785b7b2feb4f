"""The groups of people that are looked at apart: by gender, group, both, and age.

Rules kept here: every group that occurs is shown, however small, with its counts; an impostor of a group is
one who tries the credential of somebody of the same group, which is where matchers err most.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from kiosk.evaluate.attempts import Attempt
from kiosk.evaluate.people import UNKNOWN, People, Traits
from kiosk.evaluate.tally import Tally, tally
from kiosk.model import FaceLimits

_AGES = ((18, "under 18"), (30, "18 to 29"), (45, "30 to 44"), (60, "45 to 59"), (200, "60 and over"))


@dataclass(frozen=True, slots=True)
class Group:
    """One group: how many people with a usable picture, how many of their pictures were not, and its visits.

    `refused_photos` and `empty_visits` count pictures that gave no credential, and no frame that counts.
    """

    kind: str
    name: str
    people: int
    pictures: int
    refused_photos: int
    empty_visits: int
    tally: Tally


@dataclass(frozen=True, slots=True)
class Usable:
    """Of one picture: whose it is, and whether it gave a credential and a visit."""

    identity: str
    enrolled: bool
    acquired: bool


def age_band(traits: Traits) -> str:
    """Return the band of years that a person falls into."""
    years = traits.age_years
    return UNKNOWN if years is None else next(name for below, name in _AGES if years < below)


_KINDS: tuple[tuple[str, Callable[[Traits], str]], ...] = (
    ("gender", lambda traits: traits.gender),
    ("group", lambda traits: traits.group),
    ("group and gender", lambda traits: f"{traits.group}, {traits.gender}"),
    ("age", age_band),
)


def tally_groups(
    people: People, pictures: Iterable[Usable], attempts: tuple[Attempt, ...], limits: FaceLimits
) -> tuple[Group, ...]:
    """Return every group of every kind, in order of kind and name."""
    pictures = tuple(pictures)
    found: list[Group] = []
    for kind, label in _KINDS:
        labels = {identity: label(people.traits_of(identity)) for identity in people.identities}
        inside: dict[str, list[Attempt]] = {name: [] for name in sorted(set(labels.values()))}
        for attempt in attempts:
            if labels[attempt.holder] == labels[attempt.visitor]:
                inside[labels[attempt.holder]].append(attempt)
        for name, within in inside.items():
            own = [picture for picture in pictures if labels[picture.identity] == name]
            found.append(_group(kind, name, own, tally(within, limits)))
    return tuple(found)


def _group(kind: str, name: str, pictures: list[Usable], counted: Tally) -> Group:
    return Group(
        kind,
        name,
        people=len({picture.identity for picture in pictures}),
        pictures=len(pictures),
        refused_photos=sum(not picture.enrolled for picture in pictures),
        empty_visits=sum(not picture.acquired for picture in pictures),
        tally=counted,
    )
