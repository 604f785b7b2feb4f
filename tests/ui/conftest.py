"""Offscreen before any QApplication, and builders of the views that the screens are told to draw."""

import os

os.environ["QT_QPA_PLATFORM"] = "offscreen"

import pytest

from kiosk.ui.language import Language
from kiosk.ui.window import MainWindow


@pytest.fixture
def a_window(qtbot):
    """Build a shown window of a size, a language and a pitch of pixels."""

    def build(size=(1280, 800), language=Language.ARABIC, px_per_mm=5.9, latest=lambda: None, **more):
        window = MainWindow(latest, language=language, px_per_mm=px_per_mm, **more)
        qtbot.addWidget(window)
        window.resize(*size)
        window.show()
        return window

    return build
