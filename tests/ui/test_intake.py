"""Files and the clipboard at the window: dropped, chosen, pasted; never decoded in the GUI thread."""

import pytest
from PySide6.QtCore import QCoreApplication, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QImage
from PySide6.QtWidgets import QFileDialog, QLabel

from kiosk.model import Hint, Reason, Source
from kiosk.sections import Files, Scanner
from kiosk.ui.intake import FileIntake
from kiosk.ui.language import Language
from kiosk.ui.ways import Ways
from kiosk.view import AttentionView, FaceView, ResultView, ScanView
from tests.builders import a_live_text
from tests.intake.makers import a_picture
from tests.journeys import pictures
from tests.journeys.kiosk import told
from tests.ui.samples import a_face, a_pass

CONTROL = Qt.KeyboardModifier.ControlModifier


class NotingHatch:
    """Notes what is handed in, and decodes nothing."""

    def __init__(self):
        self.files, self.texts = [], []

    def hand_in_file(self, file, source):
        self.files.append((file, source))

    def hand_in_text(self, text, source):
        self.texts.append((text, source))


@pytest.fixture
def hatch():
    return NotingHatch()


@pytest.fixture
def window(a_window, hatch):
    made = a_window()
    made.intake = FileIntake(made, hatch)
    return made


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "هوية.png"
    path.write_bytes(a_picture("A"))
    return path


def mime_of(*paths):
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) if not isinstance(path, QUrl) else path for path in paths])
    return mime


def drop(window, mime):
    """Drag over the window and let go; True when the window wanted it."""
    at, copy, left = QPoint(200, 200), Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    none = Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(at, copy, mime, left, none)
    QCoreApplication.sendEvent(window, enter)
    if enter.isAccepted():
        QCoreApplication.sendEvent(window, QDropEvent(QPointF(at), copy, mime, left, none))
    return enter.isAccepted()


@pytest.fixture(autouse=True)
def an_empty_clipboard_behind_each_test(qapp):
    yield qapp
    QGuiApplication.clipboard().clear()  # what Python made must not outlive the interpreter in Qt's hands


def paste(window, qtbot, mime):
    QGuiApplication.clipboard().setMimeData(mime)
    qtbot.keyClick(window, Qt.Key.Key_V, CONTROL)


def text_mime(text):
    mime = QMimeData()
    mime.setText(text)
    return mime


# Dropping


@pytest.mark.parametrize("view", [ScanView, a_pass])
def test_a_file_that_is_dropped_is_handed_in(window, hatch, file, view):
    window.render_view(view())

    assert drop(window, mime_of(file))
    assert [(file, Source.FILE)] == hatch.files


@pytest.mark.parametrize("view", [a_face, lambda: AttentionView(Reason.CAMERA_LOST)])
def test_nothing_is_taken_while_a_face_is_looked_at_or_out_of_service(window, hatch, qtbot, file, view):
    window.render_view(view())

    assert not drop(window, mime_of(file))
    paste(window, qtbot, mime_of(file))
    window.intake.choose()
    assert [] == hatch.files + hatch.texts
    assert [] == window.findChildren(QFileDialog)


def test_several_files_and_addresses_are_not_taken(window, hatch, file):
    assert not drop(window, mime_of(file, file))
    assert not drop(window, mime_of(QUrl("https://example.org/code.png")))
    assert not drop(window, text_mime("hello"))
    assert [] == hatch.files


def test_a_picture_dragged_from_a_page_is_handed_in_as_it_is_encoded(window, hatch):
    mime = QMimeData()
    mime.setData("image/png", a_picture("A"))
    mime.setImageData(QImage(8, 8, QImage.Format.Format_RGB32))

    assert drop(window, mime)
    assert [(a_picture("A"), Source.FILE)] == hatch.files


# Pasting


def test_a_text_is_pasted(window, hatch, qtbot):
    paste(window, qtbot, text_mime(a_live_text()))

    assert [(a_live_text(), Source.PASTE)] == hatch.texts


@pytest.mark.parametrize(
    "hostile",
    ["https://example.org", "0" * 4296, "\u200b\u2066\u202e", "\x1b[2J\x00", "not base45", "<b>A</b>"],
    ids=["link", "long", "invisible", "control", "small letters", "markup"],
)
def test_a_hostile_text_is_handed_on_and_shown_nowhere(window, hatch, qtbot, hostile):
    paste(window, qtbot, text_mime(hostile))

    assert [(hostile, Source.PASTE)] == hatch.texts
    assert not [x.text() for x in window.findChildren(QLabel) if hostile in x.text()]


def test_a_file_is_pasted(window, hatch, qtbot, file):
    paste(window, qtbot, mime_of(file))

    assert [(file, Source.PASTE)] == hatch.files


