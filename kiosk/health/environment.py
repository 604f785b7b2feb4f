"""Builds the virtual environment of the kiosk, for `run_kiosk.py`, on a machine that has nothing but Python.

Rules kept here: standard library only, as old a Python as may come; packages come from lock files with
hashes; an environment counts as built only when its stamp, written last, names those locks.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

STAMP = "mudaqqiq-locks"
VENV_PARTS = {"bin", "etc", "include", "lib", "lib64", "share", STAMP}
EXTRAS = ("face-recognition",)  # each has its own requirements/NAME.lock; all are in dev.lock too


class LackingError(Exception):
    """This machine lacks something. The text says what, and what to do."""


def say(line: str) -> None:
    """Print one line for the person who typed the command."""
    print(f"run_kiosk: {line}", flush=True)  # noqa: T201 - speaks for run_kiosk.py


def run(words: Sequence[str]) -> bool:
    """Run a command with its output shown; tell whether it succeeded."""
    return subprocess.run(words, stdin=subprocess.DEVNULL, check=False).returncode == 0  # noqa: S603 - fixed words


def build_environment(root: Path, *, dev: bool, extras: Sequence[str] = ()) -> Path:
    """Make `.venv` hold what the lock files name, and return its Python. Quick when it already does.

    An optional part that was once asked for stays, also when the environment is built anew.
    """
    venv = root / ".venv"
    python, stamp = venv / "bin" / "python", venv / STAMP
    with _one_at_a_time(root):
        present = stamp.read_text().split() if stamp.exists() and python.exists() else []
        kept = [name for name in EXTRAS if name in extras or _digest_if_there(root, name) in present]
        names = ["run", *(["dev"] if dev else []), *kept]  # dev.lock holds all of run.lock
        locks = {name: _digest(_lock_of(root, name)) for name in names}
        if set(locks.values()) <= set(present):
            return python
        if locks["run"] not in present:
            _remove(venv)
            say(f"building {venv}; the first time takes a minute or two")
            if not run([sys.executable, "-m", "venv", str(venv)]):
                raise LackingError(f"python could not build {venv}; is the disk full?")
        stamp.unlink(missing_ok=True)  # whoever is stopped from here on leaves no stamp, so it is built anew
        for name in ("dev" if dev else "run", *kept):
            _install(root, python, _lock_of(root, name))
        _write_whole(stamp, "\n".join(locks.values()))
    return python


def _lock_of(root: Path, name: str) -> Path:
    return root / "requirements" / f"{name}.lock"


def _digest_if_there(root: Path, name: str) -> str:
    return _digest(_lock_of(root, name)) if _lock_of(root, name).exists() else ""


def _install(root: Path, python: Path, lock: Path) -> None:
    offline = (
        ["--no-index", "--find-links", str(root / "wheelhouse")] if (root / "wheelhouse").is_dir() else []
    )
    pip = [str(python), "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"]
    say(f"installing the packages of requirements/{lock.name}")
    if not run([*pip, "--require-hashes", "--no-deps", *offline, "-r", str(lock)]):
        raise LackingError(
            "the packages could not be installed, see above; without a network put a wheelhouse folder here"
            " (`make bundle` on another machine makes it)"
        )


def _remove(venv: Path) -> None:
    """Delete a virtual environment, whole or half built, and nothing else."""
    if not venv.is_symlink() and not venv.exists():
        return
    is_ours = venv.is_dir() and not venv.is_symlink()
    if not is_ours or not ((venv / "pyvenv.cfg").exists() or {e.name for e in venv.iterdir()} <= VENV_PARTS):
        raise LackingError(f"{venv} holds something else; move it away, then try again")
    say(f"{venv} is half built or older than its lock file: building it anew")
    shutil.rmtree(venv)


def _digest(lock: Path) -> str:
    try:
        return hashlib.sha256(lock.read_bytes()).hexdigest()
    except OSError as err:
        raise LackingError(f"{lock} cannot be read; is this a complete copy of the repository?") from err


def _write_whole(path: Path, text: str) -> None:
    spare = path.with_suffix(".new")
    spare.write_text(text)
    spare.replace(path)


@contextlib.contextmanager
def _one_at_a_time(root: Path) -> Iterator[None]:
    """Hold the repository's folder, so that two commands typed at once do not build at once."""
    folder = os.open(root, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)
