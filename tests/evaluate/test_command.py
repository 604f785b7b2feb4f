import json
import re

import numpy as np
import pytest

from kiosk.__main__ import main
from kiosk.evaluate.progress import Progress
from tests.evaluate.makers import a_clip, a_town, noisy
from tests.face.makers import ASTRONAUT, picture_of

QUICK = ("--tries", "1", "--frames", "1")


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    return a_town(tmp_path_factory.mktemp("town"))


@pytest.mark.slow
def test_people_are_measured_twice_with_the_same_bytes(town, tmp_path, capsys):
    runs = []
    for name in ("one.html", "two.html"):
        words = ("evaluate", "faces", "--data", str(town), "--json", "--report", str(tmp_path / name), *QUICK)
        assert 0 == main(words)
        runs.append((capsys.readouterr().out, (tmp_path / name).read_bytes()))

    assert runs[0] == runs[1]
    found = json.loads(runs[0][0])
    assert "simulated webcam" == found["probe"]
    assert (4, 6, 2) == (
        found["acquisition"]["people"],
        found["acquisition"]["pictures"],
        found["acquisition"]["people_with_genuine_visits"],
    )
    assert {"NO_FACE": 1, "UNREADABLE": 1} == found["acquisition"]["failure_to_enrol_reasons"]
    assert (0, 8) == tuple(found["visit"]["false_match"][key] for key in ("errors", "trials"))
    assert (0, 4) == tuple(found["visit"]["false_non_match"][key] for key in ("errors", "trials"))
    assert {"unknown", "female"} == {group["name"] for group in found["groups"] if group["kind"] == "gender"}
    page = runs[0][1].decode()
    assert 3 == page.count("<svg")
    assert not re.search(r"<img|https?://(?!www\.w3\.org/2000/svg)|data:image", page)
    assert "mission" not in page


@pytest.mark.slow
def test_the_terminal_gets_counts_with_intervals_and_progress_apart(town, capsys):
    assert 0 == main(("evaluate", "faces", "--data", str(town), *QUICK, "--photo-bytes", "900"))

    told = capsys.readouterr()
    assert re.search(r"false match +0 of 8 = 0 % \(0 % to 36\.9 %\)", told.out)
    assert "gender: female" in told.out
    assert "faces 100 %" in told.err


def test_clips_are_measured(tmp_path, capsys):
    rng = np.random.default_rng(1)
    a_clip(tmp_path / "print" / "still", [noisy(picture_of(ASTRONAUT), rng) for _ in range(4)])

    assert 0 == main(
        ("evaluate", "liveness", "--data", str(tmp_path), "--report", str(tmp_path / "report.html"))
    )
    told = capsys.readouterr()
    assert "APCER print: 0 of 1" in told.out
    assert "APCER" in (tmp_path / "report.html").read_text("utf-8")

    assert 0 == main(("evaluate", "liveness", "--data", str(tmp_path), "--json"))
    assert 1 == json.loads(capsys.readouterr().out)["apcer"]["print"]["trials"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("faces", "--data", "nowhere"), "nowhere: no such folder"),
        (("faces", "--data", "{empty}"), "no pictures in folders by person"),
        (("faces", "--data", "{empty}", "--accept", "0.3", "--refer", "0.4"), "refer not above accept"),
        (("faces", "--data", "{empty}", "--accept", "nan"), "between -1 and 1"),
        (("faces", "--data", "{empty}", "--frames", "0"), "--frames from 1"),
        (("faces", "--data", "{empty}", "--photo-bytes", "5"), "--photo-bytes from 200"),
        (("liveness", "--data", "nowhere"), "nowhere: not readable"),
        (("liveness", "--data", "{empty}"), "no clips in folders by kind"),
    ],
)
def test_what_cannot_be_measured_is_one_sentence(tmp_path, capsys, words, sentence):
    (tmp_path / "nobody").mkdir()

    assert 2 == main(("evaluate", *(word.format(empty=tmp_path) for word in words)))

    assert sentence in capsys.readouterr().err


def test_a_report_that_cannot_be_written_is_said_before_anything_is_measured(town, tmp_path, capsys):
    report = tmp_path / "nowhere" / "report.html"

    assert 2 == main(("evaluate", "faces", "--data", str(town), "--report", str(report)))

    assert "no file can be written there" in capsys.readouterr().err


class Terminal:
    def __init__(self):
        self.told = ""

    def write(self, text):
        self.told += text

    def flush(self):
        pass

    def isatty(self):
        return True


def test_a_terminal_gets_a_bar():
    terminal = Terminal()
    bar = Progress(terminal, 2, "faces")

    bar.step()
    bar.step()

    assert terminal.told.endswith("1/2\rfaces [" + "#" * 32 + "] 2/2\n")
