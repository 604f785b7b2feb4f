"""Which code in view begins a visit: a held code once, a fresh proof of it not again, another one at once."""

import zlib
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.codewatch import (
    GONE_AFTER_S,
    HINT_STAYS_S,
    UNREAD_GAP_S,
    UNREADABLE_AFTER_S,
    CodeWatch,
    ShownHint,
    Sight,
    handled,
    identify,
    keep_hint,
    look,
    prefer_id,
    prefer_new,
)
from kiosk.cose.cbor import encode_cbor
from kiosk.cose.encoding import encode_base45
from kiosk.model import Box, CodeSighting, Hint

BOX = Box(100, 100, 300, 300)


def a_code(payload=b"payload", signature=b"signature"):
    body = encode_cbor([b"", {}, payload, signature])
    return encode_base45(zlib.compress(b"\xd2" + body))


def read(text):
    return CodeSighting(text, BOX)


UNREAD = CodeSighting(None, BOX)


def watch_all(*sightings, watch=None):
    """Fold (time, sighting) pairs and return the watch and the list of what each meant."""
    watch, sights = watch or CodeWatch(), []
    for at, sighting in sightings:
        watch, sight = look(watch, sighting, at)
        sights.append(sight)
    return watch, sights


def holding(text, at=0.0):
    watch, _ = look(CodeWatch(), read(text), at)
    return handled(watch, identify(text))


def test_an_empty_frame_means_nothing():
    assert [Sight.NOTHING] == watch_all((0.0, None))[1]


def test_a_code_never_seen_is_new():
    assert [Sight.NEW] == watch_all((0.0, read(a_code())))[1]


def test_a_code_held_in_view_is_one_visit():
    _, sights = watch_all((0.1, read(a_code())), (1.0, read(a_code())), watch=holding(a_code()))

    assert [Sight.SAME, Sight.SAME] == sights


def test_the_same_credential_with_a_fresh_proof_is_the_same_code():
    redrawn = a_code(signature=b"redrawn after ten seconds")

    assert [Sight.SAME] == watch_all((0.5, read(redrawn)), watch=holding(a_code()))[1]


def test_another_credential_is_new_at_once():
    assert [Sight.NEW] == watch_all((0.1, read(a_code(b"another"))), watch=holding(a_code()))[1]


@pytest.mark.parametrize(("away_s", "sight"), [(GONE_AFTER_S, Sight.SAME), (GONE_AFTER_S + 0.1, Sight.NEW)])
def test_a_code_is_new_again_once_it_was_gone_long_enough(away_s, sight):
    assert [sight] == watch_all((away_s, read(a_code())), watch=holding(a_code()))[1]


def test_blurred_frames_keep_the_code_at_hand():
    blurred = [(n * 0.5, UNREAD) for n in range(1, 7)]

    _, sights = watch_all(*blurred, (3.2, read(a_code())), watch=holding(a_code()))

    assert Sight.SAME is sights[-1]


@pytest.mark.parametrize(
    ("after_s", "sight"), [(UNREADABLE_AFTER_S - 0.1, Sight.UNREAD), (UNREADABLE_AFTER_S, Sight.UNREADABLE)]
)
def test_a_code_in_sight_that_stays_unread_is_called_unreadable(after_s, sight):
    held = [(n * 0.5, UNREAD) for n in range(8)]

    assert sight is watch_all(*held, (after_s, UNREAD))[1][-1]


def test_a_code_seen_in_some_frames_and_never_read_is_called_unreadable_and_stays_so():
    flickering = [(n / 15, UNREAD if n % 5 == 0 else None) for n in range(90)]

    sights = watch_all(*flickering)[1]

    assert {Sight.UNREAD, Sight.NOTHING} == set(sights[:60])
    assert {Sight.UNREADABLE} == set(sights[60:])


@pytest.mark.parametrize(("gap_s", "sight"), [(UNREAD_GAP_S, Sight.UNREADABLE), (1.1, Sight.UNREAD)])
def test_an_unread_code_that_was_away_longer_is_another_one(gap_s, sight):
    held = [(n * 0.5, UNREAD) for n in range(9)]

    assert sight is watch_all(*held, (4.0 + gap_s, UNREAD))[1][-1]


def test_a_look_away_starts_the_unreadable_time_anew():
    _, sights = watch_all((0.0, UNREAD), (3.9, None), (4.0, UNREAD), (7.9, UNREAD))

    assert Sight.UNREAD is sights[-1]


