from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from issuer.errors import Refused
from issuer.number import check_class, check_number, check_sponsor

NINE = st.from_regex(r"[12][0-9]{8}", fullmatch=True)


def right(nine):
    """Append the check digit by trying all ten: an own road to the expected value."""
    fitting = [digit for digit in "0123456789" if is_accepted(nine + digit)]
    assert len(fitting) == 1
    return nine + fitting[0]


def is_accepted(number):
    try:
        check_number(number)
    except Refused:
        return False
    return True


def test_the_published_example_is_accepted():
    check_number("2345678417")


@pytest.mark.parametrize("nine", ["100000000", "234567841", "299999999"])
def test_exactly_one_check_digit_fits(nine):
    assert right(nine).startswith(nine)


@given(NINE, st.integers(0, 9), st.integers(1, 9))
def test_any_single_changed_digit_is_refused(nine, place, shift):
    number = right(nine)
    changed = str((int(number[place]) + shift) % 10)

    assert not is_accepted(number[:place] + changed + number[place + 1 :])


@given(st.text(max_size=12))
def test_any_text_is_accepted_or_refused(text):
    assert is_accepted(text) in {True, False}


@pytest.mark.parametrize(
    "number",
    ["", "234567841", "23456784177", "3345678416", "٢٣٤٥٦٧٨٤١٧", "234567841a", " 2345678417", "2345678417\n"],
)
def test_what_is_not_ten_ascii_digits_of_a_person_is_refused(number):
    with pytest.raises(Refused):
        check_number(number)


@pytest.mark.parametrize(
    ("number", "holder_class", "fits"),
    [
        ("1000000008", "citizen", True),
        ("1000000008", "resident", False),
        ("2345678417", "citizen", False),
        ("2345678417", "resident", True),
        ("2345678417", "family", True),
        ("2345678417", "visitor", True),
    ],
)
def test_the_first_digit_and_the_class_agree(number, holder_class, fits):
    if fits:
        check_class(number, holder_class)
    else:
        with pytest.raises(Refused):
            check_class(number, holder_class)


def test_a_sponsor_may_be_an_establishment():
    check_sponsor("7001234567")
    check_sponsor("2345678417")
    for number in ("700123456", "2345678418", "70012345678"):
        with pytest.raises(Refused):
            check_sponsor(number)
