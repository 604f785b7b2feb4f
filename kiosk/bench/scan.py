"""From a 1080p frame with a dense live code to the verified credential, against bare zxing-cpp.

The frames are filmed by the simulated camera of `kiosk.camera.film`: a model of optics, good for comparing
two readers on the same picture, no evidence about a lens. `measure_folder` takes recorded frames instead:
`NAME.png|jpg` beside `NAME.txt` with the exact text; a picture without text holds no code.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
import segno
import zxingcpp

from kiosk.bench.rows import Row
from kiosk.bench.timing import Effort, Times, in_turn, quiet
from kiosk.bench.tokens import ED25519, Signer, make_live
from kiosk.bench.trustset import CHECKPOINT, make_clock, make_trust
from kiosk.camera.decoders import to_grey
from kiosk.camera.film import FULL_HD, Film, Look
from kiosk.camera.qr import QrReader
from kiosk.imaging import read_image_file
from kiosk.model import Frame, Pixels, Presentation, Source
from kiosk.verify.pipeline import verify_credential

AREA = "scan"
DENSE_VERSION = 25
_PX_PER_MODULE, _FAR_PX_PER_MODULE = 3.0, 2.25
_DRAWN_PX = 8  # pixels a module in the flat picture that is filmed
_QUIET_ZONE = 4
_FRAMES_A_SEED = 3
_FPS = 15.0
_SUFFIXES = frozenset({".png", ".jpg", ".jpeg"})
_MS, _PERCENT = 1e3, 100.0
_COLOUR, _GREY = "zxing-cpp, colour frame", "zxing-cpp, grey frame"


@dataclass(frozen=True, slots=True)
class Shot:
    """One frame, as the camera gives it and in grey, and the text in it; None where there is no code."""

    frame: Frame
    grey: Pixels
    text: bytes | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one contestant did over all frames: its times, and how many frames it answered rightly."""

    times: Times
    rate: float


Read = Callable[[Shot], bytes | None]
"""Returns the text read in a frame."""


def measure(effort: Effort, now: datetime) -> tuple[Row, ...]:
    """Measure simulated frames at an ordinary and at a great distance."""
    issuer = Signer(ED25519)
    verify = _verifier(issuer, now)
    near = race_over(_film(issuer, now, effort, _PX_PER_MODULE), effort.passes, verify)
    far = race_over(_film(issuer, now, effort, _FAR_PX_PER_MODULE), 1, verify)
    name = "1080p frame, v25 code at 3 px a module, to credential"
    return (*_time_rows(name, near), *_rate_rows("v25 code at 3 px a module", near),
            *_rate_rows("v25 code at 2.25 px a module", far))  # fmt: skip


def measure_folder(folder: Path, effort: Effort, now: datetime) -> tuple[Row, ...]:
    """Measure the recorded frames in `folder`. Raises ValueError when there are none."""
    shots = load_shots(folder)
    if not shots:
        raise ValueError(f"no .png or .jpg in {folder}")
    results = race_over(shots, effort.passes, _verifier(Signer(ED25519), now))
    name = "recorded frames"
    return (*_time_rows(f"{name}, to verdict", results), *_rate_rows(name, results))


def load_shots(folder: Path) -> tuple[Shot, ...]:
    """Load the frames of a folder in the order of their names. Raises ImageRefused."""
    paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in _SUFFIXES)
    return tuple(_load_shot(path, number) for number, path in enumerate(paths, start=1))


def _load_shot(path: Path, number: int) -> Shot:
    beside = path.with_suffix(".txt")
    text = beside.read_bytes().rstrip(b"\r\n") if beside.exists() else None
    return _shot(read_image_file(path), number, text)


def _shot(pixels: Pixels, number: int, text: bytes | None) -> Shot:
    pixels.flags.writeable = False
    grey = to_grey(pixels)
    if grey is None:
        raise ValueError(f"frame {number} is too small for a code")
    return Shot(Frame(pixels, number / _FPS, number), grey, text)


