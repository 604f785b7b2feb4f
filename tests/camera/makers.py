"""Codes, scenes and stand-ins for clock and camera, for the tests of the camera package."""

import importlib.util
from pathlib import Path

import cv2
import numpy as np
import segno

from kiosk.camera.film import FULL_HD, Film, Look
from kiosk.camera.phone import code_scale, draw_phone
from kiosk.imaging import read_image_file
from kiosk.model import Fault, Reason

BASE45 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"


def a_text(length=1800, seed=1):
    return "".join(BASE45[i] for i in np.random.default_rng(seed).integers(0, 45, length))


def a_code(content, px=1, border=4, **options):
    """A clean code, grey, `px` pixels a module."""
    options = {"error": "l", "boost_error": False, "micro": False} | options
    code = segno.make(content, **options)
    dark = np.array([list(row) for row in code.matrix], np.uint8)
    grey = np.pad((1 - dark) * 255, border, constant_values=255).astype(np.uint8)
    return np.kron(grey, np.ones((px, px), np.uint8))


def filmed(code, px_per_module, size=FULL_HD, seed=0, **look):
    """A photograph of a phone that shows `code` at `px_per_module` camera pixels."""
    scale = px_per_module / code_scale(code)
    return Film(draw_phone(code), Look(scale=scale, focus=(0.5, 0.51), **look), size, seed).frame()


def portrait():
    folder = importlib.util.find_spec("skimage").submodule_search_locations[0]
    return read_image_file(Path(folder) / "data" / "astronaut.png")


def noise_picture(seed, size=(64, 48)):
    return np.random.default_rng(seed).integers(0, 256, (size[1], size[0], 3)).astype(np.uint8)


def write_avi(path, pictures, fps=15):
    height, width = pictures[0].shape[:2]
    writer = cv2.VideoWriter(
        str(path), cv2.CAP_OPENCV_MJPEG, cv2.VideoWriter.fourcc(*"MJPG"), fps, (width, height)
    )
    for picture in pictures:
        writer.write(picture)
    writer.release()
    return path


class ManualClock:
    """A clock that only `sleep` moves."""

    def __init__(self):
        self.now = 100.0
        self.slept = []

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.now += seconds


class FakeDevice:
    """A cv2.VideoCapture: notes what it is asked for and gives the pictures it was made with, then fails.

    A picture may be None (a failed grab), an exception, or a number of seconds that a grab waits in vain.
    Every grab waits `wait_s` on `clock`, as for a camera's next picture.
    """

    def __init__(self, pictures=(), clock=None, *, opens=True, wait_s=1 / 15, fourcc="MJPG"):
        self.pictures = list(pictures)
        self.clock = clock or ManualClock()
        self.opens = opens
        self.wait_s = wait_s
        self.fourcc = fourcc
        self.made_at = None
        self.asked = []
        self.decoded = 0
        self.released = False
        self._grabbed = None

    def isOpened(self):  # noqa: N802 - OpenCV's name
        return self.opens

    def set(self, prop, value):
        self.asked.append((prop, value))
        return False

    def get(self, prop):
        if prop == cv2.CAP_PROP_POS_MSEC:
            return -1.0 if self.made_at is None else self.made_at * 1000
        if prop in {cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT}:
            shape = np.shape(self._grabbed)
            return float(shape[prop == cv2.CAP_PROP_FRAME_WIDTH]) if len(shape) > 1 else 0.0
        return float(cv2.VideoWriter.fourcc(*self.fourcc)) if self.fourcc else 0.0

    def grab(self):
        self.clock.sleep(self.wait_s)
        picture = self.pictures.pop(0) if self.pictures else None
        if isinstance(picture, Exception):
            raise picture
        if isinstance(picture, float):
            self.clock.sleep(picture)
            picture = None
        self._grabbed = picture
        return picture is not None

    def retrieve(self):
        self.decoded += 1
        return True, self._grabbed

    def release(self):
        self.released = True


class PlannedSource:
    """A camera that does what its plan says, one word a read, then goes on with the last word.

    "new" a new picture, "same" the last one again, "none" a failed read, "raise" an error of the library,
    "odd" no colour picture, "empty" one without pixels, "dot" one of a single pixel, "black" a dark one. Each
    read takes `interval` on the clock. While `plugged` is False it cannot be opened and reads fail.
    """

    def __init__(self, clock, plan=("new",), interval=1 / 15):
        self.name = "planned"
        self.simulated = False
        self.plugged = True
        self.opened = 0
        self.closed = 0
        self._clock = clock
        self._plan = list(plan)
        self._interval = interval
        self._seed = 0

    def plan(self, *words):
        self._plan = list(words)

    def open(self):
        if not self.plugged:
            raise Fault(Reason.CAMERA_LOST, "unplugged")
        self.opened += 1

    def read(self):
        self._clock.sleep(self._interval)
        word = self._plan.pop(0) if len(self._plan) > 1 else self._plan[0]
        if word == "raise":
            raise RuntimeError("driver went away")
        if word == "none" or not self.plugged:
            return None
        if word == "empty":
            return np.zeros((0, 0, 3), np.uint8)
        if word == "black":
            return np.zeros((48, 64, 3), np.uint8)
        if word == "dot":
            return np.zeros((1, 1, 3), np.uint8)
        if word == "odd":
            return np.zeros((48, 64), np.uint8)
        if word == "new":
            self._seed += 1
        return noise_picture(self._seed)

    def close(self):
        self.closed += 1
