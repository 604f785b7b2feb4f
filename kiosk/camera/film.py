"""A simulated camera: puts a flat picture into a room and films it, for the demo and for tests.

In the order a camera forms a picture: the surface is projected (tilt, roll, size), softened by the lens, lit
unevenly, given a tone curve and noise, and squeezed through JPEG. All draws come from the seed. It is an
aid for seeing the kiosk at work, not evidence about optics.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from kiosk.model import Pixels

Size = tuple[int, int]
Matrix = NDArray[np.float64]

HD = (1280, 720)
FULL_HD = (1920, 1080)
_NOISE_MARGIN = 64  # how far the one noise field is moved about


@dataclass(frozen=True, slots=True)
class Look:
    """How the camera sees one picture.

    `scale` is camera pixels per picture pixel; `focus` the point of the picture, and `centre` the point of
    the frame, that lie on each other, both as fractions of width and height. `light` is how much darker one
    side is than the other, 0 to 1; `exposure` 1 keeps white just white; `gamma` above 1 darkens the middle.
    `noise` is in grey levels. `soft_edge` is the part of the picture that fades into the room. `sway_px` is
    how far the hand moves.
    """

    scale: float = 1.0
    focus: tuple[float, float] = (0.5, 0.5)
    centre: tuple[float, float] = (0.5, 0.5)
    tilt_deg: float = 6.0
    tilt_axis_deg: float = 30.0
    roll_deg: float = 2.0
    light: float = 0.2
    exposure: float = 1.0
    gamma: float = 1.1
    blur_px: float = 0.5
    noise: float = 3.0
    jpeg_quality: int = 85
    soft_edge: float = 0.0
    sway_px: float = 3.0


class Film:
    """One picture in front of the simulated camera; `frame` takes a photograph of it."""

    def __init__(self, picture: Pixels | None, look: Look, size: Size = HD, seed: int = 0) -> None:
        self._look = look
        self._size = size
        self._rng = np.random.default_rng(seed)
        self._room = _room(size, seed % 4)
        self._light = _light(size, look.light, seed)
        self._tone = _tone_curve(look.exposure, look.gamma)
        self._picture: Pixels | None = None
        self._scale = look.scale
        if picture is not None:
            self._picture, self._scale = _shrunk(picture, look.scale)
            self._opacity = _opacity(self._picture, look.soft_edge)

    def frame(self, phase: float = 0.0) -> Pixels:
        """Return one photograph; `phase`, 0 to 1, is where in its small circle the moving hand is.

        Two calls never give the same bytes: the noise is new each time.
        """
        scene = self._room.copy()
        if self._picture is not None:
            self._place(scene, self._picture, self._opacity, phase)
        lit = cv2.multiply(scene, self._light, scale=1 / 255)
        toned = cv2.LUT(lit, self._tone)
        noisy = cv2.add(toned, self._noise(), dtype=cv2.CV_8U)
        _, packed = cv2.imencode(".jpg", noisy, [cv2.IMWRITE_JPEG_QUALITY, self._look.jpeg_quality])
        return np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), np.uint8)

    def _place(self, scene: Pixels, picture: Pixels, opacity: Pixels, phase: float) -> None:
        """Project the picture into its part of `scene`, drawn at twice the size against aliasing."""
        to_frame = self._projection(picture, phase)
        left, top, right, bottom = self._covered(picture, to_frame)
        if right <= left or bottom <= top:
            return
        fine = 2 if self._scale < 1.5 else 1  # noqa: PLR2004 - enlarged pictures have nothing to alias
        shift = np.array([[fine, 0, -left * fine], [0, fine, -top * fine], [0, 0, 1.0]]) @ to_frame
        drawn_size = ((right - left) * fine, (bottom - top) * fine)
        size = (right - left, bottom - top)
        seen = cv2.resize(cv2.warpPerspective(picture, shift, drawn_size), size, interpolation=cv2.INTER_AREA)
        cover = cv2.resize(
            cv2.warpPerspective(opacity, shift, drawn_size), size, interpolation=cv2.INTER_AREA
        )
        weight = cover.astype(np.float32) / 255
        part = scene[top:bottom, left:right]
        mixed = cv2.blendLinear(seen, np.ascontiguousarray(part), weight, 1 - weight)
        if self._look.blur_px > 0:
            mixed = cv2.GaussianBlur(mixed, (0, 0), self._look.blur_px)
        part[:] = mixed

    def _projection(self, picture: Pixels, phase: float) -> Matrix:
        """Return picture pixels to frame pixels for a pinhole camera of 53 degrees, hand at `phase`."""
        look, (width, height) = self._look, self._size
        turn = 2 * math.pi * phase
        sway_x, sway_y = look.sway_px * math.sin(turn), 0.6 * look.sway_px * math.sin(2 * turn + 1)
        axis = math.radians(look.tilt_axis_deg)
        tilt = math.radians(look.tilt_deg) * np.array([math.cos(axis), math.sin(axis), 0.0])
        roll = math.radians(look.roll_deg + 0.1 * look.sway_px * math.cos(turn))
        rotation = cv2.Rodrigues(tilt)[0] @ cv2.Rodrigues(np.array([0.0, 0.0, roll]))[0]
        scale = self._scale * (1 + 0.0015 * look.sway_px * math.cos(turn))
        focus_x, focus_y = look.focus[0] * picture.shape[1], look.focus[1] * picture.shape[0]
        to_plane = np.array([[scale, 0, -scale * focus_x], [0, scale, -scale * focus_y], [0, 0, 1.0]])
        pose = np.column_stack([rotation[:, 0], rotation[:, 1], [0.0, 0.0, float(width)]])
        middle_x, middle_y = look.centre[0] * width + sway_x, look.centre[1] * height + sway_y
        lens = np.array([[width, 0, middle_x], [0, width, middle_y], [0, 0, 1.0]])
        return np.asarray(lens @ pose @ to_plane, np.float64)

    def _covered(self, picture: Pixels, to_frame: Matrix) -> tuple[int, int, int, int]:
        height, width = picture.shape[:2]
        outline = np.array([[[0, 0]], [[width, 0]], [[width, height]], [[0, height]]], np.float64)
        corners = cv2.perspectiveTransform(outline, to_frame).reshape(-1, 2)
        left, top = (max(0, math.floor(value) - 4) for value in corners.min(axis=0))
        right, bottom = (math.ceil(value) + 4 for value in corners.max(axis=0))
        return left, top, min(self._size[0], right), min(self._size[1], bottom)

    def _noise(self) -> NDArray[np.int16]:
        width, height = self._size
        x, y = (int(value) for value in self._rng.integers(0, _NOISE_MARGIN, 2))
        field = _noise_field(self._size)[y : y + height, x : x + width]
        sign = 1 if self._rng.random() < 0.5 else -1  # noqa: PLR2004 - one half
        return np.asarray(field * (sign * self._look.noise * self._rng.uniform(0.9, 1.1)), np.int16)


def _shrunk(picture: Pixels, scale: float) -> tuple[Pixels, float]:
    """Halve `picture` until its projection shrinks it by less than two; what is left does not alias."""
    while scale < 0.5 and min(picture.shape[:2]) > 1:  # noqa: PLR2004 - two
        picture = np.asarray(
            cv2.resize(picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.uint8
        )
        scale *= 2
    return picture, scale


def _opacity(picture: Pixels, soft_edge: float) -> Pixels:
    height, width = picture.shape[:2]
    edge = int(soft_edge * min(height, width))
    if edge < 1:
        return np.full((height, width), 255, np.uint8)
    inner = np.zeros((height, width), np.uint8)
    cv2.ellipse(
        inner, (width // 2, height // 2), (width // 2 - edge, height // 2 - edge), 0, 0, 360, (255,), -1
    )
    return np.asarray(cv2.GaussianBlur(inner, (0, 0), edge / 2), np.uint8)


def _light(size: Size, ramp: float, seed: int) -> Pixels:
    width, height = size
    angle = np.random.default_rng(seed + 11).uniform(0, 2 * math.pi)
    x, y = np.meshgrid(np.linspace(-0.5, 0.5, width), np.linspace(-0.5, 0.5, height))
    level = 1 - ramp * np.clip(0.5 + x * math.cos(angle) + y * math.sin(angle), 0, 1)
    return np.asarray(np.repeat((255 * level)[:, :, None], 3, axis=2), np.uint8)


def _tone_curve(exposure: float, gamma: float) -> Pixels:
    levels = np.linspace(0, 1, 256) * exposure
    return np.asarray(np.clip(255 * np.clip(levels, 0, 1) ** gamma + 6, 0, 255), np.uint8)


@lru_cache(maxsize=2)
def _noise_field(size: Size) -> NDArray[np.float32]:
    width, height = size
    shape = (height + _NOISE_MARGIN, width + _NOISE_MARGIN, 3)
    return np.random.default_rng(5).standard_normal(shape, np.float32)


@lru_cache(maxsize=4)
def _room(size: Size, seed: int) -> Pixels:
    """Draw an office wall out of focus: uneven paint, a window, shelves and frames."""
    width, height = size
    rng = np.random.default_rng(seed + 23)
    paint = rng.uniform(120, 165, (5, 8, 1)) + rng.uniform(-6, 6, (5, 8, 3))
    room = np.asarray(np.clip(cv2.resize(paint, size, interpolation=cv2.INTER_CUBIC), 0, 255), np.uint8)
    for _ in range(14):
        x, y = int(rng.integers(0, width)), int(rng.integers(0, height))
        w, h = int(rng.integers(width // 30, width // 6)), int(rng.integers(height // 30, height // 4))
        colour = rng.uniform(60, 190) + rng.uniform(-14, 14, 3)
        cv2.rectangle(room, (x, y), (x + w, y + h), tuple(float(value) for value in colour), -1)
    soft = np.asarray(cv2.GaussianBlur(room, (0, 0), width / 160), np.uint8)
    soft.flags.writeable = False
    return soft
