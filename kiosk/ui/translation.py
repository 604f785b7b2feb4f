"""The translations of the window's own words: compiled .qm files beside this module.

Rules kept here: the source words are English; one translator at a time is installed in the application, our
own and Qt's. The words of reasons, steps, hints and notes need none: they stand in tables in both languages.

To renew them, in this folder: `pyside6-lupdate *.py screens/*.py`, the options of `LUPDATE`, and
`-ts i18n/kiosk_ar.ts`; translate; `pyside6-lrelease i18n/kiosk_ar.ts -qm i18n/kiosk_ar.qm`.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QTranslator

from kiosk.ui.language import Language

FOLDER = Path(__file__).parent / "i18n"
LUPDATE = ("-source-language", "en_US", "-target-language", "ar_SA", "-locations", "none", "-no-obsolete")
_NAME = "kiosk-translation"


def install(language: Language) -> bool:
    """Replace the application's translators by those of `language`; False when ours is missing.

    English needs none: it is the language of the source. Needs a QApplication, which owns the translators.
    """
    application = QCoreApplication.instance()
    if application is None:
        return False
    for old in application.findChildren(QTranslator, _NAME):
        application.removeTranslator(old)
        old.deleteLater()
    if language is Language.ENGLISH:
        return True
    of_qt = Path(QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath))
    found = [_load(application, path) for path in (of_qt / "qtbase_ar.qm", FOLDER / "kiosk_ar.qm")]
    return found[-1]


def _load(application: QCoreApplication, path: Path) -> bool:
    translator = QTranslator(application)
    translator.setObjectName(_NAME)
    return translator.load(str(path)) and application.installTranslator(translator)
