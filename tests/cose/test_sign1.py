"""COSE_Sign1 and its countersignature: others' examples verify, and a broken layer is named."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from hypothesis import given
from hypothesis import strategies as st

from kiosk.cose.cbor import encode_cbor, parse_cbor
from kiosk.cose.countersign import (
    countersignature_input,
    parse_countersignature,
    verify_countersignature,
)
from kiosk.cose.layers import Layer, LayerError
from kiosk.cose.sign1 import parse_sign1, signature1_input, verify_sign1
from tests.builders import AUTHORITY, HOLDER, a_p256, claims, countersignature, prove, sign1
from tests.vectors import key_of, load

COSE = load("cose_sign1")


@pytest.mark.parametrize("vector", COSE["messages"], ids=lambda vector: vector["name"])
def test_the_working_groups_messages_verify_or_break_in_the_layer_they_should(vector):
    broken = None
    try:
        verify_sign1(parse_sign1(bytes.fromhex(vector["cbor"])), key_of(COSE["keys"][vector["key"]]))
    except LayerError as err:
        broken = err.layer.value

    assert vector["breaks"] == broken


def test_the_signed_bytes_are_those_of_the_example():
    message = parse_sign1(bytes.fromhex(COSE["messages"][0]["cbor"]))

    signed = signature1_input(message.protected, message.payload)

    assert COSE["to_be_signed"]["ecdsa-sig-01"] == signed.hex()


def test_the_signed_cwt_of_its_standard_verifies():
    vector = load("cwt")
    message = parse_sign1(bytes.fromhex(vector["cbor"]))

    verify_sign1(message, key_of(vector["key"]))

    assert vector["claims"]["iss"] == parse_cbor(message.payload)[1]


def test_a_countersignature_covers_the_bytes_of_its_standards_example():
    vector = load("countersignature")
    message = parse_sign1(bytes.fromhex(vector["cbor"]))
    proof = parse_countersignature(message.unprotected[11])
    x, y = (int(vector["countersigner"][name], 16) for name in "xy")
    r, s = int.from_bytes(proof.signature[:66]), int.from_bytes(proof.signature[66:])

    covered = countersignature_input(message, proof.protected)

    assert vector["to_be_signed"] == covered.hex()
    verify_sign1(message, key_of(vector["message_key"]))
    ec.EllipticCurvePublicNumbers(x, y, ec.SECP521R1()).public_key().verify(
        encode_dss_signature(r, s), covered, ec.ECDSA(hashes.SHA512())
    )


def test_a_credential_may_stand_inside_the_cwt_tag():
    plain = sign1(claims())

    assert parse_sign1(plain) == parse_sign1(b"\xd8\x3d" + plain)


GOOD = parse_cbor(sign1(claims())[1:])


@pytest.mark.parametrize(
    ("content", "layer"),
    [
        (b"", Layer.CBOR),
        (b"\x00", Layer.COSE),
        (encode_cbor(GOOD), Layer.COSE),
        (b"\xd0" + encode_cbor(GOOD), Layer.COSE),
        (b"\xd2\xd2" + encode_cbor(GOOD), Layer.CBOR),
        (b"\xd8\x3d\xd8\x3d\xd2" + encode_cbor(GOOD), Layer.COSE),
        (b"\xd8\x12" + encode_cbor(GOOD), Layer.COSE),
        (b"\xd2" + encode_cbor(GOOD) + b"\x00", Layer.CBOR),
        (b"\xd2" + encode_cbor(GOOD[:3]), Layer.COSE),
        (b"\xd2" + encode_cbor([*GOOD, 0]), Layer.COSE),
        (b"\xd2" + encode_cbor({}), Layer.COSE),
        (b"\xd2" + encode_cbor(["", *GOOD[1:]]), Layer.COSE),
        (b"\xd2" + encode_cbor([GOOD[0], [], *GOOD[2:]]), Layer.COSE),
        (b"\xd2" + encode_cbor([*GOOD[:2], None, GOOD[3]]), Layer.COSE),
        (b"\xd2" + encode_cbor([*GOOD[:3], "signature"]), Layer.COSE),
        (b"\xd2" + encode_cbor([b"\xa0", *GOOD[1:]]), Layer.COSE),
        (b"\xd2" + encode_cbor([b"\x80", *GOOD[1:]]), Layer.COSE),
        (b"\xd2" + encode_cbor([b"\xa1\x01\x26\x00", *GOOD[1:]]), Layer.COSE),
        (b"\xd2" + encode_cbor([b"\xa1\xf5\x26", *GOOD[1:]]), Layer.COSE),
        (b"\xd2" + encode_cbor([GOOD[0], {1: -8}, *GOOD[2:]]), Layer.COSE),
        (b"\xd2" + encode_cbor([GOOD[0], {2: [1]}, *GOOD[2:]]), Layer.COSE),
        (b"\xd2" + encode_cbor([encode_cbor({1: -8, 2: [99], 99: 0}), *GOOD[1:]]), Layer.COSE),
    ],
)
def test_what_is_no_cose_sign1_is_refused_with_its_layer(content, layer):
    with pytest.raises(LayerError) as refusal:
        parse_sign1(content)

    assert layer is refusal.value.layer


@pytest.mark.parametrize("alg", [-7, -9, -37, True, -8.0, "EdDSA", None])
def test_the_header_must_name_the_keys_own_algorithm(alg):
    message = parse_sign1(sign1(claims(), protected={1: alg}))

    with pytest.raises(LayerError) as refusal:
        verify_sign1(message, AUTHORITY.public)

    assert Layer.SIGNATURE is refusal.value.layer


@pytest.mark.parametrize(("signer", "alg"), [(AUTHORITY, -8), (AUTHORITY, -19), (HOLDER, -7), (HOLDER, -9)])
def test_both_identifiers_of_an_algorithm_are_accepted(signer, alg):
    verify_sign1(parse_sign1(sign1(claims(), signer, protected={1: alg})), signer.public)


def test_an_empty_protected_header_names_no_algorithm():
    message = parse_sign1(sign1(claims(), protected={}))

    with pytest.raises(LayerError) as refusal:
        verify_sign1(message, AUTHORITY.public)

    assert (b"", Layer.SIGNATURE) == (message.protected, refusal.value.layer)


def test_a_countersignature_holds_for_its_message_and_key_only():
    message, other = parse_sign1(sign1(claims())), parse_sign1(sign1(claims(k4=2_000_000_000)))
    proof = parse_countersignature(countersignature(sign1(claims())))

    verify_countersignature(proof, message, HOLDER.public)

    for spoilt_message, key in (
        (other, HOLDER.public),
        (message, a_p256("thief").public),
        (message, AUTHORITY.public),
    ):
        with pytest.raises(LayerError) as refusal:
            verify_countersignature(proof, spoilt_message, key)
        assert Layer.COUNTERSIGNATURE is refusal.value.layer


PROOF = countersignature(sign1(claims()))


@pytest.mark.parametrize(
    "item",
    [
        None,
        b"signature",
        [],
        [PROOF],
        [PROOF, PROOF, PROOF],
        PROOF[:2],
        ["", *PROOF[1:]],
        [PROOF[0], [], PROOF[2]],
        [*PROOF[:2], "signature"],
        [b"\xa0", *PROOF[1:]],
        [PROOF[0], {1: -7}, PROOF[2]],
        [encode_cbor({1: -7, 2: [15]}), *PROOF[1:]],
    ],
)
def test_only_one_whole_countersignature_is_parsed(item):
    with pytest.raises(LayerError) as refusal:
        parse_countersignature(item)

    assert Layer.COUNTERSIGNATURE is refusal.value.layer


@given(st.integers(0, len(prove(sign1(claims()))) * 8 - 1))
def test_one_flipped_bit_is_refused_by_one_of_the_two_signatures(bit):
    spoilt = bytearray(prove(sign1(claims())))
    spoilt[bit // 8] ^= 1 << bit % 8

    with pytest.raises(LayerError):
        _verify_both(bytes(spoilt))


def _verify_both(content: bytes) -> None:
    message = parse_sign1(content)
    verify_sign1(message, AUTHORITY.public)
    if message.unprotected.keys() != {11}:
        raise LayerError(Layer.COSE, "no proof")
    verify_countersignature(parse_countersignature(message.unprotected[11]), message, HOLDER.public)
    if parse_countersignature(message.unprotected[11]).unprotected:
        raise LayerError(Layer.COSE, "labels that nobody signed")
