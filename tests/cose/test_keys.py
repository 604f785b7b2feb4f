"""COSE keys: only Ed25519 and P-256 public keys, named by their thumbprint, bound to their algorithm."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from kiosk.cose.cbor import parse_cbor
from kiosk.cose.keys import Algorithm, p256_key, parse_cose_key
from kiosk.cose.layers import Layer, LayerError
from tests.builders import a_p256, an_ed25519
from tests.vectors import load

ED, P256 = an_ed25519().cose_key(), a_p256().cose_key()


def test_the_thumbprint_is_the_one_of_the_standards_example():
    vector = load("thumbprint")

    key = parse_cose_key(parse_cbor(bytes.fromhex(vector["cose_key"])))

    assert vector["thumbprint"] == key.thumbprint.hex()
    assert vector["thumbprint"][:16] == key.kid.hex()


def test_both_forms_of_a_point_are_the_same_key():
    whole = parse_cose_key(a_p256().cose_key(compressed=False))

    assert whole == parse_cose_key(P256)
    assert whole.thumbprint == a_p256().public.thumbprint


def test_each_key_has_the_algorithm_of_its_curve():
    assert Algorithm.EDDSA is parse_cose_key(ED).algorithm
    assert Algorithm.ES256 is parse_cose_key(P256).algorithm
    assert an_ed25519().public.kid == parse_cose_key({**ED, 3: -19}).kid


@pytest.mark.parametrize(
    "fields",
    [
        None,
        [],
        {},
        {**ED, -1: 7},
        {**ED, 1: True},
        {**ED, -2: b"short"},
        {**ED, -2: "x" * 32},
        {**ED, 3: -7},
        {**ED, 3: -8.0},
        {**ED, -4: bytes(32)},
        {**P256, -1: 2},
        {**P256, -3: None},
        {**P256, -3: b"short"},
        {**P256, -3: bytes(32)},
        {**P256, -2: b"\xff" * 32},
        {**P256, 3: -8},
        {1: 4, -1: b"symmetric"},
        {1: 2.0, -1: 1, -2: P256[-2], -3: P256[-3]},
    ],
)
def test_anything_but_a_public_key_of_the_profile_is_refused(fields):
    with pytest.raises(LayerError) as refusal:
        parse_cose_key(fields, Layer.CWT)

    assert Layer.CWT is refusal.value.layer


def test_a_key_on_another_curve_cannot_be_wrapped():
    with pytest.raises(ValueError, match="P-256"):
        p256_key(ec.generate_private_key(ec.SECP384R1()).public_key())


@pytest.mark.parametrize("signer", [an_ed25519(), a_p256()])
def test_a_signature_holds_for_its_message_its_key_and_its_length_only(signer):
    signature = signer.sign(b"message")

    assert signer.public.is_signature(signature, b"message")
    assert not signer.public.is_signature(signature, b"massage")
    assert not signer.public.is_signature(signature[:-1], b"message")
    assert not signer.public.is_signature(signature + b"\0", b"message")
    assert not signer.public.is_signature(b"", b"message")
    assert not signer.public.is_signature(bytes(64), b"message")
    assert not a_p256("other").public.is_signature(signature, b"message")
