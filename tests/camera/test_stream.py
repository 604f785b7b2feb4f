"""Real streams over the loopback, read by OpenCV's own FFmpeg: they stall, freeze, die and come back."""

import threading

import cv2
import numpy as np
import pytest

from kiosk.camera.capture import Capture
from kiosk.camera.stream import StreamSource, is_stream
from kiosk.camera.watch import WatchLimits
from kiosk.model import Fault, Reason
from tests.camera.makers import FakeDevice
from tests.camera.sender import Sender, as_jpeg, as_mpeg_ts, moving_pictures

SIZE = (320, 240)
PATIENCE = 600  # turns of 50 ms: a busy machine is no failure


@pytest.fixture(scope="module")
def jpegs():
    return [as_jpeg(picture) for picture in moving_pictures(20)]


@pytest.fixture(scope="module")
def small_jpegs():
    return [as_jpeg(picture) for picture in moving_pictures(20, (160, 120))]


@pytest.fixture
def watching():
    """Start a capture of an address; it is stopped at the end, whatever it waits for."""
    captures = []

    def start(url, **options):
        capture = Capture(StreamSource(url, SIZE, 15.0), expect_noise=True, **options)
        captures.append(capture)
        capture.start()
        return capture

    yield start
    for capture in captures:
        assert capture.stop(20)


def until(capture, is_so, patience=PATIENCE):
    """Take frames until `is_so` says of one (or of none) that it is what was waited for."""
    for _ in range(patience):
        frame = capture.take(0.05)
        if is_so(frame):
            return frame
    raise AssertionError(f"not seen: {capture.status}")


def a_frame_after(capture, number):
    return until(capture, lambda frame: frame is not None and frame.number > number)


def the_loss(capture):
    until(capture, lambda _: capture.status.lost)
    return capture.status.detail


def test_mjpeg_over_http_gives_its_pictures(jpegs, watching):
    with Sender(jpegs) as sender:
        capture = watching(sender.url)

        frame = a_frame_after(capture, 3)

        assert (240, 320, 3) == frame.pixels.shape
        assert ("MJPG", SIZE) == (capture.status.delivery.fourcc, capture.status.delivery.size)


def test_a_stream_is_never_taken_for_a_sensor(jpegs, watching):
    with Sender(jpegs) as sender:
        assert watching(sender.url).simulated


def test_mpeg_ts_over_tcp_gives_its_pictures(tmp_path, watching):
    parts = as_mpeg_ts(moving_pictures(60), tmp_path / "moving.ts")
    with Sender(parts, http=False) as sender:
        frame = a_frame_after(watching(sender.url), 3)

        assert (240, 320, 3) == frame.pixels.shape


def test_a_stream_that_stalls_is_lost_and_comes_back_when_it_goes_on(jpegs, watching):
    with Sender(jpegs) as sender:
        capture = watching(sender.url)
        before = a_frame_after(capture, 3)

        sender.stall()
        detail = the_loss(capture)
        sender.go_on()

        assert "picture" in detail
        assert a_frame_after(capture, before.number + 1)
        assert not capture.status.lost


def test_a_stream_that_dies_in_the_middle_of_a_picture_is_connected_to_again(jpegs, watching):
    with Sender(jpegs) as sender:
        capture = watching(sender.url)
        before = a_frame_after(capture, 3)

        sender.die()
        until(capture, lambda _: sender.visits > 1)

        assert a_frame_after(capture, before.number + 10)


def test_a_sender_that_is_away_is_lost_and_found_again_when_it_is_back(jpegs, watching):
    with Sender(jpegs) as sender:
        capture = watching(sender.url)
        before = a_frame_after(capture, 3)

        sender.go_away()
        detail = the_loss(capture)
        sender.come_back()

        assert "127.0.0.1" in detail or "picture" in detail
        assert a_frame_after(capture, before.number + 10)


def test_a_stream_that_repeats_its_last_picture_is_lost(jpegs, watching):
    with Sender(jpegs) as sender:
        capture = watching(sender.url)
        a_frame_after(capture, 3)

        sender.parts = jpegs[:1] * len(jpegs)

        until(capture, lambda _: "the picture does not change" == capture.status.detail)
        assert capture.status.lost


