"""The code was good; the person looks at the camera: an oval guide, its ring filling, seconds left.

Rules kept here: beside the picture stands a name at most. The photo of the ID waits for the result, because
this screen is turned to everybody and nobody knows yet whether the person present covers her face.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from PySide6.QtCore import Slot
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QFrame, QVBoxLayout

from kiosk.model import Frame, Hint, Movement
from kiosk.ui.preview import Guide
from kiosk.ui.screens.camera_page import CameraPage
from kiosk.ui.text import SECONDS
from kiosk.ui.widgets import Button, FitLabel
from kiosk.ui.words import BY_EYE_SOON, COMPARE_BY_EYE, FOLLOW, MOVEMENTS, WHY_MOVE
from kiosk.view import FaceView, Holder, Request

_LEAST_NAME_PX = 10


class FaceScreen(CameraPage):
    """Guides the face into the oval; beside it, whom the ID names, where the purpose shows it."""

    def __init__(self, latest: Callable[[], Frame | None]) -> None:
        super().__init__(latest, Guide.OVAL, 1)
        self.card = QFrame()
        self.card.setObjectName("card")
        self.name_arabic = FitLabel(weight=QFont.Weight.DemiBold)
        self.name_latin = FitLabel(weight=QFont.Weight.Medium)
        self.left = FitLabel("label", weight=QFont.Weight.Medium)
        words = QVBoxLayout(self.card)
        words.addWidget(self.name_arabic)
        words.addWidget(self.name_latin)
        self._card_row = QVBoxLayout()
        self._card_row.addWidget(self.card)
        self.side_layout.addLayout(self._card_row)
        self.side_layout.addWidget(self.left)
        self.card.hide()
        self.by_eye = Button("by_eye")
        self.by_eye.hide()
        self.by_eye.clicked.connect(self._ask_by_eye)
        self.foot_row.addWidget(self.by_eye)
        self._by_eye = False
        self._movement: Movement | None = None
        self._view: FaceView | None = None

    def show_view(self, view: FaceView) -> None:
        """Draw `view`."""
        before = self._view
        self._view = view
        if self._hint is not view.hint or before is None:
            self.show_hint(view.hint)
        if before is None or before.holder is not view.holder:
            self._show_holder(view.holder)
        self.preview.show_marks(view.progress, view.face)
        self._show_movement(view.movement)
        self.by_eye.setVisible(view.may_skip and not self._by_eye)
        self._show_left()

    def show_hint(self, hint: Hint | None) -> None:
        """Show a hint; "look at the camera" stands above already."""
        super().show_hint(None if hint is Hint.LOOK_AT_CAMERA else hint)

    def _show_movement(self, movement: Movement | None) -> None:
        """Write what to do above the picture, and draw it in the picture."""
        if movement is not self._movement:
            self._movement = movement
            self.preview.show_movement(movement)
            self._write_instruction()

    def _write_instruction(self) -> None:
        word = None if self._movement is None else MOVEMENTS[self._movement].say(self.language)
        self.instruction.show_text(self.tr("Look at the camera") if word is None else word)
        self.steps.show_task(None if word is None else FOLLOW)
        why = BY_EYE_SOON if self._by_eye else WHY_MOVE
        said = word is None and not self._by_eye
        self.privacy.show_text(self.privacy_text() if said else why.say(self.language))

    @Slot()
    def _ask_by_eye(self) -> None:
        self._by_eye = True
        self.by_eye.hide()
        self._write_instruction()
        self.requested.emit(Request.COMPARE_BY_EYE)

    def _show_holder(self, holder: Holder | None) -> None:
        named = holder is not None and bool(holder.name_arabic or holder.name_latin)
        self.card.setVisible(named)
        self.steps.set_compact(compact=holder is not None)
        self.steps.setVisible(holder is None or not self.metrics.is_portrait)
        arabic = holder.name_arabic if holder else None
        latin = holder.name_latin if holder else None
        self.name_arabic.show_text(self.writer.line(self.writer.name(arabic)) if arabic else "")
        self.name_latin.show_text(self.writer.line(self.writer.name(latin)) if latin else "")

    def _show_left(self) -> None:
        if self._view is None:
            self.left.show_text("")
            return
        seconds = max(0, math.ceil(self._view.seconds_left))
        span = self.writer.counted(seconds, SECONDS)
        self.left.show_text(self.writer.line(self.tr("Ends in {span}").format(span=span)))

    def apply_metrics(self) -> None:
        """Set the sizes."""
        super().apply_metrics()
        metrics, margin = self.metrics, self.metrics.px(22)
        self._card_row.setContentsMargins(margin, 0, margin, 0)
        self.card.setFixedHeight(metrics.px(130))
        self.name_arabic.set_sizes(metrics.text_px(26), _LEAST_NAME_PX)
        self.name_latin.set_sizes(metrics.text_px(20), _LEAST_NAME_PX)
        self.left.set_sizes(metrics.text_px(24))
        self.left.setFixedHeight(metrics.px(56))
        self.by_eye.set_target(metrics.secondary_px, metrics.text_px(22))
        self.steps.setVisible(self.card.isHidden() or not metrics.is_portrait)
        self.left.setContentsMargins(margin, 0, margin, 0)

    def retranslate(self) -> None:
        """Write the screen again."""
        super().retranslate()
        self._write_instruction()
        self.by_eye.setText(COMPARE_BY_EYE.say(self.language))
        self._show_holder(self._view.holder if self._view else None)
        self._show_left()

    def clear(self) -> None:
        """Forget the person."""
        super().clear()
        self._view, self._by_eye = None, False
        self._show_movement(None)
        self._write_instruction()
        self.by_eye.hide()
        self._show_holder(None)
        self._show_left()
