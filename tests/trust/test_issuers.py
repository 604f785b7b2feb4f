"""The issuers' keys: public, dated, one record each."""

import contextlib
import json
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.cose.cbor import encode_cbor
from kiosk.cose.keys import Algorithm
from kiosk.trust.errors import TrustError
from kiosk.trust.issuers import Usage, parse_issuers
from tests.trust.trees import ISSUER, CoseSigner, a_record


def encode(*records):
    return json.dumps({"format": 1, "issuers": list(records)}).encode()


def day(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_keys_of_both_usages_and_both_algorithms_are_read():
    numbers = ec.generate_private_key(ec.SECP256R1()).public_key().public_numbers()
    p256 = {1: 2, -1: 1, -2: numbers.x.to_bytes(32), -3: bool(numbers.y & 1)}
    signer = CoseSigner()

    first, second = parse_issuers(
        encode(
            a_record(signer, "credential", min_iat="2026-02-01T00:00:00Z"),
            a_record(signer, "status", cose_key=encode_cbor(p256).hex()),
        )
    )

    assert (first.issuer, first.usage, first.key) == (ISSUER, Usage.CREDENTIAL, signer.key)
    assert first.min_iat == day("2026-02-01")
    assert (second.usage, second.key.algorithm) == (Usage.STATUS, Algorithm.ES256)


@pytest.mark.parametrize(
    ("changes", "iat", "trusted"),
    [
        ({}, "2026-01-01", True),
        ({}, "2025-12-31", False),
        ({}, "2031-01-01", True),
        ({}, "2031-01-02", False),
        ({"distrusted_from": "2026-06-01T00:00:00Z"}, "2026-05-31", True),
        ({"distrusted_from": "2026-06-01T00:00:00Z"}, "2026-06-01", False),
        ({"min_iat": "2026-06-01T00:00:00Z"}, "2026-05-31", False),
        ({"min_iat": "2026-06-01T00:00:00Z"}, "2026-06-01", True),
    ],
)
def test_a_key_is_trusted_within_its_dates_only(changes, iat, trusted):
    (key,) = parse_issuers(encode(a_record(CoseSigner(), "credential", **changes)))

    assert trusted == key.is_trusted_for(day(iat))


@pytest.mark.parametrize(
    "changes",
    [
        {"usage": "both"},
        {"issuer": ""},
        {"cose_key": "zz"},
        {"cose_key": "A1"},
        {"cose_key": "a1 01"},
        {"cose_key": "a0"},
        {"cose_key": 7},
        {"cose_key": encode_cbor({**CoseSigner().cose_key, -4: bytes(32)}).hex()},
        {"cose_key": encode_cbor({**CoseSigner().cose_key, 3: -7}).hex()},
        {"valid_from": None},
        {"valid_until": "2026-01-01T00:00:00Z"},
        {"min_iat": 0},
        {"extra": 1},
    ],
)
def test_a_wrong_record_is_refused(changes):
    with pytest.raises(TrustError):
        parse_issuers(encode({**a_record(CoseSigner(), "credential"), **changes}))


def test_one_key_in_two_records_is_refused():
    signer = CoseSigner()

    with pytest.raises(TrustError, match="twice"):
        parse_issuers(encode(a_record(signer, "credential"), a_record(signer, "status")))


@pytest.mark.parametrize("content", [encode(), b'{"format": 1, "issuers": {}}', encode(1), encode([])])
def test_something_else_than_a_list_of_records_is_refused(content):
    with pytest.raises(TrustError):
        parse_issuers(content)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2000), st.integers(0, 255))
def test_any_changed_byte_gives_keys_or_a_trust_error(place, value):
    content = bytearray(SAMPLE)
    content[place % len(content)] = value

    keys = ()
    with contextlib.suppress(TrustError):
        keys = parse_issuers(bytes(content))

    assert all(key.valid_until - key.valid_from > timedelta(0) for key in keys)


SAMPLE = encode(a_record(CoseSigner(), "credential"), a_record(CoseSigner(), "status"))
