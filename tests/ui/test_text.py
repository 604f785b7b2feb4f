from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.ui.countries import country_name
from kiosk.ui.fields import lines_of
from kiosk.ui.language import Digits, Language
from kiosk.ui.text import DAYS, HOURS, MASK, SECONDS, Writer, clean, group_number
from tests.ui.samples import NUMBER, a_holder

ARABIC = Writer(Language.ARABIC)
ENGLISH = Writer(Language.ENGLISH)
EASTERN = Writer(Language.ARABIC, Digits.ARABIC)
ISOLATES = {"\u2066": 1, "\u2067": 1, "\u2068": 1, "\u2069": -1}


def is_island(text):
    """Tell whether the text stands between one pair of isolates, or several side by side."""
    depth = 0
    for char in text:
        depth += ISOLATES.get(char, 0)
        if depth < 0 or (depth == 0 and char not in "\u2069 ·"):
            return False
    return depth == 0


@pytest.mark.parametrize("writer", [ARABIC, ENGLISH, EASTERN])
def test_whatever_goes_into_a_sentence_stands_between_isolates(writer):
    written = [
        writer.number(1248),
        writer.code("FACE_UNCERTAIN"),
        writer.id_number(NUMBER),
        writer.name("MUHAMMAD KHAN"),
        writer.name("محمد خان"),
        writer.clock(datetime(2026, 11, 22, 9, 0, tzinfo=UTC)),
        writer.day(date(2027, 3, 14)),
        writer.counted(3, DAYS),
        writer.span(timedelta(days=3)),
    ]

    assert all(is_island(text) for text in written)


def test_dates_stand_in_both_calendars():
    assert "\u206714 مارس 2027\u00a0م\u2069 · \u20676 شوال 1448\u00a0هـ\u2069" == ARABIC.day(
        date(2027, 3, 14)
    )
    assert "\u206614 Mar 2027\u2069 · \u20666 Shawwal 1448\u00a0AH\u2069" == ENGLISH.day(date(2027, 3, 14))
    assert "١٤ مارس ٢٠٢٧" in EASTERN.day(date(2027, 3, 14))


@pytest.mark.parametrize("day", [date(1924, 7, 31), date(1900, 1, 1), date(2077, 11, 17), date(2100, 1, 1)])
def test_beyond_the_umm_al_qura_table_only_the_gregorian_date_is_shown(day):
    assert "هـ" not in ARABIC.day(day)
    assert str(day.year) in ARABIC.day(day)


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 يوم"), (1, "يوم واحد"), (2, "يومين"), (3, "3 أيام"), (10, "10 أيام"), (11, "11 يومًا"),
        (99, "99 يومًا"), (100, "100 يوم"), (101, "101 يوم"), (103, "103 أيام"), (111, "111 يومًا"),
    ],
)  # fmt: skip
def test_arabic_counts_agree_with_their_noun(count, text):
    assert f"\u2067{text}\u2069" == ARABIC.counted(count, DAYS)


def test_english_counts_have_their_plural():
    assert "\u20661 second\u2069" == ENGLISH.counted(1, SECONDS)
    assert "\u20662 hours\u2069" == ENGLISH.counted(2, HOURS)


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (timedelta(seconds=-5), "1 minute"),
        (timedelta(minutes=59, seconds=59), "59 minutes"),
        (timedelta(hours=23, minutes=59), "23 hours"),
        (timedelta(days=3, hours=2), "3 days"),
    ],
)
def test_a_span_is_told_in_its_largest_whole_unit(span, text):
    assert f"\u2066{text}\u2069" == ENGLISH.span(span)


def test_identity_numbers_are_latin_and_grouped_whatever_the_digits():
    assert "\u20662345\u00a0678\u00a0417\u2069" == EASTERN.id_number(NUMBER)
    assert "2345\u00a0678\u00a0417" == group_number("٢٣٤٥٦٧٨٤١٧")
    assert "2•••\u00a0•••\u00a0417" == group_number("2••••••417")
    assert "A1234567" == group_number("A1234567")


def test_counts_follow_the_digits_chosen_in_arabic_only():
    assert "\u2066١٢٤٨\u2069" == EASTERN.number(1248)
    assert "\u20661248\u2069" == Writer(Language.ENGLISH, Digits.ARABIC).number(1248)


def test_the_time_of_day_is_that_of_riyadh():
    assert "\u206602:30\u2069" == ENGLISH.clock(datetime(2026, 11, 22, 23, 30, tzinfo=UTC))


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=300))
def test_any_foreign_text_becomes_one_line_without_controls(text):
    kept = clean(text)

    assert len(kept) <= 120
    assert not [c for c in kept if c in "\n\r\t\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u2069\u200f"]
    assert is_island(ARABIC.name(text))
    assert is_island(ARABIC.id_number(text))
    assert country_name(text, ARABIC)


def test_nationalities_are_named_and_foreign_codes_shown_as_they_stand():
    assert "باكستان" == country_name("PAK", ARABIC)
    assert "Pakistan" == country_name("pk", ENGLISH)
    assert "\u2066XXX\u2069" == country_name("XXX", ARABIC)


def test_masked_lines_keep_their_labels_and_lose_their_values():
    lines = lines_of(a_holder(), ARABIC, masked=True)

    assert "رقم الإقامة" == lines[0].label
    assert {MASK} == {line.value.strip("\u200f") for line in lines}


def test_a_field_the_purpose_withholds_has_no_line():
    labels = [line.label for line in lines_of(a_holder(number=None, born=None), ENGLISH, masked=False)]

    assert "Iqama number" not in labels
    assert "Date of birth" not in labels
