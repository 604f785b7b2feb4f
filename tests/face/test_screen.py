import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.face.faces import Face
from kiosk.face.screen import is_beside_code, is_on_screen
from kiosk.model import Box
from tests.face.makers import ASTRONAUT, OFFICER, person_film, phone_film, picture_of

CODE = Box(500, 300, 300, 300)


def a_face(x, y, eyes_px):
    points = ((x - eyes_px / 2, y), (x + eyes_px / 2, y), (x, y), (x, y), (x, y))
    return Face(Box(x - eyes_px, y - eyes_px, 2 * eyes_px, 2.5 * eyes_px), points, 0.9)


def nearest(engine, picture):
    return engine.find_faces(picture)[0]


@pytest.mark.parametrize(
    ("face", "beside"),
    [
        (a_face(650, 450, 80), True),
        (a_face(650, 150, 60), True),
        (a_face(950, 450, 60), True),
        (a_face(650, 450, 91), False),
        (a_face(150, 450, 60), False),
    ],
    ids=["inside", "above", "at the right", "too large for a photo", "far from it"],
)
def test_a_small_face_at_the_code_is_beside_it(face, beside):
    assert beside is is_beside_code(face, CODE)


@pytest.mark.parametrize("person", [ASTRONAUT, OFFICER])
@pytest.mark.parametrize("eyes_px", [62, 100])
@pytest.mark.parametrize("code_hidden", [False, True])
def test_a_photo_on_a_phone_is_on_a_screen(engine, person, eyes_px, code_hidden):
    picture = phone_film(engine, person, eyes_px, seed=eyes_px, code_hidden=code_hidden).frame()

    assert is_on_screen(picture, nearest(engine, picture))


@pytest.mark.parametrize("eyes_px", [62, 80])
def test_a_phone_held_so_high_that_its_photo_is_cut_is_a_screen(engine, eyes_px):
    whole = phone_film(engine, ASTRONAUT, eyes_px, code_hidden=True).frame()
    face = nearest(engine, whole)
    cut = np.ascontiguousarray(whole[round(face.landmarks[2][1] - 1.5 * face.eye_distance_px) :])

    assert is_on_screen(cut, nearest(engine, cut))


@pytest.mark.parametrize("person", [ASTRONAUT, OFFICER])
def test_a_person_at_the_upper_rim_of_the_picture_is_not_on_a_screen(engine, person):
    picture = person_film(person, 100, centre=(0.5, 0.22)).frame()

    assert not is_on_screen(picture, nearest(engine, picture))


@pytest.mark.parametrize("border", [(255, 255, 255), (20, 20, 20)])
def test_a_printed_photo_held_up_is_on_a_screen(engine, border):
    from_scene = person_film(OFFICER, 70).frame()
    card = cv2.copyMakeBorder(
        cv2.resize(picture_of(ASTRONAUT)[40:180, 150:290], (420, 420)), 20, 20, 20, 20, 0, value=border
    )
    picture = from_scene.copy()
    picture[120:580, 400:860] = card

    assert is_on_screen(picture, nearest(engine, picture))


@pytest.mark.parametrize("person", [ASTRONAUT, OFFICER])
@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("eyes_px", [65, 130])
def test_a_person_in_a_room_is_not_on_a_screen(engine, person, seed, eyes_px):
    picture = person_film(person, eyes_px, seed).frame()

    assert not is_on_screen(picture, nearest(engine, picture))


@pytest.mark.parametrize("person", [ASTRONAUT, OFFICER])
def test_the_portraits_as_they_are_are_not_on_a_screen(engine, person):
    picture = picture_of(person)

    assert not is_on_screen(picture, nearest(engine, picture))


def test_a_door_frame_far_larger_than_the_face_is_no_screen(engine):
    picture = person_film(ASTRONAUT, 62, sway_px=0).frame().copy()
    cv2.rectangle(picture, (180, 15), (1100, 705), (60, 40, 30), 14)

    assert not is_on_screen(picture, nearest(engine, picture))


def test_three_sides_of_a_window_behind_the_head_are_no_screen(engine):
    picture = np.full((720, 1280, 3), 150, np.uint8)
    cv2.rectangle(picture, (430, 60), (830, 560), (235, 240, 235), -1)
    person = picture_of(ASTRONAUT)[:300, 60:360]
    outline = np.zeros(person.shape[:2], np.float32)
    cv2.ellipse(outline, (165, 105), (62, 95), 0, 0, 360, 1, -1)
    cv2.ellipse(outline, (165, 300), (140, 130), 0, 0, 360, 1, -1)
    large = cv2.resize(person, None, fx=2, fy=2).astype(np.float32)
    weight = cv2.GaussianBlur(cv2.resize(outline, None, fx=2, fy=2), (0, 0), 2)[:, :, None]
    place = picture[120:720, 330:930]
    place[:] = (place * (1 - weight) + large * weight).astype(np.uint8)

    assert not is_on_screen(picture, nearest(engine, picture))


@settings(max_examples=60, deadline=None)
@given(st.integers(-500, 900), st.integers(-500, 900), st.sampled_from([0.0, 0.01, 30.0, 9e4]))
def test_a_face_anywhere_and_of_any_size_gives_an_answer(x, y, eyes_px):
    picture = np.full((360, 480, 3), 90, np.uint8)
    points = ((x, y), (x + eyes_px, y), (x, y), (x, y), (x, y))

    refused = is_on_screen(picture, Face(Box(x, y, eyes_px, eyes_px), points, 0.9))

    assert refused or (0 <= x < 480 and 0 <= y < 360)
