"""One test for each reason the pipeline can give, and the order in which reasons win."""

from __future__ import annotations

from datetime import datetime

import pytest

from kiosk.model import ClockState, Environment, Grade, Note, Outcome, Reason, Step
from kiosk.trust.issuers import Usage
from kiosk.verify.pipeline import conclude, examine_no_code
from tests.builders import (
    AUTHORITY,
    DAY,
    HOUR,
    NOON,
    STATUS_URI,
    a_clock,
    a_key_record,
    a_live_text,
    a_p256,
    a_policy,
    a_purpose,
    a_status_list,
    a_trust,
    an_ed25519,
    claims,
    first_failure,
    identity,
    outcomes,
    seconds,
    sign1,
    text_of,
    verify,
)

STRANGER = an_ed25519("stranger")
OLD = a_status_list(issued_at=NOON - 10 * DAY)


def test_a_live_credential_passes_every_step_of_the_code():
    examined = verify(a_live_text())

    assert {step: (Outcome.PASS, None) for step in Step if step <= Step.LIVE_PROOF} == outcomes(examined)
    assert ("2345678417", NOON) == (examined.credential.identity.number, examined.credential.proof_at)
    assert (Grade.FRESH, (Note.NOT_PRODUCTION,)) == (examined.grade, examined.notes)


def test_each_step_has_its_time():
    assert [1.0] * 6 == pytest.approx([check.ms for check in verify(a_live_text()).checks])


def test_a_production_verdict_carries_no_note():
    assert () == verify(a_live_text(), trust=a_trust(environment=Environment.PRODUCTION)).notes


def test_a_given_time_is_noted():
    assert Note.CLOCK_GIVEN in verify(a_live_text(), clock=a_clock(given=True)).notes


def test_no_code_in_the_picture_refers():
    examined = examine_no_code(a_trust(), a_purpose(), a_clock())

    assert (Reason.NO_CODE,) == conclude(examined).reasons
    assert Outcome.REFER is conclude(examined).outcome
    assert None is examined.credential


@pytest.mark.parametrize(
    "text",
    [
        "",
        "https://absher.sa/verify?id=2345678417",
        "HC1:6BFOXN*TS0BI$ZD4N9:9S6RCVN5+O30K3/XIV0W23NTDE",
        "لا",
        "\ud800",
        "A" * 5000,
        text_of(b"plain text"),
        text_of(b"\xd0\x83\x40\xa0\x40"),
        text_of(sign1(b"not cbor \x9f")),
        text_of(sign1({1: "health", -260: {1: {}}})),
        text_of(b"\xd2\x84\x40\xa0"),
        text_of(sign1(claims(), protected={1: -37, 4: AUTHORITY.public.kid})),
        text_of(sign1(claims(), protected={1: "RS1", 4: AUTHORITY.public.kid})),
    ],
)
def test_what_is_no_credential_of_this_kind_refers_and_is_never_called_forged(text):
    examined = verify(text)

    assert Reason.NOT_A_CREDENTIAL is first_failure(examined)
    assert Outcome.REFER is conclude(examined).outcome
    assert (Reason.NOT_A_CREDENTIAL,) == conclude(examined).reasons


def test_a_flaw_inside_a_credential_is_malformed_and_names_its_layer():
    examined = verify(text_of(sign1(claims(k4="tomorrow"))))

    assert (Outcome.FAIL, Reason.MALFORMED) == outcomes(examined)[Step.PARSE]
    assert examined.checks[1].detail.startswith("cwt: exp")


def test_a_key_nobody_trusts_fails_while_the_list_is_fresh():
    text = a_live_text(signer=STRANGER)

    assert (Outcome.FAIL, Reason.ISSUER_UNKNOWN) == outcomes(verify(text))[Step.SIGNATURE]


@pytest.mark.parametrize("lists", [(a_status_list(issued_at=NOON - 8 * DAY),), ()])
def test_a_key_nobody_trusts_refers_when_the_store_may_just_be_old(lists):
    text = a_live_text(signer=STRANGER)

    assert (Outcome.REFER, Reason.ISSUER_UNKNOWN) == outcomes(verify(text, trust=a_trust(lists=lists)))[
        Step.SIGNATURE
    ]


@pytest.mark.parametrize(
    "protected", [{1: -8}, {1: -8, 4: b""}, {1: -8, 4: b"k" * 4000}, {1: -8, 4: b"../root"}]
)
def test_a_kid_is_only_a_name_to_look_up(protected):
    text = text_of(sign1(claims(), protected=protected))

    assert Reason.ISSUER_UNKNOWN is first_failure(verify(text))


def test_a_key_for_status_lists_signs_no_credential():
    trust = a_trust(a_key_record(usage=Usage.STATUS))

    assert Reason.ISSUER_UNKNOWN is first_failure(verify(a_live_text(), trust=trust))


