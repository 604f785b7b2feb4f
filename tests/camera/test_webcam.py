import cv2
import numpy as np
import pytest

from kiosk.camera.devices import CameraInfo, find_camera, find_refusal, list_cameras
from kiosk.camera.webcam import WebcamSource
from kiosk.model import Fault, Reason
from tests.camera.makers import FakeDevice, noise_picture


class Machine:
    """Linux's listings of video devices, as files below `root`."""

    def __init__(self, root):
        self.sys = root / "sys" / "class" / "video4linux"
        self.dev = root / "dev"
        self.hardware = root / "sys" / "devices"
        self.sys.mkdir(parents=True)
        self.dev.mkdir(parents=True)

    def add_usb(self, number, name, by_id, node="0", socket=None, serial=None):
        usb = self.hardware / "pci0" / f"usb{number}"
        entry = usb / "1-1:1.0" / "video4linux" / f"video{number}"
        entry.mkdir(parents=True)
        (usb / "idVendor").write_text("046d\n")
        (usb / "idProduct").write_text("0825\n")
        if serial is not None:
            (usb / "serial").write_text(serial + "\n")
        self._describe(entry, name, node)
        (entry / "device").symlink_to(usb / "1-1:1.0")
        for kind, link in (("by-id", by_id), ("by-path", socket)):
            if link is not None:
                links = self.dev / "v4l" / kind
                links.mkdir(parents=True, exist_ok=True)
                (links / link).symlink_to(f"../../video{number}")
        return self

    def add_virtual(self, number, name):
        entry = self.hardware / "virtual" / "video4linux" / f"video{number}"
        entry.mkdir(parents=True)
        self._describe(entry, name, "0")
        return self

    def _describe(self, entry, name, node):
        (entry / "name").write_text(name + "\n")
        (entry / "index").write_text(node + "\n")
        (self.sys / entry.name).symlink_to(entry)
        (self.dev / entry.name).touch()

    def list(self):
        return list_cameras(self.sys, self.dev)

    def find(self, wanted):
        return find_camera(wanted, self.sys, self.dev)


@pytest.fixture
def machine(tmp_path):
    return Machine(tmp_path)


USB = CameraInfo("usb-Maker_Cam-index0", 2, "Maker Cam", virtual=False, usb="046d:0825")


def test_a_usb_camera_is_listed_under_its_stable_name(machine):
    machine.add_usb(2, "Maker Cam", "usb-Maker_Cam-index0")

    assert (USB,) == machine.list()


@pytest.mark.parametrize(
    ("serial", "pin"),
    [
        ("A1B2-77", "046d:0825:A1B2-77"),
        (None, "046d:0825:"),
        ("", "046d:0825:"),
        ("two words", "046d:0825:"),
        ("x" * 65, "046d:0825:"),
    ],
)
def test_a_usb_camera_has_a_name_for_the_signed_policy(machine, serial, pin):
    machine.add_usb(2, "Maker Cam", "usb-Maker_Cam-index0", serial=serial)

    assert pin == machine.find("2").pin


def test_a_loopback_device_has_no_name_for_the_signed_policy(machine):
    machine.add_virtual(7, "Dummy video device (0x0000)")

    assert machine.find("7").pin is None


def test_what_a_camera_gives_says_which_one_it_is():
    device = FakeDevice([noise_picture(1)])
    source = a_webcam(
        device, CameraInfo("by-id", 2, "Maker Cam", virtual=False, usb="046d:0825", serial="A1")
    )

    source.open()

    assert "046d:0825:A1" == source.delivery.pin


def test_a_loopback_device_is_listed_as_virtual(machine):
    machine.add_virtual(7, "Dummy video device (0x0000)")

    assert [("video7", True, None)] == [(c.id, c.virtual, c.usb) for c in machine.list()]


def test_a_node_that_carries_metadata_only_is_not_listed(machine):
    machine.add_usb(2, "Maker Cam", "usb-Maker_Cam-index0").add_usb(3, "Maker Cam", "meta", node="1")

    assert (USB,) == machine.list()


def test_a_machine_without_video_devices_has_no_cameras(tmp_path):
    assert () == list_cameras(tmp_path / "none", tmp_path)


@pytest.mark.parametrize(
    "wanted", ["2", "video2", "/dev/video2", "usb-Maker_Cam-index0", "/dev/v4l/by-id/usb-Maker_Cam-index0"]
)
def test_a_camera_is_found_by_number_path_and_stable_name(machine, wanted):
    machine.add_virtual(1, "Dummy").add_usb(2, "Maker Cam", "usb-Maker_Cam-index0")

    assert USB == machine.find(wanted)


@pytest.mark.parametrize("wanted", ["0", "", "/dev/video1", "../../etc", "2"])
def test_a_camera_that_is_not_there_is_lost(machine, wanted):
    with pytest.raises(Fault) as fault:
        machine.find(wanted)

    assert fault.value.reason is Reason.CAMERA_LOST


