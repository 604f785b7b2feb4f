"""Whatever is handed in gives a report, and nothing spoiled is ever called sound."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from kiosk.commands.inspect import report_as_json
from kiosk.cose.encoding import encode_base45
from tests.builders import a_live_text, claims, prove, sign1
from tests.inspect.makers import BOTH_KEYS, NO_KEYS, inspect_bytes, inspect_text

LIVE = prove(sign1(claims()))
TEXT = a_live_text()
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"


def is_a_report(report):
    shown = report_as_json(report)
    return bool(shown["layers"]) and bool(json.dumps(shown, allow_nan=False))


@given(st.binary(max_size=200))
def test_any_bytes_give_a_report(content):
    assert is_a_report(inspect_bytes(content, NO_KEYS))


@given(st.text(max_size=100) | st.text(ALPHABET, max_size=100) | st.binary(max_size=60).map(encode_base45))
def test_any_text_gives_a_report(text):
    assert is_a_report(inspect_text(text, NO_KEYS))


@given(st.binary(max_size=100))
def test_any_payload_under_a_right_signature_gives_a_report(payload):
    assert is_a_report(inspect_bytes(sign1(payload)))


@given(st.integers(0, len(LIVE) * 8 - 1))
def test_one_flipped_bit_in_a_live_credential_is_never_sound(place):
    spoiled = bytearray(LIVE)
    spoiled[place // 8] ^= 1 << (place % 8)

    report = inspect_bytes(bytes(spoiled), BOTH_KEYS)

    assert is_a_report(report)
    assert report.broken is not None


@given(st.integers(0, len(TEXT) - 1), st.sampled_from(ALPHABET))
def test_one_changed_character_is_never_sound(place, letter):
    changed = TEXT[:place] + letter + TEXT[place + 1 :]

    assert (inspect_text(changed, BOTH_KEYS).broken is None) == (changed == TEXT)


@given(st.integers(0, len(LIVE)), st.integers(0, len(LIVE)), st.binary(max_size=20))
def test_a_cut_and_patched_credential_gives_a_report(start, end, patch):
    assert is_a_report(inspect_bytes(LIVE[:start] + patch + LIVE[end:], BOTH_KEYS))
