"""What all screens share: sizes, language, a row of actions, and the duty to forget.

Rules kept here: a screen draws a frozen view and decides nothing; what the person asks leaves as one
`Request`; `clear` leaves nothing personal behind.
"""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from kiosk.ui.language import Digits, Language
from kiosk.ui.text import Writer
from kiosk.ui.theme import Metrics


class Screen(QWidget):
    """One page of the window. `foot` is its part of the row at the bottom."""

    requested = Signal(object)  # a Request

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("page")
        self.foot = QWidget()
        self.metrics = Metrics(1280, 800, 3.94)
        self.writer = Writer(Language.ARABIC, Digits.LATIN)

    @property
    def language(self) -> Language:
        """The language shown now."""
        return self.writer.language

    def set_metrics(self, metrics: Metrics) -> None:
        """Take over the sizes of the window."""
        self.metrics = metrics
        self.apply_metrics()

    def set_writer(self, writer: Writer) -> None:
        """Take over the language; the translator is installed already."""
        self.writer = writer
        self.retranslate()

    def apply_metrics(self) -> None:
        """Set sizes of text, targets and spaces."""

    def retranslate(self) -> None:
        """Write every text again in the present language."""

    def clear(self) -> None:
        """Forget everything about the person shown."""
