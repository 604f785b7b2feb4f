"""A simulated person: one portrait whose head turns, nods, blinks and comes closer.

For the demo, simulated clips and tests, which have no film of a living person; whatever it plays is simulated
and must be named so. The portrait gets a depth from its own face mesh and is drawn again with the head turned
in space; closed lids are painted over the eyes. The head around the face follows, the shoulders stay.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from kiosk.face.faces import FaceEngine
from kiosk.face.mesh import LEFT_CONTOUR, RIGHT_CONTOUR
from kiosk.model import Pixels

# The points around the face, in order.
_OVAL = (
    *(10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377),
    *(152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109),
)
_EARS = 1.25  # times the oval: up to there the head moves with the face
_SHOULDERS = 1.9  # from there on nothing moves
_HALF = 0.5  # size at which the movement is worked out
_ROUNDS = 8  # of working out where each pixel comes from; measured, it moves less than half a pixel after
_LASHES = 0.6  # of the skin's brightness

Map = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Posture:
    """What the person does: degrees as in `pose.Pose`; `closed` eyes 0 to 1; `nearer` grows the picture."""

    yaw_deg: float = 0.0
    pitch_deg: float = 0.0
    closed: float = 0.0
    nearer: float = 1.0


class Puppet:
    """One person before a camera, ready to be posed."""

    def __init__(
        self,
        portrait: Pixels,
        engine: FaceEngine,
        size: tuple[int, int] = (640, 480),
        eyes_px: float = 72.0,
    ) -> None:
        """Take the one person in `portrait` (BGR) into a picture of `size`, eyes `eyes_px` apart.

        Raises ValueError when there is no face in the portrait.
        """
        self._still = _framed(portrait, engine, size, eyes_px)
        faces = engine.find_faces(self._still)
        if not faces:
            raise ValueError("no face in the portrait")
        self._points = engine.fit_mesh(self._still, faces[0]).points.astype(np.float64)
        self._middle = self._points[list(_OVAL)].mean(axis=0)
        self._depth, self._follows = _space(self._points, self._middle, self._still.shape)

    def posed(self, posture: Posture) -> Pixels:
        """Return the person in `posture`: BGR, of the size asked for."""
        lids = _with_lids(self._still, self._points, posture.closed)
        places = self._places(posture)
        posed = cv2.remap(
            lids, places[..., 0], places[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        return np.ascontiguousarray(posed, dtype=np.uint8)

    def _places(self, posture: Posture) -> Map:
        """Return for each pixel of the posed picture where in the still one it comes from."""
        height, width = self._still.shape[:2]
        moved = _moves(self._depth, self._follows, self._middle, posture)
        rows, columns = np.mgrid[0 : moved.shape[0], 0 : moved.shape[1]]
        here = np.stack((columns, rows), axis=-1).astype(np.float32)
        middle = (self._middle[:2] * _HALF).astype(np.float32)
        wanted = middle + (here - middle) / np.float32(posture.nearer)
        places = wanted
        for _ in range(_ROUNDS):
            move = cv2.remap(
                moved, places[..., 0], places[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
            )
            places = (0.5 * places + 0.5 * (wanted - np.asarray(move))).astype(np.float32)
        large = cv2.resize(places / _HALF, (width, height), interpolation=cv2.INTER_LINEAR)
        return np.asarray(large, np.float32)


def _framed(portrait: Pixels, engine: FaceEngine, size: tuple[int, int], eyes_px: float) -> Pixels:
    faces = engine.find_faces(portrait)
    if not faces:
        raise ValueError("no face in the portrait")
    scale = eyes_px / faces[0].eye_distance_px
    if scale < 1.0:  # the warp itself does not average
        portrait = np.asarray(
            cv2.resize(portrait, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8
        )
        moved, scale = faces[0].mapped(scale), 1.0
    else:
        moved = faces[0]
    x, y = moved.landmarks[2]
    width, height = size
    warp = np.array([[scale, 0, width / 2 - scale * x], [0, scale, 0.45 * height - scale * y]])
    framed = cv2.warpAffine(portrait, warp, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.ascontiguousarray(framed, dtype=np.uint8)


def _space(
    points: NDArray[np.float64], middle: NDArray[np.float64], shape: tuple[int, ...]
) -> tuple[Map, Map]:
    """Return the depth of every pixel (in pixels, at half size), and how far it follows the head, 0 to 1."""
    height, width = round(shape[0] * _HALF), round(shape[1] * _HALF)
    rows, columns = np.mgrid[0:height, 0:width]
    flat, centre = points * _HALF, middle * _HALF
    oval = flat[list(_OVAL), :2] - centre[:2]
    angles = np.arctan2(oval[:, 1], oval[:, 0])
    order = np.argsort(angles)
    across, down = columns - centre[0], rows - centre[1]
    rim = np.interp(np.arctan2(down, across), angles[order], np.hypot(*oval.T)[order], period=2 * math.pi)
    out = np.hypot(across, down) / rim
    follows = np.clip((_SHOULDERS - out) / (_SHOULDERS - _EARS), 0.0, 1.0)
    depth = _spread(flat, height, width)
    return depth, np.asarray(follows, np.float32)


def _spread(points: NDArray[np.float64], height: int, width: int) -> Map:
    """Spread the depths of the points over the picture, each as wide as the points lie apart."""
    sums, weights = np.zeros((height, width), np.float32), np.zeros((height, width), np.float32)
    for x, y, z in points:
        column, row = round(float(x)), round(float(y))
        if 0 <= row < height and 0 <= column < width:
            sums[row, column] += np.float32(z)
            weights[row, column] += 1.0
    back = float(points[:, 2].max())
    near = float(np.ptp(points[:, 0])) / 18
    total, weight = (cv2.GaussianBlur(part, (0, 0), near) for part in (sums, weights))
    wide = [cv2.GaussianBlur(part, (0, 0), 4 * near) for part in (sums, weights)]
    fill = (wide[0] + 1e-6 * back) / (wide[1] + 1e-6)
    share = weight / (weight + 1e-4)
    return np.asarray(share * total / (weight + 1e-9) + (1 - share) * fill, np.float32)


def _moves(depth: Map, follows: Map, middle: NDArray[np.float64], posture: Posture) -> Map:
    """Return how far each pixel moves, across and down, when the head turns."""
    yaw, pitch = math.radians(posture.yaw_deg), math.radians(posture.pitch_deg)
    rows, columns = np.mgrid[0 : depth.shape[0], 0 : depth.shape[1]]
    x, y, z = columns - middle[0] * _HALF, rows - middle[1] * _HALF, depth - middle[2] * _HALF
    turned_y = y * math.cos(pitch) + z * math.sin(pitch)
    turned_z = z * math.cos(pitch) - y * math.sin(pitch)
    turned_x = x * math.cos(yaw) - turned_z * math.sin(yaw)
    moves = np.stack((turned_x - x, turned_y - y), axis=-1) * follows[..., None]
    return np.asarray(moves, np.float32)


def _with_lids(still: Pixels, points: NDArray[np.float64], closed: float) -> Pixels:
    """Paint the upper lids as far down as `closed` says: skin, and lashes along their lower rim."""
    if closed <= 0.0:
        return still
    painted = still.copy()
    for contour in (LEFT_CONTOUR, RIGHT_CONTOUR):
        rim = points[list(contour), :2]
        lower, upper = rim[:9], np.vstack((rim[:1], rim[9:], rim[8:9]))
        high = (lower - upper)[:, 1:] * (0, 1)
        width = float(np.linalg.norm(rim[8] - rim[0]))
        edge = upper + closed * 1.05 * high
        over = upper - 0.12 * width * np.array((0, 1)) * (high[:, 1:] > 0)
        skin = _skin_below(still, lower, width)
        mask = np.zeros(still.shape[:2], np.float32)
        cv2.fillPoly(mask, [np.rint(np.vstack((edge, over[::-1]))).astype(np.int32)], 1.0)
        mask = np.asarray(cv2.GaussianBlur(mask, (0, 0), width / 30), np.float32)[..., None]
        painted = (mask * skin + (1 - mask) * painted).astype(np.uint8)
        lashes = tuple(float(value) for value in skin * _LASHES)
        thick = max(1, round(width / 25))
        cv2.polylines(painted, [np.rint(edge).astype(np.int32)], False, lashes, thick, cv2.LINE_AA)  # noqa: FBT003 - OpenCV's
    return np.asarray(painted, np.uint8)


def _skin_below(still: Pixels, lower: NDArray[np.float64], width: float) -> NDArray[np.float64]:
    left, right = round(float(lower[:, 0].min())), round(float(lower[:, 0].max()))
    top = round(float(lower[:, 1].max()) + 0.35 * width)
    patch = still[top : top + max(2, round(0.3 * width)), left:right]
    return np.asarray(np.median(patch.reshape(-1, 3), axis=0), np.float64)
