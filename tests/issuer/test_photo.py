import re
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from issuer.photo import MAX_BYTES, PhotoRefused, make_photo
from issuer.targets import make_policy
from kiosk.face import photo
from kiosk.face.colour import colour_cast
from kiosk.face.engine import load_engine
from kiosk.face.photo import PHOTO_LIMITS, PhotoProblem
from kiosk.face.puppet import Posture, Puppet
from kiosk.imaging import CREDENTIAL_LIMITS, decode_image
from kiosk.model import EngineKind
from tests.face.makers import ASTRONAUT, OFFICER, person_film, picture_of, side_by_side

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def engine():
    return load_engine()


@pytest.mark.parametrize("person", [ASTRONAUT, OFFICER])
@pytest.mark.parametrize("budget", [450, 5000])
def test_a_photo_fits_its_budget_and_seven_hundred_bytes(engine, person, budget):
    content = make_photo(engine, picture_of(person), budget)

    assert 300 < len(content) <= min(budget, MAX_BYTES)
    assert b"WEBP" == content[8:12]
    assert (80, 64, 3) == decode_image(content, CREDENTIAL_LIMITS).shape


def test_the_eyes_are_level_and_at_their_place_however_the_head_leans(engine):
    content = make_photo(engine, person_film(ASTRONAUT, 95, roll_deg=20).frame(), 700)

    photo = decode_image(content, CREDENTIAL_LIMITS)
    view = cv2.copyMakeBorder(cv2.resize(photo, (256, 320)), 60, 60, 60, 60, cv2.BORDER_REPLICATE)
    (face,) = engine.find_faces(view)
    assert abs(face.roll_deg) < 5
    assert pytest.approx(0.4 * 256, abs=8) == face.eye_distance_px
    assert pytest.approx(60 + 0.42 * 320, abs=8) == face.landmarks[0][1]


def posed(engine, **posture):
    return Puppet(picture_of(OFFICER), engine).posed(Posture(**posture))


def covered(engine):
    """A cloth drawn over nose and mouth."""
    picture = picture_of(ASTRONAUT).copy()
    face = engine.find_faces(picture)[0]
    (x, y), eyes = face.landmarks[2], face.eye_distance_px
    corners = np.array([x - 1.3 * eyes, y - 0.25 * eyes, x + 1.3 * eyes, y + 2 * eyes]).astype(int).tolist()
    return cv2.rectangle(picture, corners[:2], corners[2:], (150, 140, 130), -1)


def tinted(person, *bgr):
    return np.clip(picture_of(person) * np.array(bgr), 0, 255).astype(np.uint8)


def lit_from_the_right(engine):
    picture = picture_of(OFFICER)
    nose_x = engine.find_faces(picture)[0].landmarks[2][0]
    light = np.where(np.arange(picture.shape[1]) < nose_x, 0.06, 1.0)
    return (picture * light[None, :, None]).astype(np.uint8)


UNFIT = [
    (PhotoProblem.NO_FACE, lambda _: np.full((300, 300, 3), 99, np.uint8)),
    (PhotoProblem.SEVERAL_FACES, lambda _: side_by_side(person_film(ASTRONAUT), person_film(OFFICER))),
    (PhotoProblem.TOO_SMALL, lambda _: person_film(ASTRONAUT, 30).frame()),
    (PhotoProblem.BLURRED, lambda _: cv2.GaussianBlur(picture_of(OFFICER), (0, 0), 6)),
    (PhotoProblem.TOO_DARK, lambda _: (picture_of(ASTRONAUT) * 0.15).astype(np.uint8)),
    (PhotoProblem.TOO_BRIGHT, lambda _: tinted(OFFICER, 3.0, 3.0, 3.0)),
    (PhotoProblem.UNEVEN_LIGHT, lit_from_the_right),
    (PhotoProblem.TURNED, lambda _: person_film(ASTRONAUT, 95, roll_deg=38).frame()),
    (PhotoProblem.TURNED, lambda engine: posed(engine, yaw_deg=30.0)),
    (PhotoProblem.TURNED, lambda engine: posed(engine, yaw_deg=-30.0)),
    (
        PhotoProblem.CUT_OFF,
        lambda _: np.ascontiguousarray(person_film(ASTRONAUT, 95, sway_px=0).frame()[:, 600:]),
    ),
    (PhotoProblem.COVERED, covered),
    (PhotoProblem.EYES_CLOSED, lambda engine: posed(engine, closed=1.0)),
    (PhotoProblem.COLOUR_CAST, lambda _: tinted(ASTRONAUT, 0.6, 1.1, 0.6)),
    (PhotoProblem.COLOUR_CAST, lambda _: tinted(OFFICER, 0.6, 1.1, 0.6)),
    (PhotoProblem.COLOUR_CAST, lambda _: tinted(ASTRONAUT, 1.3, 0.75, 0.4)),
]


