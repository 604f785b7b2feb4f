"""What is asked of a camera in which order, what came of it, and what is said of the difference."""

import logging

import cv2
import pytest

from kiosk.camera.capture import Capture
from kiosk.camera.delivery import MJPG, Ask, Delivery, fourcc_letters, plan_asks
from kiosk.camera.devices import CameraInfo
from kiosk.camera.webcam import WebcamSource
from kiosk.model import Fault, Reason
from tests.camera.makers import FakeDevice, ManualClock, noise_picture

HD, FULL_HD = (1280, 720), (1920, 1080)
USB = CameraInfo("usb-Maker_Cam-index0", 2, "Maker Cam", virtual=False, usb="046d:0825")
WISH = Ask(MJPG, FULL_HD, 15.0)


def test_the_wish_comes_first_then_less_then_the_driver_s_own_format():
    assert (
        WISH,
        Ask(MJPG, HD, 15.0),
        Ask(None, HD, 15.0),
        Ask(None, (640, 480), 15.0),
        Ask(None, FULL_HD, 15.0),
    ) == plan_asks(FULL_HD, 15.0)


def test_nothing_larger_than_the_wish_is_asked_for():
    assert (Ask(MJPG, (640, 480), 30.0), Ask(None, (640, 480), 30.0)) == plan_asks((640, 480), 30.0)


@pytest.mark.parametrize(
    ("fourcc", "size", "fps", "short"),
    [
        ("MJPG", FULL_HD, 15.0, ()),
        ("MJPG", (3840, 2160), 14.2, ()),
        ("MJPG", HD, 15.0, ("1280x720 instead of 1920x1080",)),
        ("MJPG", FULL_HD, 7.5, ("7.5 instead of 15 pictures a second",)),
        (
            "YUYV",
            FULL_HD,
            5.0,
            ("5.0 instead of 15 pictures a second", "YUYV instead of MJPG"),
        ),
        ("", FULL_HD, 15.0, ()),
    ],
)
def test_what_is_less_than_asked_is_named(fourcc, size, fps, short):
    assert short == Delivery("cam", WISH, fourcc, size).shortfalls(fps)


def test_what_was_asked_and_what_came_stand_in_one_line():
    line = Delivery("cam", WISH, "MJPG", HD).describe(9.96)

    assert "cam: asked MJPG 1920x1080 15 fps, came MJPG 1280x720 10.0 fps" == line


@pytest.mark.parametrize(
    ("code", "letters"),
    [(float(cv2.VideoWriter.fourcc(*"MJPG")), "MJPG"), (0, ""), (-1, ""), (1e12, ""), (7, "")],
)
def test_a_pixel_format_is_four_letters_or_unknown(code, letters):
    assert letters == fourcc_letters(code)


ANY_FORMAT, IN_MJPG = False, True


class Bus:
    """A camera that gives pictures, a tenth of the size, only to these ways of asking: (size, in MJPG)."""

    def __init__(self, *accepted):
        self.clock = ManualClock()
        self.accepted = set(accepted)

    def open(self, index):
        del index
        return BusDevice(self)


