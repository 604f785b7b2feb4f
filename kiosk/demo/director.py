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

LINGER_S = 4.0
_EMPTY_ROOM_S = 1.0


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
    """Watches the views of a kiosk that films `scene`. The worker calls `see`, any thread the rest."""

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
        self._acts = tuple(acts)
        self._ask = ask
        self._say = say
        self._linger_s = linger_s
        self._last_row = 0
        self._scenes: list[Scene] = []
        self._timers: list[threading.Timer] = []
        self.round_over = threading.Event()

    @property
    def scenes(self) -> tuple[Scene, ...]:
        """What has been played so far."""
        return tuple(self._scenes)

    @property
    def as_expected(self) -> bool:
        """Whether one whole round was played and every visitor got the right answer."""
        return len(self._scenes) >= len(self._acts) and all(scene.as_expected for scene in self._scenes)

    def see(self, view: View | StatusLine) -> None:
        """Take note of a result that is new, and have the next visitor come a little later."""
        if not isinstance(view, ResultView) or view.row == self._last_row:
            return
        self._last_row = view.row
        act = self._acts[len(self._scenes) % len(self._acts)]
        scene = Scene(act, view.verdict.outcome, view.verdict.reasons, view.row)
        self._scenes.append(scene)
        self._say(scene)
        self._after(self._linger_s, self._scene.release)
        self._after(self._linger_s + _EMPTY_ROOM_S, self._go_on)

    def _go_on(self) -> None:
        self._ask(Request.NEXT)
        if len(self._scenes) >= len(self._acts):
            self.round_over.set()

    def _after(self, seconds: float, action: Callable[[], None]) -> None:
        timer = threading.Timer(seconds, action)
        timer.daemon = True
        self._timers.append(timer)
        timer.start()

    def close(self) -> None:
        """Stop what is still to come."""
        for timer in self._timers:
            timer.cancel()
            timer.join()
