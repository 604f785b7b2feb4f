"""Which code in view begins a visit: a held code once, a fresh proof of it not again, another one at once."""

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.codewatch import GONE_AFTER_S, UNREADABLE_AFTER_S, CodeWatch, Sight, handled, identify, look
from kiosk.cose.cbor import encode_cbor
from kiosk.cose.encoding import encode_base45
from kiosk.model import Box, CodeSighting

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
