"""Rows and sealed parts leave the log with a row that says so, and everything left still holds."""

from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pysqlite3
import pytest

from kiosk.audit.chain import Break, Flaw
from kiosk.audit.check import check_log, open_checked
from kiosk.audit.entry import PruneBasis, Pruned, Shredded, Stop
from kiosk.audit.merkle import inclusion_proof, verify_inclusion
from kiosk.audit.reading import load_row, load_sealed
from kiosk.audit.removal import remove_rows
from kiosk.audit.schema import connect_reader
from kiosk.model import Fault, Reason
from tests.audit.makers import NOON, an_entry, as_insider, open_log, write_many


def pruned(below):
    return an_entry(Pruned(below, PruneBasis.EXPORT), at=NOON + timedelta(days=1))


def shredded(before):
    return lambda count: an_entry(Shredded(before, count), at=NOON + timedelta(days=1))


def seqs_of(path, table="entry"):
    connection = pysqlite3.connect(str(path))
    found = [row[0] for row in connection.execute(f"SELECT seq FROM {table} ORDER BY seq")]  # noqa: S608 - ours
    connection.close()
    return found


def refusal(call, *arguments, **options):
    with pytest.raises(Fault) as fault:
        call(*arguments, **options)
    return fault.value.reason


def test_pruned_rows_are_gone_and_the_chain_root_and_proofs_still_hold(tmp_path):
    path = write_many(tmp_path, 700)
    with open_log(tmp_path) as log:
        root, hashes = log.tree.root(), [log.tree.root(size) for size in range(701)]
        receipt = log.prune(pruned(513))

        assert (513, 701, 702) == (log.below, receipt.seq, log.append(an_entry(Stop())).seq)
        assert root == log.tree.root(700)

    report = check_log(path, thorough=True)
    assert (True, 190) == (report.holds, report.chain.rows)
    assert list(range(513, 703)) == seqs_of(path)
    with open_checked(path) as checked:
        assert hashes == [checked.tree.root(size) for size in range(701)]


def test_a_row_that_was_pruned_can_still_be_proved(tmp_path):
    path = write_many(tmp_path, 300)
    with closing(connect_reader(path)) as database:
        row = load_row(database, 17)
    with open_log(tmp_path) as log:
        log.prune(pruned(257))

        proof = inclusion_proof(16, 301, log.tree.subtree)
        assert verify_inclusion(row.hash, 16, 301, proof, log.tree.root())


def test_a_pruned_log_is_opened_pruned_again_and_gives_its_room_back(tmp_path):
    path = write_many(tmp_path, 2000)
    full = path.stat().st_size
    with open_log(tmp_path) as log:
        log.prune(pruned(257))
    with open_log(tmp_path) as log:
        log.prune(pruned(1793))

    with open_log(tmp_path) as log:
        assert 2003 == log.append(an_entry()).seq
    assert check_log(path, thorough=True).holds
    assert full / 2 > path.stat().st_size


@pytest.mark.slow
def test_many_rows_are_pruned_part_by_part(tmp_path):
    path = write_many(tmp_path, 9000)
    with open_log(tmp_path) as log:
        log.prune(pruned(8961))
        in_the_wal = (tmp_path / "sandbox.db-wal").stat().st_size

    assert 0 == in_the_wal
    assert list(range(8961, 9002)) == seqs_of(path)
    assert check_log(path, thorough=True).holds


def test_a_pruning_that_was_cut_off_leaves_a_log_that_holds_and_can_be_pruned_again(tmp_path):
    path = write_many(tmp_path, 800)
    with open_log(tmp_path) as log:
        said_in = log.append(pruned(769)).seq
        remove_rows(log._database, log._identity.base, 257, said_in)

    assert check_log(path, thorough=True).holds
    with open_log(tmp_path) as log:
        assert 257 == log.below
        log.prune(pruned(769))
    assert (769, True) == (seqs_of(path)[0], check_log(path, thorough=True).holds)


