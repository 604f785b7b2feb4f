import threading
import time

import numpy as np
import pytest

from kiosk.camera.capture import Capture
from kiosk.camera.mailbox import Mailbox
from kiosk.camera.replay import ImageFolderSource
from kiosk.model import Frame
from tests.camera.makers import ManualClock, PlannedSource, noise_picture


@pytest.fixture
def clock():
    return ManualClock()


def capture_of(source, clock, **options):
    return Capture(source, clock=clock, sleep=clock.sleep, **options)


def run(capture, clock, seconds):
    """Do what the thread does, for `seconds` on the manual clock; errors go where the thread sends them."""
    until = clock.now + seconds
    while clock.now < until:
        before = clock.now
        capture._step_guarded()
        if clock.now == before:
            clock.sleep(0.001)


def test_the_newest_frame_is_given_to_worker_and_preview(clock):
    capture = capture_of(PlannedSource(clock), clock)

    run(capture, clock, 1.0)
    frame, shown = capture.take(0), capture.preview()

    assert frame is shown
    assert frame.number == 15
    assert frame.taken_at == pytest.approx(clock.now, abs=0.001)
    assert np.array_equal(frame.pixels, noise_picture(15))


def test_a_frame_is_given_to_each_only_once(clock):
    capture = capture_of(PlannedSource(clock), clock)
    run(capture, clock, 0.2)

    assert capture.take(0) is not None
    assert capture.take(0) is None
    assert capture.preview() is not None
    assert capture.preview() is None


def test_a_frame_cannot_be_written_to(clock):
    capture = capture_of(PlannedSource(clock), clock)
    run(capture, clock, 0.2)

    with pytest.raises(ValueError, match="read-only"):
        capture.take(0).pixels[0, 0] = 0


def test_a_frame_older_than_300_ms_is_dropped(clock):
    capture = capture_of(PlannedSource(clock), clock)
    run(capture, clock, 0.2)
    clock.sleep(0.31)

    assert capture.take(0) is None
    assert capture.preview() is None


def test_the_status_says_size_and_rate(clock):
    capture = capture_of(PlannedSource(clock, interval=0.1), clock)

    run(capture, clock, 4)

    assert (False, (64, 48)) == (capture.status.lost, capture.status.frame_size)
    assert capture.status.fps == pytest.approx(10)


def test_a_camera_that_is_missing_at_the_start_is_lost_at_once(clock):
    source = PlannedSource(clock)
    source.plugged = False
    capture = capture_of(source, clock)

    run(capture, clock, 0.1)

    assert (True, "unplugged") == (capture.status.lost, capture.status.detail)


def test_a_camera_that_comes_late_is_taken_up(clock):
    source = PlannedSource(clock)
    source.plugged = False
    capture = capture_of(source, clock)
    run(capture, clock, 30)

    source.plugged = True
    run(capture, clock, 2.2)

    assert not capture.status.lost
    assert capture.take(0) is not None


def test_an_unplugged_camera_is_reported_released_and_found_again_within_five_seconds(clock):
    source = PlannedSource(clock)
    capture = capture_of(source, clock)
    run(capture, clock, 1)

    source.plugged = False
    run(capture, clock, 3)
    gone = capture.status
    source.plugged = True
    run(capture, clock, 5)

    assert gone.lost
    assert source.closed >= 1
    assert not capture.status.lost
    assert capture.take(0).number > 15


def test_one_failed_read_is_answered_by_opening_again_and_is_no_loss(clock):
    source = PlannedSource(clock, ["new", "new", "none", "new"])
    capture = capture_of(source, clock)

    run(capture, clock, 1)

    assert (2, 1) == (source.opened, source.closed)
    assert not capture.status.lost


def test_a_frozen_picture_is_never_given_out_and_is_a_loss_after_two_seconds(clock):
    source = PlannedSource(clock, ["new", "same"])
    capture = capture_of(source, clock)
    run(capture, clock, 0.2)
    capture.take(0)

    run(capture, clock, 1.7)
    early = capture.status.lost
    run(capture, clock, 0.5)

    assert capture.take(0) is None
    assert (False, True) == (early, capture.status.lost)
    assert capture.status.detail == "the picture does not change"
    assert source.closed == 1


def test_a_frozen_camera_stays_lost_however_often_it_is_opened_again(clock):
    source = PlannedSource(clock, ["new", "same"])
    capture = capture_of(source, clock)

    run(capture, clock, 30)

    assert source.opened > 3
    assert capture.status.lost
    assert capture.status.since < 104


@pytest.mark.parametrize("length", [2, 4, 8])
def test_a_driver_that_goes_round_in_its_last_pictures_is_as_frozen(clock, length):
    source = LoopingSource(clock, length)
    capture = capture_of(source, clock)

    run(capture, clock, 3)

    assert capture.take(0) is None
    assert (True, "the picture does not change") == (capture.status.lost, capture.status.detail)