class BusDevice(FakeDevice):
    def __init__(self, bus):
        super().__init__(clock=bus.clock)
        self._bus = bus

    def grab(self):
        asked = dict(self.asked)
        size = (int(asked[cv2.CAP_PROP_FRAME_WIDTH]), int(asked[cv2.CAP_PROP_FRAME_HEIGHT]))
        if (size, cv2.CAP_PROP_FOURCC in asked) in self._bus.accepted:
            self.pictures = [noise_picture(1, (size[0] // 10, size[1] // 10))]
        return super().grab()


def a_webcam(bus):
    return WebcamSource("2", find=lambda _: USB, open_device=bus.open, clock=bus.clock)


def test_a_camera_that_gives_nothing_is_asked_for_less_at_the_next_opening():
    bus = Bus((HD, ANY_FORMAT))
    source = a_webcam(bus)

    refused = []
    for _ in range(2):
        with pytest.raises(Fault) as fault:
            source.open()
        refused.append(str(fault.value))
    source.open()

    assert "CAMERA_LOST: usb-Maker_Cam-index0 gives no picture, asked for MJPG 1920x1080 15 fps" == refused[0]
    assert refused[1].endswith("asked for MJPG 1280x720 15 fps")
    assert ((128, 72), WISH) == (source.delivery.size, source.delivery.asked)


def test_a_camera_that_was_content_with_less_is_asked_for_all_again_when_it_is_opened_anew():
    bus = Bus((HD, IN_MJPG))
    source = a_webcam(bus)
    with pytest.raises(Fault):
        source.open()
    source.open()

    bus.accepted.add((FULL_HD, IN_MJPG))
    source.open()

    assert (192, 108) == source.delivery.size


def test_a_camera_in_use_is_named_so_and_asked_for_all_the_next_time():
    device = FakeDevice(opens=False)
    source = WebcamSource("2", find=lambda _: USB, open_device=lambda _: device, clock=device.clock)

    for _ in range(2):
        with pytest.raises(Fault) as fault:
            source.open()

    assert Reason.CAMERA_LOST is fault.value.reason
    assert "cannot be opened, is it in use?" in fault.value.detail
    assert [] == device.asked


def test_a_camera_that_must_be_asked_for_less_is_back_within_five_seconds():
    bus = Bus((HD, IN_MJPG))
    capture = Capture(a_webcam(bus), clock=bus.clock, sleep=bus.clock.sleep)

    began = bus.clock.now
    while capture.take(0) is None:
        capture._step_guarded()

    assert bus.clock.now - began < 5


def run(capture, pictures):
    for _ in range(pictures + 1):
        capture.step()


def a_capture_of(device):
    source = WebcamSource("2", find=lambda _: USB, open_device=lambda _: device, clock=device.clock)
    return Capture(source, clock=device.clock, sleep=device.clock.sleep)


def test_the_status_says_what_was_asked_what_came_and_what_is_less():
    pictures = [noise_picture(number, (192, 108)) for number in range(40)]
    device = FakeDevice(pictures, wait_s=0.2)
    capture = a_capture_of(device)

    run(capture, 31)

    assert Delivery(USB.id, WISH, "MJPG", (192, 108), pin="046d:0825:") == capture.status.delivery
    assert (
        "192x108 instead of 1920x1080",
        "5.0 instead of 15 pictures a second",
    ) == capture.status.shortfalls


def test_less_than_asked_is_logged_once_as_a_warning(caplog):
    caplog.set_level(logging.INFO)
    pictures = [noise_picture(number, (192, 108)) for number in range(60)]
    capture = a_capture_of(FakeDevice(pictures, wait_s=1 / 15))

    run(capture, 55)

    (record,) = caplog.records
    assert "WARNING" == record.levelname
    assert record.getMessage() == (
        "camera usb-Maker_Cam-index0: asked MJPG 1920x1080 15 fps, came MJPG 192x108 15.0 fps; "
        "192x108 instead of 1920x1080"
    )


def test_a_camera_that_gives_all_is_logged_without_a_warning(caplog):
    caplog.set_level(logging.INFO)
    pictures = [noise_picture(number, FULL_HD) for number in range(3)] * 11
    device = FakeDevice(pictures, wait_s=1 / 15)
    source = WebcamSource("2", find=lambda _: USB, open_device=lambda _: device, clock=device.clock)
    capture = Capture(source, clock=device.clock, sleep=device.clock.sleep, expect_noise=False)

    run(capture, 31)

    assert ["INFO"] == [record.levelname for record in caplog.records]


def test_a_change_of_size_in_flight_is_taken_up_and_logged(caplog):
    caplog.set_level(logging.INFO)
    large = [noise_picture(number, (192, 108)) for number in range(40)]
    small = [noise_picture(number, (64, 48)) for number in range(40)]
    capture = a_capture_of(FakeDevice(large + small))

    run(capture, 70)

    assert (64, 48) == capture.status.frame_size
    assert (48, 64, 3) == capture.take(0).pixels.shape
    assert ["came MJPG 192x108", "came MJPG 64x48"] == [
        record.getMessage().split(", ")[1].split(" 15.0")[0] for record in caplog.records
    ]
