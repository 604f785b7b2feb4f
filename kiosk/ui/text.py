"""How names, numbers, dates and ages are written, so that Arabic and Latin never scramble each other.

Rules kept here: whatever is put into a sentence stands between bidi isolates (UAX #9: LRI, RLI, FSI, PDI);
identity numbers are always in Latin digits and grouped; dates are shown in both calendars, Hijri by the
Umm al-Qura table and left out beyond it; foreign text loses its control characters first. Knows no Qt.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

from hijridate import Gregorian

from kiosk.ui.language import Digits, Language

RLM, LRI, RLI, FSI, PDI = "\u200f", "\u2066", "\u2067", "\u2068", "\u2069"
RIYADH = timezone(timedelta(hours=3), "Asia/Riyadh")  # no daylight saving time since 1947
LONGEST_NAME = 120
MASK = "••••••"

_ARABIC_DIGITS = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
_AR_MONTHS = (
    "يناير", "فبراير", "مارس", "أبريل", "مايو", "يونيو",
    "يوليو", "أغسطس", "سبتمبر", "أكتوبر", "نوفمبر", "ديسمبر",
)  # fmt: skip
_EN_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of time as it follows a preposition (genitive): one, two, 3-10, 11-99, hundreds; English."""

    one: str
    two: str
    few: str
    many: str
    other: str
    english: str


SECONDS = Unit("ثانية واحدة", "ثانيتين", "ثوانٍ", "ثانية", "ثانية", "second")
MINUTES = Unit("دقيقة واحدة", "دقيقتين", "دقائق", "دقيقة", "دقيقة", "minute")
HOURS = Unit("ساعة واحدة", "ساعتين", "ساعات", "ساعة", "ساعة", "hour")
DAYS = Unit("يوم واحد", "يومين", "أيام", "يومًا", "يوم", "day")


def isolate_ltr(text: str) -> str:
    """Return `text` as a left-to-right island: codes, Latin digits, Latin names."""
    return f"{LRI}{text}{PDI}"


def isolate_rtl(text: str) -> str:
    """Return `text` as a right-to-left island: Arabic dates."""
    return f"{RLI}{text}{PDI}"


def isolate(text: str) -> str:
    """Return `text` as an island whose direction its first strong letter decides."""
    return f"{FSI}{text}{PDI}"


def clean(text: str) -> str:
    """Return foreign `text` without control or bidi characters, on one line, at most 120 characters."""
    kept = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in text)
    return " ".join(kept.split())[:LONGEST_NAME]


def group_number(number: str) -> str:
    """Return an identity number in groups of 4, 3 and 3 in Latin digits; masked places stay masked."""
    plain = "".join(clean(number).split())
    latin = "".join(str(unicodedata.digit(c, c)) for c in plain)
    if len(latin) != 10:  # noqa: PLR2004 - ten digits are a Saudi number, anything else is shown as it is
        return latin
    return f"{latin[:4]}\u00a0{latin[4:7]}\u00a0{latin[7:]}"


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes values in one language with one kind of digits; every result stands between isolates."""

    language: Language
    digits: Digits = Digits.LATIN

    @property
    def is_arabic(self) -> bool:
        """Whether Arabic is being written."""
        return self.language is Language.ARABIC

    def line(self, text: str) -> str:
        """Return `text` to stand alone in a label, so that it starts at the edge where reading starts.

        A label takes its side from the first strong letter, so a number or a Latin name would stand on the
        far side of an Arabic form; the mark before it decides instead.
        """
        return f"{RLM}{text}" if self.is_arabic else text

    def number(self, value: int) -> str:
        """Return a count; the digits chosen hold in Arabic, English keeps the Latin ones."""
        return isolate_ltr(self._digits(str(value)))

    def plain_number(self, value: int) -> str:
        """Return a count that stands alone in a drawing, without isolates."""
        return self._digits(str(value))

    def code(self, text: str) -> str:
        """Return a reason code, row number or version: Latin digits, left to right."""
        return isolate_ltr(clean(text))

    def id_number(self, number: str) -> str:
        """Return an identity number: Latin digits, grouped."""
        return isolate_ltr(group_number(number))

    def name(self, name: str) -> str:
        """Return a name from a credential, cleaned, in its own direction."""
        return isolate(clean(name))

    def clock(self, moment: datetime) -> str:
        """Return the time of day in Riyadh, hours and minutes. `moment` is aware."""
        return isolate_ltr(self._digits(moment.astimezone(RIYADH).strftime("%H:%M")))

    def day(self, day: date) -> str:
        """Return a day in both calendars; beyond the Umm al-Qura table in the Gregorian alone."""
        gregorian, hijri = self._gregorian(day), self._hijri(day)
        return f"{gregorian} · {hijri}" if hijri else gregorian

    def _gregorian(self, day: date) -> str:
        if self.is_arabic:
            return isolate_rtl(self._digits(f"{day.day} {_AR_MONTHS[day.month - 1]} {day.year}") + "\u00a0م")
        return isolate_ltr(self._digits(f"{day.day} {_EN_MONTHS[day.month - 1]} {day.year}"))

    def _hijri(self, day: date) -> str | None:
        try:
            hijri = Gregorian(day.year, day.month, day.day).to_hijri()
        except (OverflowError, ValueError):  # outside 1924-2077, the range of the table
            return None
        if self.is_arabic:
            written = self._digits(f"{hijri.day} {hijri.month_name('ar')} {hijri.year}")
            return isolate_rtl(f"{written}\u00a0هـ")
        return isolate_ltr(self._digits(f"{hijri.day} {hijri.month_name('en')} {hijri.year}") + "\u00a0AH")

    def counted(self, count: int, unit: Unit) -> str:
        """Return e.g. "3 days"; in Arabic as it follows a preposition: «3 أيام», «يومين», «11 يومًا»."""
        if not self.is_arabic:
            return isolate_ltr(f"{self._digits(str(count))} {unit.english}{'' if count == 1 else 's'}")
        if count in {1, 2}:
            return isolate_rtl(unit.one if count == 1 else unit.two)
        form = unit.other
        if 3 <= count % 100 <= 10:  # noqa: PLR2004 - the rule of Arabic number agreement
            form = unit.few
        elif count % 100 > 10:  # noqa: PLR2004 - as above
            form = unit.many
        return isolate_rtl(f"{self._digits(str(count))} {form}")

    def span(self, span: timedelta) -> str:
        """Return a length of time in its largest whole unit, from minutes to days; below zero is zero."""
        seconds = max(0, int(span.total_seconds()))
        for unit, length in ((DAYS, 86400), (HOURS, 3600)):
            if seconds >= length:
                return self.counted(seconds // length, unit)
        return self.counted(max(1, seconds // 60), MINUTES)

    def _digits(self, text: str) -> str:
        arabic = self.is_arabic and self.digits is Digits.ARABIC
        return text.translate(_ARABIC_DIGITS) if arabic else text
