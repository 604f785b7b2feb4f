"""What an insider can do, and what is seen with and without a checkpoint kept outside. The names say it all.

The insider has everything that lies on the kiosk, its key included; only what was taken outside is not his.
"""

import json
import shutil
from datetime import timedelta

import pytest

from kiosk.__main__ import main
from kiosk.audit.canonical import parse_entry
from tests.audit.kept import KeptKiosk, a_stamp
from tests.audit.makers import NOON, a_failed_visit, an_entry, as_insider, open_log

OTHERS_OF_ROW_2 = (
    ", at, kind, outcome, reasons, purpose, station, body, previous, hash FROM entry WHERE seq = 2"
)


@pytest.fixture
def kiosk(tmp_path):
    """A kiosk that was open for two shifts; a checkpoint of each was taken outside."""
    kept = KeptKiosk(tmp_path / "kiosk")
    kept.shift(5)
    kept.keep("first")
    kept.shift(5)
    kept.keep("second")
    return kept


@pytest.fixture
def check(kiosk, capsys):
    """Ask `audit check` about the kiosk, with what was kept outside or without."""

    def ask(*kept, key=True):
        vkey = ("--key", kiosk.vkey) if kept and key else ()
        files = [word for name in kept for word in ("--checkpoint", str(kiosk.outside / name))]
        code = main(["audit", "check", "--json", "--log", str(kiosk.logs), *files, *vkey])
        said = json.loads(capsys.readouterr().out.splitlines()[0])
        assert said["holds"] is (code == 0)
        return said

    return ask


def rewrite(kiosk, first, fact, rows=None):
    """Write the whole log anew with `fact` in every row from `first` on, and sign it with the kiosk's key."""
    with open_log(kiosk.logs) as log:
        bodies = [log.load_row(seq).body for seq in range(1, log.next_seq)]
        epoch = log.epoch
    shutil.rmtree(kiosk.logs)
    shutil.rmtree(kiosk.states)
    with open_log(kiosk.logs):
        pass
    as_insider(kiosk.path, ("UPDATE log SET epoch = ?", (epoch,)))
    with open_log(kiosk.logs) as log:
        for seq, body in enumerate(bodies[:rows], start=1):
            entry = parse_entry(body)
            log.append(entry if seq < first else an_entry(fact, at=entry.at))
        kiosk.checkpointer().write(log, a_stamp())


def test_an_untouched_log_agrees_with_what_was_kept(check):
    said = check("first", "second")

    assert said["holds"]
    assert said["knows"] == ["rows 1 to 10 are exactly the rows that the kiosk's key signed"]
    assert ["HOLDS", "HOLDS"] == [each["agreement"] for each in said["checkpoints"]]


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE entry SET outcome = 'FAIL' WHERE seq = 3",
        "UPDATE entry SET body = zeroblob(700) WHERE seq = 3",
        "DELETE FROM entry WHERE seq = 3",
        f"INSERT OR REPLACE INTO entry SELECT 3{OTHERS_OF_ROW_2}",
    ],
)
def test_an_edited_deleted_or_replaced_middle_row_is_seen_by_the_chain_alone(kiosk, check, sql):
    as_insider(kiosk.path, sql)

    assert check()["broken"]["seq"] == 3
    assert not check("second")["holds"]


def test_deleted_last_rows_are_not_seen_by_the_chain_alone(kiosk, check):
    as_insider(kiosk.path, "DELETE FROM entry WHERE seq > 7", "DELETE FROM checkpoint")

    assert check()["holds"]


def test_deleted_last_rows_are_seen_with_an_outside_checkpoint(kiosk, check):
    as_insider(kiosk.path, "DELETE FROM entry WHERE seq > 7", "DELETE FROM checkpoint")
    said = check("first", "second")

    assert ["HOLDS", "SHORTER"] == [each["agreement"] for each in said["checkpoints"]]
    assert {"first": 6, "last": 10} == said["suspect"]


def test_deleted_last_rows_are_seen_by_the_logs_own_checkpoint_only_while_the_insider_leaves_it(kiosk, check):
    as_insider(kiosk.path, "DELETE FROM entry WHERE seq > 7")

    assert {"first": 6, "last": 10} == check()["suspect"]


def test_a_log_rewritten_from_some_row_on_is_not_seen_by_the_chain_alone(kiosk, check):
    rewrite(kiosk, 4, a_failed_visit())

    assert check()["holds"]


def test_a_log_rewritten_from_some_row_on_is_seen_with_an_outside_checkpoint(kiosk, check):
    rewrite(kiosk, 8, a_failed_visit())
    said = check("first", "second")

    assert ["HOLDS", "DIFFERENT"] == [each["agreement"] for each in said["checkpoints"]]
    assert {"first": 6, "last": 10} == said["suspect"]


def test_a_dropped_table_is_seen_by_the_chain_alone(kiosk, capsys):
    as_insider(kiosk.path, "DROP TABLE tile", "CREATE TABLE tile (level, number, hash)")

    assert main(["audit", "check", "--log", str(kiosk.logs)]) == 1
    assert "table tile" in capsys.readouterr().err


