"""Files and the clipboard at the window: dropped, chosen or pasted, and handed in without a look inside.

Rules kept here: only where a code may be brought (waiting, or a result), one thing at a time, local files
only; nothing is decoded in the GUI thread, so nothing in a picture can hold it up. Reading is left to
`intake/hatch.py`; that a file proves no phone is the verification's rule.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QBuffer, QDir, QEvent, QIODevice, QMimeData, QObject, Qt, Slot
from PySide6.QtGui import (
    QDragMoveEvent,
    QDropEvent,
    QGuiApplication,
    QImage,
    QImageWriter,
    QKeyEvent,
    QKeySequence,
)
from PySide6.QtWidgets import QFileDialog

from kiosk.imaging import FILE_LIMITS
from kiosk.intake.hatch import Hatch
from kiosk.model import Source
from kiosk.ui import theme
from kiosk.ui.wedge import PLATFORMS_WITH_PLACES
from kiosk.ui.window import MainWindow
from kiosk.view import ResultView, ScanView

_ENCODED = ("image/png", "image/jpeg", "image/webp", "image/bmp", "application/pdf")
_SUFFIXES = "*.png *.jpg *.jpeg *.webp *.avif *.bmp *.jp2 *.pdf"
_OPTIONS = (
    QFileDialog.Option.DontUseNativeDialog
    | QFileDialog.Option.ReadOnly
    | QFileDialog.Option.HideNameFilterDetails
)
_DIALOG_SHARE = 0.7
_DIALOG_STYLE = f"* {{ font-family: '{theme.FAMILY}'; font-size: 18px; }} QPushButton {{ min-height: 44px; }}"
_BMP_HEAD = 4096  # bytes around the pixels: head, palette, ends of lines
_PLACE_OF_V = 55  # see `wedge/keys.py`: on an Arabic layout the key of V writes another letter


class FileIntake(QObject):
    """Watches one window; lives in the GUI thread."""

    def __init__(self, window: MainWindow, hatch: Hatch) -> None:
        super().__init__(window)
        self._window = window
        self._hatch = hatch
        self._dialog: QFileDialog | None = None
        window.setAcceptDrops(True)
        window.installEventFilter(self)
        window.scan.offer_files()
        window.scan.file_wanted.connect(self.choose)
        window.stack.currentChanged.connect(self._put_dialog_away)

    @property
    def is_open(self) -> bool:
        """Whether something may be brought now."""
        return isinstance(self._window.view, ScanView | ResultView)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take drops, and the keys for pasting that nobody else wanted."""
        if watched is not self._window:
            return False
        if isinstance(event, QDragMoveEvent) and event.type() != QEvent.Type.Drop:
            return self._consider(event)  # entering is a kind of moving
        if isinstance(event, QDropEvent):
            return self._consider(event) and self._hand_in(event.mimeData(), Source.FILE)
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and _is_paste(event):
            self.paste()
            return True
        return False

    def _consider(self, event: QDropEvent) -> bool:
        wanted = self.is_open and (_file_in(event.mimeData()) is not None or event.mimeData().hasImage())
        event.setAccepted(wanted)
        if wanted:
            event.setDropAction(Qt.DropAction.CopyAction)
        return True

    @Slot()
    def paste(self) -> None:
        """Hand in what the clipboard holds: a file, a picture or a text; nothing usable is answered too."""
        content = QGuiApplication.clipboard().mimeData()
        if self.is_open and not self._hand_in(content, Source.PASTE):
            self._hatch.hand_in_text(content.text() if content.hasText() else "", Source.PASTE)

    @Slot()
    def choose(self) -> None:
        """Ask for a file."""
        if not self.is_open or self._dialog is not None:
            return
        dialog = QFileDialog(self._window, self.tr("Choose a picture or PDF with the code"), QDir.homePath())
        dialog.setOptions(_OPTIONS)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilter(self.tr("Pictures and PDF") + f" ({_SUFFIXES})")
        dialog.setStyleSheet(_DIALOG_STYLE)
        dialog.resize(self._window.size() * _DIALOG_SHARE)
        self._label(dialog)
        dialog.fileSelected.connect(self._take_chosen)
        dialog.finished.connect(self._forget_dialog)
        self._dialog = dialog
        dialog.open()

    def _label(self, dialog: QFileDialog) -> None:
        """Write every label: of Qt's own Arabic some are missing."""
        labels = QFileDialog.DialogLabel
        dialog.setLabelText(labels.LookIn, self.tr("Folder:"))
        dialog.setLabelText(labels.FileName, self.tr("File:"))
        dialog.setLabelText(labels.FileType, self.tr("Kind:"))
        dialog.setLabelText(labels.Accept, self.tr("Open"))
        dialog.setLabelText(labels.Reject, self.tr("Cancel"))

    @Slot(str)
    def _take_chosen(self, path: str) -> None:
        self._hatch.hand_in_file(Path(path), Source.FILE)

    @Slot()
    def _put_dialog_away(self) -> None:
        """Close the dialog when somebody's visit begins: it must not hide a face or a result."""
        if self._dialog is not None:
            self._dialog.reject()

    @Slot()
    def _forget_dialog(self) -> None:
        if self._dialog is not None:
            self._dialog.deleteLater()
        self._dialog = None

    def _hand_in(self, content: QMimeData, source: Source) -> bool:
        file = _file_in(content) or _picture_in(content)
        if file is not None:
            self._hatch.hand_in_file(file, source)
        return file is not None


def _is_paste(event: QKeyEvent) -> bool:
    by_place = QGuiApplication.platformName() in PLATFORMS_WITH_PLACES
    with_control = event.modifiers() == Qt.KeyboardModifier.ControlModifier
    placed = by_place and with_control and event.nativeScanCode() == _PLACE_OF_V
    return placed or event.matches(QKeySequence.StandardKey.Paste)


def _file_in(content: QMimeData) -> Path | None:
    """Return the one local file, None for several or none."""
    urls = content.urls()
    if len(urls) != 1 or not urls[0].isLocalFile():
        return None
    return Path(urls[0].toLocalFile())


def _picture_in(content: QMimeData) -> bytes | None:
    """Return a picture as it was encoded; one that is only pixels is copied, and not when it is too large."""
    for kind in _ENCODED:
        if content.hasFormat(kind) and (encoded := bytes(content.data(kind).data())):
            return encoded
    image = QImage(content.imageData()) if content.hasImage() else QImage()
    if image.isNull() or image.width() * image.height() + _BMP_HEAD > FILE_LIMITS.max_bytes:
        return None
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    # Pixels as they are: nothing is compressed here.
    QImageWriter(buffer, b"bmp").write(image.convertToFormat(QImage.Format.Format_Grayscale8))
    return bytes(buffer.data().data())
