"""Codes that begin no visit, counted: a flickering or foreign code must not fill the log.

Rules kept here: at most one row a minute; the same content counts once within it, and only its digest is
held, in memory, until the row is due. Pure: the caller keeps the tally and writes the row.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from kiosk.audit.entry import CodesCounted

PERIOD = timedelta(minutes=1)
MAX_REMEMBERED = 1000  # contents told apart within a minute; beyond it every read counts as new


@dataclass(frozen=True, slots=True)
class CodeTally:
    """The codes counted since `since`, which is None while there are none."""

    since: datetime | None = None
    unreadable: int = 0
    foreign: int = 0
    remembered: frozenset[bytes] = frozenset()

    def add_unreadable(self, now: datetime) -> CodeTally:
        """Count a code that is in sight but cannot be read, at most once a second."""
        second = int(now.timestamp()).to_bytes(8, "big", signed=True)
        return self._add_once(second, now, unreadable=self.unreadable + 1)

    def add_foreign(self, digest: bytes, now: datetime) -> CodeTally:
        """Count a code that is no credential, once for each content; `digest` is its SHA-256."""
        return self._add_once(digest, now, foreign=self.foreign + 1)

    def find_due(self, now: datetime) -> CodesCounted | None:
        """Return what to write when a minute has passed or the clock went back, else None.

        After writing it, start anew with `CodeTally()`.
        """
        if self.since is None or self.since <= now < self.since + PERIOD:
            return None
        return self.total(now)

    def total(self, now: datetime) -> CodesCounted | None:
        """Return what is counted so far, for the last row of a shift; None when there is nothing."""
        if self.since is None:
            return None
        return CodesCounted(max(0, int((now - self.since).total_seconds())), self.unreadable, self.foreign)

    def _add_once(self, mark: bytes, now: datetime, **counts: int) -> CodeTally:
        if mark in self.remembered:
            return self
        full = len(self.remembered) >= MAX_REMEMBERED
        remembered = self.remembered if full else self.remembered | {mark}
        return replace(self, since=self.since or now, remembered=remembered, **counts)
