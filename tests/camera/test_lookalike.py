"""What people would take for a code is in sight, though no decoder sees it; what they would not is not."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from kiosk.camera.film import HD, Film, Look
from kiosk.camera.lookalike import find_lookalike
from kiosk.camera.qr import QrReader
from kiosk.model import Box, Frame
from tests.camera.makers import ManualClock, a_code, filmed, noise_picture, portrait

ALL = Box(0, 0, 1280, 720)


def a_fake(version):
    """A picture with the three corner squares of a code and noise for the rest."""
    code = a_code("X", version=version)
    noise = np.random.default_rng(version).integers(0, 2, code.shape).astype(np.uint8) * 255
    fake, last = code.copy(), len(code) - 4
    fake[4:last, 4:last] = noise[4:last, 4:last]
    for top, left in ((4, 4), (4, last - 8), (last - 8, 4)):
        fake[top : top + 8, left : left + 8] = code[top : top + 8, left : left + 8]
    return fake


def grey_of(picture):
    return cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)


TILTED = {"tilt_deg": 35.0, "roll_deg": 30.0}


@pytest.mark.parametrize(("version", "px", "look"), [(2, 12, {}), (10, 4, {}), (25, 3, {}), (10, 4, TILTED)])
def test_a_picture_that_resembles_a_code_is_found_in_its_place(version, px, look):
    fake = a_fake(version)

    found = find_lookalike(grey_of(filmed(fake, px, HD, noise=4, **look)), ALL)

    assert None is found.raw
    assert (640, 367) == pytest.approx(found.centre, abs=20)
    assert (17 + 4 * version) * px == pytest.approx(found.side, rel=0.2)


@pytest.mark.parametrize("scene", ["room", "portrait", "noise", "grey"])
def test_what_resembles_no_code_is_not_found(scene):
    pictures = {
        "room": lambda: Film(None, Look(), HD).frame(),
        "portrait": lambda: Film(portrait(), Look(scale=2.0), HD).frame(),
        "noise": lambda: cv2.resize(noise_picture(1, (320, 180)), HD, interpolation=cv2.INTER_NEAREST),
        "grey": lambda: np.full((720, 1280, 3), 120, np.uint8),
    }

    assert find_lookalike(grey_of(pictures[scene]()), ALL) is None


def test_a_picture_full_of_squares_is_given_up_soon():
    ring = np.zeros((9, 9), np.uint8)
    ring[1:8, 1:8], ring[2:7, 2:7], ring[3:6, 3:6] = 1, 0, 1
    wall = np.tile(np.kron(255 - 255 * ring, np.ones((2, 2), np.uint8)), (60, 60))

    assert find_lookalike(wall, Box(0, 0, 1080, 1080)) is None


def test_such_a_picture_held_before_the_camera_is_in_sight_in_every_frame():
    reader, picture = QrReader(clock=ManualClock()), filmed(a_fake(25), 3.0, HD, noise=4)

    sightings = [reader.read(Frame(picture, number / 15, number)) for number in range(1, 24)]

    assert {None} == {sighting.text for sighting in sightings}


@settings(max_examples=40)
@given(arrays(np.uint8, st.tuples(st.integers(1, 40), st.integers(1, 40))))
def test_any_picture_holds_one_or_none(picture):
    find_lookalike(picture, Box(0, 0, 40, 40))
    find_lookalike(picture, Box(-5, 100, 3, 3))