def a_webcam(device, camera=USB, **options):
    return WebcamSource(
        "2", find=lambda _: camera, open_device=lambda _: device, clock=device.clock, **options
    )


def test_mjpg_is_asked_for_first_then_size_rate_and_one_buffer():
    device = FakeDevice([noise_picture(1)])

    a_webcam(device).open()

    assert [
        (cv2.CAP_PROP_FOURCC, float(cv2.VideoWriter.fourcc(*"MJPG"))),
        (cv2.CAP_PROP_FRAME_WIDTH, 1920.0),
        (cv2.CAP_PROP_FRAME_HEIGHT, 1080.0),
        (cv2.CAP_PROP_FPS, 15.0),
        (cv2.CAP_PROP_BUFFERSIZE, 1.0),
    ] == device.asked


def test_the_size_is_read_from_a_picture_and_not_from_promises():
    source = a_webcam(FakeDevice([None, noise_picture(1, (64, 48)), noise_picture(2, (64, 48))]))

    source.open()

    assert (64, 48) == source.delivery.size
    assert np.array_equal(source.read(), noise_picture(2, (64, 48)))
    assert (source.name, source.simulated) == ("Maker Cam", False)


@pytest.mark.parametrize(
    "device", [FakeDevice(opens=False), FakeDevice(), FakeDevice([np.zeros((4, 4), np.uint8)])]
)
def test_a_device_that_gives_no_colour_picture_is_a_lost_camera_and_released(device):
    with pytest.raises(Fault) as fault:
        a_webcam(device).open()

    assert fault.value.reason is Reason.CAMERA_LOST
    assert device.released


def test_an_error_of_opencv_while_reading_is_a_failed_picture():
    source = a_webcam(FakeDevice([noise_picture(1), cv2.error("gone")]))
    source.open()

    assert source.read() is None


def test_an_error_of_opencv_while_opening_is_a_lost_camera():
    def fails(_):
        raise cv2.error("no driver")

    with pytest.raises(Fault) as fault:
        WebcamSource("2", find=lambda _: USB, open_device=fails).open()

    assert fault.value.reason is Reason.CAMERA_LOST


VIRTUAL = CameraInfo("video7", 7, "Dummy", virtual=True)


def test_a_virtual_camera_is_refused():
    with pytest.raises(Fault) as fault:
        a_webcam(FakeDevice([noise_picture(1)]), VIRTUAL).open()

    assert fault.value.reason is Reason.CAMERA_LOST


def test_a_virtual_camera_that_is_allowed_says_what_it_is():
    source = a_webcam(FakeDevice([noise_picture(1)]), VIRTUAL, allow_virtual=True)

    source.open()

    assert ("Dummy (virtual)", True) == (source.name, source.simulated)


def test_a_closed_camera_gives_no_picture():
    device = FakeDevice([noise_picture(1), noise_picture(2)])
    source = a_webcam(device)
    source.open()

    source.close()

    assert device.released
    assert source.read() is None


def test_a_number_no_device_has_is_a_lost_camera_on_this_machine():
    with pytest.raises(Fault) as fault:
        WebcamSource("999").open()

    assert fault.value.reason is Reason.CAMERA_LOST


def test_a_camera_is_found_by_its_stable_name_after_it_came_back_under_another_number(tmp_path):
    before = Machine(tmp_path / "before").add_usb(0, "Maker Cam", "usb-Maker_Cam-index0")
    after = Machine(tmp_path / "after").add_usb(4, "Maker Cam", "usb-Maker_Cam-index0")
    machines, opened = [before, after], []
    device = FakeDevice([noise_picture(1), noise_picture(2)])

    def open_device(index):
        opened.append(index)
        return device

    source = WebcamSource(
        "/dev/v4l/by-id/usb-Maker_Cam-index0",
        find=lambda wanted: machines.pop(0).find(wanted),
        open_device=open_device,
    )
    source.open()
    source.open()

    assert [0, 4] == opened
    assert "usb-Maker_Cam-index0" == source.delivery.camera


def test_two_cameras_of_one_name_are_told_apart_by_their_sockets(machine):
    machine.add_usb(0, "Cam", "usb-Cam-index0", socket="pci-usb-0:1-index0")
    machine.add_usb(2, "Cam", None, socket="pci-usb-0:2-index0")

    assert ["usb-Cam-index0", "pci-usb-0:2-index0"] == [camera.id for camera in machine.list()]
    assert 0 == machine.find("/dev/v4l/by-path/pci-usb-0:1-index0").index
    assert 2 == machine.find("pci-usb-0:2-index0").index


def test_a_camera_without_a_link_has_no_stable_name(machine):
    machine.add_usb(0, "Cam", "usb-Cam-index0").add_virtual(1, "Dummy")

    assert [True, False] == [camera.is_stable for camera in machine.list()]


def test_a_virtual_device_is_refused_in_words(machine):
    machine.add_usb(0, "Cam", "usb-Cam-index0").add_virtual(1, "Dummy")

    assert [None, "is a virtual device: a program, not a sensor"] == [
        find_refusal(camera) for camera in machine.list()
    ]
