"""What every source of pictures offers, and the pace that simulated ones keep."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol, runtime_checkable

from kiosk.model import Pixels

MOST_PIXELS = 4096 * 4096  # of one picture; 1080p is asked for, and a larger one would only cost memory

Clock = Callable[[], float]
Sleep = Callable[[float], object]


class FrameSource(Protocol):
    """A camera or what stands in for one; owned and called by one thread at a time.

    `name` is shown to the operator; `simulated` is True for everything but a real lens.
    """

    name: str
    simulated: bool

    def open(self) -> None:
        """Start giving pictures; also called again after `close`. Raises Fault: CAMERA_LOST."""
        ...

    def read(self) -> Pixels | None:
        """Wait for the next picture: uint8 H x W x 3, BGR, not written to again; None if it failed."""
        ...

    def close(self) -> None:
        """Let go of the device or file; harmless when it is not open."""
        ...


@runtime_checkable
class Sparing(Protocol):
    """A source that can let a picture pass without the cost of decoding it."""

    def pass_over(self) -> bool:
        """Wait for the next picture and leave it as it is; False if it failed."""
        ...


class Pace:
    """Lets a source without a shutter of its own give `fps` pictures a second."""

    def __init__(self, fps: float, clock: Clock = time.monotonic, sleep: Sleep = time.sleep) -> None:
        if fps <= 0:
            raise ValueError(f"fps must be positive, not {fps}")
        self._interval = 1.0 / fps
        self._clock = clock
        self._sleep = sleep
        self._due: float | None = None

    def wait(self) -> None:
        """Sleep until the next picture is due; a late one is not made up for."""
        now = self._clock()
        if self._due is not None and now < self._due:
            self._sleep(self._due - now)
            now = self._due
        self._due = now + self._interval
