"""Our own codes: every layer breaks by its name and with its reason, and keys are not confused."""

from __future__ import annotations

import zlib
from datetime import timedelta

import pytest

from kiosk.cose.cbor import encode_cbor
from kiosk.cose.encoding import encode_base45
from kiosk.inspect.code import Code, Kind
from kiosk.inspect.walk import GivenKeys, inspect_code
from tests.builders import (
    AUTHORITY,
    HOLDER,
    NOON,
    a_live_text,
    a_p256,
    a_print_text,
    an_ed25519,
    claims,
    countersignature,
    prove,
    sign1,
    text_of,
    with_header,
)
from tests.inspect.makers import (
    BOTH_KEYS,
    ISSUER_KEY,
    NO_KEYS,
    a_picture_of,
    broken,
    detail_of,
    inspect_bytes,
    inspect_text,
    key_of,
    names,
)

LIVE = prove(sign1(claims()))


def test_a_live_credential_is_sound_in_every_layer():
    report = inspect_text(a_live_text(), BOTH_KEYS)

    assert None is report.broken
    assert ["prefix", "base45", "zlib", "cbor", "cose", "signature", "countersignature"] == names(report)[:7]
    assert ["cwt", "dates", "claim169", "statuslist"] == names(report)[7:]
    assert () == report.profile
    assert "fits the key given, made 2026-12-01T09:00:00Z" == detail_of(report, "countersignature")


def test_a_print_has_no_countersignature_layer():
    assert "countersignature" not in names(inspect_text(a_print_text()))


@pytest.mark.parametrize(
    ("keys", "words"),
    [(ISSUER_KEY, "which the signature covers"), (NO_KEYS, "which nothing vouches for yet")],
)
def test_without_a_holder_key_the_one_in_the_payload_is_used_and_named(keys, words):
    assert words in detail_of(inspect_bytes(LIVE, keys), "countersignature")


def test_a_code_is_read_from_a_picture():
    report = inspect_bytes(a_picture_of(a_print_text()))

    assert "image" == names(report)[0]
    assert None is report.broken


@pytest.mark.parametrize(
    "content", [b"", b"no picture", b"\x89PNG\r\n\x1a\n broken", a_picture_of("A")[:120]]
)
def test_a_picture_without_a_code_breaks_the_image_layer(content):
    report = inspect_code(Code(Kind.IMAGE, content), NO_KEYS, NOON)

    assert ("image", "NO_CODE") == broken(report)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("HC9:NCF", ("prefix", "NOT_A_CREDENTIAL")),
        ("NZCP:/1/2KCEVIQ", ("prefix", "NOT_A_CREDENTIAL")),
        ("https://example.com", ("base45", "NOT_A_CREDENTIAL")),
        ("", ("zlib", "NOT_A_CREDENTIAL")),
        ("BB8", ("zlib", "NOT_A_CREDENTIAL")),
        ("\ud800", ("base45", "NOT_A_CREDENTIAL")),
        (encode_base45(LIVE), ("zlib", "NOT_A_CREDENTIAL")),
        (encode_base45(zlib.compress(LIVE)[:-3]), ("zlib", "NOT_A_CREDENTIAL")),
        (encode_base45(zlib.compress(LIVE) + b"\0"), ("zlib", "NOT_A_CREDENTIAL")),
        (encode_base45(zlib.compress(bytes(70_000))), ("zlib", "NOT_A_CREDENTIAL")),
        (text_of(b'{"json": 1}'), ("cbor", "NOT_A_CREDENTIAL")),
        (text_of(LIVE + b"\0"), ("cbor", "MALFORMED")),
        (text_of(LIVE[:-1]), ("cbor", "MALFORMED")),
        ("A" * (1024 * 1024 + 1), ("prefix", "NOT_A_CREDENTIAL")),
    ],
)
def test_the_wrapping_breaks_by_its_own_name(text, expected):
    assert expected == broken(inspect_text(text))


PARTS = [b"\xa1\x01\x27", {}, encode_cbor(claims(holder=None)), bytes(64)]


def parts(**changes):
    fields = dict(zip(("protected", "unprotected", "payload", "signature"), PARTS, strict=True))
    return encode_cbor(list({**fields, **changes}.values()))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"\xd0" + parts()[1:], "NOT_A_CREDENTIAL"),  # COSE_Encrypt0
        (b"\xd1" + parts(), "NOT_A_CREDENTIAL"),  # COSE_Mac0
        (b"\xd8\x3d\xd1" + parts(), "NOT_A_CREDENTIAL"),
        (b"\xd8\x62" + parts(), "NOT_A_CREDENTIAL"),  # COSE_Sign
        (b"\xd9\x03\xe6" + parts(), "NOT_A_CREDENTIAL"),
        (b"\xd8\x3d" + parts(), "NOT_A_CREDENTIAL"),  # CWT tag around an untagged array
        (encode_cbor(claims()), "NOT_A_CREDENTIAL"),  # bare claims
        (b"\xd2\xd2" + parts(), "MALFORMED"),
        (b"\xd2\x83" + parts()[1:-66], "MALFORMED"),
        (b"\xd2" + parts(payload=None), "MALFORMED"),  # detached
        (parts(payload=None), "MALFORMED"),
        (b"\xd2" + parts(protected={1: -8}), "MALFORMED"),
        (b"\xd2" + parts(unprotected=[]), "MALFORMED"),
        (b"\xd2" + parts(signature="text"), "MALFORMED"),
        (b"\xd2" + parts(protected=b"\x01"), "MALFORMED"),
        (b"\xd2" + parts(protected=b"\xa1\x01"), "MALFORMED"),
        (b"\xd2" + parts(protected=b"\xa2\x01\x27\x01\x27"), "MALFORMED"),
        (b"\xd2" + parts(protected=b"\xa1\x01\x41\x00"), "MALFORMED"),  # alg is a byte string
        (b"\xd2" + parts(protected=b"\xa1\xf5\x27"), "MALFORMED"),  # the label is true
        (b"\xd2" + parts(unprotected={1: -8}), "MALFORMED"),  # in both headers
        (b"\xd2" + parts(unprotected={2: [1]}), "MALFORMED"),
        (b"\xd2" + parts(protected=encode_cbor({1: -8, 2: []})), "MALFORMED"),
        (b"\xd2" + parts(protected=encode_cbor({1: -8, 2: [99]})), "MALFORMED"),
        (b"\xd2" + parts(protected=encode_cbor({1: -8, 2: [99], 99: 0})), "MALFORMED"),
        (b"\xd2" + parts(protected=encode_cbor({1: -8, 2: [3]})), "MALFORMED"),
    ],
)
def test_what_is_no_cose_sign1_breaks_the_cose_layer(content, reason):
    layer, said = broken(inspect_bytes(content))

    assert ("cose", reason) == (layer, said) or layer == "cbor"


