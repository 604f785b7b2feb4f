"""Key files in every form are the same key; what is no key, or another's, is refused."""

from __future__ import annotations

import base64
import json
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from kiosk.cose.cbor import encode_cbor
from kiosk.inspect.keyfile import parse_key_file
from kiosk.inspect.keys import KeyUnreadableError, SignatureAlgorithm
from kiosk.inspect.walk import GivenKeys
from tests.builders import AUTHORITY, HOLDER, NOON, claims, sign1
from tests.inspect.makers import broken, inspect_bytes

MESSAGE = b"message"
RSA_KEY = rsa.generate_private_key(65537, 2048)


def ec_key(curve):
    return ec.derive_private_key(7**60, curve)


PRIVATE = {
    "EdDSA": ed25519.Ed25519PrivateKey.from_private_bytes(bytes(32)),
    "ES256": ec_key(ec.SECP256R1()),
    "ES384": ec_key(ec.SECP384R1()),
    "ES512": ec_key(ec.SECP521R1()),
    "PS256": RSA_KEY,
}
HASHES = {"ES256": hashes.SHA256(), "ES384": hashes.SHA384(), "ES512": hashes.SHA512()}
IDENTIFIERS = {"EdDSA": -8, "ES256": -7, "ES384": -35, "ES512": -36, "PS256": -37}


def sign(name, message=MESSAGE):
    key = PRIVATE[name]
    if name == "EdDSA":
        return key.sign(message)
    if name == "PS256":
        return key.sign(message, padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256())
    width = (key.key_size + 7) // 8
    r, s = decode_dss_signature(key.sign(message, ec.ECDSA(HASHES[name])))
    return r.to_bytes(width) + s.to_bytes(width)


