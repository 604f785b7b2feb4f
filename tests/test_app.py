"""The composition root with its real window, off the screen: what it starts, what it says, how it ends."""

import logging
import os
import signal
import sys
from contextlib import contextmanager

import pytest
import shiboken6
from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication

from kiosk import app
from kiosk.applog import start_logging
from kiosk.audit.check import load_last_rows
from kiosk.audit.entry import Stop, Visit
from kiosk.compose import make_gear, make_source
from kiosk.config import Camera, Paths, Screen, Settings, Tighten
from kiosk.model import Environment, Fault, Reason
from kiosk.runner import Runner
from kiosk.ui.bridge import Bridge
from kiosk.ui.window import MainWindow
from kiosk.view import AttentionView, Request, ResultView, ScanView
from tests.journeys import pictures

TRIES, EVERY_MS = 400, 50


def settings_in(folder, **screen):
    state = folder / "state"
    camera = Camera(device="/dev/no-such-camera")
    return Settings(
        Paths(folder / "store", state, state / "log"), camera, Screen(**screen), tighten=Tighten()
    )


class Onlooker(QObject):
    """Looks at the window until it shows what is waited for, then acts, and ends the loop if told to."""

    def __init__(self, wanted, act=None):
        super().__init__()
        self.seen = []
        self._wanted, self._act = wanted, act or (lambda _: QApplication.exit(0))
        self._left = TRIES
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.look)
        self._timer.start(EVERY_MS)

    def look(self):
        self._left -= 1
        windows = [each for each in QApplication.topLevelWidgets() if isinstance(each, MainWindow)]
        found = [each for each in windows if self._wanted(each.view)]
        if found:
            self._timer.stop()
            self.seen.append(found[0].view)
            self._act(found[0])
        elif self._left == 0:
            self._timer.stop()
            QApplication.exit(99)


@pytest.fixture(autouse=True)
def _clean(qapp):
    yield
    for window in qapp.topLevelWidgets():
        if isinstance(window, MainWindow):
            shiboken6.delete(window)


def is_attention(view):
    return isinstance(view, AttentionView)


def rows_in(folder):
    path = folder / "state" / "log" / f"{Environment.SANDBOX.value}.db"
    return [row.entry.fact for row in load_last_rows(path, 100)]


def test_a_kiosk_that_is_set_up_but_has_no_camera_shows_attention_and_never_a_demo(town, tmp_path):
    town.set_up(tmp_path / "store")
    onlooker = Onlooker(lambda view: is_attention(view) and view.reason is Reason.CAMERA_LOST)

    code = app.run_kiosk(settings_in(tmp_path))

    facts = rows_in(tmp_path)
    assert (0, Reason.CAMERA_LOST) == (code, onlooker.seen[0].reason)
    assert Stop(Reason.CAMERA_LOST) == facts[-1]
    assert not any(isinstance(fact, Visit) for fact in facts)


def test_a_kiosk_that_is_not_set_up_shows_attention_and_never_a_demo(tmp_path):
    onlooker = Onlooker(is_attention)

    assert 0 == app.run_kiosk(settings_in(tmp_path))
    assert onlooker.seen[0].reason in {Reason.TRUST_MISSING, Reason.CAMERA_LOST}


def test_altered_models_are_said_on_the_screen(tmp_path):
    def altered(*_):
        raise Fault(Reason.MODEL_ALTERED, "face model")

    def press_retry_and_end(window):
        window.requested.emit(Request.RETRY)
        QApplication.exit(0)

    onlooker = Onlooker(is_attention, press_retry_and_end)

    assert 0 == app.run_kiosk(settings_in(tmp_path), altered)
    assert Reason.MODEL_ALTERED is onlooker.seen[0].reason


def test_a_signal_ends_the_kiosk_also_in_kiosk_mode(tmp_path):
    before = signal.getsignal(signal.SIGTERM)

    def is_ready(view):
        return is_attention(view) and signal.getsignal(signal.SIGTERM) is not before

    onlooker = Onlooker(is_ready, lambda _: os.kill(os.getpid(), signal.SIGTERM))

    assert 0 == app.run_kiosk(settings_in(tmp_path, fullscreen=True))
    assert onlooker.seen
    assert before is signal.getsignal(signal.SIGTERM)


def test_closing_the_window_ends_a_kiosk_that_may_be_closed(tmp_path):
    onlooker = Onlooker(is_attention, lambda window: window.close())

    assert 0 == app.run_kiosk(settings_in(tmp_path, fullscreen=False))
    assert onlooker.seen


def a_desk(kiosk):
    """The window of a kiosk whose worker is driven by hand."""
    desk = app._Desk(Screen(), CaptureOfNothing(), kiosk_mode=False)
    desk.connect(kiosk.runner)
    return desk


