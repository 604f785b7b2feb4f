"""The usual matcher: OpenCV's SFace, from a file whose hash is known."""

from __future__ import annotations

import math
from pathlib import Path

import cv2
import numpy as np

from kiosk.face.align import align_face
from kiosk.face.faces import Embedding, Face
from kiosk.face.weights import read_model
from kiosk.model import EngineKind, Fault, Pixels, Reason

# Source: opencv/opencv_zoo, models/face_recognition_sface (Apache-2.0); hash as in the Git LFS of 966be4c.
MATCHER_FILE = "face_recognition_sface_2021dec_int8bq.onnx"
MATCHER_SHA256 = "fb143eea07838aa532d1c95df5f69899974ea0140e1fba05e94204be13ed74ee"


class SFace:
    """SFace: scores are cosines, in [-1, 1]; 1 is the same direction."""

    kind = EngineKind.SFACE
    model_id = f"sface-{MATCHER_SHA256[:8]}"
    # One person turning or moving before the camera stayed above 0.70, two people below 0.5.
    continuity = 0.6

    def __init__(self, onnx: bytes) -> None:
        self._net = cv2.FaceRecognizerSF.create("onnx", np.frombuffer(onnx, np.uint8), np.zeros(0, np.uint8))

    def embed(self, pixels: Pixels, face: Face) -> Embedding:
        """Describe the face: float32, shape (128,), of length 1."""
        feature = self._net.feature(align_face(pixels, face))[0]
        length = float(np.linalg.norm(feature))
        return np.asarray(feature / max(length, 1e-9), dtype=np.float32)

    def similarity(self, a: Embedding, b: Embedding) -> float:
        """Return the cosine of the angle between `a` and `b`; NaN where one of them has no direction."""
        lengths = float(np.linalg.norm(a)) * float(np.linalg.norm(b))
        if not 0.0 < lengths < math.inf:
            return math.nan
        return float(np.clip(float(a @ b) / lengths, -1.0, 1.0))


def load_sface(models: Path) -> SFace:
    """Load SFace from the folder `models`.

    Raises Fault: MODEL_ALTERED if the file is missing, has another hash, or does not run here.
    """
    content = read_model(models / MATCHER_FILE, MATCHER_SHA256)
    try:
        return SFace(content)
    except cv2.error as err:  # an OpenCV that cannot run this model (5.0 could not)
        raise Fault(Reason.MODEL_ALTERED, "OpenCV cannot load the face matcher") from err
