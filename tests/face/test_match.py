import math
from dataclasses import replace
from datetime import date
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.face.match import decide_visit, is_minor, likeness
from kiosk.model import FaceLimits, Outcome, Reason, Step
from kiosk.view import Likeness

LIMITS = FaceLimits(accept=0.45, refer=0.363, frames=3, tries=3, min_age_years=15)
UNSURE = [0.4, 0.4, 0.4]
PASSED, REFUSED = (Outcome.PASS, None), (Outcome.FAIL, Reason.FACE_MISMATCH)
UNCERTAIN, TIMED_OUT = (Outcome.REFER, Reason.FACE_UNCERTAIN), (Outcome.REFER, Reason.FACE_TIMEOUT)
OPEN = (None, None)

scores = st.lists(st.lists(st.floats(-1, 1), max_size=5), max_size=5)


@pytest.mark.parametrize(
    ("tries", "decided"),
    [
        ([], OPEN),
        ([[0.45, 0.45, 0.45]], PASSED),
        ([[0.44, 0.45, 0.45]], OPEN),
        ([[0.363, 0.363, 0.363]], OPEN),
        ([[0.362, 0.362, 0.362]], REFUSED),
        ([[0.9, 0.9]], OPEN),
        ([[0.0]], OPEN),
        ([UNSURE, UNSURE], OPEN),
        ([UNSURE, [0.51, 0.51, 0.51]], PASSED),
        ([UNSURE, [0.49, 0.49, 0.49]], OPEN),
        ([UNSURE, [0.3, 0.3, 0.3]], REFUSED),
        ([[0.0], [0.5, 0.5, 0.5]], OPEN),
        ([[0.5], [0.45, 0.45, 0.45]], PASSED),
        ([UNSURE, UNSURE, UNSURE], UNCERTAIN),
        ([[0.9], [0.9], [0.9]], UNCERTAIN),
        ([[], [], []], TIMED_OUT),
    ],
)
def test_the_mean_over_all_counted_frames_decides_after_each_full_try(tries, decided):
    decision = decide_visit(tries, LIMITS)

    assert decided == (decision.outcome, decision.reason)


@pytest.mark.parametrize(
    ("tries", "decided"), [([], TIMED_OUT), ([[0.9]], UNCERTAIN), ([UNSURE], UNCERTAIN), ([[0.1]], UNCERTAIN)]
)
def test_a_visit_that_ended_undecided_is_left_to_a_person(tries, decided):
    decision = decide_visit(tries, LIMITS, ended=True)

    assert decided == (decision.outcome, decision.reason)


@given(scores)
def test_the_best_try_alone_never_passes(tries):
    decision = decide_visit(tries, LIMITS, ended=True)
    counted = [score for one in tries[: decision.tries] for score in one]

    assert decision.outcome is not Outcome.PASS or fmean(counted) >= LIMITS.accept
    assert decision.frames == len(counted)


@given(scores, st.lists(st.floats(-1, 1), min_size=3, max_size=5))
def test_what_follows_a_decision_does_not_change_it(tries, later):
    decision = decide_visit(tries, LIMITS)

    assert decision.outcome is None or decision == decide_visit([*tries, later], LIMITS)


@given(scores)
def test_a_fourth_try_is_not_looked_at(tries):
    assert decide_visit(tries[:3], LIMITS) == decide_visit([*tries[:3], *tries[3:]], LIMITS)


@given(scores)
def test_a_visit_that_ended_is_decided(tries):
    check = decide_visit(tries, LIMITS, ended=True).check

    assert check.step is Step.FACE
    assert check.outcome is not None


def test_an_undecided_visit_has_no_check():
    with pytest.raises(ValueError, match="not decided"):
        _ = decide_visit([], LIMITS).check


def test_the_check_says_the_score_and_over_how_much():
    decision = decide_visit([[0.4, 0.4, 0.4], [0.6, 0.6, 0.6]], LIMITS)

    assert "score 0.500 over 6 in 2" == decision.check.detail


def test_a_policy_may_allow_one_try_of_one_frame():
    limits = replace(LIMITS, frames=1, tries=1)

    assert Reason.FACE_UNCERTAIN is decide_visit([[0.4]], limits).reason
    assert Outcome.PASS is decide_visit([[0.5]], limits).outcome


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


@pytest.mark.parametrize("no_number", [math.nan, math.inf, -math.inf])
def test_a_score_that_is_no_number_never_decides(no_number):
    assert (Outcome.REFER, Reason.FACE_TIMEOUT) == _ended([[no_number] * 3], ended=True)
    assert (Outcome.REFER, Reason.FACE_UNCERTAIN) == _ended([[0.9, 0.9, no_number]], ended=True)
    assert (None, None) == _ended([[0.9, 0.9, no_number]])


def _ended(tries, **options):
    decision = decide_visit(tries, LIMITS, **options)
    return decision.outcome, decision.reason
