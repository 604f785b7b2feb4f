"""Whatever is presented gives checks: never an exception, and never a PASS that nobody signed."""

from __future__ import annotations

import tracemalloc
import zlib

from hypothesis import given
from hypothesis import strategies as st

from kiosk.cose.cbor import encode_cbor
from kiosk.cose.encoding import encode_base45
from kiosk.model import Outcome, Step
from kiosk.verify.pipeline import Examined, conclude
from tests.builders import (
    a_live_text,
    a_purpose,
    claims,
    identity,
    prove,
    sign1,
    text_of,
    verify,
)

LIVE = prove(sign1(claims()))
TEXT = a_live_text()
LENIENT = a_purpose("hotel", face=False)
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**64), 2**64 - 1)
    | st.floats()
    | st.binary(max_size=40)
    | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.integers(-30, 70) | st.sampled_from([169, 65535]), inner, max_size=6)
    ),
    max_leaves=20,
)


def passes(examined: Examined) -> bool:
    return conclude(examined).outcome is Outcome.PASS


def test_the_code_that_is_spoilt_below_passes_unspoilt():
    assert passes(verify(TEXT, purpose=LENIENT))


@given(st.text(max_size=200))
def test_no_text_passes(text):
    assert not passes(verify(text, purpose=LENIENT))


@given(st.binary(max_size=300))
def test_no_bytes_inside_valid_outer_layers_pass(content):
    assert not passes(verify(text_of(content), purpose=LENIENT))


@given(anything)
def test_no_item_inside_a_code_passes(item):
    assert not passes(verify(text_of(b"\xd2" + encode_cbor(item)), purpose=LENIENT))


@given(anything)
def test_whatever_an_issuer_signs_by_mistake_gives_checks(item):
    assert not passes(verify(text_of(sign1(encode_cbor(item))), purpose=LENIENT))


@given(st.dictionaries(st.sampled_from([1, 4, 5, 6, 8, 169, 65535, 7, 259]), anything, max_size=3))
def test_whatever_stands_in_the_claims_gives_checks(changes):
    text = text_of(prove(sign1({**claims(), **changes})))

    assert {step for step in Step if step <= Step.LIVE_PROOF} <= {check.step for check in verify(text).checks}


@given(st.dictionaries(st.integers(1, 66), anything, max_size=3))
def test_whatever_stands_in_the_identity_gives_checks(changes):
    text = a_live_text(k169={**identity(), **changes})

    assert {step for step in Step if step <= Step.LIVE_PROOF} <= {check.step for check in verify(text).checks}


@given(anything)
def test_whatever_stands_in_the_unprotected_header_does_not_pass(item):
    text = text_of(sign1(claims(), unprotected={11: item}))

    assert not passes(verify(text, purpose=LENIENT))


@given(st.integers(0, len(LIVE) * 8 - 1))
def test_one_flipped_bit_never_passes(bit):
    spoilt = bytearray(LIVE)
    spoilt[bit // 8] ^= 1 << bit % 8

    assert not passes(verify(text_of(bytes(spoilt)), purpose=LENIENT))


@given(st.integers(0, len(TEXT) - 1), st.sampled_from(ALPHABET))
def test_one_changed_character_never_passes(place, character):
    spoilt = TEXT[:place] + character + TEXT[place + 1 :]

    assert passes(verify(spoilt, purpose=LENIENT)) is (spoilt == TEXT)


@given(st.integers(0, len(TEXT)), st.integers(0, len(TEXT)))
def test_no_part_of_a_code_passes(start, end):
    part = TEXT[start:end]

    assert passes(verify(part, purpose=LENIENT)) is (part == TEXT)


def test_a_three_megabyte_bomb_is_refused_within_a_megabyte():
    bomb = encode_base45(zlib.compress(b"\0" * 2_900_000, 9))[:4200]
    verify(bomb)
    tracemalloc.start()

    examined = verify(bomb)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert not passes(examined)
    assert peak <= 1_000_000


def test_what_was_presented_stands_in_no_detail_and_no_printed_value():
    examined = verify(a_live_text(k169=identity(k8="19900418x")))
    held = verify(TEXT)

    assert "1990" not in str(examined)
    assert "2345678417" not in repr(held)
    assert "Test Person" not in repr(held)
