"""The main window: ribbon, status line, the screen of the present state, and the row of actions below.

Rules kept here: the screen left behind is emptied, so nothing of the last visitor can come back; a new
verdict is drawn before it is shown; the ribbon stands on every screen outside production. Which screen comes
next is decided by the visit.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QCloseEvent, QFont, QKeyEvent, QMouseEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from kiosk.model import Environment, Frame
from kiosk.ui import theme, translation
from kiosk.ui.language import Digits, Language
from kiosk.ui.screens.attention import AttentionScreen
from kiosk.ui.screens.base import Screen
from kiosk.ui.screens.camera_page import CameraPage
from kiosk.ui.screens.face import FaceScreen
from kiosk.ui.screens.result import ResultScreen
from kiosk.ui.screens.scan import ScanScreen
from kiosk.ui.statusbar import StatusBar, utc_now
from kiosk.ui.text import Writer
from kiosk.ui.widgets import Button, FitLabel, restyle
from kiosk.ui.words import ENVIRONMENTS, UPDATES
from kiosk.view import (
    AttentionView,
    ClosingView,
    FaceView,
    Request,
    ResultView,
    ScanView,
    StatusLine,
    UpdateNotice,
    View,
)

IDLE_LANGUAGE_MS = 60_000


class MainWindow(QWidget):
    """Draws views; what people ask leaves as `requested`."""

    requested = Signal(object)  # a Request

    def __init__(
        self,
        latest: Callable[[], Frame | None],
        *,
        language: Language = Language.ARABIC,
        digits: Digits = Digits.LATIN,
        px_per_mm: float = 0.0,
        kiosk_mode: bool = False,
        blue_pass: bool = False,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        """Build every screen once. `latest` gives the newest frame; `px_per_mm` 0 asks the screen."""
        super().__init__()
        self.setObjectName("window")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        theme.load_fonts()
        self._default_language, self._digits = language, digits
        self._px_per_mm, self._kiosk_mode, self._blue_pass = px_per_mm, kiosk_mode, blue_pass
        self._metrics: theme.Metrics | None = None
        self._view: View = ScanView()
        self.ribbon, self.bar = FitLabel("ribbon", weight=QFont.Weight.DemiBold), StatusBar(now)
        self.notice = FitLabel("notice", weight=QFont.Weight.DemiBold)
        self.scan, self.face = ScanScreen(latest), FaceScreen(latest)
        self.result, self.attention = ResultScreen(blue_pass=blue_pass), AttentionScreen()
        self.screens: tuple[Screen, ...] = (self.scan, self.face, self.result, self.attention)
        self.language_button = Button("language")
        self._environment = Environment.PRODUCTION
        self._notice = UpdateNotice(None)
        self._build()
        self._idle = QTimer(self)
        self._idle.setSingleShot(True)
        self._idle.setInterval(IDLE_LANGUAGE_MS)
        self._idle.timeout.connect(self._return_to_default_language)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # so that no button has the focus at the start
        self.resize(1280, 800)
        self.set_language(language)

    def _build(self) -> None:
        self.stack, self.action_stack, self.action_row = QStackedWidget(), QStackedWidget(), QWidget()
        self.ribbon.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.ribbon.hide()
        self.notice.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.notice.hide()
        self.action_row.setObjectName("actions")
        self.action_row.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column, self._row = QVBoxLayout(self), QHBoxLayout(self.action_row)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.setSizeConstraint(QVBoxLayout.SizeConstraint.SetNoConstraint)  # the glass decides the size
        for screen in self.screens:
            self.stack.addWidget(screen)
            self.action_stack.addWidget(screen.foot)
            screen.requested.connect(self.requested)
        for part in (self.ribbon, self.bar, self.notice):
            column.addWidget(part)
        column.addWidget(self.stack, 1)
        column.addWidget(self.action_row)
        self._row.addWidget(self.action_stack, 1)
        self._row.addWidget(self.language_button)
        self.bar.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.language_button.clicked.connect(self.switch_language)

    @property
    def language(self) -> Language:
        """The language shown now."""
        return self._writer.language

    @property
    def is_kiosk(self) -> bool:
        """Whether the window cannot be closed or left."""
        return self._kiosk_mode

    @property
    def view(self) -> View:
        """What was rendered last."""
        return self._view

    def render_view(self, view: View) -> None:
        """Draw `view`, show its screen, and empty the one left behind."""
        before = self.stack.currentWidget()
        screen: Screen
        if isinstance(view, ScanView):
            self.scan.show_view(view)
            screen = self.scan
        elif isinstance(view, FaceView):
            self.face.show_view(view)
            screen = self.face
        elif isinstance(view, ResultView):
            self.result.show_view(view)
            screen = self.result
        else:
            self.attention.show_view(view)
            screen = self.attention
        self._view = view
        self._place_notice()
        if screen is not before:
            self.stack.setCurrentWidget(screen)
            self.action_stack.setCurrentWidget(screen.foot)
            self._fit_actions()
            self._idle.start()
            if isinstance(before, Screen):
                before.clear()

    def set_status(self, status: StatusLine) -> None:
        """Show station, purpose, ages and clock; outside production also the ribbon."""
        self._environment = status.environment
        self.bar.set_status(status)
        self._write_ribbon()

    def set_notice(self, notice: UpdateNotice) -> None:
        """Tell how an update went, between visits only: nothing moves while somebody is looked at."""
        self._notice = notice
        self._write_notice()

    def set_language(self, language: Language) -> None:
        """Translate and mirror everything."""
        translation.install(language)
        self._writer = Writer(language, self._digits)
        direction = Qt.LayoutDirection.RightToLeft
        if not language.is_right_to_left:
            direction = Qt.LayoutDirection.LeftToRight
        self.setLayoutDirection(direction)
        self.setWindowTitle(self.tr("Mudaqqiq"))
        self.language_button.setText("English" if language is Language.ARABIC else "العربية")
        self.bar.retranslate(self._writer)
        for screen in self.screens:
            screen.set_writer(self._writer)
        self._write_ribbon()
        self._write_notice()

    @Slot()
    def switch_language(self) -> None:
        """Change to the other language; after a quiet minute the default one returns."""
        self.set_language(self.language.other)
        self._idle.start()

    @Slot()
    def _return_to_default_language(self) -> None:
        if isinstance(self._view, ScanView) and self.language is not self._default_language:
            self.set_language(self._default_language)

    def _write_ribbon(self) -> None:
        shown = self._environment is not Environment.PRODUCTION
        self.ribbon.setVisible(shown)
        self.ribbon.show_text(ENVIRONMENTS[self._environment].sentence(self.language) if shown else "")

    def _write_notice(self) -> None:
        outcome = self._notice.outcome
        self.notice.show_text("" if outcome is None else UPDATES[outcome].say(self.language))
        restyle(self.notice, "level", "good" if outcome is not None and outcome.is_good else "")
        self._place_notice()

    def _place_notice(self) -> None:
        between = isinstance(self._view, ScanView | AttentionView)
        self.notice.setVisible(between and self._notice.outcome is not None)

    def apply_size(self, size: QSize) -> None:
        """Set every size for a window of `size`."""
        dots = self.screen().physicalDotsPerInch() if self.screen() else 0.0
        metrics = theme.metrics_for(size, dots, self._px_per_mm)
        if metrics == self._metrics:
            return
        self._metrics = metrics
        self.setStyleSheet(theme.style_sheet(metrics, blue_pass=self._blue_pass))
        self.ribbon.set_sizes(metrics.text_px(19))
        self.ribbon.setFixedHeight(metrics.px(36))
        self.notice.set_sizes(metrics.text_px(19))
        self.notice.setFixedHeight(metrics.px(36))
        margin = max(metrics.px(12), metrics.gap_px // 2)
        self._row.setContentsMargins(metrics.px(28), margin, metrics.px(28), margin)
        self._row.setSpacing(metrics.gap_px)
        self.language_button.set_target(metrics.secondary_px, metrics.text_px(22))
        self._fit_actions()
        self.bar.apply_metrics(metrics)
        for screen in self.screens:
            screen.set_metrics(metrics)

    def _fit_actions(self) -> None:
        """Make the row below as high as what the present screen has in it."""
        if self._metrics is None:
            return
        main = isinstance(self.stack.currentWidget(), CameraPage)
        target = self._metrics.secondary_px if main else self._metrics.primary_px
        margins = self._row.contentsMargins()
        self.action_row.setFixedHeight(target + margins.top() + margins.bottom())

    def showEvent(self, event: QShowEvent) -> None:
        """Take the keyboard, so that Enter and Space go on and press no button by chance."""
        super().showEvent(event)
        self.setFocus()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Follow the size of the screen."""
        super().resizeEvent(event)
        self.apply_size(event.size())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter or Space: go on. H: hold. P: a photo kept back. F2: language. Escape does nothing."""
        key = event.key()
        if key in {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space}:
            self._go_on()
        elif key == Qt.Key.Key_F2:
            self.switch_language()
        elif key == Qt.Key.Key_H and isinstance(self._view, ResultView):
            self.result.hold()
        elif key == Qt.Key.Key_P and isinstance(self._view, ResultView):
            self.result.toggle_photo()
        elif key != Qt.Key.Key_Escape:
            super().keyPressEvent(event)

    def _go_on(self) -> None:
        if isinstance(self._view, ResultView):
            self.requested.emit(Request.NEXT)
        elif isinstance(self._view, AttentionView):
            self.requested.emit(Request.RETRY)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take a touch beside the buttons for a touch on the result."""
        super().mousePressEvent(event)
        if isinstance(self._view, ResultView):
            self.result.hold()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Refuse to close in kiosk mode until the visit is closing; else ask the visit to close."""
        if self._kiosk_mode and not isinstance(self._view, ClosingView):
            event.ignore()
            return
        self.requested.emit(Request.CLOSE)
        event.accept()
