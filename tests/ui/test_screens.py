"""Every screen in both languages and all sizes: nothing is cut, numbers stand where Arabic stands."""

import itertools

import pytest
from PySide6.QtCore import QCoreApplication, QPoint, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QLabel, QPushButton

from kiosk.model import Box, ClockState, Grade, Hint, Movement, Note, Reason, Step
from kiosk.ui.language import Digits, Language
from kiosk.ui.widgets import FitLabel
from kiosk.view import AttentionView, ClosingView, ScanView
from tests.ui import samples
from tests.ui.samples import (
    a_covered,
    a_face,
    a_forgery,
    a_link,
    a_minor,
    a_mismatch,
    a_pass,
    a_refer,
    a_result,
    a_status,
)

SIZES = {
    "800x480": ((800, 480), 5.2),
    "1024x600": ((1024, 600), 6.65),
    "1280x800": ((1280, 800), 5.9),
    "1920x1080": ((1920, 1080), 5.55),
    "portrait": ((800, 1280), 5.9),
}
VIEWS = {
    "scan": lambda: ScanView(Hint.MORE_LIGHT, Box(560, 300, 200, 200)),
    "unreadable": lambda: ScanView(Hint.UNREADABLE),
    "face": lambda: a_face(hint=Hint.MORE_LIGHT),
    "movement": lambda: a_face(movement=Movement.BLINK, may_skip=True),
    "movement and hint": lambda: a_face(hint=Hint.ONE_PERSON, movement=Movement.TURN_LEFT, may_skip=True),
    "face without holder": lambda: a_face(holder=None),
    "pass": a_pass,
    "refer": a_refer,
    "mismatch": a_mismatch,
    "covered": a_covered,
    "minor": a_minor,
    "forgery": a_forgery,
    "link": a_link,
    "camera lost": lambda: AttentionView(Reason.CAMERA_LOST, "/dev/video0: no frame for 2.0 s"),
    "closing": ClosingView,
}
CASES = list(itertools.product(SIZES, Language))


def overflow(label):
    """Return how many pixels of a label's text stand outside it."""
    metrics, room = QFontMetrics(label.font()), label.contentsRect()
    lines = label.text().split("\n")
    width = max(metrics.horizontalAdvance(line) for line in lines)
    height = metrics.height() + metrics.lineSpacing() * (len(lines) - 1)
    if isinstance(label, FitLabel) and not label.is_whole:
        return 1
    return max(0, width - room.width(), height - room.height())


def cut_labels(window):
    settle()
    labels = [x for x in window.findChildren(QLabel) if x.isVisible() and x.text()]
    assert labels
    return [(x.text(), x.size().toTuple()) for x in labels if overflow(x)]


def settle():
    """Let layouts take effect."""
    QCoreApplication.processEvents()
    QCoreApplication.processEvents()


def placed(window, part):
    return part.rect().translated(part.mapTo(window, QPoint(0, 0)))


def outside(window):
    """Return the visible labels and buttons that do not lie in the window."""
    settle()
    kinds = (QLabel, QPushButton)
    parts = [x for kind in kinds for x in window.findChildren(kind) if x.isVisible()]
    return [x.text() for x in parts if not window.rect().contains(placed(window, x))]


@pytest.mark.parametrize(("size", "language"), CASES, ids=str)
def test_no_label_of_any_screen_is_cut(a_window, size, language):
    pixels, pitch = SIZES[size]
    window = a_window(pixels, language, pitch)
    window.set_status(a_status())

    for name, make in VIEWS.items():
        window.render_view(make())
        assert (name, [], []) == (name, cut_labels(window), outside(window))


@pytest.mark.parametrize(("size", "language"), CASES, ids=str)
def test_no_label_of_the_details_is_cut(a_window, size, language):
    pixels, pitch = SIZES[size]
    window = a_window(pixels, language, pitch)
    window.set_status(a_status(clock_state=ClockState.DOUBTFUL, grade=Grade.STALE))
    window.render_view(a_refer())

    window.result.toggle_details()

    assert [] == cut_labels(window)


