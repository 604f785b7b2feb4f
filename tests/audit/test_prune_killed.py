"""Pruning that is cut off: the floor of trust, which a pruned row may have kept, is never out of the log."""

import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from kiosk.audit.check import check_log
from kiosk.audit.entry import TrustChanged
from kiosk.audit.facts_trust import RoleSeen
from kiosk.audit.schema import connect_reader
from kiosk.logfloor import find_floor_row
from tests.audit.makers import NOON, an_entry, open_log

ROOT = Path(__file__).resolve().parents[2]
FLOOR = TrustChanged(1, 7, "policy-7", "ab cd", NOON, (RoleSeen("timestamp", 7, bytes(16)),))
PRUNED = "SELECT count(*) FROM entry WHERE kind = 'PRUNED'"


@pytest.fixture
def config(tmp_path):
    """The settings of a closed kiosk whose first row alone keeps the floor; most of its rows may go."""
    (tmp_path / "state").mkdir(mode=0o700)
    with open_log(tmp_path / "state/log") as log, log._database.atomic():
        log.append(an_entry(FLOOR))
        for _ in range(2400):
            log.append(an_entry())
    path = tmp_path / "config.toml"
    path.write_text('[paths]\nstore = "store"\n', "utf-8")
    return path


@pytest.mark.slow
def test_the_floor_is_in_the_log_at_the_moment_in_which_a_row_says_that_rows_are_pruned(config):
    path = config.parent / "state/log/sandbox.db"
    words = [
        sys.executable,
        "-m",
        "kiosk",
        "audit",
        "prune",
        "--config",
        config,
        "--out",
        config.parent / "out",
    ]

    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.DEVNULL) as pruning:
        with closing(connect_reader(path)) as database:
            while pruning.poll() is None and not database.execute(PRUNED).fetchone()[0]:
                time.sleep(0.0005)
        pruning.kill()

    with closing(connect_reader(path)) as database:
        assert 1 == database.execute(PRUNED).fetchone()[0]
    assert FLOOR == find_floor_row(path)
    assert check_log(path).holds
    with open_log(path.parent) as log:
        assert log.below > 1
