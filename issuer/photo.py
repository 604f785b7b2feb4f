"""The photo of a credential as the issuer makes it: within what the code leaves, and refused in a sentence.

Rules kept here: never more than 700 bytes, and none below 450, where people are no longer told apart. The
picture itself is written by `kiosk.face.photo`.
"""

from __future__ import annotations

from issuer.errors import Refused
from kiosk.face.faces import FaceEngine
from kiosk.face.photo import PHOTO_LIMITS, PhotoProblem, PhotoUnfit, write_photo
from kiosk.model import FaceLimits, Pixels

MAX_BYTES = 700
MIN_BYTES = 450

_SENTENCES = {
    PhotoProblem.NO_FACE: "no face was found in the photo",
    PhotoProblem.SEVERAL_FACES: "more than one face was found in the photo",
    PhotoProblem.TOO_SMALL: "the face in the photo is too small",
    PhotoProblem.CUT_OFF: "the face is cut off by the edge of the photo",
    PhotoProblem.TURNED: "the face in the photo does not look straight ahead",
    PhotoProblem.TOO_DARK: "the face in the photo is too dark or too flat",
    PhotoProblem.TOO_BRIGHT: "the face in the photo is too bright",
    PhotoProblem.UNEVEN_LIGHT: "one side of the face in the photo is far darker than the other",
    PhotoProblem.BLURRED: "the photo is blurred",
    PhotoProblem.COVERED: "the face in the photo is partly covered",
    PhotoProblem.EYES_CLOSED: "the eyes in the photo are closed",
    PhotoProblem.COLOUR_CAST: "the light in the photo is strongly coloured",
    PhotoProblem.BUDGET_TOO_SMALL: "the bytes left in the code are too few for a photo",
    PhotoProblem.NOT_RECOGNISABLE: "the small photo no longer shows the person clearly enough",
}


class PhotoRefused(Refused):
    """This portrait cannot become a credential's photo. `problem` says why, the text in one sentence."""

    def __init__(self, problem: PhotoProblem) -> None:
        super().__init__(_SENTENCES[problem])
        self.problem = problem


def make_photo(engine: FaceEngine, pixels: Pixels, budget: int, limits: FaceLimits = PHOTO_LIMITS) -> bytes:
    """Make the credential's photo from a portrait (BGR): a tight WebP of at most `budget` bytes.

    Raises PhotoRefused.
    """
    if budget < MIN_BYTES:
        raise PhotoRefused(PhotoProblem.BUDGET_TOO_SMALL)
    try:
        return write_photo(engine, pixels, min(budget, MAX_BYTES), limits)
    except PhotoUnfit as err:
        raise PhotoRefused(err.problem) from err
