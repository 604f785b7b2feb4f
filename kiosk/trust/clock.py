"""How far the wall clock is trusted: one pure decision over what was observed.

Rules kept here: the clock is never corrected, only judged; the floor comes from signed times alone, never
from a credential or a proof. Observing the machine is left to `system_clock.py`, what follows to `verify`.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from kiosk.model import ClockReading, ClockState

FLOOR_SLACK = timedelta(seconds=60)
MAX_JUMP_S = 3600.0
SYNCED_FOR_S = 24 * 3600.0
KEEPS_SYNC_S = 2.0  # a clock that somebody moved by more is not the one that was synchronised
DRIFT_PPM = 200.0
PER_REBOOT_S = 60.0
BY_HAND_S = 60.0
MAX_UNCERTAINTY_S = 600.0


def read_clock(
    wall: datetime,
    floor: datetime,
    *,
    boot_offset_jump_s: float | None = None,
    since_sync_s: float | None = None,
    reboots: int = 0,
    by_hand: bool = False,
    given: bool = False,
) -> ClockReading:
    """Judge `wall` (aware UTC) and return it as `now` with its state and uncertainty.

    `boot_offset_jump_s` is how far the wall clock stepped without a known cause, `since_sync_s` the seconds
    since the last synchronisation (None: unknown, the uncertainty is the largest), `reboots` those since. A
    clock that a supervisor vouched for `by_hand` instead is right within a minute, and never synchronised. A
    step without a cause ends "synchronised", and the clock may be off by all of it.
    A `given` time is exact by definition, but one before the floor is still doubtful.
    """
    moved_s = abs(boot_offset_jump_s or 0.0)
    at_first_s = moved_s + (BY_HAND_S if by_hand else 0.0)
    uncertainty_s = 0.0 if given else _uncertainty(since_sync_s, reboots, at_first_s)
    if _is_doubtful(wall, floor, boot_offset_jump_s):
        state = ClockState.DOUBTFUL
    elif given or (not by_hand and moved_s <= KEEPS_SYNC_S and _is_recent(since_sync_s)):
        state = ClockState.SYNCED
    else:
        state = ClockState.HOLDING
    return ClockReading(now=wall, floor=floor, state=state, uncertainty_s=uncertainty_s, given=given)


def _is_recent(since_sync_s: float | None) -> bool:
    return since_sync_s is not None and -KEEPS_SYNC_S <= since_sync_s < SYNCED_FOR_S


def _is_doubtful(wall: datetime, floor: datetime, jump_s: float | None) -> bool:
    return wall < floor - FLOOR_SLACK or (jump_s is not None and abs(jump_s) > MAX_JUMP_S)


def _uncertainty(since_sync_s: float | None, reboots: int, at_first_s: float) -> float:
    """Return seconds: 200 ppm of drift since the last sync and 60 s for each reboot, at most 10 minutes."""
    if since_sync_s is None:
        return MAX_UNCERTAINTY_S
    drift_s = max(0.0, since_sync_s) * DRIFT_PPM / 1e6
    return min(MAX_UNCERTAINTY_S, at_first_s + drift_s + PER_REBOOT_S * reboots)
