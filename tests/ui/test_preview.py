import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter

from kiosk.model import Box, Frame
from kiosk.ui.picture import image_of
from kiosk.ui.preview import CameraPreview, Guide, covered_part, draw_mirrored, image_for_drawing, place_box


def a_striped_picture(width=7, height=3):
    """Blue at the left edge, red at the right, in BGR; a width that is no multiple of four."""
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[:, 0] = (255, 0, 0)
    pixels[:, -1] = (0, 0, 255)
    return pixels


def test_a_picture_keeps_colours_and_rows_whatever_its_width():
    image = image_of(a_striped_picture())

    assert "#0000ff" == image.pixelColor(0, 2).name()
    assert "#ff0000" == image.pixelColor(6, 2).name()


def test_a_picture_may_be_a_slice_of_another():
    whole = np.zeros((10, 30, 3), np.uint8)
    whole[2:5, 3:10] = a_striped_picture()

    image = image_of(whole[2:5, 3:10])

    assert "#0000ff" == image.pixelColor(0, 2).name()
    assert "#ff0000" == image.pixelColor(6, 0).name()


def test_the_preview_is_mirrored_for_the_person():
    image, drawn = image_for_drawing(a_striped_picture()), QImage(7, 3, QImage.Format.Format_RGB32)
    painter = QPainter(drawn)

    draw_mirrored(painter, image, QRectF(0, 0, 7, 3))
    painter.end()

    assert QImage.Format.Format_RGB32 == image.format()
    assert "#ff0000" == drawn.pixelColor(0, 1).name()
    assert "#0000ff" == drawn.pixelColor(6, 1).name()


@pytest.mark.parametrize("make", [image_for_drawing, image_of])
def test_an_image_does_not_share_the_frame_s_memory(make):
    pixels = a_striped_picture()
    image = make(pixels)

    pixels[:] = 77

    assert "#4d4d4d" not in {image.pixelColor(0, 0).name(), image.pixelColor(6, 0).name()}


def test_a_preview_may_look_through_another_camera(a_preview):
    preview, frames = a_preview()
    frames.append(Frame(a_striped_picture(), 1.0, 1))
    preview.poll()

    preview.look_through(lambda: None)
    before = preview.has_picture
    preview.look_through(lambda: Frame(a_striped_picture(), 2.0, 1))
    preview.poll()

    assert (False, True) == (before, preview.has_picture)


def test_a_frame_covers_its_area_without_distortion():
    part = covered_part(1280, 720, QRectF(0, 0, 400, 400))

    assert (720, 720) == (part.width(), part.height())
    assert 280 == part.left()


def test_a_box_at_the_left_of_the_frame_is_drawn_at_the_right_of_the_mirror():
    placed = place_box(Box(0, 0, 100, 50), 1000, 500, QRectF(0, 0, 500, 250))

    assert (450, 0, 50, 25) == (placed.left(), placed.top(), placed.width(), placed.height())


@pytest.fixture
def a_preview(qtbot):
    frames = []

    def build(guide=Guide.SQUARE):
        preview = CameraPreview(lambda: frames[-1] if frames else None, guide)
        qtbot.addWidget(preview)
        preview.resize(640, 360)
        preview.show()
        return preview, frames

    return build


def test_without_a_frame_the_preview_is_dark_and_waits(a_preview):
    preview, _ = a_preview()

    assert not preview.has_picture
    assert preview.grab().toImage().pixelColor(320, 180).lightness() < 40


def test_the_newest_frame_is_drawn_once_and_a_hidden_preview_lets_go(a_preview):
    preview, frames = a_preview()
    frames.append(Frame(np.full((72, 128, 3), 200, np.uint8), 1.0, 1))

    preview.poll()

    assert preview.has_picture
    assert preview.grab().toImage().pixelColor(320, 170).lightness() > 180
    preview.hide()
    assert not preview.has_picture


@pytest.mark.parametrize("guide", Guide)
def test_the_guide_stays_inside_the_picture_and_the_rest_is_dimmed(a_preview, guide):
    preview, frames = a_preview(guide)
    frames.append(Frame(np.full((72, 128, 3), 255, np.uint8), 1.0, 1))
    preview.poll()
    preview.show_marks(0.5, Box(10, 10, 20, 20))
    image = preview.grab().toImage()

    assert QRectF(preview.rect()).contains(preview.guide_rect())
    assert image.pixelColor(20, 180).lightness() < 150
    assert image.pixelColor(320, 180).lightness() > 240


def test_the_ring_fills_clockwise_from_the_top(a_preview):
    preview, frames = a_preview(Guide.OVAL)
    frames.append(Frame(np.zeros((72, 128, 3), np.uint8), 1.0, 1))
    preview.poll()
    preview.show_marks(0.5, None)
    image, guide = preview.grab().toImage(), preview.guide_rect()
    middle = round(guide.center().y())

    right, left = (
        image.pixelColor(round(guide.right()), middle),
        image.pixelColor(round(guide.left()), middle),
    )

    assert right.green() > right.red() + 50
    assert abs(left.green() - left.red()) < 10
