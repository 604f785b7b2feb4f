"""The one way from other threads to the window.

Rules kept here: one `Signal(object)` carries frozen values; its slot is a method of a QObject that lives in
the GUI thread and the connection is queued, so nothing of the window ever runs in another thread.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from kiosk.view import StatusLine, UpdateNotice, View


class Bridge(QObject):
    """Carries views and status lines into the GUI thread, in the order posted."""

    posted = Signal(object)  # a View, a StatusLine or an UpdateNotice

    def post(self, message: View | StatusLine | UpdateNotice) -> None:
        """Send `message` to the window; from any thread, without waiting."""
        self.posted.emit(message)
