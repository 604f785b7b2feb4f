"""Reading a code module by module, where the picture as it is does not give it away."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from kiosk.camera.decoders import Found, find_with_zxing, to_grey
from kiosk.camera.film import HD
from kiosk.camera.grid import read_on_grid
from tests.camera.makers import a_code, a_text, filmed

DENSE = a_text()
DENSE_CODE = a_code(DENSE, version=25)
SQUARE = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))


def unread(picture):
    """The grey picture, and the code that zxing-cpp sees in it without reading it."""
    grey = to_grey(picture)
    (code,) = (code for code in find_with_zxing(grey) if code.version)
    assert code.raw is None
    return grey, code


def moved(code, x, y):
    return Found(None, tuple((a + x, b + y) for a, b in code.corners), code.version)


def flat(content, px, version):
    """A flat picture of a code, and where it lies in it."""
    picture = a_code(content, px=px, version=version)
    side = picture.shape[0] - 8 * px
    return picture, Found(None, tuple((4 * px + x * side, 4 * px + y * side) for x, y in SQUARE), version)


def test_a_code_that_was_only_seen_is_read_with_its_place_and_what_it_had_to_spare():
    grey, code = unread(filmed(DENSE_CODE, 1.9, HD, blur_px=0.8, noise=4))

    read = read_on_grid(grey, code)

    assert DENSE == read.text
    assert 25 == read.version
    assert 0 < read.unused_ec <= 1
    assert np.abs(np.array(read.corners) - np.array(code.corners)).max() < 3


@pytest.mark.parametrize("off", [(3, -3), (-3, 2)])
def test_corners_may_be_off_by_more_than_a_module(off):
    grey, code = unread(filmed(DENSE_CODE, 1.9, HD, blur_px=0.8, noise=4))

    assert DENSE == read_on_grid(grey, moved(code, *off)).text


def test_a_code_that_is_light_on_dark_is_read():
    grey, code = unread(filmed(DENSE_CODE, 1.9, HD, blur_px=0.8, noise=4))

    assert DENSE == read_on_grid(255 - grey, code).text


@pytest.mark.parametrize("version", [1, 2, 7, 40])
def test_every_size_of_code_has_a_grid(version):
    picture, code = flat("SMALL OR LARGE", 3, version)

    assert "SMALL OR LARGE" == read_on_grid(picture, code).text


def test_without_a_version_there_is_no_grid():
    picture, code = flat("PLAIN", 4, 5)

    assert read_on_grid(picture, Found(None, code.corners, None)) is None


def test_another_version_than_the_codes_reads_nothing():
    picture, code = flat("PLAIN", 4, 9)

    assert read_on_grid(picture, Found(None, code.corners, 12)) is None


def test_a_code_damaged_beyond_repair_is_not_guessed():
    picture, code = flat(DENSE, 4, 25)
    picture[100:400, 100:400] = np.random.default_rng(1).integers(0, 2, (300, 300)) * 255

    assert read_on_grid(picture, code) is None


POINTS = st.tuples(st.floats(-200, 400), st.floats(-200, 400))


@given(
    arrays(np.uint8, st.tuples(st.integers(8, 90), st.integers(8, 90))),
    st.tuples(POINTS, POINTS, POINTS, POINTS),
    st.integers(1, 40),
)
@settings(max_examples=60, deadline=None)
def test_any_picture_with_any_corners_reads_nothing_and_raises_nothing(grey, corners, version):
    assert read_on_grid(grey, Found(None, corners, version)) is None
