"""The identity map: MOSIP Claim 169 v1.2, every key of its table, typed and untrusted.

Rules kept here: all keys are optional, each has one type, unknown keys are ignored. Lenient only where the
standard is two-faced: the photo stands in 16/17 or in 62, which may be a map or a list of maps; two different
numberings name image formats; a date of birth is written YYYYMMDD or YYYY-MM-DD. Decoding the photo is left
to `kiosk.face`, what a purpose may see to `kiosk.examination`.
Source: MOSIP 169 QR Code Specification 1.2.0, section 3.1.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from kiosk.cose.layers import Layer, LayerError
from kiosk.model import Photo, PhotoFormat
from kiosk.view import HolderClass

_ID, _VERSION, _FULL_NAME, _BORN, _GENDER, _NATIONALITY, _GUARDIAN = 1, 2, 4, 8, 9, 13, 15
_PHOTO, _PHOTO_FORMAT, _SECOND_NAME, _LEGAL_STATUS, _FACE = 16, 17, 19, 22, 62
_OCCUPATION, _EMPLOYER, _SPONSOR = 24, 25, 26  # our closed-ecosystem keys
_DATA, _FORMAT, _SUB_FORMAT, _DATA_ISSUER = 0, 1, 2, 3
_IMAGE = 0

_PHOTO_FORMATS = {
    1: PhotoFormat.JPEG,
    2: PhotoFormat.JPEG2000,
    3: PhotoFormat.AVIF,
    4: PhotoFormat.WEBP,
}
_SUB_FORMATS = {
    0: PhotoFormat.PNG,
    1: PhotoFormat.JPEG,
    2: PhotoFormat.JPEG2000,
    3: PhotoFormat.AVIF,
    4: PhotoFormat.WEBP,
}
_CLASSES = {word.value: word for word in HolderClass}


@dataclass(frozen=True, slots=True, repr=False)
class Identity:
    """What a credential says of its holder; untrusted until the signature over it holds.

    `holder_class` is None for a legal status in words of another profile; `photo` also where the only face is
    a template or in a format that nobody shows.
    """

    number: str | None
    copy_version: str | None
    name_latin: str | None
    name_arabic: str | None
    born: date | None
    gender: int | None
    nationality: str | None
    guardian: str | None
    holder_class: HolderClass | None
    occupation: str | None
    employer: str | None
    sponsor_number: str | None
    photo: Photo | None


def parse_identity(fields: object) -> Identity:
    """Read the value of claim 169. Raises LayerError(CLAIM169) naming the key."""
    if not isinstance(fields, dict):
        raise LayerError(Layer.CLAIM169, "not a map")
    for key, value in fields.items():
        if not (type(value) is str if key in _TEXTS else _TYPES.get(key, _is_anything)(value)):
            raise LayerError(Layer.CLAIM169, f"key {key} has the wrong type or value")
    get = fields.get
    return Identity(
        number=get(_ID),
        copy_version=get(_VERSION),
        name_latin=get(_FULL_NAME),
        name_arabic=get(_SECOND_NAME),
        born=_parse_date(fields[_BORN]) if _BORN in fields else None,
        gender=get(_GENDER),
        nationality=get(_NATIONALITY),
        guardian=get(_GUARDIAN),
        holder_class=_CLASSES.get(get(_LEGAL_STATUS, "")),
        occupation=get(_OCCUPATION),
        employer=get(_EMPLOYER),
        sponsor_number=get(_SPONSOR),
        photo=_find_photo(fields),
    )


def _is_anything(value: object) -> bool:
    del value
    return True


def _is_one_to_three(value: object) -> bool:
    return type(value) is int and 1 <= value <= 3  # noqa: PLR2004 - the table's own range


def _is_bytes(value: object) -> bool:
    return type(value) is bytes


def _is_photo_format(value: object) -> bool:
    return type(value) is int and value in _PHOTO_FORMATS


def _are_fingers(value: object) -> bool:
    return type(value) is list and all(type(finger) is int and 0 <= finger <= 10 for finger in value)  # noqa: PLR2004 - the table's own range


def _are_biometrics(value: object) -> bool:
    return all(_is_biometric(item) for item in value) if type(value) is list else _is_biometric(value)


def _is_biometric(item: object) -> bool:
    return (
        isinstance(item, dict)
        and type(item.get(_DATA)) is bytes
        and type(item.get(_FORMAT, 0)) is int
        and type(item.get(_SUB_FORMAT, 0)) is int
        and type(item.get(_DATA_ISSUER, "")) is str
    )


_TEXTS = frozenset((*range(1, 9), *range(10, 14), 15, *range(19, 27)))
_TYPES: Mapping[object, Callable[[object], bool]] = {
    **dict.fromkeys((_GENDER, 14), _is_one_to_three),
    _PHOTO: _is_bytes,
    _PHOTO_FORMAT: _is_photo_format,
    18: _are_fingers,
    **dict.fromkeys(range(50, 66), _are_biometrics),
}


def _parse_date(text: str) -> date:
    """Read YYYYMMDD (the table) or YYYY-MM-DD (the examples of the same standard)."""
    digits = text
    if len(text) == 10 and text[4] == text[7] == "-":  # noqa: PLR2004 - YYYY-MM-DD
        digits = text[:4] + text[5:7] + text[8:]
    if len(digits) != 8 or not (digits.isascii() and digits.isdigit()):  # noqa: PLR2004 - YYYYMMDD
        raise LayerError(Layer.CLAIM169, "key 8 is not a date")
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError as err:
        raise LayerError(Layer.CLAIM169, "key 8 is a day that never was") from err


def _find_photo(fields: Mapping[Any, Any]) -> Photo | None:
    """Return the photo of 16/17, else the first image among the faces of 62."""
    if _PHOTO in fields:
        content = fields[_PHOTO]
        written = _PHOTO_FORMATS.get(fields.get(_PHOTO_FORMAT, 0)) or _guess_format(content)
        return Photo(content, written) if written else None
    faces = fields.get(_FACE, [])
    for face in faces if isinstance(faces, list) else [faces]:
        if face.get(_FORMAT, _IMAGE) != _IMAGE:
            continue
        named = _SUB_FORMATS.get(face[_SUB_FORMAT]) if _SUB_FORMAT in face else _guess_format(face[_DATA])
        if named:
            return Photo(face[_DATA], named)
    return None


def _guess_format(content: bytes) -> PhotoFormat | None:
    """Name the format by its first bytes, for the standard makes saying it optional."""
    if content.startswith(b"\x89PNG"):
        return PhotoFormat.PNG
    if content.startswith(b"\xff\xd8\xff"):
        return PhotoFormat.JPEG
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return PhotoFormat.WEBP
    if content[4:12] == b"ftypavif":
        return PhotoFormat.AVIF
    if content[4:8] == b"jP  " or content.startswith(b"\xff\x4f\xff\x51"):
        return PhotoFormat.JPEG2000
    return None
