#!/usr/bin/env python3
"""Start the kiosk, or set it up, or run its tests, on a machine that has nothing but Python.

    python3 run_kiosk.py [--demo ...]      start the kiosk (`--demo` by itself while no root is pinned)
    python3 run_kiosk.py --setup [--dev] [--with face-recognition]
                                           only build .venv (--dev: with what tests and checks need;
                                           --with: the optional second face engine, dlib)
    python3 run_kiosk.py --test [...]      the tests; more words go to pytest

Rules kept here: standard library only; nothing is installed without being named first; packages come from
a lock file with hashes; an environment counts as built only when its stamp, written last, names that lock.
What the kiosk then does is `python -m kiosk run`. Exit code 2: this machine lacks something, said above.
"""

from __future__ import annotations

import importlib
import importlib.util
import itertools
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

from kiosk.health.environment import EXTRAS, STAMP, LackingError, build_environment, run, say
from kiosk.health.libraries import (
    ALWAYS,
    ON_A_SCREEN,
    ON_WAYLAND,
    ON_X11,
    SECOND_DECODER,
    Library,
    find_missing,
)

ROOT = Path(__file__).resolve().parent
OLDEST_PYTHON = (3, 11)
EXIT_LACKING = 2


def main(words: Sequence[str]) -> int:
    """Set up what is needed, then become the kiosk or the tests; return only when nothing is to start."""
    mode = words[0] if words and words[0] in {"--setup", "--test"} else ""
    rest = list(words[1:] if mode else words)
    try:
        extras = find_extras(rest) if mode == "--setup" else ()
        python = set_up(mode, dev=mode == "--test" or "--dev" in rest, extras=extras)
        if mode == "--setup":
            say(f"ready: {python}")
            return 0
        become(python, test_command(rest) if mode else run_command(rest, os.environ), testing=bool(mode))
    except LackingError as err:
        say(str(err))
        return EXIT_LACKING


def find_extras(rest: Sequence[str]) -> tuple[str, ...]:
    """Return the optional parts that `--with NAME` or `--with=NAME` asks for."""
    pairs = list(itertools.pairwise([*rest, ""]))
    names = [following for word, following in pairs if word == "--with"]
    names += [word.partition("=")[2] for word, _ in pairs if word.startswith("--with=")]
    for name in names:
        if name not in EXTRAS:
            raise LackingError(f"--with knows {', '.join(EXTRAS)}, not {name or 'an empty word'}")
    return tuple(dict.fromkeys(names))


def set_up(mode: str, *, dev: bool, extras: Sequence[str] = ()) -> Path:
    """Check Python, the Debian packages and `.venv`, in this order; return the environment's Python."""
    check_python(sys.version_info[:2])
    first_time = not (ROOT / ".venv" / STAMP).exists()
    wanted = wanted_libraries(mode) if first_time else ()
    prepare_machine(required_libraries(mode, os.environ), wanted, find_rights)
    return build_environment(ROOT, dev=dev, extras=extras)


def become(python: Path, command: Sequence[str], *, testing: bool) -> NoReturn:
    """Replace this process, so that signals and the exit code are the kiosk's own."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    if testing:
        environment.setdefault("QT_QPA_PLATFORM", "offscreen")
        os.chdir(ROOT)
    os.execve(python, [str(python), "-P", *command], environment)  # noqa: S606 - no shell is wanted


# --- what is started ---------------------------------------------------------------------------------------


def test_command(rest: Sequence[str]) -> list[str]:
    """Make pytest's words: all that is not marked soak, on every core, unless `rest` says otherwise."""
    side_by_side = ["-n", "auto", "--maxprocesses", "8", "--dist", "worksteal"]
    return ["-m", "pytest", *side_by_side, "-m", "not soak", *rest]


