from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.face.match import decide, is_minor, likeness, similarity
from kiosk.model import FaceLimits, Outcome, Reason, Step
from kiosk.view import Likeness

LIMITS = FaceLimits(accept=0.45, refer=0.363, frames=3, min_age_years=15)


@pytest.mark.parametrize(
    ("scores", "outcome", "reason"),
    [
        ([0.45, 0.45, 0.45], Outcome.PASS, None),
        ([0.9, 0.449, 0.1], Outcome.REFER, Reason.FACE_UNCERTAIN),
        ([0.363, 0.363, 0.0], Outcome.REFER, Reason.FACE_UNCERTAIN),
        ([0.362, 0.362, 0.99], Outcome.FAIL, Reason.FACE_MISMATCH),
        ([0.1, 0.1, 0.9, 0.9], Outcome.PASS, None),
        ([0.9, 0.9], Outcome.REFER, Reason.FACE_UNCERTAIN),
        ([0.0], Outcome.REFER, Reason.FACE_UNCERTAIN),
        ([], Outcome.REFER, Reason.FACE_TIMEOUT),
    ],
)
def test_the_median_of_enough_frames_decides(scores, outcome, reason):
    check = decide(scores, LIMITS)

    assert (Step.FACE, outcome, reason) == (check.step, check.outcome, check.reason)


@given(st.lists(st.floats(-1, 1), max_size=9))
def test_the_best_frame_alone_never_passes(scores):
    passed = decide(scores, LIMITS).outcome is Outcome.PASS

    assert not passed or sum(score >= LIMITS.accept for score in scores) * 2 >= max(len(scores), 3)


@pytest.mark.parametrize("scores", [[0.9, 0.9, 0.9], [0.0, 0.0, 0.0], []])
def test_a_minor_is_left_to_a_person_whatever_the_scores(scores):
    check = decide(scores, LIMITS, minor=True)

    assert (Outcome.REFER, Reason.MINOR, "") == (check.outcome, check.reason, check.detail)


@pytest.mark.parametrize(
    ("born", "today", "minor"),
    [
        (date(2011, 11, 23), date(2026, 11, 22), True),
        (date(2011, 11, 23), date(2026, 11, 23), False),
        (date(2012, 2, 29), date(2027, 2, 28), True),
        (date(2012, 2, 29), date(2027, 3, 1), False),
        (date(2030, 1, 1), date(2026, 1, 1), True),
    ],
)
def test_a_minor_grows_up_on_his_birthday(born, today, minor):
    assert minor is is_minor(born, today, LIMITS)


@pytest.mark.parametrize(
    ("score", "word"),
    [(None, None), (0.45, Likeness.SAME), (0.4, Likeness.UNSURE), (0.36, Likeness.DIFFERENT)],
)
def test_a_score_has_a_word(score, word):
    assert word is likeness(score, LIMITS)


def test_similarity_is_the_cosine():
    east, north = np.array([2, 0], np.float32), np.array([0, 3], np.float32)

    assert (1.0, 0.0, -1.0) == (similarity(east, east), similarity(east, north), similarity(east, -east))


def test_a_zero_vector_has_no_direction():
    with pytest.raises(ValueError, match="zero"):
        similarity(np.zeros(2, np.float32), np.ones(2, np.float32))
