"""How much the age of the status lists allows, by the clock a visit is judged with.

Rules kept here: whoever cannot tell the time cannot tell that a list is young; the age counts from the latest
time known to be past. The limits are the signed policy's, in `trustset.py`.
"""

from __future__ import annotations

from kiosk.model import ClockReading, ClockState, Grade
from kiosk.trust.trustset import TrustSet


def grade_store(trust: TrustSet, clock: ClockReading) -> Grade:
    """Grade the oldest of all lists; EXPIRED when there is none, or the clock is in doubt."""
    if clock.state is ClockState.DOUBTFUL:
        return Grade.EXPIRED
    return trust.oldest_grade(max(clock.now, clock.floor))


def grade_list(trust: TrustSet, uri: str, clock: ClockReading) -> Grade | None:
    """Grade the list `uri`; None when there is no such list, EXPIRED when the clock is in doubt."""
    grade = trust.grade(uri, max(clock.now, clock.floor))
    return Grade.EXPIRED if grade is not None and clock.state is ClockState.DOUBTFUL else grade
