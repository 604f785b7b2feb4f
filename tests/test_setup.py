"""Setting up a machine: a real virtual environment from a real lock file, and real commands for apt."""

from __future__ import annotations

import _ctypes
import ast
import hashlib
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import run_kiosk
from kiosk.health.libraries import (
    ALWAYS,
    ON_A_SCREEN,
    ON_WAYLAND,
    ON_X11,
    SECOND_DECODER,
    Library,
    find_missing,
)
from run_kiosk import LackingError

ROOT = Path(__file__).resolve().parent.parent
NEVER = Library("libnothing-of-this-name.so.9", ("libnothing9",))
NO_RIGHTS = None


def write_wheel(folder: Path, name: str) -> str:
    """Put the smallest wheel there is into `folder`; return its line for a lock file."""
    folder.mkdir(exist_ok=True)
    file = folder / f"{name}-1.0-py3-none-any.whl"
    meta = f"{name}-1.0.dist-info"
    with zipfile.ZipFile(file, "w") as wheel:
        wheel.writestr(f"{name}.py", "HERE = True\n")
        wheel.writestr(f"{meta}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        wheel.writestr(f"{meta}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{meta}/RECORD", "")
    return f"{name}==1.0 --hash=sha256:{hashlib.sha256(file.read_bytes()).hexdigest()}\n"


def write_clone(folder: Path) -> Path:
    """Make a folder with the lock files and a wheelhouse, so that nothing comes from a network."""
    run_line, dev_line, extra_line = (
        write_wheel(folder / "wheelhouse", name) for name in ("runs", "develops", "compares")
    )
    (folder / "requirements").mkdir()
    (folder / "requirements" / "run.lock").write_text(run_line)
    (folder / "requirements" / "dev.lock").write_text(run_line + dev_line)
    (folder / "requirements" / "face-recognition.lock").write_text(extra_line)
    return folder


@pytest.fixture
def clone(tmp_path):
    return write_clone(tmp_path)


@pytest.fixture(scope="module")
def built_once(tmp_path_factory):
    clone = write_clone(tmp_path_factory.mktemp("clone"))
    run_kiosk.build_environment(clone, dev=False)
    return clone


@pytest.fixture
def built(built_once, tmp_path):
    """A clone of its own whose environment is whole, for running the kiosk."""
    return shutil.copytree(built_once, tmp_path / "built", symlinks=True)


def can_import(python: Path, name: str) -> bool:
    return subprocess.run([python, "-c", f"import {name}"], capture_output=True, check=False).returncode == 0


def leave_a_trace(clone: Path) -> Path:
    trace = clone / ".venv" / "lib" / "trace"
    trace.touch()
    return trace


def test_a_whole_environment_is_kept_and_grows_for_the_tests(built):
    trace = leave_a_trace(built)

    python = run_kiosk.build_environment(built, dev=False)
    before = can_import(python, "runs"), can_import(python, "develops")
    run_kiosk.build_environment(built, dev=True)

    assert (True, False) == before
    assert can_import(python, "develops")
    assert trace.exists()


@pytest.mark.slow
def test_an_optional_part_is_installed_on_demand_and_stays_when_the_environment_is_built_anew(built):
    trace = leave_a_trace(built)
    python = run_kiosk.build_environment(built, dev=False)
    before = can_import(python, "compares")

    run_kiosk.build_environment(built, dev=False, extras=["face-recognition"])
    with_it, kept = can_import(python, "compares"), trace.exists()
    with (built / "requirements" / "run.lock").open("a") as lock:
        lock.write("# a newer lock file\n")
    run_kiosk.build_environment(built, dev=False)

    assert (False, True, True) == (before, with_it, kept)
    assert not trace.exists()
    assert can_import(python, "compares")


@pytest.mark.parametrize(
    "words", [["--with", "face-recognition"], ["--dev", "--with=face-recognition", "--with=face-recognition"]]
)
def test_an_optional_part_is_asked_for_by_its_name(words):
    assert ("face-recognition",) == run_kiosk.find_extras(words)


@pytest.mark.parametrize("words", [["--with"], ["--with", "dlib"], ["--with="]])
def test_an_optional_part_that_does_not_exist_is_one_sentence(words):
    with pytest.raises(LackingError, match="--with knows face-recognition, not"):
        run_kiosk.find_extras(words)


def test_every_optional_part_has_its_lock_file_and_the_tests_hold_it():
    dev = (ROOT / "requirements" / "dev.lock").read_text()

    for name in run_kiosk.EXTRAS:
        pins = re.findall(
            r"^([\w.-]+==\S+)", (ROOT / "requirements" / f"{name}.lock").read_text(), re.MULTILINE
        )
        assert pins
        assert [] == [pin for pin in pins if f"{pin} " not in dev]


@pytest.mark.slow
def test_a_half_built_environment_is_built_anew(built):
    trace = leave_a_trace(built)
    (built / ".venv" / run_kiosk.STAMP).unlink()  # as after a power cut: the stamp is written last

    python = run_kiosk.build_environment(built, dev=False)

    assert not trace.exists()
    assert can_import(python, "runs")


def test_an_environment_of_an_older_lock_file_does_not_count(built):
    # what is no environment is not replaced, so a refusal shows that a replacement was wanted
    (built / ".venv" / "pyvenv.cfg").rename(built / ".venv" / "papers")
    run_kiosk.build_environment(built, dev=False)

    (built / "requirements" / "run.lock").write_text("runs==2.0 --hash=sha256:00\n")

    with pytest.raises(LackingError, match="move it away"):
        run_kiosk.build_environment(built, dev=False)


def test_a_package_that_is_not_the_pinned_one_is_refused_and_leaves_no_stamp(built, capfd):
    with (built / "wheelhouse" / "develops-1.0-py3-none-any.whl").open("ab") as wheel:
        wheel.write(b"more")

    with pytest.raises(LackingError, match="could not be installed"):
        run_kiosk.build_environment(built, dev=True)

    assert not (built / ".venv" / run_kiosk.STAMP).exists()
    assert "HASHES" in capfd.readouterr().err.upper()


@pytest.mark.parametrize(
    "make",
    [Path.touch, lambda path: path.symlink_to("/"), lambda path: (path / "papers").mkdir(parents=True)],
)
def test_something_else_called_venv_is_never_deleted(clone, make):
    make(clone / ".venv")

    with pytest.raises(LackingError, match="move it away"):
        run_kiosk.build_environment(clone, dev=False)

    assert (clone / ".venv").exists()


def test_a_copy_without_its_lock_files_says_so(tmp_path):
    with pytest.raises(LackingError, match="complete copy"):
        run_kiosk.build_environment(tmp_path, dev=False)


def test_the_tests_lock_holds_all_that_the_kiosk_needs():
    run, dev = (
        set(
            re.findall(r"^([\w.-]+==\S+)", (ROOT / "requirements" / f"{name}.lock").read_text(), re.MULTILINE)
        )
        for name in ("run", "dev")
    )

    assert run < dev


# --- Debian packages ---------------------------------------------------------------------------------------


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A machine whose apt is a script: it notes its words, and brings a library when `brings` exists."""
    tools, notes = tmp_path / "bin", tmp_path / "notes"
    tools.mkdir()
    library = f"{tmp_path}/brings {tmp_path}/lib.so"
    scripts = {
        "apt-get": f'echo "apt-get $*" >>{notes}; test "$1" = update || cp {library}',
        "apt-cache": 'case "$*" in *t64*) exit 0;; *) exit 100;; esac',
        "sudo": f'echo "sudo $*" >>{notes}; test -e {tmp_path}/sudo-allowed || exit 1; shift; exec "$@"',
    }
    for name, script in scripts.items():
        (tools / name).write_text(f"#!/bin/sh\n{script}\n")
        (tools / name).chmod(0o755)
    for name in ("sh", "cp", "env", "true", "test"):
        (tools / name).symlink_to(shutil.which(name))
    monkeypatch.setenv("PATH", str(tools))
    notes.touch()
    return tmp_path


def missing_library(machine: Path) -> Library:
    return Library(str(machine / "lib.so"), ("libold", "libnewt64"))


def test_missing_packages_are_named_then_installed_by_the_name_this_debian_knows(machine, capfd):
    shutil.copy(_ctypes.__file__, machine / "brings")
    library = missing_library(machine)

    run_kiosk.prepare_machine([library], [], list)

    assert () == find_missing([library])
    assert "run_kiosk: installing: libnewt64\n" in capfd.readouterr().out
    assert (machine / "notes").read_text().splitlines() == [
        "apt-get update -qq",
        "apt-get install -y -qq --no-install-recommends libnewt64",
    ]


def test_without_rights_the_one_apt_line_is_said_and_nothing_is_run(machine):
    with pytest.raises(LackingError, match=r"\n  sudo apt-get install -y libnewt64$"):
        run_kiosk.prepare_machine([missing_library(machine)], [], lambda: NO_RIGHTS)

    assert "" == (machine / "notes").read_text()


def test_an_installation_that_brings_nothing_stops_with_the_apt_line(machine):
    with pytest.raises(LackingError, match="sudo apt-get install -y libnewt64"):
        run_kiosk.prepare_machine([missing_library(machine)], [], list)


@pytest.mark.usefixtures("machine")
def test_a_library_that_is_only_wanted_never_stops_the_start(capfd):
    run_kiosk.prepare_machine([], [NEVER], lambda: NO_RIGHTS)

    assert "going on without libnothing9" in capfd.readouterr().out


def test_nothing_is_asked_of_apt_while_nothing_is_missing(machine):
    present = Library(_ctypes.__file__, ("libpresent",))

    run_kiosk.prepare_machine([present], [present], lambda: pytest.fail("asked for rights"))

    assert "" == (machine / "notes").read_text()


def test_sudo_counts_only_when_it_asks_no_password(machine):
    before = run_kiosk.find_sudo()
    (machine / "sudo-allowed").touch()

    assert before is None
    assert [str(machine / "bin" / "sudo"), "-n"] == run_kiosk.find_sudo()


def test_a_system_without_apt_gives_no_rights(machine):
    (machine / "bin" / "apt-get").unlink()

    assert run_kiosk.find_rights() is None


@pytest.mark.parametrize(
    ("mode", "environment", "expected"),
    [
        ("", {}, ALWAYS),
        ("", {"DISPLAY": ":0"}, ALWAYS + ON_X11),
        ("", {"WAYLAND_DISPLAY": "wayland-0"}, ALWAYS + ON_WAYLAND),
        ("--test", {"DISPLAY": ":0"}, ALWAYS),
        ("--setup", {"DISPLAY": ":0"}, ALWAYS),
    ],
)
def test_a_screens_libraries_are_required_only_where_there_is_a_screen(mode, environment, expected):
    assert expected == run_kiosk.required_libraries(mode, environment)


def test_the_readme_names_every_debian_package():
    line = (
        (ROOT / "README.md")
        .read_text(encoding="utf-8")
        .partition("apt-get install -y")[2]
        .partition("\n```")[0]
    )
    named = set(line.replace("\\", " ").split())

    assert {library.packages[0] for library in (*ALWAYS, *ON_A_SCREEN, SECOND_DECODER)} | {
        "make",
        "python3-venv",
    } == named


# --- what is started ---------------------------------------------------------------------------------------


def settings_with_store(folder: Path) -> str:
    (folder / "config.toml").write_text('[paths]\nstore = "trust"\n', encoding="utf-8")
    return str(folder / "config.toml")


@pytest.mark.parametrize(
    ("words", "config"), [([], "."), (["--config", "{}"], "{}"), (["--demo", "--config={}"], "{}")]
)
def test_the_store_is_the_one_the_settings_name(tmp_path, words, config):
    mine = settings_with_store(tmp_path)

    found = run_kiosk.find_store([word.format(mine) for word in words])

    assert (ROOT / "trust_store" if config == "." else tmp_path / "trust") == found


def test_a_kiosk_without_a_root_starts_as_a_demo_and_says_so(tmp_path, capsys):
    words = ["--config", settings_with_store(tmp_path)]

    assert ["-m", "kiosk", "run", *words, "--demo"] == run_kiosk.run_command(words, {})
    assert "no root is pinned" in capsys.readouterr().out


@pytest.mark.parametrize("content", ["root.json", "anything"])
def test_a_provisioned_kiosk_never_starts_as_a_demo(tmp_path, content):
    words = [f"--config={settings_with_store(tmp_path)}"]
    (tmp_path / "trust").mkdir()
    (tmp_path / "trust" / content).touch()

    assert ["-m", "kiosk", "run", *words] == run_kiosk.run_command(words, {"DISPLAY": ":0"})


def test_settings_that_cannot_be_read_never_lead_to_a_demo(tmp_path):
    (tmp_path / "config.toml").write_text("[camer]")
    words = ["--config", str(tmp_path / "config.toml")]

    assert ["-m", "kiosk", "run", *words] == run_kiosk.run_command(words, {"DISPLAY": ":0"})


def test_a_provisioned_kiosk_without_a_screen_is_one_sentence(tmp_path):
    words = ["--config", settings_with_store(tmp_path)]
    (tmp_path / "trust").mkdir()
    (tmp_path / "trust" / "root.json").touch()

    with pytest.raises(LackingError, match="no screen"):
        run_kiosk.run_command(words, {})


def test_an_old_python_is_one_sentence():
    with pytest.raises(LackingError, match=r"this is Python 3\.9; 3\.11 or newer"):
        run_kiosk.check_python((3, 9))


@pytest.mark.parametrize(
    "name",
    ["run_kiosk.py", "kiosk/__init__.py", "kiosk/health/libraries.py", "kiosk/health/environment.py"],
)
def test_an_old_python_gets_as_far_as_that_sentence(name):
    tree = ast.parse((ROOT / name).read_text(encoding="utf-8"), feature_version=(3, 8))

    modules = {node.module.split(".")[0] for node in tree.body if isinstance(node, ast.ImportFrom)}
    modules |= {
        alias.name.split(".")[0] for node in tree.body if isinstance(node, ast.Import) for alias in node.names
    }
    assert modules <= sys.stdlib_module_names | {"kiosk"}
