"""The composition root: parts, threads, window and event loop, started together and ended in order.

Rules kept here: the window appears before the camera and the store are ready, and says what is wrong with
the parts; a bug in the window takes the kiosk out of service instead of leaving an old picture; threads end
before what they own is closed. Which parts there are is `compose.py`'s, what the demo plays is in `demo/`.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from types import FrameType, TracebackType

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtWidgets import QApplication

from kiosk.applog import hush_bugs, places_of, start_logging
from kiosk.audit.entry import TrustRefused
from kiosk.camera.capture import Capture
from kiosk.compose import make_captures, make_face_eye, make_gear, make_update_watch
from kiosk.config import Screen, Settings
from kiosk.demo.stage import DemoStage
from kiosk.gear import Gear
from kiosk.model import Fault, Reason
from kiosk.runner import Runner
from kiosk.ui.bridge import Bridge
from kiosk.ui.controller import Controller
from kiosk.ui.language import Digits, Language
from kiosk.ui.snapshot import render_png
from kiosk.ui.ways import Ways
from kiosk.ui.window import MainWindow
from kiosk.view import AttentionView, Request, ResultView, StatusLine, View

_BEAT_MS = 200
_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_log = logging.getLogger(__name__)


Watch = Callable[[], None]
MakeGear = Callable[[Settings, Capture], Gear]
MakeStage = Callable[..., DemoStage]
"""Makes the stage from what `DemoStage` takes."""


def run_kiosk(settings: Settings, make: MakeGear = make_gear) -> int:
    """Run the kiosk until it is closed; returns the exit code. Raises Fault when there is no display."""
    start_logging(settings.paths.state)
    application = _application()
    with ExitStack() as held:
        held.callback(hush_bugs())
        capture, face_capture = make_captures(settings)
        captures = [each for each in (capture, face_capture) if each is not None]
        for each in captures:
            held.callback(each.stop)
        desk = _Desk(settings.screen, capture, face_capture, kiosk_mode=settings.screen.fullscreen)
        held.callback(desk.hand_back)
        desk.show(fullscreen=settings.screen.fullscreen)
        application.processEvents()
        refusals: SimpleQueue[TrustRefused] = SimpleQueue()
        updates = make_update_watch(settings, desk.bridge.post, refusals.put)
        held.callback(updates.stop)
        updates.start()
        try:
            gear = replace(make(settings, capture), face_eye=make_face_eye(face_capture), refusals=refusals)
        except Fault as fault:  # nothing can be verified, and whoever stands there must read why
            desk.connect_nobody()
            desk.bridge.post(AttentionView(fault.reason, fault.detail))
            return _execute(application, lambda: False)
        runner = Runner(gear, desk.bridge.post)
        desk.connect(runner)
        held.callback(runner.stop)
        held.callback(Ways(desk.window, runner.bring, settings.scanner, settings.files).close)
        for each in captures:
            each.start()
        runner.start()
        return _execute(application, lambda: runner.ended, partial(_watch, runner, desk.bridge))


def run_demo(
    settings: Settings,
    pictures: Path | None,
    say: Callable[[str], None],
    make_stage: MakeStage = DemoStage,
) -> int:
    """Play the demo; with `pictures` one round, a PNG of each result, and exit code 1 on any wrong answer."""
    application = _application()
    with ExitStack() as held:
        held.callback(hush_bugs())
        stage = held.enter_context(make_stage(settings, say, once=pictures is not None))
        start_logging(stage.settings.paths.state)
        capture = Capture(stage.scene)
        held.callback(capture.stop)
        desk = _Desk(settings.screen, capture, kiosk_mode=False)
        held.callback(desk.hand_back)

        def post(view: View | StatusLine) -> None:
            desk.bridge.post(view)
            stage.see(view)

        runner = Runner(make_gear(stage.settings, capture), post)
        desk.connect(runner)
        held.callback(runner.stop)
        held.callback(Ways(desk.window, runner.bring, settings.scanner, settings.files).close)
        stage.direct(runner.request)
        if pictures is not None:
            desk.photograph(pictures)
        capture.start()
        runner.start()
        desk.show(fullscreen=False)
        watch = partial(_watch, runner, desk.bridge)
        ended = _execute(application, lambda: runner.ended or stage.is_over, watch)
        return stage.judge() if pictures is not None else ended


class _Desk:
    """The window with its bridge and controller."""

    def __init__(
        self, screen: Screen, capture: Capture, face_capture: Capture | None = None, *, kiosk_mode: bool
    ) -> None:
        self.bridge = Bridge()
        self.window = MainWindow(
            capture.preview,
            language=Language(screen.language),
            digits=Digits(screen.digits),
            px_per_mm=screen.pixels_per_mm,
            kiosk_mode=kiosk_mode,
        )
        if face_capture is not None:
            self.window.face.preview.look_through(face_capture.preview)
        self._parts: list[QObject] = []
        self._report: Callable[[Fault], None] = lambda _: None
        self._hook_before = sys.excepthook

    def connect(self, runner: Runner) -> None:
        """Let requests reach the runner, and bugs in the window take the kiosk out of service."""
        self._report = runner.report
        sys.excepthook = self._take_out_of_service
        self._parts.append(Controller(self.bridge, self.window, runner.request))

    def connect_nobody(self) -> None:
        """Let views be shown while there is no runner to ask anything of."""
        self._parts.append(Controller(self.bridge, self.window, _ignore))

    def hand_back(self) -> None:
        """Let errors go where they went before."""
        sys.excepthook = self._hook_before

    def photograph(self, folder: Path) -> None:
        """Write a picture of each result to `folder`."""
        photographer = _Photographer(self.window, folder)
        self.bridge.posted.connect(photographer.take)
        self._parts.append(photographer)

    def show(self, *, fullscreen: bool) -> None:
        """Show the window, over the whole screen or not."""
        if fullscreen:
            self.window.showFullScreen()
        else:
            self.window.show()

    def _take_out_of_service(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        """Tell the runner: a window with a bug must not keep an old verdict, nor show the next."""
        del error
        _log.error("bug in the window: %s at %s", kind.__name__, places_of(trace))
        self._report(Fault(Reason.INTERNAL, kind.__name__))
        sys.last_value = sys.last_traceback = None  # they keep the frames, and with them the visitor, alive


def _ignore(request: Request) -> None:
    del request


class _Photographer(QObject):
    """Takes a picture of the window at each new result."""

    def __init__(self, window: MainWindow, folder: Path) -> None:
        super().__init__(window)
        self._window = window
        self._folder = folder
        self._last, self._taken = 0, 0

    @Slot(object)
    def take(self, view: View | StatusLine) -> None:
        """Picture `view` once the window has drawn it."""
        if isinstance(view, ResultView) and view.row != self._last:
            self._last, self._taken = view.row, self._taken + 1
            render_png(self._window, self._folder / f"{self._taken}_{view.verdict.outcome.value}.png")


class _Beat(QObject):
    """A slow heart beat: lets signals of the system through, and ends the loop when the worker ended."""

    def __init__(self, application: QApplication, is_over: Callable[[], bool], watch: Watch) -> None:
        super().__init__(application)
        self._application = application
        self._is_over = is_over
        self._watch = watch
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.beat)
        self._timer.start(_BEAT_MS)

    def stop(self) -> None:
        """Stop beating."""
        self._timer.stop()

    @Slot()
    def beat(self) -> None:
        """Quit when nothing is left to do, and see that the worker answers."""
        self._watch()
        if self._is_over():
            self._application.exit(0)  # quit() would ask the window, which refuses in kiosk mode


def _application() -> QApplication:
    """Make the application. Raises Fault when there is no display, which Qt would answer with an abort."""
    offscreen = os.environ.get("QT_QPA_PLATFORM", "").startswith(("offscreen", "minimal"))
    if not offscreen and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        raise Fault(Reason.INTERNAL, "no display: start in a graphical session")
    existing = QApplication.instance()
    return existing if isinstance(existing, QApplication) else QApplication(["mudaqqiq"])


def _watch(runner: Runner, bridge: Bridge) -> None:
    """Replace what is shown when the worker died or hangs: an old verdict must not stay on the screen."""
    if runner.is_stuck:
        bridge.post(AttentionView(Reason.INTERNAL, "the worker does not answer"))


def _nothing() -> None:
    """Watch nobody, where there is no worker."""


def _execute(application: QApplication, is_over: Callable[[], bool], watch: Watch = _nothing) -> int:
    def close(number: int, frame: FrameType | None) -> None:
        del number, frame
        application.exit(0)

    before = {number: signal.signal(number, close) for number in _ENDING}
    beat = _Beat(application, is_over, watch)
    code = application.exec()
    beat.stop()
    for number, handler in before.items():
        signal.signal(number, handler)
    return code
