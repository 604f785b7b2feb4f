"""How long a visitor waits: from the first readable frame of a code that is brought near, to its text.

The frames come at the camera's pace on a clock that is only counted; how long the reader is busy is measured,
and what came meanwhile is passed over for the newest, as in the kiosk.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

from kiosk.bench.shots import FPS, Shot, draw_code, look, make_shot
from kiosk.camera.film import FULL_HD, Film
from kiosk.camera.qr import QrReader

_STEPS = 12  # frames in which the phone comes near
_FAR, _NEAR = 1.7, 2.8  # pixels a module
_BLURRED, _SHARP = 1.6, 0.5  # pixels


def measure_arrivals(texts: list[str]) -> Iterator[float]:
    """Yield for each text's code the seconds from its first readable frame to its text."""
    for seed, text in enumerate(texts):
        waited = wait_for(tuple(_come_near(text, seed)))
        if waited is not None:
            yield waited


def wait_for(shots: tuple[Shot, ...]) -> float | None:
    """Return the seconds between the first frame that reads by itself and the text; None without either."""
    alone = QrReader()
    first = next((shot.frame.taken_at for shot in shots if _reads(alone, shot)), None)
    reader, free_at = QrReader(), 0.0
    for shot, after in zip(shots, (*shots[1:], None), strict=True):
        if after is not None and after.frame.taken_at <= free_at:
            continue  # a newer one is there already
        began = time.perf_counter()
        seen = reader.read(shot.frame)
        free_at = max(free_at, shot.frame.taken_at) + time.perf_counter() - began
        if seen is not None and seen.text is not None and first is not None:
            return max(0.0, free_at - first)
    return None


def _reads(reader: QrReader, shot: Shot) -> bool:
    seen = reader.read(shot.frame.pixels)
    return seen is not None and seen.text is not None


def _come_near(text: str, seed: int) -> Iterator[Shot]:
    drawn = draw_code(text)
    for step in range(_STEPS):
        part = step / (_STEPS - 1)
        px, blur = _FAR + (_NEAR - _FAR) * part, _BLURRED + (_SHARP - _BLURRED) * part
        film = Film(drawn, look(seed % 8, px, blur), FULL_HD, seed)
        yield make_shot(film.frame(step / _STEPS), int(FPS) + step, text)
