"""A fault every ten seconds: an hour of them in simulated time, some for real, an hour for real to soak."""

from collections import Counter

import pytest

from kiosk.camera.capture import Capture
from kiosk.camera.watch import WatchLimits
from tests.camera.makers import ManualClock, noise_picture
from tests.camera.soak import KINDS, PERIOD_S, STREAM_KINDS, FaultySource, run_soak

HOUR_S = 3600
SWIFT = {"period_s": 1.5, "fault_s": 0.5, "limits": WatchLimits(0.3, 0.6), "size": (640, 360)}


@pytest.mark.slow
def test_an_hour_with_a_fault_every_ten_seconds_is_recovered_from_within_five_seconds_each_time():
    clock = ManualClock()
    pictures, small = ([noise_picture(seed, size) for seed in range(40)] for size in ((64, 48), (48, 36)))
    source = FaultySource(pictures, small, clock, clock.sleep, decode=lambda picture: picture.copy())
    capture = Capture(source, clock=clock, sleep=clock.sleep)

    until = clock.now + HOUR_S
    while clock.now < until:
        before = clock.now
        capture._step_guarded()
        frame = capture.take(0)
        if frame is not None:
            source.diary.saw(frame)
        if clock.now == before:
            clock.sleep(0.001)
    faults = source.diary.finished(clock.now)

    assert HOUR_S / PERIOD_S - 1 <= len(faults)
    assert set(KINDS) == {fault.kind for fault in faults}
    assert [] == [fault for fault in faults if fault.back_s is None or fault.back_s > 5]


@pytest.mark.parametrize(
    ("seconds", "options", "rounds"),
    [
        pytest.param(15, SWIFT, 1, marks=pytest.mark.slow),
        pytest.param(HOUR_S, {}, 40, marks=pytest.mark.soak),
    ],
)
def test_every_fault_is_recovered_from_and_nothing_is_left_behind(seconds, options, rounds):
    soak = run_soak(seconds, settle_s=None if rounds > 1 else 3.0, **options)

    print(soak.table())  # noqa: T201 - the soak's result
    met = Counter((camera, each.kind) for camera, troubles in soak.troubles.items() for each in troubles)
    assert [] == soak.unrecovered
    assert min(met["simulated", kind] for kind in KINDS) >= rounds
    assert min(met["stream", kind] for kind in STREAM_KINDS) >= rounds
    assert ("MainThread", "camera", "camera", "sender") == soak.alive
    assert soak.threads[-1] <= max(soak.threads[:10])
    assert soak.stopped
    assert rounds == 1 or soak.growth_mb < 10
