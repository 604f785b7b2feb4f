"""The window's keys and languages, the way from other threads, and what a bug in a slot does."""

import sys
import threading

import pytest
from PySide6.QtCore import QObject, Qt, QThread, Slot
from PySide6.QtWidgets import QLabel

from kiosk.model import Environment, Reason
from kiosk.ui.bridge import Bridge
from kiosk.ui.controller import Controller
from kiosk.ui.language import Language
from kiosk.ui.snapshot import render_png
from kiosk.view import AttentionView, ClosingView, Request, ScanView
from tests.ui.samples import a_forgery, a_pass, a_status

KEYS = [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space]


@pytest.fixture
def asked():
    return []


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize(
    ("view", "request_"), [(a_pass, Request.NEXT), (lambda: AttentionView(Reason.DISK_LOW), Request.RETRY)]
)
def test_enter_and_space_go_on(a_window, qtbot, asked, key, view, request_):
    window = a_window()
    window.requested.connect(asked.append)
    window.render_view(view())

    qtbot.keyClick(window, key)

    assert [request_] == asked


@pytest.mark.parametrize("key", [*KEYS, Qt.Key.Key_H, Qt.Key.Key_Escape])
def test_keys_ask_nothing_while_scanning(a_window, qtbot, asked, key):
    window = a_window()
    window.requested.connect(asked.append)

    qtbot.keyClick(window, key)

    assert [] == asked
    assert window.isVisible()


def test_h_holds_the_result_without_a_touch(a_window, qtbot, asked):
    window = a_window()
    window.requested.connect(asked.append)
    window.render_view(a_pass())

    qtbot.keyClick(window, Qt.Key.Key_H)

    assert [Request.HOLD] == asked


def test_f2_changes_the_language_of_everything_on_the_screen(a_window, qtbot):
    window = a_window()
    window.set_status(a_status())
    window.render_view(a_pass())

    qtbot.keyClick(window, Qt.Key.Key_F2)

    assert Language.ENGLISH is window.language
    shown = [
        x
        for x in window.findChildren(QLabel)
        if x.isVisible() and x is not window.result.person.card.name_arabic
    ]
    assert not [x.text() for x in shown if any("\u0621" <= c <= "\u064a" for c in x.text())]
    assert "Next" == window.result.next.text()
    assert "العربية" == window.language_button.text()


def test_arabic_is_the_language_at_start_and_comes_back_on_a_quiet_scan_screen(a_window):
    window = a_window()
    assert Language.ARABIC is window.language
    window.switch_language()

    window.render_view(a_pass())
    window._return_to_default_language()
    assert Language.ENGLISH is window.language

    window.render_view(ScanView())
    window._return_to_default_language()
    assert Language.ARABIC is window.language


