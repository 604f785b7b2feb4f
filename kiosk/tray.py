"""What comes by another way than the camera: kept until it can be seen to, the newest alone.

Rules kept here: a scanner that reads the same code again and again has read it once; what comes while a face
is looked at is turned away with a word, out of service it is dropped; what there is to say about it is said
for a while, since no picture keeps it up. Times are the frames' own seconds; there is no clock here.
"""

from __future__ import annotations

from kiosk.codewatch import Identity, identify
from kiosk.model import Hint, Presentation, Source, Unread
from kiosk.view import ScanView
from kiosk.visit import State

ADVICE_S = 4.0
SCANNED_AGAIN_S = 5.0  # a scanner on a stand reads on and on, every second or two

Brought = Presentation | Unread | Hint
"""A code, a file without one, or something to be said."""


class Tray:
    """Belongs to the worker's thread."""

    def __init__(self) -> None:
        self._brought: Presentation | Unread | None = None
        self._scanned: tuple[Identity, float] | None = None
        self._advice: tuple[Hint, float] | None = None

    def put(self, brought: Brought, at: float) -> None:
        """Keep what was brought until it can be seen to; show a hint for a while."""
        if isinstance(brought, Hint):
            self.advise(brought, at)
        else:
            self._brought = brought

    def take(self, state: State, last: Identity | None, at: float) -> Presentation | Unread | None:
        """Return what was brought if it may begin a visit where the kiosk stands; it waits no longer.

        A scanner's code replaces a result as the camera's does: another credential than the `last`, and
        nothing else. Files and the clipboard are an officer's own doing: what they bring is always answered.
        """
        brought, self._brought = self._brought, None
        if brought is not None and state is State.FACE:
            self._turn_away(brought, last, at)
        if brought is None or state not in {State.SCAN, State.RESULT}:
            return None
        if isinstance(brought, Presentation) and brought.source is Source.SCANNER:
            identity = identify(brought.text)
            again = self._is_scanned_again(identity, at)
            if again or (state is State.RESULT and (identity.foreign or identity == last)):
                return None
        self._advice = None
        return brought

    def begin(self, brought: Presentation, identity: Identity, at: float) -> None:
        """Note that the visit of what was brought has begun."""
        if brought.source is Source.SCANNER:
            self._scanned = identity, at

    def read_again(self) -> None:
        """Let the code that a scanner reads on and on begin a visit once more."""
        self._scanned = None

    def advise(self, hint: Hint, at: float) -> ScanView:
        """Say `hint` for a while; return it as a view."""
        self._advice = hint, at + ADVICE_S
        return ScanView(hint)

    def fall_silent(self) -> None:
        """Say nothing more."""
        self._advice = None

    def advice_at(self, at: float) -> Hint | None:
        """Return what is to be said now."""
        return self._advice[0] if self._advice is not None and at < self._advice[1] else None

    def _turn_away(self, brought: Presentation | Unread, last: Identity | None, at: float) -> None:
        """Say that one visit comes after another; a code that is the visit's own needs no word."""
        if isinstance(brought, Unread) or identify(brought.text) != last:
            self.advise(Hint.ONE_AFTER_ANOTHER, at)

    def _is_scanned_again(self, identity: Identity, at: float) -> bool:
        if self._scanned is None or self._scanned[0] != identity or at - self._scanned[1] > SCANNED_AGAIN_S:
            return False
        self._scanned = identity, at
        return True
