"""The open log: what an append promises, and every way it refuses."""

import base64
import hashlib
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pysqlite3
import pytest

from kiosk.audit.check import check_log
from kiosk.audit.entry import Start, Stop
from kiosk.audit.lock import ProcessLock
from kiosk.audit.log import AuditLog
from kiosk.audit.pseudonym import PseudonymKeys
from kiosk.audit.schema import check_sqlite_version, connect_writer, sqlite_errors_as_faults
from kiosk.audit.space import SpaceLimits, read_free_bytes
from kiosk.model import Environment, Fault, Reason
from tests.audit.makers import NOON, SMALL, a_visit, an_entry, as_insider, open_log, write_log


def fault_of(call, *args, **options):
    with pytest.raises(Fault) as fault:
        call(*args, **options)
    return fault.value


def test_a_row_is_on_disk_when_append_returns(tmp_path):
    with open_log(tmp_path) as log:
        receipt = log.append(an_entry())

        seen = check_log(tmp_path / "sandbox.db")

    assert (1, receipt) == (seen.chain.rows, seen.chain.head)
    assert seen.holds


def test_every_commit_waits_for_the_disk_in_wal_mode(tmp_path):
    with open_log(tmp_path) as log:
        modes = [
            log._database.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")
        ]

    assert ["wal", 2] == modes


def test_the_log_goes_on_where_it_was_closed(tmp_path):
    with open_log(tmp_path) as log:
        first, epoch = log.append(an_entry()), log.epoch

    with open_log(tmp_path) as log:
        assert (first, epoch) == (log.head, log.epoch)
        second = log.append(an_entry(at=NOON + timedelta(minutes=1)))

    assert second == check_log(tmp_path / "sandbox.db").chain.head
    assert (1, 2) == (first.seq, second.seq)


def test_a_log_longer_than_the_tail_is_opened_at_its_head(tmp_path):
    write_log(tmp_path, 120)

    with open_log(tmp_path) as log:
        assert 121 == log.append(an_entry()).seq

    assert 121 == check_log(tmp_path / "sandbox.db").chain.rows


def test_time_that_runs_backwards_is_recorded_as_it_is(tmp_path):
    with open_log(tmp_path) as log:
        log.append(an_entry(at=NOON))
        log.append(an_entry(at=NOON - timedelta(days=900)))

    assert check_log(tmp_path / "sandbox.db").holds


def test_each_environment_has_its_own_log_and_its_own_genesis(tmp_path):
    with (
        open_log(tmp_path) as sandbox,
        AuditLog.open(tmp_path, Environment.PILOT, limits=SMALL) as pilot,
    ):
        assert sandbox.head.hash != pilot.head.hash
        with pytest.raises(ValueError, match="sandbox"):
            pilot.append(an_entry(environment=Environment.SANDBOX))


def test_folder_and_files_are_for_this_user_alone(tmp_path):
    with open_log(tmp_path / "new") as log:
        log.append(an_entry())
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "new").iterdir()}

    assert 0o700 == stat.S_IMODE((tmp_path / "new").stat().st_mode)
    assert {
        "sandbox.db",
        "sandbox.db-wal",
        "sandbox.db-shm",
        "sandbox.lock",
        "sandbox.reserve",
    } == modes.keys()
    assert {0o600} == set(modes.values())


def test_a_second_writer_is_refused_until_the_first_closes(tmp_path):
    with open_log(tmp_path):
        fault = fault_of(open_log, tmp_path)

    assert (Reason.LOG_UNWRITABLE, "another kiosk holds the log sandbox") == (fault.reason, fault.detail)
    open_log(tmp_path).close()


def test_a_refused_open_holds_nothing_back(tmp_path):
    path = write_log(tmp_path, 1)
    path.write_bytes(b"no log " * 1000)

    assert Reason.LOG_BROKEN is fault_of(open_log, tmp_path).reason
    path.unlink()
    open_log(tmp_path).close()


def test_a_lock_released_twice_is_released_once(tmp_path):
    lock = ProcessLock.take(tmp_path / "sandbox.lock")
    lock.release()

    other = ProcessLock.take(tmp_path / "sandbox.lock")
    lock.release()

    assert (
        "another kiosk holds the log sandbox" == fault_of(ProcessLock.take, tmp_path / "sandbox.lock").detail
    )
    other.release()


