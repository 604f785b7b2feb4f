"""The live picture: the newest frame, mirrored for the person, with a guide drawn over it.

Rules kept here: a frame is copied when it becomes an image, so no screen holds the camera's memory; only the
newest frame is drawn, polled from the GUI thread; a hidden preview holds no picture. Whether the frame is
good, and what to say about it, is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, QTimer, Slot
from PySide6.QtGui import (
    QColor,
    QHideEvent,
    QImage,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QShowEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from kiosk.model import Box, Frame, Movement, Pixels
from kiosk.ui import theme
from kiosk.ui.pictogram import draw_movement

POLL_MS = 55  # about 18 pictures a second: enough for the eye, a few per cent of a core
_DIMMED = 150  # of 255, outside the guide
_FULL_TURN = 360 * 16  # Qt counts angles in sixteenths of a degree


class Guide(Enum):
    """The form that shows where to hold what."""

    SQUARE = "square"
    OVAL = "oval"


def image_for_drawing(pixels: Pixels) -> QImage:
    """Return an RGB32 copy of `pixels`, uint8 H x W x 3, BGR; the format that is drawn fastest."""
    height, width = pixels.shape[:2]
    owned = np.ascontiguousarray(pixels)
    # The image shares the array for the length of this call only; conversion makes it its own.
    shared = QImage(owned.data, width, height, 3 * width, QImage.Format.Format_BGR888)
    return shared.convertToFormat(QImage.Format.Format_RGB32)


def draw_mirrored(painter: QPainter, image: QImage, area: QRectF) -> None:
    """Draw `image` over all of `area` as in a looking glass; the mirror costs nothing here."""
    painter.save()
    painter.translate(area.left() + area.right(), 0)
    painter.scale(-1, 1)
    painter.drawImage(area, image, covered_part(image.width(), image.height(), area))
    painter.restore()


def covered_part(image_width: int, image_height: int, area: QRectF) -> QRectF:
    """Return the part of an image that fills `area` without distortion: the middle, the rest cut off."""
    ratio = area.width() / max(1.0, area.height())
    width = min(float(image_width), image_height * ratio)
    height = width / max(ratio, 1e-6)
    return QRectF((image_width - width) / 2, (image_height - height) / 2, width, height)


def place_box(box: Box, image_width: int, image_height: int, area: QRectF) -> QRectF:
    """Return where a box in frame pixels lies in `area`, where the mirrored frame is drawn to cover it."""
    part = covered_part(image_width, image_height, area)
    factor = area.width() / max(part.width(), 1e-6)
    left = (image_width - box.left - box.width - part.left()) * factor + area.left()
    top = (box.top - part.top()) * factor + area.top()
    return QRectF(left, top, box.width * factor, box.height * factor)


class CameraPreview(QWidget):
    """Shows what `latest` returns, about 18 times a second while it is visible."""

    def __init__(self, latest: Callable[[], Frame | None], guide: Guide) -> None:
        super().__init__()
        self.setObjectName("preview")
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._latest = latest
        self._guide = guide
        self._image: QImage | None = None
        self._number = -1
        self._progress = 0.0
        self._box: Box | None = None
        self._movement: Movement | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(POLL_MS)
        self._timer.timeout.connect(self.poll)

    @property
    def has_picture(self) -> bool:
        """Whether a frame is held."""
        return self._image is not None

    def look_through(self, latest: Callable[[], Frame | None]) -> None:
        """Show another camera's frames from now on."""
        self._latest = latest
        self.clear()

    def show_marks(self, progress: float, box: Box | None) -> None:
        """Set the filled part of the ring, 0 to 1, and the box around what was seen, in frame pixels."""
        self._progress, self._box = min(1.0, max(0.0, progress)), box
        self.update()

    def show_movement(self, movement: Movement | None) -> None:
        """Draw the sign of a movement to be made, or none."""
        self._movement = movement
        self.update()

    def clear(self) -> None:
        """Let go of the picture."""
        self._movement = None
        self._image, self._number, self._box, self._progress = None, -1, None, 0.0
        self.update()

    @Slot()
    def poll(self) -> None:
        """Take the newest frame, if there is a new one."""
        frame = self._latest()
        if frame is None or frame.number == self._number:
            return
        self._number = frame.number
        self._image = image_for_drawing(frame.pixels)
        self.update()

    def showEvent(self, event: QShowEvent) -> None:
        """Start polling."""
        super().showEvent(event)
        self.poll()
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Stop polling, and let go of the picture."""
        super().hideEvent(event)
        self._timer.stop()
        self.clear()

    def guide_rect(self) -> QRectF:
        """Return the rectangle around the guide, between the instruction and the hint."""
        room = QRectF(self.rect()).adjusted(0, self.height() * 0.15, 0, -self.height() * 0.17)
        if self._guide is Guide.OVAL:
            height = min(room.height() * 1.04, self.width() * 0.9 * 4 / 3)
            guide = QRectF(0, 0, height * 3 / 4, height)
        else:
            side = min(room.height(), self.width() * 0.8)
            guide = QRectF(0, 0, side, side)
        guide.moveCenter(room.center())
        return guide

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw frame, dimmed surroundings, what was seen, and the guide."""
        painter = QPainter(self)
        area, guide = QRectF(self.rect()), self.guide_rect()
        if self._image is None:
            painter.fillRect(area, QColor(theme.NIGHT))
        else:
            draw_mirrored(painter, self._image, area)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._dim_outside(painter, area, guide)
        if self._box is not None and self._image is not None and self._guide is Guide.SQUARE:
            painter.setPen(QPen(QColor(theme.REFER_GROUND), max(3.0, guide.width() / 120)))
            seen = place_box(self._box, self._image.width(), self._image.height(), area)
            painter.drawRoundedRect(seen, 6, 6)
        if self._guide is Guide.OVAL:
            self._draw_ring(painter, guide)
            if self._movement is not None:
                draw_movement(painter, area, guide, self._movement)
        else:
            _draw_corners(painter, guide)
        painter.end()

    def _dim_outside(self, painter: QPainter, area: QRectF, guide: QRectF) -> None:
        outside, inside = QPainterPath(), QPainterPath()
        outside.addRect(area)
        if self._guide is Guide.OVAL:
            inside.addEllipse(guide)
        else:
            inside.addRoundedRect(guide, guide.width() / 20, guide.width() / 20)
        shade = QColor(theme.NIGHT)
        shade.setAlpha(_DIMMED)
        painter.fillPath(outside.subtracted(inside), shade)
        band = QColor(theme.NIGHT)  # behind the instruction: its contrast must not hang on the picture
        band.setAlpha(235)
        painter.fillRect(QRectF(area.left(), area.top(), area.width(), area.height() * 0.13), band)

    def _draw_ring(self, painter: QPainter, guide: QRectF) -> None:
        thick = max(4.0, guide.height() / 60)
        painter.setPen(QPen(QColor(theme.ON_DARK), thick))
        painter.drawEllipse(guide)
        if self._progress > 0:
            painter.setPen(
                QPen(QColor(theme.RING), thick * 1.7, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)
            )
            painter.drawArc(guide, _FULL_TURN // 4, -round(self._progress * _FULL_TURN))


def _draw_corners(painter: QPainter, guide: QRectF) -> None:
    """Draw the four corners of the square guide."""
    painter.setPen(
        QPen(
            QColor(theme.ON_DARK),
            max(5.0, guide.width() / 50),
            Qt.PenStyle.SolidLine,
            Qt.PenCapStyle.RoundCap,
        )
    )
    arm, round_px = guide.width() / 7, guide.width() / 20
    for left, top in ((0, 0), (1, 0), (1, 1), (0, 1)):
        x, y = (guide.right() if left else guide.left()), (guide.bottom() if top else guide.top())
        across, down = (-1 if left else 1), (-1 if top else 1)
        path = QPainterPath(QPointF(x + across * arm, y))
        path.lineTo(x + across * round_px, y)
        path.quadTo(x, y, x, y + down * round_px)
        path.lineTo(x, y + down * arm)
        painter.drawPath(path)
