"""No copy of rows has its name before the row that says so is on disk; and where copies may not lie."""

import json
import os
import subprocess
import sys
import time
from argparse import Namespace
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest

from kiosk.__main__ import main
from kiosk.audit.check import check_log
from kiosk.audit.entry import Exported, Visit
from kiosk.audit.export import ExportForm, Wanted, export_log
from kiosk.audit.manifest import Made
from kiosk.audit.outfolder import OutputError
from kiosk.audit.schema import connect_reader
from kiosk.commands.audit_out import is_on_same_disk, write_recorded
from kiosk.commands.audit_rows import open_for_rows
from tests.audit.closed import ClosedKiosk
from tests.audit.makers import NOON, write_many

ROOT = Path(__file__).resolve().parents[2]
WAYS = [("export", "--format", "csv"), ("export", "--format", "sqlite"), ("bundle",), ("prune",)]
EXPORTED = "SELECT count(*) FROM entry WHERE kind = 'EXPORTED'"


class Kiosk(ClosedKiosk):
    """One whose actions can be killed."""

    def copies(self):
        """What stands on the stick under a name of its own."""
        return list(self.stick.glob("[!.]*")) if self.stick.exists() else []

    def exported(self):
        return [fact for fact in self.rows() if isinstance(fact, Exported)]

    def begin(self, *words):
        """Start an action in a process of its own."""
        whole = [sys.executable, "-m", "kiosk", "audit", *words, "--out", self.stick, "--config", self.config]
        return subprocess.Popen(whole, cwd=ROOT, stdout=subprocess.DEVNULL)


@pytest.fixture
def kiosk(tmp_path):
    made = Kiosk(tmp_path)
    made.config.write_text('[paths]\nstore = "store"\n', "utf-8")
    made.log.parent.mkdir(mode=0o700, parents=True)
    write_many(made.log.parent, 600)
    return made


def kill_when(process, happened):
    with process:
        while process.poll() is None and not happened():
            time.sleep(0.0002)
        process.kill()


@pytest.mark.slow
@pytest.mark.parametrize("words", WAYS, ids=" ".join)
def test_a_kiosk_killed_as_its_copy_appears_has_the_row_that_says_so(kiosk, words):
    kill_when(kiosk.begin(*words), kiosk.copies)

    (copy,) = kiosk.copies()
    (fact,) = kiosk.exported()
    assert fact.digest == sha256((copy / "manifest.json").read_bytes()).digest()
    assert (fact.first, fact.last) == (1, json.loads((copy / "manifest.json").read_bytes())["last"])
    assert check_log(kiosk.log).holds


@pytest.mark.slow
def test_a_kiosk_killed_as_the_row_appears_can_export_anew(kiosk):
    with closing(connect_reader(kiosk.log)) as database:
        kill_when(kiosk.begin(*WAYS[0]), lambda: database.execute(EXPORTED).fetchone()[0])

    assert 0 == kiosk.run(*WAYS[0], "--out", str(kiosk.stick / "anew"))
    assert [1, 1] == [fact.first for fact in kiosk.exported()]


class PulledStick(type(Path())):
    """A stick that takes every file, and is pulled out before the folder gets its name."""

    def rename(self, _target):
        raise OSError(5, "Input/output error")


class WornStick(type(Path())):
    """A stick that reads back less than it was given."""

    def open(self, mode):
        os.truncate(self, self.stat().st_size - 1)
        return super().open(mode)


def export_to(kiosk, stick):
    made, wanted = Made(NOON, "0.1.0", "Gate 3"), Wanted(ExportForm.CSV)
    with open_for_rows(Namespace(config=kiosk.config, environment=None)) as writer:
        write_recorded(
            writer,
            "csv",
            lambda record: export_log(kiosk.log, stick, wanted, made, None, record),
            with_sealed=False,
        )


def test_a_stick_pulled_at_the_last_moment_leaves_a_row_that_says_so_and_no_copy(kiosk):
    with pytest.raises(OutputError, match="error; row 601 says that rows left: export them again"):
        export_to(kiosk, PulledStick(kiosk.stick))

    assert (1, []) == (len(kiosk.exported()), list(kiosk.stick.iterdir()))


def test_a_copy_that_reads_back_changed_is_neither_named_nor_recorded(kiosk):
    with pytest.raises(OutputError, match=f"rows.csv reads back changed from {kiosk.stick}: try another"):
        export_to(kiosk, WornStick(kiosk.stick))

    assert ([], []) == (kiosk.exported(), list(kiosk.stick.iterdir()))


@pytest.mark.parametrize("inside", ["", "/new/folder"], ids=["itself", "within"])
@pytest.mark.parametrize("words", [WAYS[0], *WAYS[2:]], ids=" ".join)
def test_no_copy_of_rows_goes_into_the_logs_own_folder(kiosk, capsys, words, inside):
    (kiosk.folder / "link").symlink_to(kiosk.log.parent)

    code = main(["audit", *words, "--out", f"{kiosk.folder}/link{inside}", "--config", str(kiosk.config)])

    assert (4, True) == (code, "in the log's own folder" in capsys.readouterr().err)
    assert all(isinstance(fact, Visit) for fact in kiosk.rows())
    assert not [path for path in kiosk.log.parent.iterdir() if path.is_dir()]


def test_a_copied_log_is_not_exported_into_itself(kiosk, capsys):
    log = str(kiosk.log.parent)

    assert 4 == main(["audit", *WAYS[0], "--log", log, "--out", log, "--config", str(kiosk.config)])

    assert "in the log's own folder" in capsys.readouterr().err


def test_a_copy_on_the_disk_of_the_log_is_warned_of(kiosk, capsys):
    assert 0 == main(["audit", *WAYS[0], "--out", str(kiosk.stick), "--config", str(kiosk.config)])

    assert "WARNING   this is the disk of the log itself" in capsys.readouterr().out


def test_another_file_system_is_another_disk(kiosk):
    assert is_on_same_disk(kiosk.folder, kiosk.log)
    assert not is_on_same_disk(Path("/proc"), kiosk.folder)
    assert not is_on_same_disk(kiosk.folder / "none", kiosk.folder)
