"""Tells a scanner's burst of keys from a person's typing, by the time between keys and by their number.

Rules kept here: a key is held until it is known whose it is; a person's keys come back in order and complete,
a scanner's never; a key that repeats by itself is nobody's scan; what follows close behind a burst belongs to
it. Pure: times come with the strokes, and silence is reported by the caller. Whether the text is a credential
is for others: a burst with keys that write nothing has a character in it that no credential has.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Generic, TypeVar

from kiosk.wedge.keys import End

FOREIGN = "\N{REPLACEMENT CHARACTER}"
TAIL_MS = 250  # keys so soon after a burst are the rest of it, not a person's
PATIENCE = 4  # gaps: a scanner known for one may falter this long, when the machine is busy
MAX_KEYS = 4400  # a little more than a QR code can hold; what comes after is dropped
_WRAP_MS = 1 << 32  # X11 counts milliseconds in 32 bits
_LEAST_WITH_END = 2
_MOST_HELD_A_KEY = 8  # events; a scanner's key has four: Shift and the key, each pressed and let go
# What many scanners put before a QR code, if told to say the kind of the code. Source: ISO/IEC 15424.
_KIND = re.compile(r"\][Qq][0-6]")

Token = TypeVar("Token")


@dataclass(frozen=True, slots=True)
class BurstRules:
    """How a scanner types. `max_gap_ms` between two keys, at least `min_keys` keys, what stands around."""

    max_gap_ms: int = 30
    min_keys: int = 6
    prefix: str = ""
    suffix: End | None = End.ENTER


@dataclass(frozen=True, slots=True)
class Stroke:
    """One key pressed at `at_ms`, the system's time stamp; `char` is "" where it writes nothing."""

    at_ms: int
    char: str = ""
    end: End | None = None
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Ruling(Generic[Token]):
    """What is known now: events a person typed, in order, and the text a scanner sent, if any."""

    typed: tuple[Token, ...] = ()
    scanned: str | None = None


class BurstDetector(Generic[Token]):
    """Holds the events of keys, named by `Token`, until it can rule on them; one thread."""

    def __init__(self, rules: BurstRules) -> None:
        self._rules = rules
        self._strokes: list[Stroke] = []
        self._held: list[Token] = []
        self._over_ms: int | None = None
        self._last_ms = 0

    @property
    def is_waiting(self) -> bool:
        """Whether events are held or a burst runs, so that silence must be reported."""
        return bool(self._strokes or self._held)

    @property
    def patience_ms(self) -> int:
        """How long after the last key silence means that nothing more comes."""
        return self._rules.max_gap_ms * (PATIENCE if self._is_certain else 1)

    def press(self, stroke: Stroke, event: Token) -> Ruling[Token]:
        """Take in one key pressed."""
        gap_ms = (stroke.at_ms - self._last_ms) % _WRAP_MS
        if stroke.repeated:
            return self._repeat(stroke, event)
        late = bool(self._strokes) and gap_ms > self.patience_ms
        before: Ruling[Token] = self.report_silence() if late else Ruling()
        in_tail = self._is_tail(stroke.at_ms, gap_ms)
        self._last_ms = stroke.at_ms
        if in_tail:
            return before
        self._strokes.append(stroke)
        self._held.append(event)
        if self._is_certain:
            self._held.clear()
            del self._strokes[MAX_KEYS:]
        ended = stroke.end is not None and stroke.end is self._rules.suffix
        if not ended or len(self._strokes) < _LEAST_WITH_END:
            return before
        return Ruling(before.typed, self._finish(ended=True).scanned)

    def hold(self, at_ms: int, event: Token) -> Ruling[Token]:
        """Take in an event that writes nothing of its own: a key let go, a Shift pressed."""
        gap_ms = (at_ms - self._last_ms) % _WRAP_MS
        if self._is_certain or self._is_tail(at_ms, gap_ms):
            return Ruling()
        self._held.append(event)
        if len(self._held) <= _MOST_HELD_A_KEY * self._rules.min_keys:
            return Ruling()
        typed = tuple(self._held)
        self._strokes, self._held = [], []
        return Ruling(typed)

    def report_silence(self) -> Ruling[Token]:
        """Rule on what is held: nothing came for longer than a scanner waits."""
        return self._finish(ended=False)

    @property
    def _is_certain(self) -> bool:
        """Whether this is a scanner's already, by number or by its prefix."""
        strokes, prefix = self._strokes, self._rules.prefix
        if len(strokes) >= self._rules.min_keys:
            return True
        return len(prefix) > 1 and "".join(stroke.char for stroke in strokes).startswith(prefix)

    def _is_tail(self, at_ms: int, gap_ms: int) -> bool:
        if self._over_ms is None or self._strokes:
            return False
        near = (at_ms - self._over_ms) % _WRAP_MS <= TAIL_MS or gap_ms <= self._rules.max_gap_ms
        if not near:
            self._over_ms = None
        return near

    def _repeat(self, stroke: Stroke, event: Token) -> Ruling[Token]:
        """A key held down repeats: what is held with it was a person's, unless the burst is certain."""
        if self._is_certain or self._is_tail(stroke.at_ms, (stroke.at_ms - self._last_ms) % _WRAP_MS):
            return Ruling()
        typed = (*self._held, event)
        self._strokes, self._held = [], []
        return Ruling(typed)

    def _finish(self, *, ended: bool) -> Ruling[Token]:
        strokes, held, certain = self._strokes, tuple(self._held), self._is_certain or ended
        self._strokes, self._held = [], []
        if not certain or not strokes:
            return Ruling(held)
        self._over_ms = self._last_ms
        return Ruling((), text_of(strokes, self._rules.prefix))


def text_of(strokes: list[Stroke], prefix: str) -> str:
    """Return the text of a burst, without prefix, kind of code and ending keys.

    Letters are all raised when none of them is: Caps Lock turned them round, and base45 has no small ones.
    """
    while strokes and strokes[-1].end is not None:
        strokes = strokes[:-1]
    text = "".join(stroke.char or FOREIGN for stroke in strokes)
    text = text.removeprefix(prefix)
    text = text[3:] if _KIND.match(text) else text
    return text if any(letter.isupper() for letter in text) else text.upper()
