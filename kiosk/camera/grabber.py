"""One opened cv2.VideoCapture, read so that only its newest picture leaves it.

Grabbing takes a picture from the queue, retrieving decodes it: what is too old is grabbed and never decoded.
OpenCV's errors end here. Which device it is, and what is asked of it, is `webcam.py`'s and `stream.py`'s.
"""

from __future__ import annotations

import time
from typing import Protocol

import cv2
import numpy as np

from kiosk.camera.fresh import Freshness
from kiosk.camera.source import MOST_PIXELS, Clock
from kiosk.model import Pixels

_WARM_UP_READS = 5  # some cameras fail their first reads while the exposure settles
_WARM_UP_S = 1.0  # a read that took longer was given up by the driver; the next one takes as long
_MOST_OLD = 64  # more than any queue holds
_LONGEST_S = 2.0  # to find a fresh picture
_COLOUR_DIMS, _COLOURS = 3, 3


class Device(Protocol):
    """The part of cv2.VideoCapture that is used here."""

    def isOpened(self) -> bool:  # noqa: N802 - OpenCV's name
        """Tell whether the device was opened; it stays True after the plug was pulled."""
        ...

    def set(self, prop: int, value: float, /) -> bool:
        """Ask for a setting; False when refused, True also when something near was chosen."""
        ...

    def get(self, prop: int, /) -> float:
        """Return a setting as the driver has it; 0 or -1 when it has none."""
        ...

    def grab(self) -> bool:
        """Wait for a picture and take it from the queue."""
        ...

    def retrieve(self) -> tuple[bool, object]:
        """Decode the picture that was grabbed."""
        ...

    def release(self) -> None:
        """Close the device."""
        ...


class Grabber:
    """Reads `device`; belongs to one thread. `stamped`: the driver's position is its monotonic stamp."""

    def __init__(self, device: Device, clock: Clock = time.monotonic, *, stamped: bool = False) -> None:
        self._device = device
        self._clock = clock
        self._stamped = stamped
        self._freshness = Freshness(clock())

    def warm_up(self) -> Pixels | None:
        """Return a first picture of any age, or None when the device gives none in a second or two."""
        began = self._clock()
        for _ in range(_WARM_UP_READS):
            picture = self._decode() if self._grab() else None
            if picture is not None:
                return picture
            if self._clock() - began > _WARM_UP_S:
                break
        return None

    def read(self) -> Pixels | None:
        """Wait for a picture that is fresh; None when the device failed, or gives only old ones."""
        return self._decode() if self.pass_over() else None

    def pass_over(self) -> bool:
        """Wait for a picture that is fresh without decoding it; False where `read` would give None."""
        began = self._clock()
        for _ in range(_MOST_OLD):
            asked_at = self._clock()
            if asked_at - began > _LONGEST_S or not self._grab():
                return False
            if self._freshness.is_fresh(asked_at, self._clock(), self._made_at()):
                return True
        return False

    @property
    def is_too_large(self) -> bool:
        """Whether the device's pictures have more pixels than are ever decoded, by what it says itself.

        OpenCV knows a stream's size from the picture that was grabbed, and makes colours of it only later.
        """
        width, height = (
            self._device.get(each) for each in (cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT)
        )
        return width * height > MOST_PIXELS

    def release(self) -> None:
        """Close the device."""
        self._device.release()

    def _grab(self) -> bool:
        try:
            return self._device.isOpened() and self._device.grab()
        except cv2.error:
            return False

    def _decode(self) -> Pixels | None:
        try:
            if self.is_too_large:
                return None
            good, picture = self._device.retrieve()
        except cv2.error:
            return None
        if not good or not isinstance(picture, np.ndarray):
            return None
        if picture.ndim != _COLOUR_DIMS or picture.shape[2] != _COLOURS or picture.dtype != np.uint8:
            return None
        return picture

    def _made_at(self) -> float | None:
        """Return the stamp of the picture in seconds, None without one.

        Source: OpenCV, modules/videoio/src/cap_v4l.cpp: CAP_PROP_POS_MSEC is the buffer's time stamp, and
        Linux, userspace-api/media/v4l/buffer.html: V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC, the clock of UVC.
        """
        stamp_ms = self._device.get(cv2.CAP_PROP_POS_MSEC) if self._stamped else 0.0
        return stamp_ms / 1000 if stamp_ms > 0 else None
