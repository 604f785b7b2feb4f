"""Recorded pictures in place of a camera: a video file or a folder of images; both count as simulated."""

from __future__ import annotations

import time
from pathlib import Path

import cv2
import numpy as np

from kiosk.camera.source import Clock, Pace, Sleep
from kiosk.imaging import ImageRefused, read_image_file
from kiosk.model import Fault, Pixels, Reason

_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".webp", ".avif", ".jp2"})
_DEFAULT_FPS, _MAX_FPS = 15.0, 60.0
_OPEN_TIMEOUT_MS = 5000
_READ_TIMEOUT_MS = 2000


class VideoFileSource:
    """A video file (MJPEG .avi and whatever else OpenCV's FFmpeg opens), at its own pace or at `fps`.

    At its end `read` gives None unless `loop`; opening again starts from the beginning.
    """

    def __init__(
        self,
        path: Path,
        *,
        loop: bool = False,
        fps: float | None = None,
        clock: Clock = time.monotonic,
        sleep: Sleep = time.sleep,
    ) -> None:
        self.name = path.name
        self.simulated = True
        self._path = path
        self._loop = loop
        self._fps = fps
        self._clock = clock
        self._sleep = sleep
        self._video: cv2.VideoCapture | None = None
        self._pace = Pace(fps or _DEFAULT_FPS, clock, sleep)

    def open(self) -> None:
        """Open the file at its first picture. Raises Fault: CAMERA_LOST."""
        self.close()
        if not self._path.is_file():
            raise Fault(Reason.CAMERA_LOST, f"no video file {self._path.name}")
        video = self._video = self._load()
        if not video.isOpened():
            self.close()
            raise Fault(Reason.CAMERA_LOST, f"{self._path.name} is not a video")
        said = video.get(cv2.CAP_PROP_FPS)
        fps = self._fps or (said if 0 < said <= _MAX_FPS else _DEFAULT_FPS)
        self._pace = Pace(fps, self._clock, self._sleep)

    def _load(self) -> cv2.VideoCapture:
        limits = [
            cv2.CAP_PROP_OPEN_TIMEOUT_MSEC,
            _OPEN_TIMEOUT_MS,
            cv2.CAP_PROP_READ_TIMEOUT_MSEC,
            _READ_TIMEOUT_MS,
        ]
        try:
            return cv2.VideoCapture(str(self._path), cv2.CAP_FFMPEG, limits)
        except cv2.error as err:
            raise Fault(Reason.CAMERA_LOST, f"{self._path.name} is not a video") from err

    def read(self) -> Pixels | None:
        """Wait for and return the next picture; None at the end, and where the file is broken."""
        if self._video is None:
            return None
        picture = self._next(self._video)
        if picture is None and self._loop:
            self._video.release()
            self._video = self._load()
            picture = self._next(self._video)
        if picture is not None:
            self._pace.wait()
        return picture

    @staticmethod
    def _next(video: cv2.VideoCapture) -> Pixels | None:
        try:
            good, picture = video.read()
        except cv2.error:
            return None
        return np.asarray(picture, np.uint8) if good else None

    def close(self) -> None:
        """Close the file."""
        video, self._video = self._video, None
        if video is not None:
            video.release()


class ImageFolderSource:
    """The images of a folder in the order of their names; those that cannot be decoded are passed over.

    After the last one `read` gives None unless `loop`; opening again starts from the first.
    """

    def __init__(
        self,
        folder: Path,
        *,
        loop: bool = False,
        fps: float = _DEFAULT_FPS,
        clock: Clock = time.monotonic,
        sleep: Sleep = time.sleep,
    ) -> None:
        self.name = folder.name
        self.simulated = True
        self._folder = folder
        self._loop = loop
        self._pace = Pace(fps, clock, sleep)
        self._paths: tuple[Path, ...] = ()
        self._next = 0

    def open(self) -> None:
        """List the folder. Raises Fault: CAMERA_LOST when it is missing or holds no image file."""
        try:
            paths = sorted(path for path in self._folder.iterdir() if path.suffix.lower() in _SUFFIXES)
        except OSError as err:
            raise Fault(Reason.CAMERA_LOST, f"folder {self._folder.name} is not readable") from err
        if not paths:
            raise Fault(Reason.CAMERA_LOST, f"no image in folder {self._folder.name}")
        self._paths = tuple(paths)
        self._next = 0

    def read(self) -> Pixels | None:
        """Wait for and return the next picture; None at the end and where no file can be decoded."""
        for _ in range(len(self._paths)):
            if self._next == len(self._paths):
                if not self._loop:
                    return None
                self._next = 0
            path = self._paths[self._next]
            self._next += 1
            try:
                picture = read_image_file(path)
            except ImageRefused:
                continue
            self._pace.wait()
            return picture
        return None

    def close(self) -> None:
        """Forget the listing."""
        self._paths = ()
        self._next = 0
