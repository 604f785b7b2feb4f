"""Waiting for a code: the camera with a square guide."""

from __future__ import annotations

from collections.abc import Callable

from kiosk.model import Frame
from kiosk.ui.preview import Guide
from kiosk.ui.screens.camera_page import CameraPage
from kiosk.view import ScanView


class ScanScreen(CameraPage):
    """Shows where to hold the phone."""

    def __init__(self, latest: Callable[[], Frame | None]) -> None:
        super().__init__(latest, Guide.SQUARE, 0)

    def show_view(self, view: ScanView) -> None:
        """Draw `view`."""
        self.show_hint(view.hint)
        self.preview.show_marks(0.0, view.code)

    def retranslate(self) -> None:
        """Write the screen again."""
        super().retranslate()
        self.instruction.show_text(self.tr("Show the code of your digital ID"))
