"""The line that is always there: where this kiosk stands, how old its knowledge is, the time.

Rules kept here: the age of the status list is never hidden, nor a clock that is not synchronised (in plain
colours: an offline kiosk lives so), seems off (amber) or is in doubt (red); what the supervisor should see to
is amber for as long as it lasts; amber and red come with the word; on a narrow screen the chips take rows of
their own, and shrink before anything is cut.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import islice

from PySide6.QtCore import QTimer, Slot
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from kiosk.model import ClockState, Grade
from kiosk.ui.text import Writer
from kiosk.ui.theme import Metrics
from kiosk.ui.widgets import LineLabel, restyle
from kiosk.ui.words import CAUTIONS, CLOCK_SEEMS_FAST, CLOCK_SEEMS_SLOW, CLOCKS, GRADES, PURPOSES
from kiosk.view import Caution, StatusLine

_CLOCK_MS = 1000
_LEAST_TEXT_PX = 12
_LIST_LEVELS = {Grade.FRESH: "", Grade.AGEING: "amber", Grade.STALE: "red", Grade.EXPIRED: "red", None: "red"}


def _rounded(span: timedelta) -> timedelta:
    """Round to whole minutes, for a length of time is cut to its whole unit when it is written."""
    return timedelta(minutes=round(span / timedelta(minutes=1)))


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
        self.cautions = {each: LineLabel("chip", weight=QFont.Weight.Medium) for each in Caution}
        self.chips = (
            self.simulated,
            *self.cautions.values(),
            self.list_age,
            self.clock,
            self.purpose,
            self.station,
        )
        for chip in self.chips:
            chip.setParent(self)  # a label without a parent would open as a window of its own
        self._column, self._first, self._below = (
            QVBoxLayout(self),
            QHBoxLayout(),
            [QHBoxLayout(), QHBoxLayout()],
        )
        for layout in (self._first, *self._below):
            self._column.addLayout(layout)
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
        if status is None:
            for chip in self.chips:
                chip.hide()
            return
        language = writer.language
        purpose = PURPOSES.get(status.purpose)
        self.purpose.setText(purpose.say(language) if purpose else writer.line(writer.name(status.purpose)))
        self.station.setText(
            writer.line(self.tr("Station {station}").format(station=writer.code(status.station)))
        )
        self.purpose.show()
        self.station.setVisible(bool(status.station))
        self._write_list(status, writer)
        self._write_clock(status, writer)
        self.simulated.setText(self.tr("Simulated camera"))
        self.simulated.setVisible(status.simulated_camera)
        restyle(self.simulated, "level", "amber")
        for caution, chip in self.cautions.items():
            chip.setText(CAUTIONS[caution].say(language))
            chip.setVisible(caution in status.warnings)
            restyle(chip, "level", "amber")
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
        self.list_age.show()

    def _write_clock(self, status: StatusLine, writer: Writer) -> None:
        """Show a clock that is not synchronised, in doubt, or off by what several phones say."""
        ahead, doubtful = status.clock_ahead, status.clock_state is ClockState.DOUBTFUL
        if ahead is None or doubtful:
            self.clock.setText(CLOCKS[status.clock_state].say(writer.language))
            restyle(self.clock, "level", "red" if doubtful else "")
        else:
            seems = CLOCK_SEEMS_FAST if ahead > timedelta(0) else CLOCK_SEEMS_SLOW
            self.clock.setText(
                writer.line(seems.say(writer.language).format(span=writer.span(_rounded(abs(ahead)))))
            )
            restyle(self.clock, "level", "amber")
        self.clock.setVisible(ahead is not None or status.clock_state is not ClockState.SYNCED)

    def _arrange(self) -> None:
        """Give the chips a place beside the name, or one row or two below it."""
        metrics = self._metrics
        if metrics is None:
            return
        pad, gap = metrics.px(28), metrics.px(10)
        self._column.setContentsMargins(pad, metrics.px(7), pad, metrics.px(7))
        self._column.setSpacing(metrics.px(6))
        self.name.set_size(metrics.text_px(22))
        self.time.set_size(metrics.text_px(22))
        for layout in (self._first, *self._below):
            layout.setSpacing(gap)
            while layout.count():
                layout.takeAt(0)
        self._first.addWidget(self.name)
        self._first.addStretch(1)
        self._place_chips(metrics.text_px(18), metrics.width - 2 * pad, gap)
        for chip in self.chips:
            chip.setFixedHeight(metrics.px(34))
        self._first.addWidget(self.time)
        self._column.activate()  # at once: between two layouts the old places would cut the new texts

    def _place_chips(self, wanted_px: int, room: int, gap: int) -> None:
        """Fill the rows with the chips, as few rows and as large as can be, at most `wanted_px`."""
        ends = self.name.sizeHint().width() + self.time.sizeHint().width() + 4 * gap
        if self._rows_needed(wanted_px, room - ends, gap) == [len(self.chips)]:
            rows, counts = [self._first], [len(self.chips)]
        else:
            rows, counts = self._below, self._shrink(wanted_px, room, gap)
        chips = iter(self.chips)
        for row, count in zip(rows, counts, strict=False):
            for chip in islice(chips, count):
                row.addWidget(chip)
            if row is not self._first:
                row.addStretch(1)

    def _shrink(self, wanted_px: int, room: int, gap: int) -> list[int]:
        """Shrink the text until the chips need no more rows than there are; return the chips of each row."""
        counts: list[int] = []
        for most in range(1, len(self._below) + 1):
            for pixels in range(wanted_px, _LEAST_TEXT_PX - 1, -1):
                counts = self._rows_needed(pixels, room, gap)
                if len(counts) <= most:
                    return counts
        return [*counts[: len(self._below) - 1], len(self.chips)]

    def _rows_needed(self, pixels: int, room: int, gap: int) -> list[int]:
        """Set the chips' text size and return how many of them go into each row of `room` pixels."""
        counts, used = [0], 0
        for chip in self.chips:
            chip.set_size(pixels)
            chip.ensurePolished()
            width = 0 if chip.isHidden() else chip.sizeHint().width() + gap
            if used + width > room + gap and used:
                counts.append(0)
                used = 0
            counts[-1] += 1
            used += width
        return counts
