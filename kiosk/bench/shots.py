"""The frames that readers are measured on: filmed by the simulated camera, or recorded in a folder.

The simulated camera is `kiosk.camera.film`: a model of optics, good for comparing readers on one picture, no
evidence about a lens. A folder holds `NAME.png|jpg`, beside it `NAME.txt` with the exact text; a picture
without a text holds no code. Pictures are loaded one by one, so a folder may be larger than the memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import segno

from kiosk.camera.decoders import to_grey
from kiosk.camera.film import FULL_HD, Film, Look
from kiosk.imaging import read_image_file
from kiosk.model import Frame, Pixels

FPS = 15.0
DENSE_VERSION = 25
_DRAWN_PX = 8  # pixels a module in the flat picture that is filmed
_QUIET_ZONE = 4
_FRAMES_A_SEED = 3
_SUFFIXES = frozenset({".png", ".jpg", ".jpeg"})
_ENCODINGS = ("utf-8", "latin-1", "cp1252", "shift_jis")  # in which decoders hand on what is no ASCII


@dataclass(frozen=True, slots=True)
class Shot:
    """One frame, as the camera gives it and in grey, and its text as bytes: empty where there is no code."""

    frame: Frame
    grey: Pixels
    texts: frozenset[bytes]


def find_pictures(folder: Path) -> tuple[Path, ...]:
    """Return the pictures of a folder in the order of their names. Raises ValueError when there are none."""
    paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in _SUFFIXES)
    if not paths:
        raise ValueError(f"no .png or .jpg in {folder}")
    return tuple(paths)


def load_shots(paths: tuple[Path, ...]) -> Iterator[Shot]:
    """Load pictures with their texts. Raises ImageRefused, and ValueError for one too small for a code."""
    for number, path in enumerate(paths, start=1):
        beside = path.with_suffix(".txt")
        text = beside.read_text("utf-8-sig").rstrip("\r\n") if beside.exists() else None
        yield make_shot(read_image_file(path), number, text)


def make_shot(pixels: Pixels, number: int, text: str | None) -> Shot:
    """Make a shot of a picture with `text` in it. Raises ValueError for one too small for a code."""
    pixels.flags.writeable = False
    grey = to_grey(pixels)
    if grey is None:
        raise ValueError(f"frame {number} is too small for a code")
    texts = frozenset() if text is None else frozenset(_as_bytes(text))
    return Shot(Frame(pixels, number / FPS, number), grey, texts)


def film_shots(texts: list[str], px_per_module: float, blur_px: float = 0.5) -> tuple[Shot, ...]:
    """Film each text's code, each in another light and from another angle, a few frames of each."""
    shots: list[Shot] = []
    for seed, text in enumerate(texts):
        film = Film(draw_code(text), look(seed, px_per_module, blur_px), FULL_HD, seed)
        shots += [
            make_shot(film.frame(part / _FRAMES_A_SEED), len(shots) + part + 1, text)
            for part in range(_FRAMES_A_SEED)
        ]
    return tuple(shots)


def look(seed: int, px_per_module: float, blur_px: float = 0.5) -> Look:
    """Return how a drawn code is filmed: every seed tilts, turns and lights it differently."""
    return Look(
        scale=px_per_module / _DRAWN_PX,
        tilt_deg=2.0 + 1.5 * seed,
        tilt_axis_deg=45.0 * seed,
        roll_deg=-8.0 + 2.0 * seed,
        light=0.05 * seed,
        blur_px=blur_px,
    )


def draw_code(text: str) -> Pixels:
    """Draw a code of DENSE_VERSION in colour. Raises RuntimeError for a text that needs another version."""
    code = segno.make_qr(text, error="l", mode="alphanumeric", boost_error=False)
    if code.version != DENSE_VERSION:
        raise RuntimeError(f"the benchmark's code is of version {code.version}")
    modules = np.array([list(row) for row in code.matrix], np.uint8)
    white = np.pad(np.where(modules == 1, 0, 255).astype(np.uint8), _QUIET_ZONE, constant_values=255)
    grey = np.kron(white, np.ones((_DRAWN_PX, _DRAWN_PX), np.uint8))
    return np.repeat(grey[:, :, None], 3, axis=2)


def _as_bytes(text: str) -> Iterator[bytes]:
    for encoding in _ENCODINGS:
        try:
            yield text.encode(encoding)
        except UnicodeEncodeError:
            continue
