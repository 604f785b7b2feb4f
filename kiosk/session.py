"""What one visit knows from the code to the verdict: trust and time, credential, portrait, faces.

Rules kept here: trust, policy and time are those of the moment the code was read; the verdict is made by
`conclude` from every check, never here; what the screen may see is filtered by the purpose.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from kiosk.audit.entry import CodeMeasure, FaceMeasure
from kiosk.examination import Examination, examine_code, holder_view, tightened
from kiosk.face.live import FaceProgress, LiveComparison
from kiosk.face.liveness import LastSeen, LivenessCheck, LivenessProgress, LivenessResult
from kiosk.face.match import FaceResult, likeness
from kiosk.gear import Gear, Times
from kiosk.measures import measure_of
from kiosk.model import (
    Box,
    Check,
    CodeSighting,
    Frame,
    Hint,
    Outcome,
    Presentation,
    Reason,
    Source,
    Step,
    Unread,
    Verdict,
)
from kiosk.movements import measure_liveness, show_liveness, start_liveness
from kiosk.recorder import Measures, Moment
from kiosk.trust.grading import grade_store
from kiosk.trust.policy import PurposePolicy
from kiosk.verify.credential import Credential
from kiosk.verify.pipeline import conclude, examine_no_code
from kiosk.verify.replay import ProofKey
from kiosk.view import Caution, FaceView, Holder, ResultView, StatusLine


@dataclass(frozen=True, slots=True)
class Decided:
    """A verdict and what belongs to it, before its row is written."""

    verdict: Verdict
    face: FaceResult | None = None
    liveness: LivenessResult | None = None


class Session:
    """One visit in progress; belongs to the worker's thread."""

    def __init__(self, gear: Gear, moment: Moment, shown: Presentation | Unread, began_at: float) -> None:
        """Examine what was shown or brought under `moment`; `began_at` is the frame's time in seconds."""
        self.moment = moment
        self.purpose: PurposePolicy = moment.trust.purpose()
        self.began_at = began_at
        self._gear = gear
        self._limits = tightened(moment.trust.policy.face, gear.face_accept)
        self._engine = gear.engine_for(self._limits.engine)
        self._comparison: LiveComparison | None = None
        self._matched: FaceResult | None = None  # the same person; whether he is alive is still open
        self._liveness: LivenessCheck | None = None
        self._by_eye = False
        self.source: Source = shown.source
        self.code: CodeMeasure | None = None  # how well a camera read the code, set by who looked
        if isinstance(shown, Unread):
            unread = examine_no_code(moment.trust, self.purpose, moment.clock, shown.reason)
            self._examination = Examination(unread)
        else:
            self._examination = examine_code(
                shown, moment.trust, self.purpose, moment.clock, self._engine, gear.monotonic
            )

    @property
    def credential(self) -> Credential | None:
        """The verified credential, None while nothing of the code is trusted."""
        return self._examination.examined.credential

    @property
    def signed_at(self) -> datetime | None:
        """When the holder's phone says it made the code, also where that is too long ago; None unproven."""
        return self._examination.examined.signed_at

    @property
    def proof(self) -> ProofKey | None:
        """What names this showing of a live code; None without a valid live proof that was shown here."""
        credential, sources = self.credential, self.moment.trust.policy.proof_sources
        if credential is None or credential.proof_at is None or self.source not in sources:
            return None
        return credential.payload_digest, credential.proof_at

    @property
    def wants_face(self) -> bool:
        """Whether the visit goes on to the face; otherwise the code alone decides."""
        return self._examination.wants_face

    @property
    def is_foreign(self) -> bool:
        """Whether the code is none that this kiosk reads at all."""
        return self.decide_by_code().verdict.reasons[:1] == (Reason.NOT_A_CREDENTIAL,)

    def decide_by_code(self, *later: Check) -> Decided:
        """Return the verdict of the code with the checks made so far and `later`."""
        return Decided(conclude(self._examination.examined, (*self._examination.later_checks, *later)))

    def decide_replayed(self) -> Decided:
        """Return the verdict when the live proof was seen in an earlier visit and did not change."""
        examined = self._examination.examined
        failed = Check(Step.LIVE_PROOF, Outcome.FAIL, Reason.PROOF_REPLAYED)
        checks = tuple(failed if check.step is Step.LIVE_PROOF else check for check in examined.checks)
        return Decided(conclude(replace(examined, checks=checks)))

    def decide_unfinished(self, reason: Reason) -> Decided:
        """Return the REFER of a visit that ended before its face, or the life in it, was judged."""
        if self._matched is None or self._liveness is None:
            return self.decide_by_code(Check(Step.FACE, Outcome.REFER, reason))
        ended = self._liveness.conclude(reason)
        if ended.check.outcome is not Outcome.REFER:  # passed, but nobody was told: a part failed meanwhile
            ended = replace(ended, check=Check(Step.LIVENESS, Outcome.REFER, reason))
        return self._decide_alive(self._matched, ended)

    def start_face(self, at: float, code: Box | None = None) -> None:
        """Begin to look at faces; a frame taken at `at`, in seconds, showed the code at `code`."""
        portrait = self._examination.portrait
        if portrait is None:
            raise ValueError("there is no portrait to compare with")
        self._comparison = LiveComparison(self._engine, portrait, self._limits, at, code=code)

    def look(self, frame: Frame, code: CodeSighting | None) -> tuple[FaceView, Decided | None]:
        """Judge one frame; the second value is there once the face is decided."""
        if self._liveness is not None:
            return self._look_alive(self._liveness.observe(frame, code))
        if self._comparison is None:
            raise ValueError("start_face comes first")
        progress = self._comparison.observe(frame, code)
        result, view = progress.result, self._face_view(progress, frame.taken_at)
        if result is None:
            return view, None
        if result.check.outcome is not Outcome.PASS or not self.wants_movements:
            return view, replace(self.decide_by_code(result.check), face=result)
        last = LastSeen(frame.pixels, frame.taken_at, self._comparison.code, self._comparison.person)
        self._matched = result
        self._liveness = start_liveness(self._gear, self._engine, self.moment.trust.policy, last)
        if not self._by_eye:
            return view, None
        return view, self._decide_alive(result, self._liveness.compare_by_eye())

    def measures(self, decided: Decided) -> Measures:
        """Return the numbers of the visit for its row."""
        return Measures(self._face_measure(decided), self.code, measure_liveness(decided.liveness))

    @property
    def wants_movements(self) -> bool:
        """Whether the purpose asks for a sign that the person is alive."""
        return Step.LIVENESS in self._examination.examined.required

    def compare_by_eye(self) -> None:
        """Ask for no movements: once the face is compared, the officer decides."""
        self._by_eye = self.wants_movements
        if self._liveness is not None:
            self._liveness.compare_by_eye()

    def _look_alive(self, progress: LivenessProgress) -> tuple[FaceView, Decided | None]:
        view = show_liveness(progress, self._holder())
        if progress.result is None or self._matched is None:
            return view, None
        return view, self._decide_alive(self._matched, progress.result)

    def _decide_alive(self, matched: FaceResult, result: LivenessResult) -> Decided:
        decided = self.decide_by_code(result.check, matched.check)
        return replace(decided, face=matched, liveness=result)

    def first_view(self, at: float) -> FaceView:
        """Return what the screen shows before the first frame is judged."""
        left = self._seconds_left(at)
        return FaceView(Hint.PUT_PHONE_AWAY, 0.0, left, holder=self._holder(), may_skip=self.wants_movements)

    def result_view(self, decided: Decided, row: int) -> ResultView:
        """Return what the screen shows of a verdict whose row is written."""
        times, face = self._gear.times, decided.face
        score = face.score if face else None
        outcome = decided.verdict.outcome
        # A person decides a REFER by the two photos; PASS and FAIL need them no longer.
        clears_in_s, masks_in_s = times.clear_s, times.mask_s
        if outcome is Outcome.REFER:
            clears_in_s = masks_in_s = times.hold_s
        elif outcome is Outcome.PASS:
            clears_in_s = times.pass_s
        return ResultView(
            verdict=decided.verdict,
            row=row,
            decided_at=self.moment.clock.now,
            holder=self._holder(),
            live=face.live if face else None,
            likeness=likeness(score, self._limits),
            score=score,
            clears_in_s=clears_in_s,
            masks_in_s=masks_in_s,
            advances_in_s=times.pass_s if outcome is Outcome.PASS else None,
        )

    def _face_measure(self, decided: Decided) -> FaceMeasure | None:
        """Return the numbers of the face step for the row, None when no face was judged."""
        return None if decided.face is None else measure_of(decided.face, self._engine.model_id)

    def _face_view(self, progress: FaceProgress, at: float) -> FaceView:
        left = self._seconds_left(at)
        skip = self.wants_movements and not self._by_eye
        return FaceView(progress.hint, progress.progress, left, progress.face, self._holder(), may_skip=skip)

    def _seconds_left(self, at: float) -> float:
        return max(0.0, self._limits.timeout_s - (at - self.began_at))

    def _holder(self) -> Holder | None:
        credential = self.credential
        if credential is None:
            return None
        minor = any(check.reason is Reason.MINOR for check in self._examination.later_checks)
        return holder_view(credential, self.purpose, self._examination.portrait, minor=minor)


