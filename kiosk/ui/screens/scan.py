"""Waiting for a code: the camera with a square guide, and where it is offered, a button for a file."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal

from kiosk.model import Frame
from kiosk.ui.preview import Guide
from kiosk.ui.screens.camera_page import CameraPage
from kiosk.ui.widgets import Button
from kiosk.view import ScanView


class ScanScreen(CameraPage):
    """Shows where to hold the phone."""

    file_wanted = Signal()

    def __init__(self, latest: Callable[[], Frame | None]) -> None:
        super().__init__(latest, Guide.SQUARE, 0)
        self.choose = Button("file")
        self.choose.hide()
        self.choose.clicked.connect(self.file_wanted)
        row = self.foot.layout()
        if row is not None:
            row.addWidget(self.choose)

    def offer_files(self) -> None:
        """Show the button that asks for a file."""
        self.choose.show()

    def show_view(self, view: ScanView) -> None:
        """Draw `view`."""
        self.show_hint(view.hint)
        self.preview.show_marks(0.0, view.code)

    def apply_metrics(self) -> None:
        """Set the sizes."""
        super().apply_metrics()
        self.choose.set_target(self.metrics.secondary_px, self.metrics.text_px(22))

    def retranslate(self) -> None:
        """Write the screen again."""
        super().retranslate()
        self.instruction.show_text(self.tr("Show the code of your digital ID"))
        self.choose.setText(self.tr("Open a file"))
