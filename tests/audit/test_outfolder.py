"""A folder of files appears whole or not at all, also on a full stick."""

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.audit.outfolder import OutputError, check_written, write_folder

ROOT = Path(__file__).resolve().parents[2]

# A real limit of the operating system on the size of a file: the disk takes part of it and refuses the rest.
FULL = """
import resource, signal, sys
from pathlib import Path
from kiosk.audit.outfolder import OutputError, write_folder
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    with write_folder(Path(sys.argv[1]), "export") as folder, folder.create("rows") as file:
        for _ in range(100):
            file.write(bytes(50_000))
except OutputError as err:
    print("refused:", err)
"""


def names_in(folder):
    return [path.name for path in folder.iterdir()]


def fail_half_way(parent):
    with write_folder(parent, "export") as folder:
        folder.write("a", b"one")
        raise KeyError("stop")


def test_a_finished_folder_has_its_files_with_their_hashes_and_is_private(tmp_path):
    with write_folder(tmp_path, "export") as folder:
        folder.write("a", b"one")
        with folder.create("b") as file:
            for _ in range(3):
                file.write(b"x" * 1_000_000)

    assert b"one" == (tmp_path / "export/a").read_bytes()
    assert [("a", 3), ("b", 3_000_000)] == [(each.name, each.size) for each in folder.files]
    assert hashlib.sha256(b"x" * 3_000_000).digest() == folder.files[1].sha256
    assert 0o700 == (tmp_path / "export").stat().st_mode & 0o777
    assert ["export"] == names_in(tmp_path)


def test_until_it_is_finished_nothing_has_its_name(tmp_path):
    with write_folder(tmp_path, "export") as folder:
        folder.write("a", b"one")

        assert [".export.part"] == names_in(tmp_path)


def test_an_error_on_the_way_leaves_nothing(tmp_path):
    with pytest.raises(KeyError):
        fail_half_way(tmp_path)

    assert [] == names_in(tmp_path)


def test_a_full_stick_is_said_and_leaves_nothing(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert "refused: " in done.stdout
    assert "too large" in done.stdout
    assert [] == names_in(tmp_path)


def test_what_was_left_by_a_power_cut_is_in_nobodys_way(tmp_path):
    (tmp_path / ".export.part").mkdir()
    (tmp_path / ".export.part/a").write_bytes(b"half")

    with write_folder(tmp_path, "export") as folder:
        folder.write("a", b"whole")

    assert b"whole" == (tmp_path / "export/a").read_bytes()


@pytest.mark.parametrize("there", ["folder", "file", "link"])
def test_nothing_that_is_there_is_replaced(tmp_path, there):
    target = tmp_path / "export"
    {
        "folder": target.mkdir,
        "file": lambda: target.write_bytes(b"mine"),
        "link": lambda: target.symlink_to("nowhere"),
    }[there]()

    with pytest.raises(OutputError, match="nothing is replaced"), write_folder(tmp_path, "export"):
        pass

    assert ["export"] == names_in(tmp_path)


def test_a_place_that_is_no_folder_is_refused_in_one_sentence(tmp_path):
    (tmp_path / "file").write_bytes(b"")

    with pytest.raises(OutputError, match="file"), write_folder(tmp_path / "file", "export"):
        pass


def test_a_file_that_another_program_wrote_is_taken_over_with_its_hash(tmp_path):
    with write_folder(tmp_path, "export") as folder:
        (folder.path / "db").write_bytes(b"abc")
        folder.adopt("db")

    assert [("db", 3, hashlib.sha256(b"abc").digest())] == [
        (each.name, each.size, each.sha256) for each in folder.files
    ]


def test_files_that_read_back_changed_are_refused(tmp_path):
    with write_folder(tmp_path, "export") as folder:
        folder.write("a", b"one")
    check_written(tmp_path / "export", folder.files)
    (tmp_path / "export/a").write_bytes(b"two")

    with pytest.raises(OutputError, match="a reads back changed"):
        check_written(tmp_path / "export", folder.files)
