"""What a face is here, and what any face engine must be able to do.

The rest of the package knows an engine only by `FaceEngine` (a detector, and a `Matcher`), so that a second
matcher can stand beside the first. Nothing here decides anything.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from kiosk.model import Box, EngineKind, Pixels

Embedding = NDArray[np.float32]
Point = tuple[float, float]

BYSTANDER_SHARE = 0.4  # a face with less than this share of the nearest one's eye distance stands behind


@dataclass(frozen=True, slots=True)
class Face:
    """One face found in a picture, in pixels of that picture.

    `landmarks`: the eye on the left of the picture, the one on the right, nose tip, left and right corner
    of the mouth. `score`: the detector's own, 0 to 1.
    """

    box: Box
    landmarks: tuple[Point, Point, Point, Point, Point]
    score: float

    @property
    def eye_distance_px(self) -> float:
        """The distance between the centres of the eyes."""
        return math.dist(self.landmarks[0], self.landmarks[1])

    @property
    def roll_deg(self) -> float:
        """How far the head leans, in degrees; 0 is upright, positive is clockwise in the picture."""
        (left_x, left_y), (right_x, right_y) = self.landmarks[:2]
        return math.degrees(math.atan2(right_y - left_y, right_x - left_x))

    def mapped(self, scale: float, shift_x: float = 0.0, shift_y: float = 0.0) -> Face:
        """Return the same face in a picture that was scaled first and shifted after."""
        eye, other_eye, nose, mouth, other_mouth = (
            (x * scale + shift_x, y * scale + shift_y) for x, y in self.landmarks
        )
        box = Box(
            self.box.left * scale + shift_x,
            self.box.top * scale + shift_y,
            self.box.width * scale,
            self.box.height * scale,
        )
        return Face(box, (eye, other_eye, nose, mouth, other_mouth), self.score)

    def warped(self, warp: NDArray[np.float64]) -> Face:
        """Return the same face in a picture that was turned, scaled and shifted by the 2 x 3 `warp`.

        The box keeps its shape: it is moved and scaled, not turned.
        """
        box, scale = self.box, math.hypot(warp[0, 0], warp[1, 0])
        middle = (box.left + box.width / 2, box.top + box.height / 2)
        (x, y), *points = np.array([middle, *self.landmarks]) @ warp[:, :2].T + warp[:, 2]
        width, height = box.width * scale, box.height * scale
        eye, other_eye, nose, mouth, other_mouth = ((float(a), float(b)) for a, b in points)
        moved = Box(float(x) - width / 2, float(y) - height / 2, width, height)
        return Face(moved, (eye, other_eye, nose, mouth, other_mouth), self.score)


@dataclass(frozen=True, slots=True)
class Mesh:
    """The points of one face: float32, shape (468, 3), x and y in pixels of the picture.

    The third is the depth in the same scale, smaller is nearer; 0 is about the middle of the head. The order
    of the points is MediaPipe's. `presence` is the model's own belief that this is a face, 0 to 1.
    """

    points: NDArray[np.float32]
    presence: float


class Matcher(Protocol):
    """Describes faces and compares descriptions. One object belongs to one thread: networks keep state.

    Scores of different matchers do not compare, nor do thresholds: `kind` says which ones they are.
    """

    @property
    def kind(self) -> EngineKind:
        """Which engine the signed policy calls this; its thresholds are meant for this one alone."""
        ...

    @property
    def model_id(self) -> str:
        """A short name of exactly these models, for the log."""
        ...

    @property
    def continuity(self) -> float:
        """The least score between two frames of one person in one visit."""
        ...

    def embed(self, pixels: Pixels, face: Face) -> Embedding:
        """Describe the face in `pixels` (BGR): float32, shape (128,). For `similarity` alone."""
        ...

    def similarity(self, a: Embedding, b: Embedding) -> float:
        """Return how alike two descriptions are, at most 1; more is more alike. NaN where it cannot tell."""
        ...


class FaceEngine(Matcher, Protocol):
    """Finds, describes and compares faces."""

    def find_faces(self, pixels: Pixels) -> tuple[Face, ...]:
        """Return every face in `pixels` (BGR), the one with the widest eyes first."""
        ...

    def align(self, pixels: Pixels, face: Face) -> Pixels:
        """Return the face upright: BGR, 112 x 112, eyes about 35 px apart."""
        ...

    def fit_mesh(self, pixels: Pixels, face: Face) -> Mesh:
        """Return the mesh of `face` in `pixels` (BGR), its eyes refined."""
        ...


def main_faces(faces: tuple[Face, ...]) -> tuple[Face, ...]:
    """Return the faces in front, without those much smaller than the nearest one.

    Whoever queues behind the visitor does not stop the visit; whoever stands beside him does.
    """
    widest = max((face.eye_distance_px for face in faces), default=0.0)
    return tuple(face for face in faces if face.eye_distance_px >= BYSTANDER_SHARE * widest)
