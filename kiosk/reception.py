"""Who comes next: which code begins a visit, and which must change or is only counted.

Rules kept here: a code held in view, or scanned again and again, is one visit, another one is a new visit at
once; a live proof that has served a visit must change before it serves another, and is refused when it does
not; a code that is no credential has one row a minute. What a visit then is, is left to `session.py` and
`desk.py`, how what is brought waits to `tray.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from kiosk.audit.entry import CodeMeasure
from kiosk.codewatch import (
    GONE_AFTER_S,
    CodeWatch,
    Identity,
    ShownHint,
    Sight,
    handled,
    identify,
    is_cut,
    keep_hint,
    look,
    prefer_id,
    prefer_new,
)
from kiosk.gear import Gear
from kiosk.model import Box, CodeSighting, Frame, Hint, Presentation, Source, Unread
from kiosk.recorder import Moment, Recorder
from kiosk.session import Session
from kiosk.tray import Tray
from kiosk.verify.replay import ProofKey, ReplayMemory, Showing
from kiosk.view import FaceView, ScanView

FOREIGN_ROW_EVERY_S = 60.0
REPLAY_MEMORY_S = 7200.0  # the window on both sides, its uncertainty, and a clock step nobody doubts (1 h)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A code whose visit begins. `replayed`: its live proof served an earlier visit and did not change."""

    session: Session
    replayed: bool = False


