"""Plays the demo's officer: sees each result, compares it with the play, lets the next visitor in.

It sees what the screen sees and can do what the screen can do; it has no way into the pipeline.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from kiosk.camera.scene import SceneSource
from kiosk.demo.play import Act
from kiosk.model import Outcome, Reason
from kiosk.view import Request, ResultView, StatusLine, View

LINGER_S, SHORT_LINGER_S = 4.0, 0.6  # how long a result is looked at
_GLANCE_S = 0.2
_EMPTY_ROOM_S = 0.6  # so long after a visitor has left, whatever was filmed of him is judged


@dataclass(frozen=True, slots=True)
class Scene:
    """What one visitor got, beside what the play expects."""

    act: Act
    outcome: Outcome
    reasons: tuple[Reason, ...]
    row: int

    @property
    def as_expected(self) -> bool:
        """Whether the kiosk said what an honest kiosk must say."""
        wanted = () if self.act.reason is None else (self.act.reason,)
        return self.outcome is self.act.outcome and self.reasons[:1] == wanted


class Director:
    """Watches the views of a kiosk that films `scene`. The worker calls `see`, any thread the rest.

    After a result it waits until the visitor has left the scene before it lets the next one come: a code
    that is still in view would be read once more.
    """

    def __init__(
        self,
        scene: SceneSource,
        acts: Sequence[Act],
        ask: Callable[[Request], None],
        say: Callable[[Scene], None],
        *,
        linger_s: float = LINGER_S,
    ) -> None:
        self._scene = scene
        self._acts = {act.name: act for act in acts}
        self._act = acts[0]
        self._ask = ask
        self._say = say
        self._linger_s = linger_s
        self._last_row = 0
        self._scenes: list[Scene] = []
        self._leaving: Act | None = None
        self._timer: threading.Timer | None = None
        self._closed = False
        self.round_over = threading.Event()

    @property
    def scenes(self) -> tuple[Scene, ...]:
        """What has been played so far."""
        return tuple(self._scenes)

    @property
    def as_expected(self) -> bool:
        """Whether every visitor came and every answer was the right one."""
        played = {scene.act.name for scene in self._scenes}
        return played == self._acts.keys() and all(scene.as_expected for scene in self._scenes)

    def see(self, view: View | StatusLine) -> None:
        """Take note of a result that is new, and have its visitor leave a little later."""
        if not isinstance(view, ResultView) or view.row == self._last_row:
            return
        self._last_row = view.row
        self._act = act = self._acts.get(self._scene.current_caption, self._act)
        scene = Scene(act, view.verdict.outcome, view.verdict.reasons, view.row)
        self._scenes.append(scene)
        self._say(scene)
        if self._leaving is None:
            self._leaving = act
            self._after(self._linger_s, self._send_away)

    def _send_away(self) -> None:
        self._scene.release()
        self._after(_GLANCE_S, self._watch_leave)

    def _watch_leave(self) -> None:
        if self._leaving is not None and self._scene.current_caption == self._leaving.name:
            self._after(_GLANCE_S, self._watch_leave)
        else:
            self._after(_EMPTY_ROOM_S, self._go_on)

    def _go_on(self) -> None:
        self._leaving = None
        self._ask(Request.NEXT)
        if {scene.act.name for scene in self._scenes} == self._acts.keys():
            self.round_over.set()

    def _after(self, seconds: float, action: Callable[[], None]) -> None:
        if not self._closed:
            self._timer = threading.Timer(seconds, action)
            self._timer.daemon = True
            self._timer.start()

    def close(self) -> None:
        """Stop what is still to come."""
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()
            self._timer.join()
