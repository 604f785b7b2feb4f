"""The claims and the identity map: every key of the standard's table, typed, and both faces of it read."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from kiosk.cose.cbor import encode_cbor
from kiosk.cose.layers import Layer, LayerError
from kiosk.cose.sign1 import parse_sign1, verify_sign1
from kiosk.model import PhotoFormat, Reason
from kiosk.verify.claim169 import parse_identity
from kiosk.verify.cwt import StatusRef, parse_claims, parse_claims_map
from kiosk.verify.reading import decode_text
from kiosk.view import HolderClass
from tests.builders import (
    HOLDER,
    ISSUER,
    STATUS_URI,
    WEBP,
    a_p256,
    an_ed25519,
    claims,
    first_failure,
    identity,
    sign1,
    text_of,
    verify,
)
from tests.vectors import key_of, load

VECTORS = load("claim169")
JPEG = b"\xff\xd8\xff\xe0"


def test_the_claims_of_the_profile_are_read():
    read = parse_claims(parse_claims_map(encode_cbor(claims(k5=1_790_000_000, k7=b"cwt id", k259=[1]))))

    assert (ISSUER, StatusRef(STATUS_URI, 5), HOLDER.public) == (read.issuer, read.status, read.holder_key)
    assert datetime.fromtimestamp(1_790_000_000, UTC) == read.not_before


@pytest.mark.parametrize(
    "changes",
    [
        {"k1": None},
        {"k1": ""},
        {"k1": b"issuer"},
        {"k4": None},
        {"k6": None},
        {"k4": "2030"},
        {"k4": 946684799},
        {"k4": 253402300800},
        {"k5": True},
        {"k6": 1.5e9 + 0.5},
        {"k6": float("inf")},
        {"k65535": None},
        {"k65535": 5},
        {"k65535": {"status_list": 5}},
        {"k65535": {"status_list": {"idx": 5}}},
        {"k65535": {"status_list": {"uri": STATUS_URI}}},
        {"k65535": {"status_list": {"idx": -1, "uri": STATUS_URI}}},
        {"k65535": {"status_list": {"idx": True, "uri": STATUS_URI}}},
        {"k65535": {"status_list": {"idx": 5, "uri": ""}}},
        {"k65535": {"status_list": {"idx": 5, "uri": "x" * 1025}}},
        {"k8": {1: an_ed25519().cose_key()}},
        {"k8": {1: a_p256().cose_key(), 2: 0}},
        {"k8": "key"},
    ],
)
def test_a_required_claim_missing_or_of_another_type_is_refused(changes):
    with pytest.raises(LayerError) as refusal:
        parse_claims(claims(**changes))

    assert Layer.CWT is refusal.value.layer


@pytest.mark.parametrize(
    "payload", [b"", b"\x80", b"\x01", encode_cbor({"iss": ISSUER}), b"\xa1\x18\x01\x00"]
)
def test_claims_that_are_no_map_of_numbers_are_refused(payload):
    with pytest.raises(LayerError) as refusal:
        parse_claims_map(payload)

    assert Layer.CWT is refusal.value.layer


def test_the_first_and_the_last_second_that_count_are_read():
    read = parse_claims(claims(k6=946684800, k4=253402300799))

    assert (2000, 9999) == (read.issued_at.year, read.expires_at.year)


def test_all_our_fields_are_read():
    read = parse_identity(
        identity(k15="Guardian", k22="family", k24="مهندس", k25="شركة", k26="7001234567", k2="3")
    )

    assert ("2345678417", "3", "Test Person", "شخص تجريبي") == (
        read.number,
        read.copy_version,
        read.name_latin,
        read.name_arabic,
    )
    assert (date(1990, 4, 18), 1, "PAK") == (read.born, read.gender, read.nationality)
    assert ("Guardian", HolderClass.FAMILY) == (read.guardian, read.holder_class)
    assert ("مهندس", "شركة", "7001234567") == (read.occupation, read.employer, read.sponsor_number)


def test_every_field_may_be_missing():
    read = parse_identity({})

    assert {None} == {getattr(read, name) for name in read.__slots__}


def test_keys_the_table_does_not_know_are_ignored():
    assert None is parse_identity({27: 1.5, 49: [], 66: None, 99: True, "note": {}}).number


def test_a_legal_status_in_other_words_is_no_class_of_ours():
    assert None is parse_identity({22: "refugee"}).holder_class


@pytest.mark.parametrize("text", ["19900418", "1990-04-18"])
def test_both_ways_of_writing_a_date_are_read(text):
    assert date(1990, 4, 18) == parse_identity({8: text}).born


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1990",
        "1990-4-18",
        "19900231",
        "00000101",
        "1990-W16-3",
        "2023W011",
        "1-90-10-110",
        "١٩٩٠٠٤١٨",
        "+1990418",
    ],
)
def test_what_is_no_day_is_refused(text):
    with pytest.raises(LayerError) as refusal:
        parse_identity({8: text})

    assert Layer.CLAIM169 is refusal.value.layer


@pytest.mark.parametrize(
    ("key", "value"),
    [
        *((key, 1) for key in (1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 15, 19, 20, 21, 22, 23, 24, 25, 26)),
        *((key, value) for key in (9, 14) for value in (0, 4, True, 1.0, "1", None)),
        *((16, value) for value in ("text", [], None)),
        *((17, value) for value in (0, 5, True, "jpeg")),
        *((18, value) for value in (1, [11], [-1], [True], ["1"])),
        *((key, value) for key in range(50, 66) for value in (b"raw", [b"raw"], {1: 0}, [{0: "text"}])),
        *((62, {0: JPEG, **wrong}) for wrong in ({1: "0"}, {2: True}, {3: b"me"})),
    ],
)
def test_each_key_of_the_table_has_its_type(key, value):
    with pytest.raises(LayerError) as refusal:
        parse_identity(identity(k8=None) | {key: value})

    assert Layer.CLAIM169 is refusal.value.layer


@pytest.mark.parametrize("value", [None, [], "map", 5])
def test_an_identity_that_is_no_map_is_refused(value):
    assert Reason.MALFORMED is first_failure(verify(text_of(sign1({**claims(), 169: value}))))


def test_well_formed_biometrics_and_fingers_are_let_pass():
    parse_identity({18: [0, 10], 50: {0: b"x"}, 61: [{0: b"x", 1: 1, 2: 2, 3: "Vendor"}], 65: []})


@pytest.mark.parametrize(
    ("fields", "format_"),
    [
        ({16: b"x", 17: 1}, PhotoFormat.JPEG),
        ({16: b"x", 17: 2}, PhotoFormat.JPEG2000),
        ({16: b"x", 17: 3}, PhotoFormat.AVIF),
        ({16: b"x", 17: 4}, PhotoFormat.WEBP),
        ({62: {0: b"x", 1: 0, 2: 0}}, PhotoFormat.PNG),
        ({62: {0: b"x", 1: 0, 2: 1}}, PhotoFormat.JPEG),
        ({62: [{0: b"x", 1: 0, 2: 2}]}, PhotoFormat.JPEG2000),
        ({62: [{0: b"x", 2: 3}]}, PhotoFormat.AVIF),
        ({62: [{0: b"template", 1: 1}, {0: b"x", 2: 4}]}, PhotoFormat.WEBP),
        ({62: [{0: b"x", 2: 6}, {0: b"x", 2: 1}]}, PhotoFormat.JPEG),
        ({16: b"\x89PNG\r\n\x1a\n"}, PhotoFormat.PNG),
        ({16: JPEG}, PhotoFormat.JPEG),
        ({16: WEBP}, PhotoFormat.WEBP),
        ({62: {0: b"\0\0\0\x20ftypavif"}}, PhotoFormat.AVIF),
        ({62: {0: b"\0\0\0\x0cjP  \r\n"}}, PhotoFormat.JPEG2000),
        ({62: {0: b"\xff\x4f\xff\x51\0"}}, PhotoFormat.JPEG2000),
    ],
)
def test_the_photo_is_found_in_both_places_and_both_numberings(fields, format_):
    assert format_ is parse_identity(fields).photo.format


def test_the_photo_of_its_own_key_comes_before_the_face_among_the_biometrics():
    assert b"own" == parse_identity({16: b"own", 17: 1, 62: {0: b"other", 2: 1}}).photo.content


@pytest.mark.parametrize(
    "fields",
    [{17: 1}, {16: b"unknown"}, {62: []}, {62: {0: b"x", 1: 1}}, {62: {0: b"x", 2: 5}}, {62: {0: b"x"}}],
)
def test_what_nobody_can_show_is_no_photo(fields):
    assert None is parse_identity(fields).photo


@pytest.mark.parametrize("vector", VECTORS["signed"], ids=lambda vector: vector["name"])
def test_others_signed_identities_verify_and_read(vector):
    message = parse_sign1(decode_text(vector["qr"]))

    verify_sign1(message, key_of(vector["key"]))

    read = parse_identity(parse_claims_map(message.payload)[169])
    assert (vector["id"], vector["full_name"]) == (read.number, read.name_latin)


@pytest.mark.parametrize("vector", VECTORS["unsigned"], ids=lambda vector: vector["name"])
def test_others_identities_read_and_without_a_signature_never_pass(vector):
    message = parse_sign1(decode_text(vector["qr"]))

    read = parse_identity(parse_claims_map(message.payload)[169])

    assert (vector["id"], vector["full_name"]) == (read.number, read.name_latin)
    assert Reason.MALFORMED is first_failure(verify(vector["qr"]))


@pytest.mark.parametrize("text", VECTORS["without_claim_169"])
def test_a_signed_code_without_an_identity_is_no_credential(text):
    assert Reason.NOT_A_CREDENTIAL is first_failure(verify(text))
