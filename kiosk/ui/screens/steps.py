"""The panel beside the camera: the three steps of a visit, where it stands, and the privacy notice."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from kiosk.ui import theme
from kiosk.ui.language import Word
from kiosk.ui.signs import Sign, SignWidget
from kiosk.ui.text import Writer
from kiosk.ui.theme import Metrics
from kiosk.ui.widgets import FitLabel

_COUNT = 3
_LEAST_PX = 10


class StepsPanel(QWidget):
    """Three numbered steps; the ones done carry a tick, the present one is dark."""

    def __init__(self, current: int) -> None:
        super().__init__()
        self.setObjectName("page")
        self._current = current
        self._writer: Writer | None = None
        self._task: Word | None = None
        self._layout = QVBoxLayout(self)
        self._signs = [SignWidget("step") for _ in range(_COUNT)]
        self._titles = [FitLabel(weight=QFont.Weight.DemiBold) for _ in range(_COUNT)]
        self._sentences = [FitLabel("label") for _ in range(_COUNT)]
        self._layout.addStretch(1)
        for sign, title, sentence in zip(self._signs, self._titles, self._sentences, strict=True):
            row, words = QHBoxLayout(), QVBoxLayout()
            row.setSpacing(14)
            words.setSpacing(0)
            words.addWidget(title)
            words.addWidget(sentence)
            row.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
            title.setAlignment(Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter)
            sentence.setAlignment(Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignTop)
            row.addLayout(words, 1)
            self._layout.addLayout(row, 6)
            self._layout.addStretch(1)

    def apply_metrics(self, metrics: Metrics) -> None:
        """Set the sizes."""
        margin = metrics.px(22)
        self._layout.setContentsMargins(margin, margin // 2, margin, margin // 2)
        self._layout.setSpacing(metrics.px(6))
        for sign, title, sentence in zip(self._signs, self._titles, self._sentences, strict=True):
            sign.setFixedSize(metrics.px(58), metrics.px(58))
            title.set_sizes(metrics.text_px(28))
            sentence.set_sizes(metrics.text_px(20), _LEAST_PX)
            title.setFixedHeight(metrics.px(52))
            sentence.setMaximumHeight(metrics.px(100))

    def set_compact(self, *, compact: bool) -> None:
        """Explain only the present step, where something else needs the room."""
        for number, sentence in enumerate(self._sentences):
            sentence.setVisible(not compact or number == self._current)

    def show_task(self, task: Word | None) -> None:
        """Write what the present step asks for just now; None: what it always asks for."""
        if task is not self._task:
            self._task = task
            if self._writer is not None:
                self.retranslate(self._writer)

    def retranslate(self, writer: Writer) -> None:
        """Write the steps again."""
        self._writer = writer
        texts = (
            (
                self.tr("Show the code"),
                self.tr("Open the digital ID on the phone and hold its code in the frame."),
            ),
            (
                self.tr("Look at the camera"),
                self.tr("Put the phone away and face the camera for a moment."),
            ),
            (self.tr("Result"), self.tr("Wait until the result appears.")),
        )
        for number, (title, sentence) in enumerate(texts):
            done, present = number < self._current, number == self._current
            task = self._task if present else None
            self._titles[number].show_text(title)
            self._sentences[number].show_text(sentence if task is None else task.say(writer.language))
            if done:
                self._signs[number].show_sign(Sign.PASS, theme.PASS_GROUND, theme.CARD)
            else:
                colours = (theme.INK, theme.CARD) if present else (theme.EDGE, theme.INK)
                self._signs[number].show_number(writer.plain_number(number + 1), *colours)
