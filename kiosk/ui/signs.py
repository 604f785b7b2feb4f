"""The signs beside the words: disc with tick, octagon with cross, triangle with bang, and small relatives.

Rules kept here: each outcome has a form of its own, told apart without colour; a sign is never animated; a
widget that paints itself carries an accessible name.
"""

from __future__ import annotations

import math
from enum import Enum

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from kiosk.model import Outcome
from kiosk.ui import theme


class Sign(Enum):
    """What a sign says."""

    PASS = "tick"  # noqa: S105 - a form, not a password
    FAIL = "cross"
    REFER = "bang"
    NOT_RUN = "dash"
    STOPPED = "stopped"


SIGN_OF = {Outcome.PASS: Sign.PASS, Outcome.FAIL: Sign.FAIL, Outcome.REFER: Sign.REFER, None: Sign.NOT_RUN}
_CORNERS = 8


class SignWidget(QWidget):
    """One sign in two colours: `body` fills the form, `mark` is drawn on it."""

    def __init__(self, name: str = "sign") -> None:
        super().__init__()
        self.setObjectName(name)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._sign: Sign | None = None
        self._number = ""
        self._body = theme.INK
        self._mark = theme.CARD

    def show_sign(self, sign: Sign, body: str, mark: str, accessible: str = "") -> None:
        """Draw `sign`."""
        self._sign, self._body, self._mark, self._number = sign, body, mark, ""
        self.setAccessibleName(accessible or sign.value)
        self.update()

    def show_number(self, number: str, body: str, mark: str) -> None:
        """Draw a disc with a number, for a step that is still to come."""
        self._sign, self._number, self._body, self._mark = None, number, body, mark
        self.setAccessibleName(number)
        self.update()

    def sizeHint(self) -> QSize:
        """Ask for the fixed size set from outside."""
        return self.minimumSize()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw the sign in the largest square in the middle."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        side = min(self.width(), self.height()) - 2.0
        square = QRectF(0, 0, side, side)
        square.moveCenter(QPointF(self.width() / 2, self.height() / 2))
        if self._sign is not None:
            draw_sign(painter, square, self._sign, QColor(self._body), QColor(self._mark))
        elif self._number:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(self._body))
            painter.drawEllipse(square)
            painter.setPen(QColor(self._mark))
            painter.setFont(theme.font(round(side * 0.5), QFont.Weight.Bold))
            painter.drawText(square, Qt.AlignmentFlag.AlignCenter, self._number)
        painter.end()


def draw_sign(painter: QPainter, square: QRectF, sign: Sign, body: QColor, mark: QColor) -> None:
    """Draw `sign` into `square`."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(body)
    if sign is Sign.FAIL:
        painter.drawPolygon(_octagon(square))
    elif sign is Sign.REFER:
        _draw_triangle(painter, square, body)
    else:
        painter.drawEllipse(square)
    unit = square.width() / 100
    painter.setPen(
        QPen(mark, 11 * unit, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
    )
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if sign is Sign.STOPPED:  # the ring of the switch, open at the top
        ring = QRectF(26, 28, 48, 48)
        placed = QRectF(square.topLeft() + ring.topLeft() * unit, ring.size() * unit)
        painter.drawArc(placed, 125 * 16, 290 * 16)
    for line in _MARKS[sign]:
        painter.drawPolyline([square.topLeft() + QPointF(x, y) * unit for x, y in line])


# Lines of each mark in a square of 100 x 100.
_MARKS: dict[Sign, tuple[tuple[tuple[float, float], ...], ...]] = {
    Sign.PASS: (((28, 52), (44, 68), (74, 35)),),
    Sign.FAIL: (((34, 34), (66, 66)), ((66, 34), (34, 66))),
    Sign.REFER: (((50, 42), (50, 64)), ((50, 79.5), (50, 80))),
    Sign.NOT_RUN: (((32, 50), (68, 50)),),
    Sign.STOPPED: (((50, 22), (50, 48)),),
}


def _octagon(square: QRectF) -> QPolygonF:
    centre, radius = square.center(), square.width() / 2 / math.cos(math.pi / _CORNERS)
    angles = [math.pi / _CORNERS * (2 * i + 1) for i in range(_CORNERS)]
    return QPolygonF([centre + QPointF(math.cos(a), math.sin(a)) * radius for a in angles])


def _draw_triangle(painter: QPainter, square: QRectF, body: QColor) -> None:
    unit = square.width() / 100
    corners = [square.topLeft() + QPointF(x, y) * unit for x, y in ((50, 10), (95, 91), (5, 91))]
    painter.setPen(
        QPen(body, 8 * unit, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
    )
    painter.drawPolygon(QPolygonF(corners))
