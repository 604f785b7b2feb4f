"""Pictures of the window: for a demo without a display, and for the documents.

Rules kept here: the window is drawn off the screen by the same code that draws it on the screen.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QImage

from kiosk.ui.window import MainWindow


def render_png(window: MainWindow, path: Path) -> None:
    """Write what `window` shows as a PNG; `path` ends in .png.

    Raises OSError when the file cannot be written.
    """
    QCoreApplication.processEvents()
    image = window.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    if not image.save(str(path), quality=0):  # 0 is the smallest file; the suffix says PNG
        raise OSError(f"cannot write {path}")
