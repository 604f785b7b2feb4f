"""The verdict: every required step ran and passed, or there is no PASS."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from kiosk.model import Check, Note, Outcome, Reason, Step
from kiosk.verify.pipeline import conclude
from kiosk.verify.steps import Recorder
from tests.builders import NOON, a_live_text, a_print_text, a_purpose, verify

PHOTO = Check(Step.PHOTO, Outcome.PASS)
FACE = Check(Step.FACE, Outcome.PASS)
LIVENESS = Check(Step.LIVENESS, Outcome.PASS)


def outcome_of(verdict, step):
    (check,) = [check for check in verdict.checks if check.step is step]
    return check.outcome, check.reason


def test_all_required_steps_passed_is_a_pass():
    verdict = conclude(verify(a_live_text()), [FACE, PHOTO])

    assert (Outcome.PASS, ()) == (verdict.outcome, verdict.reasons)
    assert list(Step) == [check.step for check in verdict.checks]
    assert (None, None) == outcome_of(verdict, Step.LIVENESS)
    assert Note.LIVENESS_NOT_CHECKED in verdict.notes


def test_no_pass_without_every_required_step():
    examined = verify(a_live_text(), purpose=a_purpose("bank"))
    later = (PHOTO, LIVENESS, FACE)

    for count in range(3):
        for some in itertools.combinations(later, count):
            assert Outcome.REFER is conclude(examined, some).outcome
    assert Outcome.PASS is conclude(examined, later).outcome
    assert Note.LIVENESS_NOT_CHECKED not in conclude(examined, later).notes


EARLY = (Step.DECODE, Step.PARSE, Step.SIGNATURE, Step.DATES, Step.STATUS, Step.LIVE_PROOF)
LATE = (Step.PHOTO, Step.LIVENESS, Step.FACE)
WHY = {Outcome.REFER: Reason.VISIT_TIMEOUT, Outcome.FAIL: Reason.FACE_MISMATCH}


@pytest.mark.parametrize(("face", "liveness", "proof"), [*itertools.product([True, False], repeat=3)])
def test_of_all_ways_a_visit_can_go_only_those_with_every_required_step_passed_pass(face, liveness, proof):
    """One early step goes each way there is, and all the later ones do, also those that nobody ran."""
    text = a_live_text() if proof else a_print_text()
    examined = verify(text, purpose=a_purpose("hotel", face=face, liveness=liveness))
    wanted = {step for step, on in ((Step.LIVE_PROOF, proof), (Step.LIVENESS, liveness)) if on}
    wanted |= {*EARLY[:5], *((Step.PHOTO, Step.FACE) if face else ())}
    assert wanted == examined.required

    ways = [dict.fromkeys(EARLY, Outcome.PASS) | {step: way} for step in EARLY for way in (None, *Outcome)]
    for way, ends in itertools.product(ways, itertools.product((None, *Outcome), repeat=3)):
        checks = tuple(Check(step, way[step], WHY.get(way[step])) for step in EARLY)
        later = [Check(step, end, WHY.get(end)) for step, end in zip(LATE, ends, strict=True) if end]
        ran = {step: end for step, end in (*way.items(), *zip(LATE, ends, strict=True)) if end is not None}
        passes = wanted <= set(ran) and set(ran.values()) == {Outcome.PASS}

        verdict = conclude(replace(examined, checks=checks), later)

        assert passes is (verdict.outcome is Outcome.PASS)
        assert (Outcome.FAIL in ran.values()) is (verdict.outcome is Outcome.FAIL)
        if None not in way.values() and Step.PHOTO in ran:  # nobody leaves out what comes before
            assert passes is not bool(verdict.reasons)


def test_a_face_that_was_not_shown_refers():
    verdict = conclude(verify(a_live_text()))

    assert (Outcome.REFER, Reason.NOT_PRESENTED) == outcome_of(verdict, Step.FACE)
    assert (Reason.NOT_PRESENTED,) == verdict.reasons


def test_a_required_prompt_that_did_not_run_refers():
    verdict = conclude(verify(a_live_text(), purpose=a_purpose("bank")), [PHOTO, FACE])

    assert (Reason.LIVENESS_NOT_PASSED,) == verdict.reasons


def test_a_purpose_without_a_face_needs_none():
    examined = verify(a_live_text(), purpose=a_purpose("hotel", face=False))

    assert Outcome.PASS is conclude(examined).outcome


def test_a_liveness_prompt_alone_can_be_demanded():
    purpose = a_purpose("hotel", face=False, liveness=True)

    assert (Reason.LIVENESS_NOT_PASSED,) == conclude(verify(a_live_text(), purpose=purpose)).reasons
    assert Outcome.PASS is conclude(verify(a_live_text(), purpose=purpose), [LIVENESS]).outcome


def test_an_accepted_print_passes_with_its_note():
    verdict = conclude(verify(a_print_text(), purpose=a_purpose("hotel")), [PHOTO, FACE])

    assert Outcome.PASS is verdict.outcome
    assert Note.PRINT_COPY in verdict.notes


def test_a_photo_that_cannot_be_used_leaves_no_face_to_ask_for():
    unusable = Check(Step.PHOTO, Outcome.REFER, Reason.PHOTO_UNUSABLE)

    verdict = conclude(verify(a_live_text()), [unusable])

    assert (Reason.PHOTO_UNUSABLE,) == verdict.reasons
    assert (None, None) == outcome_of(verdict, Step.FACE)


@pytest.mark.parametrize("text", ["https://absher.sa", a_live_text(k4=int(NOON.timestamp()))])
def test_without_a_credential_in_force_nobody_is_asked_for_a_face(text):
    verdict = conclude(verify(text))

    assert (None, None) == outcome_of(verdict, Step.FACE)
    assert 1 == len(verdict.reasons)


def test_a_refused_face_outweighs_a_passed_code():
    refused = Check(Step.FACE, Outcome.FAIL, Reason.FACE_MISMATCH, notes=(Note.STILL_FACE,))

    verdict = conclude(verify(a_live_text()), [PHOTO, refused])

    assert Outcome.FAIL is verdict.outcome
    assert {Note.STILL_FACE, Note.NOT_PRODUCTION} <= set(verdict.notes)


@pytest.mark.parametrize(
    ("refused", "outcome"),
    [
        (Check(Step.FACE, Outcome.FAIL, Reason.FACE_MISMATCH), Outcome.FAIL),
        (Check(Step.FACE, Outcome.REFER, Reason.MINOR), Outcome.REFER),
        (Check(Step.PHOTO, Outcome.REFER, Reason.PHOTO_UNUSABLE), Outcome.REFER),
        (Check(Step.STATUS, Outcome.REFER, Reason.STATUS_UNKNOWN), Outcome.REFER),
    ],
)
def test_a_step_that_passed_before_or_after_never_takes_back_a_refusal(refused, outcome):
    for later in itertools.permutations([PHOTO, FACE, refused]):
        verdict = conclude(verify(a_live_text()), later)

        assert (outcome, (refused.reason,)) == (verdict.outcome, verdict.reasons)


def test_a_bug_in_a_step_is_no_check_and_no_pass():
    recorder = Recorder(lambda: 0.0, lambda reason: reason.outcome)

    with pytest.raises(ZeroDivisionError), recorder.step(Step.PARSE):
        _ = 1 / 0

    assert {None} == {check.outcome for check in recorder.checks_up_to(Step.FACE)}


@pytest.mark.parametrize(
    "face",
    [
        Check(Step.FACE, Outcome.REFER, Reason.MINOR),
        Check(Step.FACE, Outcome.REFER, Reason.FACE_COVERED),
        Check(Step.FACE, Outcome.REFER, Reason.FACE_TIMEOUT),
        Check(Step.FACE, Outcome.FAIL, Reason.FACE_MISMATCH),
    ],
)
def test_of_a_face_that_was_not_matched_no_movements_are_owed(face):
    verdict = conclude(verify(a_live_text(), purpose=a_purpose("bank")), [PHOTO, face])

    assert (face.outcome, (face.reason,)) == (verdict.outcome, verdict.reasons)
    assert (None, None) == outcome_of(verdict, Step.LIVENESS)
    assert Note.LIVENESS_NOT_CHECKED in verdict.notes
