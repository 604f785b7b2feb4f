"""From a portrait to the few hundred bytes that fit a credential.

Rules kept here: exactly one usable face; the tight upright crop that the kiosk expects; WebP, the only codec
that keeps a face in 700 bytes; and a photo that no longer matches its own source is never issued. What the
face engine measures is left to `kiosk.face`, the byte budget to the writer of the credential.
"""

from __future__ import annotations

import io
from enum import Enum

import numpy as np
from PIL import Image

from issuer.errors import Refused
from kiosk.face.crop import upright_crop
from kiosk.face.faces import FaceEngine
from kiosk.face.match import similarity
from kiosk.face.portrait import read_portrait
from kiosk.face.quality import first_problem, measure_face
from kiosk.model import CheckFailed, FaceLimits, Hint, Photo, PhotoFormat, Pixels

MAX_BYTES = 700
MIN_BYTES = 450
MIN_EYE_DISTANCE_PX = 40.0  # the photo keeps 26 of them; less is guessed, not seen
_HEIGHTS = (80, 72, 64)
_BEST_QUALITY = 95


class PhotoProblem(Enum):
    """Why a portrait cannot become a credential's photo."""

    NO_FACE = "NO_FACE"
    SEVERAL_FACES = "SEVERAL_FACES"
    TOO_SMALL = "TOO_SMALL"
    CUT_OFF = "CUT_OFF"
    TURNED = "TURNED"
    TOO_DARK = "TOO_DARK"
    TOO_BRIGHT = "TOO_BRIGHT"
    BLURRED = "BLURRED"
    BUDGET_TOO_SMALL = "BUDGET_TOO_SMALL"
    NOT_RECOGNISABLE = "NOT_RECOGNISABLE"


_SENTENCES = {
    PhotoProblem.NO_FACE: "no face was found in the photo",
    PhotoProblem.SEVERAL_FACES: "more than one face was found in the photo",
    PhotoProblem.TOO_SMALL: "the face in the photo is too small",
    PhotoProblem.CUT_OFF: "the face is cut off by the edge of the photo",
    PhotoProblem.TURNED: "the face in the photo does not look straight ahead",
    PhotoProblem.TOO_DARK: "the face in the photo is too dark or too flat",
    PhotoProblem.TOO_BRIGHT: "the face in the photo is too bright",
    PhotoProblem.BLURRED: "the photo is blurred",
    PhotoProblem.BUDGET_TOO_SMALL: "the bytes left in the code are too few for a photo",
    PhotoProblem.NOT_RECOGNISABLE: "the small photo no longer shows the person clearly enough",
}
_BY_HINT = {
    Hint.COME_CLOSER: PhotoProblem.TOO_SMALL,
    Hint.STEP_BACK: PhotoProblem.CUT_OFF,
    Hint.CENTRE_FACE: PhotoProblem.CUT_OFF,
    Hint.FACE_FRONT: PhotoProblem.TURNED,
    Hint.MORE_LIGHT: PhotoProblem.TOO_DARK,
    Hint.LESS_LIGHT: PhotoProblem.TOO_BRIGHT,
    Hint.HOLD_STILL: PhotoProblem.BLURRED,
}


class PhotoRefused(Refused):
    """This portrait cannot become a credential's photo. `problem` says why, the text in one sentence."""

    def __init__(self, problem: PhotoProblem) -> None:
        super().__init__(_SENTENCES[problem])
        self.problem = problem


def make_photo(engine: FaceEngine, pixels: Pixels, budget: int, limits: FaceLimits | None = None) -> bytes:
    """Make the credential's photo from a portrait (BGR): a tight WebP of at most `budget` bytes.

    Never more than 700 bytes, and refused for a budget under 450: below that people are no longer told
    apart. 80 px high when that fits, else a little smaller.
    Raises PhotoRefused.
    """
    limits = limits or FaceLimits()
    if budget < MIN_BYTES:
        raise PhotoRefused(PhotoProblem.BUDGET_TOO_SMALL)
    faces = engine.find_faces(pixels)
    if len(faces) != 1:
        raise PhotoRefused(PhotoProblem.SEVERAL_FACES if faces else PhotoProblem.NO_FACE)
    hint = first_problem(measure_face(engine, pixels, faces[0]), limits, MIN_EYE_DISTANCE_PX)
    if hint is not None:
        raise PhotoRefused(_BY_HINT[hint])
    source = engine.embed(pixels, faces[0])
    for height in _HEIGHTS:
        content = _fit(upright_crop(pixels, faces[0], height), min(budget, MAX_BYTES))
        if content is None:
            continue
        try:
            portrait = read_portrait(engine, Photo(content, PhotoFormat.WEBP))
        except CheckFailed:
            continue
        if similarity(source, portrait.embedding) >= limits.accept:
            return content
    raise PhotoRefused(PhotoProblem.NOT_RECOGNISABLE)


def _fit(crop: Pixels, budget: int) -> bytes | None:
    """Return the WebP of the best quality that fits, None when even the lowest does not."""
    image = Image.fromarray(np.ascontiguousarray(crop[:, :, ::-1]))
    best, low, high = None, 0, _BEST_QUALITY
    while low <= high:
        quality = (low + high) // 2
        content = _webp(image, quality)
        if len(content) <= budget:
            best, low = content, quality + 1
        else:
            high = quality - 1
    return best


def _webp(image: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    image.save(out, "WEBP", quality=quality, method=6)
    return out.getvalue()
