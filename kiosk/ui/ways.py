"""The ways in besides the camera, opened for a window as the settings say, and closed together."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from kiosk.intake.hatch import Hatch
from kiosk.model import Presentation, Source
from kiosk.sections import Files, Scanner
from kiosk.tray import Brought
from kiosk.ui.intake import FileIntake
from kiosk.ui.wedge import WedgeFilter
from kiosk.ui.window import MainWindow
from kiosk.wedge.burst import BurstRules
from kiosk.wedge.keys import End


class Ways(QObject):
    """The scanner's keys, and files; all they find goes to `bring`, which must not wait."""

    def __init__(
        self, window: MainWindow, bring: Callable[[Brought], None], scanner: Scanner, files: Files
    ) -> None:
        super().__init__(window)
        self._bring = bring
        self._hatch = Hatch(bring)
        self._wedge: WedgeFilter | None = None
        if scanner.enabled:
            self._wedge = WedgeFilter(rules_of(scanner), self._bring_scan, self)
            self._wedge.install()
        windowed = files.accept == "windowed" and not window.is_kiosk
        if windowed or files.accept == "always":
            FileIntake(window, self._hatch)

    def close(self) -> None:
        """Let keys go their own way, and end a reading."""
        if self._wedge is not None:
            self._wedge.remove()
        self._hatch.stop()

    def _bring_scan(self, text: str) -> None:
        self._bring(Presentation(text, Source.SCANNER))


def rules_of(scanner: Scanner) -> BurstRules:
    """Return how the scanner of the settings types."""
    suffix = None if scanner.suffix == "none" else End(scanner.suffix)
    return BurstRules(scanner.max_gap_ms, scanner.min_keys, scanner.prefix, suffix)
