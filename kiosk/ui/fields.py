"""Which lines a holder's card shows, with their labels: a pure function from a holder to pairs of texts.

Rules kept here: the most telling lines come first, because a small screen shows only the first ones; masked
lines keep their label and lose their value. Names stand apart, in both scripts.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from kiosk.ui.countries import country_name
from kiosk.ui.language import Word
from kiosk.ui.text import MASK, Writer
from kiosk.ui.words import HOLDER_CLASSES
from kiosk.view import Holder, HolderClass


class Field(Enum):
    """A line of the card, with its label."""

    NUMBER = Word("رقم الهوية", "ID number")
    IQAMA = Word("رقم الإقامة", "Iqama number")
    VALID_UNTIL = Word("تاريخ الانتهاء", "Expiry")
    NATIONALITY = Word("الجنسية", "Nationality")
    BORN = Word("تاريخ الميلاد", "Date of birth")
    HOLDER_CLASS = Word("الصفة", "Category")
    GENDER = Word("الجنس", "Sex")
    GUARDIAN = Word("وليّ الأمر", "Guardian")
    OCCUPATION = Word("المهنة", "Occupation")
    EMPLOYER = Word("صاحب العمل", "Employer")
    SPONSOR = Word("رقم صاحب العمل", "Employer number")


_NUMBER = frozenset("0123456789•")
_GENDERS = {1: Word("ذكر", "Male"), 2: Word("أنثى", "Female"), 3: Word("غير محدد", "Other")}


@dataclass(frozen=True, slots=True)
class Line:
    """One label and its value, both ready for the screen."""

    label: str
    value: str


def lines_of(holder: Holder, writer: Writer, *, masked: bool) -> tuple[Line, ...]:
    """Return the lines that `holder` has, the most telling first."""
    language = writer.language
    gender = _GENDERS.get(holder.gender or 0)
    resident = holder.holder_class in {HolderClass.RESIDENT, HolderClass.FAMILY}
    nation = country_name(holder.nationality, writer) if holder.nationality else None
    standing = HOLDER_CLASSES[holder.holder_class].say(language) if holder.holder_class else None
    values: tuple[tuple[Field, str | None], ...] = (
        (Field.IQAMA if resident else Field.NUMBER, holder.number and writer.id_number(holder.number)),
        (Field.VALID_UNTIL, writer.day(holder.valid_until) if holder.valid_until else None),
        (Field.GUARDIAN, holder.guardian and _guardian(holder.guardian, writer)),
        (Field.BORN, writer.day(holder.born) if holder.born else None),
        (Field.NATIONALITY, nation),
        (Field.HOLDER_CLASS, standing),
        (Field.GENDER, gender.say(language) if gender else None),
        (Field.OCCUPATION, holder.occupation and writer.name(holder.occupation)),
        (Field.EMPLOYER, holder.employer and writer.name(holder.employer)),
        (Field.SPONSOR, holder.sponsor_number and writer.id_number(holder.sponsor_number)),
    )
    return tuple(
        Line(field.value.say(language), writer.line(MASK if masked else value))
        for field, value in values
        if value
    )


def _guardian(guardian: str, writer: Writer) -> str:
    """Return a guardian as he is named: by a number, masked or not, or by a name."""
    by_number = all(c in _NUMBER for c in guardian)
    return writer.id_number(guardian) if by_number else writer.name(guardian)