def test_a_stream_that_changes_its_size_goes_on_and_has_the_new_one_once_it_is_connected_anew(
    jpegs, small_jpegs, watching
):
    with Sender(jpegs) as sender:
        capture = watching(sender.url)
        before = a_frame_after(capture, 3)

        sender.parts = small_jpegs
        a_frame_after(capture, before.number + 5)
        lost = capture.status.lost
        sender.die()
        until(capture, lambda frame: frame is not None and frame.pixels.shape == (120, 160, 3))

        assert not lost
        until(capture, lambda _: "160x120 instead of 320x240" in capture.status.shortfalls)


@pytest.mark.parametrize("garbage", [b"", b"\xff\xd8 no picture \xff\xd9", bytes(range(256)) * 20])
def test_garbage_in_a_stream_ends_nothing(jpegs, watching, garbage):
    with Sender(jpegs) as sender:
        capture = watching(sender.url)
        before = a_frame_after(capture, 3)

        sender.parts = [garbage] * 20
        sent = sender.sent
        until(capture, lambda _: sender.sent > sent + 10)
        sender.parts = jpegs

        assert a_frame_after(capture, before.number + 10)


def test_what_is_no_stream_at_all_is_a_lost_camera(watching):
    with Sender([b"220 mail.example ESMTP\r\n"], http=False) as sender:
        capture = watching(sender.url, limits=WatchLimits(first_picture_s=0.5))

        assert the_loss(capture)


def test_pictures_that_piled_up_behind_a_slow_reader_are_passed_over():
    numbered = [as_jpeg(np.full((240, 320, 3), 4 * number, np.uint8)) for number in range(60)]
    with Sender(numbered, interval_s=0.1) as sender:
        source = StreamSource(sender.url, SIZE, 10.0)
        source.open()
        source.read()

        until_sent(sender, 12)
        picture = source.read()
        source.close()

        assert round(picture.mean() / 4) >= 12


def until_sent(sender, number):
    """Hold the reader up."""
    held_up = threading.Event()
    while sender.sent < number:
        held_up.wait(0.05)


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "concat://a|b",
        "rtmp://127.0.0.1/x",
        "pipe://0",
        "://",
        "HTTP+unix://x",
    ],
)
def test_nothing_but_streams_is_asked_of_ffmpeg(address):
    asked = []
    source = StreamSource(address, SIZE, 15.0, open_device=asked.append)

    with pytest.raises(Fault) as fault:
        source.open()

    assert Reason.CAMERA_LOST is fault.value.reason
    assert [] == asked


def test_a_password_in_an_address_is_never_named():
    def fails(_):
        raise cv2.error("no")

    source = StreamSource("rtsp://officer:s3cret@10.0.0.9:554/ch1", SIZE, 15.0, open_device=fails)
    with pytest.raises(Fault) as fault:
        source.open()

    assert "rtsp://10.0.0.9:554" == source.name
    assert "s3cret" not in fault.value.detail


@pytest.mark.parametrize("address", ["rtsp://user:s3cret@[::1/x", "http://user:s3cret@host:port/x"])
def test_an_address_that_cannot_be_parsed_names_nothing(address):
    assert "stream" == StreamSource(address, SIZE, 15.0).name


def test_a_stream_that_opens_without_a_picture_is_closed():
    device = FakeDevice()
    source = StreamSource("tcp://127.0.0.1:1", SIZE, 15.0, open_device=lambda _: device, clock=device.clock)

    with pytest.raises(Fault, match=r"tcp://127\.0\.0\.1:1 sends no picture"):
        source.open()

    assert device.released
    assert source.read() is None


@pytest.mark.parametrize(
    ("device", "stream"), [("0", False), ("/dev/v4l/by-id/usb-x", False), ("http://10.0.0.9/", True)]
)
def test_an_address_is_told_from_a_device(device, stream):
    assert stream is is_stream(device)


def test_a_stream_of_pictures_beyond_all_measure_is_refused_and_named_so():
    device = FakeDevice([np.broadcast_to(np.uint8(7), (9000, 12000, 3))] * 5)
    source = StreamSource("http://camera/video", SIZE, 15.0, open_device=lambda _: device, clock=device.clock)

    with pytest.raises(Fault, match="too large a picture"):
        source.open()
    assert (0, True) == (device.decoded, device.released)
