"""The command line: exit codes, one sentence a failure, and nothing loaded that was not asked for."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from kiosk import __version__
from kiosk.__main__ import COMMANDS, main
from tests.builders import claims, sign1

ROOT = Path(__file__).resolve().parent.parent


def kiosk(*words: str) -> subprocess.CompletedProcess[str]:
    words = (sys.executable, "-m", "kiosk", *words)
    return subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_named_in_the_help_is_there(name):
    module = importlib.import_module(f"kiosk.commands.{name}")

    assert callable(module.add_parser)
    assert callable(module.run)


def test_the_help_names_every_command_without_loading_any(capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["--help"])

    shown = capsys.readouterr().out
    assert 0 == stopped.value.code
    assert all(f"    {name} " in shown for name in COMMANDS)


@pytest.mark.parametrize("words", [[], ["fly"], ["--fly"], ["doctor", "--fly"]])
def test_words_that_are_not_understood_are_usage(words, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(words)

    assert 2 == stopped.value.code
    assert "Traceback" not in capsys.readouterr().err


def test_the_version_is_said():
    assert f"mudaqqiq {__version__}\n" == kiosk("--version").stdout


def test_an_answer_in_arabic_is_escaped_where_the_output_takes_ascii_only():
    words = (sys.executable, "-m", "kiosk", "inspect", "--at", "2026-12-01T09:00:00Z", "--hex")
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    code = sign1(claims()).hex()

    done = subprocess.run((*words, code), cwd=ROOT, capture_output=True, env=environment, check=False)

    assert (0, b"") == (done.returncode, done.stderr)
    assert b"\\u0634\\u062e\\u0635" in done.stdout


def test_a_wrong_settings_file_is_one_sentence_and_usage(tmp_path):
    wrong = tmp_path / "config.toml"
    wrong.write_text("[camera]\nwidht = 3\n", encoding="utf-8")

    done = kiosk("trust", "--config", str(wrong), "show")

    assert (2, "") == (done.returncode, done.stdout)
    assert f"kiosk: {wrong}: line 2: unknown key camera.widht, did you mean width\n" == done.stderr


def test_trust_starts_without_opencv_and_without_qt():
    code = "import sys, kiosk.__main__ as top; top._build_parser('trust'); print(sorted(sys.modules))"

    shown = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

    assert not {"'cv2'", "'PySide6'"} & set(shown.stdout.strip("[]\n").split(", "))


def test_an_answer_that_cannot_be_written_is_one_sentence():
    words = (sys.executable, "-m", "kiosk", "doctor")
    environment = {**os.environ, "PYTHONUNBUFFERED": ""}
    with Path("/dev/full").open("w", encoding="ascii") as full:
        done = subprocess.run(
            words, cwd=ROOT, stdout=full, stderr=subprocess.PIPE, check=False, env=environment
        )

    assert (4, b"kiosk: the answer cannot be written: No space left on device\n") == (
        done.returncode,
        done.stderr,
    )


def test_a_reader_that_goes_away_is_not_a_traceback():
    done = subprocess.run(
        ["bash", "-c", f'"{sys.executable}" -m kiosk doctor --json | true; echo "${{PIPESTATUS[0]}}"'],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    assert "" == done.stderr
