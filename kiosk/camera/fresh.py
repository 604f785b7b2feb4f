"""How old can this picture be? Decided from when it was asked for and when it came.

Drivers and networks keep pictures in a queue, and a reader that was held up finds old ones in it, each with
the present time on its arrival. But a picture that had to be waited for was made just then, for the queue
was empty; and those behind it were made later still. So pictures are taken as they come until the last one
that was waited for is too long ago; then the queue is emptied until one has to be waited for again.
"""

from __future__ import annotations

MAX_AGE_S = 0.3  # an older picture shows a scene that is gone
_WAITED_S = 0.005  # fetching what lies ready takes far less
_SANE_S = 60.0  # a driver's stamp that is further off comes from another clock


class Freshness:
    """Follows one open camera; times are seconds on one monotonic clock."""

    def __init__(self, opened_at: float) -> None:
        self._live_at = opened_at  # what an opened camera gives was made after
        self._stamps_hold = False

    def is_fresh(self, asked_at: float, came_at: float, made_at: float | None = None) -> bool:
        """Tell whether the picture is at most `MAX_AGE_S` old.

        `made_at` is the driver's own stamp, None without one. It may only object, and only after it has been
        plausible once: many drivers count on another clock. A wait longer than `MAX_AGE_S` proves nothing,
        for a network that was held up hands over what it held.
        """
        if _WAITED_S <= came_at - asked_at <= MAX_AGE_S:
            self._live_at = asked_at
        return came_at - self._live_at <= MAX_AGE_S and not self._is_stamped_old(came_at, made_at)

    def _is_stamped_old(self, came_at: float, made_at: float | None) -> bool:
        if made_at is None or not 0 <= came_at - made_at <= _SANE_S:
            return False
        if came_at - made_at <= MAX_AGE_S:
            self._stamps_hold = True
            return False
        return self._stamps_hold
