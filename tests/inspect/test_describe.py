"""Claims for people and machines: named, dated, safe for JSON, without the photo itself."""

from __future__ import annotations

import hashlib
import json

from hypothesis import given
from hypothesis import strategies as st

from kiosk.cose.layers import LayerError
from kiosk.inspect.cbor import OddKey, Simple, Tag, parse_any_cbor
from kiosk.inspect.describe import describe_claims, plain
from tests.builders import WEBP, claims


def test_known_claims_have_their_names_and_dates():
    shown = describe_claims(claims())

    assert ["iss", "exp", "iat", "status", "claim169", "cnf"] == list(shown)
    assert "2027-12-01T09:00:00Z" == shown["exp"]
    assert "شخص تجريبي" == shown["claim169"]["secondary_full_name"]
    assert json.dumps(shown, allow_nan=False)


def test_a_photo_leaves_only_its_outline():
    outline = {"bytes": len(WEBP), "format": "webp", "sha256": hashlib.sha256(WEBP).hexdigest()}
    shown = describe_claims({169: {16: WEBP, 62: [{0: WEBP, 1: 0}], 50: WEBP, 63: {0: b"template"}}})[
        "claim169"
    ]

    assert outline == shown["photo"] == shown["face"][0]["0"] == shown["50"]
    assert {"bytes": 8, "format": None} == {k: v for k, v in shown["63"]["0"].items() if k != "sha256"}
    assert WEBP.hex() not in json.dumps(shown)


def test_a_text_label_never_hides_a_claim():
    shown = describe_claims({1: "real", "iss": "fake", 99: "a", "99": "b"})

    assert {"iss": "real", '"iss"': "fake", "99": "a", '"99"': "b"} == shown


def test_odd_values_become_what_json_can_say():
    odd = {b"\1": b"\2", OddKey(b"\xf5"): Tag(1, 0), "u": Simple(23), "s": Simple(255), "n": float("nan")}

    expected = {
        "h'01'": "02",
        "cbor'f5'": {"tag": 1, "value": 0},
        "u": "undefined",
        "s": "simple(255)",
        "n": "nan",
    }
    assert expected == plain(odd)


@given(st.binary(max_size=60))
def test_whatever_parses_can_be_said_in_json(content):
    try:
        item = parse_any_cbor(content).item
    except LayerError:
        item = {169: content, 4: float("inf"), 65533: {"lst": content}}

    assert json.dumps(plain(item), allow_nan=False)
    assert json.dumps(
        describe_claims(item if isinstance(item, dict) else {1: item, 169: {16: item}}), allow_nan=False
    )