def _film(issuer: Signer, now: datetime, effort: Effort, px_per_module: float) -> tuple[Shot, ...]:
    """Film a live code of its own for each seed, each in another light and from another angle."""
    shots: list[Shot] = []
    for seed in range(effort.seeds):
        text = make_live(issuer, now).text
        look = Look(
            scale=px_per_module / _DRAWN_PX,
            tilt_deg=2.0 + 1.5 * seed,
            tilt_axis_deg=45.0 * seed,
            roll_deg=-8.0 + 2.0 * seed,
            light=0.05 * seed,
        )
        film = Film(_draw(text), look, FULL_HD, seed)
        shots += [
            _shot(film.frame(part / _FRAMES_A_SEED), len(shots) + part + 1, text.encode("ascii"))
            for part in range(_FRAMES_A_SEED)
        ]
    return tuple(shots)


def _draw(text: str) -> Pixels:
    code = segno.make_qr(text, error="l", mode="alphanumeric", boost_error=False)
    if code.version != DENSE_VERSION:
        raise RuntimeError(f"the benchmark's code is of version {code.version}")
    modules = np.array([list(row) for row in code.matrix], np.uint8)
    white = np.pad(np.where(modules == 1, 0, 255).astype(np.uint8), _QUIET_ZONE, constant_values=255)
    grey = np.kron(white, np.ones((_DRAWN_PX, _DRAWN_PX), np.uint8))
    return np.repeat(grey[:, :, None], 3, axis=2)


def _verifier(issuer: Signer, now: datetime) -> Callable[[str], bool]:
    trust, clock = make_trust(issuer, now), make_clock(now)

    def verify(text: str) -> bool:
        presentation = Presentation(text, Source.CAMERA)
        examined = verify_credential(presentation, trust, CHECKPOINT, clock, time.perf_counter)
        return examined.credential is not None

    return verify


def race_over(shots: Sequence[Shot], passes: int, verify: Callable[[str], bool]) -> dict[str, Outcome]:
    """Let ours and zxing-cpp read every frame in turn, `passes` times after one to warm up.

    A frame with a text is answered rightly by exactly that text, one without by none.
    """
    reader = QrReader()
    formats = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)

    def ours(shot: Shot) -> bytes | None:
        code = reader.read(shot.frame)
        if code is None or code.text is None:
            return None
        verify(code.text)
        return code.text.encode("latin-1")

    contestants: dict[str, Read] = {
        "ours": ours,
        _COLOUR: lambda shot: _first_valid(zxingcpp.read_barcodes(shot.frame.pixels, formats=formats)),
        _GREY: lambda shot: _first_valid(zxingcpp.read_barcodes(shot.grey, formats=formats)),
    }
    return dict(_race(contestants, shots, passes))


def _race(contestants: dict[str, Read], shots: Sequence[Shot], passes: int) -> Iterator[tuple[str, Outcome]]:
    seconds: dict[str, list[float]] = {name: [] for name in contestants}
    right = dict.fromkeys(contestants, 0)
    for number, (turn, shot) in enumerate(itertools.product(range(passes + 1), shots)):
        with quiet():
            for name in in_turn(tuple(contestants), number):
                began = time.perf_counter()
                text = contestants[name](shot)
                taken = time.perf_counter() - began
                if turn:
                    seconds[name].append(taken)
                    right[name] += text == shot.text
    for name, taken_all in seconds.items():
        yield name, Outcome(Times(tuple(taken_all)), right[name] / len(taken_all))


def _first_valid(codes: Sequence[zxingcpp.Barcode]) -> bytes | None:
    return next((bytes(code.bytes) for code in codes if code.valid), None)


def _time_rows(name: str, results: dict[str, Outcome]) -> Iterator[Row]:
    ours = results["ours"].times
    for peer in (_COLOUR, _GREY):
        yield Row(AREA, name, ours.median * _MS, "ms", peer, results[peer].times.median * _MS,
                  "goal 1.5" if peer is _COLOUR else "")  # fmt: skip
    yield Row(
        AREA, f"{name}, p95", ours.p95 * _MS, "ms", _COLOUR, results[_COLOUR].times.p95 * _MS, "goal 40 ms"
    )


def _rate_rows(name: str, results: dict[str, Outcome]) -> Iterator[Row]:
    frames = len(results["ours"].times.samples)
    yield Row(AREA, f"{name}, read", results["ours"].rate * _PERCENT, "%", _GREY,
              results[_GREY].rate * _PERCENT, f"{frames} readings")  # fmt: skip