@pytest.mark.parametrize("language", Language)
def test_every_reason_fits_its_screen(a_window, language):
    window = a_window((1024, 600), language, 6.65)
    for reason in Reason:
        if reason.outcome is None:
            window.render_view(AttentionView(reason))
            assert [] == cut_labels(window)
            continue
        step = Step.SIGNATURE if reason.outcome.value == "FAIL" else Step.FACE
        verdict = samples.a_verdict(reason, step, notes=tuple(Note))
        for holder in (None, samples.a_holder(portrait=None)):
            window.render_view(a_result(verdict, holder=holder, live=None))
            assert (reason, []) == (reason, cut_labels(window))


@pytest.mark.parametrize("language", Language)
def test_every_hint_fits_the_smallest_screen(a_window, language):
    window = a_window((800, 480), language, 5.2)
    for hint in Hint:
        window.render_view(ScanView(hint))
        window.render_view(a_face(hint=hint))
        assert (hint, []) == (hint, cut_labels(window))


def test_arabic_digits_fit_too(a_window):
    window = a_window((1024, 600), Language.ARABIC, 6.65, digits=Digits.ARABIC)
    window.set_status(a_status())

    window.render_view(a_refer())

    assert [] == cut_labels(window)
    assert "مارس ٢٠٢٧" in " ".join(x.text() for x in window.findChildren(QLabel))


def ink_edges(window, label):
    """Return the distance of the label's ink from its left and right edge, in pixels."""
    settle()
    image = window.grab(placed(window, label)).toImage()
    ground = image.pixelColor(0, 0)
    dark = [
        x
        for x in range(image.width())
        for y in range(0, image.height(), 2)
        if image.pixelColor(x, y).lightness() < ground.lightness() - 60
    ]
    return min(dark), image.width() - 1 - max(dark)


@pytest.mark.parametrize("language", Language)
def test_numbers_start_at_the_same_edge_as_the_language_reads_from(a_window, language):
    window = a_window((1280, 800), language)
    window.render_view(a_pass())
    card = window.result.person.card
    shown = [x for x in (*card.values, card.name_arabic, card.name_latin) if x.isVisible()]

    assert len(shown) >= 5
    for label in shown:
        left, right = ink_edges(window, label)
        near, far = (right, left) if language.is_right_to_left else (left, right)
        assert near <= 6, label.text()
        assert far > near


def middle(window, part):
    settle()
    return part.mapTo(window, part.rect().center()).x()


def test_the_screen_is_mirrored_in_arabic(a_window):
    window = a_window(language=Language.ARABIC)
    window.render_view(a_pass())
    arabic = middle(window, window.result.next)

    window.set_language(Language.ENGLISH)
    english = middle(window, window.result.next)

    assert arabic > window.width() / 2 > english
    assert Qt.LayoutDirection.LeftToRight == window.result.next.layoutDirection()


@pytest.mark.parametrize("size", SIZES)
def test_every_button_is_as_large_as_a_gloved_finger(a_window, size):
    pixels, pitch = SIZES[size]
    window = a_window(pixels, px_per_mm=pitch)
    for make in (a_pass, lambda: AttentionView(Reason.DISK_LOW)):
        window.render_view(make())
        for button in [x for x in window.findChildren(QPushButton) if x.isVisible()]:
            least = 15 if button.objectName() == "language" else 20
            assert min(button.width(), button.height()) / pitch >= least - 0.2


def test_values_on_the_result_carry_bidi_isolates(a_window):
    window = a_window()
    window.render_view(a_pass())
    card = window.result.person.card
    shown = [x.text() for x in (*card.values, card.name_latin, window.result.banner.meta) if x.isVisible()]

    with_figures = [text for text in shown if any(c.isdigit() for c in text)]
    assert len(with_figures) >= 3
    assert all("\u2066" in text or "\u2067" in text for text in with_figures)
    assert card.name_latin.text().startswith("\u200f\u2068")


def test_a_very_long_name_ends_in_an_ellipsis_and_pushes_nothing_out(a_window):
    window = a_window((1024, 600), px_per_mm=6.65)
    name = "ABDULRAHMAN " * 30

    window.render_view(a_pass(holder=samples.a_holder(name_latin=name, employer=name)))

    assert [] == outside(window)


def test_markup_in_a_name_is_shown_and_not_obeyed(a_window):
    window = a_window()

    window.render_view(a_pass(holder=samples.a_holder(name_latin="<b>BOLD</b>")))

    label = window.result.person.card.name_latin
    assert "<b>BOLD</b>" in label.text()
    assert Qt.TextFormat.PlainText == label.textFormat()
