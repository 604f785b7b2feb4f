import cv2
import numpy as np
import pytest

from issuer.photo import MAX_BYTES, PhotoProblem, PhotoRefused, make_photo
from kiosk.face.engine import load_engine
from kiosk.imaging import CREDENTIAL_LIMITS, decode_image
from kiosk.model import FaceLimits
from tests.face.makers import ASTRONAUT, OFFICER, person_film, picture_of, side_by_side


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


@pytest.mark.parametrize(
    ("picture", "problem"),
    [
        (np.full((300, 300, 3), 99, np.uint8), PhotoProblem.NO_FACE),
        (side_by_side(person_film(ASTRONAUT), person_film(OFFICER)), PhotoProblem.SEVERAL_FACES),
        (person_film(ASTRONAUT, 30).frame(), PhotoProblem.TOO_SMALL),
        (cv2.GaussianBlur(picture_of(OFFICER), (0, 0), 6), PhotoProblem.BLURRED),
        ((picture_of(ASTRONAUT) * 0.15).astype(np.uint8), PhotoProblem.TOO_DARK),
        (np.clip(picture_of(OFFICER) * 3.0, 0, 255).astype(np.uint8), PhotoProblem.TOO_BRIGHT),
        (person_film(ASTRONAUT, 95, roll_deg=38).frame(), PhotoProblem.TURNED),
        (np.ascontiguousarray(person_film(ASTRONAUT, 95, sway_px=0).frame()[:, 600:]), PhotoProblem.CUT_OFF),
    ],
    ids=lambda value: value.value if isinstance(value, PhotoProblem) else "",
)
def test_an_unfit_portrait_is_refused_with_its_problem(engine, picture, problem):
    with pytest.raises(PhotoRefused) as refused:
        make_photo(engine, picture, 700)

    assert problem is refused.value.problem
    assert str(refused.value)


def test_a_budget_below_the_floor_is_refused(engine):
    with pytest.raises(PhotoRefused) as refused:
        make_photo(engine, picture_of(ASTRONAUT), 449)

    assert PhotoProblem.BUDGET_TOO_SMALL is refused.value.problem


def test_a_photo_that_does_not_match_its_source_is_refused(engine):
    with pytest.raises(PhotoRefused) as refused:
        make_photo(engine, picture_of(ASTRONAUT), 700, FaceLimits(accept=0.999))

    assert PhotoProblem.NOT_RECOGNISABLE is refused.value.problem
