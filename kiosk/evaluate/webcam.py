"""A simulated webcam: what a kiosk's camera might have seen of somebody of whom there is a still picture.

Everything here is simulated and must be named so: distance, leaning, uneven light, tone, colour, soft focus,
noise and JPEG, drawn from a seed, the same for the same picture on every machine. What cannot be simulated
from one still (another day, turned heads, glasses put on) is not.

Within a visit the room, its light and the camera stay; with each try the person stands a little differently;
from frame to frame only small movements and the noise are new.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from kiosk.face.faces import Face
from kiosk.model import Pixels

WIDTH, HEIGHT = 640, 480
EYES_PX = (66.0, 104.0)  # about 90 to 55 cm from a webcam of 60 degrees
_LEAN_DEG = 12.0
_PREFILTER_BELOW = 0.7


@dataclass(frozen=True, slots=True)
class Room:
    """What stays for a whole visit. `ramp` is how much lighter one side is, `gains` the colour cast (BGR)."""

    ramp: float
    ramp_angle: float
    gamma: float
    gains: tuple[float, float, float]
    blur_px: float
    noise: float
    jpeg_quality: int


@dataclass(frozen=True, slots=True)
class Stance:
    """How a person stands in one try: eye distance and shift in pixels, leaning in degrees."""

    eyes_px: float
    lean_deg: float
    shift_x: float
    shift_y: float


class SimulatedVisit:
    """One person before the simulated webcam."""

    def __init__(self, pixels: Pixels, face: Face, name: str) -> None:
        """Take `face` of a still picture (BGR); `name` seeds all that is drawn."""
        self._pixels, self._face = pixels, face
        self._seed = zlib.crc32(name.encode("utf-8", errors="surrogateescape"))
        self._room = _draw_room(np.random.default_rng((self._seed, 0)))

    def frame(self, attempt: int, number: int) -> Pixels:
        """Return frame `number` of try `attempt`, both from 0: BGR, 640 x 480."""
        stance = _draw_stance(np.random.default_rng((self._seed, 1, attempt)))
        rng = np.random.default_rng((self._seed, 2, attempt, number))
        stance = Stance(
            stance.eyes_px * rng.uniform(0.98, 1.02),
            stance.lean_deg + rng.uniform(-1.5, 1.5),
            stance.shift_x + rng.uniform(-4, 4),
            stance.shift_y + rng.uniform(-4, 4),
        )
        return _taken(_placed(self._pixels, self._face, stance), self._room, rng)


def _draw_room(rng: np.random.Generator) -> Room:
    blue, green, red = rng.uniform(0.92, 1.08, 3)
    return Room(
        ramp=rng.uniform(0.2, 0.7),
        ramp_angle=rng.uniform(0, 2 * np.pi),
        gamma=rng.uniform(0.7, 1.5),
        gains=(float(blue), float(green), float(red)),
        blur_px=rng.uniform(0.6, 1.4),
        noise=rng.uniform(0.01, 0.035),
        jpeg_quality=int(rng.integers(60, 85)),
    )


def _draw_stance(rng: np.random.Generator) -> Stance:
    return Stance(
        eyes_px=rng.uniform(*EYES_PX),
        lean_deg=rng.uniform(-_LEAN_DEG, _LEAN_DEG),
        shift_x=rng.uniform(-60, 60),
        shift_y=rng.uniform(-25, 25),
    )


def _placed(pixels: Pixels, face: Face, stance: Stance) -> Pixels:
    """Put the face before the camera; beyond the picture its outermost pixels are repeated."""
    scale = stance.eyes_px / max(face.eye_distance_px, 1.0)
    points = np.array(face.landmarks)
    middle = points[:4].mean(axis=0)
    if scale < _PREFILTER_BELOW:  # the warp has no averaging of its own
        shrink = 1.4 * scale
        pixels = np.asarray(
            cv2.resize(pixels, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA), np.uint8
        )
        middle, scale = shrink * middle, scale / shrink
    warp = np.asarray(cv2.getRotationMatrix2D((middle[0], middle[1]), stance.lean_deg, scale), np.float64)
    warp[:, 2] += np.array((WIDTH / 2 + stance.shift_x, HEIGHT / 2 + stance.shift_y)) - middle
    how = cv2.INTER_LINEAR if scale < 1.0 else cv2.INTER_CUBIC
    return np.asarray(
        cv2.warpAffine(pixels, warp, (WIDTH, HEIGHT), flags=how, borderMode=cv2.BORDER_REPLICATE), np.uint8
    )


def _taken(scene: Pixels, room: Room, rng: np.random.Generator) -> Pixels:
    """Light the scene and take it, in the order a camera does: light, tone, lens, sensor, packing."""
    lit = np.clip(scene.astype(np.float32) / 255 * _light(room), 0, 1) ** np.float32(room.gamma)
    seen = cv2.GaussianBlur(lit * np.asarray(room.gains, np.float32), (0, 0), room.blur_px)
    noisy = seen + np.float32(room.noise) * rng.standard_normal(seen.shape, np.float32)
    packed = cv2.imencode(
        ".jpg",
        (np.clip(noisy, 0, 1) * 255).astype(np.uint8),
        [cv2.IMWRITE_JPEG_QUALITY, room.jpeg_quality],
    )[1]
    return np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), np.uint8)


def _light(room: Room) -> NDArray[np.float32]:
    x, y = np.meshgrid(
        np.linspace(-0.5, 0.5, WIDTH, dtype=np.float32), np.linspace(-0.5, 0.5, HEIGHT, dtype=np.float32)
    )
    along = np.cos(room.ramp_angle) * x + np.sin(room.ramp_angle) * y
    return np.asarray((1 + room.ramp * along)[:, :, None], np.float32)
