"""Small widgets the screens are made of: a label that always fits, buttons, a countdown bar, a frame.

Rules kept here: plain text only, so nothing in a credential is taken for markup; an emptied label leaves
nothing personal behind, not even in its accessible name.
"""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QSizePolicy, QWidget

from kiosk.ui import theme


def restyle(widget: QWidget, name: str, value: str) -> None:
    """Set a dynamic property that the style sheet reads, and make the style look again.

    Without unpolish and polish the old colour stays, and a FAIL could be drawn on green.
    """
    widget.setProperty(name, value)
    children = widget.findChildren(QWidget)
    for each in (widget, *children):
        each.style().unpolish(each)
        each.style().polish(each)
        each.update()


class FitLabel(QLabel):
    """A label whose text shrinks, wraps and at last ends in an ellipsis, so that it is never cut."""

    def __init__(self, name: str = "", *, weight: QFont.Weight = QFont.Weight.Normal) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAlignment(Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
        self._weight = weight
        self._largest = 16
        self._smallest = 12
        self._whole = ""
        self._fitted: tuple[object, ...] = ()  # what the present text was fitted for
        self.is_whole = True  # whether all of the text is shown, without an ellipsis

    def set_sizes(self, largest_px: int, smallest_px: int = 12) -> None:
        """Set the text size wanted, and the one below which nothing shrinks."""
        self._largest = max(largest_px, smallest_px)
        self._smallest = min(largest_px, smallest_px)
        self._fit()

    def show_text(self, text: str) -> None:
        """Show `text` as large as it fits."""
        self._whole = text
        self.setAccessibleName(text)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the text again to the new size."""
        super().resizeEvent(event)
        self._fit()

    def sizeHint(self) -> QSize:
        """Ask for nothing: layouts and fixed heights give the room, the text follows."""
        return QSize(0, 0)

    def minimumSizeHint(self) -> QSize:
        """Demand nothing, so that a long name never pushes its neighbours out."""
        return QSize(0, 0)

    def _lines(self, text: str, pixels: int) -> str | None:
        """Return `text` broken into lines at `pixels`, or None when it does not go into the label."""
        room, metrics = self.contentsRect(), QFontMetrics(theme.font(pixels, self._weight))
        lines = wrap(text, metrics, room.width())
        if lines is None or metrics.lineSpacing() * (len(lines) - 1) + metrics.height() > room.height():
            return None
        return "\n".join(lines)

    def showEvent(self, event: QShowEvent) -> None:
        """Fit the text that was set while the label was hidden."""
        super().showEvent(event)
        self._fit()

    def _fit(self) -> None:
        if not self.isVisible():  # its size is not its own yet; showing it fits it
            self._fitted = ()
            self.setText(self._whole)
            return
        room = self.contentsRect()
        asked = (self._whole, room.width(), room.height(), self._largest, self._smallest)
        if asked == self._fitted:
            return
        self._fitted = asked
        low, high = self._smallest, self._largest
        if self._lines(self._whole, high) is not None:  # mostly it fits as it is
            low = high
        while low < high:  # the largest size that fits, by halving
            middle = (low + high + 1) // 2
            fits = self._lines(self._whole, middle) is not None
            low, high = (middle, high) if fits else (low, middle - 1)
        self.setFont(theme.font(low, self._weight))
        length, shown = len(self._whole), self._lines(self._whole, low)
        self.is_whole = shown is not None or not self._whole
        while shown is None and length > 1:
            length = length * 9 // 10
            shown = self._lines(self._whole[:length].rstrip() + "…", low)
        self.setText(shown or "")


def wrap(text: str, metrics: QFontMetrics, width: int) -> list[str] | None:
    """Break `text` at spaces into lines of at most `width` pixels; None when one word is wider.

    The breaks are ours, because Qt keeps the space at a break, which pushes right-to-left lines inwards.
    """
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split(" "):
            longer = f"{line} {word}" if line else word
            if metrics.horizontalAdvance(longer) <= width:
                line = longer
                continue
            if not line or metrics.horizontalAdvance(word) > width:
                return None
            lines.append(line)
            line = word
        lines.append(line)
    return lines


class LineLabel(QLabel):
    """A one-line label as wide as its text: chips, captions, counts."""

    def __init__(self, name: str = "", *, weight: QFont.Weight = QFont.Weight.Normal) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAlignment(Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter)
        self._weight = weight

    def set_size(self, pixels: int) -> None:
        """Set the text size."""
        self.setFont(theme.font(pixels, self._weight))


class Button(QPushButton):
    """A touch target of a given height; reached by Tab, never focused by itself."""

    def __init__(self, name: str = "") -> None:
        super().__init__()
        self.setObjectName(name)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)

    def set_target(self, height_px: int, text_px: int) -> None:
        """Set the height and the text size; a target is at least as wide as high."""
        self.setFont(theme.font(text_px, QFont.Weight.DemiBold))
        self.setFixedHeight(height_px)
        self.setMinimumWidth(height_px)


class CountdownBar(QWidget):
    """How much time is left, as a bar that empties; it stops when the screen is touched."""

    def __init__(self) -> None:
        super().__init__()
        self._left = 0.0

    @property
    def left(self) -> float:
        """The part of the time that is left, 0 to 1."""
        return self._left

    def show_left(self, part: float) -> None:
        """Draw `part` of the bar, 0 to 1."""
        self._left = min(1.0, max(0.0, part))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw the track, and what is left from the side where reading starts."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        radius = self.height() / 2
        painter.setBrush(QColor(theme.EDGE))
        painter.drawRoundedRect(QRectF(self.rect()), radius, radius)
        width = self.width() * self._left
        start = self.width() - width if self.layoutDirection() == Qt.LayoutDirection.RightToLeft else 0.0
        painter.setBrush(QColor(theme.INK))
        if width > 0:
            painter.drawRoundedRect(QRectF(start, 0, width, self.height()), radius, radius)
        painter.end()


class StripedFrame(QFrame):
    """A page whose edge is striped in red when `striped`: a FAIL differs in form, not in colour alone."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("page")
        self._stripe_px = 0

    def set_stripe(self, pixels: int) -> None:
        """Set the width of the striped edge; 0 for none."""
        self._stripe_px = pixels
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the ground, then the stripes along the edge."""
        super().paintEvent(event)
        if not self._stripe_px:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edge, inner = QPainterPath(), QPainterPath()
        edge.addRect(QRectF(self.rect()))
        width = float(self._stripe_px)
        inner.addRect(QRectF(self.rect()).adjusted(width, width, -width, -width))
        painter.setClipPath(edge.subtracted(inner))
        painter.fillRect(self.rect(), QColor(theme.CARD))
        painter.setPen(QPen(QColor(theme.FAIL_GROUND), width))
        for x in range(-self.height(), self.width() + self.height(), max(1, self._stripe_px * 3)):
            painter.drawLine(x, self.height(), x + self.height(), 0)
        painter.end()
