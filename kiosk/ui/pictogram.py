"""The signs of the movements a person is asked to make, drawn large over the live picture.

Rules kept here: the picture is a looking glass, so the person's own left is the left of the screen in every
language and nothing here is mirrored; form alone tells the four apart; nothing moves or flashes.
"""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF

from kiosk.model import Movement
from kiosk.ui import theme

_EDGE = 0.45  # how much wider the dark rim of a line is than the line
_BELOW = 0.05  # of the oval's height: the signs stay clear of the instruction above it


def draw_movement(painter: QPainter, area: QRectF, guide: QRectF, movement: Movement) -> None:
    """Draw the sign of `movement` beside or within `guide`, the oval in which the face is seen in `area`."""
    if movement is Movement.BLINK:
        for x in (0.3, 0.7):
            _draw_lid(
                painter, QPointF(guide.left() + x * guide.width(), guide.top() + 0.36 * guide.height()), guide
            )
    elif movement is Movement.COME_CLOSER:
        for x, y in ((0, 0), (1, 0), (0, 1), (1, 1)):
            _draw_outward(painter, guide, x, y)
    else:
        _draw_arrow(painter, area, guide, -1 if movement is Movement.TURN_LEFT else 1)


def _draw_arrow(painter: QPainter, area: QRectF, guide: QRectF, side: int) -> None:
    """Draw a broad arrow beside the oval, pointing away from it."""
    edge = guide.left() if side < 0 else guide.right()
    room = abs((area.left() if side < 0 else area.right()) - edge)
    long = min(0.45 * guide.width(), 0.8 * room)
    high = 0.55 * long
    x, y = edge + side * 0.1 * long, guide.center().y()
    points = ((0, 0.25), (0.5, 0.25), (0.5, 0.5), (1, 0), (0.5, -0.5), (0.5, -0.25), (0, -0.25))
    arrow = QPolygonF([QPointF(x + side * along * long, y + across * high * 1.6) for along, across in points])
    rim = QPen(QColor(theme.NIGHT), max(3.0, long / 20))
    rim.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(rim)
    painter.setBrush(QColor(theme.REFER_GROUND))
    painter.drawPolygon(arrow)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def _draw_lid(painter: QPainter, eye: QPointF, guide: QRectF) -> None:
    """Draw a closed eye: the lid's line and three lashes."""
    half, deep = 0.13 * guide.width(), 0.05 * guide.height()
    lid = QPainterPath(QPointF(eye.x() - half, eye.y()))
    lid.quadTo(QPointF(eye.x(), eye.y() + 2 * deep), QPointF(eye.x() + half, eye.y()))
    for across in (-0.6, 0.0, 0.6):
        top = eye.y() + deep * (1 - across * across)
        lid.moveTo(QPointF(eye.x() + across * half, top))
        lid.lineTo(QPointF(eye.x() + 1.25 * across * half, top + 0.8 * deep))
    _draw_line(painter, lid, guide.width() / 36)


def _draw_outward(painter: QPainter, guide: QRectF, right: int, low: int) -> None:
    """Draw one of four arrow heads that point away from the middle of the oval."""
    x = guide.left() + (0.86 if right else 0.14) * guide.width()
    arm, across, down = 0.15 * guide.width(), (1 if right else -1), (1 if low else -1)
    tip = guide.bottom() - _BELOW * guide.height() if low else guide.top() + _BELOW * guide.height()
    y = tip - down * arm
    head = QPainterPath(QPointF(x + across * arm, y))
    head.lineTo(QPointF(x + across * arm, y + down * arm))
    head.lineTo(QPointF(x, y + down * arm))
    head.moveTo(QPointF(x, y))
    head.lineTo(QPointF(x + across * arm, y + down * arm))
    _draw_line(painter, head, guide.width() / 30)


def _draw_line(painter: QPainter, path: QPainterPath, thick: float) -> None:
    """Draw `path` in the colour of hints with a dark rim, to be seen on any picture."""
    cap, join = Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin
    for colour, width in ((theme.NIGHT, thick * (1 + 2 * _EDGE)), (theme.REFER_GROUND, thick)):
        painter.setPen(QPen(QColor(colour), width, Qt.PenStyle.SolidLine, cap, join))
        painter.drawPath(path)
