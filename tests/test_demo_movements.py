"""The demo of a bank: one follows the movements, a picture does not, one rather asks for an officer.

All of them are one portrait warped by its own mesh; nobody alive was filmed.
"""

import os
import re
import subprocess
import sys
from functools import lru_cache, partial
from pathlib import Path

import numpy as np
import pytest

from kiosk import app
from kiosk.__main__ import main
from kiosk.camera.scene import Shot, ShotKind
from kiosk.config import Camera, Paths, Screen, Settings, Tighten
from kiosk.demo.actor import ActedScene, Actor
from kiosk.demo.authority import holder_portrait
from kiosk.demo.play import ACTS, ACTS_OF, BANK_ACTS, Act, Manner
from kiosk.demo.stage import PURPOSES, DemoStage
from kiosk.face.engine import load_engine
from kiosk.imaging import read_image_file
from kiosk.model import Movement, Note, Outcome, Reason
from kiosk.view import FaceView, Request, ScanView
from tests.face.acting import Chosen
from tests.journeys.kiosk import told

ROOT = Path(__file__).resolve().parents[1]
ORDER = (Movement.BLINK, Movement.TURN_LEFT, Movement.COME_CLOSER)
ANOTHER = (Movement.TURN_RIGHT, Movement.TURN_LEFT, Movement.BLINK)


class Time:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


@lru_cache
def an_engine():
    return load_engine()


def an_actor(clock):
    return Actor(read_image_file(holder_portrait()), an_engine(), clock)


def asked(movement):
    return FaceView(None, 0.0, 9.0, movement=movement, may_skip=True)


class Counter:
    """The actor before the camera of a whole kiosk, whose screen he sees."""

    def __init__(self, kiosk, *, follows=True):
        self._kiosk, self._actor = kiosk, an_actor(lambda: kiosk.camera.now)
        self._actor.follows = follows

    def picture(self):
        self._actor.see(self._kiosk.last)
        return self._actor.film()


@pytest.fixture
def bank(open_kiosk):
    return open_kiosk("bank", engine=an_engine(), chance=Chosen(*ORDER))


@pytest.mark.parametrize("order", [ORDER, ANOTHER])
def test_the_actor_who_follows_the_screen_passes_at_the_bank(open_kiosk, town, order):
    bank = open_kiosk("bank", engine=an_engine(), chance=Chosen(*order))

    result = bank.visit(town.text(), Counter(bank))

    assert ("PASS",) == told(result.verdict)
    assert Note.LIVENESS_MOVEMENTS in result.verdict.notes


def test_the_actor_who_stands_still_is_referred_and_not_called_a_film(bank, town):
    result = bank.visit(town.text(), Counter(bank, follows=False))

    assert ("REFER", "LIVENESS_NOT_PASSED") == told(result.verdict)


def test_the_actor_moves_a_moment_after_he_is_asked_and_comes_back():
    clock = Time()
    actor = an_actor(clock)
    before = actor.film().astype(int)
    actor.see(asked(Movement.TURN_LEFT))

    def change():
        return np.abs(actor.film().astype(int) - before).mean()

    still = change()
    clock.now += 0.9
    turned = change()
    clock.now += 1.5
    assert still < 5 < turned
    assert change() < 5


def test_no_two_pictures_of_the_actor_are_equal():
    actor = an_actor(Time())

    assert 30 == len({actor.film().tobytes() for _ in range(30)})


class Officer:
    """Notes what is asked of the kiosk."""

    def __init__(self):
        self.asked = []

    def __call__(self, request):
        self.asked.append(request)


@pytest.mark.parametrize("manner", Manner)
def test_only_who_asks_for_an_officer_touches_the_button(manner):
    act = Act("somebody", "live", "holder", Outcome.PASS, None, manner)
    officer = Officer()
    shots = (Shot(ShotKind.FACE, 1.0, act.name, held=True),)
    scene = ActedScene(shots, [act], an_actor(Time()), ask=officer)

    scene.see(ScanView())
    scene.see(asked(None))
    scene.see(asked(Movement.BLINK))

    assert ([Request.COMPARE_BY_EYE] if manner is Manner.ASKS else []) == officer.asked


def test_the_scene_films_the_actor_only_where_a_face_is_before_the_camera():
    act = Act("somebody", "live", "holder", Outcome.PASS, None, Manner.FOLLOWS)
    actor = an_actor(Time())
    room = ActedScene((Shot(ShotKind.EMPTY, 1.0, act.name, held=True),), [act], actor)
    counter = ActedScene((Shot(ShotKind.FACE, 1.0, act.name, held=True),), [act], actor)
    assert counter.read() is None

    for scene in (room, counter):
        scene.open()
    faces = [len(an_engine().find_faces(scene.read())) for scene in (room, counter)]
    for scene in (room, counter):
        scene.close()

    assert [0, 1] == faces


def test_every_purpose_of_the_sandbox_has_its_play():
    assert {"checkpoint", "bank", "hotel"} == set(PURPOSES) == set(ACTS_OF)
    assert {Outcome.PASS, Outcome.REFER} == {act.outcome for act in BANK_ACTS}
    assert [Reason.LIVENESS_NOT_PASSED, Reason.LIVENESS_SKIPPED] == [a.reason for a in BANK_ACTS if a.reason]


@pytest.mark.slow
@pytest.mark.usefixtures("qapp")
def test_the_demo_of_the_bank_refers_whoever_asks_for_an_officer(tmp_path):
    said = []
    settings = Settings(
        Paths(tmp_path / "store", tmp_path / "state", tmp_path / "state" / "log"),
        Camera(),
        Screen(),
        tighten=Tighten(),
    )
    (tmp_path / "pictures").mkdir()

    stage = partial(DemoStage, purpose="bank", acts=BANK_ACTS[2:])
    code = app.run_demo(settings, tmp_path / "pictures", said.append, stage)

    assert (0, "demo: 1 of 1 visitors, all as expected") == (code, said[-1])
    assert ["1_REFER.png"] == [path.name for path in (tmp_path / "pictures").iterdir()]


@pytest.mark.slow
def test_a_hotel_plays_the_visitors_of_a_checkpoint_and_says_that_it_asks_for_no_movements(tmp_path):
    (tmp_path / "config.toml").write_text('[paths]\nstore = "store"\nstate = "state"\n')
    lacking = {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}
    variables = {name: value for name, value in os.environ.items() if name not in lacking}

    ended = subprocess.run(
        [sys.executable, "-m", "kiosk", "run", "--demo", "--purpose", "hotel", "--config", "config.toml"],
        cwd=tmp_path, env=variables | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=240,
        check=False,
    )  # fmt: skip

    assert (0, "") == (ended.returncode, ended.stderr)
    assert "a hotel asks for no movements" in ended.stdout
    assert len(ACTS) == len(re.findall(r"^demo: (?:PASS|FAIL)", ended.stdout, re.MULTILINE))


def test_a_kiosk_s_own_purpose_is_not_chosen_by_a_word(tmp_path, capsys):
    config = tmp_path / "config.toml"
    config.write_text('[paths]\nstore = "store"\nstate = "state"\n')

    assert 2 == main(["run", "--purpose", "bank", "--config", str(config)])
    assert "goes with --demo" in capsys.readouterr().err