def test_next_details_and_retry_are_buttons_too(a_window, qtbot, asked):
    window = a_window()
    window.requested.connect(asked.append)
    window.render_view(a_pass())
    qtbot.mouseClick(window.result.next, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(window.result.more, Qt.MouseButton.LeftButton)
    assert window.result.details is window.result.body.currentWidget()
    qtbot.mouseClick(window.result.more, Qt.MouseButton.LeftButton)
    assert window.result.person is window.result.body.currentWidget()

    window.render_view(AttentionView(Reason.CAMERA_LOST))
    qtbot.mouseClick(window.attention.retry, Qt.MouseButton.LeftButton)

    assert [Request.NEXT, Request.RETRY] == asked


def test_no_button_has_the_focus_when_the_window_opens(a_window):
    window = a_window()

    assert window.focusWidget() in {window, None}


def test_a_kiosk_closes_only_when_the_visit_is_closing(a_window, asked):
    window = a_window(kiosk_mode=True)
    window.requested.connect(asked.append)

    assert not window.close()
    window.render_view(ClosingView())
    assert window.close()
    assert [Request.CLOSE] == asked


def test_a_window_on_a_desk_closes_and_says_so(a_window, asked):
    window = a_window()
    window.requested.connect(asked.append)

    assert window.close()
    assert [Request.CLOSE] == asked


@pytest.mark.parametrize("environment", Environment)
def test_the_ribbon_is_there_outside_production_alone(a_window, environment):
    window = a_window()

    window.set_status(a_status(environment=environment))

    assert window.ribbon.isVisible() is (environment is not Environment.PRODUCTION)


def test_the_name_of_a_foreign_purpose_is_shown_as_it_stands(a_window):
    window = a_window()

    window.set_status(a_status(purpose="Clinic 7", station=""))

    assert "Clinic 7" in window.bar.purpose.text()
    assert window.bar.station.isHidden()


def test_a_missing_status_list_is_said_in_red(a_window):
    window = a_window()

    window.set_status(a_status(list_age=None, grade=None))

    assert "لا توجد قائمة حالة" in window.bar.list_age.text()
    assert "red" == window.bar.list_age.property("level")


class Recorder(QObject):
    """Notes the thread in which a message arrives."""

    def __init__(self, bridge):
        super().__init__()
        self.threads = []
        bridge.posted.connect(self.take)

    @Slot(object)
    def take(self, message):
        del message
        self.threads.append(QThread.currentThread())


def post_from_a_thread(bridge, messages):
    def run():
        for message in messages:
            bridge.post(message)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(10)
    assert not thread.is_alive()


def test_views_from_another_thread_arrive_in_the_gui_thread_in_order(a_window, qtbot, asked):
    window, bridge = a_window(), Bridge()
    recorder = Recorder(bridge)
    controller = Controller(bridge, window, asked.append)

    post_from_a_thread(bridge, [a_status(), ScanView(), a_pass(), a_forgery()])

    qtbot.waitUntil(lambda: window.view == a_forgery() or len(recorder.threads) == 4)
    qtbot.waitUntil(lambda: window.stack.currentWidget() is window.result)
    assert {window.thread()} == set(recorder.threads)
    assert window.ribbon.isVisible()
    assert "مرفوض" == window.result.banner.word.text()
    assert controller.parent() is window


def test_what_the_person_asks_reaches_the_visit(a_window, qtbot, asked):
    window, bridge = a_window(), Bridge()
    Controller(bridge, window, asked.append)
    window.render_view(a_pass())

    qtbot.keyClick(window, Qt.Key.Key_Return)

    assert [Request.NEXT] == asked


def test_a_bug_behind_a_button_reaches_the_excepthook(a_window, qtbot):
    def fail(request):
        if request is Request.NEXT:
            raise RuntimeError("bug while handling NEXT")

    window = a_window()
    Controller(Bridge(), window, fail)
    window.render_view(a_pass())

    with qtbot.capture_exceptions() as caught:
        qtbot.keyClick(window, Qt.Key.Key_Return)

    assert ["bug while handling NEXT"] == [str(error) for _, error, _ in caught]


def test_a_picture_of_the_window_is_a_png_of_its_size(a_window, tmp_path):
    window = a_window((1024, 600))
    window.render_view(a_pass())

    render_png(window, tmp_path / "pass.png")

    head = (tmp_path / "pass.png").read_bytes()[:24]
    assert b"\x89PNG" == head[:4]
    assert (1024, 600) == (int.from_bytes(head[16:20]), int.from_bytes(head[20:24]))


def test_a_picture_that_cannot_be_written_is_said(a_window, tmp_path):
    with pytest.raises(OSError, match="cannot write"):
        render_png(a_window(), tmp_path / "missing" / "pass.png")


@pytest.mark.usefixtures("qapp")
def test_calls_that_return_nothing_lose_no_reference_of_none():
    label = QLabel()
    before = sys.getrefcount(None)

    for number in range(1000):
        label.setText(str(number))

    assert sys.getrefcount(None) > before - 500
