"""`doctor` on cameras: which there are, why one is refused, and what the chosen one really gives."""

from __future__ import annotations

import pytest

from kiosk.camera.devices import CameraInfo
from kiosk.camera.replay import ImageFolderSource
from kiosk.camera.webcam import WebcamSource
from kiosk.health.cameras import probe_camera, probe_cameras, probe_picture
from kiosk.health.finding import Mark
from tests.camera.makers import FakeDevice, noise_picture

DESK, FACE = "usb-Desk-index0", "usb-Face-index0"


@pytest.fixture
def cameras(tmp_path):
    """A machine's listings: two cameras on USB with stable names, and one made by a program."""
    sys_root, dev_root = tmp_path / "sys", tmp_path / "dev"
    links = dev_root / "v4l" / "by-id"
    links.mkdir(parents=True)
    for number, (name, link) in enumerate([("Desk", DESK), ("Face", FACE), ("Loopback", None)]):
        entry = sys_root / f"video{number}"
        entry.mkdir(parents=True)
        (entry / "name").write_text(f"{name}\n")
        (entry / "index").write_text("0\n")
        (dev_root / f"video{number}").touch()
        if link:
            (entry / "device").mkdir()
            (links / link).symlink_to(f"../../video{number}")
    return sys_root, dev_root


def told(finding):
    return finding.mark, f"{finding.found} -> {finding.action}"


def test_every_camera_is_named_and_why_one_is_refused(cameras):
    found, *_ = probe_cameras(DESK, "", *cameras)

    assert Mark.OK is found.mark
    assert found.found == (
        f'"{DESK}" (Desk); "{FACE}" (Face); '
        '"video2" (Loopback) refused, is a virtual device: a program, not a sensor'
    )


def test_a_machine_without_a_camera_is_red(tmp_path):
    found, camera = probe_cameras("0", "", tmp_path / "sys", tmp_path / "dev")

    assert (Mark.OK, "none -> ") == told(found)
    assert (Mark.RED, "no video device -> connect a camera") == told(camera)


def test_a_camera_under_its_stable_name_is_fine(cameras):
    assert (Mark.OK, f"Desk, {DESK} -> ") == told(probe_camera("camera", f"/dev/v4l/by-id/{DESK}", *cameras))


def test_a_number_is_warned_of_where_there_are_several_cameras(cameras):
    mark, words = told(probe_camera("camera", "0", *cameras))

    assert Mark.WARN is mark
    assert words.endswith(f'set camera.device in config.toml to "{DESK}"')


def test_a_camera_of_another_name_is_red_and_the_usable_ones_are_named(cameras):
    mark, words = told(probe_camera("face camera", "7", *cameras))

    assert Mark.RED is mark
    assert words.endswith(f'set face_camera.device in config.toml to "{DESK}" (Desk) or "{FACE}" (Face)')


def test_a_camera_that_may_not_be_opened_is_red(cameras):
    (cameras[1] / "video0").unlink()
    (cameras[1] / "v4l" / "by-id" / DESK).unlink()

    mark, words = told(probe_camera("camera", "0", *cameras))

    assert Mark.RED is mark
    assert "group video" in words


def test_a_camera_made_by_a_program_is_red(cameras):
    mark, words = told(probe_camera("camera", "2", *cameras))

    assert Mark.RED is mark
    assert "Loopback" in words
    assert "not a sensor" in words


def test_a_second_camera_has_its_line(cameras):
    names = [finding.name for finding in probe_cameras(DESK, FACE, *cameras)]

    assert ["cameras", "camera", "face camera"] == names


def test_two_names_of_one_camera_are_red(cameras):
    *_, face = probe_cameras(DESK, "/dev/video0", *cameras)

    assert (Mark.RED, True) == (face.mark, "is the camera for codes too" in face.found)


def test_the_same_name_twice_means_one_camera(cameras):
    *_, face = probe_cameras(DESK, DESK, *cameras)

    assert Mark.OK is face.mark


@pytest.mark.parametrize(
    ("code", "face"), [("http://10.0.0.9/", DESK), (DESK, "rtsp://10.0.0.9/"), ("7", DESK)]
)
def test_a_second_camera_beside_a_stream_or_a_missing_one_is_judged_by_itself(cameras, code, face):
    *_, second = probe_cameras(code, face, *cameras)

    assert Mark.RED is not second.mark


def test_a_stream_is_warned_of_and_its_password_is_not_shown(cameras):
    mark, words = told(probe_camera("camera", "rtsp://officer:s3cret@10.0.0.9/", *cameras))

    assert Mark.WARN is mark
    assert "simulated" in words
    assert "s3cret" not in words


def a_webcam(device):
    info = CameraInfo(DESK, 0, "Desk", virtual=False)
    return WebcamSource("0", find=lambda _: info, open_device=lambda _: device, clock=device.clock)


def pictures(size, number=40):
    return [noise_picture(seed, size) for seed in range(number)]


def test_a_camera_that_gives_less_than_asked_is_warned_of():
    device = FakeDevice(pictures((64, 36)), wait_s=0.2, fourcc="YUYV")

    mark, words = told(probe_picture("camera picture", a_webcam(device), device.clock))

    assert Mark.WARN is mark
    assert "asked MJPG 1920x1080 15 fps, came YUYV 64x36 5.0 fps" in words
    assert "64x36 instead of 1920x1080" in words
    assert "5.0 instead of 15 pictures a second" in words
    assert device.released


def test_a_camera_that_gives_what_was_asked_is_fine():
    full = pictures((1920, 1080), 9) * 4  # more than are remembered as already seen
    device = FakeDevice(full)

    mark, words = told(probe_picture("camera picture", a_webcam(device), device.clock))

    assert (Mark.OK, True) == (mark, "came MJPG 1920x1080 15.0 fps" in words)


@pytest.mark.parametrize("device", [FakeDevice(opens=False), FakeDevice(), FakeDevice(pictures((64, 36), 1))])
def test_a_camera_that_cannot_be_measured_is_warned_of_and_released(device):
    mark, words = told(probe_picture("camera picture", a_webcam(device), device.clock))

    assert Mark.WARN is mark
    assert words.endswith("stop the kiosk while this is measured, or replug it")
    assert device.released


def test_a_source_that_was_asked_for_nothing_has_nothing_to_compare(tmp_path):
    assert Mark.WARN is probe_picture("picture", ImageFolderSource(tmp_path)).mark
