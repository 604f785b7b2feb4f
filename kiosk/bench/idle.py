"""What the camera costs while nobody is there: capture thread, MJPG decoding and decoder chain together."""

from __future__ import annotations

import time

import cv2
import numpy as np

from kiosk.bench.shots import FPS
from kiosk.camera.capture import Capture
from kiosk.camera.film import FULL_HD, Film, Look
from kiosk.camera.qr import QrReader
from kiosk.camera.source import Pace
from kiosk.model import Pixels

_VARIANTS = 8
_PAN_PX = 24
_QUALITY = 85
_TAKE_S = 0.1


class JpegSource:
    """A camera of compressed pictures that are decoded one by one, as OpenCV does for a camera's MJPG."""

    def __init__(self, pictures: tuple[Pixels, ...]) -> None:
        self.name = "compressed pictures"
        self.simulated = True
        self._packed = tuple(
            cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])[1] for picture in pictures
        )
        self._pace = Pace(FPS)
        self._shown = 0

    def open(self) -> None:
        """Begin with the first."""
        self._shown = 0

    def read(self) -> Pixels | None:
        """Wait for the next picture and decode it."""
        self.pass_over()
        packed = self._packed[self._shown % len(self._packed)]
        return np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), np.uint8)

    def pass_over(self) -> bool:
        """Wait for the next picture and leave it packed, as a camera's is until it is asked for."""
        self._pace.wait()
        self._shown += 1
        return True

    def close(self) -> None:
        """Nothing to let go of."""


def measure_idle(seconds: float, *, moving: bool) -> float:
    """Return the share of one core that 1080p at 15 frames a second takes where there is no code.

    An empty room whose frames differ by their noise; `moving` pans over it, so that no two are alike.
    """
    film = Film(None, Look(), FULL_HD, seed=1)
    pictures = [film.frame() for _ in range(_VARIANTS)]
    if moving:
        pictures = [np.roll(picture, _PAN_PX * n, axis=1) for n, picture in enumerate(pictures)]
    capture, reader = Capture(JpegSource(tuple(pictures))), QrReader()
    capture.rest_while(lambda: reader.is_calm)
    capture.start()
    try:
        capture.take(1.0)
        began, cpu_began = time.monotonic(), time.process_time()
        while time.monotonic() - began < seconds:
            frame = capture.take(_TAKE_S)
            if frame is not None:
                reader.read(frame)
        return (time.process_time() - cpu_began) / (time.monotonic() - began)
    finally:
        capture.stop()
