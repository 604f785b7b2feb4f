from dataclasses import replace

import cv2
import numpy as np
import pytest

from kiosk.face.covering import Bareness, measure_bareness
from kiosk.face.faces import Mesh
from kiosk.face.quality import first_problem, is_covered, measure_face
from kiosk.model import FaceLimits, Hint
from tests.face.cloths import bearded, hand_held, masked, scarfed, veiled
from tests.face.makers import ASTRONAUT, OFFICER, person_film, picture_of

LIMITS = FaceLimits()
BARE = Bareness(nostril_contrast=0.4, mouth_contrast=0.25, mouth_detail_ratio=0.8, eye_contrast=0.5)


def problem_of(engine, picture):
    (face,) = engine.find_faces(picture)
    return first_problem(measure_face(engine, picture, face), LIMITS, LIMITS.min_eye_distance_px)


def filmed(person, picture, **look):
    return person_film(person, 95, picture=picture, **look).frame()


def shaded(picture, left):
    """The portrait with its left side lit by so much only."""
    ramp = left + (1 - left) / (1 + np.exp(-np.linspace(-12, 12, picture.shape[1])))
    return (picture * ramp[None, :, None]).astype(np.uint8)


@pytest.mark.parametrize("person", [ASTRONAUT, OFFICER])
@pytest.mark.parametrize("cover", [masked, veiled, scarfed, hand_held])
def test_a_covered_face_is_asked_to_be_uncovered(engine, person, cover):
    assert Hint.UNCOVER_FACE is problem_of(engine, filmed(person, cover(engine, person)))


@pytest.mark.parametrize("colour", [(28, 26, 26), (232, 232, 230), (110, 140, 200), (50, 70, 100)])
@pytest.mark.parametrize("cover", [masked, veiled])
def test_the_colour_of_the_cloth_does_not_matter(engine, cover, colour):
    assert Hint.UNCOVER_FACE is problem_of(engine, filmed(ASTRONAUT, cover(engine, ASTRONAUT, colour)))


@pytest.mark.parametrize("person", [ASTRONAUT, OFFICER])
def test_a_beard_is_no_covering(engine, person):
    assert problem_of(engine, filmed(person, bearded(engine, person))) is None


@pytest.mark.parametrize("person", [ASTRONAUT, OFFICER])
@pytest.mark.parametrize("darker", [1.0, 0.5, 0.35])
def test_a_darker_face_is_no_covering(engine, person, darker):
    picture = (picture_of(person) * darker).astype(np.uint8)

    assert problem_of(engine, filmed(person, picture)) is None


@pytest.mark.parametrize("person", [ASTRONAUT, OFFICER])
def test_light_from_one_side_is_no_covering(engine, person):
    face = engine.find_faces(picture_of(person))[0]
    around = picture_of(person)[:, : 2 * int(face.landmarks[2][0])]  # the nose in the middle

    quality = measure_face(engine, *_one_face(engine, cv2.resize(shaded(around, 0.1), None, fx=1.6, fy=1.6)))

    assert not is_covered(quality.bareness, LIMITS)
    assert quality.light_ratio < 0.7


@pytest.mark.parametrize("person", [ASTRONAUT, OFFICER])
def test_a_bare_face_that_is_washed_out_is_told_of_the_light_and_does_not_count(engine, person):
    picture, face = _one_face(engine, washed_out(filmed(person, picture_of(person))))
    quality = measure_face(engine, picture, face)

    assert is_covered(quality.bareness, LIMITS)
    assert quality.overexposed_share < LIMITS.max_overexposed_share
    assert Hint.LESS_LIGHT is problem_of(engine, picture)


@pytest.mark.parametrize("person", [ASTRONAUT, OFFICER])
@pytest.mark.parametrize("cover", [masked, veiled, scarfed])
def test_a_covered_face_never_counts_however_washed_out_it_is(engine, person, cover):
    for share in (0.8, 0.6, 0.45, 0.3):
        picture = washed_out(filmed(person, cover(engine, person)), share)
        faces = engine.find_faces(picture)

        assert all(first_problem(measure_face(engine, picture, face), LIMITS, 60.0) for face in faces)


def washed_out(picture, share=0.25):
    """Light in the lens lies over everything."""
    return np.clip(picture * share + (1 - share) * 215, 0, 255).astype(np.uint8)


def _one_face(engine, picture):
    return picture, engine.find_faces(picture)[0]


@pytest.mark.parametrize(
    "less", [{"nostril_contrast": 0.11}, {"mouth_contrast": 0.07}, {"mouth_detail_ratio": 0.36}]
)
def test_each_measure_alone_gives_a_covering_away(less):
    assert not is_covered(BARE, LIMITS)
    assert is_covered(replace(BARE, **less), LIMITS)


def test_a_mesh_far_outside_the_picture_shows_nothing(engine):
    picture, face = _one_face(engine, filmed(ASTRONAUT, picture_of(ASTRONAUT)))
    astray = Mesh(np.full((468, 3), -9e9, np.float32), 0.0)

    assert is_covered(measure_bareness(picture, face, astray), LIMITS)
