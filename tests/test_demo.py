"""The demo: five visitors before the real pipeline, an officer who only watches, and no way into service."""

import json
import os
import re
import subprocess
import sys
import threading
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from issuer.founding import create_registry
from issuer.publish import publish
from kiosk import app
from kiosk.__main__ import main
from kiosk.config import Camera, Paths, Screen, Settings, Tighten
from kiosk.demo.authority import DemoAuthority, find_portrait, holder_portrait
from kiosk.demo.director import Director
from kiosk.demo.play import ACTS, NOBODY, make_shots
from kiosk.demo.stage import DemoStage, refuse_provisioned
from kiosk.model import Check, Fault, Outcome, Reason, Step, Verdict
from kiosk.view import Request, ResultView, ScanView
from tests.builders import NOON

ROOT = Path(__file__).resolve().parents[1]
LIMIT_S = 60.0


def settings_in(folder):
    state = folder / "state"
    return Settings(Paths(folder / "store", state, state / "log"), Camera(), Screen(), tighten=Tighten())


def run_kiosk(folder, *words, **environment):
    """Run the command line from `folder`, without a display."""
    lacking = {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}
    variables = {name: value for name, value in os.environ.items() if name not in lacking}
    variables |= {"PYTHONPATH": str(ROOT), **environment}
    return subprocess.run(
        [sys.executable, "-m", "kiosk", "run", *words],
        cwd=folder, env=variables, capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip


def a_config(folder, **paths):
    config = folder / "config.toml"
    lines = [f'{name} = "{path}"' for name, path in paths.items()]
    config.write_text("\n".join(["[paths]", *lines, "[camera]", 'device = "/dev/no-such-camera"']))
    return config


@pytest.mark.slow
def test_without_a_display_the_demo_prints_five_right_answers_and_leaves_a_picture_of_each(tmp_path):
    ended = run_kiosk(tmp_path, "--demo", "--config", a_config(tmp_path, store="store", state="state"))

    told = re.findall(r"^demo: (PASS|FAIL|REFER) +(\S+) +row", ended.stdout, re.MULTILINE)
    expected = [(act.outcome.value, act.reason.value if act.reason else "-") for act in ACTS]
    assert (0, "") == (ended.returncode, ended.stderr)
    assert expected == told
    assert "5 of 5 visitors, all as expected" in ended.stdout
    pictures = sorted(path.name for path in (tmp_path / "demo-screenshots").iterdir())
    assert ["1_PASS.png", "2_FAIL.png", "3_FAIL.png", "4_FAIL.png", "5_FAIL.png"] == pictures
    assert not (tmp_path / "store").exists()
    assert not (tmp_path / "state" / "log").exists()


class SwappedAuthority(DemoAuthority):
    """Signs codes as ever, but the kiosk is given the root and the tree of somebody else."""

    def __init__(self, folder):
        super().__init__(folder)
        now = datetime.now(UTC)
        somebody = create_registry(folder.with_name("somebody"), "sandbox", "ed25519", now)
        self.tree = folder.with_name("somebody's tree")
        publish(somebody, self.tree, now)
        self.root = self.tree / "root.json"


@pytest.mark.slow
@pytest.mark.usefixtures("qapp")
def test_a_demo_that_trusts_another_authority_gives_no_pass_and_says_so(tmp_path):
    said = []
    stage = partial(DemoStage, make_authority=SwappedAuthority, acts=ACTS[:1])
    (tmp_path / "pictures").mkdir()

    code = app.run_demo(settings_in(tmp_path), tmp_path / "pictures", said.append, stage)

    assert 1 == code
    assert ["1_FAIL.png"] == [path.name for path in (tmp_path / "pictures").iterdir()]
    assert "demo: FAIL  ISSUER_UNKNOWN" in said[0]
    assert "(expected PASS)" in said[0]
    assert "demo: 1 of 1 visitors, NOT as expected" == said[-1]


@pytest.mark.parametrize("left", ["root.json", "station.json", "floor.json", "active", "slots"])
def test_a_kiosk_that_was_set_up_plays_no_demo_whatever_is_left_of_it(tmp_path, left):
    (tmp_path / left).symlink_to("nowhere")

    with pytest.raises(Fault) as refused:
        refuse_provisioned(tmp_path)

    assert Reason.TRUST_INVALID is refused.value.reason


def test_a_store_that_was_never_set_up_may_play_a_demo(tmp_path):
    (tmp_path / "README.md").touch()

    refuse_provisioned(tmp_path)
    refuse_provisioned(tmp_path / "missing")


def test_the_demo_is_refused_in_one_sentence_where_a_kiosk_is_set_up(town, tmp_path, capsys):
    town.set_up(tmp_path / "store")
    config = a_config(tmp_path, store="store", state="state")

    code = main(["run", "--demo", "--screenshots", str(tmp_path / "shots"), "--config", str(config)])

    err = capsys.readouterr().err
    assert (4, 1) == (code, err.count("\n"))
    assert "plays no demo" in err


def test_only_pictures_of_an_earlier_demo_are_removed(town, tmp_path, capsys):
    town.set_up(tmp_path / "store")
    folder = tmp_path / "shots"
    folder.mkdir()
    for name in ("1_PASS.png", "12_REFER.png", "2024_holiday.png", "3_FAIL.png.txt"):
        (folder / name).touch()
    config = a_config(tmp_path, store="store", state="state")

    main(["run", "--demo", "--screenshots", str(folder), "--config", str(config)])

    capsys.readouterr()
    assert ["2024_holiday.png", "3_FAIL.png.txt"] == sorted(path.name for path in folder.iterdir())


def test_a_folder_that_takes_no_pictures_is_one_sentence(tmp_path, capsys):
    (tmp_path / "file").touch()
    config = a_config(tmp_path, store="store", state="state")

    code = main(["run", "--demo", "--screenshots", str(tmp_path / "file"), "--config", str(config)])

    assert 4 == code
    assert "does not take pictures" in capsys.readouterr().err


def test_pictures_go_with_the_demo_only(tmp_path, capsys):
    config = a_config(tmp_path, store="store", state="state")

    assert 2 == main(["run", "--screenshots", str(tmp_path), "--config", str(config)])
    assert "goes with --demo" in capsys.readouterr().err


def test_a_demo_without_a_display_is_drawn_off_the_screen(town, tmp_path, monkeypatch, capsys):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    town.set_up(tmp_path / "store")

    code = main(["run", "--demo", "--config", str(a_config(tmp_path, store="store", state="state"))])

    assert 4 == code
    assert "offscreen" == os.environ["QT_QPA_PLATFORM"]
    assert "no display: playing one round of the demo" in capsys.readouterr().out


def test_without_the_demo_the_real_kiosk_is_started(tmp_path, monkeypatch, capsys):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)

    assert 4 == main(["run", "--config", str(a_config(tmp_path, store="store", state="state"))])
    assert "start in a graphical session" in capsys.readouterr().err


