"""What stands before the camera, filmed once for all journeys, and real parts that look at each picture once.

The reader and the engine here are the kiosk's own; they only remember what they said of a picture, for the
same few pictures serve hundreds of journeys.
"""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np

from issuer.ledger import Kind
from issuer.present import draw
from kiosk.camera.film import Film
from kiosk.camera.phone import PHONE_LOOK, draw_phone
from kiosk.camera.qr import QrReader
from kiosk.face.engine import load_engine
from tests.camera.makers import a_code
from tests.face.cloths import veiled
from tests.face.makers import ASTRONAUT, OFFICER, empty_film, person_film, picture_of

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
    return Scene(person_film(ASTRONAUT, EYES_PX, picture=veiled(load_engine(), ASTRONAUT)))


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
    try:
        png = draw(text, Kind.PHONE).png
    except ValueError:  # not alphanumeric: a link
        return a_code(text)
    return cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_GRAYSCALE)


class RememberingReader:
    """The kiosk's decoders; what they saw of a picture they do not look for again."""

    def __init__(self):
        self._reader = QrReader()
        self._seen = {}

    def read(self, picture):
        key = id(picture.pixels)
        if key not in self._seen:
            self._seen[key] = (self._reader.read(picture), picture.pixels)
        return self._seen[key][0]


class RememberingEngine:
    """The kiosk's face engine; what it said of a picture it says again."""

    def __init__(self):
        self._engine = load_engine()
        self._said = {}

    @property
    def model_id(self):
        return self._engine.model_id

    @property
    def kind(self):
        return self._engine.kind

    @property
    def continuity(self):
        return self._engine.continuity

    def similarity(self, a, b):
        return self._engine.similarity(a, b)

    def find_faces(self, pixels):
        return self._say("faces", pixels)

    def align(self, pixels, face):
        return self._say("align", pixels, face)

    def fit_mesh(self, pixels, face):
        return self._say("mesh", pixels, face)

    def embed(self, pixels, face):
        return self._say("embed", pixels, face)

    def _say(self, what, pixels, *face):
        key = (what, id(pixels), *face)
        if key not in self._said:
            engine = self._engine
            ask = {"faces": engine.find_faces, "align": engine.align}
            ask |= {"mesh": engine.fit_mesh, "embed": engine.embed}
            self._said[key] = (ask[what](pixels, *face), pixels)  # keeping the pixels keeps the id
        return self._said[key][0]
