"""Out of service, and closing: one sentence, one action, one code; never a traceback."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from kiosk.ui import theme
from kiosk.ui.reasons import REASONS
from kiosk.ui.screens.base import Screen
from kiosk.ui.signs import Sign, SignWidget
from kiosk.ui.text import clean, isolate_ltr
from kiosk.ui.widgets import Button, FitLabel
from kiosk.view import AttentionView, ClosingView, Request


class AttentionScreen(Screen):
    """Says why the kiosk does not serve, and what to do about it."""

    def __init__(self) -> None:
        super().__init__()
        self.sign = SignWidget()
        self.state = FitLabel("label", weight=QFont.Weight.Medium)
        self.title = FitLabel(weight=QFont.Weight.Bold)
        self.sentence = FitLabel()
        self.code = FitLabel("label", weight=QFont.Weight.Medium)
        self.retry = Button("primary")
        self._view: AttentionView | ClosingView | None = None
        column = self._column = QVBoxLayout(self)
        column.addStretch(2)
        column.addWidget(self.sign, 0, Qt.AlignmentFlag.AlignHCenter)
        for label in (self.state, self.title, self.sentence, self.code):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            column.addWidget(label)
        column.addStretch(3)
        row = QHBoxLayout(self.foot)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.retry)
        row.addStretch(1)
        self.retry.clicked.connect(self._ask_retry)

    @Slot()
    def _ask_retry(self) -> None:
        self.requested.emit(Request.RETRY)

    def show_view(self, view: AttentionView | ClosingView) -> None:
        """Draw `view`."""
        self._view = view
        self.retranslate()

    def apply_metrics(self) -> None:
        """Set the sizes."""
        metrics = self.metrics
        side = metrics.px(128)
        self.sign.setFixedSize(side, side)
        heights = ((self.state, 26, 46), (self.title, 52, 88), (self.sentence, 30, 100), (self.code, 21, 70))
        for label, text, height in heights:
            label.set_sizes(metrics.text_px(text))
            label.setFixedHeight(metrics.px(height))
        self._column.setContentsMargins(metrics.px(80), 0, metrics.px(80), 0)
        self.retry.set_target(metrics.primary_px, metrics.text_px(28))
        self.retry.setMinimumWidth(max(metrics.primary_px * 2, metrics.px(240)))

    def retranslate(self) -> None:
        """Write the screen again."""
        self.retry.setText(self.tr("Try again"))
        view = self._view
        closing = not isinstance(view, AttentionView)
        self.sign.show_sign(Sign.STOPPED, theme.INK, theme.CARD, self.tr("Out of service"))
        self.retry.setVisible(not closing)
        if isinstance(view, AttentionView):
            text = REASONS[view.reason]
            self.state.show_text(self.tr("Out of service"))
            self.title.show_text(text.title(self.language))
            self.sentence.show_text(text.sentence(self.language))
            code, detail = isolate_ltr(view.reason.value), clean(view.detail)
            self.code.show_text(code + ("\n" + isolate_ltr(detail) if detail else ""))
        else:
            self.state.show_text("")
            self.title.show_text(self.tr("The kiosk is closing"))
            self.sentence.show_text(self.tr("Please wait a moment."))
            self.code.show_text("")