# The authority and the play


def an_authority(tmp_path, answers, then="sys.stdin.read()"):
    """An authority that says these lines, whatever it is asked."""
    script = tmp_path / "authority.py"
    lines = ["import sys", *(f"print({answer!r}, flush=True)" for answer in answers), then]
    script.write_text("\n".join(lines))

    class Scripted(DemoAuthority):
        command = (sys.executable, str(script))
        end_s = 0.5

    return Scripted(tmp_path)


READY = json.dumps({"ready": True, "root": "r", "tree": "t"})


@pytest.mark.parametrize("answer", ["not JSON", "[]", '{"error": "no such folder"}', "{}", ""])
def test_an_authority_that_does_not_start_is_a_fault(tmp_path, answer):
    with pytest.raises(Fault) as failed:
        an_authority(tmp_path, [answer])

    assert Reason.TRUST_MISSING is failed.value.reason


def test_an_authority_that_ends_before_it_is_ready_is_a_fault(tmp_path):
    with pytest.raises(Fault, match="authority ended"):
        an_authority(tmp_path, [], then="")


def test_an_authority_that_ends_is_a_fault(tmp_path):
    with an_authority(tmp_path, [READY]) as authority:
        authority._process.kill()
        authority._process.wait()

        with pytest.raises(Fault):
            authority.present("live")


def test_an_authority_that_does_not_end_is_ended(tmp_path):
    authority = an_authority(tmp_path, [READY], then="import time; time.sleep(100)")

    authority.close()

    assert authority._process.returncode < 0


