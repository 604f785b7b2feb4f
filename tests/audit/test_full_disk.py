"""A disk that fills under the log: verifying stops, no acknowledged row is lost, and it resumes with room.

The disk is a small tmpfs in a mount namespace of the test's own. Where the machine allows none, it is that of
the temporary folder, with its end drawn nearer; both ways are real files and the system's own errors.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.audit.disk_filler import DISK

ROOT = Path(__file__).resolve().parents[2]
UNSHARE = ("unshare", "--user", "--map-root-user", "--mount")
MOUNT = 'mount -t tmpfs -o size="$1" tmpfs "$2" && shift 2 && exec "$@"'

pytestmark = pytest.mark.slow


def on_small_disk(folder, *command):
    return [*UNSHARE, "sh", "-c", MOUNT, "sh", str(DISK), str(folder), *command]


def can_mount(folder):
    try:
        return not subprocess.run(on_small_disk(folder, "true"), capture_output=True, check=False).returncode
    except OSError:
        return False


def fill(folder, way, *, small):
    command = [sys.executable, "-m", "tests.audit.disk_filler", way, str(folder)]
    whole = on_small_disk(folder, *command) if small and can_mount(folder) else command
    done = subprocess.run(whole, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True, timeout=100)
    return json.loads(done.stdout)


@pytest.mark.parametrize("small", [True, False], ids=["small disk", "near limit"])
def test_a_disk_that_fills_stops_the_kiosk_and_it_resumes_with_room(tmp_path, small):
    found = fill(tmp_path, "until low", small=small)

    rows = found["rows"]
    assert ("DISK_LOW", rows + 1, "DISK_LOW") == (found["fault"], found["stopped"], found["refused"])
    assert (rows + 2, rows + 2, True) == (found["resumed"], found["kept"], found["holds"])


def test_a_disk_that_is_low_is_relieved_by_pruning(tmp_path):
    found = fill(tmp_path, "prune when low", small=True)

    rows = found["rows"]
    assert (rows + 2, rows % 256 + 2, True) == (found["resumed"], found["kept"], found["holds"])
    assert found["gained"] > 1_000_000


@pytest.mark.parametrize("small", [True, False], ids=["small disk", "quota"])
def test_a_disk_that_takes_no_more_loses_no_row_and_the_log_resumes(tmp_path, small):
    found = fill(tmp_path, "until full", small=small)

    rows = found["rows"]
    assert ("LOG_UNWRITABLE", True) == (found["fault"], rows > 10)
    assert (rows + 1, rows + 1, True) == (found["resumed"], found["kept"], found["holds"])
