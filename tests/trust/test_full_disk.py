"""A disk that is really full, at an update: it is refused in words, costs no room, and works with room.

The disk is a small tmpfs in a mount namespace of the test's own; where the machine allows none, the system
refuses files above a size instead.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.trust.errors import Refusal

ROOT = Path(__file__).resolve().parents[2]
MOUNT = 'mount -t tmpfs -o size=4m tmpfs "$1" && shift && exec "$@"'
UNSHARE = ("unshare", "--user", "--map-root-user", "--mount", "sh", "-c", MOUNT, "sh")

pytestmark = pytest.mark.slow


def can_mount(folder):
    try:
        return not subprocess.run([*UNSHARE, folder, "true"], capture_output=True, check=False).returncode
    except OSError:
        return False


def update_on(folder, room, *, small):
    disk, trees = folder / "disk", folder / "trees"
    disk.mkdir()
    small = small and can_mount(disk)
    words = [disk, trees, str(room), "small" if small else "large"]
    command = [*([*UNSHARE, disk] if small else []), sys.executable, "-m", "tests.trust.disk_filler", *words]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True, timeout=100)
    return json.loads(done.stdout)


@pytest.mark.parametrize("small", [True, False], ids=["small disk", "largest file"])
@pytest.mark.parametrize("room", [0, 100, 30_000, 250_000, 350_000])
def test_a_full_disk_refuses_an_update_and_gets_back_what_it_cost(tmp_path, room, small):
    found = update_on(tmp_path, room, small=small)

    if found["refusal"] is not None:
        assert Refusal.DISK.value in found["refusal"]
        assert 1 == found["kept"]
        assert found["lost"] <= 0 or not small
    assert found["refusal"] is not None or room > 300_000
    assert 2 == found["again"]
