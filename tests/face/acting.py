"""Simulated people before the camera of the liveness tests: portraits warped by their own mesh, nobody alive.

A `Script` says at each moment how the head is; `play` shows it to a check as a camera would, with noise that
differs in every picture.
"""

from functools import lru_cache

import numpy as np

from kiosk.face.liveness import LastSeen, LivenessCheck
from kiosk.face.puppet import Posture, Puppet
from kiosk.model import LivenessLimits, Movement
from tests.face.makers import ASTRONAUT, a_frame, picture_of
from tests.face.remembering import an_engine

STEP_S = 0.125
SMALL, LARGE, ARM = (640, 480), (1280, 720), 150.0  # ARM: eyes in pixels of a person at arm's length
START = 100.0
REACTION_S, RISE_S, STAY_S = 0.3, 0.25, 0.5
AHEAD = Posture()
_MOVES = {
    Movement.TURN_LEFT: lambda share: Posture(yaw_deg=36 * share),
    Movement.TURN_RIGHT: lambda share: Posture(yaw_deg=-36 * share),
    Movement.BLINK: lambda share: Posture(closed=share),
    Movement.COME_CLOSER: lambda share: Posture(nearer=1 + 0.32 * share),
}


@lru_cache
def engine():
    return RememberingEngine()


@lru_cache
def puppet(person=ASTRONAUT, size=SMALL, eyes_px=72.0):
    return Puppet(picture_of(person), an_engine(), size, eyes_px)


_POSED = []


@lru_cache(512)
def _posed(person, posture, size=SMALL, eyes_px=72.0):
    """The number of a posed picture, which also stands in its first pixel."""
    pixels = puppet(person, size, eyes_px).posed(posture)
    pixels[0, 0] = (len(_POSED) % 256, len(_POSED) // 256, 169)
    _POSED.append(pixels)
    return len(_POSED) - 1


class Lens:
    """A camera: no two pictures are equal, the second pixel counts them; `grainy` has a sensor's noise."""

    def __init__(self, *, grainy=False):
        self._rng = np.random.default_rng(1) if grainy else None
        self._count = 0

    def film(self, posture=AHEAD, person=ASTRONAUT, *size):
        pixels = _POSED[_posed(person, posture, *size)].copy()
        self._count += 1
        pixels[0, 1] = (self._count % 256, self._count // 256, id(self) % 256)
        if self._rng is None:
            return pixels
        noisy = pixels.astype(np.int16) + self._rng.normal(0, 2, pixels.shape).astype(np.int16)
        return np.clip(noisy, 0, 255).astype(np.uint8)


class RememberingEngine:
    """The kiosk's engine; what it said of one posed picture it says again, for it sees them often."""

    def __init__(self):
        self._engine = an_engine()
        self._said = {}

    def __getattr__(self, name):
        return getattr(self._engine, name)

    def find_faces(self, pixels):
        return self._say("find_faces", pixels)

    def fit_mesh(self, pixels, face):
        return self._say("fit_mesh", pixels, face)

    def embed(self, pixels, face):
        return self._say("embed", pixels, face)

    def _say(self, what, pixels, *face):
        low, high, mark = (int(value) for value in pixels[0, 0])
        number = low + 256 * high
        if mark != 169 or number >= len(_POSED) or not np.array_equal(pixels[1:], _POSED[number][1:]):
            return getattr(self._engine, what)(pixels, *face)
        key = (what, number, *face)
        if key not in self._said:
            self._said[key] = getattr(self._engine, what)(pixels, *face)
        return self._said[key]


class Chosen:
    """Chance that gives what a test wants: these movements, this pause."""

    def __init__(self, *movements, pause_s=0.6):
        self._movements = list(movements)
        self._pause_s = pause_s

    def sample(self, population, k):
        assert set(self._movements) <= set(population)
        drawn, self._movements = self._movements[:k], [*self._movements[k:], *self._movements[:k]]
        return drawn

    def uniform(self, a, b):
        return min(b, max(a, self._pause_s))


def making(movement, since_s):
    """How the head is `since_s` after a prompt: it reacts, goes, stays, and comes back."""
    going, back = since_s - REACTION_S, since_s - REACTION_S - RISE_S - STAY_S
    share = min(going / RISE_S, 1.0) if back < 0 else 1.0 - back / RISE_S
    return _MOVES[movement](round(4 * max(0.0, share)) / 4)


class Obedient:
    """Does what it is asked; `instead` does something else for a movement."""

    def __init__(self, instead=None):
        self._instead = instead or {}
        self._last, self._asked_at = None, float("-inf")

    def posture(self, now, asked):
        if asked is not None and asked is not self._last:
            self._asked_at, self._last = now, asked
        elif asked is None and now - self._asked_at > REACTION_S + 2 * RISE_S + STAY_S:
            self._last = None
        if self._last is None:
            return AHEAD
        movement = self._instead.get(self._last, self._last)
        return AHEAD if movement is None else making(movement, now - self._asked_at)


class Film:
    """A film of earlier movements, which goes its own way whatever is asked: one after another."""

    def __init__(self, *movements, every_s=2.0):
        self._movements, self._every_s = movements, every_s

    def posture(self, now, asked):
        del asked
        number, since_s = divmod(now - START, self._every_s)
        return making(self._movements[int(number) % len(self._movements)], since_s)


class Still:
    """Somebody, or a picture of somebody, who looks ahead."""

    def posture(self, now, asked):
        del now, asked
        return AHEAD


def a_check(*movements, tries=1, lens=None, code=None, **limits):
    """A check that will ask for `movements` of the person compared just before."""
    lens = lens or Lens()
    return LivenessCheck(
        engine(),
        LivenessLimits(movements=len(movements), tries=tries, **limits),
        Chosen(*movements),
        LastSeen(lens.film(), START, code),
        code_absent_s=0.7,
        min_eye_distance_px=60.0,
    )


def play(check, actor, lens=None, seconds=40.0, picture=None, code=None):
    """Show the actor to the check until it is over; return the last progress and every hint on the way.

    `picture(now, posture)` may give another picture, `code(now)` a code in view.
    """
    lens, hints, asked = lens or Lens(), [], None
    for step in range(1, round(seconds / STEP_S)):
        now = START + step * STEP_S
        posture = actor.posture(now, asked)
        pixels = picture(now, posture) if picture else lens.film(posture)
        progress = check.observe(a_frame(pixels, now), code(now) if code else None)
        asked = progress.movement
        hints.append(progress.hint)
        if progress.result is not None:
            return progress, hints
    raise AssertionError(f"no end, but {progress}")


def refused(result):
    """Return how a liveness result ended, and why."""
    return result.check.outcome, result.check.reason
