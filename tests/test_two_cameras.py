"""A kiosk with two cameras: codes before the one, faces before the other, and the loss of either."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from kiosk.audit.entry import Visit
from kiosk.gear import FaceEye
from kiosk.model import Environment, Hint, Reason
from kiosk.view import AttentionView, Caution, FaceView, Request, ResultView, ScanView
from tests.builders import NOON
from tests.journeys import pictures
from tests.journeys.kiosk import ScriptedCamera, told


@pytest.fixture
def eye(sight):
    """The camera for faces; it shows an empty room until told otherwise."""
    camera = FollowingCamera()
    camera.scene = pictures.nobody()
    return FaceEye(camera, sight[0])


class FollowingCamera(ScriptedCamera):
    """A second camera on the clock of the first."""

    def __init__(self):
        super().__init__()
        self.leader = None

    def take(self, timeout_s):
        frame = super().take(timeout_s)
        self.leader.now = max(self.leader.now, self.now)
        return frame and replace(frame, taken_at=self.leader.now)


@pytest.fixture
def kiosk(open_kiosk, eye):
    opened = open_kiosk(face_eye=eye)
    eye.camera.leader = opened.camera
    eye.camera.now = opened.camera.now
    return opened


def visit(kiosk, eye, text, person, **options):
    """The phone before the one camera, then the person before the other."""
    eye.camera.scene = person
    return kiosk.until(ResultView, pictures.phone(text, **options))


def test_the_phone_stays_before_one_camera_while_the_other_sees_the_holder(kiosk, eye, town):
    result = visit(kiosk, eye, town.text(), pictures.holder())

    assert ("PASS",) == told(result.verdict) == told(kiosk.visits()[0])


def test_somebody_else_before_the_camera_for_faces_is_a_mismatch(kiosk, eye, town):
    result = visit(kiosk, eye, town.text(), pictures.impostor())

    assert ("FAIL", "FACE_MISMATCH") == told(result.verdict)


def test_the_holder_before_the_camera_for_codes_is_nobody(kiosk, town):
    kiosk.show(pictures.phone(town.text()), 1.0)

    result = kiosk.until(ResultView, pictures.holder())

    assert ("REFER", "FACE_TIMEOUT") == told(result.verdict)


def test_a_phone_before_the_camera_for_faces_never_passes(kiosk, eye, town):
    phone = pictures.phone(town.text(), with_photo=True)
    eye.camera.scene = phone

    result = kiosk.until(ResultView, phone)

    assert ("REFER", "FACE_TIMEOUT") == told(result.verdict)
    assert Hint.PUT_PHONE_AWAY in {view.hint for view in kiosk.views if isinstance(view, FaceView)}


def test_a_code_before_the_camera_for_faces_begins_no_visit(kiosk, eye, town):
    eye.camera.scene = pictures.phone(town.text())

    view = kiosk.show(pictures.nobody(), 3.0)

    assert isinstance(view, ScanView)
    assert [] == kiosk.visits()


def test_a_phone_that_stays_before_its_camera_is_one_visit(kiosk, eye, town):
    visit(kiosk, eye, town.text(), pictures.holder())
    kiosk.show(pictures.phone(town.text()), 20.0)

    assert 1 == len(kiosk.visits())


def test_a_phone_that_stays_while_the_officer_goes_on_is_no_second_visit(kiosk, town):
    kiosk.show(pictures.phone(town.text()), 5.0)
    kiosk.ask(Request.NEXT)
    kiosk.show(pictures.phone(town.text(at=NOON + timedelta(seconds=10))), 5.0)

    assert [("REFER", "VISIT_TIMEOUT")] == [told(each) for each in kiosk.visits()]


@pytest.mark.parametrize("lost", ["codes", "faces"])
@pytest.mark.parametrize("when", ["scanning", "looking at the face"])
def test_losing_either_camera_is_out_of_service_and_says_which(kiosk, eye, town, lost, when):
    if when == "looking at the face":
        kiosk.show(pictures.phone(town.text()), 1.0)
    broken = kiosk.camera if lost == "codes" else eye.camera
    broken.lost = True
    view = kiosk.show(pictures.nobody())
    broken.lost = False
    back = kiosk.show(pictures.nobody(), 7.0)

    reason = Reason.CAMERA_LOST if lost == "codes" else Reason.FACE_CAMERA_LOST
    assert AttentionView(reason, f"for {lost}: unplugged") == view
    assert isinstance(back, ScanView)


@pytest.mark.parametrize("weak", ["codes", "faces"])
def test_a_camera_that_gives_less_than_asked_is_shown_to_the_supervisor(kiosk, eye, weak):
    kiosk.show(pictures.nobody(), 6.0)
    before = kiosk.status[-1].warnings

    (kiosk.camera if weak == "codes" else eye.camera).shortfalls = ("640x480 instead of 1920x1080",)
    kiosk.show(pictures.nobody(), 6.0)

    assert {Caution.CAMERA_WEAK} == set(kiosk.status[-1].warnings) - set(before)


def simulated_in(facts):
    return [(fact.simulated_camera, fact.simulated_face_camera) for fact in facts if isinstance(fact, Visit)]


@pytest.mark.parametrize(("code", "face"), [(False, False), (True, False), (False, True), (True, True)])
def test_the_row_says_which_camera_was_simulated(kiosk, eye, town, code, face):
    kiosk.camera.simulated, eye.camera.simulated = code, face

    visit(kiosk, eye, town.text("revoked"), pictures.nobody())

    assert [(code, face)] == simulated_in(kiosk.facts())
    assert (code or face) is kiosk.status[-1].simulated_camera


def test_with_one_camera_the_row_speaks_of_that_one(open_kiosk, town):
    kiosk = open_kiosk()
    kiosk.camera.simulated = True

    kiosk.until(ResultView, pictures.phone(town.text("revoked")), 1.0)

    assert [(True, False)] == simulated_in(kiosk.facts())


def in_production(kiosk):
    trust = replace(kiosk.gear.trust(), environment=Environment.PRODUCTION)
    return lambda: trust


@pytest.mark.parametrize("which", ["codes", "faces"])
def test_production_refuses_pictures_that_come_from_no_sensor(open_kiosk, kiosk, eye, which):
    (kiosk.camera if which == "codes" else eye.camera).simulated = True
    other = open_kiosk(
        folder=kiosk.folder / "other", trust=in_production(kiosk), camera=kiosk.camera, face_eye=eye
    )

    other.show(pictures.nobody())

    assert Reason.CAMERA_REFUSED is other.attention


def test_production_takes_the_pictures_of_sensors(open_kiosk, kiosk, eye):
    other = open_kiosk(
        folder=kiosk.folder / "other", trust=in_production(kiosk), camera=kiosk.camera, face_eye=eye
    )

    other.show(pictures.nobody())

    assert other.attention is None
