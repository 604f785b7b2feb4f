"""Connects the visit with the window: views in, requests out; lives in the GUI thread.

Rules kept here: the window is reached only through queued slots of this QObject; a request leaves as one
call of `ask`, which must not wait (the visit puts it into its queue).
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Slot

from kiosk.ui.bridge import Bridge
from kiosk.ui.window import MainWindow
from kiosk.view import Request, StatusLine, UpdateNotice


class Controller(QObject):
    """Hands what the bridge brings to the window, and what the window asks to `ask`."""

    def __init__(self, bridge: Bridge, window: MainWindow, ask: Callable[[Request], None]) -> None:
        super().__init__(window)
        self._window = window
        self._ask = ask
        bridge.posted.connect(self._show, Qt.ConnectionType.QueuedConnection)
        window.requested.connect(self._pass_on)

    @Slot(object)
    def _show(self, message: object) -> None:
        """Draw a view, or set the status line or the notice."""
        if isinstance(message, StatusLine):
            self._window.set_status(message)
        elif isinstance(message, UpdateNotice):
            self._window.set_notice(message)
        else:
            self._window.render_view(message)  # type: ignore[arg-type]  # a Signal(object) loses the type

    @Slot(object)
    def _pass_on(self, request: object) -> None:
        if isinstance(request, Request):
            self._ask(request)
