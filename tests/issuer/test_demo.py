from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import cv2
import pytest
import zxingcpp

from kiosk.cose.encoding import decode_base45, inflate
from kiosk.cose.sign1 import parse_sign1
from tests.issuer.makers import ASTRONAUT, HOPPER

ROOT = Path(__file__).resolve().parents[2]
ACTS = ["live", "superseded", "stripped", "old_screenshot", "print", "other"]


@pytest.fixture
def demo(tmp_path):
    """The process, as the kiosk starts it."""
    command = [sys.executable, "-m", "issuer", "demo", str(tmp_path / "demo")]
    command += ["--portrait", str(ASTRONAUT), "--impostor", str(HOPPER)]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        yield process
        process.kill()


def ask(process, question):
    process.stdin.write(question + b"\n")
    process.stdin.flush()
    return json.loads(process.stdout.readline())


@pytest.mark.slow
def test_the_demo_says_what_it_made_answers_and_ends_with_its_input(demo, tmp_path):
    ready = json.loads(demo.stdout.readline())
    answers = {act: ask(demo, json.dumps({"id": act, "present": act}).encode()) for act in ACTS}
    errors = [
        ask(demo, line) for line in (b"", b"[]", b"\xff", b'{"id": 7}', b'{"present": {}}', b"[" * 5000)
    ]
    demo.stdin.close()

    assert 0 == demo.wait(60)
    assert b"" == demo.stderr.read()
    assert (True, str(tmp_path / "demo" / "tree")) == (ready["ready"], ready["tree"])
    assert Path(ready["root"]).is_file()
    assert {"live": "c000002", "superseded": "c000001", "print": "c000003", "other": "c000004"} == ready[
        "copies"
    ]
    assert all(answer["id"] == act for act, answer in answers.items())
    assert [None, None, None, 7, None, None] == [error["id"] for error in errors]
    assert all("error" in error for error in errors)
    codes = {act: open_code(answer["png"]) for act, answer in answers.items()}
    assert codes["live"].payload == codes["stripped"].payload == codes["old_screenshot"].payload
    assert {act for act, code in codes.items() if code.unprotected} == {*ACTS} - {"stripped", "print"}
    assert 4 == len({code.payload for code in codes.values()})


def open_code(png):
    return parse_sign1(inflate(decode_base45(zxingcpp.read_barcode(cv2.imread(png)).text)))


@pytest.mark.slow
def test_a_demo_with_unusable_pictures_ends_in_one_sentence(tmp_path):
    command = [sys.executable, "-m", "issuer", "demo", str(tmp_path / "demo")]
    command += ["--portrait", __file__, "--impostor", str(HOPPER)]

    result = subprocess.run(command, cwd=ROOT, capture_output=True, check=False, timeout=60)

    assert (1, b"") == (result.returncode, result.stdout)
    assert 1 == result.stderr.count(b"\n")