Examine = Callable[[Presentation | Unread, float], Session]


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A genuine code whose proof served an earlier visit: it should change within seconds."""

    text: str
    session: Session
    since: float


class Reception:
    """Looks at every frame of the worker's thread; times are the frames' own seconds."""

    def __init__(self, gear: Gear, recorder: Recorder, examine: Examine) -> None:
        """`examine` makes the session of what came at a time; called once for each new text."""
        self._gear = gear
        self._recorder = recorder
        self._examine = examine
        self._replays = ReplayMemory(REPLAY_MEMORY_S)
        self._watch = CodeWatch()
        self._code_at: Box | None = None
        self._waiting: _Waiting | None = None
        self._last: Identity | None = None
        self._counted: Identity | None = None
        self._foreign_until = float("-inf")
        self._tray = Tray()
        self._shown = ShownHint()
        self._measure: CodeMeasure | None = None

    @property
    def code_at(self) -> Box | None:
        """Where the last code was, in pixels of the face's frames; None where those are another camera's."""
        return self._code_at if self._gear.face_eye is None else None

    @property
    def last(self) -> Identity | None:
        """The code of the last visit."""
        return self._last

    @property
    def tray(self) -> Tray:
        """Where what is brought by other ways than the camera waits."""
        return self._tray

    def see(self, frame: Frame) -> CodeSighting | None:
        """Return what is seen of a code while a visit goes on."""
        return self._look(frame)[1]

    def see_with_face(self, frame: Frame) -> CodeSighting | None:
        """Return what is seen of a code in a frame of the face.

        With two cameras the one for codes is looked through as well: a phone that stays there is one visit.
        """
        eye = self._gear.face_eye
        if eye is None:
            return self.see(frame)
        beside = self._gear.camera.take(0)
        if beside is not None:
            self.see(beside)
        return eye.reader.read(frame)

    def advise_beside_face(self, view: FaceView, seen: CodeSighting | None, at: float) -> FaceView:
        """Return `view` with what there is to say of a code that came while a face is looked at.

        The code of this visit is no news; another one has to wait, and be shown again.
        """
        if seen is not None and seen.text is not None:
            identity = identify(seen.text)
            if not identity.foreign and identity != self._last:
                self._tray.advise(Hint.ONE_AFTER_ANOTHER, at)
        advice = self._tray.advice_at(at)
        return view if advice is None else replace(view, hint=advice)

    def scan(self, frame: Frame, moment: Moment | None) -> Arrival | ScanView:
        """Judge one frame while nobody is being seen to; hints change no sooner than one can read them.

        Raises Fault.
        """
        judged = self._judge(frame, moment)
        if isinstance(judged, Arrival):
            return judged
        self._shown = keep_hint(self._shown, judged.hint, frame.taken_at)
        return replace(judged, hint=self._shown.hint)

    def _judge(self, frame: Frame, moment: Moment | None) -> Arrival | ScanView:
        sight, sighting = self._look(frame, for_next=True)
        if sight is Sight.NEW and sighting is not None and sighting.text is not None:
            return self.present(sighting.text, frame.taken_at)
        if frame.taken_at - self._watch.seen_at > GONE_AFTER_S:
            self._waiting = None  # a blurred frame in between does not begin the wait anew
        if sight is Sight.UNREADABLE and moment is not None:
            self._recorder.count_unreadable(moment)
        advice = self._tray.advice_at(frame.taken_at)
        if sighting is None:
            return ScanView(advice or self._hint(sight, None))
        return ScanView(advice or self._hint(sight, sighting), sighting.box)

    def find_next(self, frame: Frame) -> str | None:
        """Return the text of another credential than the last, which may replace a result; else None."""
        sight, sighting = self._look(frame, for_next=True)
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
            session = self._examine(Presentation(text, Source.CAMERA), at)
            session.code = self._measure
            since = waiting.since if waiting and waiting.session.proof == session.proof else at
            waiting = _Waiting(text, session, since)
        session, proof = waiting.session, waiting.session.proof
        showing = Showing.NEW if proof is None else self._replays.judge(proof, waiting.since, at)
        if showing is Showing.WAIT:
            self._waiting = waiting
            return ScanView(Hint.WAIT_FOR_NEW_CODE)
        self._waiting, identity = None, identify(text)
        self._watch = handled(self._watch, identity)
        if self._is_only_counted(session, identity, at):
            return ScanView(Hint.NOT_READABLE_HERE)
        self._last = identity
        return Arrival(session, showing is Showing.REPLAYED)

    def _is_only_counted(self, session: Session, identity: Identity, at: float) -> bool:
        """Whether this is one more foreign code within a minute, which gets no row of its own."""
        if not session.is_foreign:
            return False
        if at >= self._foreign_until:
            self._foreign_until = at + FOREIGN_ROW_EVERY_S
            return False
        self._counted = identity
        self._recorder.count_foreign(session.moment, identity.digest)
        return True

    def take_in(self, brought: Presentation | Unread, at: float) -> Arrival | ScanView:
        """Begin the visit of what was brought, or say why not. Raises Fault."""
        session = self._examine(brought, at)
        self._waiting = self._code_at = None
        if isinstance(brought, Presentation) and brought.sighting is not None:
            session.code = measure_code(brought.sighting)
        if isinstance(brought, Unread):
            self._last = None
            return Arrival(session)
        identity, proof = identify(brought.text), session.proof
        if proof is not None and self._replays.first_seen(proof, at) is not None:
            return self._tray.advise(Hint.WAIT_FOR_NEW_CODE, at)
        if brought.source is Source.SCANNER and is_cut(brought.text):
            self._recorder.count_unreadable(session.moment)
            return self._tray.advise(Hint.SCAN_AGAIN, at)
        if self._is_only_counted(session, identity, at):
            return self._tray.advise(Hint.NOT_READABLE_HERE, at)
        self._watch = handled(replace(self._watch, seen_at=at), identity)
        self._last = identity
        self._tray.begin(brought, identity, at)
        return Arrival(session)

    def remember(self, proof: ProofKey, now: float) -> None:
        """Note that a visit with this live proof has ended."""
        self._replays.remember(proof, now)

    def read_again(self) -> None:
        """Let the code that is in view begin a visit once more."""
        self._watch = CodeWatch()
        self._tray.read_again()

    def forget(self) -> None:
        """Let go of what is known of a holder who is waiting, and of what was said to him."""
        self._waiting = None
        self._tray.fall_silent()

    def _look(self, frame: Frame, *, for_next: bool = False) -> tuple[Sight, CodeSighting | None]:
        sighting = prefer_id(self._gear.reader.read(frame))
        if for_next:
            sighting = prefer_new(self._watch, sighting, frame.taken_at)
        self._code_at = self._code_at if sighting is None else sighting.box
        self._measure = self._measure if sighting is None else measure_code(sighting)
        self._watch, sight = look(self._watch, sighting, frame.taken_at)
        return sight, sighting

    def _hint(self, sight: Sight, seen: CodeSighting | None) -> Hint | None:
        if self._waiting is not None:
            return Hint.WAIT_FOR_NEW_CODE
        if sight is Sight.UNREADABLE:
            return Hint.UNREADABLE
        if seen is None or seen.text is None:
            return None if seen is None else seen.hint
        counted = self._counted is not None and identify(seen.text) == self._counted
        return Hint.NOT_READABLE_HERE if counted else seen.hint


def measure_code(sighting: CodeSighting) -> CodeMeasure | None:
    """Return how well a code was read, for its row; None where it was not read."""
    if sighting.text is None or sighting.decoder is None or sighting.stage is None:
        return None
    how = f"{sighting.decoder}, {sighting.stage.value}"
    return CodeMeasure(how, sighting.px_per_module, sighting.unused_ec, sighting.version)
