"""Whose keys: a scanner's burst is taken whole, a person's typing comes back whole."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.wedge.burst import FOREIGN, MAX_KEYS, TAIL_MS, BurstDetector, BurstRules, Stroke
from kiosk.wedge.keys import OFFSET, End, character_at, end_at

CODE = "6BFOXN%TS3DH0YOJ58S S-W5HDC *M0II5XHC9B5G2+$N IOP-IA%NFQ:"
ENTER = (("", End.ENTER),)
RULES = BurstRules()


def plain(text):
    return tuple((char, None) for char in text)


def play(keys, gap_ms=2, rules=RULES, detector=None, start_ms=1000):
    """Press `keys` one after the other, then none; return what was typed and what was scanned."""
    detector = detector or BurstDetector(rules)
    typed, scanned = [], []
    for number, (char, end) in enumerate(keys):
        ruling = detector.press(Stroke(start_ms + number * gap_ms, char, end), (char, end))
        typed += ruling.typed
        scanned += [] if ruling.scanned is None else [ruling.scanned]
    ruling = detector.report_silence()
    return typed + list(ruling.typed), scanned + ([] if ruling.scanned is None else [ruling.scanned])


def test_a_burst_is_the_scanners_and_nothing_of_it_comes_back():
    assert ([], [CODE]) == play(plain(CODE) + ENTER)


def test_a_burst_without_its_ending_key_ends_with_silence():
    assert ([], [CODE]) == play(plain(CODE))


@pytest.mark.parametrize("gap_ms", [31, 60, 150, 400])
def test_typing_comes_back_in_order(gap_ms):
    keys = plain("STAFF 1234") + ENTER

    assert (list(keys), []) == play(keys, gap_ms)


@pytest.mark.parametrize("keys", [plain("H"), plain("AB"), plain("12345"), ENTER])
def test_a_few_keys_at_once_without_an_end_are_a_persons(keys):
    assert (list(keys), []) == play(keys)


def test_two_fingers_on_two_keys_are_no_scan():
    detector = BurstDetector(RULES)
    first = play(plain("1") + plain("2"), 10, detector=detector)
    second = play(plain("3"), detector=detector, start_ms=1200)

    assert ([*plain("12")], []) == first
    assert ([*plain("3")], []) == second


def test_a_short_code_with_its_ending_key_presses_nothing():
    assert ([], ["X"]) == play(plain("X") + ENTER)


def test_an_empty_scan_is_only_an_enter_and_a_persons():
    assert ([*ENTER], []) == play(ENTER)


def test_with_a_prefix_even_an_empty_code_is_a_scan():
    rules = BurstRules(prefix="]~")

    assert ([], [""]) == play(plain("]~") + ENTER, rules=rules)
    assert ([], [CODE]) == play(plain("]~" + CODE) + ENTER, rules=rules)


@pytest.mark.parametrize("suffix", [End.TAB, None])
def test_another_ending_key_or_none(suffix):
    end = ((("", suffix),)) if suffix else ()

    assert ([], [CODE]) == play(plain(CODE) + end, rules=BurstRules(suffix=suffix))


def test_an_enter_that_was_not_expected_at_the_end_is_left_off():
    assert ([], [CODE]) == play(plain(CODE) + ENTER, rules=BurstRules(suffix=None))


def test_a_code_with_line_ends_in_it_presses_nothing_after_the_first():
    detector = BurstDetector(RULES)

    typed, scanned = play(plain(CODE) + ENTER + plain("H") + ENTER + ENTER + plain("YES"), detector=detector)

    assert ([], [CODE]) == (typed, scanned)


def test_keys_close_behind_a_burst_are_dropped_and_later_ones_are_a_persons():
    detector = BurstDetector(RULES)
    play(plain(CODE) + ENTER, 1, detector=detector)
    over_ms = 1000 + len(CODE)

    late = play(ENTER, detector=detector, start_ms=over_ms + TAIL_MS - 1)
    person = play(ENTER, detector=detector, start_ms=over_ms + TAIL_MS + 100)

    assert ([], []) == late
    assert ([*ENTER], []) == person


def test_a_scanner_that_falters_is_still_one_scan():
    detector = BurstDetector(RULES)
    for number, char in enumerate(CODE):
        detector.press(Stroke(1000 + number + 100 * (number > 20), char), char)

    assert CODE == detector.press(Stroke(1200, "", End.ENTER), "end").scanned


def test_a_scanner_that_stops_in_the_middle_gives_one_cut_text_and_presses_nothing():
    detector = BurstDetector(RULES)
    for number, char in enumerate(CODE):
        detector.press(Stroke(1000 + number, char), char)

    late = [detector.press(Stroke(1200 + number, "A"), "A") for number in range(3)]
    end = detector.press(Stroke(1205, "", End.ENTER), "end")

    assert [CODE, None, None] == [ruling.scanned for ruling in late]
    assert (None, ()) == (end.scanned, end.typed)
    assert [()] * 3 == [ruling.typed for ruling in late]


def test_keys_that_write_nothing_make_the_code_foreign_and_go_nowhere():
    keys = (("", None), *plain("ABCDEF"), ("", None), *ENTER)

    assert ([], [f"{FOREIGN}ABCDEF{FOREIGN}"]) == play(keys)


def test_a_key_that_repeats_by_itself_is_no_scan():
    detector = BurstDetector(RULES)
    typed = []
    for number in range(40):
        ruling = detector.press(Stroke(1000 + 30 * number, "A", None, repeated=number > 0), number)
        typed += ruling.typed
        assert ruling.scanned is None

    assert list(range(40)) == typed


def test_a_repeating_key_does_not_spoil_a_burst():
    detector = BurstDetector(RULES)
    for number, char in enumerate(CODE):
        detector.press(Stroke(1000 + number, char), char)

    assert () == detector.press(Stroke(1100, "A", None, repeated=True), "A").typed
    assert CODE == detector.press(Stroke(1100, "", End.ENTER), "end").scanned


def test_what_belongs_to_a_held_key_is_held_with_it():
    detector = BurstDetector(RULES)

    detector.hold(1000, "shift")
    detector.press(Stroke(1001, "A"), "press")
    detector.hold(1010, "release")

    assert detector.is_waiting
    assert ("shift", "press", "release") == detector.report_silence().typed
    assert not detector.is_waiting


def test_what_belongs_to_a_scanners_keys_goes_with_them():
    detector = BurstDetector(RULES)
    for number, char in enumerate(CODE):
        detector.hold(1000 + 2 * number, "shift")
        detector.press(Stroke(1000 + 2 * number, char), char)

    ruling = detector.press(Stroke(1200, "", End.ENTER), "end")
    detector.hold(1201, "release of end")

    assert ((), CODE) == (ruling.typed, ruling.scanned)
    assert not detector.is_waiting


def test_the_clock_of_the_keys_may_start_anew():
    assert ([], [CODE]) == play(plain(CODE) + ENTER, start_ms=(1 << 32) - 20)


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        (CODE.lower(), CODE),
        ("]Q1" + CODE, CODE),
        ("]q1" + CODE.lower(), CODE),
        ("Https://example.org", "Https://example.org"),
    ],
)
def test_caps_lock_and_the_kind_of_the_code_do_not_matter(sent, read):
    assert ([], [read]) == play(plain(sent) + ENTER)


def test_a_burst_that_does_not_end_takes_no_room():
    detector = BurstDetector(RULES)
    for number in range(3 * MAX_KEYS):
        detector.press(Stroke(number, "A"), number)

    assert MAX_KEYS == len(detector.report_silence().scanned)


@given(st.lists(st.tuples(st.integers(0, 400), st.sampled_from(["A", "$", "", "\u0636"]), st.booleans())))
def test_every_event_comes_back_once_or_never_and_in_order(keys):
    detector, now, typed = BurstDetector(RULES), 0, []
    for number, (gap, char, repeated) in enumerate(keys):
        now += gap
        typed += detector.press(Stroke(now, char, None, repeated), number).typed
    typed += detector.report_silence().typed

    assert sorted(set(typed)) == typed
    assert not detector.is_waiting


@given(st.lists(st.integers(31, 2000)), st.sampled_from(["A", "1", ""]))
def test_keys_as_slow_as_a_persons_all_come_back(gaps, char):
    detector, now, typed = BurstDetector(RULES), 0, []
    for number, gap in enumerate(gaps):
        now += gap
        typed += detector.press(Stroke(now, char), number).typed

    assert list(range(len(gaps))) == typed + list(detector.report_silence().typed)


# Places of keys

US = {
    "A": (38, True), "z": (52, False), "%": (14, True), "$": (13, True), "*": (17, True), "+": (21, True),
    "-": (20, False), ".": (60, False), "/": (61, False), ":": (47, True), "0": (19, False), " ": (65, False),
}  # fmt: skip


@pytest.mark.parametrize("char", US)
def test_a_key_writes_what_it_writes_on_a_us_keyboard(char):
    code, shifted = US[char]

    assert char == character_at(code, shifted=shifted)


def test_every_character_of_base45_has_a_key():
    written = {character_at(code, shifted=shifted) for code in range(256) for shifted in (False, True)}

    assert set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:") <= written


def test_ending_keys_and_keys_that_write_nothing():
    assert (End.ENTER, End.TAB, None) == (end_at(36), end_at(23), end_at(38))
    assert ("", "") == (character_at(9, shifted=False), character_at(67 + OFFSET, shifted=True))


def test_keys_that_write_nothing_come_back_however_close_they_follow_and_take_no_room():
    detector, back, most = BurstDetector(RULES), [], 0
    for number in range(10_000):
        back += detector.hold(1000 + number, number).typed
        most = max(most, number + 1 - len(back))

    assert list(range(10_000)) == back + list(detector.report_silence().typed)
    assert most <= 8 * RULES.min_keys
