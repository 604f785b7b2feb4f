"""The keepers of the root keys type their passphrases, each for his own, and a new one twice."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from issuer.passphrase import ROOT_VARIABLE, SANDBOX_PASSPHRASE
from issuer.rootkeys import FOLDER

ROOT = Path(__file__).resolve().parents[2]
# A program that begins a session gets its terminal by opening it.
START = "import os, sys; os.open(os.ttyname(0), os.O_RDWR); from issuer.cli import main; sys.exit(main())"


class Terminal:
    """A program at a terminal, and somebody who types when he is asked."""

    def __init__(self, *words):
        self._screen, keyboard = pty.openpty()
        environment = {name: value for name, value in os.environ.items() if name != ROOT_VARIABLE}
        self._program = subprocess.Popen(
            [sys.executable, "-c", START, *map(str, words)],
            stdin=keyboard,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=ROOT,
            env=environment,
            start_new_session=True,
        )
        os.close(keyboard)

    def type(self, prompt, answer):
        """Wait until the screen says `prompt`, then type."""
        said = b""
        while not said.endswith(prompt.encode()):
            said += os.read(self._screen, 1)
        os.write(self._screen, f"{answer}\n".encode())

    def end(self):
        out, err = self._program.communicate(timeout=60)
        os.close(self._screen)
        return self._program.returncode, out.decode(), err.decode()


def rotating(registry, new="1"):
    terminal = Terminal("rotate-root", registry.directory, "--new", new, "--at", "2026-11-22T09:00:00Z")
    for name in ("root-1", "root-2", "root-3"):
        terminal.type(f"passphrase of {name}: ", SANDBOX_PASSPHRASE)
    return terminal


@pytest.mark.slow
def test_each_keeper_is_asked_for_his_own_and_a_new_one_twice(registry):
    terminal = rotating(registry)
    terminal.type("passphrase of root-4: ", "words of the fourth")
    terminal.type("the same again: ", "words of the fourth")

    code, out, err = terminal.end()

    assert (0, "") == (code, err)
    assert ["root-1", "root-2", "root-3", "root-4"] == json.loads(out)["root_keys"]
    assert (registry.directory / FOLDER / "root-4.pem").is_file()


@pytest.mark.slow
def test_two_answers_that_differ_make_no_key_and_no_root(registry):
    terminal = rotating(registry, "2")
    for again in ("passphrase of root-4: ", "the same again: "):
        terminal.type(again, "words of the fourth")
    terminal.type("passphrase of root-5: ", "words of the fifth")
    terminal.type("the same again: ", "words of the fourth")

    assert (1, "", "issuer: the two passphrases differ\n") == terminal.end()
    assert not (registry.directory / FOLDER / "root-4.pem").exists()
    assert ["1.json"] == [path.name for path in (registry.directory / "root").iterdir()]
