"""Draw the pictures of docs/screenshots from the sample views, off the screen.

Run from the root of the repository: `python -m tests.ui.make_screenshots docs/screenshots`. The person in
the pictures is a public-domain portrait, the names and numbers are invented.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PIL import Image
from PySide6.QtWidgets import QApplication

from kiosk.model import Hint, Movement, Reason
from kiosk.ui.language import Language
from kiosk.ui.snapshot import render_png
from kiosk.ui.window import MainWindow
from kiosk.view import AttentionView, ScanView
from tests.ui import samples

SIZE = (1024, 640)
PICTURES = (
    ("scan_ar", Language.ARABIC, lambda: ScanView(Hint.CLOSER)),
    ("face_ar", Language.ARABIC, lambda: samples.a_face(hint=Hint.COME_CLOSER)),
    ("movement_ar", Language.ARABIC, lambda: samples.a_face(movement=Movement.TURN_LEFT, may_skip=True)),
    ("movement_en", Language.ENGLISH, lambda: samples.a_face(movement=Movement.COME_CLOSER, may_skip=True)),
    ("pass_ar", Language.ARABIC, samples.a_pass),
    ("pass_en", Language.ENGLISH, samples.a_pass),
    ("refer_ar", Language.ARABIC, samples.a_refer),
    ("refer_en", Language.ENGLISH, samples.a_refer),
    ("fail_ar", Language.ARABIC, samples.a_forgery),
    ("fail_en", Language.ENGLISH, samples.a_mismatch),
    ("covered_ar", Language.ARABIC, samples.a_covered),
    ("details_en", Language.ENGLISH, samples.a_refer),
    ("attention_ar", Language.ARABIC, lambda: AttentionView(Reason.CAMERA_LOST)),
)


def main(folder: Path) -> None:
    """Write every picture into `folder`."""
    application = QApplication([])
    window = MainWindow(samples.a_frame, px_per_mm=4.6, now=lambda: samples.NOON)
    window.resize(*SIZE)
    window.set_status(samples.a_status())
    window.show()
    for name, language, make in PICTURES:
        window.set_language(language)
        window.render_view(make())
        if name.startswith("details"):
            window.result.toggle_details()
        application.processEvents()
        path = folder / f"{name}.png"
        render_png(window, path)
        with Image.open(path) as drawn:
            small = drawn.quantize(128, dither=Image.Dither.NONE)
        small.save(path, optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