@pytest.mark.parametrize("tags", [b"", b"\xd8\x3d\xd2", b"\xd9\xd9\xf7\xd2", b"\xd9\xd9\xf7\xd8\x3d\xd2"])
def test_other_tags_that_the_standards_allow_are_opened(tags):
    report = inspect_bytes(sign1(claims(holder=None), tag=tags))

    assert None is report.broken


def test_labels_that_are_understood_may_be_critical():
    report = inspect_bytes(sign1(claims(holder=None), protected={1: -8, 2: [1]}))

    assert None is report.broken


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (LIVE, an_ed25519("another")),
        (LIVE, a_p256("another")),
        (sign1(claims(), protected={1: -7}), AUTHORITY),  # an Ed25519 signature that calls itself ES256
        (sign1(claims(), protected={}, unprotected={1: -8}), AUTHORITY),
        (sign1(claims(), protected={}), AUTHORITY),
        (sign1(claims(), protected={1: "EdDSA"}), AUTHORITY),
        (LIVE.replace(b"Test Person", b"Jest Person"), AUTHORITY),
    ],
)
def test_a_signature_that_does_not_fit_breaks_its_layer_and_the_claims_are_read_on(content, key):
    report = inspect_bytes(content, GivenKeys(key_of(key)))

    assert ("signature", "SIGNATURE_INVALID") == broken(report)
    assert "claim169" in names(report)


@pytest.mark.parametrize("identifier", [-8, -19])
def test_old_and_new_identifiers_name_the_same_algorithm(identifier):
    assert None is inspect_bytes(sign1(claims(holder=None), protected={1: identifier})).broken


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (sign1(claims()), "PROOF_MISSING"),
        (prove(sign1(claims()), a_p256("thief")), "PROOF_INVALID"),
        (prove(sign1(claims()), protected={1: -8}), "PROOF_INVALID"),
        (prove(sign1(claims()), protected={15: {6: 1}}), "PROOF_INVALID"),
        (with_header(LIVE, {11: [b"", {}]}), "MALFORMED"),
        (with_header(LIVE, {11: b"raw"}), "MALFORMED"),
        (with_header(LIVE, {11: [b"\xff", {}, b""]}), "MALFORMED"),
        (with_header(LIVE, {12: "text"}), "MALFORMED"),
        (with_header(LIVE, {12: bytes(64)}), "PROOF_INVALID"),
    ],
)
def test_a_countersignature_breaks_its_layer(content, reason):
    assert ("countersignature", reason) == broken(inspect_bytes(content, BOTH_KEYS))


def test_one_of_several_countersignatures_is_enough_and_counted():
    bare = sign1(claims())
    others = [countersignature(bare, a_p256("someone")), countersignature(bare, HOLDER)]

    report = inspect_bytes(with_header(bare, {11: others}), BOTH_KEYS)

    assert None is report.broken
    assert "1 of 2 fits the key given" == detail_of(report, "countersignature")


def test_a_countersignature_without_any_key_is_not_checked():
    content = prove(sign1(claims(holder=None)))

    assert detail_of(inspect_bytes(content), "countersignature").startswith("not checked")


def test_a_key_in_the_payload_that_is_none_breaks_the_countersignature():
    content = prove(sign1(claims(k8={1: {1: 2}})))

    assert ("countersignature", "MALFORMED") == broken(inspect_bytes(content))


def test_indefinite_lengths_are_sound_and_the_profile_minds_them():
    payload = b"\xbf" + encode_cbor(claims(holder=None))[1:] + b"\xff"

    report = inspect_bytes(sign1(payload))

    assert None is report.broken
    assert "payload: indefinite lengths" in report.profile


def test_what_the_kiosk_would_refuse_is_said_beside_the_layers():
    content = sign1(claims(k65535=None, k1=None), unprotected={4: b"kid"}, protected={1: -8})

    report = inspect_bytes(content)

    assert None is report.broken
    assert "label 4 in the unprotected header" in report.profile
    assert "no claim status (65535)" in report.profile
    assert "no claim iss (1)" in report.profile
    assert "a holder key (cnf) without a live proof (label 11)" in report.profile
    assert any(said.startswith("the kiosk's own reader says MALFORMED") for said in report.profile)


def test_dates_are_broken_beside_the_rest():
    report = inspect_bytes(LIVE, BOTH_KEYS, NOON + timedelta(days=366))

    assert ("dates", "EXPIRED") == broken(report)
    assert "claim169" in names(report)
