"""A printed pattern of corner squares neither holds the reader up nor hides that nothing is read."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from kiosk.camera.crowd import MOST_SQUARES, count_squares, is_walled
from kiosk.camera.decoders import Found, outline, to_grey
from kiosk.camera.enlarge import middle_of
from kiosk.camera.film import FULL_HD, Film, Look
from kiosk.camera.presented import find_heaviest, find_unread
from kiosk.camera.qr import QrReader
from kiosk.camera.seen import Seen, others_near
from kiosk.camera.stages import core_of
from kiosk.codewatch import CodeWatch, Sight, look
from kiosk.model import Box, Frame, ReadStage
from tests.camera.makers import ManualClock, a_code, a_text, filmed, noise_picture

WIDTH, HEIGHT = FULL_HD


def wall(px, gap=0, *, shift=0):
    """A frame full of corner squares, `px` pixels a module, each row `shift` pixels further than the last."""
    ring = np.zeros((9, 9), np.uint8)
    ring[1:8, 1:8], ring[2:7, 2:7], ring[3:6, 3:6] = 1, 0, 1
    square = np.kron(255 - 255 * ring, np.ones((px, px), np.uint8))
    tile = np.pad(square, ((0, gap), (0, gap)), constant_values=255)
    row = np.tile(tile, (1, WIDTH // len(tile) + 2))
    rows = [np.roll(row, shift * n, axis=1)[:, :WIDTH] for n in range(HEIGHT // len(tile) + 1)]
    return np.ascontiguousarray(np.vstack(rows)[:HEIGHT])


def frames(grey, count):
    picture = cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR)
    return [Frame(picture, number / 15, number) for number in range(1, count + 1)]


@given(st.integers(1, 2), st.integers(0, 3), st.integers(0, 30), st.booleans())
@settings(max_examples=12)
def test_a_wall_of_squares_is_counted_looked_at_in_part_and_in_sight_all_the_same(px, gap, shift, negative):
    grey = wall(px, gap, shift=shift)
    squares = (WIDTH // (9 * px + gap)) * (HEIGHT // (9 * px + gap))
    reader = QrReader(clock=ManualClock())

    seen = [reader.read(frame) for frame in frames(255 - grey if negative else grey, 2)]

    assert 0.4 * squares < count_squares(255 - grey if negative else grey) < 2 * squares
    assert MOST_SQUARES < count_squares(grey)
    assert [None, None] == [sighting.text for sighting in seen]


def test_what_is_looked_at_of_a_crowded_frame_is_small():
    assert (400, 400) == middle_of(wall(1), 400).grey.shape
    assert (30, 400) == middle_of(wall(1)[:30], 400).grey.shape
    assert Box(640, 220, 640, 640) == core_of(Box(0, 0, 1920, 1080), 640)
    assert Box(5, 6, 70, 80) == core_of(Box(5, 6, 70, 80), 640)


@pytest.mark.parametrize("scene", ["room", "noise", "code", "text", "checkers"])
def test_what_a_decoder_is_soon_done_with_is_not_crowded(scene):
    letters = np.full((HEIGHT, WIDTH), 255, np.uint8)
    for line in range(12, HEIGHT, 14):
        cv2.putText(letters, "The quick brown fox 8&%@ " * 12, (4, line), 0, 0.35, 0, 1, cv2.LINE_AA)
    checkers = np.kron(np.indices((HEIGHT // 3, WIDTH // 3)).sum(0) % 2, np.ones((3, 3), np.uint8)) * 255
    scenes = {
        "room": lambda: to_grey(Film(None, Look(noise=6.0), FULL_HD).frame()),
        "noise": lambda: cv2.resize(noise_picture(1, (640, 360))[:, :, 0], FULL_HD),
        "code": lambda: to_grey(filmed(a_code(a_text(4000), version=40), 3.0)),
        "text": lambda: letters,
        "checkers": lambda: checkers.astype(np.uint8),
    }

    assert MOST_SQUARES / 4 > count_squares(scenes[scene]())


def test_a_code_held_before_a_wall_of_squares_is_read_within_two_frames():
    grey, code = wall(1), a_code("STILL HERE", px=6)
    top, left = (HEIGHT - len(code)) // 2, (WIDTH - len(code)) // 2
    grey[top : top + len(code), left : left + len(code)] = code
    reader = QrReader(clock=ManualClock())

    assert "STILL HERE" in [seen.text for frame in frames(grey, 2) if (seen := reader.read(frame))]


def test_a_pattern_held_before_the_camera_is_called_unreadable_after_a_while():
    reader, watch, sights = QrReader(clock=ManualClock()), CodeWatch(), []
    for frame in frames(wall(1), 75):
        watch, sight = look(watch, reader.read(frame), frame.taken_at)
        sights.append(sight)

    assert {Sight.UNREAD, Sight.UNREADABLE} == set(sights)
    assert Sight.UNREADABLE is sights[-1]


@given(arrays(np.uint8, st.tuples(st.integers(8, 60), st.integers(8, 60))))
@settings(max_examples=50)
def test_any_picture_has_a_number_of_squares(grey):
    assert 0 <= count_squares(grey) <= grey.size


def codes_side_by_side(version=40, px=2, blur=1.0):
    """A frame full of dense codes, too soft to be read and soon decoded in vain."""
    code = cv2.GaussianBlur(a_code(a_text(3900), px, version=version), (0, 0), blur)
    rows, columns = HEIGHT // len(code) + 1, WIDTH // len(code) + 1
    return np.ascontiguousarray(np.tile(code, (rows, columns))[:HEIGHT, :WIDTH])


@pytest.mark.parametrize("blur", [0.1, 1.0, 1.3])
def test_a_wall_of_dense_codes_is_looked_at_in_part_and_in_sight_all_the_same(blur):
    grey, reader = codes_side_by_side(blur=blur), QrReader(clock=ManualClock())

    seen = [reader.read(frame) for frame in frames(grey, 2)]

    assert is_walled(grey)
    assert None not in seen


def test_a_code_held_before_a_wall_of_codes_is_read_within_two_frames():
    grey, code = codes_side_by_side(), a_code("STILL HERE", px=6)
    top, left = (HEIGHT - len(code)) // 2, (WIDTH - len(code)) // 2
    grey[top : top + len(code), left : left + len(code)] = code
    reader = QrReader(clock=ManualClock())

    assert "STILL HERE" in [seen.text for frame in frames(grey, 2) if (seen := reader.read(frame))]


@pytest.mark.parametrize("version", [5, 25, 40])
def test_a_code_alone_is_no_wall_however_large(version):
    code = a_code(a_text(60), version=version)
    largest = cv2.resize(code, (HEIGHT, HEIGHT), interpolation=cv2.INTER_NEAREST)
    grey = np.full((HEIGHT, WIDTH), 120, np.uint8)
    grey[:, 400 : 400 + HEIGHT] = largest

    assert not is_walled(grey)
    assert not is_walled(largest[:900, :900])


def a_find(raw, left, side):
    corners = outline(Box(left, 0, side, side)).corners
    return Found(raw, corners, None)


def test_of_hundreds_of_codes_the_weightiest_alone_are_weighed_against_each_other():
    grey = np.zeros((HEIGHT, WIDTH), np.uint8)
    under = [a_find(None, 0, 300 + n) for n in range(200)]
    apart, read = a_find(None, 1800, 50), [a_find(b"%d" % n, n, 20 + n) for n in range(200)]

    assert apart is find_unread([*read, *under[:5], apart], grey)
    assert find_unread([*read, *under, apart], grey) is None
    assert [b"199", b"198"] == [code.raw for code in find_heaviest(read, grey, 2)]
    assert 8 == len(others_near(Seen(read[-1], ReadStage.PLAIN), read, grey))


@given(arrays(np.uint8, st.tuples(st.integers(8, 60), st.integers(8, 60))))
@settings(max_examples=30)
def test_a_scrap_is_never_a_wall(grey):
    assert not is_walled(grey)
