"""Whatever a camera does, the window goes on: nothing in it waits for a picture."""

import threading
import time

import pytest
from PySide6.QtCore import QObject, QTimer, Slot

from kiosk.camera.capture import Capture
from kiosk.model import Hint
from kiosk.ui.bridge import Bridge
from kiosk.ui.controller import Controller
from kiosk.ui.window import MainWindow
from kiosk.view import ScanView
from tests.camera.makers import noise_picture

EVENTS = 300


class BlockingSource:
    """A driver that hangs in one of its calls until it is released."""

    name, simulated = "blocking", False

    def __init__(self, call):
        self._call = call
        self._pictures = 0
        self.blocked, self.release = threading.Event(), threading.Event()

    def _maybe(self, call):
        if call == self._call:
            self.blocked.set()
            self.release.wait(60)

    def open(self):
        self._maybe("open")

    def read(self):
        if self._call == "close" and self._pictures:
            return None  # which makes the capture close it
        if self._pictures:
            self._maybe("read")
        self._pictures += 1
        return noise_picture(self._pictures, (640, 360))

    def close(self):
        self._maybe("close")


class Counter(QObject):
    """Counts turns of the event loop, and asks everything of the capture that the window may ask."""

    def __init__(self, capture):
        super().__init__()
        self.turns = 0
        self._capture = capture
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._turn)
        self._timer.start(0)

    @Slot()
    def _turn(self):
        self.turns += 1
        self._capture.preview()
        assert self._capture.status is not None


@pytest.mark.parametrize("call", ["open", "read", "close"])
def test_the_window_goes_on_while_the_camera_blocks(qtbot, call):
    source = BlockingSource(call)
    capture = Capture(source, clock=time.monotonic)
    bridge, window = Bridge(), MainWindow(capture.preview)
    qtbot.addWidget(window)
    controller = Controller(bridge, window, lambda _: None)
    window.show()
    capture.start()
    assert source.blocked.wait(60)

    counter = Counter(capture)
    bridge.post(ScanView(Hint.HOLD_STILL))
    qtbot.waitUntil(
        lambda: counter.turns >= EVENTS and window.view == ScanView(Hint.HOLD_STILL), timeout=60_000
    )
    still_blocked = not source.release.is_set()
    source.release.set()

    assert still_blocked
    assert capture.stop(60)
    assert controller is not None