@pytest.mark.parametrize(
    "changes",
    [
        {"distrusted_from": NOON - 31 * DAY},
        {"distrusted_from": NOON - 30 * DAY},
        {"valid_until": NOON - 31 * DAY},
        {"valid_from": NOON - 29 * DAY},
    ],
)
def test_a_distrusted_key_fails(changes):
    examined = verify(a_live_text(), trust=a_trust(a_key_record(**changes)))

    assert (Outcome.FAIL, Reason.ISSUER_DISTRUSTED) == outcomes(examined)[Step.SIGNATURE]
    assert None is examined.credential


def test_what_a_key_signed_before_it_was_distrusted_still_counts():
    trust = a_trust(a_key_record(distrusted_from=NOON - 29 * DAY))

    assert None is first_failure(verify(a_live_text(), trust=trust))


def test_a_signature_by_another_key_fails_and_leaves_no_credential():
    forged = text_of(sign1(claims(), STRANGER, protected={1: -8, 4: AUTHORITY.public.kid}))

    examined = verify(forged)

    assert (Outcome.FAIL, Reason.SIGNATURE_INVALID) == outcomes(examined)[Step.SIGNATURE]
    assert None is examined.credential
    assert None is examined.grade


def test_a_credential_in_another_issuers_name_fails_and_leaves_no_credential():
    examined = verify(a_live_text(k1="https://other.invalid/issuer"))

    assert (Outcome.FAIL, Reason.ISSUER_MISMATCH) == outcomes(examined)[Step.SIGNATURE]
    assert None is examined.credential


def test_what_was_issued_before_the_emergency_brake_fails():
    trust = a_trust(a_key_record(min_iat=NOON - 29 * DAY))

    assert Reason.ISSUED_BEFORE_MINIMUM is first_failure(verify(a_live_text(), trust=trust))


@pytest.mark.parametrize(("seconds_left", "reason"), [(1, None), (0, Reason.EXPIRED), (-1, Reason.EXPIRED)])
def test_a_credential_is_refused_from_the_second_it_expires(seconds_left, reason):
    text = a_live_text(k4=seconds(NOON) + seconds_left)

    assert reason is first_failure(verify(text))


def test_the_end_is_checked_at_the_latest_time_known_to_be_past():
    text = a_live_text(k4=seconds(NOON + HOUR))
    clock = a_clock(floor=NOON + HOUR)

    assert Reason.EXPIRED is first_failure(verify(text, clock=clock))


@pytest.mark.parametrize(("early_s", "reason"), [(300, None), (301, Reason.NOT_YET_VALID)])
def test_the_beginning_has_five_minutes_of_leeway(early_s, reason):
    text = a_live_text(k5=seconds(NOON) + early_s)

    assert reason is first_failure(verify(text))


@pytest.mark.parametrize(("early_s", "reason"), [(300, None), (301, Reason.ISSUED_IN_FUTURE)])
def test_what_is_issued_in_the_future_refers(early_s, reason):
    examined = verify(a_live_text(k6=seconds(NOON) + early_s))

    assert reason is first_failure(examined)
    assert reason is None or outcomes(examined)[Step.STATUS][0] is Outcome.PASS


def test_a_doubtful_clock_refers_and_calls_nothing_expired_that_only_the_clock_says():
    clock = a_clock(NOON + 9000 * DAY, ClockState.DOUBTFUL)

    assert (Outcome.REFER, Reason.CLOCK_DOUBTFUL) == outcomes(verify(a_live_text(), clock=clock))[Step.DATES]


def test_a_doubtful_clock_still_refuses_what_signed_times_prove_to_be_over():
    clock = a_clock(NOON - 90 * DAY, ClockState.DOUBTFUL, floor=NOON)
    text = a_live_text(k4=seconds(NOON))

    assert Reason.EXPIRED is first_failure(verify(text, clock=clock))


@pytest.mark.parametrize(
    ("word", "bits", "reason"),
    [
        (0, 2, None),
        (1, 1, Reason.REVOKED),
        (1, 2, Reason.REVOKED),
        (2, 2, Reason.SUSPENDED),
        (3, 2, Reason.SUPERSEDED),
        (3, 4, Reason.SUPERSEDED),
        (4, 4, Reason.REVOKED),
        (255, 8, Reason.REVOKED),
    ],
)
def test_the_status_word_decides(word, bits, reason):
    trust = a_trust(lists=(a_status_list({5: word}, bits=bits),))

    assert reason is first_failure(verify(a_live_text(), trust=trust))


@pytest.mark.parametrize("issued_at", [NOON - 29 * DAY, NOON - 300 * DAY])
def test_an_old_list_still_stops_what_it_names(issued_at):
    trust = a_trust(lists=(a_status_list({5: 1}, issued_at=issued_at),))

    assert (Outcome.FAIL, Reason.REVOKED) == outcomes(verify(a_live_text(), trust=trust))[Step.STATUS]


