"""A slot for one frame between two threads: the newest frame replaces the one nobody took."""

from __future__ import annotations

import threading

from kiosk.camera.source import Clock
from kiosk.model import Frame


class Mailbox:
    """Holds at most one frame; one that is older than `max_age_s` when asked for is thrown away."""

    def __init__(self, clock: Clock, max_age_s: float) -> None:
        self._clock = clock
        self._max_age_s = max_age_s
        self._changed = threading.Condition()
        self._frame: Frame | None = None
        self._closed = False

    def put(self, frame: Frame) -> None:
        """Leave `frame` in place of any other; a closed mailbox takes none."""
        with self._changed:
            if not self._closed:
                self._frame = frame
                self._changed.notify_all()

    def take(self, timeout_s: float) -> Frame | None:
        """Take the frame, waiting up to `timeout_s` for a young one; None when there was none."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._holds_a_young_one(), timeout_s)
            frame, self._frame = self._frame, None
            return frame

    def close(self) -> None:
        """Empty the slot and wake whoever waits; from now on `take` does not wait."""
        with self._changed:
            self._frame = None
            self._closed = True
            self._changed.notify_all()

    def _holds_a_young_one(self) -> bool:
        if self._frame is not None and self._clock() - self._frame.taken_at > self._max_age_s:
            self._frame = None
        return self._frame is not None
