"""Labelled clips of liveness tries: `bona_fide/` and one folder for each kind of attack, with what was asked.

A clip is a video file or a folder of pictures in order of name. Beside it (`NAME.json`, for a folder also
`challenge.json` inside) stands the challenge that was shown while it was taken:
`{"movements": ["TURN_LEFT", "BLINK"], "pauses_s": [0.8, 1.1], "frames_per_second": 10}`.

Rules kept here: any bytes give a clip, or a reason why it cannot be played; no clip is played for ever.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from kiosk.imaging import ImageRefused, read_image_file
from kiosk.model import Movement, Pixels

BONA_FIDE = "bona_fide"
CHALLENGE_FILE = "challenge.json"
MAX_FRAMES = 3000
_VIDEOS = frozenset({".mp4", ".avi", ".mkv", ".mov", ".webm"})
_PICTURES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp"})
_MAX_JSON_BYTES = 65_536
_FRAMES_PER_SECOND = (1.0, 120.0)
_MAX_PAUSE_S = 10.0


class ClipUnusable(ValueError):
    """This clip cannot be played; the text is a word for the reason."""


@dataclass(frozen=True, slots=True)
class Clip:
    """One clip: its kind is the name of its folder, `bona_fide` or the kind of attack."""

    kind: str
    path: Path


@dataclass(frozen=True, slots=True)
class Script:
    """What was asked while the clip was taken, and how fast its pictures follow each other."""

    movements: tuple[Movement, ...]
    pauses_s: tuple[float, ...]
    frames_per_second: float


def find_clips(folder: Path) -> tuple[Clip, ...]:
    """Return every clip in order of kind and name. Raises OSError if the folder cannot be listed."""
    return tuple(
        Clip(kind.name, path)
        for kind in sorted(folder.iterdir())
        if kind.is_dir()
        for path in sorted(kind.iterdir())
        if path.is_dir() or path.suffix.lower() in _VIDEOS
    )


def read_script(clip: Clip) -> Script:
    """Read what was asked. Raises ClipUnusable: NO_CHALLENGE, BAD_CHALLENGE."""
    beside = (
        clip.path.with_suffix(".json")
        if clip.path.is_file()
        else clip.path.with_name(f"{clip.path.name}.json")
    )
    places = (beside, clip.path / CHALLENGE_FILE)
    path = next((place for place in places if place.is_file()), None)
    if path is None:
        raise ClipUnusable("NO_CHALLENGE")
    try:
        with path.open("rb") as file:
            return parse_script(file.read(_MAX_JSON_BYTES))
    except OSError as err:
        raise ClipUnusable("NO_CHALLENGE") from err


def parse_script(content: bytes) -> Script:
    """Parse the challenge of a clip. Raises ClipUnusable: BAD_CHALLENGE."""
    try:
        table = json.loads(content)
        movements = tuple(Movement(word) for word in table["movements"])
        pauses_s = tuple(float(value) for value in table["pauses_s"])
        speed = float(table["frames_per_second"])
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError) as err:
        raise ClipUnusable("BAD_CHALLENGE") from err
    slow, fast = _FRAMES_PER_SECOND
    fits = 0 < len(movements) == len(set(movements)) == len(pauses_s) and slow <= speed <= fast
    if not fits or not all(math.isfinite(pause) and 0 <= pause <= _MAX_PAUSE_S for pause in pauses_s):
        raise ClipUnusable("BAD_CHALLENGE")
    return Script(movements, pauses_s, speed)


def play(clip: Clip) -> Iterator[Pixels]:
    """Yield the pictures of a clip, BGR, at most MAX_FRAMES. Raises ClipUnusable: UNREADABLE."""
    return _pictures(clip.path) if clip.path.is_dir() else _video(clip.path)


def _pictures(folder: Path) -> Iterator[Pixels]:
    try:
        paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in _PICTURES)
    except OSError as err:
        raise ClipUnusable("UNREADABLE") from err
    for path in paths[:MAX_FRAMES]:
        try:
            yield read_image_file(path)
        except ImageRefused as err:
            raise ClipUnusable("UNREADABLE") from err


def _video(path: Path) -> Iterator[Pixels]:
    film = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG)
    try:
        for _ in range(MAX_FRAMES):
            there, pixels = film.read()
            if not there:
                return
            yield np.ascontiguousarray(pixels, dtype=np.uint8)
    except cv2.error as err:
        raise ClipUnusable("UNREADABLE") from err
    finally:
        film.release()


class ScriptedChance:
    """What the kiosk drew while the clip was taken, in place of chance."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self._pauses = iter(script.pauses_s)

    def sample(self, population: Sequence[Movement], k: int) -> list[Movement]:
        """Return the movements of the script; `population` and `k` were the kiosk's then."""
        del population
        return list(self._script.movements[:k])

    def uniform(self, a: float, b: float) -> float:
        """Return the next pause of the script; after the last one the shortest."""
        del b
        return next(self._pauses, a)
