"""The registered person: what a credential says about its holder, checked before it is ever signed.

Text is refused when a screen could show something else than what was typed: control characters, marks that
turn the direction of writing, letters of another script. Hijri dates and religion are never stored.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date, datetime

from issuer.dates import day_of
from issuer.errors import Refused
from issuer.number import check_class, check_number, check_sponsor

CLASSES = ("citizen", "resident", "family", "visitor")
GENDERS = (1, 2, 3)
NAME_LENGTH = 120
WORK_LENGTH = 80
_EARLIEST_BIRTH = date(1900, 1, 1)
_LATEST_EXPIRY_YEARS = 20
_NATIONALITY_LENGTH = 3
_NAME_SIGNS = frozenset(" -.'\u2019")


@dataclass(frozen=True, slots=True)
class Person:
    """One registered holder. `photo` names the photo's file in the registry, by its digest.

    `expires` is the last day of the residence, in Riyadh. `gender`: 1 male, 2 female, 3 other.
    """

    number: str
    name_latin: str
    name_arabic: str
    born: date
    nationality: str
    holder_class: str
    expires: date
    photo: str = ""
    guardian: str | None = None
    gender: int | None = None
    occupation: str | None = None
    employer: str | None = None
    sponsor: str | None = None


def check_person(person: Person, now: datetime) -> None:
    """Refuse a person whose record does not hold together; nothing of it stands in the sentence.

    Raises Refused.
    """
    check_number(person.number)
    check_class(person.number, person.holder_class)
    _check_others(person)
    _check_latin(person.name_latin)
    _check_arabic(person.name_arabic)
    for what, words in (("occupation", person.occupation), ("employer", person.employer)):
        if words is not None:
            _check_work(what, words)
    if len(person.nationality) != _NATIONALITY_LENGTH or not (
        person.nationality.isascii() and person.nationality.isalpha() and person.nationality.isupper()
    ):
        raise Refused("the nationality must be three capital letters (ISO 3166 alpha-3), such as PAK")
    _check_dates(person, now)


def _check_others(person: Person) -> None:
    if person.guardian is not None:
        check_number(person.guardian, "guardian's number")
        if person.guardian == person.number:
            raise Refused("the guardian's number is the person's own")
    if person.sponsor is not None:
        check_sponsor(person.sponsor)


def _check_dates(person: Person, now: datetime) -> None:
    today = day_of(now)
    if not _EARLIEST_BIRTH <= person.born <= today:
        raise Refused(f"the date of birth must lie between {_EARLIEST_BIRTH.isoformat()} and today")
    if not today <= person.expires:
        raise Refused("the expiry date has passed")
    if person.expires.year > today.year + _LATEST_EXPIRY_YEARS:
        raise Refused(f"the expiry date lies more than {_LATEST_EXPIRY_YEARS} years ahead")


def tidy(text: str) -> str:
    """Return `text` in composed form (NFC) with single spaces; what is refused later stays in it."""
    return " ".join(part for part in unicodedata.normalize("NFC", text).split(" ") if part)


def _check_latin(name: str) -> None:
    _check_text("Latin name", name, NAME_LENGTH)
    for sign in name:
        if sign not in _NAME_SIGNS and not (sign.isalpha() and _is_of(sign, "LATIN")):
            raise Refused("the Latin name may hold Latin letters, spaces, hyphens, dots and apostrophes")
    if not any(sign.isalpha() for sign in name):
        raise Refused("the Latin name has no letter")


def _check_arabic(name: str) -> None:
    _check_text("Arabic name", name, NAME_LENGTH)
    for sign in name:
        if sign not in _NAME_SIGNS and not _is_of(sign, "ARABIC"):
            raise Refused("the Arabic name may hold Arabic letters, spaces, hyphens, dots and apostrophes")
        if unicodedata.category(sign).startswith("N"):
            raise Refused("the Arabic name holds a digit")
    _check_has_arabic("Arabic name", name)


def _check_work(what: str, words: str) -> None:
    """Check an occupation or employer: Arabic, but a firm's own name may hold Latin letters and digits."""
    _check_text(what, words, WORK_LENGTH)
    _check_has_arabic(what, words)


def _check_has_arabic(what: str, words: str) -> None:
    if not any(unicodedata.category(sign) == "Lo" and _is_of(sign, "ARABIC") for sign in words):
        raise Refused(f"the {what} has no Arabic letter")


def _check_text(what: str, text: str, longest: int) -> None:
    if not text:
        raise Refused(f"the {what} is empty")
    if len(text) > longest:
        raise Refused(f"the {what} has more than {longest} characters")
    for sign in text:
        # C: control, format (all marks of direction), unassigned; Zl and Zp end a line.
        if unicodedata.category(sign)[0] == "C" or unicodedata.category(sign) in ("Zl", "Zp"):
            raise Refused(f"the {what} holds a control character or a direction mark")
    if unicodedata.category(text[0]).startswith("M"):
        raise Refused(f"the {what} starts with a combining mark")


def _is_of(sign: str, script: str) -> bool:
    return unicodedata.name(sign, "").startswith(script)
