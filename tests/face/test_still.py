import cv2
import numpy as np
import pytest

from kiosk.face.match import FaceResult
from kiosk.face.still import compare_still
from kiosk.model import FaceLimits, Note, Outcome, Reason
from tests.face.cloths import masked
from tests.face.makers import ASTRONAUT, OFFICER, person_film, picture_of, side_by_side

LIMITS = FaceLimits()


def reasons(result: FaceResult):
    return result.check.outcome, result.check.reason


@pytest.mark.parametrize("eyes_px", [40, 140])
def test_the_holder_passes_with_one_still(engine, portrait, eyes_px):
    result = compare_still(engine, portrait, person_film(ASTRONAUT, eyes_px).frame(), LIMITS)

    assert (Outcome.PASS, None) == reasons(result)
    assert result.score > 0.6
    assert (400, 320, 3) == result.live.shape
    assert (Note.STILL_FACE,) == result.check.notes


def test_someone_else_is_a_mismatch(engine, portrait):
    result = compare_still(engine, portrait, picture_of(OFFICER), LIMITS)

    assert (Outcome.FAIL, Reason.FACE_MISMATCH) == reasons(result)
    assert result.score < LIMITS.refer


def test_between_the_thresholds_a_person_decides(engine, portrait):
    limits = FaceLimits(accept=0.99, refer=0.1)

    result = compare_still(engine, portrait, picture_of(ASTRONAUT), limits)

    assert (Outcome.REFER, Reason.FACE_UNCERTAIN) == reasons(result)


@pytest.mark.parametrize(
    "picture",
    [
        np.full((400, 300, 3), 128, np.uint8),
        side_by_side(person_film(ASTRONAUT), person_film(OFFICER)),
        person_film(ASTRONAUT, 25).frame(),
        cv2.GaussianBlur(picture_of(ASTRONAUT), (0, 0), 5),
        (picture_of(ASTRONAUT) * 0.15).astype(np.uint8),
    ],
    ids=["nobody", "two people", "tiny", "blurred", "dark"],
)
def test_a_picture_without_one_usable_face_presents_none(engine, portrait, picture):
    result = compare_still(engine, portrait, picture, LIMITS)

    assert (Outcome.REFER, Reason.NOT_PRESENTED) == reasons(result)
    assert result.score is None


def test_a_covered_face_is_not_compared(engine, portrait):
    picture = person_film(ASTRONAUT, picture=masked(engine, ASTRONAUT)).frame()

    result = compare_still(engine, portrait, picture, LIMITS)

    assert (Outcome.REFER, Reason.FACE_COVERED) == reasons(result)
    assert (None, None) == (result.score, result.live)


def test_of_a_washed_out_face_that_may_be_covered_no_picture_is_kept(engine, portrait):
    washed = np.uint8(0.25 * person_film(ASTRONAUT, picture=masked(engine, ASTRONAUT)).frame() + 0.75 * 215)

    result = compare_still(engine, portrait, washed, LIMITS)

    assert (Outcome.REFER, Reason.NOT_PRESENTED) == reasons(result)
    assert (None, None) == (result.live, result.score)
