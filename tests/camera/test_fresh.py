"""Nothing older than 300 ms leaves a camera, however its queue was filled and its reader held up."""

from collections import deque

from hypothesis import given
from hypothesis import strategies as st

from kiosk.camera.fresh import MAX_AGE_S, Freshness
from kiosk.camera.grabber import Grabber
from tests.camera.makers import FakeDevice, ManualClock, noise_picture


def test_a_picture_that_was_waited_for_is_fresh():
    assert Freshness(opened_at=0.0).is_fresh(asked_at=10.0, came_at=10.06)


def test_a_picture_that_lay_ready_after_a_long_absence_is_not_fresh():
    freshness = Freshness(opened_at=0.0)
    freshness.is_fresh(10.0, 10.06)

    assert not freshness.is_fresh(10.5, 10.5)


def test_a_picture_that_lay_ready_for_a_moment_is_fresh():
    freshness = Freshness(opened_at=0.0)
    freshness.is_fresh(10.0, 10.06)

    assert freshness.is_fresh(10.2, 10.2)


def test_what_comes_after_a_long_silence_may_have_been_held_up_on_its_way():
    freshness = Freshness(opened_at=0.0)

    assert not freshness.is_fresh(10.0, 12.0)
    assert not freshness.is_fresh(12.0, 12.0)
    assert freshness.is_fresh(12.0, 12.06)


def test_the_stamp_of_a_driver_may_object_once_it_has_been_plausible():
    freshness = Freshness(opened_at=0.0)

    assert freshness.is_fresh(10.0, 10.06, made_at=10.03)
    assert not freshness.is_fresh(10.1, 10.16, made_at=9.7)


def test_the_stamp_of_another_clock_says_nothing():
    freshness = Freshness(opened_at=0.0)

    assert freshness.is_fresh(10.0, 10.06, made_at=5.0)
    assert freshness.is_fresh(10.1, 10.16, made_at=1.7e9)
    assert freshness.is_fresh(10.2, 10.26, made_at=None)


class QueueingDevice(FakeDevice):
    """A driver that makes a picture each 1/`fps` seconds, whose number is its time, and keeps the last few.

    `drops_new`: a full queue keeps the oldest, as V4L2 does; else the newest.
    """

    def __init__(self, clock, fps, room, *, drops_new):
        super().__init__(clock=clock)
        self._fps, self._room, self._drops_new = fps, room, drops_new
        self._made = int(clock.now * fps)
        self._queue = deque()
        self.grabbed_at = 0.0

    def grab(self):
        self._fill()
        if not self._queue:
            self.clock.sleep((self._made + 1) / self._fps - self.clock.now + 1e-6)
            self._fill()
        else:
            self.clock.sleep(0.0002)
        self.grabbed_at = self._queue.popleft()
        self._grabbed = noise_picture(1)
        return True

    def _fill(self):
        while (self._made + 1) / self._fps <= self.clock.now:
            self._made += 1
            if len(self._queue) < self._room:
                self._queue.append(self._made / self._fps)
            elif not self._drops_new:
                self._queue.popleft()
                self._queue.append(self._made / self._fps)


@given(
    fps=st.sampled_from([5.0, 15.0, 30.0]),
    room=st.integers(1, 8),
    drops_new=st.booleans(),
    absences=st.lists(st.floats(0, 3), max_size=30),
)
def test_no_picture_is_older_than_300_ms_whatever_holds_the_reader_up(fps, room, drops_new, absences):
    clock = ManualClock()
    device = QueueingDevice(clock, fps, room, drops_new=drops_new)
    grabber = Grabber(device, clock)

    for absence in absences:
        clock.sleep(absence)
        picture = grabber.read()

        assert picture is not None
        assert clock.now - device.grabbed_at <= MAX_AGE_S


def test_old_pictures_are_thrown_away_without_being_decoded():
    clock = ManualClock()
    device = QueueingDevice(clock, 15.0, 8, drops_new=True)
    grabber = Grabber(device, clock)
    grabber.read()

    clock.sleep(5)
    grabber.read()

    assert 2 == device.decoded
