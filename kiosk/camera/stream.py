"""A camera on the network, through OpenCV's FFmpeg: MJPEG over HTTP, RTSP, or MPEG-TS over TCP.

Nobody can tell from the pictures whether a lens or a program sends them, so a stream counts as simulated: it
is said in every row, and a production store refuses it. Every wait has an end. The address may hold a
password, so only its host is ever named.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from urllib.parse import urlsplit

import cv2

from kiosk.camera.delivery import Ask, Delivery, fourcc_letters
from kiosk.camera.grabber import Device, Grabber
from kiosk.camera.source import Clock
from kiosk.model import Fault, Pixels, Reason

# FFmpeg reads far more (files, pipes, lists of addresses); nothing else may be asked of it.
SCHEMES = frozenset({"http", "https", "rtsp", "tcp"})
_OPEN_TIMEOUT_MS = 3000
_READ_TIMEOUT_MS = 2000


def is_stream(address: str) -> bool:
    """Tell whether `address` is meant as a stream and not as a device: it has a scheme."""
    return "://" in address


def open_stream(address: str) -> Device:
    """Open `address`; the device says by `isOpened` whether that worked.

    One decoding thread: more would hold pictures back to have work for each.
    """
    limits = [
        cv2.CAP_PROP_OPEN_TIMEOUT_MSEC,
        _OPEN_TIMEOUT_MS,
        cv2.CAP_PROP_READ_TIMEOUT_MSEC,
        _READ_TIMEOUT_MS,
        cv2.CAP_PROP_N_THREADS,
        1,
    ]
    return cv2.VideoCapture(address, cv2.CAP_FFMPEG, limits)


class StreamSource:
    """The stream at `address`. `size` and `fps` are what the site expects of it; nothing is asked."""

    def __init__(
        self,
        address: str,
        size: tuple[int, int],
        fps: float,
        *,
        open_device: Callable[[str], Device] = open_stream,
        clock: Clock = time.monotonic,
    ) -> None:
        self.name = _host_of(address)
        self.simulated = True
        self.delivery: Delivery | None = None
        self._address = address
        self._expected = Ask(None, size, fps)
        self._open_device = open_device
        self._clock = clock
        self._grabber: Grabber | None = None

    def open(self) -> None:
        """Connect and wait for a first picture. Raises Fault: CAMERA_LOST."""
        self.close()
        if self._address.partition("://")[0].lower() not in SCHEMES:
            raise Fault(Reason.CAMERA_LOST, f"{self.name} is no stream of {', '.join(sorted(SCHEMES))}")
        try:
            device = self._open_device(self._address)
        except cv2.error as err:
            raise Fault(Reason.CAMERA_LOST, f"{self.name}: {err.code}") from err
        self._grabber = Grabber(device, self._clock)
        picture = self._grabber.warm_up()
        if picture is None:
            what = "too large a picture" if self._grabber.is_too_large else "no picture"
            self.close()
            raise Fault(Reason.CAMERA_LOST, f"{self.name} sends {what}")
        size = (picture.shape[1], picture.shape[0])
        fourcc = fourcc_letters(device.get(cv2.CAP_PROP_FOURCC))
        self.delivery = Delivery(self.name, self._expected, fourcc, size)

    def read(self) -> Pixels | None:
        """Wait for the newest picture; None when the stream stalled, ended or broke."""
        return None if self._grabber is None else self._grabber.read()

    def pass_over(self) -> bool:
        """Wait for the newest picture and do not decode it; False where `read` would give None."""
        return self._grabber is not None and self._grabber.pass_over()

    def close(self) -> None:
        """Hang up."""
        grabber, self._grabber = self._grabber, None
        if grabber is not None:
            grabber.release()


def _host_of(address: str) -> str:
    try:
        parts = urlsplit(address)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:  # a port that is no number, brackets that do not close
        return "stream"
    return f"{parts.scheme}://{parts.hostname or '?'}{port}"
