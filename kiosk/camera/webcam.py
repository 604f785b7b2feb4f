"""A real camera through OpenCV's V4L2 backend.

The order of the settings matters: MJPG first, because raw 1080p over USB 2 is about 5 pictures a second,
then size, then rate. What the camera then really gives is read from a picture, not from its promises. One
opening tries one way to ask, so that nobody waits long for it; a camera that gives nothing is asked in the
next way at the next opening. A failed read is final: `capture.py` closes and opens again.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import cv2

from kiosk.camera.delivery import Ask, Delivery, fourcc_letters, plan_asks
from kiosk.camera.devices import CameraInfo, find_camera, find_refusal
from kiosk.camera.grabber import Device, Grabber
from kiosk.camera.source import Clock
from kiosk.model import Fault, Pixels, Reason

WANTED_SIZE = (1920, 1080)
WANTED_FPS = 15.0


def open_v4l2(index: int) -> Device:
    """Open /dev/video`index`; the device says by `isOpened` whether that worked."""
    return cv2.VideoCapture(index, cv2.CAP_V4L2)


class WebcamSource:
    """The camera meant by `camera`: a number, a /dev path or a name in /dev/v4l/by-id.

    It is looked for at each opening, so a stable name finds it under whatever number it came back. A virtual
    device (v4l2loopback) is refused unless `allow_virtual`; it then says so in its name and counts as
    simulated. `size` and `fps` are wishes; `delivery` is what came of them.
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
        clock: Clock = time.monotonic,
    ) -> None:
        self.name = camera
        self.simulated = False
        self.delivery: Delivery | None = None
        self._camera = camera
        self._asks = plan_asks(size, fps)
        self._next_ask = 0
        self._allow_virtual = allow_virtual
        self._find = find
        self._open_device = open_device
        self._clock = clock
        self._grabber: Grabber | None = None

    def open(self) -> None:
        """Find, open and set up the camera and wait for a first picture. Raises Fault: CAMERA_LOST."""
        self.close()
        camera = self._find_allowed()
        ask = self._asks[self._next_ask]
        picture = None
        try:
            device = self._open_device(camera.index)
            self._grabber = Grabber(device, self._clock, stamped=True)
            opened = device.isOpened()
            if opened:
                _set_up(device, ask)
                picture = self._grabber.warm_up()
            fourcc = fourcc_letters(device.get(cv2.CAP_PROP_FOURCC))
        except cv2.error as err:
            self.close()
            raise Fault(Reason.CAMERA_LOST, f"{camera.id}: {err.code}") from err
        if picture is None:
            self.close()
            self._next_ask = (self._next_ask + opened) % len(self._asks)
            what = f"gives no picture, asked for {ask}" if opened else "cannot be opened, is it in use?"
            raise Fault(Reason.CAMERA_LOST, f"{camera.id} {what}")
        self._next_ask = 0
        size = (picture.shape[1], picture.shape[0])
        self.delivery = Delivery(camera.id, self._asks[0], fourcc, size, camera.pin)

    def _find_allowed(self) -> CameraInfo:
        try:
            camera = self._find(self._camera)
        except Fault:
            self._next_ask = 0  # whatever comes back is asked for all again
            raise
        refusal = None if self._allow_virtual else find_refusal(camera)
        if refusal is not None:
            raise Fault(Reason.CAMERA_LOST, f"{camera.id} {refusal}")
        self.name = f"{camera.name} (virtual)" if camera.virtual else camera.name
        self.simulated = camera.virtual
        return camera

    def read(self) -> Pixels | None:
        """Wait for the newest picture; None when the camera failed or is gone."""
        return None if self._grabber is None else self._grabber.read()

    def pass_over(self) -> bool:
        """Wait for the newest picture and do not decode it; False where `read` would give None."""
        return self._grabber is not None and self._grabber.pass_over()

    def close(self) -> None:
        """Release the device."""
        grabber, self._grabber = self._grabber, None
        if grabber is not None:
            grabber.release()


def _set_up(device: Device, ask: Ask) -> None:
    """Ask for format, size, rate and one buffer, in this order; a refusal leaves what the camera has."""
    if ask.fourcc is not None:
        device.set(cv2.CAP_PROP_FOURCC, float(cv2.VideoWriter.fourcc(*ask.fourcc)))
    device.set(cv2.CAP_PROP_FRAME_WIDTH, float(ask.size[0]))
    device.set(cv2.CAP_PROP_FRAME_HEIGHT, float(ask.size[1]))
    device.set(cv2.CAP_PROP_FPS, ask.fps)
    device.set(cv2.CAP_PROP_BUFFERSIZE, 1.0)
