"""The shift report: what the rows of a span add up to, in counts that name nobody.

Rules kept here: pure counting over rows that hold, in memory that does not grow with them; operators appear
by their numbers, holders not at all. Words and pictures for people are left to the command that prints it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from kiosk.audit.entry import (
    ClockStep,
    CodesCounted,
    EntryKind,
    Start,
    Stop,
    Visit,
)
from kiosk.audit.rows import WholeRow
from kiosk.model import ClockState, Outcome


@dataclass(slots=True)
class Summary:
    """Counts over rows, grown by `add`. `reasons` and `notes` count visits that carry the word.

    `cut_off` are starts that no stop came before; `not_sealed` are visits by a holder whose row has no
    sealed part; `doubtful` are visits at a doubtful clock.
    """

    first: datetime | None = None
    last: datetime | None = None
    kinds: Counter[EntryKind] = field(default_factory=Counter)
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)
    referred_by_operator: Counter[str] = field(default_factory=Counter)
    visits_by_operator: Counter[str] = field(default_factory=Counter)
    unreadable: int = 0
    foreign: int = 0
    cut_off: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    key_overdue: int = 0
    not_sealed: int = 0
    doubtful: int = 0
    largest_step_s: float = 0.0
    _open: bool = False

    @property
    def rows(self) -> int:
        """How many rows were counted."""
        return self.kinds.total()

    @property
    def visits(self) -> int:
        """How many visits were counted."""
        return self.outcomes.total()

    @property
    def refer_share(self) -> float:
        """The share of visits that were referred, from 0 to 1; 0 without visits."""
        return self.outcomes[Outcome.REFER] / self.visits if self.visits else 0.0

    def add(self, row: WholeRow) -> None:
        """Count one row; rows come in their order."""
        entry = row.entry
        self.first = entry.at if self.first is None else min(self.first, entry.at)
        self.last = entry.at if self.last is None else max(self.last, entry.at)
        self.kinds[entry.kind] += 1
        self.key_overdue += entry.key_overdue
        match entry.fact:
            case Visit() as visit:
                self._add_visit(visit, sealed=entry.sealed_hash is not None)
                self.doubtful += entry.clock_state is ClockState.DOUBTFUL
            case CodesCounted(unreadable=unreadable, foreign=foreign):
                self.unreadable += unreadable
                self.foreign += foreign
            case ClockStep(seconds=seconds):
                self.largest_step_s = max(self.largest_step_s, seconds, key=abs)
            case Start():
                self.cut_off += self._open
                self._open = True
            case Stop(reason=reason):
                self._open = False
                self.faults.update([reason.value] if reason else [])

    def _add_visit(self, visit: Visit, *, sealed: bool) -> None:
        self.outcomes[visit.outcome] += 1
        self.reasons.update({reason.value for reason in visit.reasons})
        self.notes.update({note.value for note in visit.notes})
        self.not_sealed += visit.pseudonym is not None and not sealed
        if visit.operator is not None:
            self.visits_by_operator[visit.operator] += 1
            self.referred_by_operator[visit.operator] += visit.outcome is Outcome.REFER


def summarise(rows: Iterable[WholeRow]) -> Summary:
    """Count `rows`, which come in their order."""
    summary = Summary()
    for row in rows:
        summary.add(row)
    return summary
