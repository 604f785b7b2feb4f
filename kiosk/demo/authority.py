"""The demo's own authority: a process of the issuer sandbox that the kiosk talks to and never imports.

It signs what the kiosk then has to verify; the kiosk gets its root and its tree like any other kiosk would.
"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from kiosk.model import Fault, Reason


def find_portrait(package: str, *inside: str) -> Path:
    """Find a public-domain portrait inside an installed wheel without importing it. Raises Fault."""
    spec = importlib.util.find_spec(package)
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        path = Path(folder, *inside)
        if path.is_file():
            return path
    raise Fault(Reason.TRUST_MISSING, f"the demo's portrait of the package {package} is not installed")


def holder_portrait() -> Path:
    """Eileen Collins, NASA, public domain; plays the holder under a fictional name."""
    return find_portrait("skimage", "data", "astronaut.png")


def impostor_portrait() -> Path:
    """Grace Hopper, US Navy, public domain; plays somebody with another person's phone."""
    return find_portrait("matplotlib", "mpl-data", "sample_data", "grace_hopper.jpg")


class DemoAuthority:
    """A running issuer sandbox in `folder`. `present` may be called from one thread at a time."""

    command = (sys.executable, "-m", "issuer", "demo")
    end_s = 10.0

    def __init__(self, folder: Path) -> None:
        people = ("--portrait", str(holder_portrait()), "--impostor", str(impostor_portrait()))
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter, module and folder
            (*self.command, str(folder), *people),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).resolve().parents[2],
        )
        self._asked = 0
        try:
            ready = self._read("root", "tree")
        except Fault:
            self.close()
            raise
        self.root, self.tree = Path(ready["root"]), Path(ready["tree"])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def present(self, what: str) -> Path:
        """Let a phone draw its code now; return the picture's path. Raises Fault when the authority ended."""
        if self._process.stdin is None:
            raise Fault(Reason.TRUST_MISSING, "the demo's authority cannot be asked")
        self._asked += 1
        try:
            self._process.stdin.write(json.dumps({"id": self._asked, "present": what}) + "\n")
            self._process.stdin.flush()
        except OSError as err:
            raise Fault(Reason.TRUST_MISSING, "the demo's authority ended") from err
        return Path(self._read("png")["png"])

    def _read(self, *wanted: str) -> dict[str, str]:
        line = self._process.stdout.readline() if self._process.stdout else ""
        if not line:
            raise Fault(Reason.TRUST_MISSING, "the demo's authority ended")
        try:
            answer = json.loads(line)
        except ValueError as err:
            raise Fault(Reason.TRUST_MISSING, "the demo's authority does not speak JSON") from err
        if not isinstance(answer, dict) or not set(wanted) <= answer.keys():
            said = answer.get("error") if isinstance(answer, dict) else None
            raise Fault(Reason.TRUST_MISSING, f"the demo's authority: {said or 'not what was asked for'}")
        return {name: str(answer[name]) for name in wanted}

    def close(self) -> None:
        """End the process."""
        if self._process.stdin:
            with suppress(OSError):  # it may have ended by itself, with a question still on the way
                self._process.stdin.close()
        try:
            self._process.wait(self.end_s)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()
