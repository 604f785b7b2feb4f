"""The body of a result: whom the ID names and who stands here, or only the reason when nothing may be shown.

Rules kept here: both scripts of a name together; portrait and live picture side by side in the same size;
the likeness is a word here, never a number, and never green where it is open who was there.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from kiosk.model import Pixels
from kiosk.ui.fields import lines_of
from kiosk.ui.picture import Picture
from kiosk.ui.text import Writer
from kiosk.ui.theme import Metrics
from kiosk.ui.widgets import FitLabel, restyle
from kiosk.ui.words import LIKENESSES, PICTURES_ALIKE, SHOW_PHOTO
from kiosk.view import Holder, Likeness

_ROWS = 7
_LEAST_ROW_PX = 24


@dataclass(frozen=True, slots=True)
class Person:
    """What the page shows of a person; `masked` hides all but the names.

    `covered` keeps the photo of the ID back until it is asked for by a touch; `in_doubt` says that the
    movements leave it open who was there, whatever the pictures look like.
    """

    holder: Holder
    live: Pixels | None
    likeness: Likeness | None
    masked: bool
    covered: bool = False
    in_doubt: bool = False


class Photos(QFrame):
    """The photo of the ID and the live picture, side by side, and the likeness in a word."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("card")
        self.portrait, self.live = Picture(), Picture()
        self.likeness = FitLabel("likeness", weight=QFont.Weight.DemiBold)
        self.likeness.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._column, self._row = QVBoxLayout(self), QHBoxLayout()
        self._row.addWidget(self.portrait, 1)
        self._row.addWidget(self.live, 1)
        self._column.addLayout(self._row, 1)
        self._column.addWidget(self.likeness)

    def show_person(self, person: Person | None, writer: Writer) -> None:
        """Draw both pictures, or outlines when they are masked or absent."""
        hidden = person is None or person.masked
        self.portrait.show_pixels(None if hidden or person is None else person.holder.portrait)
        covered = person is not None and person.covered and not hidden
        self.portrait.cover(SHOW_PHOTO.say(writer.language) if covered else "")
        self.live.show_pixels(None if hidden or person is None else person.live)
        self.portrait.set_caption(self.tr("Photo in the ID"))
        taken = person is None or person.live is not None
        self.live.set_caption(self.tr("Live picture") if taken else self.tr("No live picture taken"))
        self._show_likeness(person, writer)

    def _show_likeness(self, person: Person | None, writer: Writer) -> None:
        likeness = person.likeness if person else None
        word = LIKENESSES[likeness] if likeness else None
        if person is not None and person.in_doubt and likeness is Likeness.SAME:
            likeness, word = Likeness.UNSURE, PICTURES_ALIKE
        self.likeness.setVisible(word is not None)
        self.likeness.show_text(word.say(writer.language) if word else "")
        restyle(self.likeness, "likeness", likeness.value if likeness else "")

    def apply_metrics(self, metrics: Metrics) -> None:
        """Set the sizes."""
        pad = metrics.px(12)
        self._column.setContentsMargins(pad, pad, pad, pad)
        self._column.setSpacing(metrics.px(10))
        self._row.setSpacing(metrics.px(12))
        for picture in (self.portrait, self.live):
            picture.set_caption_size(metrics.text_px(18))
        self.likeness.set_sizes(metrics.text_px(23))
        self.likeness.setFixedHeight(metrics.px(44))


