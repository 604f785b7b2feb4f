"""Everything the demo needs of its own: folder, authority, trust store, log, scene and director.

Rules kept here: nothing of the real kiosk is touched, and a kiosk whose store has a root never plays a demo;
the store is filled as any kiosk's is, by pinning the root and promoting the authority's tree.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from kiosk.camera.scene import SceneSource
from kiosk.config import Paths, Settings
from kiosk.demo.actor import ActedScene, Actor
from kiosk.demo.authority import DemoAuthority, holder_portrait
from kiosk.demo.director import LINGER_S, SHORT_LINGER_S, Director, Scene
from kiosk.demo.play import ACTS_OF, BANK_ACTS, Act, make_shots
from kiosk.face.engine import load_engine
from kiosk.imaging import read_image_file
from kiosk.model import Fault, Reason
from kiosk.trust.store import init_store
from kiosk.trust.update import update_store
from kiosk.view import Request, StatusLine, View

ROUND_LIMIT_S = 180.0
STATION, PURPOSE = "demo", "checkpoint"
PURPOSES = tuple(ACTS_OF)
_SET_UP = ("root.json", "station.json", "floor.json", "active", "slots")


MakeAuthority = Callable[[Path], DemoAuthority]
"""Starts an authority in a new folder."""


class DemoStage:
    """A set-up demo; use as a context. `settings` are the given ones with the demo's own folders."""

    def __init__(
        self,
        settings: Settings,
        say: Callable[[str], None],
        *,
        once: bool,
        make_authority: MakeAuthority = DemoAuthority,
        acts: Sequence[Act] | None = None,
        purpose: str = PURPOSE,
    ) -> None:
        """Prepare; `once` plays one round, else it loops. `say` gets one line a visitor. Raises Fault.

        `purpose` is one of PURPOSES; `acts` are its own unless others are given.
        """
        refuse_provisioned(settings.paths.store)
        self._given = settings
        self._say = say
        self._once = once
        self._make_authority = make_authority
        self._purpose = purpose
        self._acts = tuple(ACTS_OF[purpose] if acts is None else acts)
        self._held = ExitStack()
        self._director: Director | None = None

    def __enter__(self) -> Self:
        with ExitStack() as held:
            folder = Path(held.enter_context(tempfile.TemporaryDirectory(prefix="mudaqqiq-demo-")))
            paths = Paths(folder / "store", folder / "state", folder / "state" / "log")
            self.settings = replace(self._given, paths=paths)
            authority = held.enter_context(self._make_authority(folder / "issuer"))
            init_store(authority.root, paths.store, STATION, self._purpose)
            update_store(authority.tree, paths.store, datetime.now(UTC))
            self.scene = self._make_scene(authority)
            self._began = time.monotonic()
            self._held = held.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._director is not None:
            self._director.close()
        self._held.close()

    def _make_scene(self, authority: DemoAuthority) -> SceneSource:
        """Return the play; where movements are asked for, with somebody who can move."""
        shots, loop = make_shots(authority, self._acts), not self._once
        if ACTS_OF[self._purpose] is not BANK_ACTS:
            return SceneSource(shots, loop=loop)
        actor = Actor(read_image_file(holder_portrait()), load_engine(), time.monotonic)
        return ActedScene(shots, self._acts, actor, loop=loop)

    def direct(self, ask: Callable[[Request], None]) -> None:
        """Let the director play the officer, who asks by `ask`."""
        linger_s = SHORT_LINGER_S if self._once else LINGER_S
        self._director = Director(self.scene, self._acts, ask, self._tell, linger_s=linger_s)
        if isinstance(self.scene, ActedScene):
            self.scene.ask = ask

    def see(self, view: View | StatusLine) -> None:
        """Show the director, and the visitor, what the screen shows."""
        if self._director is None:
            return
        if isinstance(self.scene, ActedScene):
            self.scene.see(view)
        self._director.see(view)

    def _tell(self, scene: Scene) -> None:
        reasons = " ".join(reason.value for reason in scene.reasons) or "-"
        mark = "" if scene.as_expected else f"   (expected {scene.act.outcome.value})"
        self._say(f"demo: {scene.outcome.value:5} {reasons:16} row {scene.row:<3} {scene.act.name}{mark}")

    @property
    def is_over(self) -> bool:
        """Whether one round is over, or has taken far too long; never for a demo that loops."""
        if not self._once or self._director is None:
            return False
        return self._director.round_over.is_set() or time.monotonic() - self._began > ROUND_LIMIT_S

    def judge(self) -> int:
        """Return 0 when every visitor got the right answer, 1 otherwise, and say which."""
        right = self._director is not None and self._director.as_expected
        played = len(self._director.scenes) if self._director else 0
        self._say(f"demo: {played} of {len(self._acts)} visitors, {'all' if right else 'NOT'} as expected")
        return 0 if right else 1


def refuse_provisioned(store: Path) -> None:
    """Raise Fault when `store` was set up: a kiosk in service must never show a played PASS.

    Any trace of a set-up counts, for a root alone is quickly moved away.
    """
    if any(os.path.lexists(store / name) for name in _SET_UP):
        raise Fault(Reason.TRUST_INVALID, f"{store} is set up: a kiosk in service plays no demo")
