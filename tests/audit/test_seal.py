"""The sealed part of a row: only its auditor opens it, only at its row, and its length tells nothing."""

from contextlib import suppress
from dataclasses import replace

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.audit.auditors import make_pair
from kiosk.audit.seal import (
    MAX_SEALED,
    MAX_TEXT,
    OVERHEAD,
    Place,
    SealedHolder,
    SealedPseudonymKey,
    SealRefused,
    parse_sealed,
    seal,
    unseal,
)
from kiosk.model import Environment

PAIR = make_pair("2026-11")
HERE = Place(Environment.SANDBOX, bytes(range(16)), 7)
HOLDER = SealedHolder(
    "مريم عبدالرحمن خان", "MARYAM KHAN", "2345678417", "https://a.invalid/status/2031", 4711
)
KEY = SealedPseudonymKey("2026-11", bytes(range(32)))


def padded(record):
    return cbor2.dumps(record, canonical=True) + b"\x80"


@pytest.mark.parametrize("content", [HOLDER, KEY, SealedHolder(None, None, None, "u", 0)])
def test_what_was_sealed_opens_with_the_private_key_at_its_row(content):
    assert content == unseal(seal(content, PAIR.public, HERE), PAIR.private, HERE)


@pytest.mark.parametrize(
    "elsewhere",
    [
        replace(HERE, seq=8),
        replace(HERE, epoch=bytes(16)),
        replace(HERE, environment=Environment.PILOT),
    ],
)
def test_a_sealed_part_moved_to_another_row_log_or_environment_does_not_open(elsewhere):
    sealed = seal(HOLDER, PAIR.public, HERE)

    with pytest.raises(SealRefused):
        unseal(sealed, PAIR.private, elsewhere)


def test_the_key_of_another_month_opens_nothing():
    sealed = seal(HOLDER, PAIR.public, HERE)

    with pytest.raises(SealRefused):
        unseal(sealed, make_pair("2026-12").private, HERE)


@given(st.integers(0, 8 * (256 + OVERHEAD) - 1))
def test_one_flipped_bit_never_opens(bit):
    sealed = bytearray(seal(HOLDER, PAIR.public, HERE))
    sealed[bit // 8] ^= 1 << bit % 8

    with pytest.raises(SealRefused):
        unseal(bytes(sealed), PAIR.private, HERE)


def test_the_same_holder_is_never_sealed_to_the_same_bytes():
    assert seal(HOLDER, PAIR.public, HERE) != seal(HOLDER, PAIR.public, HERE)


def test_the_length_does_not_tell_a_short_name_from_a_long_one():
    lengths = {
        len(seal(replace(HOLDER, name_arabic=name), PAIR.public, HERE)) for name in ("خان", "مريم " * 8)
    }

    assert {256 + OVERHEAD} == lengths


def test_a_name_of_any_length_is_sealed_cut_and_fits():
    sealed = seal(
        replace(HOLDER, name_arabic="م" * 60_000, name_latin="\U0001f600" * 60_000, status_uri="u" * 60_000),
        PAIR.public,
        HERE,
    )

    assert len(sealed) <= MAX_SEALED
    assert "م" * MAX_TEXT == unseal(sealed, PAIR.private, HERE).name_arabic


def test_a_holder_and_a_key_print_nothing_of_what_they_hold():
    assert "KHAN" not in repr(HOLDER)
    assert "secret" not in repr(KEY)


@given(st.binary(max_size=400))
def test_any_bytes_give_a_refusal(sealed):
    with pytest.raises(SealRefused):
        unseal(sealed, PAIR.private, HERE)


@given(st.binary(max_size=400))
def test_any_decrypted_bytes_give_a_sealed_part_or_a_refusal(content):
    with suppress(SealRefused):
        parse_sealed(content)


@given(
    st.dictionaries(
        st.sampled_from(["of", "name_arabic", "number", "status_uri", "status_index", "secret", "month"]),
        st.sampled_from(["holder", "pseudonym-key", "2026-11"])
        | st.integers()
        | st.binary(max_size=40)
        | st.lists(st.none(), max_size=2),
    )
)
def test_any_decrypted_map_gives_a_sealed_part_or_a_refusal(record):
    with suppress(SealRefused):
        parse_sealed(padded(record))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x80",
        b"\xa0",
        padded({}),
        padded([]),
        padded({"of": "holder", "status_uri": "u", "status_index": -1}),
        padded({"of": "holder", "status_uri": "u", "status_index": True}),
        padded({"of": "holder", "status_uri": "u", "status_index": 1, "religion": "x"}),
        padded({"of": "holder", "status_uri": "u", "status_index": 1, "number": 1}),
        padded({"of": "holder", "status_uri": "u", "status_index": 1, "number": "1" * 256}),
        padded({"of": "pseudonym-key", "month": "2026-11", "secret": bytes(31)}),
        padded({"of": "pseudonym-key", "month": "2026-11x", "secret": bytes(32)}),
        padded({"of": "portrait"}),
        b"\xbf\xff\x80",
        b"\xa2\x62of\x66holder\x62of\x66holder\x80",
    ],
)
def test_what_the_log_never_seals_is_refused(content):
    with pytest.raises(SealRefused):
        parse_sealed(content)