def test_a_disk_that_cannot_hold_a_wal_file_is_unwritable():
    fault = fault_of(connect_writer, Path(":memory:"), 0.05)  # SQLite keeps another journal there

    assert (Reason.LOG_UNWRITABLE, "the log's disk cannot hold a WAL file") == (fault.reason, fault.detail)


def test_closing_twice_is_closing_once(tmp_path):
    log = open_log(tmp_path)

    log.close()
    log.close()

    open_log(tmp_path).close()


def test_a_log_that_somebody_else_locked_is_unwritable(tmp_path):
    with open_log(tmp_path) as log:
        other = pysqlite3.connect(str(tmp_path / "sandbox.db"), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        fault = fault_of(log.append, an_entry())
        other.execute("ROLLBACK")
        other.close()

        assert Reason.LOG_UNWRITABLE is fault.reason
        assert 1 == log.append(an_entry()).seq


def test_a_full_disk_makes_the_log_unwritable_and_loses_no_row(tmp_path):
    with open_log(tmp_path) as log:
        log._database.execute("PRAGMA max_page_count = 12")
        acknowledged = []
        fault = fault_of(lambda: [acknowledged.append(log.append(an_entry())) for _ in range(100)])

    assert Reason.LOG_UNWRITABLE is fault.reason
    assert acknowledged[-1] == check_log(tmp_path / "sandbox.db").chain.head


def test_a_row_that_somebody_else_added_stops_the_writer(tmp_path):
    with open_log(tmp_path) as log:
        log.append(an_entry())
        as_insider(
            tmp_path / "sandbox.db",
            "INSERT INTO entry (seq, at, kind, station, body, previous, hash)"
            " SELECT 2, at, kind, station, body, previous, zeroblob(32) FROM entry",
        )

        assert Reason.LOG_BROKEN is fault_of(log.append, an_entry()).reason


def test_the_last_row_deleted_under_the_writer_stops_it(tmp_path):
    with open_log(tmp_path) as log:
        log.append(an_entry())
        as_insider(tmp_path / "sandbox.db", "DELETE FROM entry")

        assert Reason.LOG_BROKEN is fault_of(log.append, an_entry()).reason


def test_a_wal_file_removed_under_the_writer_stops_it_before_a_row_is_lost(tmp_path):
    with open_log(tmp_path) as log:
        log.append(an_entry())
        (tmp_path / "sandbox.db-wal").unlink()  # SQLite would go on writing to the deleted file

        assert Reason.LOG_BROKEN is fault_of(log.append, an_entry()).reason

    assert 1 == check_log(tmp_path / "sandbox.db").chain.rows


@pytest.mark.parametrize("nowhere", ["file/log", "file"])
def test_a_folder_that_cannot_be_is_unwritable(tmp_path, nowhere):
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "file").chmod(0o600)

    assert Reason.LOG_UNWRITABLE is fault_of(open_log, tmp_path / nowhere).reason


def test_a_folder_open_to_others_is_refused_with_what_to_do(tmp_path):
    tmp_path.chmod(0o755)

    fault = fault_of(open_log, tmp_path)

    assert Reason.LOG_UNWRITABLE is fault.reason
    assert "chmod 700" in fault.detail


@pytest.mark.parametrize("name", ["sandbox.db", "sandbox.lock", "sandbox.reserve", "sandbox.db-wal"])
def test_a_folder_in_the_place_of_a_file_is_a_fault(tmp_path, name):
    (tmp_path / name).mkdir()

    reason = fault_of(open_log, tmp_path).reason

    assert reason in {Reason.LOG_UNWRITABLE, Reason.LOG_BROKEN, Reason.DISK_LOW}


def test_a_read_only_file_is_unwritable(tmp_path):
    path = write_log(tmp_path, 1)
    reader = pysqlite3.connect(f"file:{path}?mode=ro", uri=True, isolation_level=None)

    with pytest.raises(Fault) as fault, sqlite_errors_as_faults("writing row 2"):
        reader.execute("INSERT INTO log VALUES (2, '', x'')")
    reader.close()

    assert Reason.LOG_UNWRITABLE is fault.value.reason


def test_an_sqlite_that_can_lose_rows_is_refused_in_one_sentence():
    fault = fault_of(check_sqlite_version, (3, 51, 2))

    assert Reason.LOG_BROKEN is fault.reason
    assert "SQLite 3.51.2 can lose rows: 3.51.3 is needed (package pysqlite3)" == fault.detail


