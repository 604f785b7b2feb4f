"""The vocabulary keeps its promises: no step, no pass; every reason has one outcome or none."""

from hypothesis import given
from hypothesis import strategies as st

from kiosk.model import Check, CheckFailed, Fault, Grade, Outcome, Reason, Step, Verdict

STEPS = st.sampled_from(Step)
OUTCOMES = st.sampled_from([*Outcome, None])
CHECKS = st.lists(st.builds(Check, STEPS, OUTCOMES, st.sampled_from([*Reason, None])), max_size=9).map(tuple)


@given(CHECKS, st.frozensets(STEPS))
def test_no_pass_without_every_required_step(checks, required):
    verdict = Verdict(checks, required)

    if verdict.outcome is Outcome.PASS:
        assert required
        assert required <= {check.step for check in checks if check.outcome is Outcome.PASS}
        assert {Outcome.PASS} >= {check.outcome for check in checks if check.outcome}


@given(CHECKS, st.frozensets(STEPS))
def test_fail_outweighs_refer_and_refer_outweighs_pass(checks, required):
    verdict = Verdict(checks, required)

    failed = any(check.outcome is Outcome.FAIL for check in checks)
    assert failed == (verdict.outcome is Outcome.FAIL)
    assert verdict.passed == (verdict.outcome is Outcome.PASS)


@given(st.frozensets(STEPS, min_size=1), st.data())
def test_one_step_less_and_a_pass_is_gone(required, data):
    checks = tuple(Check(step, Outcome.PASS) for step in sorted(required))
    missing = data.draw(st.sampled_from(sorted(required)))

    assert Verdict(checks, required).passed
    assert not Verdict(tuple(check for check in checks if check.step is not missing), required).passed
    not_run = tuple(Check(step, None if step is missing else Outcome.PASS) for step in sorted(required))
    assert Outcome.REFER is Verdict(not_run, required).outcome


def test_nothing_required_is_no_pass():
    assert not Verdict((), frozenset()).passed


def test_the_reasons_for_the_outcome_come_first_and_each_once():
    checks = (
        Check(Step.STATUS, Outcome.REFER, Reason.LIST_STALE),
        Check(Step.LIVE_PROOF, Outcome.FAIL, Reason.PROOF_STALE),
        Check(Step.FACE, Outcome.REFER, Reason.LIST_STALE),
    )

    assert (Reason.PROOF_STALE, Reason.LIST_STALE) == Verdict(checks, frozenset(Step)).reasons


def test_a_check_that_passed_did_not_fail_whatever_stands_beside_it():
    assert Check(Step.FACE, Outcome.PASS, Reason.FACE_TIMEOUT).failed is None
    assert Reason.FACE_TIMEOUT is Check(Step.FACE, Outcome.REFER, Reason.FACE_TIMEOUT).failed


def test_no_reason_leads_to_a_pass():
    assert Outcome.PASS not in {reason.outcome for reason in Reason}
    assert Outcome.PASS not in {reason.outcome_at(grade) for reason in Reason for grade in Grade}


def test_only_an_unknown_issuer_is_weighed_by_the_age_of_the_lists():
    changing = {reason for reason in Reason if len({reason.outcome_at(grade) for grade in Grade}) > 1}

    assert {Reason.ISSUER_UNKNOWN} == changing
    assert Outcome.FAIL is Reason.ISSUER_UNKNOWN.outcome_at(Grade.AGEING)
    assert Outcome.REFER is Reason.ISSUER_UNKNOWN.outcome_at(Grade.STALE)


def test_what_takes_the_kiosk_out_of_service_has_no_outcome():
    assert {"TRUST_MISSING", "TRUST_INVALID", "TRUST_EXPIRED", "CAMERA_LOST", "LOG_UNWRITABLE"} | {
        "LOG_BROKEN",
        "DISK_LOW",
        "MODEL_ALTERED",
        "FACE_CAMERA_LOST",
        "CAMERA_REFUSED",
        "CAMERA_NOT_ALLOWED",
    } == {reason.value for reason in Reason if reason.outcome is None}


def test_an_error_of_ours_names_its_reason_and_its_detail():
    assert "CAMERA_LOST: unplugged" == str(Fault(Reason.CAMERA_LOST, "unplugged"))
    assert "EXPIRED" == str(CheckFailed(Reason.EXPIRED))
