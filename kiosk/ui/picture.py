"""A face in a frame: the photo of an ID, or the live picture beside it.

Rules kept here: pixels are copied when they leave their array; an emptied or covered frame holds no picture.
"""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QImage, QMouseEvent, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from kiosk.model import Pixels
from kiosk.ui import theme

_LEAST_CAPTION_PX = 8  # below this nobody reads it


def image_of(pixels: Pixels) -> QImage:
    """Return a QImage that owns a copy of `pixels`, uint8 H x W x 3, BGR."""
    height, width = pixels.shape[:2]
    rows = memoryview(pixels.tobytes())  # tobytes is contiguous whatever the strides of the array are
    return QImage(rows, width, height, 3 * width, QImage.Format.Format_BGR888).copy()


class Picture(QWidget):
    """A face in a rounded 3:4 frame; without one, a grey outline of a person, or words to cover it."""

    touched = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._image: QImage | None = None
        self._caption = ""
        self._caption_px = 14
        self._cover = ""

    def set_caption(self, text: str) -> None:
        """Set the words in the band at the foot of the frame."""
        self._caption = text
        self.setAccessibleName(text)
        self.update()

    def set_caption_size(self, pixels: int) -> None:
        """Set the text size of the band."""
        self._caption_px = pixels
        self.update()

    def cover(self, words: str) -> None:
        """Write `words` over the frame and let go of the picture; "" takes them away."""
        self._cover = words
        if words:
            self._image = None
        self.update()

    @property
    def is_empty(self) -> bool:
        """Whether no picture is held."""
        return self._image is None

    def show_pixels(self, pixels: Pixels | None) -> None:
        """Show a BGR picture, copied; None empties the frame."""
        self._image = None if pixels is None or not pixels.size else image_of(pixels)
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Tell of a touch, and let it go on to what lies below."""
        super().mousePressEvent(event)
        self.touched.emit()

    def sizeHint(self) -> QSize:
        """Ask for little; the layout gives what there is."""
        return QSize(60, 80)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw the picture, filling the largest 3:4 frame in the middle of the widget."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        height = min(float(self.height()), self.width() * 4 / 3)
        frame = QRectF(0, 0, height * 3 / 4, height)
        frame.moveCenter(QPointF(self.width() / 2, self.height() / 2))
        path = QPainterPath()
        path.addRoundedRect(frame, height * 0.05, height * 0.05)
        painter.setClipPath(path)
        painter.fillRect(frame, QColor("#DDE4E1"))
        if self._cover:
            self._draw_cover(painter, frame)
        elif self._image is None:
            _draw_outline(painter, frame)
        else:
            painter.drawImage(frame, self._image, _cover(QSize(self._image.size()), 3 / 4))
        if self._caption:
            self._draw_caption(painter, frame)
        painter.end()

    def _draw_cover(self, painter: QPainter, frame: QRectF) -> None:
        """Write the cover's words over several lines, as large as the frame allows."""
        room = frame.adjusted(frame.width() * 0.08, frame.width() * 0.08, -frame.width() * 0.08, 0)
        room.setBottom(frame.bottom() - self._caption_px * 1.8)
        flags = int(Qt.AlignmentFlag.AlignCenter) | int(Qt.TextFlag.TextWordWrap)
        pixels = round(self._caption_px * 1.5)
        while pixels > _LEAST_CAPTION_PX:
            needed = QFontMetrics(theme.font(pixels)).boundingRect(room.toRect(), flags, self._cover)
            if room.toRect().contains(needed):
                break
            pixels -= 1
        painter.fillRect(frame, QColor(theme.INK))
        painter.setPen(QColor(theme.ON_DARK))
        painter.setFont(theme.font(pixels))
        painter.drawText(room, flags, self._cover)

    def _draw_caption(self, painter: QPainter, frame: QRectF) -> None:
        """Write the caption on a band, as large as its width allows."""
        pixels, room = self._caption_px, frame.width() * 0.94
        while pixels > _LEAST_CAPTION_PX and _width(self._caption, pixels) > room:
            pixels -= 1
        band = QRectF(frame.left(), frame.bottom() - pixels * 1.7, frame.width(), pixels * 1.7)
        painter.fillRect(band, QColor(theme.INK))
        painter.setPen(QColor(theme.ON_DARK))
        painter.setFont(theme.font(pixels))
        painter.drawText(band, Qt.AlignmentFlag.AlignCenter, self._caption)


def _width(text: str, pixels: int) -> int:
    return QFontMetrics(theme.font(pixels)).horizontalAdvance(text)


def _cover(size: QSize, ratio: float) -> QRectF:
    """Return the largest part of `size` with width / height = `ratio`, a little above the middle."""
    width = min(float(size.width()), size.height() * ratio)
    height = width / ratio
    return QRectF((size.width() - width) / 2, (size.height() - height) / 2, width, height)


def _draw_outline(painter: QPainter, frame: QRectF) -> None:
    """Draw the head and shoulders that stand for "no picture"."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor("#A9B5B0"))
    unit, centre = frame.width() / 10, frame.center()
    painter.drawEllipse(QPointF(centre.x(), frame.top() + unit * 5), unit * 2.1, unit * 2.5)
    painter.drawEllipse(QPointF(centre.x(), frame.bottom() + unit * 0.6), unit * 3.9, unit * 4.6)
