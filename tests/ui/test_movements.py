"""The movements on the screen: words, signs, why they are asked for, and the way out without them."""

import itertools

import numpy as np
import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from kiosk.model import Hint, Movement
from kiosk.ui import theme
from kiosk.ui.language import Language
from kiosk.ui.pictogram import draw_movement
from kiosk.ui.words import COMPARE_BY_EYE, MOVEMENTS, WHY_MOVE
from kiosk.view import Request, ScanView
from tests.ui.samples import a_face, a_frame

AREA, OVAL = QRectF(0, 0, 800, 600), QRectF(250, 100, 300, 400)


def sign(movement):
    """Where the sign of a movement is drawn: a mask of 600 x 800."""
    image = QImage(800, 600, QImage.Format.Format_RGB32)
    image.fill(QColor("#808080"))
    painter = QPainter(image)
    draw_movement(painter, AREA, OVAL, movement)
    painter.end()
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(600, 800, 4)
    return (pixels[..., :3] != 128).any(axis=2)


def middle(mask):
    rows, columns = np.nonzero(mask)
    return columns.mean(), rows.mean()


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("movement", list(Movement))
def test_a_movement_stands_above_the_picture_with_its_reason_below(a_window, movement, language):
    window = a_window(language=language)

    window.render_view(a_face(movement=movement, may_skip=True))

    assert MOVEMENTS[movement].say(language) in window.face.instruction.text().replace("\n", " ")
    assert WHY_MOVE.say(language) in window.face.privacy.text().replace("\n", " ")


def test_without_a_movement_the_screen_asks_to_look_and_names_what_becomes_of_the_picture(a_window):
    window = a_window(language=Language.ENGLISH)
    window.render_view(a_face(movement=Movement.BLINK))

    window.render_view(a_face(hint=Hint.TRY_AGAIN))

    assert "Look at the camera" == window.face.instruction.text()
    assert "not stored" in window.face.privacy.text().replace("\n", " ")


def test_the_other_language_says_the_movement_at_once(a_window):
    window = a_window(language=Language.ARABIC)
    window.render_view(a_face(movement=Movement.TURN_LEFT))

    window.switch_language()

    assert MOVEMENTS[Movement.TURN_LEFT].en == window.face.instruction.text()


@pytest.mark.parametrize("language", Language)
def test_who_cannot_move_can_ask_for_an_officer(a_window, qtbot, language):
    window = a_window(language=language)
    window.render_view(a_face(movement=Movement.BLINK, may_skip=True))
    button = window.face.by_eye
    assert COMPARE_BY_EYE.say(language) == button.text()
    assert min(button.width(), button.height()) / 5.9 >= 14.8

    with qtbot.waitSignal(window.requested) as asked:
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    assert [Request.COMPARE_BY_EYE] == asked.args
    assert not button.isVisible()


def test_where_no_movements_are_asked_for_there_is_no_button(a_window):
    window = a_window()

    window.render_view(a_face())

    assert not window.face.by_eye.isVisible()


def test_nothing_of_a_movement_is_left_for_the_next_visitor(a_window):
    window = a_window(language=Language.ENGLISH)
    window.render_view(a_face(movement=Movement.BLINK, may_skip=True))

    window.render_view(ScanView())
    window.render_view(a_face())

    assert "Look at the camera" == window.face.instruction.text()
    assert not window.face.by_eye.isVisible()


def test_the_persons_left_is_the_left_of_the_looking_glass():
    assert middle(sign(Movement.TURN_LEFT))[0] < OVAL.left()
    assert middle(sign(Movement.TURN_RIGHT))[0] > OVAL.right()


def test_no_two_signs_look_alike_without_their_colour():
    masks = [sign(movement) for movement in Movement]

    for one, other in itertools.combinations(masks, 2):
        assert (one & other).sum() < 0.2 * min(one.sum(), other.sum())
    assert all(mask.sum() > 1000 for mask in masks)


@pytest.mark.parametrize("language", Language)
def test_the_sign_is_on_the_same_side_in_every_language(a_window, language):
    window = a_window(language=language, latest=lambda: a_frame(7))
    window.render_view(a_face(movement=Movement.TURN_LEFT))
    window.face.preview.poll()

    image = window.face.preview.grab().toImage()
    guide = window.face.preview.guide_rect()

    amber = QColor(theme.REFER_GROUND)
    row = [image.pixelColor(x, round(guide.center().y())) for x in range(round(guide.left()))]
    assert sum(colour == amber for colour in row) > 30
