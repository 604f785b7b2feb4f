"""One measured start of the kiosk: `python -m kiosk.bench.window STORE STATE CODE BEGAN`.

It is put together as `app.py` does it, with the real window, worker, engine, store and log, and a simulated
camera that films the code in the picture CODE, then a face. BEGAN is the monotonic time before this process
started. One line of JSON comes out when the visitor has his result.
"""

from __future__ import annotations

import json
import sys
import time
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QTimer, Slot
from PySide6.QtWidgets import QApplication

from kiosk.applog import start_logging
from kiosk.camera.capture import Capture
from kiosk.camera.film import Look
from kiosk.camera.phone import PHONE_LOOK, draw_phone
from kiosk.camera.scene import SceneSource, Shot, ShotKind
from kiosk.compose import make_gear
from kiosk.config import DEFAULT_CONFIG, Paths, Settings, load_settings
from kiosk.demo.authority import holder_portrait
from kiosk.gear import CodeReader
from kiosk.imaging import read_image_file
from kiosk.model import CodeSighting, Frame
from kiosk.runner import Runner
from kiosk.ui.bridge import Bridge
from kiosk.ui.controller import Controller
from kiosk.ui.language import Digits, Language
from kiosk.ui.window import MainWindow
from kiosk.view import AttentionView, FaceView, ResultView, StatusLine, View

_FACE_LOOK = Look(scale=3.7, focus=(0.44, 0.25), tilt_deg=3, roll_deg=-2, light=0.3, gamma=1.2, blur_px=0.9)
_POLL_MS = 20
_LIMIT_S = 60.0
_KIB_A_MB = 1e6 / 1024


class Moments:
    """When things first happened, in seconds after BEGAN; set from any thread."""

    def __init__(self, began: float) -> None:
        self._began = began
        self._ends = began + _LIMIT_S
        self.seconds: dict[str, float] = {}
        self.result: View | None = None

    def note(self, name: str) -> None:
        """Note `name` if it is the first time."""
        self.seconds.setdefault(name, time.monotonic() - self._began)

    @property
    def over(self) -> bool:
        """Whether the visit has its result, or has taken far too long."""
        return self.result is not None or time.monotonic() > self._ends


class TimedReader:
    """The kiosk's reader; notes when the first frame has been searched."""

    def __init__(self, reader: CodeReader, moments: Moments) -> None:
        self._reader = reader
        self._moments = moments

    def read(self, picture: Frame) -> CodeSighting | None:
        """Read as the reader does."""
        seen = self._reader.read(picture)
        self._moments.note("frame_s")
        return seen


class Witness(QObject):
    """Notes when the window was first drawn, and ends the loop once the visit has its result."""

    def __init__(self, application: QApplication, window: MainWindow, moments: Moments) -> None:
        super().__init__(window)
        self._application = application
        self._window = window
        self._moments = moments
        window.installEventFilter(self)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._look)
        self._timer.start(_POLL_MS)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Let everything through; the first drawing is noted and ends the watch."""
        if event.type() == QEvent.Type.Paint:
            self._moments.note("window_s")
            self._window.removeEventFilter(self)
        return super().eventFilter(watched, event)

    @Slot()
    def _look(self) -> None:
        if self._moments.over:
            self._timer.stop()
            self._application.exit(0)  # quit() would ask the window, which refuses in kiosk mode


def main(words: list[str]) -> int:
    """Start, serve one visitor, say what was measured."""
    store, state, code, began = Path(words[0]), Path(words[1]), Path(words[2]), float(words[3])
    moments = Moments(began)
    given = load_settings(DEFAULT_CONFIG)
    settings = replace(given, paths=Paths(store, state, state / "log"))
    _serve(settings, _scene(code), moments)
    if not isinstance(moments.result, ResultView):
        sys.stderr.write(f"no result: {moments.result}\n")
        return 1
    sys.stdout.write(json.dumps({**moments.seconds, **_read_memory()}) + "\n")
    return 0


def _scene(code: Path) -> SceneSource:
    """A phone that is held up until the kiosk looks for a face, then the holder."""
    phone = Shot(ShotKind.PHONE, 1.0, "", lambda: draw_phone(read_image_file(code)), PHONE_LOOK, held=True)
    face = Shot(ShotKind.FACE, 1.0, "", lambda: read_image_file(holder_portrait()), _FACE_LOOK, held=True)
    return SceneSource((phone, face))


def _serve(settings: Settings, scene: SceneSource, moments: Moments) -> None:
    """Do what `app.run_kiosk` does, in its order."""
    start_logging(settings.paths.state)
    application = QApplication(["mudaqqiq"])
    with ExitStack() as held:
        capture = Capture(scene)
        held.callback(capture.stop)
        bridge = Bridge()
        screen = settings.screen
        window = MainWindow(
            capture.preview,
            language=Language(screen.language),
            digits=Digits(screen.digits),
            px_per_mm=screen.pixels_per_mm,
            kiosk_mode=screen.fullscreen,
        )

        def post(view: View | StatusLine) -> None:
            bridge.post(view)
            _witness(view, moments, scene)

        gear = make_gear(settings, capture)
        runner = Runner(replace(gear, reader=TimedReader(gear.reader, moments)), post)
        controller = Controller(bridge, window, runner.request)
        held.callback(runner.stop)
        capture.start()
        runner.start()
        window.showFullScreen()
        witness = Witness(application, window, moments)
        application.exec()
        del controller, witness


def _witness(view: View | StatusLine, moments: Moments, scene: SceneSource) -> None:
    if isinstance(view, FaceView):
        if "face_s" not in moments.seconds:
            moments.note("face_s")
            scene.release()
    elif isinstance(view, ResultView | AttentionView):
        moments.note("result_s")
        moments.result = view


def _read_memory() -> dict[str, float]:
    """Return the resident memory of this process now and at its highest, in MB. Source: proc(5)."""
    fields = dict(
        line.split(":", 1)
        for line in Path("/proc/self/status").read_text("ascii").splitlines()
        if ":" in line
    )
    return {
        name: float(fields[key].split()[0]) / _KIB_A_MB
        for name, key in (("resident_mb", "VmRSS"), ("peak_mb", "VmHWM"))
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
