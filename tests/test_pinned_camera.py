"""Cameras that the signed policy names, those it does not, and the rows that say which one looked."""

from dataclasses import replace

import pytest

from kiosk.audit.entry import CameraChanged
from kiosk.camera.delivery import Ask, Delivery
from kiosk.gear import FaceEye
from kiosk.model import Reason
from kiosk.view import FaceView, ScanView
from tests.journeys import pictures
from tests.journeys.kiosk import ScriptedCamera, told

OURS, SAME_MAKE, OTHER = "046d:0825:A1B2", "046d:0825:C3D4", "1bcf:2c99:0001"


def a_delivery(pin):
    return Delivery("usb-Maker_Cam-index0", Ask(None, (640, 480), 15.0), "MJPG", (640, 480), pin)


class PinnedCamera(ScriptedCamera):
    """A camera of the script that says which one it is; `delivery` None is one that cannot."""

    def __init__(self, pin=OURS):
        super().__init__()
        self.delivery = None if pin is None else a_delivery(pin)
        self.size = (640, 480)

    @property
    def status(self):
        return replace(super().status, delivery=self.delivery, frame_size=self.size)


@pytest.fixture
def start(open_kiosk):
    """Start a kiosk whose policy names cameras, with this one before it."""

    def start(camera, *allowed, **changes):
        plain = open_kiosk()
        trust = plain.gear.trust()
        pinned = replace(trust, policy=replace(trust.policy, cameras=frozenset(allowed)))
        changes |= {"trust": lambda: pinned, "camera": camera, "monotonic": camera.monotonic}
        kiosk = open_kiosk(folder=plain.folder / "pinned", **changes)
        kiosk.camera = camera
        kiosk.runner.turn()
        return kiosk

    return start


def shown(kiosk):
    kiosk.show(pictures.nobody(), 1.0)
    return kiosk.attention


@pytest.mark.parametrize("allowed", [(OURS,), (OTHER, OURS), ("046d:0825:",)])
def test_a_camera_that_the_policy_names_serves(start, allowed):
    assert shown(start(PinnedCamera(), *allowed)) is None


@pytest.mark.parametrize("pin", [SAME_MAKE, OTHER, None])
def test_any_other_camera_is_out_of_service(start, pin):
    assert Reason.CAMERA_NOT_ALLOWED is shown(start(PinnedCamera(pin), OURS))


def test_a_camera_without_a_number_of_its_own_is_none_that_a_number_names(start):
    assert Reason.CAMERA_NOT_ALLOWED is shown(start(PinnedCamera("046d:0825:"), OURS))


def test_a_simulated_camera_is_none_that_a_policy_names(start):
    camera = PinnedCamera()
    camera.simulated = True

    assert Reason.CAMERA_NOT_ALLOWED is shown(start(camera, OURS))


def test_a_device_off_usb_is_none_that_a_policy_names(start):
    camera = PinnedCamera()
    camera.delivery = a_delivery(None)

    assert Reason.CAMERA_NOT_ALLOWED is shown(start(camera, OURS))


def test_a_camera_that_has_given_nothing_yet_is_not_judged(start):
    camera = PinnedCamera(None)
    camera.size = None

    assert shown(start(camera, OURS)) is None


def test_where_the_policy_names_none_any_camera_serves(start):
    assert shown(start(PinnedCamera(OTHER))) is None


def test_the_camera_for_faces_must_be_named_too(start):
    face = PinnedCamera(OTHER)

    kiosk = start(PinnedCamera(), OURS, face_eye=FaceEye(face, None))

    assert Reason.CAMERA_NOT_ALLOWED is shown(kiosk)


def test_a_camera_changed_in_the_middle_of_a_visit_ends_it_without_a_pass(start, town):
    camera = PinnedCamera()
    kiosk = start(camera, OURS)
    kiosk.show(pictures.phone(town.text()), 1.0)
    assert isinstance(kiosk.last, FaceView)

    camera.delivery = a_delivery(OTHER)
    kiosk.show(pictures.holder(), 3.0)

    assert Reason.CAMERA_NOT_ALLOWED is kiosk.attention
    assert ("REFER", "CAMERA_NOT_ALLOWED") == told(kiosk.visits()[-1])


def test_plugging_the_right_camera_in_ends_it(start):
    camera = PinnedCamera(OTHER)
    kiosk = start(camera, OURS)
    assert Reason.CAMERA_NOT_ALLOWED is shown(kiosk)

    camera.delivery = a_delivery(OURS)
    kiosk.show(pictures.nobody(), 7.0)

    assert isinstance(kiosk.last, ScanView)


def changes(kiosk):
    return [fact for fact in kiosk.facts() if isinstance(fact, CameraChanged)]


def test_the_first_camera_after_a_start_and_every_other_one_has_a_row(start):
    camera = PinnedCamera(OURS)
    kiosk = start(camera)
    kiosk.show(pictures.nobody(), 12.0)
    camera.delivery = a_delivery(OTHER)
    kiosk.show(pictures.nobody(), 12.0)

    assert [CameraChanged(None, OURS), CameraChanged(OURS, OTHER)] == changes(kiosk)


def test_a_camera_off_usb_is_named_by_its_place(start):
    camera = PinnedCamera()
    camera.delivery = a_delivery(None)

    kiosk = start(camera)

    assert [CameraChanged(None, "usb-Maker_Cam-index0")] == changes(kiosk)


def test_the_row_tells_the_camera_for_faces_from_the_one_for_codes(start):
    kiosk = start(PinnedCamera(OURS), face_eye=FaceEye(PinnedCamera(OTHER), None))

    assert [CameraChanged(None, OURS), CameraChanged(None, OTHER, faces=True)] == changes(kiosk)


def test_a_camera_that_says_nothing_of_itself_has_no_row(start):
    assert [] == changes(start(PinnedCamera(None)))
