"""The credential's photo, decoded and described: the one face that the person present must match.

Rules kept here: the photo is bounded before it is decoded; exactly one face, found by the detector and
never assumed from where a face should be, so that a photo of something else is never compared.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from kiosk.face.faces import Embedding, Face, FaceEngine, main_faces
from kiosk.imaging import CREDENTIAL_LIMITS, ImageRefused, decode_image
from kiosk.model import CheckFailed, Photo, Pixels, Reason

# A tight photo leaves the detector no surroundings to recognise a face by: it is enlarged and framed, by
# these shares of its side in turn. A larger photo is first taken as it is.
_LARGE_SIDE = 200
_FRAMED_SIDE = 336
_FRAMES = (1 / 6, 1 / 2)


@dataclass(frozen=True, slots=True)
class Portrait:
    """The credential's photo as decoded (BGR), and what the matcher makes of its one face."""

    pixels: Pixels
    embedding: Embedding


def read_portrait(engine: FaceEngine, photo: Photo) -> Portrait:
    """Decode the credential's photo and describe its face; the bytes decide the format, not the label.

    Raises CheckFailed: PHOTO_UNUSABLE for what is no image, too large, or without exactly one face.
    """
    try:
        pixels = decode_image(photo.content, CREDENTIAL_LIMITS)
    except ImageRefused as err:
        raise CheckFailed(Reason.PHOTO_UNUSABLE, str(err)) from err
    view, faces = find_closely(engine, pixels)
    if len(faces) != 1:
        raise CheckFailed(Reason.PHOTO_UNUSABLE, f"{len(faces)} faces in the photo")
    return Portrait(pixels, engine.embed(view, faces[0]))


def find_closely(engine: FaceEngine, pixels: Pixels) -> tuple[Pixels, tuple[Face, ...]]:
    """Find the faces in front of a photo that may be cut as tightly as a credential's.

    Returns the view in which they were found (enlarged and framed, or the photo itself), and the faces in
    its pixels.
    """
    if max(pixels.shape[:2]) >= _LARGE_SIDE:
        faces = main_faces(engine.find_faces(pixels))
        if faces:
            return pixels, faces
    for frame in _FRAMES:
        view = _framed(pixels, frame)
        faces = main_faces(engine.find_faces(view))
        if faces:
            return view, faces
    return pixels, ()


def _framed(pixels: Pixels, frame: float) -> Pixels:
    height, width = pixels.shape[:2]
    scale = _FRAMED_SIDE / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    how = cv2.INTER_AREA if scale < 1.0 else cv2.INTER_CUBIC
    scaled = cv2.resize(pixels, size, interpolation=how)
    border = round(_FRAMED_SIDE * frame)
    framed = cv2.copyMakeBorder(scaled, border, border, border, border, cv2.BORDER_REPLICATE)
    return np.asarray(framed, dtype=np.uint8)
