import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.evaluate.curve import errors_at, find_equal_error, find_threshold, trace_curve

SCORES = st.lists(st.floats(-1, 1, width=32), min_size=1, max_size=60).map(
    lambda each: np.array(each, np.float64)
)


def test_a_score_at_the_threshold_is_accepted():
    false_match, false_non_match = errors_at(0.5, np.array([0.5, 0.4]), np.array([0.5, 0.1, 0.2]))

    assert (1, 3, 1, 2) == (
        false_match.errors,
        false_match.trials,
        false_non_match.errors,
        false_non_match.trials,
    )


def test_heaps_that_do_not_touch_have_no_equal_error():
    point = find_equal_error(trace_curve(np.array([0.8, 0.9]), np.array([0.1, 0.2])))

    assert (0.0, 0.0) == (point.fmr, point.fnmr)


def test_the_equal_error_of_heaps_that_overlap_lies_where_both_shares_meet():
    point = find_equal_error(trace_curve(np.array([0.2, 0.6, 0.7, 0.8]), np.array([0.1, 0.2, 0.3, 0.65])))

    assert (0.25, 0.25) == (point.fmr, point.fnmr)


def test_without_impostors_there_is_neither_curve_nor_threshold():
    nothing = np.array([])

    assert () == trace_curve(np.array([0.8]), nothing)
    assert find_threshold(0.1, np.array([0.8]), nothing) is None
    assert find_equal_error(()) is None


def test_a_rate_that_needs_more_impostors_than_there_are_gets_no_threshold():
    assert find_threshold(0.001, np.array([0.8]), np.linspace(0, 0.5, 999)) is None


@given(SCORES, SCORES, st.sampled_from([1.0, 0.5, 0.1, 0.05]))
def test_a_chosen_rate_is_kept_by_its_threshold(genuine, impostor, chosen):
    found = find_threshold(chosen, genuine, impostor)

    assert found is None or found.fmr.share <= chosen


@given(SCORES, SCORES)
def test_a_curve_trades_one_error_for_the_other(genuine, impostor):
    curve = trace_curve(genuine, impostor)

    assert sorted(curve, key=lambda point: point.threshold) == list(curve)
    assert [point.fmr for point in curve] == sorted((point.fmr for point in curve), reverse=True)
    assert [point.fnmr for point in curve] == sorted(point.fnmr for point in curve)


def test_a_long_curve_is_thinned_but_keeps_its_ends():
    rng = np.random.default_rng(1)
    genuine, impostor = rng.normal(0.7, 0.1, 4000), rng.normal(0.1, 0.1, 40000)

    curve = trace_curve(genuine, impostor)

    assert len(curve) <= 160
    assert pytest.approx(1.0) == curve[0].fmr
    assert curve[-1].fnmr > 0.99