class CaptureOfNothing:
    def preview(self):
        return None

    def rest_while(self, is_calm):
        """It rests always."""


def test_a_bug_in_the_window_takes_the_kiosk_out_of_service(kiosk, town, caplog):
    desk = a_desk(kiosk)
    try:
        kiosk.visit(town.text(), pictures.holder())
        sys.excepthook(RuntimeError, RuntimeError("Amal Sami Haddad"), None)
        kiosk.show(pictures.nobody(), 20.0)
    finally:
        desk.hand_back()

    assert Reason.INTERNAL is kiosk.attention
    assert "bug in the window: RuntimeError" in caplog.text
    assert "Amal" not in caplog.text
    assert sys.excepthook is not desk._take_out_of_service


def test_a_bug_in_a_slot_reaches_the_worker(qapp, kiosk, qtbot):
    desk = a_desk(kiosk)

    class Broken(QObject):
        def slot(self):
            raise RuntimeError

    broken = Broken()
    with qtbot.capture_exceptions():  # pytest-qt has a hook of its own, which is put back at the end
        desk.connect(kiosk.runner)
        QTimer.singleShot(0, broken.slot)
        qapp.processEvents()
    desk.hand_back()

    kiosk.show(pictures.nobody())
    assert Reason.INTERNAL is kiosk.attention


def test_the_pictures_of_a_demo_are_numbered_by_result(qapp, kiosk, town, tmp_path):
    desk = a_desk(kiosk)
    desk.photograph(tmp_path / "shots")
    (tmp_path / "shots").mkdir()
    desk.show(fullscreen=False)
    result = kiosk.visit(town.text(), pictures.holder())
    assert isinstance(result, ResultView)

    for view in (ScanView(), result, result, ScanView()):
        desk.bridge.post(view)
        qapp.processEvents()
    desk.hand_back()

    assert ["1_PASS.png"] == [path.name for path in (tmp_path / "shots").iterdir()]


def test_without_a_display_nothing_is_started(monkeypatch):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)

    with pytest.raises(Fault, match="no display"):
        app._application()


# The parts


def test_the_parts_are_made_from_the_settings(town, tmp_path):
    town.set_up(tmp_path / "store")
    settings = settings_in(tmp_path, pass_seconds=7, mask_seconds=9, clear_seconds=11)
    source = make_source(settings.camera)

    gear = make_gear(settings, CaptureOfNothing())

    assert not source.simulated
    assert (7, 9, 11) == (gear.times.pass_s, gear.times.mask_s, gear.times.clear_s)
    assert Environment.SANDBOX is gear.trust().environment
    assert gear.clock(gear.trust().floor).now.tzinfo is not None
    with gear.open_log(Environment.SANDBOX) as log:
        assert Environment.SANDBOX is log.environment
    assert 32 == len(gear.open_pseudonyms(Environment.SANDBOX).pseudonym_of("1", gear.trust().floor))


def test_other_settings_have_another_hash_and_other_folders_the_same(tmp_path):
    plain = make_gear(settings_in(tmp_path), CaptureOfNothing())
    moved = make_gear(settings_in(tmp_path / "else"), CaptureOfNothing())
    other = make_gear(settings_in(tmp_path, pass_seconds=7), CaptureOfNothing())

    assert plain.config_hash == moved.config_hash != other.config_hash


@contextmanager
def bare_logging():
    """A root logger without handlers, as the program finds it."""
    root = logging.getLogger()
    before, root.handlers = root.handlers, []
    level = root.level
    yield root
    for handler in root.handlers:
        handler.close()
    root.handlers = before
    root.setLevel(level)


def test_the_program_logs_into_the_state_folder(tmp_path):
    with bare_logging():
        start_logging(tmp_path / "state")
        logging.getLogger("kiosk.desk").warning("out of service")

    assert '"part": "kiosk.desk"' in (tmp_path / "state" / "kiosk.log").read_text()
    assert 0o700 == (tmp_path / "state").stat().st_mode & 0o777


def test_where_no_log_can_be_written_the_program_says_it_on_standard_error(tmp_path, capsys):
    (tmp_path / "file").touch()

    with bare_logging():
        start_logging(tmp_path / "file" / "state")
        logging.getLogger("kiosk.desk").warning("out of service")

    assert "out of service" in capsys.readouterr().err


@pytest.mark.parametrize(("stuck", "shown"), [(True, [Reason.INTERNAL]), (False, [])])
def test_a_worker_that_does_not_answer_takes_the_old_verdict_off_the_screen(kiosk, stuck, shown):
    class Worker(Runner):
        is_stuck = stuck

    bridge, posted = Bridge(), []
    bridge.posted.connect(posted.append)

    app._watch(Worker(kiosk.gear, kiosk.post), bridge)

    assert shown == [view.reason for view in posted]
