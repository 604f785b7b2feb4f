"""Tokens that other readers take: each is refused, though an issuer's real key signed many of them."""

from __future__ import annotations

import struct

import pytest

from kiosk.cose.cbor import encode_cbor
from kiosk.cose.sign1 import parse_sign1
from kiosk.model import ClockState, Outcome, Reason, Step
from tests.builders import (
    AUTHORITY,
    DAY,
    HOLDER,
    NOON,
    a_clock,
    a_key_record,
    a_live_text,
    a_p256,
    a_trust,
    an_ed25519,
    claims,
    first_failure,
    identity,
    outcomes,
    prove,
    seconds,
    sign1,
    text_of,
    verify,
    with_header,
)

KID = AUTHORITY.public.kid
PAYLOAD = encode_cbor(claims())
EXP = b"\x04\x1a" + struct.pack(">I", claims()[4])
ISS = b"\x01\x78\x27" + claims()[1].encode()


def reason_for(content: bytes) -> Reason | None:
    return first_failure(verify(text_of(content)))


def live(payload: bytes) -> bytes:
    """Sign `payload` as the issuer and prove it as the phone would."""
    return prove(sign1(payload))


def test_the_pieces_that_these_attacks_replace_are_there():
    assert (1, 1) == (PAYLOAD.count(EXP), PAYLOAD.count(ISS))
    assert None is reason_for(live(PAYLOAD))


@pytest.mark.parametrize(
    "payload",
    [
        PAYLOAD + b"\x00",
        PAYLOAD.replace(EXP, EXP + EXP).replace(b"\xa6", b"\xa7", 1),
        PAYLOAD.replace(EXP, b"\x18" + EXP),
        PAYLOAD.replace(EXP, b"\x04\x1b" + struct.pack(">Q", claims()[4])),
        PAYLOAD.replace(EXP, b"\x04\xfb\x7f\xf8" + bytes(6)),
        PAYLOAD.replace(EXP, b"\x04\xf9\x7e\x00"),
        PAYLOAD.replace(EXP, b"\x04\xf9\x7c\x00"),
        PAYLOAD.replace(EXP, b"\x04\xfb" + struct.pack(">d", claims()[4] + 0.5)),
        PAYLOAD.replace(EXP, b"\xf9\x44\x00\x1a" + struct.pack(">I", claims()[4])),
        PAYLOAD.replace(EXP, b"\x04\xf5"),
        PAYLOAD.replace(EXP, b"\x04\xc1\x1a" + struct.pack(">I", claims()[4])),
        PAYLOAD.replace(EXP, b"\x04\x3a" + struct.pack(">I", claims()[4])),
        PAYLOAD.replace(EXP, b"\x04\x00"),
        PAYLOAD.replace(ISS, b"\xf5" + ISS[1:]),
        PAYLOAD.replace(ISS, b"\x01\x58\x27" + ISS[3:]),
        PAYLOAD.replace(ISS, b"\x61\x31" + ISS[1:]),
        b"\xbf" + PAYLOAD[1:] + b"\xff",
        b"\xd8\x3d" + PAYLOAD,
        encode_cbor([claims()[169], 169]),
    ],
    ids=[
        "trailing byte",
        "duplicate claim",
        "long label",
        "long integer",
        "NaN",
        "short NaN",
        "infinity",
        "half a second",
        "float label",
        "boolean instant",
        "tagged instant",
        "negative instant",
        "instant of 1970",
        "true for 1",
        "bytes for a text",
        "text for a label",
        "indefinite map",
        "tagged claims",
        "array of claims",
    ],
)
def test_claims_that_two_readers_could_read_differently_are_refused(payload):
    assert reason_for(live(payload)) in {Reason.MALFORMED, Reason.NOT_A_CREDENTIAL}
    assert Step.SIGNATURE not in {
        check.step for check in verify(text_of(live(payload))).checks if check.outcome is Outcome.PASS
    }


@pytest.mark.parametrize("label", [4, 5, 6])
def test_a_whole_float_is_an_instant_where_real_issuers_write_one(label):
    at = float(seconds(NOON)) + {4: 86400.0}.get(label, -86400.0)

    assert None is first_failure(verify(a_live_text(**{f"k{label}": at})))


@pytest.mark.parametrize(
    "changes",
    [
        {"k65535": {"status_list": {"idx": 5.0, "uri": "https://sandbox.mudaqqiq.invalid/status/2031"}}},
        {"k169": identity(k9=1.0)},
        {"k169": identity(k9=True)},
    ],
)
def test_a_float_or_a_boolean_is_no_number_anywhere_else(changes):
    assert Reason.MALFORMED is first_failure(verify(a_live_text(**changes)))


