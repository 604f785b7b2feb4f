"""What the reader leaves out: stages too long for a frame, empty rooms that do not change, vain searches."""

import cv2
import numpy as np
import pytest

from kiosk.camera.budget import Budget
from kiosk.camera.calm import LASTING_S, LOOK_EVERY_S, LOOK_SELDOM_S, Calm
from kiosk.camera.film import FULL_HD, HD, Film, Look
from kiosk.camera.patience import SECOND_OPINION_EVERY_S, Patience
from kiosk.camera.qr import QrReader
from kiosk.camera.texture import find_texture
from kiosk.model import Box, Frame, ReadStage
from tests.camera.makers import ManualClock, a_code, a_text, filmed, noise_picture

ROOM = np.full((360, 640, 3), 120, np.uint8)
PATCH = Box(100, 100, 300, 300)


def looks_of(clock, budget, seconds, count):
    """Let a stage that takes `seconds` ask for its turn in `count` frames; whether it got it."""
    turns = []
    for _ in range(count):
        budget.begin(0.1)
        turns.append(budget.run(ReadStage.GRID, lambda: clock.sleep(seconds) or "seen", None) == "seen")
    return turns


def test_a_stage_that_fits_runs_in_every_frame():
    clock = ManualClock()

    assert [True] * 4 == looks_of(clock, Budget(clock), 0.09, 4)


def test_a_stage_that_took_too_long_is_left_out_and_gets_another_chance():
    clock = ManualClock()

    assert [True, False, False, True] == looks_of(clock, Budget(clock), 0.15, 4)


def test_a_picture_that_stands_alone_may_take_its_time():
    clock = ManualClock()
    budget = Budget(clock)
    looks_of(clock, budget, 5.0, 1)
    budget.begin(None)

    assert "seen" == budget.run(ReadStage.GRID, lambda: "seen", None)


def test_every_stage_is_told_with_what_it_took():
    clock, told = ManualClock(), []
    looks_of(clock, Budget(clock, lambda *noted: told.append(noted)), 0.02, 1)

    assert [(ReadStage.GRID, pytest.approx(0.02))] == told


def looks_at(calm, seconds, fps=15):
    """When, in seconds, an unchanged empty room was looked at."""
    looked = []
    for number in range(round(seconds * fps)):
        at = number / fps
        if not calm.may_skip(ROOM, at):
            calm.looked(ROOM, at, empty=True)
            looked.append(at)
    return looked


def test_an_unchanged_empty_picture_is_looked_at_now_and_then_and_later_more_rarely():
    calm = Calm()

    gaps = np.diff(looks_at(calm, LASTING_S + 2.0))

    assert LOOK_EVERY_S <= gaps.min() < LOOK_EVERY_S + 0.1
    assert LOOK_SELDOM_S <= gaps[-1] < LOOK_SELDOM_S + 0.1
    assert calm.is_lasting


def test_what_comes_ends_the_calm_at_once():
    calm, somebody = Calm(), ROOM.copy()
    looks_at(calm, LASTING_S + 2.0)
    somebody[100:180, 300:380] = 30

    assert not calm.may_skip(somebody, LASTING_S + 2.0)
    assert not calm.is_lasting


def test_a_lens_that_finds_its_focus_is_a_change_though_the_light_stays_as_it_was():
    calm, sharp = (
        Calm(),
        cv2.resize(noise_picture(1, (320, 180)), (640, 360), interpolation=cv2.INTER_NEAREST),
    )
    calm.looked(cv2.GaussianBlur(sharp, (0, 0), 4), 0.0, empty=True)

    assert not calm.may_skip(sharp, 0.1)


@pytest.mark.parametrize("size", [40, 80])
def test_whatever_comes_into_the_picture_is_looked_at(size):
    calm, somebody = Calm(), ROOM.copy()
    somebody[100 : 100 + size, 300 : 300 + size] = 30
    calm.looked(ROOM, 0.0, empty=True)

    assert calm.may_skip(ROOM, 0.1)
    assert not calm.may_skip(somebody, 0.1)


