"""How long a person stands before the camera: from the first good picture of the face to the decision.

As a kiosk does it, in real time: the picture just taken is judged to its end before the next one is looked
at. The person is the public-domain portrait of the demo, filmed by the simulated camera.
"""

from __future__ import annotations

import time
from dataclasses import replace
from statistics import median

from kiosk.bench.rows import Row
from kiosk.bench.timing import Effort
from kiosk.camera.film import HD, Film, Look
from kiosk.demo.authority import holder_portrait
from kiosk.face.engine import load_engine
from kiosk.face.faces import FaceEngine
from kiosk.face.live import LiveComparison
from kiosk.face.photo import write_photo
from kiosk.face.portrait import Portrait, read_portrait
from kiosk.imaging import read_image_file
from kiosk.model import FaceLimits, Frame, Outcome, Photo, PhotoFormat, Pixels

_LOOK = Look(scale=2.2, focus=(0.44, 0.25), tilt_deg=0, soft_edge=0.02)
_PHOTO_BYTES = 700
_FRAMES = 60
_FRAME_S = 1 / 30  # a camera has no picture sooner


def measure_decision(area: str, effort: Effort) -> tuple[Row, ...]:
    """Measure the seconds from the first good picture to the decision, without movements asked for."""
    portrait = read_image_file(holder_portrait())
    film = Film(portrait, _LOOK, HD, seed=3)
    pictures = [film.frame(number / 10) for number in range(_FRAMES)]
    engine = load_engine()
    holder = read_portrait(engine, Photo(write_photo(engine, portrait, _PHOTO_BYTES), PhotoFormat.WEBP))
    taken = [_decide(engine, holder, pictures) for _ in range(effort.loads)]
    return (Row(area, "face decided after its first good frame", median(taken), "s"),)


def _decide(engine: FaceEngine, holder: Portrait, pictures: list[Pixels]) -> float:
    began = time.perf_counter()
    comparison = LiveComparison(engine, holder, replace(FaceLimits(), code_absent_s=0.0), -1.0)
    first_s: float | None = None
    for number, pixels in enumerate(pictures, start=1):
        time.sleep(max(0.0, number * _FRAME_S - (time.perf_counter() - began)))
        taken_s = time.perf_counter() - began
        progress = comparison.observe(Frame(pixels, taken_s, number), None)
        if first_s is None and progress.hint is None:
            first_s = taken_s
        if progress.result is not None and first_s is not None:
            if progress.result.check.outcome is not Outcome.PASS:
                break
            return time.perf_counter() - began - first_s
    raise RuntimeError("the benchmark's person did not pass")
