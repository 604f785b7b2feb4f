"""The desk: one visitor after another, event by event. What a frame, a request or the time means now.

Rules kept here: a verdict is recorded before it is shown; one visit keeps the trust, policy and time it began
with; the table of `visit.py` alone says what follows what. No Qt and no thread: `runner.py` calls in, views
leave through `post`. What a visit knows is in `session.py`, what is written in `recorder.py`.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from kiosk.codewatch import CodeWatch, Identity, Sight, handled, identify, look
from kiosk.gear import Gear
from kiosk.model import Fault, Frame, Hint, Reason
from kiosk.recorder import Moment, Recorder
from kiosk.session import Decided, Session, Shown, Waiting, status_line
from kiosk.verify.replay import ReplayMemory, Showing
from kiosk.view import AttentionView, ClosingView, Request, ResultView, ScanView, StatusLine, View
from kiosk.visit import Effect, Event, State, advance

RECHECK_S = 5.0
FOREIGN_ROW_EVERY_S = 60.0
REPLAY_MEMORY_S = 2400.0  # twice the longest window (10 min) with the longest clock error (10 min)
_LOG_FAULTS = frozenset({Reason.LOG_UNWRITABLE, Reason.LOG_BROKEN, Reason.DISK_LOW})
_log = logging.getLogger(__name__)


class Desk:
    """The visits of one kiosk; every call on the worker's thread. Calls raise Fault where a part fails."""

    def __init__(self, gear: Gear, post: Callable[[View | StatusLine], None]) -> None:
        self._gear = gear
        self._post = post
        self._recorder = Recorder(gear)
        self._replays = ReplayMemory(REPLAY_MEMORY_S)
        self._state = State.SCAN
        self._watch = CodeWatch()
        self._last: Identity | None = None
        self._moment: Moment | None = None
        self._session: Session | None = None
        self._waiting: Waiting | None = None
        self._result: ResultView | None = None
        self._shown: Shown | None = None
        self._fault = Fault(Reason.INTERNAL)
        self._abandoned_for = Reason.VISIT_TIMEOUT
        self._retry = False
        self._now = gear.monotonic()
        self._foreign_until = float("-inf")
        self._checked_at = float("-inf")

    @property
    def state(self) -> State:
        """Where the visit stands."""
        return self._state

    def serve(self, request: Request) -> None:
        """Do what the person at the screen asks."""
        if request is Request.CLOSE:
            self._happen(Event.CLOSE)
        elif request is Request.NEXT:
            if self._shown is not None and not self._shown.passed:
                self._watch = CodeWatch()  # whoever taps on wants the code in view read again
            self._happen(Event.NEXT)
        elif request is Request.HOLD and self._shown is not None:
            self._shown = self._shown.held(self._gear.times)
        elif request is Request.RETRY:
            self._retry, self._checked_at = True, float("-inf")

    def check_parts(self) -> None:
        """See to the camera at each turn, and between visits to trust and log. Raises Fault."""
        lost = self._gear.camera.status.lost
        if lost and self._state in {State.SCAN, State.FACE}:
            raise Fault(Reason.CAMERA_LOST, self._gear.camera.status.detail)
        now = self._gear.monotonic()
        if self._state is State.FACE or now - self._checked_at < RECHECK_S:
            return
        self._checked_at = now
        self._refresh()
        needs_retry = self._fault.reason is Reason.INTERNAL and not self._retry
        if self._state is State.ATTENTION and not lost and not needs_retry:
            self._happen(Event.RECOVERED)

    def _refresh(self) -> Moment:
        """Take the trust and the time in force now, and write what is due. Raises Fault."""
        trust = self._gear.trust()
        moment = Moment(trust, self._gear.clock(trust.floor))
        self._recorder.open(moment)
        self._recorder.write_due(moment)
        self._moment = moment
        self._post(status_line(moment, simulated=self._gear.camera.simulated))
        return moment

    # Frames and times

    def on_frame(self, frame: Frame) -> None:
        """Judge one frame by where the visit stands."""
        self._now = frame.taken_at
        if self._state is State.SCAN:
            self._scan(frame)
        elif self._state is State.FACE:
            self._look_at_face(frame)
        elif self._state is State.RESULT:
            self._watch_for_next(frame)

    def _scan(self, frame: Frame) -> None:
        sighting = self._gear.reader.read(frame)
        self._watch, sight = look(self._watch, sighting, frame.taken_at)
        if sight is Sight.NEW and sighting is not None and sighting.text is not None:
            self._present(sighting.text, frame.taken_at)
            return
        self._waiting = None
        if sight is Sight.UNREADABLE and self._moment is not None:
            self._recorder.count_unreadable(self._moment)
        if sighting is None:
            self._post(ScanView())
        else:
            hint = Hint.UNREADABLE if sight is Sight.UNREADABLE else sighting.hint
            self._post(ScanView(hint, sighting.box))

    def _present(self, text: str, at: float) -> None:
        """Begin the visit of a code that was not in view before, or go on waiting for its next proof."""
        waiting = self._waiting
        if waiting is None or waiting.text != text:
            session = Session(self._gear, self._refresh(), text, at)
            since = waiting.since if waiting and waiting.session.proof == session.proof else at
            waiting = Waiting(text, session, since)
        session = waiting.session
        showing = self._replays.judge(session.proof, waiting.since, at) if session.proof else Showing.NEW
        if showing is Showing.WAIT:
            self._waiting = waiting
            self._post(ScanView(Hint.WAIT_FOR_NEW_CODE))
        elif session.is_foreign and at < self._foreign_until:
            identity = identify(text)
            self._recorder.count_foreign(session.moment, identity.digest)
            self._watch = handled(self._watch, identity)
            self._post(ScanView(Hint.NOT_READABLE_HERE))
        else:
            self._begin(session, text, at, replayed=showing is Showing.REPLAYED)

    def _begin(self, session: Session, text: str, at: float, *, replayed: bool) -> None:
        self._last = identify(text)
        self._watch = handled(self._watch, self._last)
        self._waiting, self._session = None, session
        if session.is_foreign:
            self._foreign_until = at + FOREIGN_ROW_EVERY_S
        if replayed:
            self._decide(session.decide_replayed())
        elif session.wants_face:
            self._happen(Event.CREDENTIAL_GOOD)
        else:
            self._decide(session.decide_by_code())

    def _look_at_face(self, frame: Frame) -> None:
        session = self._session
        if session is None:
            raise ValueError("a face without a visit")
        sighting = self._gear.reader.read(frame)
        self._watch, _ = look(self._watch, sighting, frame.taken_at)
        view, decided = session.look(frame, sighting)
        if decided is not None:
            self._decide(decided)
        else:
            self._post(view)

    def _watch_for_next(self, frame: Frame) -> None:
        """Let another credential replace the result; the same one, or a foreign code, does not."""
        sighting = self._gear.reader.read(frame)
        self._watch, sight = look(self._watch, sighting, frame.taken_at)
        if sight is not Sight.NEW or sighting is None or sighting.text is None:
            return
        identity = identify(sighting.text)
        if identity == self._last:
            self._watch = handled(self._watch, identity)
        elif not identity.foreign:
            self._happen(Event.NEW_CODE)
            self._present(sighting.text, frame.taken_at)

    def on_time(self, now: float) -> None:
        """End what has lasted long enough; `now` is seconds on the frames' clock."""
        self._now = now
        shown, session = self._shown, self._session
        if self._state is State.FACE and session is not None:
            if self._now - session.began_at >= self._gear.times.visit_s:
                self._decide(session.decide_unfinished(Reason.VISIT_TIMEOUT))
        elif self._state is State.RESULT and shown is not None:
            if shown.next_at is not None and self._now >= shown.next_at:
                self._happen(Event.CLEARED)
            elif self._now >= shown.clear_at and not shown.cleared:
                self._session = None
                bare = replace(shown.view, holder=None, live=None)
                self._shown = replace(shown, view=bare, cleared=True)
                self._post(bare)

    # Events and effects

    def _decide(self, decided: Decided) -> None:
        """Write the row, then report the verdict; without the row nothing is shown. Raises Fault."""
        session = self._session
        if session is None:
            raise ValueError("a verdict without a visit")
        self._result = session.result_view(decided, self._record(session, decided))
        self._happen(Event.RECORDED)

    def _record(self, session: Session, decided: Decided) -> int:
        if session.proof is not None:
            self._replays.remember(session.proof, self._now)
        return self._recorder.record_visit(
            session.moment,
            decided.verdict,
            purpose=session.purpose.name,
            credential=session.credential,
            face=session.face_measure(decided),
        )

    def _happen(self, event: Event) -> None:
        self._state, effects = advance(self._state, event)
        for effect in effects:
            self._carry_out(effect)

    def _carry_out(self, effect: Effect) -> None:
        match effect:
            case Effect.START_FACE if self._session is not None:
                self._session.start_face(self._now)
                self._post(self._session.first_view(self._now))
            case Effect.SHOW_RESULT if self._result is not None:
                self._show_result(self._result)
            case Effect.RECORD_ABANDONED if self._session is not None:
                with suppress(Fault):  # a fault of the log itself: the visit ends without a row, and unseen
                    self._record(self._session, self._session.decide_unfinished(self._abandoned_for))
            case Effect.FORGET:
                self._session = self._waiting = self._result = self._shown = None
            case Effect.SHOW_SCAN:
                self._abandoned_for, self._retry = Reason.VISIT_TIMEOUT, False
                self._post(ScanView())
            case Effect.SHOW_ATTENTION:
                self._post(AttentionView(self._fault.reason, self._fault.detail))
            case Effect.STOP:
                self._recorder.close(self._moment)
                self._post(ClosingView())

    def _show_result(self, view: ResultView) -> None:
        next_at = None if view.advances_in_s is None else self._now + view.advances_in_s
        self._shown = Shown(view, self._now, self._now + view.clears_in_s, next_at)
        self._post(view)

    def on_fault(self, fault: Fault) -> None:
        """Go out of service; a result on the screen stays until it is cleared."""
        _log.warning("out of service: %s", fault)
        self._fault, self._abandoned_for = fault, fault.reason
        if self._state is not State.RESULT and fault.reason in _LOG_FAULTS:
            self._recorder.drop()  # it must open and take a row again before the kiosk goes on
        self._happen(Event.FAULT)

    def on_bug(self, err: Exception) -> None:
        """Refer the visitor and go out of service; the place is logged, never what the error says."""
        places = [f"{Path(at.filename).name}:{at.lineno}" for at in traceback.extract_tb(err.__traceback__)]
        _log.error("bug: %s at %s", type(err).__name__, " < ".join(reversed(places)))
        self._retry = False
        if self._state is State.SCAN and self._session is not None:
            with suppress(Fault):
                self._record(self._session, self._session.decide_unfinished(Reason.INTERNAL))
        self.on_fault(Fault(Reason.INTERNAL, type(err).__name__))