def test_noise_is_no_change_and_another_size_is_one():
    calm, film = Calm(), Film(None, Look(noise=6.0), FULL_HD)
    calm.looked(film.frame(), 0.0, empty=True)

    assert calm.may_skip(film.frame(), 0.1)
    assert not calm.may_skip(film.frame()[:, :, :1], 0.1)


def test_behind_a_picture_with_a_code_every_frame_is_looked_at():
    calm = Calm()
    calm.looked(ROOM, 0.0, empty=False)

    assert not calm.may_skip(ROOM, 0.1)


def test_the_reader_spares_an_empty_room():
    stages = []
    reader = QrReader(use_zbar=False, note=lambda stage, _: stages.append(stage))
    for number in range(16):
        assert reader.read(Frame(ROOM, number / 15, number + 1)) is None

    assert [ReadStage.PLAIN] * 4 == stages


def test_a_new_texture_is_searched_for_a_second_and_then_now_and_then():
    patience = Patience()

    searched = [patience.may_search(PATCH) for _ in range(60)]

    assert all(searched[:15])
    assert 8 < sum(searched[15:]) < 15


@pytest.mark.parametrize("other", [Box(300, 100, 300, 300), Box(100, 100, 500, 300), None])
def test_a_texture_elsewhere_is_searched_again_in_every_frame(other):
    patience = Patience()
    for _ in range(40):
        patience.may_search(PATCH)
    patience.may_search(other)

    assert all(patience.may_search(PATCH) for _ in range(10))


def test_without_texture_nothing_is_searched_or_asked():
    patience = Patience()

    assert (False, False) == (patience.may_search(None), patience.may_ask(1.0))


def test_behind_a_slow_frame_the_next_is_not_searched():
    patience = Patience()
    patience.spent(0.12)
    slow = patience.may_search(PATCH)
    patience.spent(0.01)

    assert (False, True) == (slow, patience.may_search(PATCH))


def test_behind_a_frame_that_had_the_guide_square_too_the_next_is_searched_all_the_same():
    patience = Patience()
    patience.spent(0.09)  # as long as texture and guide take together, where nothing is read

    assert patience.may_search(PATCH)


def test_the_second_opinion_is_asked_a_few_times_a_second_at_most():
    patience, asked = Patience(), []
    for number in range(30):
        patience.may_search(PATCH)
        asked.append(patience.may_ask(number / 15))

    assert 4 == sum(asked)
    assert [False] * 3 == asked[:3]  # what has just come near is left to the other stages
    assert 1 / 3 <= SECOND_OPINION_EVERY_S


def test_a_dense_code_is_found_by_its_texture():
    grey = filmed(a_code(a_text(), version=25), 1.9, HD, blur_px=1.2)[:, :, 1]

    box = find_texture(grey)

    assert (640, 360) == pytest.approx((box.left + box.width / 2, box.top + box.height / 2), abs=40)
    assert 117 * 1.9 == pytest.approx(box.width, rel=0.3)


@pytest.mark.parametrize("picture", [ROOM, Film(None, Look(), HD).frame(), np.zeros((40, 40, 3), np.uint8)])
def test_an_empty_room_and_a_scrap_have_none(picture):
    assert find_texture(np.ascontiguousarray(picture[:, :, 1])) is None


@pytest.mark.parametrize("size", [(64, 48), (200, 33), (17, 18)])
def test_any_picture_has_a_texture_or_none(size):
    box = find_texture(np.ascontiguousarray(noise_picture(1, size)[:, :, 0]))

    assert box is None or (box.width <= size[0] and box.height <= size[1])


def test_a_stage_that_was_quick_before_is_not_begun_when_too_little_time_is_left():
    clock = ManualClock()
    budget = Budget(clock)
    looks_of(clock, budget, 0.001, 1)
    budget.begin(0.1)
    clock.sleep(0.09)

    assert budget.run(ReadStage.GRID, lambda: "seen", None) is None


def test_a_quick_stage_is_begun_again_however_long_it_took_once():
    clock = ManualClock()
    budget = Budget(clock)
    looks_of(clock, budget, 9.0, 1)

    assert any(looks_of(clock, budget, 0.001, 30))