def test_a_picture_is_pasted_without_being_decoded_here(window, hatch, qtbot):
    mime = QMimeData()
    mime.setData("image/png", b"any bytes at all")
    paste(window, qtbot, mime)

    assert [(b"any bytes at all", Source.PASTE)] == hatch.files


def test_bare_pixels_are_copied(window, hatch, qtbot):
    image = QImage(64, 48, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    mime = QMimeData()
    mime.setImageData(image)
    paste(window, qtbot, mime)

    ((content, source),) = hatch.files
    assert (b"BM", Source.PASTE) == (content[:2], source)


def test_an_empty_clipboard_is_answered_too(window, hatch, qtbot):
    paste(window, qtbot, QMimeData())

    assert [("", Source.PASTE)] == hatch.texts


def test_other_keys_are_not_pasting(window, hatch, qtbot):
    qtbot.keyClick(window, Qt.Key.Key_V)
    qtbot.keyClick(window, Qt.Key.Key_C, CONTROL)

    assert [] == hatch.texts


# Choosing

# The platform without a screen says so of every window that is not as large as the screen.
a_dialog = pytest.mark.qt_log_ignore("propagateSizeHints")


def dialog_of(window, qtbot):
    qtbot.mouseClick(window.scan.choose, Qt.MouseButton.LeftButton)
    (dialog,) = window.findChildren(QFileDialog)
    return dialog


@a_dialog
def test_a_file_is_chosen_with_the_button(window, hatch, qtbot, file):
    dialog = dialog_of(window, qtbot)
    dialog.setDirectory(str(file.parent))
    dialog.selectFile(str(file))

    dialog.accept()

    assert [(file, Source.FILE)] == hatch.files
    qtbot.waitUntil(lambda: not window.findChildren(QFileDialog))


@a_dialog
def test_a_dialog_changes_no_files_and_is_there_once(window, qtbot):
    dialog = dialog_of(window, qtbot)
    window.intake.choose()

    assert [dialog] == window.findChildren(QFileDialog)
    assert dialog.testOption(QFileDialog.Option.ReadOnly)
    assert "اختر" in dialog.windowTitle()
    assert "المجلد:" == dialog.labelText(QFileDialog.DialogLabel.LookIn)
    dialog.reject()
    assert None is window.intake._dialog


@a_dialog
def test_a_dialog_goes_when_somebody_is_seen_to(window, qtbot, hatch):
    dialog = dialog_of(window, qtbot)

    window.render_view(a_face())

    assert not dialog.isVisible()
    assert [] == hatch.files


# As the settings say


@pytest.mark.parametrize(
    ("accept", "kiosk_mode", "offered"),
    [
        ("windowed", False, True),
        ("windowed", True, False),
        ("always", True, True),
        ("never", False, False),
    ],
)
def test_files_are_offered_as_the_settings_say(a_window, accept, kiosk_mode, offered):
    window = a_window(kiosk_mode=kiosk_mode)

    ways = Ways(window, print, Scanner(enabled=False), Files(accept))
    ways.close()

    assert offered is window.scan.choose.isVisible()
    assert offered is window.acceptDrops()


@pytest.mark.slow
def test_a_file_that_is_dropped_goes_all_the_way_to_the_face(a_window, kiosk, town, qtbot, tmp_path):
    path = tmp_path / "id.png"
    path.write_bytes(a_picture(town.text()))
    window = a_window()
    ways = Ways(window, kiosk.runner.bring, Scanner(enabled=False), Files())

    assert drop(window, mime_of(path))
    kiosk.show(pictures.nobody())
    assert Hint.READING_FILE is kiosk.last.hint
    qtbot.waitUntil(lambda: not ways._hatch.is_busy, timeout=30_000)
    kiosk.show(pictures.nobody())

    assert isinstance(kiosk.last, FaceView)
    result = kiosk.until(ResultView, pictures.holder())
    assert ("REFER", "NOT_PRESENTED") == told(result.verdict)
    ways.close()


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize(("size", "pitch"), [((800, 480), 5.2), ((1280, 800), 5.9), ((800, 1280), 5.9)])
def test_the_button_is_large_enough_and_whole(window, language, size, pitch):
    window._px_per_mm = pitch
    window.resize(*size)
    window.set_language(language)
    QCoreApplication.processEvents()
    button = window.scan.choose

    assert min(button.width(), button.height()) / pitch >= 15 - 0.2
    assert button.width() >= button.sizeHint().width()
    assert window.rect().contains(button.rect().translated(button.mapTo(window, QPoint(0, 0))))
    assert window.scan.privacy.is_whole
