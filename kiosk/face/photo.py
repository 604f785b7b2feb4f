"""The writer of a credential's photo: from a portrait to the few hundred bytes that keep a face.

Rules kept here: exactly one usable face; the tight upright crop that the reader expects; WebP, the only codec
that keeps a face in 700 bytes; and a photo that no longer matches its own source is never written. How many
bytes a credential may give to it is left to the issuer, the evaluation measures other sizes too.
"""

from __future__ import annotations

import io
import math
from enum import Enum

import numpy as np
from PIL import Image

from kiosk.face.colour import colour_cast
from kiosk.face.crop import upright_crop
from kiosk.face.faces import Embedding, Face, FaceEngine
from kiosk.face.portrait import read_portrait
from kiosk.face.quality import first_problem, measure_face
from kiosk.model import CheckFailed, FaceLimits, Hint, Photo, PhotoFormat, Pixels

MIN_EYE_DISTANCE_PX = 40.0  # the photo keeps 26 of them; less is guessed, not seen
# A photo for years must look straight ahead in even light, where a live face may turn a little. Measured on
# 53 people: eyes open 0.25 and more, half shut by a smile 0.17; pictures warped by 30 degrees read 14 to 21.
PHOTO_LIMITS = FaceLimits(
    max_yaw_deg=13.0, max_pitch_deg=25.0, min_eye_openness=0.18, min_light_ratio=0.4, min_sharpness_var=2.0
)
# Measured on 53 people: 0 in white light, at most 14 under a lamp's mild tint, 7 for a black and white photo.
MAX_COLOUR_CAST = 25.0
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
    UNEVEN_LIGHT = "UNEVEN_LIGHT"
    BLURRED = "BLURRED"
    COVERED = "COVERED"
    EYES_CLOSED = "EYES_CLOSED"
    COLOUR_CAST = "COLOUR_CAST"
    BUDGET_TOO_SMALL = "BUDGET_TOO_SMALL"
    NOT_RECOGNISABLE = "NOT_RECOGNISABLE"


_BY_HINT = {
    Hint.COME_CLOSER: PhotoProblem.TOO_SMALL,
    Hint.STEP_BACK: PhotoProblem.CUT_OFF,
    Hint.CENTRE_FACE: PhotoProblem.CUT_OFF,
    Hint.FACE_FRONT: PhotoProblem.TURNED,
    Hint.MORE_LIGHT: PhotoProblem.TOO_DARK,
    Hint.LESS_LIGHT: PhotoProblem.TOO_BRIGHT,
    Hint.EVEN_LIGHT: PhotoProblem.UNEVEN_LIGHT,
    Hint.STAND_STILL: PhotoProblem.BLURRED,
    Hint.UNCOVER_FACE: PhotoProblem.COVERED,
    Hint.OPEN_EYES: PhotoProblem.EYES_CLOSED,
}


class PhotoUnfit(ValueError):
    """This portrait cannot become a credential's photo; `problem` says why."""

    def __init__(self, problem: PhotoProblem) -> None:
        super().__init__(problem.value)
        self.problem = problem


def write_photo(
    engine: FaceEngine, pixels: Pixels, max_bytes: int, limits: FaceLimits = PHOTO_LIMITS
) -> bytes:
    """Make the photo from a portrait (BGR): a tight WebP of at most `max_bytes`.

    80 px high when that fits and matches its source, else a little smaller.
    Raises PhotoUnfit.
    """
    faces = engine.find_faces(pixels)
    if len(faces) != 1:
        raise PhotoUnfit(PhotoProblem.SEVERAL_FACES if faces else PhotoProblem.NO_FACE)
    face = faces[0]
    _refuse_unfit(engine, pixels, face, limits)
    source = engine.embed(pixels, face)
    for height in _HEIGHTS:
        content = _fit(upright_crop(pixels, face, height), max_bytes)
        if content is not None and _likeness(engine, source, content) >= limits.accept:
            return content
    raise PhotoUnfit(PhotoProblem.NOT_RECOGNISABLE)


def _refuse_unfit(engine: FaceEngine, pixels: Pixels, face: Face, limits: FaceLimits) -> None:
    hint = first_problem(measure_face(engine, pixels, face), limits, MIN_EYE_DISTANCE_PX)
    if hint is not None:
        raise PhotoUnfit(_BY_HINT[hint])
    if colour_cast(engine.align(pixels, face)) > MAX_COLOUR_CAST:
        raise PhotoUnfit(PhotoProblem.COLOUR_CAST)


def _likeness(engine: FaceEngine, source: Embedding, content: bytes) -> float:
    """Return how alike the packed photo is to its source, as the kiosk will read it."""
    try:
        portrait = read_portrait(engine, Photo(content, PhotoFormat.WEBP))
    except CheckFailed:
        return -math.inf
    return engine.similarity(source, portrait.embedding)


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
