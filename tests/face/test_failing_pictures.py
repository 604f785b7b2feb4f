"""Each measure of a face has a picture that fails by it, and by its number."""

from dataclasses import fields

import cv2
import numpy as np
import pytest

from kiosk.face.puppet import Posture, Puppet
from kiosk.face.quality import first_problem, measure_face
from kiosk.model import FaceLimits, Hint
from tests.face.cloths import masked, veiled
from tests.face.makers import ASTRONAUT, OFFICER, person_film, picture_of

LIMITS = FaceLimits()


def filmed(person=ASTRONAUT, eyes_px=95, **look):
    return person_film(person, eyes_px, **({"sway_px": 0, "roll_deg": 0} | look)).frame()


def posed(engine, **posture):
    return Puppet(picture_of(ASTRONAUT), engine, (960, 720), 90.0).posed(Posture(**posture))


def lit(scale, shift=0):
    return np.clip(filmed() * float(scale) + shift, 0, 255).astype(np.uint8)


def half_lit():
    picture = filmed(OFFICER).copy()
    picture[:, : picture.shape[1] // 2] //= 9
    return picture


FAILING = {
    "min_eye_distance_px": (Hint.COME_CLOSER, lambda _: filmed(eyes_px=45)),
    "min_sharpness_var": (Hint.STAND_STILL, lambda _: cv2.GaussianBlur(filmed(), (0, 0), 8)),
    "min_luminance_mean": (Hint.MORE_LIGHT, lambda _: lit(0.1)),
    "max_luminance_mean": (Hint.LESS_LIGHT, lambda _: lit(0.6, 160)),
    "min_luminance_std": (Hint.MORE_LIGHT, lambda _: lit(0.14, 110)),
    "max_underexposed_share": (Hint.MORE_LIGHT, lambda _: lit(1.6, -260)),
    "max_overexposed_share": (Hint.LESS_LIGHT, lambda _: lit(2.2)),
    "min_light_ratio": (Hint.EVEN_LIGHT, lambda _: half_lit()),
    "max_yaw_deg": (Hint.FACE_FRONT, lambda engine: posed(engine, yaw_deg=45)),
    "max_pitch_deg": (Hint.FACE_FRONT, lambda engine: posed(engine, pitch_deg=45)),
    "max_roll_deg": (Hint.FACE_FRONT, lambda _: filmed(roll_deg=38)),
    "min_eye_openness": (Hint.OPEN_EYES, lambda engine: posed(engine, closed=1.0)),
    "min_nostril_contrast": (Hint.UNCOVER_FACE, lambda engine: filmed(picture=veiled(engine, ASTRONAUT))),
    "min_mouth_contrast": (Hint.UNCOVER_FACE, lambda engine: filmed(picture=veiled(engine, ASTRONAUT))),
    "min_mouth_detail_ratio": (Hint.UNCOVER_FACE, lambda engine: filmed(picture=masked(engine, ASTRONAUT))),
    "min_inside_share": (Hint.CENTRE_FACE, lambda _: np.ascontiguousarray(filmed()[:, 600:])),
}


def measured(quality, limit):
    """The number that `limit` is for."""
    name = limit.removeprefix("min_").removeprefix("max_")
    holders = (quality, quality.pose, quality.bareness)
    return next(abs(getattr(each, name)) for each in holders if hasattr(each, name))


@pytest.mark.parametrize("limit", FAILING)
def test_a_picture_fails_by_its_number_and_gets_its_hint(engine, limit):
    hint, make = FAILING[limit]
    picture = make(engine)
    quality = measure_face(engine, picture, engine.find_faces(picture)[0])
    value, bound = measured(quality, limit), getattr(LIMITS, limit)

    problem = first_problem(quality, LIMITS, LIMITS.min_eye_distance_px)

    assert value < bound if limit.startswith("min_") else value > bound
    assert hint is problem


def test_a_face_that_fills_the_picture_is_asked_to_step_back(engine):
    picture = filmed(eyes_px=400)
    quality = measure_face(engine, picture, engine.find_faces(picture)[0])

    assert quality.inside_share < LIMITS.min_inside_share
    assert Hint.STEP_BACK is first_problem(quality, LIMITS, LIMITS.min_eye_distance_px)


def test_every_limit_of_a_picture_has_one():
    about_pictures = {f.name for f in fields(FaceLimits) if f.name.startswith(("min_", "max_"))}

    assert about_pictures - {"min_age_years"} == set(FAILING)
