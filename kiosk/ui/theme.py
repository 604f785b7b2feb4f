"""Colours, sizes, fonts and the style sheet: how everything looks, in one place.

Rules kept here: every pair of text and ground is in `PAIRS` with the contrast it must have (WCAG 2.2, 1.4.3
and 1.4.11; our aim for text is 7:1, for the banners 6.5:1) and a test computes them; touch targets are in
millimetres of the screen; fonts come from the installed package, never from the system.
"""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QSize
from PySide6.QtGui import QFont, QFontDatabase

FAMILY = "IBM Plex Sans Arabic"
_FONT_PACKAGE = "fontpkg_ibm_plex_sans_arabic"
_WEIGHTS = ("Regular", "Medium", "SemiBold", "Bold")

INK = "#14201C"
PAGE = "#F1F5F3"
CARD = "#FFFFFF"
QUIET = "#46534E"
EDGE = "#D3DCD8"
NIGHT = "#0E1714"
CHIP = "#25352F"
ON_DARK = "#FFFFFF"
PASS_GROUND = "#0A6B3D"  # noqa: S105 - a colour
PASS_BLUE = "#0050B3"  # noqa: S105 - a colour
FAIL_GROUND = "#A8071A"
REFER_GROUND = "#FFB300"
REFER_INK = "#1A1400"
PASS_SOFT = "#E3F2E9"  # noqa: S105 - a colour
FAIL_SOFT = "#FBE9EA"
REFER_SOFT = "#FFF3D6"
RING = "#3DDC84"
RIBBON = "#2A3C8F"
FOCUS = "#0050B3"
FOCUS_DARK = "#9CC9FF"

# name: (text or sign, ground, least contrast)
PAIRS: dict[str, tuple[str, str, float]] = {
    "body on page": (INK, PAGE, 7.0),
    "body on card": (INK, CARD, 7.0),
    "label on card": (QUIET, CARD, 7.0),
    "label on page": (QUIET, PAGE, 7.0),
    "bar": (ON_DARK, INK, 7.0),
    "chip": (ON_DARK, CHIP, 7.0),
    "ribbon": (ON_DARK, RIBBON, 7.0),
    "amber chip": (REFER_INK, REFER_GROUND, 7.0),
    "red chip": (ON_DARK, FAIL_GROUND, 6.5),
    "instruction on the dimmed camera": (ON_DARK, NIGHT, 7.0),
    "hint pill": (REFER_INK, REFER_GROUND, 7.0),
    "PASS": (ON_DARK, PASS_GROUND, 6.5),
    "PASS in blue": (ON_DARK, PASS_BLUE, 6.5),
    "FAIL": (ON_DARK, FAIL_GROUND, 6.5),
    "REFER": (REFER_INK, REFER_GROUND, 6.5),
    "same person": (PASS_GROUND, PASS_SOFT, 4.5),
    "not certain": (REFER_INK, REFER_SOFT, 7.0),
    "not the same person": (FAIL_GROUND, FAIL_SOFT, 6.0),
    "tick in the list": (PASS_GROUND, CARD, 3.0),
    "cross in the list": (FAIL_GROUND, CARD, 3.0),
    "outline of the amber banner": (INK, REFER_GROUND, 3.0),
    "progress ring": (RING, NIGHT, 3.0),
    "focus ring": (FOCUS, PAGE, 3.0),
    "focus ring on the bar": (FOCUS_DARK, INK, 3.0),
    "button": (ON_DARK, INK, 7.0),
}


def contrast(first: str, second: str) -> float:
    """Return the contrast of two colours `#RRGGBB`, from 1 to 21.

    Source: WCAG 2.2, definitions of contrast ratio and relative luminance.
    """
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]  # noqa: PLR2004 - sRGB
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@dataclass(frozen=True, slots=True)
class Metrics:
    """Sizes in pixels for one window: `scale` goes with the window, touch targets with the glass."""

    width: int
    height: int
    px_per_mm: float

    @property
    def is_portrait(self) -> bool:
        """Whether the window is higher than wide: the body is then stacked."""
        return self.height > self.width

    @property
    def scale(self) -> float:
        """The window against 1280 x 800 (or 800 x 1280), the smaller side deciding; 0.5 to 2."""
        base = (800, 1280) if self.is_portrait else (1280, 800)
        return min(2.0, max(0.5, min(self.width / base[0], self.height / base[1])))

    @property
    def primary_px(self) -> int:
        """Height of the main action: 20 mm, room for a gloved finger (Colle and Hiszem, 2004)."""
        return self._target(20.0)

    @property
    def secondary_px(self) -> int:
        """Height of the other actions: 15 mm."""
        return self._target(15.0)

    @property
    def gap_px(self) -> int:
        """Space between two targets: 3 mm."""
        return max(8, self._target(3.0))

    def text_px(self, at_1280: float) -> int:
        """Return a text size given for 1280 x 800; nothing is smaller than 12 px."""
        return max(12, round(at_1280 * self.scale))

    def px(self, at_1280: float) -> int:
        """Return a length given for 1280 x 800; at least one pixel."""
        return max(1, round(at_1280 * self.scale))

    def _target(self, millimetres: float) -> int:
        return round(millimetres * self.px_per_mm)