class Card(QFrame):
    """The names in both scripts, then as many lines as there is room for."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("card")
        self.name_arabic = FitLabel("name", weight=QFont.Weight.Bold)
        self.name_latin = FitLabel("name", weight=QFont.Weight.DemiBold)
        self.labels = [FitLabel("label", weight=QFont.Weight.Medium) for _ in range(_ROWS)]
        self.values = [FitLabel("value", weight=QFont.Weight.DemiBold) for _ in range(_ROWS)]
        self._rows: list[QWidget] = []
        self._room, self._least_row_px = _ROWS, _LEAST_ROW_PX
        self._shown: tuple[Person, Writer] | None = None
        self._column = QVBoxLayout(self)
        self._column.setSpacing(0)
        self._column.addWidget(self.name_arabic, 5)
        self._column.addWidget(self.name_latin, 4)
        for label, value in zip(self.labels, self.values, strict=True):
            holder = QWidget()
            row = QHBoxLayout(holder)
            row.setContentsMargins(0, 0, 0, 0)
            row.addWidget(label, 2)
            row.addWidget(value, 5)
            self._rows.append(holder)
            self._column.addWidget(holder, 4)
        self._column.addStretch(1)

    def show_person(self, person: Person | None, writer: Writer) -> None:
        """Write the names, and as many lines as fit."""
        self._shown = (person, writer) if person else None
        holder = person.holder if person else None
        arabic, latin = (holder.name_arabic, holder.name_latin) if holder else (None, None)
        self.name_arabic.setVisible(bool(arabic))
        self.name_latin.setVisible(bool(latin))
        self.name_arabic.show_text(writer.line(writer.name(arabic)) if arabic else "")
        self.name_latin.show_text(writer.line(writer.name(latin)) if latin else "")
        lines = lines_of(holder, writer, masked=person.masked) if person and holder else ()
        for number, row in enumerate(self._rows):
            shown = number < min(len(lines), self._room)
            row.setVisible(shown)
            self.labels[number].show_text(lines[number].label if shown else "")
            self.values[number].show_text(lines[number].value if shown else "")

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Count how many lines there is room for."""
        super().resizeEvent(event)
        margins = self._column.contentsMargins()
        names = self.name_arabic.maximumHeight() + self.name_latin.maximumHeight()
        free = self.height() - margins.top() - margins.bottom() - names
        room = max(2, min(_ROWS, free // self._least_row_px))
        if room != self._room:
            self._room = room
            if self._shown:
                self.show_person(*self._shown)

    def apply_metrics(self, metrics: Metrics) -> None:
        """Set the sizes."""
        pad = metrics.px(24)
        self._least_row_px = max(_LEAST_ROW_PX, metrics.px(42))
        self._column.setContentsMargins(pad, metrics.px(10), pad, metrics.px(10))
        self.name_arabic.set_sizes(metrics.text_px(36))
        self.name_latin.set_sizes(metrics.text_px(27))
        for name, height in ((self.name_arabic, 70), (self.name_latin, 52)):
            name.setMaximumHeight(metrics.px(height))
        for row in self._rows:
            row.setMaximumHeight(metrics.px(54))
        for label, value in zip(self.labels, self.values, strict=True):
            label.set_sizes(metrics.text_px(19))
            value.set_sizes(metrics.text_px(25))


class PersonPage(QWidget):
    """Photos and card beside each other; on a high screen the photos above."""

    def __init__(self) -> None:
        super().__init__()
        self.photos, self.card = Photos(), Card()
        self._layout = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.addWidget(self.photos, 9)
        self._layout.addWidget(self.card, 13)

    def show_person(self, person: Person | None, writer: Writer) -> None:
        """Draw a person; None empties every widget."""
        self.photos.show_person(person, writer)
        self.card.show_person(person, writer)

    def apply_metrics(self, metrics: Metrics) -> None:
        """Set the sizes."""
        high = metrics.is_portrait
        direction = QBoxLayout.Direction.TopToBottom if high else QBoxLayout.Direction.LeftToRight
        self._layout.setDirection(direction)
        self._layout.setSpacing(metrics.px(16))
        self.photos.apply_metrics(metrics)
        self.card.apply_metrics(metrics)


class ReasonPanel(QFrame):
    """The reason alone, large: what to do, and why nobody's data are shown."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("card")
        self.sentence = FitLabel(weight=QFont.Weight.DemiBold)
        self.notice = FitLabel("label", weight=QFont.Weight.Medium)
        self.meta = FitLabel("label", weight=QFont.Weight.Medium)
        self._column = QVBoxLayout(self)
        self._column.addWidget(self.sentence, 6)
        self._column.addWidget(self.notice, 3)
        self._column.addWidget(self.meta, 2)

    def show_texts(self, sentence: str, notice: str, meta: str) -> None:
        """Write the three texts."""
        self.sentence.show_text(sentence)
        self.notice.show_text(notice)
        self.meta.show_text(meta)

    def apply_metrics(self, metrics: Metrics) -> None:
        """Set the sizes."""
        pad = metrics.px(40)
        self._column.setContentsMargins(pad, metrics.px(20), pad, metrics.px(16))
        self.sentence.set_sizes(metrics.text_px(40))
        self.notice.set_sizes(metrics.text_px(24))
        self.meta.set_sizes(metrics.text_px(22))