@pytest.mark.parametrize(
    "content",
    [
        sign1(claims(), protected={1: -8, 4: KID, 2: [99], 99: 1}),
        sign1(claims(), protected={1: -8, 4: KID}, unprotected={2: [4]}),
        sign1(claims(), protected={4: KID}),
        sign1(claims(), protected={4: KID}, unprotected={1: -8}),
        sign1(claims(), protected={}, unprotected={1: -8, 4: KID}),
        sign1(claims(), protected={1: -8}, unprotected={4: KID}),
        sign1(claims(), protected={1: -8, 4: KID}, unprotected={1: -8}),
        sign1(claims(), protected={1: -8, 4: KID}, unprotected={33: b"certificate"}),
        sign1(claims(), protected={1: -8, 4: KID}, unprotected={"note": 1}),
        sign1(claims(), protected={1: True, 4: KID}),
        sign1(claims(), protected={1: -8.0, 4: KID}),
        sign1(claims(), protected={1: -8, 4: KID.hex()}),
        sign1(claims()) + b"\x00",
        b"\xd8\x3d\xd2" + parse_sign1(sign1(claims())).payload,
        b"\xd2\xd2" + sign1(claims())[1:],
    ],
    ids=[
        "critical label",
        "critical label unprotected",
        "no algorithm",
        "algorithm only unprotected",
        "nothing protected",
        "kid only unprotected",
        "algorithm twice",
        "certificate unprotected",
        "text label",
        "true for an algorithm",
        "float for an algorithm",
        "text for a kid",
        "trailing byte",
        "payload for a message",
        "tag twice",
    ],
)
def test_a_header_that_could_mislead_another_reader_is_malformed(content):
    examined = verify(text_of(content))

    assert (Outcome.FAIL, Reason.MALFORMED) == outcomes(examined)[Step.PARSE]
    assert None is examined.credential


@pytest.mark.parametrize("tags", [b"\xd8\x3d\xd8\x3d\xd2", b"\xd0", b"\xd8\x62", b"\xd9\xd9\xf7\xd2", b""])
def test_another_tag_is_another_kind_of_thing(tags):
    body = sign1(claims())[1:]

    assert Reason.NOT_A_CREDENTIAL is reason_for(tags + body)


def test_the_cwt_tag_around_it_is_the_standards_own_example():
    assert None is reason_for(b"\xd8\x3d" + prove(sign1(claims())))


@pytest.mark.parametrize(
    ("signer", "alg"), [(AUTHORITY, -7), (AUTHORITY, -9), (a_p256("other"), -8), (a_p256("other"), -19)]
)
def test_an_algorithm_of_another_key_fails(signer, alg):
    trust = a_trust(a_key_record(signer))
    text = text_of(sign1(claims(), signer, protected={1: alg, 4: signer.public.kid}))

    assert Reason.SIGNATURE_INVALID is first_failure(verify(text, trust=trust))


@pytest.mark.parametrize("alg", [-19, -8])
def test_both_identifiers_of_the_keys_algorithm_pass(alg):
    content = prove(sign1(claims(), protected={1: alg, 4: KID}))

    assert None is reason_for(content)


def test_a_certificate_in_the_code_is_never_a_reason_to_trust_it():
    stranger = an_ed25519("stranger")
    protected = {1: -8, 4: stranger.public.kid, 33: b"certificate"}

    assert Reason.ISSUER_UNKNOWN is reason_for(sign1(claims(), stranger, protected=protected))


@pytest.mark.parametrize("signature", [b"", bytes(64), bytes(63), b"\xff" * 64])
def test_an_empty_or_made_up_signature_fails(signature):
    message = parse_sign1(sign1(claims()))
    content = b"\xd2" + encode_cbor([message.protected, {}, message.payload, signature])

    assert Reason.SIGNATURE_INVALID is reason_for(content)


def test_removing_the_holder_key_breaks_the_signature():
    message = parse_sign1(sign1(claims()))
    content = b"\xd2" + encode_cbor(
        [message.protected, {}, encode_cbor(claims(holder=None)), message.signature]
    )

    assert Reason.SIGNATURE_INVALID is reason_for(content)


@pytest.mark.parametrize(
    "confirmation",
    [
        None,
        {},
        {1: {}},
        {3: b"kid only"},
        {1: HOLDER.cose_key(), 3: b"kid"},
        {1: {**HOLDER.cose_key(), -4: bytes(32)}},
        {1: {**HOLDER.cose_key(), -2: b"\xff" * 32}},
        {1: AUTHORITY.cose_key()},
        [HOLDER.cose_key()],
    ],
)
def test_a_holder_key_that_is_none_is_malformed_and_never_a_print(confirmation):
    fields = {**claims(), 8: confirmation}

    assert Reason.MALFORMED is reason_for(sign1(fields))


def test_a_key_nobody_trusts_refers_while_the_clock_is_doubtful():
    text = text_of(sign1(claims(), an_ed25519("stranger")))
    clock = a_clock(NOON - 3 * DAY, ClockState.DOUBTFUL)

    examined = verify(text, clock=clock)

    assert (Outcome.REFER, Reason.ISSUER_UNKNOWN) == outcomes(examined)[Step.SIGNATURE]


def test_swapping_the_proof_of_an_older_showing_in_does_not_make_it_fresh():
    credential = sign1(claims())
    old = parse_sign1(prove(credential, at=NOON.replace(hour=1))).unprotected

    assert Reason.PROOF_STALE is reason_for(with_header(credential, old))