@pytest.mark.parametrize("index", [64, 2**64 - 1])
def test_an_index_outside_the_list_fails(index):
    text = a_live_text(k65535={"status_list": {"idx": index, "uri": STATUS_URI}})

    assert Reason.STATUS_INDEX_OUT_OF_RANGE is first_failure(verify(text))


def test_the_last_index_of_the_list_is_looked_up():
    text = a_live_text(k65535={"status_list": {"idx": 63, "uri": STATUS_URI}})

    assert Reason.REVOKED is first_failure(verify(text, trust=a_trust(lists=(a_status_list({63: 1}),))))


@pytest.mark.parametrize(
    "lists",
    [(), (a_status_list(issuer="https://other.invalid"),), (a_status_list(uri="https://other.invalid/1"),)],
)
def test_a_credential_without_a_list_of_its_own_issuer_refers(lists):
    trust = a_trust(lists=lists)

    assert (Outcome.REFER, Reason.STATUS_UNKNOWN) == outcomes(verify(a_live_text(), trust=trust))[Step.STATUS]


@pytest.mark.parametrize(
    ("age", "accepted", "reason", "note"),
    [
        (DAY, False, None, None),
        (DAY + HOUR, False, None, Note.LIST_AGEING),
        (7 * DAY, False, None, Note.LIST_AGEING),
        (8 * DAY, False, Reason.LIST_STALE, None),
        (8 * DAY, True, None, Note.LIST_STALE_ACCEPTED),
        (30 * DAY, True, None, Note.LIST_STALE_ACCEPTED),
        (31 * DAY, True, Reason.LIST_STALE, None),
        (31 * DAY, False, Reason.LIST_STALE, None),
    ],
)
def test_the_age_of_the_list_is_noted_then_refers(age, accepted, reason, note):
    policy = a_policy(stale_list_accepted=accepted)
    trust = a_trust(lists=(a_status_list(issued_at=NOON - age),), policy=policy)

    examined = verify(a_live_text(), trust=trust)

    assert reason is first_failure(examined)
    assert (note in examined.notes) if note else (examined.notes == (Note.NOT_PRODUCTION,))
    assert reason is None or Outcome.REFER is conclude(examined).outcome


def test_a_list_past_its_own_end_refers_however_young_it_is():
    trust = a_trust(lists=(a_status_list(expires_at=NOON),), policy=a_policy(stale_list_accepted=True))

    assert Reason.LIST_STALE is first_failure(verify(a_live_text(), trust=trust))


def test_the_list_grows_old_by_the_latest_time_known_to_be_past():
    clock = a_clock(floor=NOON + 8 * DAY)

    assert Reason.LIST_STALE is first_failure(verify(a_live_text(), clock=clock))


def test_a_credential_without_a_photo_refers_where_a_face_is_needed():
    text = a_live_text(k169=identity(k16=None, k17=None))

    assert (Outcome.REFER, Reason.PHOTO_MISSING) == outcomes(verify(text))[Step.PHOTO]
    assert Step.PHOTO not in outcomes(verify(text, purpose=a_purpose("hotel", face=False)))


def test_after_a_refusal_no_later_step_runs():
    steps = outcomes(verify(a_live_text(k4=seconds(NOON))))

    assert (Outcome.FAIL, Reason.EXPIRED) == steps[Step.DATES]
    assert [(None, None)] * 2 == [steps[Step.STATUS], steps[Step.LIVE_PROOF]]


def test_after_a_refer_the_later_steps_still_run_and_a_refusal_wins():
    trust = a_trust(lists=(OLD,))

    examined = verify(a_live_text(NOON - HOUR), trust=trust)

    assert (Reason.PROOF_STALE, Reason.LIST_STALE) == conclude(examined).reasons
    assert Outcome.FAIL is conclude(examined).outcome


def test_a_refused_credential_is_kept_once_its_signature_held():
    examined = verify(a_live_text(k4=seconds(NOON)))

    assert "2345678417" == examined.credential.identity.number
    assert examined.refused
    assert not examined.portrait_wanted


def test_either_algorithm_of_the_profile_signs_credentials_and_the_holders_is_es256():
    signer = a_p256("issuer two")
    trust = a_trust(a_key_record(signer))

    assert None is first_failure(verify(a_live_text(signer=signer), trust=trust))
    assert signer.public.kid == verify(a_live_text(signer=signer), trust=trust).credential.issuer_kid


def test_the_same_code_store_and_time_give_the_same_checks():
    text, when = a_live_text(), datetime.fromisoformat("2026-12-01T09:00:10+00:00")

    assert verify(text, clock=a_clock(when)).checks == verify(text, clock=a_clock(when)).checks
