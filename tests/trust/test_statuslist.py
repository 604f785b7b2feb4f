"""Status lists: the draft's own vectors, our signatures, and everything that must be refused."""

import base64
import json
import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.cose.keys import parse_cose_key
from kiosk.cose.layers import Layer, LayerError
from kiosk.trust.errors import TrustError
from kiosk.trust.issuers import parse_issuers
from kiosk.trust.statuslist import RAW_LIMIT, parse_status_list, read_status_list
from tests.trust.trees import ISSUER, NOON, URI, CoseSigner, a_list, a_record

VECTORS = Path(__file__).parent.parent / "vectors" / "statuslist"
APPENDIX_C = json.loads((VECTORS / "draft-21-appendix-c.json").read_text())["lists"]
TOKEN = json.loads((VECTORS / "draft-21-token.json").read_text())
SIGNER = CoseSigner()


def keys_of(signer=SIGNER, usage="status", **changes):
    record = a_record(signer, usage, **changes)
    return parse_issuers(json.dumps({"format": 1, "issuers": [record]}).encode())


def unpadded(text):
    return base64.urlsafe_b64decode(text + "==")


@pytest.mark.parametrize("vector", APPENDIX_C, ids=lambda vector: f"{vector['bits']} bits")
def test_the_drafts_long_vectors_read_as_the_draft_says(vector):
    content = a_list(SIGNER, bits=vector["bits"], packed=unpadded(vector["lst"]))

    found = parse_status_list(content, keys_of())

    named = dict(vector["entries"])
    others = range(0, 2**20, 509)
    assert found.size == 2**20
    assert named == {index: found.status_at(index) for index in named}
    assert all(found.status_at(index) == 0 for index in others if index not in named)
    assert sum(map(found.status_at, named)) == sum(named.values())


def test_the_drafts_token_is_read_and_its_signature_holds():
    key = parse_cose_key({1: 2, -1: 1, -2: unpadded(TOKEN["x"]), -3: unpadded(TOKEN["y"])})

    found = read_status_list(bytes.fromhex(TOKEN["token"]), key)

    assert TOKEN["statuses"] == [found.status_at(index) for index in range(found.size)]
    assert (found.uri, found.bits, found.ttl_s, found.size) == (TOKEN["uri"], 1, 43200, 16)
    assert found.issued_at == datetime(2023, 6, 16, 12, 56, 10, tzinfo=UTC)


def test_the_drafts_token_is_refused_with_another_key():
    with pytest.raises(LayerError) as caught:
        read_status_list(bytes.fromhex(TOKEN["token"]), SIGNER.key)

    assert caught.value.layer is Layer.SIGNATURE


@pytest.mark.parametrize("bits", [1, 2, 4, 8])
def test_packing_is_from_the_least_significant_bit(bits):
    found = parse_status_list(a_list(SIGNER, bits=bits, entries=bytes([0b11100100, 0b10110001])), keys_of())

    mask = (1 << bits) - 1
    value = 0b10110001_11100100
    assert [value >> shift & mask for shift in range(0, 16, bits)] == [
        found.status_at(index) for index in range(found.size)
    ]


@pytest.mark.parametrize("index", [-1, 100, 10**30])
def test_an_index_out_of_range_is_an_index_error(index):
    found = parse_status_list(a_list(SIGNER, entries=bytes(25)), keys_of())

    with pytest.raises(IndexError):
        found.status_at(index)


def test_a_list_carries_issuer_times_and_uri():
    content = a_list(SIGNER, exp=NOON + timedelta(days=1), claims={65534: 3600, 7: b"id"})

    found = parse_status_list(content, keys_of())

    assert (found.issuer, found.uri, found.issued_at) == (ISSUER, URI, NOON)
    assert (found.expires_at, found.ttl_s) == (NOON + timedelta(days=1), 3600)


@pytest.mark.parametrize(
    ("layer", "changes"),
    [
        (Layer.STATUSLIST, {"bits": 3}),
        (Layer.STATUSLIST, {"bits": 16}),
        (Layer.STATUSLIST, {"bits": True}),
        (Layer.STATUSLIST, {"bits": 2.0}),
        (Layer.STATUSLIST, {"packed": b""}),
        (Layer.STATUSLIST, {"packed": zlib.compress(bytes(99))[:-1]}),
        (Layer.STATUSLIST, {"packed": zlib.compress(bytes(99)) + b"\0"}),
        (Layer.STATUSLIST, {"packed": zlib.compress(bytes(RAW_LIMIT + 1))}),
        (Layer.STATUSLIST, {"claims": {65533: None}}),
        (Layer.STATUSLIST, {"claims": {65533: {"bits": 2, "lst": "text"}}}),
        (Layer.CWT, {"uri": ""}),
        (Layer.CWT, {"uri": 7}),
        (Layer.CWT, {"claims": {6: None}}),
        (Layer.CWT, {"claims": {6: True}}),
        (Layer.CWT, {"claims": {6: 2**60}}),
        (Layer.CWT, {"claims": {6: -1}}),
        (Layer.CWT, {"claims": {4: "tomorrow"}}),
        (Layer.CWT, {"claims": {65534: 0}}),
        (Layer.CWT, {"claims": {1: 5}}),
        (Layer.COSE, {"header": {16: "application/cwt"}}),
        (Layer.COSE, {"header": {2: [16]}}),
    ],
)
def test_a_wrong_list_is_refused_with_its_layer(layer, changes):
    content = a_list(SIGNER, **changes)

    with pytest.raises(LayerError) as caught:
        read_status_list(content, SIGNER.key)
    with pytest.raises(TrustError):
        parse_status_list(content, keys_of())

    assert caught.value.layer is layer


@pytest.mark.parametrize(
    "changes",
    [
        {"usage": "credential"},
        {"signer": CoseSigner()},
        {"issuer": "https://other.invalid"},
        {"valid_until": "2026-11-22T11:59:59Z"},
        {"valid_from": "2026-11-22T12:00:01Z"},
        {"distrusted_from": "2026-11-22T12:00:00Z"},
        {"min_iat": "2026-11-22T12:00:01Z"},
    ],
)
def test_a_list_is_refused_unless_a_status_key_of_its_issuer_signed_it_within_its_dates(changes):
    content = a_list(SIGNER, claims={1: ISSUER})

    with pytest.raises(TrustError):
        parse_status_list(content, keys_of(**changes))


def test_a_list_signed_by_another_key_under_the_right_kid_is_refused():
    content = a_list(CoseSigner(), header={4: SIGNER.key.kid})

    with pytest.raises(TrustError, match="does not fit"):
        parse_status_list(content, keys_of())


def test_a_list_that_names_another_algorithm_is_refused():
    with pytest.raises(TrustError, match="another algorithm"):
        parse_status_list(a_list(SIGNER, header={1: -7}), keys_of())


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=100))
def test_any_bytes_are_refused_with_a_trust_error(content):
    with pytest.raises(TrustError):
        parse_status_list(content, keys_of())


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10_000))
def test_one_flipped_bit_is_refused(place):
    content = bytearray(SAMPLE)
    content[place // 8 % len(content)] ^= 1 << place % 8

    with pytest.raises(TrustError):
        parse_status_list(bytes(content), keys_of())


SAMPLE = a_list(SIGNER)
