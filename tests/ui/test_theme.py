import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QFontDatabase, QFontInfo

from kiosk.ui import theme


@pytest.mark.parametrize("name", theme.PAIRS)
def test_every_pair_of_colours_has_the_contrast_it_must_have(name):
    text, ground, least = theme.PAIRS[name]

    assert theme.contrast(text, ground) >= least


def test_contrast_is_the_formula_of_wcag():
    assert 21.0 == pytest.approx(theme.contrast("#000000", "#FFFFFF"))
    assert 1.0 == pytest.approx(theme.contrast("#777777", "#777777"))
    assert 4.48 == pytest.approx(theme.contrast("#777777", "#FFFFFF"), abs=0.01)


def test_the_style_sheet_uses_no_colour_that_is_not_in_a_measured_pair():
    measured = {colour for pair in theme.PAIRS.values() for colour in pair[:2]} | {theme.EDGE}
    sheet = theme.style_sheet(theme.Metrics(1280, 800, 4.0))
    used = {sheet[i : i + 7] for i in range(len(sheet)) if sheet[i] == "#" and _is_hex(sheet[i + 1 : i + 7])}

    assert used
    assert used <= measured


def _is_hex(text):
    return len(text) == 6 and all(c in "0123456789ABCDEFabcdef" for c in text)


def test_targets_follow_the_glass_and_not_the_pixels():
    small = theme.metrics_for(QSize(1280, 800), 149.4)
    large = theme.metrics_for(QSize(1920, 1080), 141.2)

    assert 118 == small.primary_px
    assert 111 == large.primary_px
    assert small.secondary_px == round(15 * small.px_per_mm)


@pytest.mark.parametrize("claimed", [0.0, -1.0, 20.0, 900.0, float("nan")])
def test_a_screen_that_claims_nonsense_is_not_believed(claimed):
    assert 79 == theme.metrics_for(QSize(1280, 800), claimed).primary_px


def test_the_settings_overrule_the_screen():
    assert 100 == theme.metrics_for(QSize(1280, 800), 149.4, 5.0).primary_px


@pytest.mark.usefixtures("qapp")
def test_the_font_is_the_installed_package_s_with_arabic_letters():
    assert theme.load_fonts()
    assert theme.FAMILY in QFontDatabase.families()
    assert theme.FAMILY == QFontInfo(theme.font(20)).family()
    assert QFontDatabase.WritingSystem.Arabic in QFontDatabase.writingSystems(theme.FAMILY)
