"""What stands before the camera, filmed once for all journeys, and a reader that looks at each picture once.

The reader is the kiosk's own, as is the engine of `tests.face.remembering`; they only remember what they said
of a picture, for the same few pictures serve hundreds of journeys.
"""

from __future__ import annotations

import weakref
from functools import lru_cache

import cv2
import numpy as np

from kiosk.camera.film import Film
from kiosk.camera.phone import PHONE_LOOK, draw_phone
from kiosk.camera.qr import QrReader
from tests.camera.makers import a_code
from tests.face.cloths import veiled
from tests.face.makers import ASTRONAUT, OFFICER, empty_film, person_film, picture_of
from tests.face.remembering import an_engine

_MASK = 2
_VARIANTS = 5  # photographs of one scene: more than the policy counts, and never two equal ones in a row
EYES_PX = 170  # arm's length: nearer than a photo beside the code could be


class Scene:
    """One thing before the camera."""

    def __init__(self, film, variants=_VARIANTS):
        self._pictures = [_owned(film.frame(number / variants)) for number in range(variants)]
        self._next = 0

    def rewind(self):
        self._next = 0

    def picture(self):
        self._next += 1
        return self._pictures[self._next % len(self._pictures)]


def _owned(pixels):
    pixels.flags.writeable = False
    return pixels


@lru_cache
def holder():
    return Scene(person_film(ASTRONAUT, EYES_PX))


@lru_cache
def veiled_holder():
    return Scene(person_film(ASTRONAUT, EYES_PX, picture=veiled(an_engine(), ASTRONAUT)))


@lru_cache
def impostor():
    return Scene(person_film(OFFICER, EYES_PX))


@lru_cache
def nobody():
    return Scene(empty_film(), 2)


@lru_cache(64)
def phone(text, *, with_photo=False):
    """A phone that shows `text`, as a credential's code if it can be one."""
    photo = picture_of(ASTRONAUT)[0:256, 96:352] if with_photo else None
    return Scene(Film(draw_phone(_code(text), photo), PHONE_LOOK), 2)


def rewind():
    """Let the people of all journeys begin with the same picture again."""
    for scene in (holder(), impostor(), nobody()):
        scene.rewind()


def covered_phone(text):
    """The same phone with a thumb over its code: in sight, but it cannot be read."""
    shown = Film(draw_phone(_code(text)), PHONE_LOOK).frame()
    height, width = shown.shape[:2]
    cv2.circle(shown, (width // 2, height // 2), height // 7, (120, 150, 190), -1)
    return Still(shown)


class Still:
    """One single picture, again and again."""

    def __init__(self, pixels):
        self._pixels = _owned(np.ascontiguousarray(pixels))

    def picture(self):
        return self._pixels


def _code(text):
    """The code of a text; to weigh all eight masks, as a phone does, takes most of the time."""
    try:
        return a_code(text, px=6, mode="alphanumeric", mask=_MASK)
    except ValueError:  # not alphanumeric: a link
        return a_code(text)


class RememberingReader:
    """The kiosk's decoders; what they saw of a picture they do not look for again while it is there."""

    def __init__(self):
        self._reader = QrReader()
        self._seen = {}

    def read(self, picture):
        key = id(picture.pixels)
        if key not in self._seen:
            self._seen[key] = self._reader.read(picture)
            weakref.finalize(picture.pixels, self._seen.pop, key, None).atexit = False
        return self._seen[key]
