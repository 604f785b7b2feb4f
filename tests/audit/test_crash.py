"""A kiosk that is killed at any moment loses nothing that it acknowledged, and its log always opens."""

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from kiosk.audit.check import check_log, open_checked
from kiosk.audit.notes import load_checkpoints
from kiosk.audit.schema import connect_reader
from kiosk.audit.tiles import load_row_hashes
from tests.audit.makers import an_entry, open_log, write_many

ROOT = Path(__file__).resolve().parents[2]
TEST = pytest.mark.slow
SOAK = (pytest.mark.soak, pytest.mark.timeout(3600))


class Nursery:
    """Kiosks that write to one log, one after the other."""

    def __init__(self, process, chance):
        self.process = process
        self.chance = chance
        self.said = []

    def kill_one(self, way, longest_s):
        """Let a kiosk live for a moment after the first thing it did, and keep what it acknowledged."""
        self.process.stdin.write(way + "\n")
        self.process.stdin.flush()
        words = [self._listen(), self._listen()]  # that it began and its first row, in either order
        (kiosk,) = (int(line[1]) for line in words if line[0] == "began")
        time.sleep(self.chance.uniform(0, longest_s))
        os.kill(kiosk, signal.SIGKILL)
        while words[-1] != ["ended"]:
            words.append(self._listen())
        self.said += [line for line in words if line[0] not in {"began", "ended"}]

    def of(self, kind):
        return [tuple(line[1:]) for line in self.said if line[0] == kind]

    def _listen(self):
        return self.process.stdout.readline().split()


@contextmanager
def open_nursery(folder):
    command = [sys.executable, "-m", "tests.audit.crash_writer", str(folder)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=ROOT, **pipes) as process:
        try:
            yield Nursery(process, random.Random(20261122))  # noqa: S311 - moments, not secrets
        finally:
            process.stdin.close()


def kept_hashes(path):
    """The hash of every row ever written, pruned or not, by its number as it was said."""
    with closing(connect_reader(path)) as database:
        tiles = database.execute("SELECT max(seq) FROM entry").fetchone()[0] // 256 + 1
        hashes = [each for number in range(tiles) for each in load_row_hashes(database, number)]
    return {str(seq): each.hex() for seq, each in enumerate(hashes, 1)}


def lost_of(acknowledged, kept):
    return [(seq, row_hash) for seq, row_hash in acknowledged if kept.get(seq) != row_hash]


@pytest.mark.parametrize("kills", [pytest.param(30, marks=TEST), pytest.param(600, marks=SOAK)])
def test_no_acknowledged_row_is_lost_when_the_kiosk_is_killed(tmp_path, kills):
    with open_nursery(tmp_path) as nursery:
        for _ in range(kills):
            nursery.kill_one("serve", 0.05)

    path = tmp_path / "sandbox.db"
    report, kept = check_log(path, thorough=True), kept_hashes(path)
    assert len(nursery.of("row")) >= kills
    assert ([], []) == (nursery.of("fault"), lost_of(nursery.of("row"), kept))
    assert (True, 0) == (report.holds, report.content.sealed_missing)
    with open_log(tmp_path) as log:
        assert len(kept) + 1 == log.append(an_entry()).seq


@pytest.mark.parametrize(
    ("kills", "rows"), [pytest.param(20, 3000, marks=TEST), pytest.param(400, 40_000, marks=SOAK)]
)
def test_a_kiosk_killed_while_it_prunes_shreds_and_checkpoints_leaves_a_whole_log(tmp_path, kills, rows):
    path = write_many(tmp_path, rows)
    with open_nursery(tmp_path) as nursery:
        for _ in range(kills):
            nursery.kill_one("keep up", 0.3)

    assert ([], []) == (nursery.of("fault"), lost_of(nursery.of("row"), kept_hashes(path)))
    with open_checked(path, thorough=True) as checked:
        report, pruned = checked.report, checked.report.identity.pruned
        kept = {str(each.size): each.text for each in load_checkpoints(checked.database)}
        assert (True, 0) == (report.holds, report.content.sealed_missing)
        assert 0 < max(int(below) for (below,) in nursery.of("pruned")) <= pruned.below
        assert [] == lost_of(nursery.of("checkpoint"), kept)
        assert all(checked.tree.root(int(size)).hex() == root for size, root in kept.items())
