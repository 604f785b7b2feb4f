"""Which cameras a kiosk has, by its settings."""

import pytest

from kiosk.compose import make_captures, make_face_eye
from kiosk.config import Camera, FaceCamera, Settings

CODES, FACES = "/dev/v4l/by-id/usb-Codes-index0", "/dev/v4l/by-id/usb-Faces-index0"


def captures(code, face):
    return make_captures(Settings(camera=Camera(device=code), face_camera=FaceCamera(device=face)))


@pytest.mark.parametrize("face", ["", CODES])
def test_one_camera_sees_codes_and_faces_unless_there_is_another(face):
    capture, second = captures(CODES, face)

    assert CODES == capture.source.name
    assert second is None
    assert make_face_eye(second) is None


def test_a_second_camera_has_a_capture_and_a_reader_of_its_own():
    capture, second = captures(CODES, FACES)

    assert (CODES, FACES) == (capture.source.name, second.source.name)
    assert second is make_face_eye(second).camera


@pytest.mark.parametrize(
    ("device", "simulated"), [("0", False), (CODES, False), ("rtsp://10.0.0.9/ch1", True)]
)
def test_what_comes_over_the_network_counts_as_simulated(device, simulated):
    capture, _ = captures(device, "")

    assert simulated is capture.simulated
