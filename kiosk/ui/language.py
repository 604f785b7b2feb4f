"""The languages of the kiosk, and a text that exists in all of them.

Rules kept here: a text without one of its languages cannot be made; nothing here knows Qt, so the command
line prints the same words as the screen. The texts themselves stand in `reasons.py` and `words.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Language(Enum):
    """A language of the screen; the value is its code in config.toml."""

    ARABIC = "ar"
    ENGLISH = "en"

    @property
    def is_right_to_left(self) -> bool:
        """Whether the language runs, and mirrors the screen, from right to left."""
        return self is Language.ARABIC

    @property
    def other(self) -> Language:
        """The language that the button on the screen offers."""
        return Language.ENGLISH if self is Language.ARABIC else Language.ARABIC


class Digits(Enum):
    """How dates and counts are written; identity numbers are always in Latin digits."""

    LATIN = "latin"
    ARABIC = "arabic"


@dataclass(frozen=True, slots=True)
class Text:
    """A short title and one sentence, in Arabic and in English."""

    ar_title: str
    ar: str
    en_title: str
    en: str

    def title(self, language: Language) -> str:
        """Return the few words for headings and lists."""
        return self.ar_title if language is Language.ARABIC else self.en_title

    def sentence(self, language: Language) -> str:
        """Return the sentence that says what to do."""
        return self.ar if language is Language.ARABIC else self.en


@dataclass(frozen=True, slots=True)
class Word:
    """A word or two that need no sentence, in Arabic and in English."""

    ar: str
    en: str

    def say(self, language: Language) -> str:
        """Return the word in `language`."""
        return self.ar if language is Language.ARABIC else self.en