def whole(number):
    return number.to_bytes((number.bit_length() + 7) // 8)


def coordinates(name):
    """kty, curve and the parts of the public key, by their JWK names."""
    public = PRIVATE[name].public_key()
    if name == "EdDSA":
        return "OKP", "Ed25519", {"x": public.public_bytes(Encoding.Raw, PublicFormat.Raw)}
    if name == "PS256":
        numbers = public.public_numbers()
        return "RSA", None, {"n": whole(numbers.n), "e": whole(numbers.e)}
    numbers, width = public.public_numbers(), (public.key_size + 7) // 8
    curve = {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521"}[name]
    return "EC", curve, {"x": numbers.x.to_bytes(width), "y": numbers.y.to_bytes(width)}


def pem(name):
    return PRIVATE[name].public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def der(name):
    return PRIVATE[name].public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def jwk(name, **extra):
    kind, curve, parts = coordinates(name)
    coded = {label: base64.urlsafe_b64encode(part).decode().rstrip("=") for label, part in parts.items()}
    return json.dumps({"kty": kind, **({"crv": curve} if curve else {}), **coded, **extra}).encode()


def cose_key(name, **extra):
    kind, curve, parts = coordinates(name)
    if kind == "RSA":
        return encode_cbor({1: 3, -1: parts["n"], -2: parts["e"], **extra})
    numbers = {"P-256": 1, "P-384": 2, "P-521": 3, "Ed25519": 6}
    fields = {1: {"OKP": 1, "EC": 2}[kind], -1: numbers[curve], -2: parts["x"]}
    return encode_cbor({**fields, **({-3: parts["y"]} if "y" in parts else {}), **extra})


def certificate(name, encoding=Encoding.PEM):
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test")])
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(PRIVATE[name].public_key())
        .serial_number(1)
        .not_valid_before(NOON - timedelta(days=9))
        .not_valid_after(NOON - timedelta(days=8))
    )
    return built.sign(PRIVATE["ES256"], hashes.SHA256()).public_bytes(encoding)


FORMS = {
    "PEM": pem,
    "PEM with words before": lambda name: b"A key:\n" + pem(name),
    "DER": der,
    "base64 of DER": lambda name: base64.encodebytes(der(name)),
    "certificate": certificate,
    "certificate in DER": lambda name: certificate(name, Encoding.DER),
    "JWK": jwk,
    "JWK with its algorithm": lambda name: jwk(name, alg=name, kid="x", use="sig"),
    "JWK with a private part": lambda name: jwk(name, d="AA"),
    "COSE_Key": cose_key,
    "COSE_Key in hex": lambda name: cose_key(name).hex().upper().encode() + b"\n",
    "COSE_Key in base64url": lambda name: base64.urlsafe_b64encode(cose_key(name)).rstrip(b"="),
}


@pytest.mark.parametrize("name", PRIVATE)
@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_a_key_verifies_its_own_signature_and_nothing_else(form, name):
    key = parse_key_file(FORMS[form](name))

    assert SignatureAlgorithm[name.upper()] is key.algorithm
    assert key.is_signature(sign(name), MESSAGE)
    assert not key.is_signature(sign(name), MESSAGE + b"!")
    assert not key.is_signature(sign(name)[:-1], MESSAGE)
    assert not key.is_signature(b"", MESSAGE)


@pytest.mark.parametrize("name", PRIVATE)
def test_a_message_by_each_algorithm_is_verified_and_by_no_other_key(name):
    class Writer:
        algorithm = IDENTIFIERS[name]

        def sign(self, message):
            return sign(name, message)

    content = sign1(claims(holder=None), Writer(), protected={1: IDENTIFIERS[name], 4: b"kid"})

    assert None is inspect_bytes(content, GivenKeys(parse_key_file(pem(name)))).broken
    for other in PRIVATE.keys() - {name}:
        report = inspect_bytes(content, GivenKeys(parse_key_file(pem(other))))
        assert ("signature", "SIGNATURE_INVALID") == broken(report)


def test_a_compressed_point_is_the_same_key():
    compressed = parse_key_file(encode_cbor(HOLDER.cose_key(compressed=True)))

    assert compressed.is_signature(HOLDER.sign(MESSAGE), MESSAGE)


def private_pem():
    return PRIVATE["EdDSA"].private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def ed448_pem():
    key = ed448.Ed448PrivateKey.from_private_bytes(bytes(57))
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def k256_pem():
    public = ec_key(ec.SECP256K1()).public_key()
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0",
        b"{",
        b"{}",
        b"[" * 90_000,
        b'{"kty": ' * 5000,
        b'{"kty": 5}',
        b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
        b"-----BEGIN ",
        b"0\x82",
        private_pem(),
        ed448_pem(),
        k256_pem(),
        jwk("ES256", alg="ES512"),
        jwk("PS256", alg="RS256"),
        jwk("ES256").replace(b"P-256", b"P-384"),
        jwk("ES256").replace(b'"EC"', b'"oct"'),
        jwk("ES256").replace(b'"y": "', b'"y": "*'),
        cose_key("ES256") + b"\0",
        encode_cbor([1]),
        encode_cbor({1: 2, -1: 1, -2: bytes(32), -3: bytes(32)}),
        encode_cbor({1: 2, -1: 1, -2: bytes(31), -3: True}),
        encode_cbor({1: 2, -1: 1, -2: bytes(32), -3: 1}),
        encode_cbor({1: 1, -1: 6, -2: bytes(31)}),
        encode_cbor({1: 1, -1: 7, -2: bytes(57)}),
        encode_cbor({1: 1.0, -1: 6, -2: bytes(32)}),
        encode_cbor({1: 3, -1: b"\xff" * 128, -2: b"\x01\x00\x01"}),
        encode_cbor({1: 3, -1: b"\xff" * 5000, -2: b"\x03"}),
        encode_cbor({1: 3, -1: b"\xff" * 256, -2: b"\x01"}),
        encode_cbor({**AUTHORITY.cose_key(), 3: -7}),
        bytes(70_000),
    ],
)
def test_what_is_no_key_to_check_with_is_refused(content):
    with pytest.raises(KeyUnreadableError):
        parse_key_file(content)


REAL = (pem("ES256"), jwk("ES256"), der("PS256"), certificate("EdDSA"))


@given(st.binary(max_size=80) | st.sampled_from(REAL), st.integers(0, 2000), st.integers(0, 255))
def test_any_bytes_give_a_key_or_a_refusal(content, place, value):
    spoiled = bytearray(content)
    if spoiled:
        spoiled[place % len(spoiled)] = value
    try:
        parse_key_file(bytes(spoiled))
    except KeyUnreadableError as err:
        assert str(err)  # noqa: PT017 - either end is right
