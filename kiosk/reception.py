"""Who comes next: which code before the camera begins a visit, and which must change or is only counted.

Rules kept here: a code held in view is one visit, another one is a new visit at once; a live proof that has
served a visit must change before it serves another, and is refused when it does not; a code that is no
credential has one row a minute. What a visit then is, is left to `session.py` and `desk.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kiosk.codewatch import GONE_AFTER_S, CodeWatch, Identity, Sight, handled, identify, look
from kiosk.gear import CodeReader
from kiosk.model import Box, CodeSighting, Frame, Hint
from kiosk.recorder import Moment, Recorder
from kiosk.session import Session
from kiosk.verify.replay import ProofKey, ReplayMemory, Showing
from kiosk.view import ScanView

FOREIGN_ROW_EVERY_S = 60.0
REPLAY_MEMORY_S = 7200.0  # the window on both sides, its uncertainty, and a clock step nobody doubts (1 h)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A code whose visit begins. `replayed`: its live proof served an earlier visit and did not change."""

    session: Session
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A genuine code whose proof served an earlier visit: it should change within seconds."""

    text: str
    session: Session
    since: float


class Reception:
    """Looks at every frame of the worker's thread; times are the frames' own seconds."""

    def __init__(
        self, reader: CodeReader, recorder: Recorder, examine: Callable[[str, float], Session]
    ) -> None:
        """`examine` makes the session of a text read at a time; called once for each new text."""
        self._reader = reader
        self._recorder = recorder
        self._examine = examine
        self._replays = ReplayMemory(REPLAY_MEMORY_S)
        self._watch = CodeWatch()
        self._code_at: Box | None = None
        self._waiting: _Waiting | None = None
        self._last: Identity | None = None
        self._counted: Identity | None = None
        self._foreign_until = float("-inf")

    @property
    def code_at(self) -> Box | None:
        """Where the last code in sight was, in pixels of its frame."""
        return self._code_at

    def see(self, frame: Frame) -> CodeSighting | None:
        """Return what is seen of a code while a visit goes on."""
        return self._look(frame)[1]

    def scan(self, frame: Frame, moment: Moment | None) -> Arrival | ScanView:
        """Judge one frame while nobody is being seen to. Raises Fault."""
        sight, sighting = self._look(frame)
        if sight is Sight.NEW and sighting is not None and sighting.text is not None:
            return self.present(sighting.text, frame.taken_at)
        if frame.taken_at - self._watch.seen_at > GONE_AFTER_S:
            self._waiting = None  # a blurred frame in between does not begin the wait anew
        if sight is Sight.UNREADABLE and moment is not None:
            self._recorder.count_unreadable(moment)
        if sighting is None:
            return ScanView(self._hint(sight, None))
        return ScanView(self._hint(sight, sighting.hint), sighting.box)

    def find_next(self, frame: Frame) -> str | None:
        """Return the text of another credential than the last, which may replace a result; else None."""
        sight, sighting = self._look(frame)
        if sight is not Sight.NEW or sighting is None or sighting.text is None:
            return None
        identity = identify(sighting.text)
        if identity == self._last:
            self._watch = handled(self._watch, identity)
            return None
        return None if identity.foreign else sighting.text

    def present(self, text: str, at: float) -> Arrival | ScanView:
        """Begin the visit of a code that was not in view before, or go on waiting for its next proof."""
        waiting = self._waiting
        if waiting is None or waiting.text != text:
            session = self._examine(text, at)
            since = waiting.since if waiting and waiting.session.proof == session.proof else at
            waiting = _Waiting(text, session, since)
        session, proof = waiting.session, waiting.session.proof
        showing = Showing.NEW if proof is None else self._replays.judge(proof, waiting.since, at)
        if showing is Showing.WAIT:
            self._waiting = waiting
            return ScanView(Hint.WAIT_FOR_NEW_CODE)
        self._waiting, identity = None, identify(text)
        self._watch = handled(self._watch, identity)
        if session.is_foreign:
            if at < self._foreign_until:
                self._counted = identity
                self._recorder.count_foreign(session.moment, identity.digest)
                return ScanView(Hint.NOT_READABLE_HERE)
            self._foreign_until = at + FOREIGN_ROW_EVERY_S
        self._last = identity
        return Arrival(session, showing is Showing.REPLAYED)

    def remember(self, proof: ProofKey, now: float) -> None:
        """Note that a visit with this live proof has ended."""
        self._replays.remember(proof, now)

    def read_again(self) -> None:
        """Let the code that is in view begin a visit once more."""
        self._watch = CodeWatch()

    def forget(self) -> None:
        """Let go of what is known of a holder who is waiting."""
        self._waiting = None

    def _look(self, frame: Frame) -> tuple[Sight, CodeSighting | None]:
        sighting = self._reader.read(frame)
        self._code_at = self._code_at if sighting is None else sighting.box
        self._watch, sight = look(self._watch, sighting, frame.taken_at)
        return sight, sighting

    def _hint(self, sight: Sight, seen: Hint | None) -> Hint | None:
        if self._waiting is not None:
            return Hint.WAIT_FOR_NEW_CODE
        if sight is Sight.SAME and self._counted is not None and self._watch.handled == self._counted:
            return Hint.NOT_READABLE_HERE
        return Hint.UNREADABLE if sight is Sight.UNREADABLE else seen
