"""The demo's visitor where movements are asked for: reads the kiosk's screen, and moves, or does not.

A portrait turned, and its lids shut, by its own face mesh before a simulated camera: nobody alive was filmed,
and the screen says that the camera is simulated. It sees what the screen shows and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from kiosk.camera.film import HD
from kiosk.camera.scene import SceneSource, Shot, ShotKind
from kiosk.demo.play import Act, Manner
from kiosk.face.faces import FaceEngine
from kiosk.face.puppet import Posture, Puppet
from kiosk.model import Movement, Pixels
from kiosk.view import FaceView, Request, StatusLine, View

EYES_PX = 185.0  # so near that a turned head is still larger than a photo beside a code would be
AHEAD = Posture()
_AT_ITS_END = {
    Movement.TURN_LEFT: Posture(yaw_deg=36),
    Movement.TURN_RIGHT: Posture(yaw_deg=-36),
    Movement.BLINK: Posture(closed=1.0),
    Movement.COME_CLOSER: Posture(nearer=1.32),
}
_REACTION_S, _GO_S, _STAY_S = 0.35, 0.25, 1.0
_STAGES = 3  # from ahead to the end of a movement: so few that all are drawn before the play
_NOISE = 3.0  # grey levels
_MARGIN = 64  # how far the one field of noise is moved about


def _part(end: Posture, stage: int) -> Posture:
    """Return how the head is at `stage` of _STAGES on the way to `end`."""
    share = stage / _STAGES
    return Posture(share * end.yaw_deg, 0.0, share * end.closed, 1 + share * (end.nearer - 1))


_POSTURES = frozenset(_part(end, stage) for end in _AT_ITS_END.values() for stage in range(_STAGES + 1))


class Actor:
    """One person of the play. The worker calls `see`, the capture thread `film`."""

    def __init__(self, portrait: Pixels, engine: FaceEngine, clock: Callable[[], float]) -> None:
        """Take the person in `portrait`, BGR; `clock` gives monotonic seconds."""
        puppet = Puppet(portrait, engine, HD, EYES_PX)
        self._clock = clock
        self._drawn = {posture: puppet.posed(posture) for posture in _POSTURES}
        self._began: tuple[Movement, float] | None = None
        shape = (HD[1] + _MARGIN, HD[0] + _MARGIN, 3)
        self._noise = np.random.default_rng(7).normal(0, _NOISE, shape).astype(np.int16)
        self._filmed = 0
        self.follows = True

    def see(self, view: View | StatusLine) -> None:
        """Begin what the screen asks for, once for each time it is asked for."""
        wanted = view.movement if isinstance(view, FaceView) else None
        began = self._began
        if (
            wanted is None
            and began is not None
            and self._clock() - began[1] > _REACTION_S + 2 * _GO_S + _STAY_S
        ):
            self._began = None
        elif wanted is not None and (began is None or began[0] is not wanted):
            self._began = wanted, self._clock()

    def film(self) -> Pixels:
        """Return one picture of the person as he is now; of four thousand no two are equal."""
        width, height = HD
        self._filmed += 1
        y, x = divmod(self._filmed % _MARGIN**2, _MARGIN)  # a place of the noise of its own for each
        noisy = self._drawn[self._posture()] + self._noise[y : y + height, x : x + width]
        return np.asarray(np.clip(noisy, 0, 255), np.uint8)

    def _posture(self) -> Posture:
        began = self._began
        if began is None or not self.follows:
            return AHEAD
        going = self._clock() - began[1] - _REACTION_S
        share = going / _GO_S if going < _GO_S + _STAY_S else 1.0 - (going - _GO_S - _STAY_S) / _GO_S
        return _part(_AT_ITS_END[began[0]], round(_STAGES * min(1.0, max(0.0, share))))


class ActedScene(SceneSource):
    """A play whose visitors are the actor, wherever a face is before the camera."""

    def __init__(
        self,
        shots: Sequence[Shot],
        acts: Sequence[Act],
        actor: Actor,
        *,
        loop: bool = False,
        ask: Callable[[Request], None] | None = None,
    ) -> None:
        super().__init__(shots, loop=loop)
        self._kinds = tuple(shot.kind for shot in shots)
        self._acts = {act.name: act for act in acts}
        self._actor = actor
        self.ask = ask

    def read(self) -> Pixels | None:
        """Let the play go on, and film the actor where he is before the camera."""
        picture = super().read()
        if picture is None or self._kinds[self.current_shot] is not ShotKind.FACE:
            return picture
        act = self._acts.get(self.current_caption)
        self._actor.follows = act is not None and act.manner is Manner.FOLLOWS
        return self._actor.film()

    def see(self, view: View | StatusLine) -> None:
        """Show the visitor the screen; who rather asks for an officer touches the button there."""
        self._actor.see(view)
        act = self._acts.get(self.current_caption)
        asks = act is not None and act.manner is Manner.ASKS
        if asks and self.ask is not None and isinstance(view, FaceView) and view.movement is not None:
            self.ask(Request.COMPARE_BY_EYE)
