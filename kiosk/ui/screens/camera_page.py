"""What scan and face share: the steps beside the camera, an instruction above it, a hint below."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget

from kiosk.model import Frame, Hint
from kiosk.ui.preview import CameraPreview, Guide
from kiosk.ui.screens.base import Screen
from kiosk.ui.screens.steps import StepsPanel
from kiosk.ui.widgets import FitLabel, LineLabel
from kiosk.ui.words import HINTS

_UNLIMITED = 16_777_215  # QWIDGETSIZE_MAX, which PySide6 does not export


class CameraPage(Screen):
    """A camera picture with one instruction, at most one hint, and the visit's steps beside it."""

    def __init__(self, latest: Callable[[], Frame | None], guide: Guide, step: int) -> None:
        super().__init__()
        self.preview = CameraPreview(latest, guide)
        self.instruction = FitLabel("instruction", weight=QFont.Weight.DemiBold)
        self.instruction.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.pill = LineLabel("pill", weight=QFont.Weight.DemiBold)
        self.pill.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.pill.hide()
        self.privacy = FitLabel("label")
        self.side = QWidget()
        self.side.setObjectName("page")
        self.side_layout = QVBoxLayout(self.side)
        self.side_layout.setContentsMargins(0, 0, 0, 0)
        self.side_layout.setSpacing(0)
        self.steps = StepsPanel(step)
        self.side_layout.addWidget(self.steps, 1)
        self._hint: Hint | None = None
        self._build()

    def _build(self) -> None:
        self._body = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._body.setContentsMargins(0, 0, 0, 0)
        self._body.setSpacing(0)
        self._body.addWidget(self.side)
        self._body.addWidget(self.preview, 1)
        over = QVBoxLayout(self.preview)
        over.setContentsMargins(0, 0, 0, 0)
        over.addWidget(self.instruction)
        over.addStretch(1)
        self._pill_row = QHBoxLayout()
        self._pill_row.addStretch(1)
        self._pill_row.addWidget(self.pill)
        self._pill_row.addStretch(1)
        over.addLayout(self._pill_row)
        self.foot_row = QHBoxLayout(self.foot)
        self.foot_row.setContentsMargins(0, 0, 0, 0)
        self.foot_row.addWidget(self.privacy, 1)

    def show_hint(self, hint: Hint | None) -> None:
        """Show one hint, or none."""
        self._hint = hint
        text = "" if hint is None else HINTS[hint].say(self.language)
        self.pill.setText(self.writer.line(text) if text else "")
        self.pill.setVisible(bool(text))

    def apply_metrics(self) -> None:
        """Put the steps beside the camera, or below it on a high screen."""
        metrics = self.metrics
        high = metrics.is_portrait
        self._body.setDirection(
            QBoxLayout.Direction.BottomToTop if high else QBoxLayout.Direction.LeftToRight
        )
        if high:
            self.side.setMinimumWidth(0)
            self.side.setMaximumWidth(_UNLIMITED)
            self.side.setFixedHeight(round(metrics.height * 0.3))
        else:
            self.side.setFixedWidth(round(metrics.width * 0.31))
            self.side.setMinimumHeight(0)
            self.side.setMaximumHeight(_UNLIMITED)
        self.steps.apply_metrics(metrics)
        self.instruction.set_sizes(metrics.text_px(44))
        self.instruction.setFixedHeight(metrics.px(84))
        self.pill.set_size(metrics.text_px(32))
        self.pill.setFixedHeight(metrics.px(64))
        self._pill_row.setContentsMargins(0, 0, 0, metrics.px(22))
        self.privacy.set_sizes(metrics.text_px(22))

    def retranslate(self) -> None:
        """Write instruction, hint, steps and notice again."""
        self.steps.retranslate(self.writer)
        self.show_hint(self._hint)
        self.privacy.show_text(self.privacy_text())

    def privacy_text(self) -> str:
        """Return the notice for the person in front of the camera."""
        return self.tr("The live picture is not stored; it is deleted when the check ends.")

    def clear(self) -> None:
        """Forget the picture and the hint."""
        self.preview.clear()
        self.show_hint(None)
