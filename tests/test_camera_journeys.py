"""Whole visits through real captures: a recorded film, and cameras on the network that stall and die."""

from __future__ import annotations

import time
from contextlib import ExitStack

import cv2
import numpy as np
import pytest

from issuer.ledger import Kind
from issuer.present import draw
from kiosk.camera.capture import Capture
from kiosk.camera.film import Film
from kiosk.camera.phone import PHONE_LOOK, draw_phone
from kiosk.camera.qr import QrReader
from kiosk.camera.replay import ImageFolderSource, VideoFileSource
from kiosk.camera.stream import StreamSource
from kiosk.face.engine import load_engine
from kiosk.gear import FaceEye
from kiosk.model import Reason
from kiosk.view import AttentionView, FaceView, ResultView, ScanView
from tests.camera.makers import write_avi
from tests.camera.sender import Sender, as_jpeg
from tests.face.makers import ASTRONAUT, empty_film, person_film
from tests.journeys.kiosk import Kiosk, told
from tests.journeys.pictures import EYES_PX

pytestmark = pytest.mark.slow

HD, FPS = (1280, 720), 15.0
VARIANTS = 10  # more than a driver could go round in
TURNS = 900  # of a tenth of a second at most: a busy machine is no failure


def photographs(film, number=VARIANTS):
    return [film.frame(index / number) for index in range(number)]


def phone_film(text):
    code = cv2.imdecode(np.frombuffer(draw(text, Kind.PHONE).png, np.uint8), cv2.IMREAD_GRAYSCALE)
    return Film(draw_phone(code), PHONE_LOOK)


@pytest.fixture(scope="module")
def holder():
    return photographs(person_film(ASTRONAUT, EYES_PX))


@pytest.fixture(scope="module")
def nobody():
    return photographs(empty_film())


@pytest.fixture(scope="module")
def phone(town):
    return photographs(phone_film(town.text()))


@pytest.fixture(scope="module")
def engine():
    return load_engine()


@pytest.fixture
def open_with(town, engine, tmp_path):
    """Start a kiosk on real captures: of codes, and of faces where there is a second source."""
    with ExitStack() as held:

        def start(source, face_source=None, **options):
            captures = [Capture(each, **options) for each in (source, face_source) if each is not None]
            for capture in captures:
                held.callback(capture.stop, 20)
                capture.start()
            eye = FaceEye(captures[1], QrReader()) if face_source else None
            store = town.set_up(tmp_path / "store")
            parts = {"camera": captures[0], "face_eye": eye, "monotonic": time.monotonic}
            kiosk = Kiosk(store, tmp_path, QrReader(), engine, **parts)
            held.callback(kiosk.close)
            return kiosk

        yield start


@pytest.fixture
def sending():
    """Send pictures over the loopback until the test is over."""
    with ExitStack() as held:
        yield lambda pictures: held.enter_context(Sender([as_jpeg(picture) for picture in pictures]))


def a_stream(sender):
    return StreamSource(sender.url, HD, FPS)


def until(kiosk, kind):
    """Let the worker turn until the screen shows a view of `kind`."""
    for _ in range(TURNS):
        kiosk.runner.turn()
        if isinstance(kiosk.last, kind):
            return kiosk.last
    raise AssertionError(f"no {kind.__name__}, but {kiosk.last}, {kiosk.gear.camera.status}")


def test_a_film_of_a_visit_passes_and_is_called_simulated(open_with, phone, holder, tmp_path):
    film = write_avi(tmp_path / "visit.avi", phone * 2 + holder * 15)
    kiosk = open_with(VideoFileSource(film, loop=True))

    result = until(kiosk, ResultView)

    assert ("PASS",) == told(result.verdict)
    assert [True] == [visit.simulated_camera for visit in kiosk.visits()]


def test_a_folder_of_photographs_of_a_refused_code_fails(open_with, town, tmp_path):
    for number, picture in enumerate(photographs(phone_film(town.text("revoked")), 3)):
        cv2.imwrite(str(tmp_path / f"{number}.png"), picture)
    kiosk = open_with(ImageFolderSource(tmp_path, loop=True))

    assert ("FAIL", "REVOKED") == told(until(kiosk, ResultView).verdict)


def test_two_cameras_on_the_network_see_a_visit_to_its_end(open_with, phone, holder, sending):
    kiosk = open_with(a_stream(sending(phone)), a_stream(sending(holder)), expect_noise=True)

    result = until(kiosk, ResultView)

    assert ("PASS",) == told(result.verdict)
    assert [(True, True)] == [
        (visit.simulated_camera, visit.simulated_face_camera) for visit in kiosk.visits()
    ]


@pytest.mark.parametrize("fault", ["stall", "freeze", "go away"])
def test_a_visit_whose_camera_for_faces_fails_is_referred_and_the_kiosk_comes_back(
    open_with, phone, nobody, sending, fault
):
    codes, faces = sending(phone), sending(nobody)
    kiosk = open_with(a_stream(codes), a_stream(faces), expect_noise=True)
    until(kiosk, FaceView)

    begin(faces, fault)
    attention = until(kiosk, AttentionView)
    codes.parts = [as_jpeg(picture) for picture in nobody]
    end(faces, fault, nobody)
    until(kiosk, ScanView)

    assert Reason.FACE_CAMERA_LOST is attention.reason
    assert [("REFER", "FACE_CAMERA_LOST")] == [told(visit) for visit in kiosk.visits()]


def test_a_stream_that_dies_in_the_middle_of_a_frame_does_not_end_a_visit(
    open_with, phone, holder, nobody, sending
):
    codes, faces = sending(phone), sending(nobody)
    kiosk = open_with(a_stream(codes), a_stream(faces), expect_noise=True)
    until(kiosk, FaceView)

    for sender in (codes, faces):
        sender.die()
    while faces.visits < 2:
        kiosk.runner.turn()
    faces.parts = [as_jpeg(picture) for picture in holder]

    assert ("PASS",) == told(until(kiosk, ResultView).verdict)


def begin(sender, fault):
    match fault:
        case "stall":
            sender.stall()
        case "freeze":
            sender.parts = sender.parts[:1]
        case _:
            sender.go_away()


def end(sender, fault, pictures):
    sender.parts = [as_jpeg(picture) for picture in pictures]
    sender.go_on()
    if fault == "go away":
        sender.come_back()