def refer_for_a_bug() -> Verdict:
    """Return the verdict on a code that a bug kept from being examined."""
    unread = (Check(step, None) for step in Step if step is not Step.DECODE)
    return Verdict((Check(Step.DECODE, Outcome.REFER, Reason.INTERNAL), *unread), frozenset(Step))


@dataclass(frozen=True, slots=True)
class Shown:
    """A result on the screen and when it goes: times in seconds of the frames' clock."""

    view: ResultView
    shown_at: float
    clear_at: float
    next_at: float | None
    cleared: bool = False

    @classmethod
    def since(cls, now: float, view: ResultView) -> Shown:
        """Return a result that is shown from `now` on."""
        next_at = None if view.advances_in_s is None else now + view.advances_in_s
        return cls(view, now, now + view.clears_in_s, next_at)

    @property
    def passed(self) -> bool:
        """Whether the result is a PASS, which goes by itself."""
        return self.view.verdict.outcome is Outcome.PASS

    def emptied(self) -> Shown:
        """Return the result without the person; the verdict stays."""
        return replace(self, view=replace(self.view, holder=None, live=None), cleared=True)

    def held(self, times: Times) -> Shown:
        """Return the result kept as long as anybody may keep it."""
        until = self.shown_at + times.hold_s
        return replace(self, clear_at=until, next_at=None if self.next_at is None else until)


def status_line(moment: Moment, *, simulated: bool, warnings: tuple[Caution, ...] = ()) -> StatusLine:
    """Return what is always visible of the trust and the clock in force."""
    trust, clock = moment.trust, moment.clock
    return StatusLine(
        environment=trust.environment,
        station=trust.station.name,
        purpose=trust.station.purpose,
        list_age=trust.oldest_age(max(clock.now, clock.floor)),
        grade=grade_store(trust, clock),
        clock_state=clock.state,
        clock_ahead=None if clock.ahead_s is None else timedelta(seconds=clock.ahead_s),
        root_fingerprint=trust.root_fingerprint,
        simulated_camera=simulated,
        warnings=warnings,
    )
