"""The proofs a running kiosk has already seen, so that one showing of a code serves one visit.

Rules kept here: a proof is named by what was signed and when, never by its signature, which can be written in
two ways; only memory, never disk; forgotten when the window would refuse the proof anyway. The time comes in
as an argument, monotonic seconds of one clock.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

REFUSED_AFTER_S = 15.0

ProofKey = tuple[bytes, datetime]
"""A payload's SHA-256 and the proof's time: `(credential.payload_digest, credential.proof_at)`."""


class Showing(Enum):
    """What the memory says of a proof: new, a code that should change soon, or one that did not."""

    NEW = "NEW"
    WAIT = "WAIT"
    REPLAYED = "REPLAYED"


@dataclass(slots=True)
class ReplayMemory:
    """Proofs of finished visits, for `window_s` seconds from when each was first seen.

    `window_s` must cover the whole span in which a proof can be accepted: twice the proof window plus the
    clock's uncertainty, for a proof may come from ahead of the kiosk's clock. One thread.
    """

    window_s: float
    _seen: dict[ProofKey, float] = field(default_factory=dict)

    def remember(self, key: ProofKey, now: float) -> None:
        """Note that a visit with this proof has ended; the first time stands."""
        self._forget(now)
        self._seen.setdefault(key, now)

    def first_seen(self, key: ProofKey, now: float) -> float | None:
        """Return when a visit with this proof was first remembered, None when never or forgotten."""
        self._forget(now)
        return self._seen.get(key)

    def judge(self, key: ProofKey, shown_since: float, now: float) -> Showing:
        """Say what to make of a proof that has been in view unchanged since `shown_since`."""
        if self.first_seen(key, now) is None:
            return Showing.NEW
        return Showing.REPLAYED if now - shown_since >= REFUSED_AFTER_S else Showing.WAIT

    def _forget(self, now: float) -> None:
        for key, seen_at in list(self._seen.items()):
            if now - seen_at <= self.window_s:
                break  # entries stand in the order of time
            del self._seen[key]
