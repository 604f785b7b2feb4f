"""The record of a verification while it runs: one check a step, in order, with its time.

Rules kept here: a step passes only by reaching its end; a refusal is weighed in one place; after a FAIL, or
when there is no credential to go on with, the remaining steps are recorded as not run.
"""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType

from kiosk.model import Check, CheckFailed, Note, Outcome, Reason, Step

STEPS = tuple(Step)
_ENDS_WITHOUT_A_CREDENTIAL = Step.SIGNATURE


class Recorder:
    """Records the steps of one verification: `with recorder.step(Step.DATES): ...`.

    A CheckFailed ends its step; it goes on to the caller only where later steps cannot run: after a FAIL, or
    up to the signature. Any other exception is a bug and passes through.
    """

    def __init__(self, timer: Callable[[], float], weigh: Callable[[Reason], Outcome | None]) -> None:
        self._timer = timer
        self._weigh = weigh
        self._checks: list[Check] = []
        self._step = Step.DECODE
        self._notes: tuple[Note, ...] = ()
        self._outcome: Outcome | None = Outcome.PASS
        self._since = timer()

    def step(self, step: Step) -> Recorder:
        """Begin `step`; its record is made when the `with` block ends."""
        self._step, self._notes, self._outcome = step, (), Outcome.PASS
        return self

    def note(self, note: Note) -> None:
        """Add a note to the step that is running."""
        self._notes += (note,)

    def waive(self, note: Note) -> None:
        """Record the running step as not run, because signed policy does without it."""
        self.note(note)
        self._outcome = None

    def fail(self, step: Step, reason: Reason) -> None:
        """Record that `step` did not pass, without having to be run."""
        self._checks.append(Check(step, self._weigh(reason), reason))

    def __enter__(self) -> None:
        pass  # the time since the step before counts too, so that nothing is left out

    def __exit__(
        self, kind: type[BaseException] | None, err: BaseException | None, trace: TracebackType | None
    ) -> bool:
        now = self._timer()
        ms = (now - self._since) * 1000
        self._since = now
        if err is None:
            self._checks.append(Check(self._step, self._outcome, None, ms, self._notes))
            return False
        if not isinstance(err, CheckFailed):
            return False
        weight = self._weigh(err.reason)
        self._checks.append(Check(self._step, weight, err.reason, ms, self._notes, err.detail))
        return weight is Outcome.REFER and self._step > _ENDS_WITHOUT_A_CREDENTIAL

    def checks_up_to(self, last: Step) -> tuple[Check, ...]:
        """Return the checks so far, with one "not run" for each step up to `last` that has none."""
        done = len(self._checks)  # the steps run in order, from the first
        return (*self._checks, *(Check(step, None) for step in STEPS[done:last]))
