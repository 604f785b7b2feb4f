"""Pictures that nobody needs pass undecoded: while nothing moves, and while nobody looks."""

import pytest

from tests.camera.makers import ManualClock, PlannedSource
from tests.camera.test_capture import capture_of, run


@pytest.fixture
def clock():
    return ManualClock()


class SparingSource(PlannedSource):
    """A planned camera that can let a picture pass; it counts those."""

    passed = 0

    def pass_over(self):
        self._clock.sleep(self._interval)
        self.passed += 1
        return self.plugged


def test_while_it_is_calm_every_second_picture_passes_undecoded(clock):
    source = SparingSource(clock)
    capture = capture_of(source, clock)
    capture.rest_while(lambda: True)

    run(capture, clock, 2.0)

    assert 15 == pytest.approx(source.passed, abs=1)
    assert 15 == pytest.approx(capture.status.fps, rel=0.05)
    assert not capture.status.lost


def test_as_soon_as_something_moves_every_picture_is_decoded(clock):
    source, calm = SparingSource(clock), [True]
    capture = capture_of(source, clock)
    capture.rest_while(lambda: calm[0])
    run(capture, clock, 1.0)
    calm[0], passed, number = False, source.passed, capture.take(0).number

    run(capture, clock, 1.0)

    assert passed == source.passed
    assert number + 14 <= capture.take(0).number


def test_a_camera_nobody_looks_through_is_spared_until_somebody_does(clock):
    source = SparingSource(clock)
    capture = capture_of(source, clock)
    run(capture, clock, 4.0)
    passed = source.passed
    for _ in range(15):
        capture.take(0)
        run(capture, clock, 1 / 15)

    assert 10 < passed
    assert passed + 1 >= source.passed


def test_a_camera_lost_while_it_is_calm_is_lost_all_the_same(clock):
    source = SparingSource(clock)
    capture = capture_of(source, clock)
    capture.rest_while(lambda: True)
    run(capture, clock, 1.0)
    source.plugged = False

    run(capture, clock, 3.0)

    assert capture.status.lost


@pytest.mark.parametrize("length", range(1, 9))
def test_a_driver_that_goes_round_in_its_last_pictures_is_frozen_though_every_second_one_passes(
    clock, length
):
    source = RoundSource(clock, length)
    capture = capture_of(source, clock, expect_noise=True)
    capture.rest_while(lambda: True)

    run(capture, clock, 4.0)

    assert capture.status.lost


def test_ten_pictures_that_come_round_are_no_sooner_taken_for_a_frozen_camera_while_some_pass(clock):
    source = RoundSource(clock, 10)
    capture = capture_of(source, clock, expect_noise=True)
    capture.rest_while(lambda: True)

    run(capture, clock, 4.0)

    assert not capture.status.lost
    assert 0 < source.passed


class RoundSource(SparingSource):
    """Gives `length` pictures round and round, the ones let pass among them."""

    def __init__(self, clock, length):
        super().__init__(clock)
        self._length = length

    def pass_over(self):
        self._seed = self._seed % self._length + 1
        return super().pass_over()

    def read(self):
        self._seed %= self._length
        return super().read()