def run_command(rest: Sequence[str], environment: os._Environ[str] | dict[str, str]) -> list[str]:
    """Make the kiosk's words: a demo while no root is pinned; a real kiosk needs a screen."""
    words = ["-m", "kiosk", "run", *rest]
    if "--demo" in rest:
        return words
    if not is_root_pinned(find_store(rest)):
        say("no root is pinned yet: starting the demo (README, first real set-up, says how to pin one)")
        return [*words, "--demo"]
    if not {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"} & environment.keys():
        raise LackingError("no screen: start the kiosk inside a desktop session (X11 or Wayland)")
    return words


def find_store(rest: Sequence[str]) -> Path | None:
    """Return the trust store that the settings name; None when they cannot be read: the kiosk says why."""
    from kiosk.config import DEFAULT_CONFIG, ConfigError, load_settings  # noqa: PLC0415 - needs Python 3.11

    config = DEFAULT_CONFIG
    for word, following in itertools.pairwise([*rest, ""]):
        if word == "--config":
            config = Path(following)
        elif word.startswith("--config="):
            config = Path(word.partition("=")[2])
    try:
        return load_settings(config).paths.store
    except ConfigError:
        return None


def is_root_pinned(store: Path | None) -> bool:
    """Tell whether a root was ever pinned. In doubt yes: a demo must never take a real kiosk's place."""
    return store is None or (store.is_dir() and any(entry.name != "README.md" for entry in store.iterdir()))


# --- the machine -------------------------------------------------------------------------------------------


def check_python(version: tuple[int, ...]) -> None:
    """Refuse a Python that is too old."""
    if version < OLDEST_PYTHON:
        found, needed = (".".join(map(str, v)) for v in (version, OLDEST_PYTHON))
        raise LackingError(f"this is Python {found}; {needed} or newer is needed (Debian 12 brings it)")


def required_libraries(mode: str, environment: os._Environ[str] | dict[str, str]) -> tuple[Library, ...]:
    """Return what must be there: without a display, what Qt's offscreen platform loads."""
    x11 = ON_X11 if not mode and "DISPLAY" in environment else ()
    wayland = ON_WAYLAND if not mode and "WAYLAND_DISPLAY" in environment else ()
    return (*ALWAYS, *x11, *wayland)


def wanted_libraries(mode: str) -> tuple[Library, ...]:
    """Return what a first set-up installs along when it may: the second decoder, and a screen's libraries."""
    return (SECOND_DECODER,) if mode == "--test" else (SECOND_DECODER, *ON_A_SCREEN)


def prepare_machine(
    required: Sequence[Library], wanted: Sequence[Library], rights: Callable[[], list[str] | None]
) -> None:
    """Install the Debian packages that are missing, or say which; only the required ones stop the start."""
    missing = find_missing(required)
    nice = tuple(library for library in find_missing(wanted) if library not in missing)
    tools = () if has_venv() else ("python3-venv",)
    if not (missing or nice or tools):
        return
    as_root = rights()
    if as_root is not None:
        install_packages(tools, missing + nice, as_root)
    importlib.invalidate_caches()
    still = find_missing(required)
    if still or not has_venv():
        lacking = [*(() if has_venv() else ("python3-venv",)), *choose_packages(still)]
        raise LackingError(
            "Debian packages are missing. Install them once, then try again:\n"
            f"  sudo apt-get install -y {' '.join(lacking)}"
        )
    if find_missing(nice):
        say(f"going on without {' '.join(choose_packages(find_missing(nice)))} (not needed to start)")


def has_venv() -> bool:
    """Tell whether this Python can build an environment; Debian keeps `ensurepip` in python3-venv."""
    return all(importlib.util.find_spec(name) for name in ("venv", "ensurepip"))


def find_rights() -> list[str] | None:
    """Return the words before a command that runs it as root; None when that needs a password or no apt."""
    if shutil.which("apt-get") is None:
        return None
    return [] if os.geteuid() == 0 else find_sudo()


def find_sudo() -> list[str] | None:
    """Return sudo's words when it asks no password."""
    sudo = shutil.which("sudo")
    if sudo and subprocess.run([sudo, "-n", "true"], capture_output=True, check=False).returncode == 0:  # noqa: S603 - fixed words
        return [sudo, "-n"]
    return None


def choose_packages(libraries: Sequence[Library]) -> list[str]:
    """Return one package a library: the name this release of Debian knows, by apt-cache."""
    return [next(filter(_is_known, library.packages), library.packages[0]) for library in libraries]


def _is_known(package: str) -> bool:
    words = ["apt-cache", "show", "--no-all-versions", package]
    if shutil.which(words[0]) is None:
        return False
    return subprocess.run(words, capture_output=True, check=False).returncode == 0  # noqa: S603 - names from our own table


def install_packages(tools: Sequence[str], libraries: Sequence[Library], rights: list[str]) -> None:
    """Install Debian packages, saying so first. A failure shows in what is still missing afterwards."""
    run([*rights, "apt-get", "update", "-qq"])
    packages = [*tools, *choose_packages(libraries)]
    say(f"installing: {' '.join(packages)}")
    quiet = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "-y", "-qq"]
    run([*rights, *quiet, "--no-install-recommends", *packages])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