# Several in view


def beside(text, *others):
    return CodeSighting(text, BOX, beside=tuple(read(other) for other in others))


POSTER = "https://example.org/poster"


@pytest.mark.parametrize("presented", [POSTER, None])
def test_an_id_goes_before_a_foreign_or_unread_code_beside_it(presented):
    preferred = prefer_id(beside(presented, "7", a_code()))

    assert (a_code(), [presented, "7"]) == (preferred.text, [each.text for each in preferred.beside])


def test_without_an_id_beside_it_what_is_presented_stays():
    for sighting in (None, UNREAD, read(POSTER), beside(POSTER, "7"), beside(a_code(), a_code(b"another"))):
        assert sighting is prefer_id(sighting)


def test_two_phones_in_view_are_one_visit_each():
    watch, sights = holding(a_code()), []
    for n in range(1, 40):
        shown = beside(a_code(), a_code(b"wife")) if n % 2 else beside(a_code(b"wife"), a_code())
        watch, sight = look(watch, shown, n / 15)
        if sight is Sight.NEW:
            watch = handled(watch, identify(shown.text))
        sights.append(sight)

    assert 1 == sights.count(Sight.NEW)


def test_of_two_phones_held_up_together_the_smaller_has_its_visit_when_the_larger_has_had_it():
    watch, visits = CodeWatch(), []
    for n in range(40):
        shown = prefer_new(watch, beside(a_code(), POSTER, a_code(b"wife")), n / 15)
        watch, sight = look(watch, shown, n / 15)
        if sight is Sight.NEW:
            watch = handled(watch, identify(shown.text))
            visits.append(shown.text)

    assert [a_code(), a_code(b"wife")] == visits


def test_before_its_visit_the_larger_of_two_phones_stays_in_front_and_a_poster_never_comes_there():
    both, poster = beside(a_code(), a_code(b"wife")), beside(a_code(), POSTER)

    assert both is prefer_new(CodeWatch(), both, 0.0)
    assert poster is prefer_new(holding(a_code()), poster, 0.1)
    assert prefer_new(holding(a_code()), None, 0.1) is None


def test_a_poster_in_the_background_does_not_make_an_id_new_again():
    watch = holding(a_code())
    for n in range(1, 20):
        watch, _ = look(watch, read(POSTER), n / 15)
        watch = handled(watch, identify(POSTER))

    assert Sight.SAME is look(watch, read(a_code()), 20 / 15)[1]


def test_no_more_codes_are_remembered_than_people_hold():
    watch = holding(a_code())
    for n in range(50):
        watch = handled(watch, identify(f"code {n}"))

    assert 4 == len(watch.known)


def test_a_credential_is_named_by_its_payload_and_a_foreign_code_by_its_text():
    assert identify(a_code(signature=b"1")) == identify(a_code(signature=b"2"))
    assert identify("https://example.org/1") != identify("https://example.org/2")
    assert (False, True) == (identify(a_code()).foreign, identify("https://example.org").foreign)


@given(st.text())
def test_any_text_has_an_identity(text):
    assert identify(text) == identify(text)


def show_all(*wanted):
    """Fold (time, hint) pairs and return what was on the screen each time."""
    shown, hints = ShownHint(), []
    for at, hint in wanted:
        shown = keep_hint(shown, hint, at)
        hints.append(shown.hint)
    return hints


def test_the_first_hint_is_shown_at_once():
    assert [Hint.CLOSER] == show_all((5.0, Hint.CLOSER))


@pytest.mark.parametrize(
    ("after_s", "shown"), [(HINT_STAYS_S - 0.01, Hint.CLOSER), (HINT_STAYS_S, Hint.HOLD_STILL)]
)
def test_a_hint_stays_until_it_can_be_read(after_s, shown):
    assert shown is show_all((0.0, Hint.CLOSER), (after_s, Hint.HOLD_STILL))[-1]


def test_a_hint_that_fits_all_along_may_go_as_soon_as_it_does_not():
    assert show_all((0.0, Hint.CLOSER), (0.6, Hint.CLOSER), (0.8, None))[-1] is None


def test_hints_that_flicker_from_frame_to_frame_change_no_faster_than_one_can_read():
    wanted = [(n / 15, (Hint.CLOSER, Hint.HOLD_STILL, None)[n % 3]) for n in range(60)]

    shown = show_all(*wanted)

    assert sum(a is not b for a, b in pairwise(shown)) <= 4 / HINT_STAYS_S
