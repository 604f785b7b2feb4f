import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.evaluate.rates import rate


# Expected ends: beta quantiles in closed form; with no error in n trials the upper end is 1 - 0.025^(1/n).
@pytest.mark.parametrize(
    ("errors", "trials", "low", "high"),
    [
        (0, 106, 0.0, 1 - 0.025 ** (1 / 106)),
        (106, 106, 0.025 ** (1 / 106), 1.0),
        (1, 1, 0.025, 1.0),
        (1, 2, 1 - 0.975**0.5, 0.975**0.5),
        (0, 0, 0.0, 1.0),
    ],
)
def test_the_interval_is_that_of_clopper_and_pearson(errors, trials, low, high):
    found = rate(errors, trials)

    assert (pytest.approx(low, abs=1e-9), pytest.approx(high, abs=1e-9)) == (found.low, found.high)


def test_the_interval_agrees_with_the_published_table_for_10_of_100():
    found = rate(10, 100)

    assert (pytest.approx(0.0490, abs=1e-4), pytest.approx(0.1762, abs=1e-4)) == (found.low, found.high)


@given(st.integers(0, 5000), st.integers(0, 5000))
def test_the_share_lies_within_its_interval(errors, others):
    found = rate(errors, errors + others)

    assert 0.0 <= found.low <= (found.share or 0.0) <= found.high <= 1.0


def test_more_errors_than_trials_are_no_rate():
    with pytest.raises(ValueError, match="3 errors in 2 trials"):
        rate(3, 2)


def test_nothing_tried_has_no_share():
    assert rate(0, 0).share is None
