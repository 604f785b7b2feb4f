from dataclasses import replace

import cv2
import numpy as np
import pytest

from kiosk.evaluate.captures import Capture, Enrolled, Visit, capture, capture_further
from kiosk.evaluate.people import Picture
from kiosk.evaluate.webcam import HEIGHT, WIDTH, SimulatedVisit
from kiosk.model import FaceLimits
from tests.face.makers import ASTRONAUT, OFFICER, picture_of

pytestmark = pytest.mark.slow
ONE_TRY = FaceLimits(frames=1, tries=1, window_s=0.0)


def a_picture(folder, pixels, name="picture.png"):
    cv2.imwrite(str(folder / name), pixels)
    return Picture("somebody", f"somebody/{name}", folder / name)


def test_a_portrait_gives_a_credential_and_a_visit(engine, tmp_path):
    made = capture(engine, a_picture(tmp_path, picture_of(ASTRONAUT)), FaceLimits(tries=1), 700)

    assert made.enrolled.embedding is not None
    assert 450 <= made.enrolled.photo_bytes <= 700
    assert [3] == [len(counted) for counted in made.visit.tries]
    assert made.visit.usable


def test_the_visit_of_a_person_is_taken_for_that_person_and_no_other(engine, tmp_path):
    astronaut, officer = (
        capture(engine, a_picture(tmp_path, picture_of(person), f"{person[0]}.png"), ONE_TRY, 700)
        for person in (ASTRONAUT, OFFICER)
    )

    own = engine.similarity(astronaut.enrolled.embedding, astronaut.visit.tries[0][0])
    other = engine.similarity(astronaut.enrolled.embedding, officer.visit.tries[0][0])
    assert own > ONE_TRY.accept
    assert other < ONE_TRY.refer


def test_a_file_that_is_no_picture_neither_enrols_nor_visits(engine, tmp_path):
    (tmp_path / "torn.jpg").write_bytes(b"\xff\xd8\xff torn")

    made = capture(engine, Picture("x", "x/torn.jpg", tmp_path / "torn.jpg"), ONE_TRY, 700)

    assert ("UNREADABLE", "UNREADABLE") == (made.enrolled.refusal, made.visit.missing)


def test_a_picture_without_a_face_neither_enrols_nor_visits(engine, tmp_path):
    made = capture(engine, a_picture(tmp_path, np.full((300, 300, 3), 120, np.uint8)), ONE_TRY, 700)

    assert ("NO_FACE", "NO_FACE") == (made.enrolled.refusal, made.visit.missing)


@pytest.mark.parametrize(
    ("spoil", "problem", "hints"),
    [
        (lambda picture: cv2.GaussianBlur(picture, (0, 0), 8), "BLURRED", {"STAND_STILL"}),
        (lambda picture: (picture * 0.1).astype(np.uint8), "TOO_DARK", {"MORE_LIGHT", "LOOK_AT_CAMERA"}),
    ],
)
def test_a_spoilt_picture_is_refused_with_its_reason(engine, tmp_path, spoil, problem, hints):
    made = capture(engine, a_picture(tmp_path, spoil(picture_of(OFFICER))), ONE_TRY, 700)

    assert problem == made.enrolled.refusal
    assert not made.visit.usable
    assert set(made.visit.refusals) <= hints


def test_a_budget_that_holds_no_face_is_a_failure_to_enrol(engine, tmp_path):
    made = capture(engine, a_picture(tmp_path, picture_of(OFFICER)), ONE_TRY, 60)

    assert "NOT_RECOGNISABLE" == made.enrolled.refusal


def test_one_person_in_two_tries_does_not_seem_to_change(engine, tmp_path):
    limits = replace(ONE_TRY, tries=2)
    first = capture(engine, a_picture(tmp_path, picture_of(OFFICER)), limits, 700)

    whole = capture_further(engine, first, limits)

    assert (1, 2) == (len(first.visit.tries), len(whole.visit.tries))
    assert np.array_equal(first.visit.tries[0], whole.visit.tries[0])
    assert not whole.visit.changed


def test_a_picture_that_has_gone_before_the_second_try_is_no_visit(engine, tmp_path):
    first = Capture(Picture("x", "x/1", tmp_path / "gone.png"), Enrolled(None), Visit(((),)))

    assert "UNREADABLE" == capture_further(engine, first, ONE_TRY).visit.missing


def test_the_simulated_webcam_gives_the_same_pictures_for_the_same_name(engine):
    face = engine.find_faces(picture_of(OFFICER))[0]
    first, again, other = (
        SimulatedVisit(picture_of(OFFICER), face, name).frame(1, 2) for name in ("a/1", "a/1", "a/2")
    )

    assert (HEIGHT, WIDTH, 3) == first.shape
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_no_two_frames_of_a_visit_are_the_same(engine):
    face = engine.find_faces(picture_of(OFFICER))[0]
    visit = SimulatedVisit(picture_of(OFFICER), face, "a/1")

    assert 4 == len({visit.frame(attempt, number).tobytes() for attempt in (0, 1) for number in (0, 1)})
