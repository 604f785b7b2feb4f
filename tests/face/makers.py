"""People and phones before a simulated camera, for the tests of the face package."""

import importlib.util
from copy import copy
from functools import lru_cache
from itertools import count
from pathlib import Path

import cv2
import numpy as np

from issuer.photo import make_photo
from kiosk.camera.film import Film, Look
from kiosk.camera.phone import draw_phone
from kiosk.face.crop import upright_crop
from kiosk.face.portrait import read_portrait
from kiosk.imaging import read_image_file
from kiosk.model import Box, CodeSighting, Frame, Photo, PhotoFormat
from tests.camera.makers import a_code, a_text

ASTRONAUT = ("skimage", "data/astronaut.png")
OFFICER = ("matplotlib", "mpl-data/sample_data/grace_hopper.jpg")
_MOST_KEPT = 60  # photographs: 160 MB
_KEPT = {}


@lru_cache
def picture_of(person):
    package, path = person
    return read_image_file(Path(importlib.util.find_spec(package).submodule_search_locations[0]) / path)


def a_photo(engine, person, budget=700):
    return Photo(make_photo(engine, picture_of(person), budget), PhotoFormat.WEBP)


def a_portrait(engine, person):
    return read_portrait(engine, a_photo(engine, person))


class KeptFilm:
    """A film whose photographs are taken once: the same calls give the same pictures, in whichever test."""

    def __init__(self, film, seed, name):
        self._film, self._name, self._phases, self._taken = copy(film), name, (), 0
        self._film._rng = np.random.default_rng(seed)

    def frame(self, phase=0.0):
        self._phases += (phase,)
        key = self._name, self._phases
        if key not in _KEPT:
            while self._taken < len(self._phases):
                picture = self._film.frame(self._phases[self._taken])
                self._taken += 1
            picture.flags.writeable = False
            _KEPT[key] = picture
            if len(_KEPT) > _MOST_KEPT:
                del _KEPT[next(iter(_KEPT))]
        return _KEPT[key]


def person_film(person, eyes_px=95, seed=1, picture=None, **look):
    """The person in the room: the portrait without its own border, of which a rectangle would be seen.

    `picture` is the portrait with something done to it.
    """
    if picture is not None:
        return _person_film(person, eyes_px, seed, picture, **look)
    film = _kept_person_film(person, eyes_px, seed, **look)
    return KeptFilm(film, seed, (person, eyes_px, seed, *sorted(look.items())))


def _person_film(person, eyes_px, seed, picture, **look):
    at_scale_1 = {ASTRONAUT: 43, OFFICER: 80}[person]
    middle = {ASTRONAUT: (0.44, 0.25), OFFICER: (0.52, 0.40)}[person]
    look = {"tilt_deg": 0, "focus": middle, "soft_edge": 0.02} | look
    return Film(picture, Look(scale=eyes_px / at_scale_1, **look), seed=seed)


@lru_cache(8)
def _kept_person_film(person, eyes_px, seed, **look):
    return _person_film(person, eyes_px, seed, picture_of(person), **look)


def phone_film(engine, person, eyes_px=75, seed=1, *, code_hidden=False):
    """A phone held up with the person's photo and the code; a thumb or a white note may hide the code."""
    phone, shown = _phone(engine, person, code_hidden=code_hidden)
    x, y = shown.landmarks[2]
    focus = (x / phone.shape[1], y / phone.shape[0])
    look = Look(scale=eyes_px / shown.eye_distance_px, focus=focus, centre=(0.4, 0.4), tilt_deg=3)
    return Film(phone, look, seed=seed)


@lru_cache
def _phone(engine, person, *, code_hidden):
    """The phone's front, and the face on it."""
    face = engine.find_faces(picture_of(person))[0]
    phone = draw_phone(a_code(a_text(600)), upright_crop(picture_of(person), face, 400))
    if code_hidden:
        height, width = phone.shape[:2]
        cv2.rectangle(phone, (30, int(height * 0.275)), (width - 30, height - 60), (250, 250, 250), -1)
    return phone, engine.find_faces(phone)[0]


def empty_film(seed=1):
    return KeptFilm(_kept_empty_film(seed), seed, ("nobody", seed))


@lru_cache
def _kept_empty_film(seed):
    return Film(None, Look(), seed=seed)


def side_by_side(film, other):
    left, right = film.frame(), other.frame()
    return np.hstack((left[:, 320:960], right[:, 320:960]))


def frames(film, start, seconds, step=0.2):
    """Frames of `film` as a camera takes them, from `start` on the camera's clock."""
    for number in range(round(seconds / step)):
        yield a_frame(film.frame(number / 10), start + number * step)


_NUMBERS = count(1)


def a_frame(pixels, taken_at):
    pixels = np.ascontiguousarray(pixels)
    pixels.flags.writeable = False
    return Frame(pixels, taken_at, next(_NUMBERS))


def a_sighting(left=400, top=200, side=300):
    return CodeSighting("a text", Box(left, top, side, side))


def watch(comparison, pictures, code=None):
    """Show the frames until there is a result; the last progress, and every hint on the way."""
    progress, hints = None, []
    for frame in pictures:
        progress = comparison.observe(frame, code)
        hints.append(progress.hint)
        if progress.result is not None:
            break
    return progress, hints
