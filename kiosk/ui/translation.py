"""The translations of the window's own words: compiled .qm files beside this module.

Rules kept here: the source words are English; one translator at a time is installed in the application, our
own and Qt's. The words of reasons, steps, hints and notes need none: they stand in tables in both languages.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QTranslator

from kiosk.ui.language import Language

FOLDER = Path(__file__).parent / "i18n"


class Translation:
    """Holds the translators that are installed, because the application does not own them."""

    def __init__(self) -> None:
        self._installed: list[QTranslator] = []

    def install(self, language: Language) -> bool:
        """Replace what is installed by the translators of `language`; False when ours is missing."""
        for translator in self._installed:
            QCoreApplication.removeTranslator(translator)
        self._installed = []
        if language is Language.ENGLISH:
            return True
        of_qt = Path(QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath))
        found = [self._load(path) for path in (of_qt / "qtbase_ar.qm", FOLDER / "kiosk_ar.qm")]
        return found[-1]

    def _load(self, path: Path) -> bool:
        translator = QTranslator()
        if not translator.load(str(path)):
            return False
        QCoreApplication.installTranslator(translator)
        self._installed.append(translator)
        return True