def test_an_emptied_table_is_not_seen_by_the_chain_alone(kiosk, check):
    as_insider(kiosk.path, "DELETE FROM entry", "DELETE FROM checkpoint")

    assert check()["holds"]


def test_an_emptied_table_is_seen_with_an_outside_checkpoint(kiosk, check):
    as_insider(kiosk.path, "DELETE FROM entry", "DELETE FROM checkpoint")

    assert {"first": 1, "last": 5} == check("first", "second")["suspect"]


def test_a_log_replaced_by_a_new_one_is_seen_with_an_outside_checkpoint(kiosk, check):
    shutil.rmtree(kiosk.logs)
    shutil.rmtree(kiosk.states)
    kiosk.shift(10)

    assert check()["holds"]
    assert ["ANOTHER_LOG"] == [each["agreement"] for each in check("second")["checkpoints"]]


def test_a_restored_disk_image_is_not_seen_on_the_machine_alone(kiosk, check):
    image = kiosk.copy_disk("image")
    kiosk.shift(5)
    kiosk.restore_disk(image)

    assert check()["holds"]


def test_a_restored_disk_image_is_seen_with_a_checkpoint_made_after_it(kiosk, check):
    image = kiosk.copy_disk("image")
    kiosk.shift(5)
    kiosk.keep("third")
    kiosk.restore_disk(image)

    assert {"first": 11, "last": 15} == check("first", "third")["suspect"]


def test_a_restored_disk_that_was_written_on_is_seen_with_a_checkpoint_made_after_the_image(kiosk, check):
    image = kiosk.copy_disk("image")
    kiosk.shift(5)
    kiosk.keep("third")
    kiosk.restore_disk(image)
    kiosk.shift(9, at=NOON + timedelta(days=1))

    assert ["HOLDS", "DIFFERENT"] == [e["agreement"] for e in check("second", "third")["checkpoints"]]


def test_a_cloned_disk_is_seen_when_a_checkpoint_of_either_is_brought_to_the_other(kiosk, check):
    clone = kiosk.copy_disk("clone")
    kiosk.shift(5)
    clone.shift(4, at=NOON + timedelta(days=1))
    shutil.copy(clone.newest, kiosk.outside / "of the clone")

    assert {"first": 11, "last": 14} == check("second", "of the clone")["suspect"]


def test_a_cloned_disk_is_seen_by_two_checkpoints_of_one_size_whatever_the_log(kiosk, check):
    clone = kiosk.copy_disk("clone")
    kiosk.shift(5)
    kiosk.keep("third")
    clone.shift(5, at=NOON + timedelta(days=1))
    shutil.copy(clone.newest, kiosk.outside / "of the clone")

    assert 15 == check("third", "of the clone")["fork"]


def test_between_two_outside_checkpoints_whoever_holds_the_kiosks_key_can_rewrite_unseen(kiosk, check):
    kiosk.shift(5)
    rewrite(kiosk, 11, a_failed_visit())
    kiosk.keep("third")

    assert check("first", "second", "third")["holds"]


def test_after_the_last_outside_checkpoint_rows_can_be_deleted_unseen_and_the_report_says_so(kiosk, check):
    kiosk.shift(5)
    rewrite(kiosk, 99, None, rows=12)
    said = check("second")

    assert said["holds"]
    assert "whether rows after row 10 were deleted or written anew" in said["cannot_know"]


def test_a_forged_checkpoint_passes_for_true_only_while_nobody_gives_the_key(kiosk, check, tmp_path):
    rewrite(kiosk, 4, a_failed_visit())
    shutil.rmtree(kiosk.keys)
    forger_made = kiosk.shift(1)
    kiosk.keep("forged")
    true_key = KeptKiosk(tmp_path / "true").vkey

    assert check("forged", key=False)["holds"]
    assert "whether the kiosk signed" in " ".join(check("forged", key=False)["cannot_know"])
    words = ["--checkpoint", str(kiosk.outside / "forged"), "--key", true_key]
    assert main(["audit", "check", "--log", str(kiosk.logs), *words]) == 1
    assert forger_made.size == 11


def test_whoever_alters_a_checkpoint_outside_is_found_by_its_signature(kiosk, capsys):
    note = (kiosk.outside / "second").read_text().replace("\n10\n", "\n11\n", 1)
    (kiosk.outside / "second").write_text(note)
    words = ["--checkpoint", str(kiosk.outside / "second"), "--key", kiosk.vkey]

    assert main(["audit", "check", "--log", str(kiosk.logs), *words]) == 1
    assert "REFUSED" in capsys.readouterr().out


def test_the_logs_own_checkpoints_narrow_down_where_rows_were_changed_if_the_insider_lacks_the_key(
    kiosk, check
):
    for _ in range(4):
        kiosk.shift(5)
    with open_log(kiosk.logs) as log:
        own = [(saved.size, saved.at.isoformat(), saved.text) for saved in log.checkpoints()]
    rewrite(kiosk, 18, a_failed_visit())
    as_insider(
        kiosk.path,
        "DELETE FROM checkpoint",
        *(("INSERT INTO checkpoint VALUES (?, ?, ?)", row) for row in own),
    )

    assert {"first": 16, "last": 20} == check("second")["suspect"]