@pytest.mark.parametrize(("problem", "make"), UNFIT, ids=[problem.value for problem, _ in UNFIT])
def test_an_unfit_portrait_is_refused_with_its_problem(engine, problem, make):
    with pytest.raises(PhotoRefused) as refused:
        make_photo(engine, make(engine), 700)

    assert problem is refused.value.problem
    assert str(refused.value)


def test_every_problem_has_its_failing_picture():
    elsewhere = {PhotoProblem.BUDGET_TOO_SMALL, PhotoProblem.NOT_RECOGNISABLE}

    assert set(PhotoProblem) == {problem for problem, _ in UNFIT} | elsewhere


def test_every_hint_that_a_measure_can_give_is_a_problem_of_a_photo():
    named = set(re.findall(r"Hint\.(\w+)", (ROOT / "kiosk" / "face" / "quality.py").read_text()))

    assert named
    assert named == {hint.name for hint in photo._BY_HINT}


@pytest.mark.parametrize("bgr", [(1, 1, 1), (1.1, 1, 0.9), (0.85, 1, 1.15)])
@pytest.mark.parametrize("person", [ASTRONAUT, OFFICER])
def test_white_light_and_a_mild_tint_are_accepted(engine, person, bgr):
    assert make_photo(engine, tinted(person, *bgr), 700)


def test_a_black_and_white_portrait_is_accepted(engine):
    grey = cv2.cvtColor(picture_of(ASTRONAUT), cv2.COLOR_BGR2GRAY)
    picture = cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR)

    assert make_photo(engine, picture, 700)
    assert 7 < colour_cast(engine.align(picture, engine.find_faces(picture)[0])) < 8


def test_a_smaller_picture_is_tried_when_the_usual_one_does_not_match_its_source_well_enough(engine):
    content = make_photo(engine, picture_of(OFFICER), 700, replace(PHOTO_LIMITS, accept=0.79))

    assert (72, 58, 3) == decode_image(content, CREDENTIAL_LIMITS).shape
    assert len(content) <= MAX_BYTES


def test_the_second_engine_makes_photos_too():
    content = make_photo(load_engine(kind=EngineKind.DLIB), picture_of(ASTRONAUT), 700)

    assert (80, 64, 3) == decode_image(content, CREDENTIAL_LIMITS).shape


def test_a_budget_below_the_floor_is_refused(engine):
    with pytest.raises(PhotoRefused) as refused:
        make_photo(engine, picture_of(ASTRONAUT), 449)

    assert PhotoProblem.BUDGET_TOO_SMALL is refused.value.problem


def test_a_photo_must_match_its_source_as_well_as_the_policy_wants_the_person_to(registry):
    policy = make_policy(registry.authority)["face"]

    assert ("sface", PHOTO_LIMITS.accept) == (policy["engine"], policy["accept"])
    assert policy["refer"] < policy["accept"]


def test_a_photo_that_does_not_match_its_source_is_refused(engine):
    with pytest.raises(PhotoRefused) as refused:
        make_photo(engine, picture_of(ASTRONAUT), 700, replace(PHOTO_LIMITS, accept=0.999))

    assert PhotoProblem.NOT_RECOGNISABLE is refused.value.problem