def test_every_row_can_be_pruned_but_the_one_that_says_so(tmp_path):
    path = write_many(tmp_path, 256)
    with open_log(tmp_path) as log:
        log.prune(pruned(257))

    with open_log(tmp_path) as log:
        assert 258 == log.append(an_entry()).seq
    assert [257, 258] == seqs_of(path)
    assert check_log(path).holds


@pytest.mark.parametrize("below", [0, 1, 256, 258, 513])
def test_only_whole_tiles_that_are_there_are_pruned(tmp_path, below):
    write_many(tmp_path, 300)
    with open_log(tmp_path) as log, pytest.raises(ValueError, match="no whole tiles"):
        log.prune(pruned(below))


def test_a_row_about_something_else_prunes_nothing(tmp_path):
    write_many(tmp_path, 300)
    with open_log(tmp_path) as log, pytest.raises(ValueError, match="no whole tiles"):
        log.prune(an_entry())


def test_rows_whose_hashes_were_exchanged_are_not_pruned(tmp_path):
    path = write_many(tmp_path, 400)
    as_insider(path, "UPDATE entry SET hash = zeroblob(32) WHERE seq = 9")
    with open_log(tmp_path) as log:
        assert Reason.LOG_BROKEN is refusal(log.prune, pruned(257))

    assert 400 == len(seqs_of(path))


def test_pruning_lifts_no_fence_for_longer_than_itself(tmp_path):
    path = write_many(tmp_path, 300)
    with open_log(tmp_path) as log:
        log.prune(pruned(257))

    assert () == check_log(path).identity.fences_down
    connection = pysqlite3.connect(str(path), isolation_level=None)
    with pytest.raises(pysqlite3.IntegrityError, match="only added"):
        connection.execute("DELETE FROM pruned")
    connection.close()


ROWS_GONE = "DELETE FROM entry WHERE seq < 257"
SAID = "INSERT INTO pruned SELECT 1, 257, previous, {} FROM entry WHERE seq = 257"
KEPT = "INSERT INTO pruned_tile SELECT 0, zeroblob(8192)"


@pytest.mark.parametrize(
    ("statements", "flaw"),
    [
        ([ROWS_GONE], Flaw.MISSING),
        ([SAID.format(300), ROWS_GONE], Flaw.NOT_PRUNED),
        ([SAID.format(9999), ROWS_GONE, KEPT], Flaw.NOT_PRUNED),
    ],
    ids=["rows deleted", "a row about something else", "a row that is not there"],
)
def test_rows_taken_away_without_a_row_that_says_so_are_missed(tmp_path, statements, flaw):
    path = write_many(tmp_path, 400)
    as_insider(path, *statements)

    assert flaw is check_log(path).chain.broken.flaw


def test_a_pruning_that_says_another_place_than_was_pruned_is_seen(tmp_path):
    path = write_many(tmp_path, 700)
    with open_log(tmp_path) as log:
        log.prune(pruned(257))
    as_insider(
        path,
        "INSERT INTO pruned_tile SELECT 1, zeroblob(8192)",
        "UPDATE pruned SET below = 513, previous = (SELECT previous FROM entry WHERE seq = 513)",
        "DELETE FROM entry WHERE seq < 513",
    )

    report = check_log(path)

    assert Break(513, Flaw.NOT_PRUNED) == report.chain.broken


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM pruned_tile WHERE number = 0",
        "UPDATE pruned_tile SET hashes = zeroblob(8192) WHERE number = 0",
        "UPDATE pruned_tile SET hashes = x'00' WHERE number = 1",
        "UPDATE pruned_tile SET hashes = zeroblob(8192) WHERE number = 1",
        "INSERT INTO pruned_tile VALUES (2, zeroblob(8192))",
        "UPDATE tile SET hash = zeroblob(32) WHERE number = 0",
        "DELETE FROM tile",
    ],
)
def test_changed_hashes_of_pruned_rows_are_seen(tmp_path, sql):
    path = write_many(tmp_path, 800)
    with open_log(tmp_path) as log:
        log.prune(pruned(513))
    as_insider(path, sql)

    report = check_log(path)

    assert (None, False) == (report.chain.broken, report.holds)
    assert report.hashes_wrong


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE pruned SET below = 2",
        "UPDATE pruned SET below = 256",
        "UPDATE pruned SET previous = x'00'",
        "UPDATE pruned SET said_in = 3",
    ],
)
def test_a_log_that_says_the_impossible_of_its_pruned_rows_is_broken(tmp_path, sql):
    path = write_many(tmp_path, 300)
    with open_log(tmp_path) as log:
        log.prune(pruned(257))
    as_insider(path, sql)

    assert Reason.LOG_BROKEN is refusal(check_log, path)


