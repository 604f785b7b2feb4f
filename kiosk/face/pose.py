"""What the points of a face mesh say: where the head looks, how far eyes and mouth are open.

Pure geometry over `Mesh`; nothing here judges. Left and right are those of the picture, unless a name says
otherwise: the camera faces the person, so the person's own left is on the right of the picture.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kiosk.face.faces import Mesh

# Points that mirror each other, left and right: temples, cheeks, jaw, outer eye corners, mouth corners.
_LEFT = (127, 234, 93, 132, 58, 172, 33, 61)
_RIGHT = (356, 454, 323, 361, 288, 397, 263, 291)
_TOP, _CHIN = 10, 152
# Corner, two points of the upper lid, corner, two of the lower lid, below those of the upper.
_LEFT_EYE = (33, 160, 158, 133, 153, 144)
_RIGHT_EYE = (362, 385, 387, 263, 373, 380)
_LIPS = (13, 14)
_MOUTH_CORNERS = (78, 308)


@dataclass(frozen=True, slots=True)
class Pose:
    """Where a head looks, in degrees; about 0 for a head that is upright and looks into the camera.

    Measured on 53 people told to look ahead: yaw within 6, pitch within 15 (median -1), by the shape of the
    face. On portraits turned by a warp, 20 degrees of yaw read as 11 to 16: changes are told, not angles.

    `yaw_deg` grows as the head turns to the right of the picture (to the person's own left), `pitch_deg` as
    the chin goes up, `roll_deg` as the head leans clockwise in the picture.
    """

    yaw_deg: float
    pitch_deg: float
    roll_deg: float


def head_pose(mesh: Mesh) -> Pose:
    """Return the head's pose from the points that mirror each other and the line of the face."""
    points = mesh.points.astype(np.float64)
    across = _unit((points[list(_RIGHT)] - points[list(_LEFT)]).sum(axis=0))
    down = points[_CHIN] - points[_TOP]
    down = _unit(down - across * float(down @ across))
    ahead = -np.cross(across, down)  # out of the face, towards the camera: z is negative there
    yaw = math.degrees(math.atan2(ahead[0], -ahead[2]))
    pitch = math.degrees(math.asin(float(np.clip(-ahead[1], -1.0, 1.0))))
    return Pose(yaw, pitch, math.degrees(math.atan2(across[1], across[0])))


def eye_openness(mesh: Mesh) -> tuple[float, float]:
    """Return height over width of both eyes, left and right of the picture; about 0.3 open, under 0.15 shut.

    Tells little of a mesh whose eyes were not refined.

    Source: Soukupová and Čech, "Real-Time Eye Blink Detection using Facial Landmarks", 2016 (eye aspect
    ratio), here in three dimensions so that a turned head does not look wide-eyed.
    """
    return _openness(mesh, _LEFT_EYE), _openness(mesh, _RIGHT_EYE)


def mouth_openness(mesh: Mesh) -> float:
    """Return the gap between the lips over the width of the mouth; about 0 closed."""
    return _distance(mesh, *_LIPS) / max(_distance(mesh, *_MOUTH_CORNERS), 1e-6)


def _openness(mesh: Mesh, eye: tuple[int, int, int, int, int, int]) -> float:
    corner, upper, other_upper, other_corner, other_lower, lower = eye
    high = _distance(mesh, upper, lower) + _distance(mesh, other_upper, other_lower)
    return high / max(2.0 * _distance(mesh, corner, other_corner), 1e-6)


def _distance(mesh: Mesh, one: int, other: int) -> float:
    return float(np.linalg.norm(mesh.points[one] - mesh.points[other]))


def _unit(vector: NDArray[np.float64]) -> NDArray[np.float64]:
    return vector / max(float(np.linalg.norm(vector)), 1e-9)
