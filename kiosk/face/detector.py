"""The detector: OpenCV's YuNet, and the close look that makes its landmarks follow a leaning head.

Which model file it runs is checked by hash in `load_detector`. What a face is compared by is left to the
matchers.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from kiosk.face.align import cut_square, resized
from kiosk.face.faces import Face
from kiosk.face.weights import read_model
from kiosk.model import Box, Fault, Pixels, Reason

# Source: opencv/opencv_zoo, models/face_detection_yunet (MIT); hash as the Git LFS pointer of 966be4c.
DETECTOR_FILE = "face_detection_yunet_2023mar_int8bq.onnx"
DETECTOR_SHA256 = "49f000ec501fef24739071fc7e68267d32209045b6822c0c72dce1da25726f10"
DETECTOR_ID = f"yunet-{DETECTOR_SHA256[:8]}"

_MIN_SCORE = 0.6
_MAX_OVERLAP = 0.3
_MAX_FACES = 50
# Longer side of the copy that the detector sees: a share of the picture's, within limits. Measured on 11
# people, eyes 24 px apart are still found in every 720p frame, and 30 px in every 1080p frame; the close look
# does the rest, so that a smaller copy changes no score.
_DETECT_SHARE = 0.3
_DETECT_SIDES = (480, 640)
_SMALLEST_SIDE = 320  # tiny pictures are enlarged to this first
_CLOSE_SIDE = 320  # a close look: the side of the square that is cut out ...
_CLOSE_REACH = 1.45  # ... and scaled from this many longer sides of the face
_SAME_FACE = 0.5
_TURNS = 3
_UPRIGHT_DEG = 8.0  # a head that leans less than this in the view is described well
_CLOSE_LOOKS = 3  # faces in front that deserve one
_SIDE_LIMIT = 8  # a picture longer than this many widths holds no face and would shrink to nothing


class Detector:
    """YuNet. Not thread-safe: it keeps its input size."""

    def __init__(self, onnx: bytes) -> None:
        nothing = np.zeros(0, np.uint8)
        self._net = cv2.FaceDetectorYN.create(
            "onnx", np.frombuffer(onnx, np.uint8), nothing, (320, 320), _MIN_SCORE, _MAX_OVERLAP, _MAX_FACES
        )

    def find_faces(self, pixels: Pixels) -> tuple[Face, ...]:
        """Return every face in `pixels` (BGR), the one with the widest eyes first.

        The detector sees a shrunk copy, so the time hardly grows with the picture. It then takes
        a close look at the nearest faces: measured, the landmarks of a small face stay level however the
        head leans (3 degrees for 20), those of a large one follow it up to 20, hence the turning.
        """
        height, width = pixels.shape[:2]
        if max(height, width) > _SIDE_LIMIT * min(height, width):
            return ()
        scale = _detection_scale(max(height, width))
        copy = pixels if scale == 1.0 else resized(pixels, scale)
        faces = sorted(
            (face.mapped(1.0 / scale) for face in self._detect(copy)), key=lambda face: -face.eye_distance_px
        )
        near = [self._look_closely(pixels, face) for face in faces[:_CLOSE_LOOKS]]
        return tuple(sorted((*near, *faces[_CLOSE_LOOKS:]), key=lambda face: -face.eye_distance_px))

    def _detect(self, pixels: Pixels) -> list[Face]:
        self._net.setInputSize((pixels.shape[1], pixels.shape[0]))
        rows: NDArray[np.float32] | None = self._net.detect(pixels)[1]  # type: ignore[assignment] # None
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


def load_detector(models: Path) -> Detector:
    """Load the detector from the folder `models`.

    Raises Fault: MODEL_ALTERED if the file is missing, has another hash, or does not run here.
    """
    content = read_model(models / DETECTOR_FILE, DETECTOR_SHA256)
    try:
        return Detector(content)
    except cv2.error as err:
        raise Fault(Reason.MODEL_ALTERED, "OpenCV cannot load the face detector") from err


def _detection_scale(longer_side: int) -> float:
    low, high = _DETECT_SIDES
    side = min(max(_DETECT_SHARE * longer_side, low), high)
    if longer_side > side:
        return side / longer_side
    return max(1.0, _SMALLEST_SIDE / longer_side)


def _close_view(pixels: Pixels, face: Face) -> tuple[Pixels, NDArray[np.float64]]:
    """Return a square in which the face is large and level, and the warp from there back to `pixels`."""
    box = face.box
    x, y, reach = box.left + box.width / 2, box.top + box.height / 2, max(box.width, box.height, 1.0)
    part, left, top = cut_square(pixels, x, y, _CLOSE_REACH * reach)
    if min(part.shape[:2]) < 2:  # noqa: PLR2004 - a warp needs two pixels each way
        part, left, top = pixels, 0, 0
    scale = _CLOSE_SIDE / (_CLOSE_REACH * reach)
    shrink = min(1.0, scale)
    part = part if shrink == 1.0 else resized(part, shrink)
    middle = ((x - left) * shrink, (y - top) * shrink)
    warp = np.asarray(cv2.getRotationMatrix2D(middle, face.roll_deg, scale / shrink), np.float64)
    warp[:, 2] += _CLOSE_SIDE / 2 - np.array(middle)
    size = (_CLOSE_SIDE, _CLOSE_SIDE)
    view = cv2.warpAffine(part, warp, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
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
