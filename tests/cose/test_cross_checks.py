"""Other libraries as oracles: on the same valid tokens they and we agree."""

from __future__ import annotations

import claim169
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pycose import headers
from pycose.algorithms import EdDSA, Es256
from pycose.keys import EC2Key, OKPKey
from pycose.keys.curves import P256, Ed25519
from pycose.messages import Sign1Message

from kiosk.cose.cbor import parse_cbor
from kiosk.cose.sign1 import parse_sign1, verify_sign1
from tests.builders import AUTHORITY, a_p256, claims, identity, sign1, text_of

ES256 = a_p256("issuer")


def pycose_key(signer):
    fields = signer.cose_key(compressed=False)
    if signer is AUTHORITY:
        return OKPKey(crv=Ed25519, x=fields[-2])
    return EC2Key(crv=P256, x=fields[-2], y=fields[-3])


def private_bytes(signer):
    if signer is AUTHORITY:
        return signer.private.private_bytes_raw()
    return signer.private.private_numbers().private_value.to_bytes(32)


@pytest.mark.parametrize("signer", [AUTHORITY, ES256])
def test_another_cose_library_verifies_what_we_verify(signer):
    content = sign1(claims(), signer)
    theirs = Sign1Message.from_cose_obj(parse_cbor(content[1:]), allow_unknown_attributes=True)
    theirs.key = pycose_key(signer)

    verify_sign1(parse_sign1(content), signer.public)

    assert theirs.verify_signature()
    assert claims() == parse_cbor(theirs.payload)


@pytest.mark.parametrize("signer", [AUTHORITY, ES256])
def test_what_another_cose_library_signs_we_verify(signer):
    key = pycose_key(signer)
    key.d = private_bytes(signer)
    algorithm = EdDSA if signer is AUTHORITY else Es256
    theirs = Sign1Message(
        phdr={headers.Algorithm: algorithm, headers.KID: signer.public.kid}, payload=b"payload", key=key
    )

    message = parse_sign1(theirs.encode())

    verify_sign1(message, signer.public)
    assert b"payload" == message.payload


def test_a_claim_169_library_reads_the_identity_we_write():
    text = text_of(sign1(claims(holder=None)))
    raw = AUTHORITY.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    read = claim169.decode_with_ed25519(text, raw)

    ours = identity()
    assert (ours[1], ours[4], ours[19]) == (
        read.claim169.id,
        read.claim169.full_name,
        read.claim169.secondary_full_name,
    )
    assert claims()[4] == read.cwt_meta.expires_at
