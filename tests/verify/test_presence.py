"""The live proof: a phone passes, a screenshot, a print, a file and a stranger's phone do not."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kiosk.cose.cbor import encode_cbor
from kiosk.cose.sign1 import parse_sign1
from kiosk.model import ClockState, Note, Outcome, Reason, Source, Step
from tests.builders import (
    DAY,
    HOLDER,
    HOUR,
    NOON,
    a_clock,
    a_live_text,
    a_p256,
    a_policy,
    a_print_text,
    a_purpose,
    a_trust,
    claims,
    countersignature,
    first_failure,
    outcomes,
    prove,
    seconds,
    sign1,
    text_of,
    verify,
    with_header,
)


def _header_11(content):
    return parse_sign1(content).unprotected[11]


@pytest.mark.parametrize("name", ["checkpoint", "bank", "hotel"])
def test_a_stripped_proof_fails_for_every_purpose(name):
    stripped = text_of(with_header(prove(sign1(claims())), {}))

    examined = verify(stripped, purpose=a_purpose(name))

    assert (Outcome.FAIL, Reason.PROOF_MISSING) == outcomes(examined)[Step.LIVE_PROOF]


@pytest.mark.parametrize("thief", [a_p256("thief"), a_p256("other phone")])
def test_a_proof_by_another_phone_fails(thief):
    text = text_of(prove(sign1(claims()), thief))

    assert (Outcome.FAIL, Reason.PROOF_INVALID) == outcomes(verify(text))[Step.LIVE_PROOF]


def test_a_proof_taken_from_another_credential_of_the_same_phone_fails():
    other = prove(sign1(claims(k4=seconds(NOON + DAY))))
    mine = sign1(claims())
    proof = {11: _header_11(other)}

    assert Reason.PROOF_INVALID is first_failure(verify(text_of(with_header(mine, proof))))


def test_a_proof_without_a_holder_key_fails():
    text = text_of(prove(sign1(claims(holder=None))))

    assert Reason.PROOF_INVALID is first_failure(verify(text, purpose=a_purpose("hotel")))


@pytest.mark.parametrize(
    ("age_s", "uncertainty_s", "reason"),
    [
        (60, 0, None),
        (61, 0, Reason.PROOF_STALE),
        (660, 600, None),
        (661, 600, Reason.PROOF_STALE),
        (-60, 0, None),
        (-61, 0, Reason.PROOF_TIME_UNSURE),
        (-660, 600, None),
        (-661, 600, Reason.PROOF_TIME_UNSURE),
    ],
)
def test_the_window_is_the_policys_and_the_clocks_own_uncertainty(age_s, uncertainty_s, reason):
    clock = a_clock(state=ClockState.HOLDING, uncertainty_s=uncertainty_s)

    examined = verify(a_live_text(NOON - timedelta(seconds=age_s)), clock=clock)

    assert reason is outcomes(examined)[Step.LIVE_PROOF][1]
    assert (None if reason else NOON - timedelta(seconds=age_s)) == examined.credential.proof_at


@pytest.mark.parametrize("at", [NOON, NOON - HOUR])
def test_a_doubtful_clock_judges_no_proof_by_its_time(at):
    clock = a_clock(NOON - timedelta(hours=3), ClockState.DOUBTFUL)

    assert Reason.PROOF_TIME_UNSURE is outcomes(verify(a_live_text(at), clock=clock))[Step.LIVE_PROOF][1]


@pytest.mark.parametrize("source", [Source.FILE, Source.PASTE])
def test_a_file_or_a_paste_is_never_more_than_a_refer_at_the_counter(source):
    live, printed = (
        verify(a_live_text(), source=source),
        verify(a_print_text(), source=source, purpose=a_purpose("hotel")),
    )

    assert (Outcome.REFER, Reason.NOT_PRESENTED) == outcomes(live)[Step.LIVE_PROOF]
    assert (Outcome.REFER, Reason.NOT_PRESENTED) == outcomes(printed)[Step.LIVE_PROOF]


def test_a_refusal_weighs_more_than_where_the_code_came_from():
    examined = verify(a_live_text(NOON - HOUR), source=Source.FILE)

    assert (Outcome.FAIL, Reason.PROOF_STALE) == outcomes(examined)[Step.LIVE_PROOF]


def test_off_the_counter_a_file_stands_for_the_phone():
    assert None is first_failure(verify(a_live_text(), source=Source.FILE, at_counter=False))


def test_a_scanner_counts_as_the_policy_says():
    trust = a_trust(policy=a_policy(proof_sources=frozenset({Source.CAMERA})))

    assert None is first_failure(verify(a_live_text(), source=Source.SCANNER))
    assert Reason.NOT_PRESENTED is first_failure(verify(a_live_text(), source=Source.SCANNER, trust=trust))


def test_a_print_is_named_where_it_is_accepted():
    examined = verify(a_print_text(), purpose=a_purpose("hotel"))

    assert (None, None) == outcomes(examined)[Step.LIVE_PROOF]
    assert Note.PRINT_COPY in examined.notes
    assert Step.LIVE_PROOF not in examined.required
    assert None is examined.credential.claims.holder_key


@pytest.mark.parametrize(
    "purpose",
    [
        a_purpose("checkpoint"),
        a_purpose("hotel", print_copy_accepted=False),
        a_purpose("hotel", live_proof=True),
    ],
)
def test_a_print_refers_where_a_phone_is_demanded(purpose):
    examined = verify(a_print_text(), purpose=purpose)

    assert (Outcome.REFER, Reason.LIVE_PROOF_REQUIRED) == outcomes(examined)[Step.LIVE_PROOF]
    assert Note.PRINT_COPY not in examined.notes


def test_a_high_s_signature_names_the_same_showing():
    credential = prove(sign1(claims()))
    phdr, empty, signature = _header_11(credential)
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # SEC 2 section 2.4.2, n
    flipped = signature[:32] + (order - int.from_bytes(signature[32:])).to_bytes(32)
    twin = verify(text_of(with_header(credential, {11: [phdr, empty, flipped]}))).credential
    original = verify(text_of(credential)).credential

    assert (original.payload_digest, original.proof_at) == (twin.payload_digest, twin.proof_at)
    assert HOLDER.public == twin.claims.holder_key


CREDENTIAL = sign1(claims())
PROOF = countersignature(CREDENTIAL)
NOW = seconds(NOON)


def signed_over(protected):
    return {11: countersignature(CREDENTIAL, protected=protected)}


@pytest.mark.parametrize("alg", [-7, -9])
def test_both_identifiers_of_es256_serve_in_a_proof(alg):
    header = signed_over({1: alg, 15: {6: NOW}})

    assert None is first_failure(verify(text_of(with_header(CREDENTIAL, header))))


@pytest.mark.parametrize(
    "header",
    [
        {11: [PROOF, PROOF]},
        {11: [PROOF]},
        {11: None},
        {11: PROOF, 4: b"kid"},
        {12: PROOF[2]},
        {7: PROOF},
        {11: [PROOF[0], {4: b"kid"}, PROOF[2]]},
        {11: [b"", {}, PROOF[2]]},
        {11: [PROOF[0], {}, PROOF[2], b""]},
        signed_over({1: -8, 15: {6: NOW}}),
        signed_over({1: -35, 15: {6: NOW}}),
        signed_over({1: -7.0, 15: {6: NOW}}),
        signed_over({15: {6: NOW}}),
        signed_over({1: -7}),
        signed_over({1: -7, 15: {}}),
        signed_over({1: -7, 15: NOW}),
        signed_over({1: -7, 15: {6: float(NOW)}}),
        signed_over({1: -7, 15: {6: True}}),
        signed_over({1: -7, 15: {6: -NOW}}),
        signed_over({1: -7, 15: {6: 2**63}}),
        signed_over({1: -7, 15: {6: NOW, 10: b"nonce"}}),
        signed_over({1: -7, 15: {6: NOW, 4: NOW}}),
        signed_over({1: -7, 4: b"kid", 15: {6: NOW}}),
        signed_over({1: -7, 2: [15], 15: {6: NOW}}),
    ],
)
def test_any_other_shape_of_a_proof_is_malformed(header):
    text = text_of(with_header(CREDENTIAL, header))

    assert (Outcome.FAIL, Reason.MALFORMED) == outcomes(verify(text))[Step.PARSE]


def test_a_proof_whose_time_was_changed_fails():
    later = encode_cbor({1: -7, 15: {6: NOW + 30}})

    text = text_of(with_header(CREDENTIAL, {11: [later, *PROOF[1:]]}))

    assert Reason.PROOF_INVALID is first_failure(verify(text))
