"""The verification of one presented code, as a list one can count.

Rules kept here: FAIL outweighs REFER outweighs PASS; after the first FAIL later steps are not run, after a
REFER they are, where there is a credential to run them on; there is no `Credential` before the signature
holds. Trust, policy and time are arguments, so the same code gives the same checks. Decoding the photo and
comparing faces is left to `kiosk.face`, remembering proofs to `replay.py`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from kiosk.model import (
    Check,
    CheckFailed,
    ClockReading,
    Environment,
    Grade,
    Note,
    Outcome,
    Presentation,
    Reason,
    Source,
    Step,
    Verdict,
)
from kiosk.trust.grading import grade_store
from kiosk.trust.policy import Policy, PurposePolicy
from kiosk.trust.trustset import TrustSet
from kiosk.verify.credential import Credential, Token
from kiosk.verify.dates import check_dates
from kiosk.verify.issuer import verify_issuer
from kiosk.verify.liveproof import check_proof_time, verify_proof
from kiosk.verify.reading import decode_text, parse_token
from kiosk.verify.status import check_status
from kiosk.verify.steps import STEPS, Recorder

_ALWAYS = (Step.DECODE, Step.PARSE, Step.SIGNATURE, Step.DATES, Step.STATUS)
_REQUIRED = {
    (proof, face, liveness): frozenset(
        _ALWAYS + (Step.LIVE_PROOF,) * proof + (Step.PHOTO, Step.FACE) * face + (Step.LIVENESS,) * liveness
    )
    for proof in (False, True)
    for face in (False, True)
    for liveness in (False, True)
}
"""The steps that must pass, by: is a live proof wanted, a face, a liveness prompt."""


@dataclass(frozen=True, slots=True)
class Examined:
    """What the code alone showed: steps 1 to 6, and step 7 only where it already failed.

    `credential` is there from the moment the signature held, also when a later step refused it. `grade` is
    the age of its status list, None without one. `signed_at` is when the holder's key says it signed, also
    where that is too long ago; None without a valid proof.
    """

    credential: Credential | None
    checks: tuple[Check, ...]
    required: frozenset[Step]
    notes: tuple[Note, ...] = ()
    grade: Grade | None = None
    signed_at: datetime | None = None

    @property
    def refused(self) -> bool:
        """Whether something presented was refused, so that no later step runs."""
        return any(check.outcome is Outcome.FAIL for check in self.checks)

    @property
    def portrait_wanted(self) -> bool:
        """Whether the caller can go on to read the photo: step 7 is open."""
        open_step = all(check.step is not Step.PHOTO for check in self.checks)
        return self.credential is not None and not self.refused and open_step


@dataclass(slots=True)
class _Found:
    """What the steps have found so far."""

    signed: Token | None = None
    grade: Grade | None = None
    signed_at: datetime | None = None
    proof_at: datetime | None = None


def verify_credential(
    presentation: Presentation,
    trust: TrustSet,
    purpose: PurposePolicy,
    clock: ClockReading,
    timer: Callable[[], float],
    *,
    at_counter: bool = True,
) -> Examined:
    """Verify a presented code against `trust` for `purpose`, and return every check made.

    `timer` gives monotonic seconds. `at_counter` False waives the rule on sources, for a result that nobody
    relies on. Never raises, whatever was presented.
    """
    found = _Found()
    latest = max(clock.now, clock.floor)
    run = Recorder(timer, lambda reason: reason.outcome_at(grade_store(trust, clock)))
    try:
        with run.step(Step.DECODE):  # 1. RFC 9285, RFC 1950
            content = decode_text(presentation.text)
        with run.step(Step.PARSE):  # 2. RFC 9052, RFC 8392, MOSIP Claim 169
            token = parse_token(content)
        with run.step(Step.SIGNATURE):  # 3. RFC 9052 section 4.4, by a trusted issuer
            issuer = verify_issuer(token, trust)
            found.signed = token
        claims = token.claims
        with run.step(Step.DATES):  # 4. RFC 8392 section 3.1
            check_dates(claims, issuer, clock, timedelta(seconds=trust.policy.forward_leeway_s))
        with run.step(Step.STATUS):  # 5. Token Status List
            found.grade = trust.grade(claims.status.uri, latest)
            if (note := check_status(claims.status, claims.issuer, trust, found.grade)) is not None:
                run.note(note)
        with run.step(Step.LIVE_PROOF):  # 6. RFC 9338 section 3.3
            found.signed_at = _verify_presence(token, purpose, run)
            if found.signed_at is not None:
                check_proof_time(found.signed_at, clock, trust.policy.proof_window_s)
            found.proof_at = found.signed_at
            if at_counter:
                _check_source(presentation.source, trust.policy)
        if purpose.face and token.identity.photo is None:
            run.fail(Step.PHOTO, Reason.PHOTO_MISSING)  # 7. the rest of it is the caller's
    except CheckFailed:
        pass  # recorded by its step; the steps after it are not run
    return _examined(found, run.checks_up_to(Step.LIVE_PROOF), purpose, trust, clock)


def examine_no_code(
    trust: TrustSet, purpose: PurposePolicy, clock: ClockReading, reason: Reason = Reason.NO_CODE
) -> Examined:
    """Return the checks of a picture or file in which no code was read, for `reason`."""
    checks = (
        Check(Step.DECODE, reason.outcome, reason),
        *(Check(step, None) for step in STEPS[Step.DECODE : Step.LIVE_PROOF]),
    )
    return _examined(_Found(), checks, purpose, trust, clock)


def _verify_presence(token: Token, purpose: PurposePolicy, run: Recorder) -> datetime | None:
    """Return the time of the live proof, None for a print where prints are accepted."""
    key = token.claims.holder_key
    if key is not None:
        return verify_proof(token.proof, token.message, key)
    if token.proof is not None:
        raise CheckFailed(Reason.PROOF_INVALID, "a proof without a holder key")
    if purpose.live_proof or not purpose.print_copy_accepted:
        raise CheckFailed(Reason.LIVE_PROOF_REQUIRED)
    run.waive(Note.PRINT_COPY)
    return None


def _check_source(source: Source, policy: Policy) -> None:
    if source not in policy.proof_sources:
        raise CheckFailed(Reason.NOT_PRESENTED, f"came from {source.value}")


def _examined(
    found: _Found, checks: tuple[Check, ...], purpose: PurposePolicy, trust: TrustSet, clock: ClockReading
) -> Examined:
    notes = [note for check in checks for note in check.notes]
    if trust.environment is not Environment.PRODUCTION:
        notes.append(Note.NOT_PRODUCTION)
    if clock.given:
        notes.append(Note.CLOCK_GIVEN)
    credential = _make_credential(found.signed, found.proof_at) if found.signed else None
    required = _REQUIRED[Note.PRINT_COPY not in notes, purpose.face, purpose.liveness]
    return Examined(credential, checks, required, tuple(notes), found.grade, found.signed_at)


def _make_credential(token: Token, proof_at: datetime | None) -> Credential:
    """Make the verified value; called for a token whose signature held, and for no other."""
    return Credential(
        identity=token.identity,
        claims=token.claims,
        issuer_kid=token.kid or b"",
        payload_digest=hashlib.sha256(token.message.payload).digest(),
        proof_at=proof_at,
    )


def conclude(examined: Examined, later_checks: Iterable[Check] = ()) -> Verdict:
    """Weigh the code's checks and the later ones (photo, liveness, face) into the verdict.

    A step that the purpose requires and nobody ran is a REFER of its own, unless an earlier check already
    left nothing to run it on: of a face that was not matched (a minor's, a covered one) no movements are
    asked. A step checked twice counts twice: a pass never takes back a refusal.
    """
    later = tuple(later_checks)
    made = examined.checks + later
    unread = any(check.step is Step.PHOTO and check.outcome is not Outcome.PASS for check in later)
    ready = examined.portrait_wanted and not unread
    unmatched = any(check.step is Step.FACE and check.outcome is not Outcome.PASS for check in later)
    for step, reason in (
        (Step.PHOTO, None),
        (Step.LIVENESS, Reason.LIVENESS_NOT_PASSED),
        (Step.FACE, Reason.NOT_PRESENTED),
    ):
        if all(check.step is not step for check in made):
            owed = reason is not None and ready and step in examined.required
            owed = owed and not (unmatched and step is Step.LIVENESS)
            made += (Check(step, Outcome.REFER, reason) if owed else Check(step, None),)
    checks = tuple(sorted(made, key=lambda check: check.step))
    notes = [*examined.notes, *(note for check in later for note in check.notes)]
    if any(check.step is Step.FACE for check in later) and not _ran(checks, Step.LIVENESS):
        notes.append(Note.LIVENESS_NOT_CHECKED)
    return Verdict(checks, examined.required, tuple(dict.fromkeys(notes)))


def _ran(checks: tuple[Check, ...], step: Step) -> bool:
    return any(check.step is step and check.outcome is not None for check in checks)
