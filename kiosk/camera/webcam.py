"""A real camera through OpenCV's V4L2 backend.

The order of the settings matters: MJPG first, because raw 1080p over USB 2 is about 5 pictures a second,
then size, then rate. What the camera then really gives is read from a picture, not from its promises. A
failed read is final: a stalled stream does not recover by itself, `capture.py` closes and opens again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import cv2
import numpy as np

from kiosk.camera.devices import CameraInfo, find_camera
from kiosk.model import Fault, Pixels, Reason

WANTED_SIZE = (1920, 1080)
WANTED_FPS = 15.0
_WARM_UP_READS = 5  # some cameras fail their first reads while the exposure settles
_COLOUR_DIMS, _COLOURS = 3, 3


class Device(Protocol):
    """The part of cv2.VideoCapture that is used here."""

    def isOpened(self) -> bool:  # noqa: N802 - OpenCV's name
        """Tell whether the device was opened; it stays True after the plug was pulled."""
        ...

    def set(self, prop: int, value: float, /) -> bool:
        """Ask for a setting; False when refused, True also when something near was chosen."""
        ...

    def read(self) -> tuple[bool, object]:
        """Wait for a picture."""
        ...

    def release(self) -> None:
        """Close the device."""
        ...


def open_v4l2(index: int) -> Device:
    """Open /dev/video`index`; the device says by `isOpened` whether that worked."""
    return cv2.VideoCapture(index, cv2.CAP_V4L2)


class WebcamSource:
    """The camera meant by `camera`: a number, a /dev path or a name in /dev/v4l/by-id.

    A virtual device (v4l2loopback) is refused unless `allow_virtual`; it then says so in its name and
    counts as simulated. `size` and `fps` are wishes; `picture_size` is (width, height) as delivered.
    """

    def __init__(
        self,
        camera: str = "0",
        size: tuple[int, int] = WANTED_SIZE,
        fps: float = WANTED_FPS,
        *,
        allow_virtual: bool = False,
        find: Callable[[str], CameraInfo] = find_camera,
        open_device: Callable[[int], Device] = open_v4l2,
    ) -> None:
        self.name = camera
        self.simulated = False
        self.picture_size: tuple[int, int] | None = None
        self._camera = camera
        self._size = size
        self._fps = fps
        self._allow_virtual = allow_virtual
        self._find = find
        self._open_device = open_device
        self._device: Device | None = None

    def open(self) -> None:
        """Find, open and set up the camera and wait for a first picture. Raises Fault: CAMERA_LOST."""
        self.close()
        camera = self._find(self._camera)
        if camera.virtual and not self._allow_virtual:
            raise Fault(Reason.CAMERA_LOST, f"{camera.id} is a virtual device")
        self.name = f"{camera.name} (virtual)" if camera.virtual else camera.name
        self.simulated = camera.virtual
        try:
            self._device = self._open_device(camera.index)
            self._set_up(self._device)
        except cv2.error as err:
            self.close()
            raise Fault(Reason.CAMERA_LOST, f"{camera.id}: {err.code}") from err
        if not self._warms_up():
            self.close()
            raise Fault(Reason.CAMERA_LOST, f"{camera.id} gives no picture")

    def _set_up(self, device: Device) -> None:
        """Ask for MJPG, size, rate and one buffer, in this order; a refusal leaves what the camera has."""
        if not device.isOpened():
            return
        width, height = self._size
        device.set(cv2.CAP_PROP_FOURCC, float(cv2.VideoWriter.fourcc(*"MJPG")))
        device.set(cv2.CAP_PROP_FRAME_WIDTH, float(width))
        device.set(cv2.CAP_PROP_FRAME_HEIGHT, float(height))
        device.set(cv2.CAP_PROP_FPS, self._fps)
        device.set(cv2.CAP_PROP_BUFFERSIZE, 1.0)

    def _warms_up(self) -> bool:
        for _ in range(_WARM_UP_READS):
            picture = self.read()
            if picture is not None:
                self.picture_size = (picture.shape[1], picture.shape[0])
                return True
        return False

    def read(self) -> Pixels | None:
        """Wait for the next picture; None when the camera failed or is gone."""
        if self._device is None or not self._device.isOpened():
            return None
        try:
            good, picture = self._device.read()
        except cv2.error:
            return None
        if not good or not isinstance(picture, np.ndarray):
            return None
        if picture.ndim != _COLOUR_DIMS or picture.shape[2] != _COLOURS or picture.dtype != np.uint8:
            return None
        return picture

    def close(self) -> None:
        """Release the device."""
        device, self._device = self._device, None
        if device is not None:
            device.release()
