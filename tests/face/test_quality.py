from dataclasses import replace

import cv2
import numpy as np
import pytest

from kiosk.face.pose import Pose
from kiosk.face.puppet import Posture, Puppet
from kiosk.face.quality import first_problem, measure_face
from kiosk.model import FaceLimits, Hint
from tests.face.makers import ASTRONAUT, OFFICER, person_film, picture_of

LIMITS = FaceLimits()


def quality_of(engine, picture):
    return measure_face(engine, picture, engine.find_faces(picture)[0])


def problem_of(engine, picture):
    return first_problem(quality_of(engine, picture), LIMITS, LIMITS.min_eye_distance_px)


def smeared(picture, length):
    return cv2.filter2D(picture, -1, np.full((1, length), 1 / length, np.float32))


@pytest.mark.parametrize("person", [ASTRONAUT, OFFICER])
@pytest.mark.parametrize(
    "look", [{}, {"gamma": 1.5}, {"roll_deg": 12}, {"noise": 6, "jpeg_quality": 60}, {"blur_px": 1.5}]
)
def test_a_good_face_has_no_problem(engine, person, look):
    assert problem_of(engine, person_film(person, 95, **look).frame()) is None


@pytest.mark.parametrize(
    ("spoil", "hint"),
    [
        (lambda picture: cv2.GaussianBlur(picture, (0, 0), 8), Hint.STAND_STILL),
        (lambda picture: smeared(picture, 35), Hint.STAND_STILL),
        (lambda picture: (picture * 0.15).astype(np.uint8), Hint.MORE_LIGHT),
        (lambda picture: np.clip(picture * 0.14 + 110, 0, 255).astype(np.uint8), Hint.MORE_LIGHT),
        (lambda picture: np.clip(picture * 2.2, 0, 255).astype(np.uint8), Hint.LESS_LIGHT),
        (lambda picture: cv2.resize(picture, None, fx=0.5, fy=0.5), Hint.COME_CLOSER),
        (lambda picture: np.ascontiguousarray(picture[:, 600:]), Hint.CENTRE_FACE),
    ],
    ids=["blurred", "smeared", "dark", "flat", "glaring", "far", "cut off"],
)
def test_a_spoilt_face_gets_the_hint_that_helps(engine, spoil, hint):
    assert hint is problem_of(engine, spoil(person_film(ASTRONAUT, 95, sway_px=0).frame()))


@pytest.mark.parametrize("person", [ASTRONAUT, OFFICER])
@pytest.mark.parametrize(
    "posture", [Posture(yaw_deg=45), Posture(yaw_deg=-45), Posture(pitch_deg=45), Posture(pitch_deg=-30)]
)
def test_a_turned_head_is_asked_to_look_ahead(engine, person, posture):
    puppet = Puppet(picture_of(person), engine, (960, 720), 90.0)

    assert problem_of(engine, puppet.posed(Posture())) is None
    assert Hint.FACE_FRONT is problem_of(engine, puppet.posed(posture))


def test_shut_eyes_are_asked_to_open(engine):
    puppet = Puppet(picture_of(ASTRONAUT), engine, (960, 720), 90.0)

    assert Hint.OPEN_EYES is problem_of(engine, puppet.posed(Posture(closed=1.0)))


def test_half_a_face_in_the_dark_is_asked_to_face_the_light(engine):
    picture = person_film(OFFICER, 95, sway_px=0, roll_deg=0).frame().copy()
    nose = int(engine.find_faces(picture)[0].landmarks[2][0])
    picture[:, :nose] //= 9

    assert Hint.EVEN_LIGHT is problem_of(engine, picture)


@pytest.mark.parametrize(
    ("change", "hint"),
    [
        ({"pose": Pose(0.0, 0.0, 31.0)}, Hint.FACE_FRONT),
        ({"pose": Pose(-31.0, 0.0, 0.0)}, Hint.FACE_FRONT),
        ({"pose": Pose(0.0, 31.0, 0.0)}, Hint.FACE_FRONT),
        ({"inside_share": 0.8}, Hint.CENTRE_FACE),
        ({"inside_share": 0.8, "filled_share": 0.9}, Hint.STEP_BACK),
        ({"underexposed_share": 0.4}, Hint.MORE_LIGHT),
        ({"overexposed_share": 0.4}, Hint.LESS_LIGHT),
        ({"luminance_mean": 230.0}, Hint.LESS_LIGHT),
        ({"light_ratio": 0.19, "eye_openness": 0.0}, Hint.EVEN_LIGHT),
        ({"eye_openness": 0.11}, Hint.OPEN_EYES),
        ({"eye_distance_px": 59.9, "sharpness_var": 0.0}, Hint.COME_CLOSER),
    ],
)
def test_the_most_helpful_hint_comes_first(engine, change, hint):
    good = quality_of(engine, person_film(ASTRONAUT).frame())

    assert hint is first_problem(replace(good, **change), LIMITS, LIMITS.min_eye_distance_px)


def test_the_measures_follow_what_is_done_to_the_picture(engine):
    straight = quality_of(engine, person_film(ASTRONAUT, 95, roll_deg=0, sway_px=0).frame())
    leaning = quality_of(engine, person_film(ASTRONAUT, 95, roll_deg=15, sway_px=0).frame())
    darker = quality_of(engine, person_film(ASTRONAUT, 95, gamma=1.8, sway_px=0).frame())

    assert pytest.approx(95, abs=4) == straight.eye_distance_px
    assert pytest.approx(15, abs=3) == leaning.pose.roll_deg - straight.pose.roll_deg
    assert abs(straight.pose.yaw_deg) < 5
    assert abs(leaning.pose.yaw_deg) < 5
    assert darker.luminance_mean < straight.luminance_mean
