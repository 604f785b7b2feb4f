"""The desk: one visitor after another, event by event. What a frame, a request or the time means now.

Rules kept here: a verdict is recorded before it is shown; one visit keeps the trust, policy and time it began
with; the table of `visit.py` alone says what follows what; nothing of a visitor is kept behind his visit. No
Qt and no thread: `runner.py` calls in, views leave through `post`. What a visit knows is in `session.py`,
which code begins one in `reception.py`, what is written in `recorder.py`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress

from kiosk.applog import places_of
from kiosk.gaze import find_camera_cautions, find_camera_fault
from kiosk.gear import Gear
from kiosk.model import Fault, Frame, Presentation, Reason, Source, Unread
from kiosk.reception import Arrival, Reception
from kiosk.recorder import Moment, Recorder
from kiosk.session import Decided, Session, Shown, refer_for_a_bug, status_line
from kiosk.timekeeping import Timekeeper
from kiosk.tray import Brought
from kiosk.view import AttentionView, ClosingView, Request, ResultView, ScanView, StatusLine, View
from kiosk.visit import Effect, Event, State, advance

RECHECK_S = 5.0
LEAST_SHOWN_S = 2.0  # shorter is nothing to read, and codes in turn would fill the log
_log = logging.getLogger(__name__)


class Desk:
    """The visits of one kiosk; every call on the worker's thread. Calls raise Fault where a part fails."""

    def __init__(self, gear: Gear, post: Callable[[View | StatusLine], None]) -> None:
        self._gear = gear
        self._post = post
        self._recorder = Recorder(gear)
        self._reception = Reception(gear, self._recorder, self._examine)
        self._time = Timekeeper(gear)
        self._state = State.SCAN
        self._moment: Moment | None = None
        self._session: Session | None = None
        self._result: ResultView | None = None
        self._shown: Shown | None = None
        self._examining: tuple[Moment, Source] | None = None
        self._fault: Fault | None = None
        self._late: Fault | None = None
        self._stop_reason: Reason | None = None
        self._abandoned_for = Reason.VISIT_TIMEOUT
        self._retry = False
        self._now = gear.monotonic()
        self._checked_at = float("-inf")

    @property
    def state(self) -> State:
        """Where the visit stands."""
        return self._state

    def serve(self, request: Request) -> None:
        """Do what the person at the screen asks."""
        if request is Request.CLOSE:
            if self._state is State.ATTENTION and self._fault is not None:
                self._stop_reason = self._fault.reason
            self._happen(Event.CLOSE)
        elif request is Request.NEXT:
            if self._shown is not None and not self._shown.passed:
                self._reception.read_again()  # whoever taps on wants the code in view read again
            self._happen(Event.NEXT)
        elif request is Request.HOLD and self._shown is not None:
            self._shown = self._shown.held(self._gear.times)
        elif request is Request.COMPARE_BY_EYE and self._session is not None:
            self._session.compare_by_eye()
        elif request is Request.RETRY:
            self._retry, self._checked_at = True, float("-inf")

    def check_parts(self) -> None:
        """See to trust and log now and then between visits, and to the camera at each turn. Raises Fault."""
        late, self._late = self._late, None
        if late is not None:
            raise late
        now = self._gear.monotonic()
        due = self._state is not State.FACE and now - self._checked_at >= RECHECK_S
        if due:
            self._checked_at = now
            self._refresh()
        fault = find_camera_fault(self._gear, self._moment.trust if self._moment else None)
        if fault is not None and self._state in {State.SCAN, State.FACE}:
            raise fault
        if due and self._state is State.ATTENTION and fault is None and not self._is_stuck:
            self._happen(Event.RECOVERED)

    @property
    def _is_stuck(self) -> bool:
        """Whether a bug took the kiosk out of service, and nobody has asked it to try again."""
        known = self._fault is not None and self._fault.reason is Reason.INTERNAL
        return self._state is State.ATTENTION and known and not self._retry

    def _refresh(self) -> Moment:
        """Take the trust and the time in force now, and write what is due. Raises Fault."""
        moment = self._time.moment()
        self._gear.engine_for(moment.trust.policy.face.engine)  # found missing now, not while somebody waits
        self._recorder.open(moment)
        self._recorder.write_due(moment)
        self._moment = moment
        warnings = (*self._recorder.find_cautions(moment), *find_camera_cautions(self._gear))
        self._post(status_line(moment, simulated=self._gear.simulated, warnings=warnings))
        return moment

    def on_frame(self, frame: Frame) -> None:
        """Judge one frame by where the visit stands."""
        self._now = frame.taken_at
        if self._state is State.SCAN:
            self._receive(self._reception.scan(frame, self._moment))
        elif self._state is State.FACE:
            self._look_at_face(frame)
        elif self._state is State.RESULT:
            self._watch_for_next(frame)

    def _receive(self, seen: Arrival | ScanView) -> None:
        if isinstance(seen, Arrival):
            self._begin(seen)
        else:
            self._post(seen)

    def _examine(self, shown: Presentation | Unread, at: float) -> Session:
        moment = self._refresh()
        self._examining = moment, shown.source
        session = Session(self._gear, moment, shown, at)
        self._examining = None
        return session

    def _begin(self, arrival: Arrival) -> None:
        self._session = session = arrival.session
        if arrival.replayed:
            self._decide(session.decide_replayed())
        elif session.wants_face:
            self._happen(Event.CREDENTIAL_GOOD)
        else:
            self._decide(session.decide_by_code())

    def _look_at_face(self, frame: Frame) -> None:
        session = self._session
        if session is None:
            raise ValueError("a face without a visit")
        view, decided = session.look(frame, seen := self._reception.see_with_face(frame))
        if decided is not None:
            self._decide(decided)
        else:
            self._post(self._reception.advise_beside_face(view, seen, frame.taken_at))

    def _watch_for_next(self, frame: Frame) -> None:
        """Let another credential replace a result that could be read; the same or a foreign one does not."""
        if not self._could_be_read(frame.taken_at):
            self._reception.see(frame)
            return
        if (text := self._reception.find_next(frame)) is not None:
            self._happen(Event.NEW_CODE)
            self._receive(self._reception.present(text, frame.taken_at))

    def _could_be_read(self, now: float) -> bool:
        """Whether the result on the screen, if any, has been there long enough to be replaced."""
        return self._shown is None or now - self._shown.shown_at >= LEAST_SHOWN_S

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
                self._session = None  # and with it the photo; what was posted before is the window's to empty
                self._shown = shown.emptied()
                self._post(self._shown.view)

    def bring(self, brought: Brought) -> None:
        """Take in what came; `see_to_brought` looks at it."""
        self._reception.tray.put(brought, self._gear.monotonic())

    def see_to_brought(self) -> None:
        """Let what was brought begin a visit, where need be in place of a result that could be read."""
        if not self._could_be_read(now := self._gear.monotonic()):
            return
        brought = self._reception.tray.take(self._state, self._reception.last, now)
        if brought is not None:
            self._now = now
            self._happen(Event.NEW_CODE)
            self._receive(self._reception.take_in(brought, now))

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
            self._reception.remember(session.proof, self._now)
        self._time.hear(session)
        return self._recorder.record_visit(
            session.moment,
            decided.verdict,
            purpose=session.purpose.name,
            source=session.source,
            credential=session.credential,
            measures=session.measures(decided),
        )

    def _happen(self, event: Event) -> None:
        """Follow the table. A fault of the log does not end the way; the next turn goes out of service."""
        self._state, effects = advance(self._state, event)
        for effect in effects:
            try:
                self._carry_out(effect)
            except Fault as fault:
                self._recorder.let_go(self._moment, fault.reason)
                self._late = fault.bare() if self._state is State.SCAN else None

    def _carry_out(self, effect: Effect) -> None:
        match effect:
            case Effect.START_FACE if self._session is not None:
                self._session.start_face(self._now, self._reception.code_at)
                self._post(self._session.first_view(self._now))
            case Effect.SHOW_RESULT if self._result is not None:
                view, self._result = self._result, None
                self._shown = Shown.since(self._now, view)
                self._post(view)
            case Effect.RECORD_ABANDONED if self._session is not None:
                self._record(self._session, self._session.decide_unfinished(self._abandoned_for))
            case Effect.FORGET:
                self._forget()
            case Effect.SHOW_SCAN:
                self._abandoned_for, self._retry, self._fault = Reason.VISIT_TIMEOUT, False, None
                self._post(ScanView())
            case Effect.SHOW_ATTENTION if self._fault is not None:
                self._post(AttentionView(self._fault.reason, self._fault.detail))
            case Effect.STOP:
                self._recorder.close(self._moment, self._stop_reason)
                self._post(ClosingView())

    def _forget(self) -> None:
        self._session = self._result = self._shown = self._examining = None
        self._reception.forget()

    # What goes wrong

    def on_fault(self, fault: Fault) -> None:
        """Go out of service; a result on the screen stays until it is cleared."""
        if self._fault is None or self._fault.reason is not fault.reason:
            _log.warning("out of service: %s", fault)
        if self._state is not State.RESULT:
            self._recorder.let_go(self._moment, fault.reason)
        if not self._is_stuck:
            self._fault, self._abandoned_for = fault.bare(), fault.reason
        self._examining = None
        self._happen(Event.FAULT)

    def on_bug(self, err: Exception) -> None:
        """Refer the visitor and go out of service; the place is logged, never what the error says."""
        _log.error("bug: %s at %s", type(err).__name__, places_of(err.__traceback__))
        with suppress(Fault):
            self._refer_for_a_bug()
        self.take_out(Fault(Reason.INTERNAL, type(err).__name__))

    def _refer_for_a_bug(self) -> None:
        """Leave a row of the visitor before whom the kiosk failed; in FACE the table sees to it."""
        examining, session, self._examining = self._examining, self._session, None
        if examining is not None:
            moment, source = examining
            purpose = moment.trust.station.purpose
            self._recorder.record_visit(moment, refer_for_a_bug(), purpose=purpose, source=source)
        elif self._state is State.SCAN and session is not None:
            self._session = None
            self._record(session, session.decide_unfinished(Reason.INTERNAL))

    def take_out(self, fault: Fault) -> None:
        """Go out of service from any screen until somebody asks to try again: for a bug, or the window's."""
        if self._is_stuck:
            return
        self._retry = False
        if self._state is State.RESULT:
            self._happen(Event.NEXT)
        self.on_fault(fault)

    def give_up(self) -> None:
        """Let go of the visit without a row: the last resort, when going out of service failed itself."""
        self._forget()
        if self._state is not State.CLOSING:
            self._state = State.ATTENTION
        self._fault, self._retry = Fault(Reason.INTERNAL), False
        self._post(AttentionView(Reason.INTERNAL))
