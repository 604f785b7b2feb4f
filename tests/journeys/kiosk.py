"""A whole kiosk without window, thread and waiting: real parts, a scripted camera, clocks that follow it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from kiosk.audit.check import load_last_rows
from kiosk.audit.checkpointer import Checkpointer
from kiosk.audit.entry import Visit
from kiosk.audit.log import AuditLog, find_log_path
from kiosk.audit.pseudonym import PseudonymKeys
from kiosk.audit.signer import KioskKey
from kiosk.audit.space import SpaceLimits, read_free_bytes
from kiosk.camera.watch import CaptureStatus
from kiosk.gear import Gear
from kiosk.logfloor import LogFloor
from kiosk.model import Environment, Frame
from kiosk.runner import Runner
from kiosk.trust.clock import read_clock
from kiosk.trust.current import CurrentTrust
from kiosk.view import AttentionView, ResultView, StatusLine
from tests.builders import NOON
from tests.journeys import pictures

STEP_S = 0.25
_SMALL = SpaceLimits(reserve_bytes=4096, stop_bytes=1000)


class ScriptedCamera:
    """Hands out what stands before it, one frame each `STEP_S` seconds; `now` is everybody's monotonic."""

    def __init__(self):
        self.now = 1000.0
        self.lost = False
        self.simulated = False
        self.shortfalls = ()
        self.scene = None
        self._number = 0

    @property
    def status(self):
        return CaptureStatus(
            self.lost, self.now, "unplugged" if self.lost else "", None, 0.0, None, self.shortfalls
        )

    def take(self, timeout_s):
        del timeout_s
        self.now += STEP_S
        if self.lost or self.scene is None:
            return None
        self._number += 1
        return Frame(self.scene.picture(), self.now, self._number)

    def monotonic(self):
        return self.now


class Kiosk:
    """A kiosk in a folder of its own. `show` puts something before its camera, `ask` is the officer."""

    def __init__(self, store, folder, reader, engine, **changes):
        self.store = store
        self.folder = folder
        self.camera = ScriptedCamera()
        self.views = []
        self.status = []
        self.wall_offset = timedelta(0)
        self.free_bytes = read_free_bytes
        self._began = self.camera.now
        self.gear = replace(self._gear(reader, engine), **changes)
        self.runner = Runner(self.gear, self.post)

    def _gear(self, reader, engine):
        log = self.folder / "state" / "log"
        logged = LogFloor(log, self.store)
        return Gear(
            camera=self.camera,
            reader=reader,
            engine=engine,
            trust=CurrentTrust(self.store, logged.find).load,
            find_logged=logged.find,
            clock=lambda floor: read_clock(self.wall, floor, since_sync_s=0.0),
            open_log=lambda environment: AuditLog.open(
                log,
                environment,
                limits=_SMALL,
                free_bytes=self._free_bytes,
                timeout_s=0.05,
            ),
            open_pseudonyms=lambda environment: PseudonymKeys.open(
                self.folder / "state" / "pseudonyms" / environment.value, log
            ),
            open_checkpointer=lambda environment: Checkpointer(
                self.folder / "state" / "checkpoints",
                KioskKey.open(self.folder / "state" / "keys" / environment.value, environment, log),
            ),
            monotonic=self.camera.monotonic,
            config_hash=bytes(32),
            app_version="0.0.0",
        )

    def _free_bytes(self, folder):
        return self.free_bytes(folder)

    @property
    def wall(self):
        return NOON + self.wall_offset + timedelta(seconds=self.camera.now - self._began)

    def post(self, view):
        (self.status if isinstance(view, StatusLine) else self.views).append(view)

    def show(self, scene, seconds=STEP_S):
        """Let `scene` stand before the camera for a while."""
        self.camera.scene = scene
        for _ in range(round(seconds / STEP_S)):
            self.runner.turn()
        return self.last

    def until(self, kind, scene, limit_s=70.0):
        """Let `scene` stand before the camera until the screen shows a view of `kind`."""
        self.camera.scene = scene
        for _ in range(round(limit_s / STEP_S)):
            self.runner.turn()
            if isinstance(self.last, kind):
                return self.last
        raise AssertionError(f"no {kind.__name__}, but {self.last}")

    def ask(self, request):
        """Ask as the officer does, and let it be served."""
        self.runner.request(request)
        self.runner.turn()
        return self.last

    def bring(self, brought):
        """Bring a code by another way than the camera, and let it be seen to."""
        self.runner.bring(brought)
        self.runner.turn()
        return self.last

    def visit(self, text, person=None):
        """One visitor: the phone, and who stands behind it."""
        self.show(pictures.phone(text), 1.0)
        return self.until(ResultView, person or pictures.nobody())

    @property
    def last(self):
        return self.views[-1] if self.views else None

    @property
    def attention(self):
        """The reason why it is out of service, None while it serves."""
        return self.last.reason if isinstance(self.last, AttentionView) else None

    @property
    def results(self):
        """Each result that was shown, once."""
        return list(
            {view.row: view for view in reversed(self.views) if isinstance(view, ResultView)}.values()
        )

    def facts(self):
        """What the log says, oldest row first."""
        path = find_log_path(self.folder / "state" / "log", Environment.SANDBOX)
        return [row.entry.fact for row in load_last_rows(path, 1000)] if path.exists() else []

    def visits(self):
        return [fact for fact in self.facts() if isinstance(fact, Visit)]

    def close(self):
        self.runner.stop()
        self.runner.turn()


def told(visit):
    """A verdict or a row in short."""
    return visit.outcome.value, *(reason.value for reason in visit.reasons)
