"""Is the camera alive? Decided from the pictures and the time alone; opens and closes nothing.

A camera that was unplugged may go on repeating its last picture, or the few its driver holds, and its driver
may block for seconds. So a camera is alive only while pictures arrive that differ: a real sensor's noise
changes every one.
"""

from __future__ import annotations

import zlib
from collections import deque
from dataclasses import dataclass

import numpy as np

from kiosk.camera.delivery import Delivery
from kiosk.model import Pixels

_SAMPLE_ROWS = 16  # one row in so many is compared: in all of a live picture there is noise
REMEMBERED = 8  # pictures; more than a driver has buffers to go round in
_FPS_OVER = 30  # pictures the rate is measured over


@dataclass(frozen=True, slots=True)
class WatchLimits:
    """How long a camera may be silent: `silent_s` once it gave a picture, `first_picture_s` before."""

    silent_s: float = 2.0
    first_picture_s: float = 5.0


@dataclass(frozen=True, slots=True)
class CaptureStatus:
    """The camera as others may know it.

    `since` is when the present state (lost or not) began, on the capture's monotonic clock. `detail` says
    why in technical words. `frame_size` is (width, height) of the last picture, None before the first; `fps`
    is measured. `delivery` is what a real camera was asked for and gave, None for other sources;
    `shortfalls` says what is less than asked, once the rate has been measured.
    """

    lost: bool
    since: float
    detail: str
    frame_size: tuple[int, int] | None
    fps: float
    delivery: Delivery | None = None
    shortfalls: tuple[str, ...] = ()


class Watch:
    """Follows one camera's pictures; used under the capture's lock.

    With `expect_noise` a picture equal to one of the last few is not a new one.
    """

    def __init__(self, now: float, limits: WatchLimits, *, expect_noise: bool) -> None:
        self._limits = limits
        self._expect_noise = expect_noise
        self._size: tuple[int, int] | None = None
        self._seen: deque[int] = deque(maxlen=REMEMBERED)
        self._new_at = self._opened_at = now
        self._times: deque[float] = deque(maxlen=_FPS_OVER)
        self._trouble: str | None = None
        self._trouble_at = now
        self._alive_since = now

    def is_new(self, pixels: Pixels) -> bool:
        """Tell whether `pixels` shows that the sensor is alive, and remember it."""
        if not self._expect_noise:
            return True
        digest = zlib.crc32(np.ascontiguousarray(pixels[::_SAMPLE_ROWS]).data)
        known = digest in self._seen
        self._seen.append(digest)
        return not known

    def saw_new(self, pixels: Pixels, now: float) -> None:
        """Note a new picture: whatever was wrong is over."""
        if self._is_lost(now):
            self._alive_since = now
        if self._trouble is not None:
            self._times.clear()
        self._size, self._new_at, self._trouble = (pixels.shape[1], pixels.shape[0]), now, None
        self._times.append(now)

    def saw_pass(self, now: float) -> None:
        """Note a picture that was not looked at: it counts for the rate, and is no sign of life."""
        self._times.append(now)

    def saw_trouble(self, detail: str, now: float, *, lost: bool) -> None:
        """Note that opening or reading failed; `lost` says so at once, without waiting for the limit."""
        if lost and self._trouble is None:
            self._trouble_at = now
        if lost or self._trouble is not None:
            self._trouble = detail

    def is_silent(self, now: float) -> bool:
        """Tell whether the open source gave no new picture for longer than the limits allow.

        Its first pictures may be those of before, or all black: it is given the time anew at each opening.
        """
        return now - max(self._new_at, self._opened_at) > self._limit_s

    def opened(self, now: float) -> None:
        """Note that the source was opened: what it gave before says nothing about its rate now."""
        self._opened_at = now
        self._times.clear()

    def status(self, now: float, delivery: Delivery | None = None) -> CaptureStatus:
        """Return the state at `now`; a driver that blocks is lost too, though nothing has returned."""
        size = self._size
        if not self._is_lost(now):
            short = delivery.shortfalls(self._fps, size) if delivery and self.rate_is_known else ()
            return CaptureStatus(
                lost=False,
                since=self._alive_since,
                detail="",
                frame_size=size,
                fps=self._fps,
                delivery=delivery,
                shortfalls=short,
            )
        silent_since = self._new_at + self._limit_s
        since = silent_since if self._trouble is None else min(self._trouble_at, silent_since)
        detail = self._trouble or f"no new picture for {now - self._new_at:.1f} s"
        return CaptureStatus(
            lost=True, since=since, detail=detail, frame_size=size, fps=0.0, delivery=delivery
        )

    def _is_lost(self, now: float) -> bool:
        return self._trouble is not None or now - self._new_at > self._limit_s

    @property
    def rate_is_known(self) -> bool:
        """Whether enough pictures came in a row to measure their rate."""
        return len(self._times) == _FPS_OVER

    @property
    def _limit_s(self) -> float:
        return self._limits.first_picture_s if self._size is None else self._limits.silent_s

    @property
    def _fps(self) -> float:
        if len(self._times) < 2:  # noqa: PLR2004 - one picture has no rate
            return 0.0
        return (len(self._times) - 1) / max(1e-6, self._times[-1] - self._times[0])
