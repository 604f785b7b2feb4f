"""Which code in view begins a visit: a held code once, a fresh proof of it not again, another one at once."""

import zlib
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.codewatch import (
    GONE_AFTER_S,
    HINT_STAYS_S,
    UNREADABLE_AFTER_S,
    CodeWatch,
    ShownHint,
    Sight,
    handled,
    identify,
    keep_hint,
    look,
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
    assert sight is watch_all((0.0, UNREAD), (after_s, UNREAD))[1][-1]


def test_a_look_away_starts_the_unreadable_time_anew():
    _, sights = watch_all((0.0, UNREAD), (3.9, None), (4.0, UNREAD), (7.9, UNREAD))

    assert Sight.UNREAD is sights[-1]


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
