from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from issuer.dates import RIYADH, a_year_after, day_of, end_of_day, parse_instant, write_instant
from issuer.errors import Refused
from issuer.person import check_person, tidy
from tests.issuer.makers import NOON, a_person


def refusal(person, now):
    try:
        check_person(person, now)
    except Refused as refused:
        return str(refused)
    return None


def test_a_plain_person_is_accepted():
    full = {"gender": 1, "occupation": "مهندس", "employer": "شركة 3M العربية", "sponsor": "7001234567"}

    assert refusal(a_person(**full), NOON) is None


@pytest.mark.parametrize(
    "name", ["محمد بن عبدالله آل سعود", "فاطِمَة الزهراء", "أبو-بكر", "ٱلمُؤمن", "لؤي", "پرویز"]
)
def test_arabic_names_are_accepted_with_marks_and_letters_of_sister_languages(name):
    assert refusal(a_person(name_arabic=tidy(name)), NOON) is None


@pytest.mark.parametrize("name", ["Müller-Lüdenscheidt", "O'Neill", "J. R. Smith", "Nguyễn Văn An"])
def test_latin_names_are_accepted_with_accents_and_signs(name):
    assert refusal(a_person(name_latin=tidy(name)), NOON) is None


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("name_arabic", "Test"),
        ("name_arabic", "شخص Test"),
        ("name_arabic", "شخص \u202eتجريبي"),
        ("name_arabic", "شخص\u200f"),
        ("name_arabic", "شخص\nآخر"),
        ("name_arabic", "شخص ٣"),
        ("name_arabic", ""),
        ("name_arabic", "َ"),
        ("name_arabic", "ش" * 121),
        ("name_latin", ""),
        ("name_latin", "شخص"),
        ("name_latin", "Test\u0000"),
        ("name_latin", "Test\u2066"),
        ("name_latin", "Test1"),
        ("name_latin", "Тest"),  # a Cyrillic T
        ("name_latin", "-"),
        ("name_latin", "<b>"),
        ("name_latin", "T" * 121),
        ("name_latin", "Test\udcff"),
        ("occupation", "engineer"),
        ("occupation", "مهندس" * 20),
        ("employer", "شركة\u2028"),
        ("employer", ""),
        ("nationality", "PK"),
        ("nationality", "pak"),
        ("nationality", "ПАК"),
        ("nationality", "PAKI"),
        ("number", "2345678418"),
        ("guardian", "2345678417"),
        ("guardian", "123"),
        ("sponsor", "9001234567"),
        ("holder_class", "citizen"),
        ("born", date(2026, 11, 23)),
        ("born", date(1899, 12, 31)),
        ("expires", date(2026, 11, 21)),
        ("expires", date(2047, 1, 1)),
    ],
)
def test_a_record_that_does_not_hold_together_is_refused_without_quoting_it(field, text):
    sentence = refusal(a_person(**{field: text}), NOON)

    assert sentence is not None
    assert "\n" not in sentence
    assert field == "holder_class" or not isinstance(text, str) or len(text) < 4 or text not in sentence


@given(st.text(max_size=40))
def test_no_accepted_name_holds_a_character_that_hides_or_turns_text(name):
    person = a_person(name_latin=tidy(name))
    if refusal(person, NOON) is None:
        assert person.name_latin.isprintable()


def test_the_last_day_is_still_a_day_in_riyadh():
    person = a_person(expires=date(2026, 11, 22))

    assert refusal(person, NOON) is None
    assert refusal(person, end_of_day(date(2026, 11, 22)) - timedelta(seconds=1)) is None
    assert refusal(person, end_of_day(date(2026, 11, 22))) is not None


def test_residence_ends_with_the_first_instant_of_the_next_day_in_riyadh():
    assert end_of_day(date(2031, 5, 20)) == parse_instant("2031-05-20T21:00:00Z")
    assert end_of_day(date(2031, 5, 20)).astimezone(RIYADH).isoformat() == "2031-05-21T00:00:00+03:00"


def test_the_day_changes_in_riyadh_three_hours_before_utc():
    assert date(2026, 11, 22) == day_of(parse_instant("2026-11-22T20:59:59Z"))
    assert date(2026, 11, 23) == day_of(parse_instant("2026-11-22T21:00:00Z"))


def test_a_year_after_a_leap_day_is_the_last_of_february():
    assert date(2029, 2, 28) == a_year_after(date(2028, 2, 29))
    assert date(2027, 11, 22) == a_year_after(date(2026, 11, 22))


@pytest.mark.parametrize(
    "text", ["", "2026-11-22", "2026-11-22T09:00:00", "noon", "0001-01-01T00:00:00+14:00"]
)
def test_a_time_without_offset_or_calendar_is_no_time(text):
    with pytest.raises(ValueError, match=r"calendar|offset|isoformat"):
        parse_instant(text)


def test_an_instant_is_written_as_it_is_read():
    assert write_instant(parse_instant("2026-11-22T12:00:00+03:00")) == "2026-11-22T09:00:00Z"