def test_the_sqlite_in_use_is_new_enough():
    check_sqlite_version()


def test_misuse_of_the_connection_is_a_bug_and_no_fault(tmp_path):
    with open_log(tmp_path) as log, ThreadPoolExecutor(1) as another_thread:
        appended = another_thread.submit(log.append, an_entry())

        with pytest.raises(pysqlite3.ProgrammingError):
            appended.result()


def test_no_visit_is_recorded_below_the_disks_limit_but_the_stop_is(tmp_path):
    free = [10_000]
    with open_log(tmp_path, limits=SpaceLimits(4096, 5_000), free_bytes=lambda _: free[0]) as log:
        log.append(an_entry(Start()))
        free[0] = 4_999
        assert (tmp_path / "sandbox.reserve").stat().st_size == 4096

        assert Reason.DISK_LOW is fault_of(log.append, an_entry(a_visit())).reason
        assert 2 == log.append(an_entry(Stop(Reason.DISK_LOW))).seq

    assert not (tmp_path / "sandbox.reserve").exists()
    assert 2 == check_log(tmp_path / "sandbox.db").chain.rows


def test_the_reserve_stays_while_there_is_room(tmp_path):
    with open_log(tmp_path) as log:
        log.append(an_entry(Stop()))

    assert (tmp_path / "sandbox.reserve").exists()


def test_a_kiosk_does_not_start_on_a_disk_that_is_low(tmp_path):
    fault = fault_of(open_log, tmp_path, limits=SpaceLimits(0, 5_000), free_bytes=lambda _: 4_999)

    assert Reason.DISK_LOW is fault.reason


def test_no_room_for_the_reserve_is_a_low_disk(tmp_path):
    limits = SpaceLimits(reserve_bytes=2**62, reserve_share=2.0**40, stop_bytes=1)

    assert Reason.DISK_LOW is fault_of(open_log, tmp_path, limits=limits).reason


def test_a_disk_that_does_not_answer_is_unwritable(tmp_path):
    def broken_disk(folder):
        return read_free_bytes(folder / "gone")

    assert Reason.LOG_UNWRITABLE is fault_of(open_log, tmp_path, free_bytes=broken_disk).reason


def test_a_reserve_that_cannot_be_given_up_is_unwritable(tmp_path):
    free = [10]
    with open_log(tmp_path, limits=SpaceLimits(0, 5), free_bytes=lambda _: free[0]) as log:
        free[0] = 1
        (tmp_path / "sandbox.reserve").unlink()
        (tmp_path / "sandbox.reserve").mkdir()

        assert Reason.LOG_UNWRITABLE is fault_of(log.append, an_entry(Stop())).reason


def test_the_log_of_another_environment_under_this_name_is_broken(tmp_path):
    write_log(tmp_path, 1)
    (tmp_path / "sandbox.db").rename(tmp_path / "pilot.db")

    fault = fault_of(AuditLog.open, tmp_path, Environment.PILOT, limits=SMALL)

    assert Reason.LOG_BROKEN is fault.reason


def test_nothing_personal_reaches_the_files_of_the_log(tmp_path):
    number, name, code, photo = "2345678417", "شخص تجريبي", "6BF5YV4EFZPGW", b"\xff\xd8portrait"
    keys = PseudonymKeys.open(tmp_path / "keys", tmp_path / "log")
    with open_log(tmp_path / "log") as log:
        for minute in range(30):
            pseudonym = keys.pseudonym_of(number, NOON)
            log.append(an_entry(a_visit(pseudonym=pseudonym), at=NOON + timedelta(minutes=minute)))
        written = b"".join(path.read_bytes() for path in (tmp_path / "log").iterdir())

    assert pseudonym in written
    (key_file,) = (tmp_path / "keys").glob("*.key")
    for secret in (*traces_of(number), *traces_of(name), *traces_of(code), photo, key_file.read_bytes()):
        assert secret not in written


def traces_of(text):
    """What a careless log would hold of a text: itself, encodings of it, and plain hashes of it."""
    encoded = text.encode()
    digests = [hashlib.new(name, encoded).digest() for name in ("sha256", "sha1", "md5")]
    yield from (encoded, text.encode("utf-16-le"), encoded.hex().encode(), base64.b64encode(encoded))
    yield from (digest[:8] for digest in digests)
    yield from (digest.hex()[:12].encode() for digest in digests)
