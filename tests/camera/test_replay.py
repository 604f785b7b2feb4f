import cv2
import numpy as np
import pytest

from kiosk.camera.capture import Capture
from kiosk.camera.qr import QrReader
from kiosk.camera.replay import ImageFolderSource, VideoFileSource
from kiosk.camera.source import Pace
from kiosk.model import Fault, Reason
from tests.camera.makers import ManualClock, a_code, noise_picture, write_avi


@pytest.fixture
def clock():
    return ManualClock()


def flat(level):
    return np.full((48, 64, 3), level, np.uint8)


def levels(source, count):
    pictures = [source.read() for _ in range(count)]
    return [None if picture is None else round(float(picture.mean()), -1) for picture in pictures]


@pytest.fixture
def video(tmp_path):
    return write_avi(tmp_path / "three.avi", [flat(50), flat(100), flat(200)], fps=10)


def test_a_video_gives_its_pictures_in_order_and_ends(video, clock):
    source = VideoFileSource(video, clock=clock, sleep=clock.sleep)
    source.open()

    assert [50, 100, 200, None] == levels(source, 4)
    assert source.simulated
    source.close()


def test_a_looping_video_starts_again(video, clock):
    source = VideoFileSource(video, loop=True, clock=clock, sleep=clock.sleep)
    source.open()

    assert [50, 100, 200, 50, 100] == levels(source, 5)
    source.close()


def test_a_video_opened_again_starts_from_the_beginning(video, clock):
    source = VideoFileSource(video, clock=clock, sleep=clock.sleep)
    source.open()
    levels(source, 2)
    source.close()
    source.open()

    assert [50] == levels(source, 1)
    source.close()


def test_a_video_keeps_its_own_pace(video, clock):
    source = VideoFileSource(video, clock=clock, sleep=clock.sleep)
    source.open()
    levels(source, 3)
    source.close()

    assert clock.slept == pytest.approx([0.1, 0.1])


@pytest.mark.parametrize("content", [None, b"", b"RIFF but no video", bytes(range(256)) * 40])
def test_what_is_no_video_is_a_lost_camera(tmp_path, content):
    path = tmp_path / "x.avi"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(Fault) as fault:
        VideoFileSource(path).open()

    assert fault.value.reason is Reason.CAMERA_LOST


@pytest.mark.parametrize("keep", [0.5, 0.9])
def test_a_video_cut_short_ends_without_an_error(tmp_path, clock, keep):
    path = write_avi(tmp_path / "cut.avi", [noise_picture(n) for n in range(6)])
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * keep)])
    source = VideoFileSource(path, clock=clock, sleep=clock.sleep)
    try:
        source.open()
    except Fault as fault:
        assert fault.reason is Reason.CAMERA_LOST  # noqa: PT017 - either answer is right, a crash is not

    assert [source.read() for _ in range(8)][-1] is None
    source.close()


def test_a_source_that_is_not_open_gives_no_picture(tmp_path):
    assert VideoFileSource(tmp_path / "x.avi").read() is None
    assert ImageFolderSource(tmp_path).read() is None


@pytest.fixture
def folder(tmp_path):
    for name, level in (("b.png", 100), ("a.jpg", 50), ("c.bmp", 200)):
        cv2.imwrite(str(tmp_path / name), flat(level))
    (tmp_path / "a.txt").write_text("not a picture")
    (tmp_path / "bb.png").write_bytes(b"\x89PNG broken")
    return tmp_path


def test_a_folder_gives_its_pictures_by_name_and_passes_over_broken_ones(folder, clock):
    source = ImageFolderSource(folder, clock=clock, sleep=clock.sleep)
    source.open()

    assert [50, 100, 200, None] == levels(source, 4)
    source.close()


def test_a_looping_folder_starts_again(folder, clock):
    source = ImageFolderSource(folder, loop=True, fps=5, clock=clock, sleep=clock.sleep)
    source.open()

    assert [50, 100, 200, 50, 100, 200, 50] == levels(source, 7)
    assert clock.slept == pytest.approx([0.2] * 6)


def test_a_folder_of_broken_pictures_gives_none_and_does_not_hang(tmp_path, clock):
    (tmp_path / "x.png").write_bytes(b"broken")
    source = ImageFolderSource(tmp_path, loop=True, clock=clock, sleep=clock.sleep)
    source.open()

    assert source.read() is None


def test_a_missing_folder_is_a_lost_camera(tmp_path):
    with pytest.raises(Fault) as fault:
        ImageFolderSource(tmp_path / "none").open()

    assert fault.value.reason is Reason.CAMERA_LOST


def test_a_code_in_a_video_is_read_through_the_capture(tmp_path):
    picture = np.full((480, 640, 3), 180, np.uint8)
    code = cv2.cvtColor(a_code("THROUGH THE LENS", px=6), cv2.COLOR_GRAY2BGR)
    picture[100 : 100 + code.shape[0], 200 : 200 + code.shape[1]] = code
    path = write_avi(tmp_path / "code.avi", [picture] * 3)
    capture = Capture(VideoFileSource(path, loop=True))
    capture.start()

    frame = capture.take(20)
    capture.stop()

    assert QrReader().read(frame).text == "THROUGH THE LENS"


def test_a_pace_without_pictures_a_second_is_refused():
    with pytest.raises(ValueError, match="fps must be positive"):
        Pace(0)


def test_a_late_picture_is_not_made_up_for(clock):
    pace = Pace(10, clock, clock.sleep)
    pace.wait()
    clock.now += 5
    pace.wait()
    pace.wait()

    assert clock.slept == pytest.approx([0.1])
