"""The line that is always there: where this kiosk stands, how old its knowledge is, the time.

Rules kept here: the age of the status list is never hidden, nor a clock that is not synchronised (in plain
colours: an offline kiosk lives so) or in doubt (red); amber and red come with the word; on a narrow screen
the chips take a second row, and shrink before anything is cut.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from PySide6.QtCore import QTimer, Slot
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from kiosk.model import ClockState, Grade
from kiosk.ui.text import Writer
from kiosk.ui.theme import Metrics
from kiosk.ui.widgets import LineLabel, restyle
from kiosk.ui.words import CLOCKS, GRADES, PURPOSES
from kiosk.view import StatusLine

_CLOCK_MS = 1000
_LEAST_TEXT_PX = 11
_LIST_LEVELS = {Grade.FRESH: "", Grade.AGEING: "amber", Grade.STALE: "red", Grade.EXPIRED: "red", None: "red"}


def utc_now() -> datetime:
    """Return the wall clock; only shown, never decided by."""
    return datetime.now(UTC)


class StatusBar(QWidget):
    """Name, station, purpose, list age, clock, simulated camera, and the time of day."""

    def __init__(self, now: Callable[[], datetime] = utc_now) -> None:
        super().__init__()
        self.setObjectName("bar")
        self._now = now
        self._status: StatusLine | None = None
        self._writer: Writer | None = None
        self._metrics: Metrics | None = None
        self.name = LineLabel(weight=QFont.Weight.Bold)
        self.time = LineLabel(weight=QFont.Weight.DemiBold)
        self.station, self.purpose, self.list_age, self.clock, self.simulated = (
            LineLabel("chip", weight=QFont.Weight.Medium) for _ in range(5)
        )
        self.chips = (self.simulated, self.list_age, self.clock, self.purpose, self.station)
        for chip in self.chips:
            chip.setParent(self)  # a label without a parent would open as a window of its own
        self._column, self._first, self._second = QVBoxLayout(self), QHBoxLayout(), QHBoxLayout()
        self._column.addLayout(self._first)
        self._column.addLayout(self._second)
        self._timer = QTimer(self)
        self._timer.setInterval(_CLOCK_MS)
        self._timer.timeout.connect(self._show_time)
        self._timer.start()

    def set_status(self, status: StatusLine) -> None:
        """Show `status`."""
        self._status = status
        self._refill()

    def retranslate(self, writer: Writer) -> None:
        """Write the line again."""
        self._writer = writer
        self._refill()

    def apply_metrics(self, metrics: Metrics) -> None:
        """Take over the sizes of the window."""
        self._metrics = metrics
        self._arrange()

    @Slot()
    def _show_time(self) -> None:
        if self._writer is not None:
            self.time.setText(self._writer.clock(self._now()))

    def _refill(self) -> None:
        writer, status = self._writer, self._status
        if writer is None:
            return
        self.name.setText(self.tr("Mudaqqiq"))
        self._show_time()
        for chip in self.chips:
            chip.setVisible(status is not None)
        if status is None:
            return
        language = writer.language
        purpose = PURPOSES.get(status.purpose)
        self.purpose.setText(purpose.say(language) if purpose else writer.line(writer.name(status.purpose)))
        self.station.setText(
            writer.line(self.tr("Station {station}").format(station=writer.code(status.station)))
        )
        self.station.setVisible(bool(status.station))
        self._write_list(status, writer)
        self.clock.setText(CLOCKS[status.clock_state].say(language))
        restyle(self.clock, "level", "red" if status.clock_state is ClockState.DOUBTFUL else "")
        self.clock.setVisible(status.clock_state is not ClockState.SYNCED)
        self.simulated.setText(self.tr("Simulated camera"))
        self.simulated.setVisible(status.simulated_camera)
        restyle(self.simulated, "level", "amber")
        self._arrange()

    def _write_list(self, status: StatusLine, writer: Writer) -> None:
        if status.list_age is None:
            text = self.tr("No status list")
        else:
            text = self.tr("Status list: {span} old").format(span=writer.span(status.list_age))
            if status.grade not in {None, Grade.FRESH}:
                text += " · " + GRADES[status.grade or Grade.FRESH].say(writer.language)
        self.list_age.setText(writer.line(text))
        restyle(self.list_age, "level", _LIST_LEVELS[status.grade])

    def _arrange(self) -> None:
        """Give the chips one row or two, and shrink them until they fit."""
        metrics = self._metrics
        if metrics is None:
            return
        pad, gap = metrics.px(28), metrics.px(10)
        self._column.setContentsMargins(pad, metrics.px(7), pad, metrics.px(7))
        self._column.setSpacing(metrics.px(6))
        self.name.set_size(metrics.text_px(22))
        self.time.set_size(metrics.text_px(22))
        for layout in (self._first, self._second):
            layout.setSpacing(gap)
            while layout.count():
                layout.takeAt(0)
        wanted = metrics.text_px(18)
        room = metrics.width - 2 * pad
        ends = self.name.sizeHint().width() + self.time.sizeHint().width() + 4 * gap
        one_row = self._chips_width(wanted, gap) <= room - ends
        while not one_row and wanted > _LEAST_TEXT_PX and self._chips_width(wanted, gap) > room:
            wanted -= 1
        self._chips_width(wanted, gap)
        self._first.addWidget(self.name)
        self._first.addStretch(1)
        row = self._first if one_row else self._second
        for chip in self.chips:
            chip.setFixedHeight(metrics.px(34))
            row.addWidget(chip)
        if not one_row:
            row.addStretch(1)
        self._first.addWidget(self.time)

    def _chips_width(self, pixels: int, gap: int) -> int:
        """Set the chips' text size and return the width they need together."""
        for chip in self.chips:
            chip.set_size(pixels)
            chip.ensurePolished()
        shown = [chip for chip in self.chips if not chip.isHidden()]
        return sum(chip.sizeHint().width() for chip in shown) + gap * len(shown)