def test_a_camera_that_begins_with_the_same_dark_pictures_each_time_comes_back(clock):
    source = PlannedSource(clock, ["black", "black", "new", "none"])
    capture = capture_of(source, clock)
    run(capture, clock, 3)
    capture.take(0)

    source.plan("black", "black", "black", "new")
    run(capture, clock, 3)

    assert not capture.status.lost
    assert capture.take(0) is not None


def test_a_still_picture_of_a_simulated_source_is_no_loss(clock):
    source = PlannedSource(clock, ["new", "same"])
    capture = capture_of(source, clock, expect_noise=False)

    run(capture, clock, 5)

    assert not capture.status.lost
    assert capture.take(0) is not None


@pytest.mark.parametrize("word", ["raise", "odd", "empty", "dot"])
def test_a_source_that_misbehaves_is_let_go_of_and_tried_again(clock, word):
    source = PlannedSource(clock, ["new", word, "new"])
    capture = capture_of(source, clock)

    run(capture, clock, 2)

    assert source.opened == 2
    assert not capture.status.lost
    assert capture.take(0) is not None


def test_an_error_of_a_source_is_a_loss_that_names_its_kind_only(clock):
    capture = capture_of(PlannedSource(clock, ["raise"]), clock)

    run(capture, clock, 1)

    assert (True, "source raised RuntimeError") == (capture.status.lost, capture.status.detail)


def test_the_pause_between_attempts_grows_to_two_seconds(clock):
    source = PlannedSource(clock)
    source.plugged = False
    capture = capture_of(source, clock)

    run(capture, clock, 12)

    pauses = [pause for pause in clock.slept if pause > 0.1]
    assert [0.25, 0.5, 1.0, 2.0, 2.0] == pauses[:5]


class LoopingSource(PlannedSource):
    """A driver that repeats its last `length` pictures in turn."""

    def __init__(self, clock, length):
        super().__init__(clock)
        self._length = length

    def read(self):
        self._seed %= self._length
        return super().read()


class StallingSource(PlannedSource):
    """A driver that blocks inside `read` from its second picture on, until told to go on."""

    def __init__(self, clock):
        super().__init__(clock)
        self.go_on = threading.Event()
        self.stalled = threading.Event()

    def read(self):
        if self._seed:
            self.stalled.set()
            self.go_on.wait(20)
        return super().read()


def test_a_blocked_driver_is_a_loss_for_others_while_the_thread_still_waits(clock):
    source = StallingSource(clock)
    capture = Capture(source, clock=clock)
    capture.start()
    source.stalled.wait(20)

    clock.sleep(2.1)
    stuck = capture.status
    stopped_early = capture.stop(timeout_s=0.01)
    source.go_on.set()

    assert (True, "no new picture for 2.1 s") == (stuck.lost, stuck.detail)
    assert not stopped_early
    assert capture.stop()


def test_the_thread_stops_and_closes_the_camera():
    source = PlannedSource(ManualClock())
    capture = Capture(source)
    capture.start()
    frame = capture.take(20)

    stopped = capture.stop()

    assert frame is not None
    assert stopped
    assert source.closed == 1
    assert "camera" not in {thread.name for thread in threading.enumerate()}
    assert capture.take(0.01) is None


def test_stop_interrupts_the_pause_after_a_failed_opening():
    source = PlannedSource(ManualClock())
    source.plugged = False
    capture = Capture(source)
    capture.start()

    assert capture.stop()


class UnclosableSource(PlannedSource):
    def close(self):
        raise OSError("no such device")


def test_a_source_that_cannot_even_be_closed_ends_nothing(clock):
    source = UnclosableSource(clock, ["new", "none", "new"])
    capture = capture_of(source, clock)
    run(capture, clock, 2)

    assert source.opened == 2
    assert capture.take(0) is not None


def test_the_thread_ends_though_the_source_cannot_be_closed():
    capture = Capture(UnclosableSource(ManualClock()))
    capture.start()
    capture.take(20)

    assert capture.stop()


def test_an_empty_folder_is_a_lost_camera(clock, tmp_path):
    capture = capture_of(ImageFolderSource(tmp_path), clock)

    run(capture, clock, 0.1)

    assert capture.status.lost
    assert capture.status.frame_size is None


def test_a_mailbox_wakes_who_waits_for_it():
    mailbox = Mailbox(time.monotonic, 0.3)
    frame = Frame(noise_picture(1), time.monotonic() + 60, 1)
    threading.Timer(0.01, mailbox.put, [frame]).start()

    assert mailbox.take(20) is frame


def test_a_closed_mailbox_does_not_make_anyone_wait():
    mailbox = Mailbox(time.monotonic, 0.3)
    threading.Timer(0.01, mailbox.close).start()

    assert mailbox.take(20) is None


class HugeSource(PlannedSource):
    def read(self):
        self._clock.sleep(self._interval)
        return np.broadcast_to(np.uint8(7), (8000, 8000, 3))


def test_a_picture_of_more_pixels_than_are_ever_wanted_is_a_broken_driver(clock):
    source = HugeSource(clock)
    capture = capture_of(source, clock)

    run(capture, clock, 1.0)

    assert capture.take(0) is None
    assert 0 < source.closed
