"""A little play in front of the simulated camera: a phone, a face, an empty room, one shot after another.

Groups of shots end with a shot that is held until `release`, so that the next visitor only comes when the
kiosk has shown its result. The picture of a shot is asked for when its turn comes, in the background, so a
live code is fresh; the shot before goes on meanwhile.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from enum import Enum

import numpy as np

from kiosk.camera.film import HD, Film, Look, Size
from kiosk.camera.source import Clock, Pace, Sleep
from kiosk.model import Pixels

_FPS = 15.0
_VARIANTS = 8  # photographs of a shot that are taken and then shown in turn


class ShotKind(Enum):
    """What stands before the camera."""

    PHONE = "phone"
    FACE = "face"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class Shot:
    """One thing held before the camera for `seconds`, or until `release` if `held`.

    `picture` gives what is filmed (BGR); it may take a second and is called on another thread, once each
    time the shot's turn comes. None: the room alone. `caption` tells the operator what is played.
    """

    kind: ShotKind
    seconds: float
    caption: str
    picture: Callable[[], Pixels] | None = None
    look: Look = field(default_factory=Look)
    held: bool = False


class SceneSource:
    """Plays `shots` as a camera of `size`; after the last it starts again if `loop`, else stays on it.

    `open`, `read` and `close` belong to the capture thread; the rest may be used from any thread.
    """

    def __init__(
        self,
        shots: Sequence[Shot],
        *,
        loop: bool = False,
        size: Size = HD,
        clock: Clock = time.monotonic,
        sleep: Sleep = time.sleep,
        background: Executor | None = None,
    ) -> None:
        if not shots:
            raise ValueError("a scene needs at least one shot")
        self.name = "demo scene"
        self.simulated = True
        self._shots = tuple(shots)
        self._loop = loop
        self._size = size
        self._clock = clock
        self._pace = Pace(_FPS, clock, sleep)
        self._background = background
        self._own_background: ThreadPoolExecutor | None = None
        self._released = threading.Event()
        self._finished = threading.Event()
        self._index = 0
        self._ends_at = 0.0
        self._film: Film | None = None
        self._variants: list[Pixels] = []
        self._coming: tuple[int, Future[Film]] | None = None
        self._skipping = False
        self._shown = 0

    @property
    def current_caption(self) -> str:
        """The caption of the shot being played."""
        return self._shots[self._index].caption

    @property
    def current_shot(self) -> int:
        """The index of the shot being played."""
        return self._index

    @property
    def finished(self) -> bool:
        """True once the last shot is over; a looping scene never finishes."""
        return self._finished.is_set()

    def release(self) -> None:
        """Let the play go on behind the next held shot, skipping what is left of its group."""
        self._released.set()

    def open(self) -> None:
        """Begin, or begin the shot again that was being played when the source was closed."""
        self.close()
        self._begin(self._index, self._make_film(self._index))

    def read(self) -> Pixels | None:
        """Wait for the next picture; never equal to the one before. None when not open."""
        if self._film is None:
            return None
        self._advance()
        film = self._film
        if len(self._variants) < _VARIANTS:
            self._variants.append(film.frame(len(self._variants) / _VARIANTS))
        picture = self._variants[self._shown % len(self._variants)]
        self._shown += 1
        self._pace.wait()
        # A step aside in every round: two equal pictures in a row are impossible, three rounds differ too.
        return np.roll(picture, self._shown % 3 - 1, axis=1)

    def close(self) -> None:
        """Stop; the pictures taken are forgotten."""
        self._film = None
        self._variants = []
        self._coming = None
        if self._own_background is not None:
            self._own_background.shutdown(wait=False, cancel_futures=True)
            self._own_background = None

    def _advance(self) -> None:
        """Go to the next shot when this one is over and the next one's picture is there."""
        if self._coming is None:
            following = self._following()
            if following is None:
                return
            self._coming = following, self._executor().submit(self._make_film, following)
        index, film = self._coming
        if film.done():
            self._coming = None
            self._begin(index, film.result())

    def _executor(self) -> Executor:
        if self._background is not None:
            return self._background
        if self._own_background is None:
            self._own_background = ThreadPoolExecutor(1, "scene")
        return self._own_background

    def _following(self) -> int | None:
        """Return which shot's turn it is now, None while the present one goes on."""
        if self.finished:
            return None
        following = self._index + 1
        self._skipping = self._released.is_set()
        if self._skipping:
            following = self._behind_the_group()
        elif self._shots[self._index].held or self._clock() < self._ends_at:
            return None
        if following < len(self._shots):
            return following
        if self._loop:
            return 0
        self._finished.set()
        return None

    def _behind_the_group(self) -> int:
        for index in range(self._index, len(self._shots)):
            if self._shots[index].held:
                return index + 1
        return len(self._shots)

    def _make_film(self, index: int) -> Film:
        shot = self._shots[index]
        picture = None if shot.picture is None else shot.picture()
        return Film(picture, shot.look, self._size, seed=index)

    def _begin(self, index: int, film: Film) -> None:
        if self._skipping:  # whatever was released until now was the group that is over
            self._released.clear()
            self._skipping = False
        self._index = index
        self._film = film
        self._variants = []
        self._shown = 0
        self._ends_at = self._clock() + self._shots[index].seconds