def test_shredded_parts_are_gone_from_the_file_and_the_chain_holds(tmp_path):
    path = write_many(tmp_path, 100, sealed_every=1)
    before = NOON + timedelta(seconds=40)
    with open_log(tmp_path) as log:
        receipt = log.shred(before, shredded(before))
        written = b"".join(each.read_bytes() for each in tmp_path.iterdir())

    assert 101 == receipt.seq
    assert list(range(41, 101)) == seqs_of(path, "sealed")
    assert [b"sealed part 39" in written, b"sealed part 40" in written] == [False, True]
    report = check_log(path, thorough=True)
    assert (True, 0) == (report.holds, report.content.sealed_missing)


def test_a_shredding_that_says_another_number_is_refused_and_destroys_nothing(tmp_path):
    path = write_many(tmp_path, 10, sealed_every=1)
    with open_log(tmp_path) as log, pytest.raises(ValueError, match="10 sealed parts"):
        log.shred(NOON + timedelta(days=1), lambda _: an_entry(Shredded(NOON + timedelta(days=1), 9)))

    assert 10 == len(seqs_of(path, "sealed"))


def test_sealed_parts_of_pruned_rows_go_with_them(tmp_path):
    path = write_many(tmp_path, 300, sealed_every=50)
    with open_log(tmp_path) as log:
        log.prune(pruned(257))

    assert [] == seqs_of(path, "sealed")
    assert check_log(path, thorough=True).holds


def test_a_sealed_part_is_written_with_its_row_and_its_hash(tmp_path):
    entry = replace(an_entry(), sealed_key=b"auditors")
    with open_log(tmp_path) as log:
        log.append(entry, b"ciphertext")
        with closing(connect_reader(tmp_path / "sandbox.db")) as database:
            assert (b"ciphertext", None) == (load_sealed(database, 1), load_sealed(database, 2))

    assert check_log(tmp_path / "sandbox.db", thorough=True).holds


@pytest.mark.parametrize(
    ("entry", "sealed"),
    [
        (an_entry(), b"sealed"),
        (replace(an_entry(), sealed_key=bytes(8)), None),
        (replace(an_entry(), sealed_key=bytes(8), sealed_hash=bytes(32)), b"sealed"),
        (replace(an_entry(), sealed_key=bytes(8)), bytes(8193)),
    ],
    ids=["no key", "no sealed part", "a hash already", "too long"],
)
def test_half_of_what_a_sealed_part_needs_is_refused(tmp_path, entry, sealed):
    with open_log(tmp_path) as log:
        with pytest.raises(ValueError, match="sealed part"):
            log.append(entry, sealed)
        assert 1 == log.append(an_entry()).seq


def test_a_thorough_check_sees_an_exchanged_sealed_part(tmp_path):
    path = write_many(tmp_path, 20, sealed_every=1)
    as_insider(path, "UPDATE sealed SET content = x'00' WHERE seq = 5")

    assert check_log(path).holds
    report = check_log(path, thorough=True)
    assert (Break(5, Flaw.SEALED_ALTERED), False) == (report.broken, report.holds)


def test_a_thorough_check_counts_sealed_parts_taken_away_without_a_row(tmp_path):
    path = write_many(tmp_path, 20, sealed_every=1)
    as_insider(path, "DELETE FROM sealed WHERE seq > 17")

    report = check_log(path, thorough=True)

    assert (True, 3) == (report.holds, report.content.sealed_missing)
