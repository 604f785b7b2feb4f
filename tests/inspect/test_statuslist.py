"""A Status List Token taken apart: its measure, the word at an index, and the layer that is wrong."""

from __future__ import annotations

import base64
import json
import zlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.inspect.keyfile import parse_key_file
from kiosk.inspect.statuslist import inspect_status_list
from kiosk.inspect.walk import GivenKeys
from tests.builders import AUTHORITY, NOON, a_status_token, an_ed25519, seconds, sign1
from tests.inspect.makers import ISSUER_KEY, NO_KEYS, broken, detail_of, key_of, names
from tests.vectors import load

DRAFT = load("statuslist/draft-21-token")
TYPE = "application/statuslist+cwt"


def inspect(content, index=0, keys=ISSUER_KEY, now=NOON):
    return inspect_status_list(content, keys, index, now)


def token(payload=None, **changes):
    fields = {
        2: "https://example.com/list",
        6: seconds(NOON),
        65533: {"bits": 1, "lst": zlib.compress(b"\xb9\xa3")},
    }
    merged = (
        {**fields, **{int(name[1:]): value for name, value in changes.items()}}
        if payload is None
        else payload
    )
    kept = {label: value for label, value in merged.items() if value is not None}
    return sign1(kept, protected={1: AUTHORITY.algorithm, 16: TYPE})


def test_the_example_of_the_draft_is_read_with_its_key():
    key = parse_key_file(json.dumps({"kty": "EC", "crv": "P-256", "x": DRAFT["x"], "y": DRAFT["y"]}).encode())
    content, now = bytes.fromhex(DRAFT["token"]), datetime(2026, 1, 1, tzinfo=UTC)

    read = [inspect(content, index, GivenKeys(key), now) for index in range(16)]

    assert all(report.broken is None for report in read)
    # Source: draft-ietf-oauth-status-list-21 section 4.1, the entries 0 to 15.
    expected = [1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1]
    assert expected == [report.claims["status_list"]["status"] for report in read]
    assert ["cbor", "cose", "signature", "cwt", "dates", "statuslist"] == names(read[0])
    assert "16 entries of 1 bits; index 0: 1 INVALID" == detail_of(read[0], "statuslist")


@pytest.mark.parametrize("bits", [1, 2, 4, 8])
def test_every_width_is_looked_up(bits):
    report = inspect(a_status_token(AUTHORITY, {5: 1}, bits=bits), 5)

    assert {"bits": bits, "size": 64, "index": 5, "status": 1, "name": "INVALID"} == report.claims[
        "status_list"
    ]


@pytest.mark.parametrize(
    ("word", "name"), [(0, "VALID"), (2, "SUSPENDED"), (4, "reserved"), (11, "APPLICATION_SPECIFIC")]
)
def test_status_words_have_their_names(word, name):
    report = inspect(a_status_token(AUTHORITY, {5: word}, bits=8), 5)

    assert name == report.claims["status_list"]["name"]


@pytest.mark.parametrize("index", [-1, 64, 10**30])
def test_an_index_outside_is_an_answer(index):
    report = inspect(a_status_token(AUTHORITY), index)

    assert ("statuslist", "STATUS_INDEX_OUT_OF_RANGE") == broken(report)


@pytest.mark.parametrize("spell", [bytes.hex, lambda raw: base64.b64encode(raw).decode()])
def test_a_token_is_read_from_hex_and_base64(spell):
    assert None is inspect(spell(a_status_token(AUTHORITY)).encode() + b"\n").broken


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", ("cbor", "NOT_A_CREDENTIAL")),
        (a_status_token(AUTHORITY)[:-1], ("cbor", "MALFORMED")),
        (b"eyJhbGciOiJFUzI1NiJ9.e30.c2ln", ("cbor", "NOT_A_CREDENTIAL")),
        (b"\xd1" + a_status_token(AUTHORITY)[1:], ("cose", "NOT_A_CREDENTIAL")),
        (sign1({2: "u"}), ("cose", "NOT_A_CREDENTIAL")),
        (sign1({2: "u"}, protected={1: -8, 16: "statuslist+cwt"}), ("cose", "NOT_A_CREDENTIAL")),
        (a_status_token(an_ed25519("another")), ("signature", "SIGNATURE_INVALID")),
        (token(k2=None), ("cwt", "MALFORMED")),
        (token(k6=None), ("cwt", "MALFORMED")),
        (token(k4="never"), ("cwt", "MALFORMED")),
        (token(k65534=0), ("cwt", "MALFORMED")),
        (token(k65534=True), ("cwt", "MALFORMED")),
        (token(k4=seconds(NOON)), ("dates", "EXPIRED")),
        (token(k6=seconds(NOON) + 301), ("dates", "ISSUED_IN_FUTURE")),
        (token(k65533=None), ("statuslist", "MALFORMED")),
        (token(k65533=[]), ("statuslist", "MALFORMED")),
        (token(k65533={"bits": 3, "lst": zlib.compress(b"0")}), ("statuslist", "MALFORMED")),
        (token(k65533={"bits": True, "lst": zlib.compress(b"0")}), ("statuslist", "MALFORMED")),
        (token(k65533={"bits": 1, "lst": "eNrb"}), ("statuslist", "MALFORMED")),
        (token(k65533={"bits": 1, "lst": b"raw"}), ("statuslist", "MALFORMED")),
        (token(k65533={"bits": 1, "lst": zlib.compress(b"0") + b"0"}), ("statuslist", "MALFORMED")),
        (token(k65533={"bits": 1, "lst": zlib.compress(b"")}), ("statuslist", "STATUS_INDEX_OUT_OF_RANGE")),
    ],
)
def test_what_is_wrong_is_named(content, expected):
    assert expected == broken(inspect(content))


def test_the_store_s_own_reader_is_asked_too():
    assert () == inspect(a_status_token(AUTHORITY)).profile
    assert inspect(token(k65534=1.5)).profile[0].startswith("the kiosk's own reader says cwt")


@given(st.binary(max_size=60) | st.just(a_status_token(AUTHORITY)), st.integers(0, 3000), st.integers(0, 7))
def test_one_flipped_bit_never_leaves_a_signed_list_sound(content, place, bit):
    spoiled = bytearray(content)
    if spoiled:
        spoiled[place % len(spoiled)] ^= 1 << bit

    assert inspect(bytes(spoiled)).broken is not None


@given(st.binary(max_size=200), st.integers())
def test_any_bytes_give_a_report(content, index):
    assert inspect(content, index, NO_KEYS).layers
    assert key_of(AUTHORITY)
