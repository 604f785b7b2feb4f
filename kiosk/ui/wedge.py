"""Keeps a hardware scanner's keys away from every window, and hands its codes on.

Rules kept here: every key of the application passes here before any window, shortcut or button sees it, and
waits until `wedge/burst.py` knows whose it is; a person's keys go on to where they were pressed, in order, a
few hundredths of a second later; a scanner's go nowhere. Characters come from the places of the keys, so that
no layout of this machine changes them. What the code is worth is for the worker.
"""

from __future__ import annotations

from collections.abc import Callable

import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer, Slot
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QShortcut, QWindow
from PySide6.QtWidgets import QApplication, QWidget

from kiosk.wedge.burst import BurstDetector, BurstRules, Ruling, Stroke
from kiosk.wedge.keys import End, character_at, end_at

PLATFORMS_WITH_PLACES = frozenset({"xcb", "wayland"})
_SECOND_LOOK_MS = 15  # keys may wait in the queue behind whatever kept the window busy
_KEYS_THAT_END = {Qt.Key.Key_Return: End.ENTER, Qt.Key.Key_Enter: End.ENTER, Qt.Key.Key_Tab: End.TAB}
_QUIET = frozenset(
    {
        Qt.Key.Key_Shift,
        Qt.Key.Key_Control,
        Qt.Key.Key_Alt,
        Qt.Key.Key_AltGr,
        Qt.Key.Key_Meta,
        Qt.Key.Key_CapsLock,
        Qt.Key.Key_NumLock,
    }
)
_COMMAND = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
_COMMAND |= Qt.KeyboardModifier.MetaModifier

Held = tuple[QWindow, QKeyEvent]


class WedgeFilter(QObject):
    """Sits before all windows of the application from `install` to `remove`; in the GUI thread."""

    def __init__(
        self, rules: BurstRules, deliver: Callable[[str], None], parent: QObject | None = None
    ) -> None:
        """`deliver` gets the text of each scan and must not wait."""
        super().__init__(parent)
        self._detector: BurstDetector[Held] = BurstDetector(rules)
        self._deliver = deliver
        self._by_place = QGuiApplication.platformName() in PLATFORMS_WITH_PLACES
        self._giving_back = False
        self._looked = False
        self._silence = QTimer(self)
        self._silence.setSingleShot(True)
        self._silence.setTimerType(Qt.TimerType.PreciseTimer)
        self._silence.timeout.connect(self._report_silence)

    def install(self) -> None:
        """Begin to look at every key."""
        application = QCoreApplication.instance()
        if application is not None:
            application.installEventFilter(self)

    def remove(self) -> None:
        """Let keys go their own way again."""
        self._silence.stop()
        application = QCoreApplication.instance()
        if application is not None:
            application.removeEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take keys out of the way of every window; nothing else."""
        if self._giving_back or not isinstance(event, QKeyEvent) or not isinstance(watched, QWindow):
            return False
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()  # so that no shortcut runs before it is known whose key this is
            return True
        held = watched, _copy(event)
        if event.type() == QEvent.Type.KeyPress and event.key() not in _QUIET:
            self._settle(self._detector.press(self._stroke(event), held))
        else:
            self._settle(self._detector.hold(event.timestamp(), held))
        if self._detector.is_waiting:
            self._looked = False
            self._silence.start(self._detector.patience_ms)
        return True

    def _stroke(self, event: QKeyEvent) -> Stroke:
        place, commanding = event.nativeScanCode(), bool(event.modifiers() & _COMMAND)
        end = (end_at(place) if self._by_place else None) or _KEYS_THAT_END.get(Qt.Key(event.key()))
        if self._by_place and place:
            char = character_at(place, shifted=bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        else:
            char = event.text() if event.text().isprintable() and len(event.text()) == 1 else ""
        if commanding:
            char, end = "", None
        return Stroke(event.timestamp(), "" if end else char, end, event.isAutoRepeat())

    @Slot()
    def _report_silence(self) -> None:
        if not self._looked:
            self._looked = True
            self._silence.start(_SECOND_LOOK_MS)
            return
        self._settle(self._detector.report_silence())

    def _settle(self, ruling: Ruling[Held]) -> None:
        """Give a person's keys back, and hand a scanner's code on."""
        self._giving_back = True
        try:
            for window, event in ruling.typed:
                if shiboken6.isValid(window) and not _run_shortcut(window, event):
                    QCoreApplication.sendEvent(window, event)
        finally:
            self._giving_back = False
        if ruling.scanned is not None:
            self._deliver(ruling.scanned)


def _copy(event: QKeyEvent) -> QKeyEvent:
    """Return an event of our own: Qt's lives no longer than its delivery."""
    copy = QKeyEvent(
        event.type(),
        event.key(),
        event.modifiers(),
        event.nativeScanCode(),
        event.nativeVirtualKey(),
        event.nativeModifiers(),
        event.text(),
        event.isAutoRepeat(),
        event.count(),
    )
    copy.setTimestamp(event.timestamp())
    return copy


def _run_shortcut(window: QWindow, event: QKeyEvent) -> bool:
    """Run the shortcut that this key belongs to, as Qt would have; False when there is none."""
    if event.type() != QEvent.Type.KeyPress or QGuiApplication.focusWindow() not in {window, None}:
        return False
    pressed = QKeySequence(event.keyCombination())
    for widget in _top_level(window):
        for shortcut in widget.findChildren(QShortcut):
            wanted: list[QKeySequence] = shortcut.keys()
            if shortcut.isEnabled() and pressed in wanted:
                shortcut.activated.emit()
                return True
    return False


def _top_level(window: QWindow) -> list[QWidget]:
    return [each for each in QApplication.topLevelWidgets() if each.windowHandle() is window]