def test_an_authority_that_refuses_is_a_fault_with_its_sentence(tmp_path):
    with (
        an_authority(tmp_path, [READY, '{"id": 1, "error": "present is one of"}']) as authority,
        pytest.raises(Fault, match="present is one of"),
    ):
        authority.present("nothing")


def test_a_portrait_that_is_not_installed_is_a_fault():
    assert holder_portrait().is_file()
    with pytest.raises(Fault):
        find_portrait("skimage", "data", "nobody.png")
    with pytest.raises(Fault):
        find_portrait("no_such_package", "nobody.png")


class Codes:
    """An authority that draws one code and notes what it was asked for."""

    def __init__(self, path):
        self._path = path
        self.asked = []

    def present(self, what):
        self.asked.append(what)
        return self._path


def test_every_act_has_an_empty_room_before_it_and_after_it(tmp_path):
    shots = make_shots(Codes(tmp_path))

    assert ["empty"] == [shot.kind.value for shot in (shots[0],)]
    held = [index for index, shot in enumerate(shots) if shot.held]
    assert {"empty"} == {shots[index + 1].kind.value for index in held}
    assert len(ACTS) == len(held)
    assert NOBODY == shots[-1].caption


# The director


class PlayedScene:
    """What the director sees of a scene: the caption, and that it was released."""

    def __init__(self, *captions):
        self._captions = list(captions)
        self.released = threading.Event()

    @property
    def current_caption(self):
        return self._captions[0]

    def release(self):
        self.released.set()
        self._captions.pop(0)


def a_result(row, outcome=Outcome.PASS, reason=None):
    verdict = Verdict((Check(Step.FACE, outcome, reason),), frozenset({Step.FACE}))
    return ResultView(verdict, row, NOON, None, None, None, None, 5, 15, 5)


def test_the_director_lets_the_next_one_come_when_the_visitor_has_left():
    asked, said, asking = [], [], threading.Event()
    scene = PlayedScene(ACTS[0].name, NOBODY)

    def ask(request):
        asked.append(request)
        asking.set()

    director = Director(scene, ACTS[:1], ask, said.append, linger_s=0.01)
    director.see(ScanView())
    director.see(a_result(1))
    director.see(a_result(1))

    assert asking.wait(LIMIT_S)
    assert director.round_over.wait(LIMIT_S)
    assert scene.released.is_set()
    assert ([Request.NEXT], 1) == (asked, len(said))
    assert director.as_expected
    director.close()


def test_a_wrong_answer_is_never_as_expected():
    scene = PlayedScene(ACTS[0].name, NOBODY)
    director = Director(scene, ACTS[:1], lambda _: None, lambda _: None, linger_s=LIMIT_S)

    director.see(a_result(1))
    assert director.as_expected
    director.see(a_result(2, Outcome.FAIL, Reason.REVOKED))

    assert not director.as_expected
    assert ["PASS", "FAIL"] == [scene.outcome.value for scene in director.scenes]
    director.close()


def test_a_result_that_comes_when_nobody_is_there_belongs_to_the_last_visitor():
    scene = PlayedScene(NOBODY)
    director = Director(scene, ACTS, lambda _: None, lambda _: None, linger_s=LIMIT_S)

    director.see(a_result(1))

    assert ACTS[0] is director.scenes[0].act
    assert not director.as_expected
    director.close()


def test_a_right_outcome_for_a_wrong_reason_is_not_as_expected():
    scene = PlayedScene(ACTS[1].name)
    director = Director(scene, ACTS[1:2], lambda _: None, lambda _: None, linger_s=LIMIT_S)

    director.see(a_result(1, Outcome.FAIL, Reason.REVOKED))

    assert not director.as_expected
    director.close()


def test_a_closed_director_starts_nothing_more():
    scene = PlayedScene(ACTS[0].name, NOBODY)
    director = Director(scene, ACTS[:1], lambda _: None, lambda _: None, linger_s=0.01)
    director.close()

    director.see(a_result(1))

    assert not scene.released.wait(0.05)


def test_a_stage_without_a_director_is_not_over_and_not_right(tmp_path):
    said = []
    stage = DemoStage(settings_in(tmp_path), said.append, once=True)

    stage.see(ScanView())

    assert (False, 1) == (stage.is_over, stage.judge())
    assert ["demo: 0 of 5 visitors, NOT as expected"] == said