def metrics_for(size: QSize, dots_per_inch: float, px_per_mm: float = 0.0) -> Metrics:
    """Return the sizes for a window of `size`; `px_per_mm` overrides what the screen says, 0 asks it.

    A screen that claims less than 60 or more than 400 dots an inch is not believed (100 is assumed): some
    report a size of zero or that of the cable's other end.
    """
    believed = dots_per_inch if 60 <= dots_per_inch <= 400 else 100.0  # noqa: PLR2004 - see the docstring
    return Metrics(size.width(), size.height(), px_per_mm or believed / 25.4)


def load_fonts() -> bool:
    """Register the fonts of the installed package with Qt; False when the package is not there.

    Needs a QApplication. Adding a font twice is harmless.
    """
    spec = importlib.util.find_spec(_FONT_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        return False
    folder = Path(spec.submodule_search_locations[0]) / "files"
    files = [folder / f"IBMPlexSansArabic-{weight}.ttf" for weight in _WEIGHTS]
    return all(QFontDatabase.addApplicationFont(str(file)) >= 0 for file in files)


def font(pixels: int, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """Return the kiosk's font at `pixels`."""
    made = QFont(FAMILY)
    made.setPixelSize(max(1, pixels))
    made.setWeight(weight)
    return made


def style_sheet(metrics: Metrics, *, blue_pass: bool = False) -> str:
    """Return the style sheet: colours, edges and paddings; fonts are set in the widgets."""
    radius, pad = metrics.px(16), metrics.px(10)
    passed = PASS_BLUE if blue_pass else PASS_GROUND
    return f"""
QWidget#window, QWidget#page {{ background: {PAGE}; }}
QLabel {{ color: {INK}; background: transparent; }}
QWidget#bar {{ background: {INK}; }}
QWidget#bar QLabel {{ color: {ON_DARK}; }}
QWidget#bar QLabel#chip {{ background: {CHIP}; border-radius: {metrics.px(10)}px; padding: 0 {pad}px; }}
QWidget#bar QLabel#chip[level="amber"] {{ background: {REFER_GROUND}; color: {REFER_INK}; }}
QWidget#bar QLabel#chip[level="red"] {{ background: {FAIL_GROUND}; color: {ON_DARK}; }}
QLabel#notice {{ background: {REFER_GROUND}; color: {REFER_INK}; }}
QLabel#notice[level="good"] {{ background: {CHIP}; color: {ON_DARK}; }}
QLabel#ribbon {{ background: {RIBBON}; color: {ON_DARK}; }}
QWidget#actions {{ background: {PAGE}; border-top: 1px solid {EDGE}; }}
QFrame#card {{ background: {CARD}; border: 1px solid {EDGE}; border-radius: {radius}px; }}
QLabel#label {{ color: {QUIET}; }}
QFrame#banner[outcome="PASS"] {{ background: {passed}; }}
QFrame#banner[outcome="FAIL"] {{ background: {FAIL_GROUND}; }}
QFrame#banner[outcome="REFER"] {{ background: {REFER_GROUND}; border-bottom: {metrics.px(3)}px solid {INK}; }}
QFrame#banner[outcome="PASS"] QLabel, QFrame#banner[outcome="FAIL"] QLabel {{ color: {ON_DARK}; }}
QFrame#banner[outcome="REFER"] QLabel {{ color: {REFER_INK}; }}
QLabel#likeness {{ border-radius: {metrics.px(12)}px; padding: 0 {pad}px; }}
QLabel#likeness[likeness="SAME"] {{ background: {PASS_SOFT}; color: {PASS_GROUND}; }}
QLabel#likeness[likeness="UNSURE"] {{ background: {REFER_SOFT}; color: {REFER_INK}; }}
QLabel#likeness[likeness="DIFFERENT"] {{ background: {FAIL_SOFT}; color: {FAIL_GROUND}; }}
QLabel#instruction {{ color: {ON_DARK}; }}
QLabel#pill {{ background: {REFER_GROUND}; color: {REFER_INK}; border-radius: {metrics.px(26)}px;
    padding: 0 {metrics.px(28)}px; }}
QPushButton {{ color: {INK}; background: {CARD}; border: {metrics.px(2)}px solid {INK};
    border-radius: {radius}px; padding: 0 {metrics.px(22)}px; }}
QPushButton:pressed {{ background: {EDGE}; }}
QPushButton:focus {{ border: 3px solid {FOCUS}; }}
QPushButton#primary {{ color: {ON_DARK}; background: {INK}; }}
QPushButton#primary:pressed {{ background: {CHIP}; }}
QPushButton#primary:focus {{ border: 3px solid {FOCUS_DARK}; }}
"""
