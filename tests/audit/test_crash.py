"""A kiosk that is killed at any moment loses no row that it acknowledged."""

import random
import subprocess
import sys
import time
from pathlib import Path

import pysqlite3
import pytest

from kiosk.audit.check import check_log
from tests.audit.makers import an_entry, open_log

ROOT = Path(__file__).resolve().parents[2]


def write_until_killed(folder, chance):
    """Kill a writer at a random moment after its first row; return the rows it acknowledged."""
    command = [sys.executable, "-m", "tests.audit.crash_writer", str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as writer:
        first = writer.stdout.readline()
        time.sleep(chance.uniform(0, 0.05))
        writer.kill()
        rest = writer.stdout.read()
    lines = (first + rest).decode().split("\n")[:-1]  # what was cut off by the kill was not said
    return [(int(seq), row_hash) for seq, row_hash in (line.split() for line in lines)]


def stored_rows(path):
    connection = pysqlite3.connect(f"file:{path}?mode=ro", uri=True)
    rows = dict(connection.execute("SELECT seq, lower(hex(hash)) FROM entry"))
    connection.close()
    return rows


@pytest.mark.parametrize(
    "kills",
    [
        pytest.param(10, marks=pytest.mark.slow),
        pytest.param(300, marks=[pytest.mark.soak, pytest.mark.timeout(1800)]),
    ],
)
def test_no_acknowledged_row_is_lost_when_the_kiosk_is_killed(tmp_path, kills):
    chance = random.Random(20261122)  # noqa: S311 - moments, not secrets
    acknowledged = []
    for _ in range(kills):
        acknowledged += write_until_killed(tmp_path, chance)

    stored = stored_rows(tmp_path / "sandbox.db")
    lost = [seq for seq, row_hash in acknowledged if stored.get(seq) != row_hash]

    assert len(acknowledged) >= kills
    assert [] == lost
    assert check_log(tmp_path / "sandbox.db").holds
    with open_log(tmp_path) as log:
        assert len(stored) + 1 == log.append(an_entry()).seq
