"""Claims by the standard: types, dates to the second, the identity map and the status."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kiosk.cose.cbor import encode_cbor
from tests.builders import NOON, claims, seconds, sign1
from tests.inspect.makers import broken, detail_of, inspect_bytes

NOW = seconds(NOON)


def of(payload):
    return inspect_bytes(sign1(payload))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"k4": NOW + 1}, None),
        ({"k4": NOW}, "EXPIRED"),
        ({"k4": NOW - 1}, "EXPIRED"),
        ({"k4": NOW + 0.5}, None),
        ({"k4": float(NOW)}, "EXPIRED"),
        ({"k4": -(10**30)}, "MALFORMED"),  # a bignum is a tag, and no NumericDate
        ({"k4": 2**64 - 1}, None),
        ({"k4": 1e300}, None),
        ({"k4": -1}, "EXPIRED"),
        ({"k5": NOW + 300}, None),
        ({"k5": NOW + 301}, "NOT_YET_VALID"),
        ({"k6": NOW + 300}, None),
        ({"k6": NOW + 301}, "ISSUED_IN_FUTURE"),
        ({"k4": NOW, "k5": NOW + 301}, "EXPIRED"),
        ({"k4": None, "k6": None}, None),
    ],
)
def test_dates_are_judged_to_the_second(changes, reason):
    found = broken(of(claims(holder=None, **changes)))

    assert reason == (found[1] if found else None)


def test_dates_that_no_calendar_reaches_are_shown_as_numbers():
    report = of(claims(holder=None, k4=2**64 - 1))

    assert str(2**64 - 1) == report.claims["exp"]


def test_a_fraction_of_a_second_is_shown():
    assert "2026-12-01T09:00:00.500000Z" == of(claims(k5=NOW + 0.5)).claims["nbf"]


def test_a_token_without_dates_says_so():
    report = of({169: {1: "x"}})

    assert "none in the token" == detail_of(report, "dates")


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"\x01",
        b"\xff",
        b"\x80",
        b"\xa1\x01\x61\xff",
        encode_cbor(claims()) + b"\0",
        b"\xa2\x04\x01\x04\x01",
        b"\xa1\x41\x00\x00",
        encode_cbor({"iss": "only texts"}),
        encode_cbor({1: 5}),
        encode_cbor({2: b"sub"}),
        encode_cbor({4: "2031-01-01"}),
        encode_cbor({4: True}),
        encode_cbor({5: None}),
        encode_cbor({6: float("nan")}),
        encode_cbor({6: float("inf")}),
        b"\xa1\x04\xc1\x1a\x56\x12\xae\xb0",
        encode_cbor({7: "cti"}),
        b"\xd8\x3d" + encode_cbor(claims()),
    ],
)
def test_what_is_no_claims_set_breaks_the_cwt(payload):
    assert ("cwt", "MALFORMED") == broken(inspect_bytes(sign1(payload)))


@pytest.mark.parametrize(
    ("identity", "reason"),
    [
        (None, "NOT_A_CREDENTIAL"),
        ({}, "MALFORMED"),
        ([], "MALFORMED"),
        ({1: 2345678417}, "MALFORMED"),
        ({8: "19900230"}, "MALFORMED"),
        ({8: "yesterday"}, "MALFORMED"),
        ({9: 4}, "MALFORMED"),
        ({16: "text"}, "MALFORMED"),
        ({17: 5}, "MALFORMED"),
        ({62: {0: "text"}}, "MALFORMED"),
        ({8: "1990-04-18"}, None),
        ({24: 5, 25: {}, 26: None, 100: [1], "own": 1}, None),  # free for closed ecosystems
        ({62: {0: b"\xff\xd8\xff", 1: 0, 2: 1}}, None),
        ({62: [{0: b"1"}, {0: b"2", 1: 1, 2: 1}]}, None),
    ],
)
def test_the_identity_map_is_judged_by_its_standard(identity, reason):
    found = broken(of(claims(holder=None, k169=identity)))

    assert (("claim169", reason) if reason else None) == found


@pytest.mark.parametrize(
    ("other", "words"), [({65533: {}}, "status list"), ({-260: {1: {}}}, "health pass"), ({}, "no claim 169")]
)
def test_a_token_that_is_something_else_is_named(other, words):
    report = of({1: "issuer", **other})

    assert ("claim169", "NOT_A_CREDENTIAL") == broken(report)
    assert words in detail_of(report, "claim169")


@pytest.mark.parametrize(
    ("status", "sound"),
    [
        ({"status_list": {"idx": 0, "uri": "u"}}, True),
        ({"other_mechanism": 1}, True),
        ([], False),
        ({"status_list": {"idx": -1, "uri": "u"}}, False),
        ({"status_list": {"idx": True, "uri": "u"}}, False),
        ({"status_list": {"idx": 1}}, False),
        ({"status_list": []}, False),
    ],
)
def test_a_status_claim_is_checked_in_its_shape(status, sound):
    assert (None if sound else ("statuslist", "MALFORMED")) == broken(of(claims(holder=None, k65535=status)))


def test_the_year_one_and_the_year_9999_are_times_like_any_other():
    content = sign1(claims(holder=None))

    assert ("dates", "EXPIRED") == broken(
        inspect_bytes(content, now=datetime.max.replace(tzinfo=UTC) - timedelta(days=1))
    )
    assert ("dates", "ISSUED_IN_FUTURE") == broken(
        inspect_bytes(content, now=datetime.min.replace(tzinfo=UTC))
    )
