import io

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from kiosk.face.portrait import read_portrait
from kiosk.model import CheckFailed, Photo, PhotoFormat, Reason
from tests.face.makers import ASTRONAUT, OFFICER, a_photo, picture_of


def encoded(picture, kind):
    out = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(picture[:, :, ::-1])).save(out, kind)
    return out.getvalue()


def large(picture, side=300):
    return cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA)


def reason_for(engine, content):
    with pytest.raises(CheckFailed) as failed:
        read_portrait(engine, Photo(content, PhotoFormat.WEBP))
    return failed.value.reason


@pytest.mark.parametrize("person", [ASTRONAUT, OFFICER])
@pytest.mark.parametrize("budget", [450, 700])
def test_the_face_in_a_credentials_few_hundred_bytes_is_its_holder(engine, person, budget):
    portrait = read_portrait(engine, a_photo(engine, person, budget))

    source = picture_of(person)
    assert (80, 64, 3) == portrait.pixels.shape
    assert engine.similarity(portrait.embedding, engine.embed(source, engine.find_faces(source)[0])) > 0.6


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "JPEG2000", "AVIF", "WEBP"])
def test_a_large_photo_of_any_format_is_read(engine, portrait, kind):
    content = encoded(large(picture_of(ASTRONAUT), 150 if kind in {"PNG", "JPEG2000"} else 300), kind)

    read = read_portrait(engine, Photo(content, PhotoFormat.WEBP))  # the label may be wrong

    assert engine.similarity(portrait.embedding, read.embedding) > 0.6


def test_a_photo_without_a_face_is_unusable(engine):
    assert Reason.PHOTO_UNUSABLE is reason_for(engine, encoded(np.full((80, 64, 3), 200, np.uint8), "WEBP"))


def test_a_photo_of_two_people_is_unusable(engine):
    both = np.hstack((large(picture_of(ASTRONAUT)), large(picture_of(OFFICER))))

    assert Reason.PHOTO_UNUSABLE is reason_for(engine, encoded(both, "JPEG"))


def test_a_photo_over_the_limits_is_unusable(engine):
    assert Reason.PHOTO_UNUSABLE is reason_for(engine, bytes(65 * 1024))
    assert Reason.PHOTO_UNUSABLE is reason_for(engine, encoded(np.zeros((1001, 1000, 3), np.uint8), "PNG"))


@settings(max_examples=15)
@given(st.integers(0, 699), st.integers(0, 255), st.integers(0, 699))
def test_a_damaged_photo_is_read_or_unusable(engine, place, value, length):
    content = bytearray(a_photo_of_the_astronaut(engine))
    content[place % len(content)] = value

    assert is_read_or_unusable(engine, bytes(content[: length + 200]))


def is_read_or_unusable(engine, content):
    try:
        return read_portrait(engine, Photo(content, PhotoFormat.WEBP)).embedding.shape == (128,)
    except CheckFailed as failed:
        return failed.reason is Reason.PHOTO_UNUSABLE


_KEPT = {}


def a_photo_of_the_astronaut(engine):
    if not _KEPT:
        _KEPT["content"] = a_photo(engine, ASTRONAUT).content
    return _KEPT["content"]
