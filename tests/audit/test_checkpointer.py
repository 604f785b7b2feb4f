"""The checkpoints a kiosk makes and leaves, and what they say about its log when it starts again."""

import re
import shutil
from datetime import timedelta

import pytest

from kiosk.audit.canonical import parse_entry
from kiosk.audit.check import check_log
from kiosk.audit.checkpointer import RETRY_S
from kiosk.audit.checkpoints import EVERY_S, LogName
from kiosk.audit.entry import Start
from kiosk.audit.facts import LastKnown
from kiosk.audit.note import parse_checkpoint, parse_note, verify_note
from kiosk.model import Environment, Fault, Reason
from tests.audit.kept import KeptKiosk, a_stamp
from tests.audit.makers import NOON, an_entry, as_insider, open_log


@pytest.fixture
def kiosk(tmp_path):
    return KeptKiosk(tmp_path / "kiosk")


def refusal_of(call, *args):
    with pytest.raises(Fault) as fault:
        call(*args)
    return fault.value


def read(path):
    return parse_checkpoint(parse_note(path.read_bytes()).text)


def open_and_check(kiosk):
    with open_log(kiosk.logs) as log:
        return kiosk.checkpointer().check_start(log)


def first_fact(kiosk):
    with open_log(kiosk.logs) as log:
        return parse_entry(log.load_row(1).body).fact


def test_a_checkpoint_is_signed_and_lies_beside_the_log_and_in_it(kiosk):
    made = kiosk.shift(5)
    note = parse_note(kiosk.newest.read_bytes())

    with open_log(kiosk.logs) as log:
        assert LogName(Environment.SANDBOX, log.epoch).origin == made.origin
        assert log.tree.root() == made.root
        assert [kiosk.newest.read_text()] == [saved.text for saved in log.checkpoints()]
    assert verify_note(note, kiosk.signer().key)
    assert made == parse_checkpoint(note.text)
    assert made.size == 5
    assert made.extensions == a_stamp().lines


def test_checkpoints_hold_nothing_but_what_they_name(kiosk):
    kiosk.shift(5)

    form = r"origin\n5\n[^\n]{44}\nat [^\n]+\nstation Gate 3\nconfig 0+\ntrust-root [^\n]+\nversion 0.1.0\n"
    assert re.fullmatch(form, re.sub(r"\A[^\n]+", "origin", parse_note(kiosk.newest.read_bytes()).text))


def test_one_is_made_at_a_start_after_a_hundred_rows_and_after_a_quarter_of_an_hour(kiosk):
    checkpointer, made = kiosk.checkpointer(), []
    with open_log(kiosk.logs) as log:
        for rows, now_s in (
            (1, 0.0),
            (99, 1.0),
            (1, 2.0),
            (1, EVERY_S),
            (0, EVERY_S + 2.0),
            (0, 9 * EVERY_S),
        ):
            for _ in range(rows):
                log.append(an_entry())
            checkpointer.write_if_due(log, a_stamp(), now_s)
            made.append([saved.size for saved in log.checkpoints()][-1])

    assert [1, 1, 101, 101, 102, 102] == made


def test_a_log_that_grew_since_the_last_checkpoint_is_written_on(kiosk):
    kiosk.shift(5)
    with open_log(kiosk.logs) as log:
        log.append(an_entry())

    assert open_and_check(kiosk) is None


def test_a_log_that_lost_its_last_rows_is_refused(kiosk):
    kiosk.shift(5)
    as_insider(kiosk.path, "DELETE FROM entry WHERE seq > 3")

    fault = refusal_of(open_and_check, kiosk)

    assert Reason.LOG_BROKEN is fault.reason
    assert "fewer rows" in fault.detail


def test_an_older_copy_of_the_log_is_refused(kiosk, tmp_path):
    kiosk.shift(5)
    shutil.copytree(kiosk.logs, tmp_path / "old")
    kiosk.shift(5)
    shutil.rmtree(kiosk.logs)
    shutil.copytree(tmp_path / "old", kiosk.logs)

    assert "fewer rows" in refusal_of(open_and_check, kiosk).detail


def test_a_log_that_was_written_anew_is_refused(kiosk, tmp_path):
    kiosk.shift(300)
    forger = KeptKiosk(tmp_path / "forger")
    forger.shift(1)
    epoch = check_log(kiosk.path).identity.epoch
    as_insider(forger.path, ("UPDATE log SET epoch = ?", (epoch,)), "DELETE FROM entry", "DELETE FROM tile")
    with open_log(forger.logs) as log:
        for number in range(300):
            log.append(an_entry(at=NOON + timedelta(days=number)))
    shutil.copy(forger.path, kiosk.path)

    assert "other rows" in refusal_of(open_and_check, kiosk).detail


def test_a_log_begun_anew_says_in_its_first_row_what_was_there_before(kiosk):
    before = kiosk.shift(5)
    epoch = check_log(kiosk.path).identity.epoch
    shutil.rmtree(kiosk.logs)

    kiosk.shift(2)

    assert Start(kiosk.signer().key.id, LastKnown(epoch, 5, before.root)) == first_fact(kiosk)
    assert open_and_check(kiosk) is None


def test_a_kiosk_cut_off_between_its_first_row_and_its_checkpoint_starts_again(kiosk):
    kiosk.shift(5)
    shutil.rmtree(kiosk.logs)
    with open_log(kiosk.logs) as log:
        log.append(an_entry(Start(None, kiosk.checkpointer().check_start(log))))

    assert open_and_check(kiosk) is None


def test_another_log_in_the_place_of_the_kiosks_own_is_refused(kiosk, tmp_path):
    kiosk.shift(5)
    other = KeptKiosk(tmp_path / "other")
    other.shift(7)
    shutil.copy(other.path, kiosk.path)

    fault = refusal_of(open_and_check, kiosk)

    assert Reason.LOG_BROKEN is fault.reason
    assert "another log" in fault.detail


def test_a_new_key_does_not_hide_that_rows_are_missing(kiosk):
    kiosk.shift(5)
    shutil.rmtree(kiosk.keys)
    as_insider(kiosk.path, "DELETE FROM entry WHERE seq > 3")

    assert Reason.LOG_BROKEN is refusal_of(open_and_check, kiosk).reason


@pytest.mark.parametrize("content", [b"", b"\xff", b"text\n\nno note\n", bytes(100_000)])
def test_a_damaged_checkpoint_is_refused_and_kept(kiosk, content):
    kiosk.shift(5)
    kiosk.newest.write_bytes(content)

    assert Reason.LOG_BROKEN is refusal_of(open_and_check, kiosk).reason
    assert content == kiosk.newest.read_bytes()


def test_a_checkpoint_that_cannot_be_written_or_read_stops_the_kiosk(kiosk):
    kiosk.states.parent.mkdir(parents=True)
    kiosk.states.write_text("a file where the folder should be")

    assert Reason.LOG_UNWRITABLE is refusal_of(kiosk.shift, 2).reason


def test_a_folder_in_the_place_of_the_checkpoint_stops_the_kiosk(kiosk):
    kiosk.newest.mkdir(parents=True)

    assert Reason.LOG_UNWRITABLE is refusal_of(open_and_check, kiosk).reason


def test_one_copy_a_day_goes_to_the_outbox(tmp_path):
    kiosk = KeptKiosk(tmp_path / "kiosk", outbox=True)

    kiosk.shift(3)
    kiosk.shift(3)
    kiosk.shift(3, at=NOON + timedelta(days=1))

    epoch = check_log(kiosk.path).identity.epoch.hex()[:8]
    name = kiosk.signer().key.name.split("/")[-1]
    copies = {path.name: read(path).size for path in kiosk.outside.iterdir()}
    assert {
        f"sandbox-{name}-{epoch}-2026-11-22.checkpoint": 6,
        f"sandbox-{name}-{epoch}-2026-11-23.checkpoint": 9,
    } == copies


def test_a_missing_outbox_is_no_error(tmp_path):
    kiosk = KeptKiosk(tmp_path / "kiosk", outbox=True)
    kiosk.outside.rmdir()

    assert kiosk.shift(3).size == 3


def test_a_stick_that_comes_late_gets_its_copy_without_another_row(tmp_path):
    kiosk = KeptKiosk(tmp_path / "kiosk", outbox=True)
    kiosk.outside.rmdir()
    checkpointer = kiosk.checkpointer()
    with open_log(kiosk.logs) as log:
        log.append(an_entry())
        checkpointer.write_if_due(log, a_stamp(), 0.0)
        kiosk.outside.mkdir()
        checkpointer.write_if_due(log, a_stamp(), RETRY_S)
    checkpointer.close()

    assert [1] == [read(path).size for path in kiosk.outside.iterdir()]


def test_a_restored_disk_is_seen_at_the_start_by_a_copy_in_the_outbox(tmp_path):
    kiosk = KeptKiosk(tmp_path / "kiosk", outbox=True)
    kiosk.shift(3)
    image = kiosk.copy_disk("image")
    kiosk.shift(3)
    kiosk.restore_disk(image)

    assert "fewer rows" in refusal_of(open_and_check, kiosk).detail


def test_what_others_put_into_the_outbox_hinders_nothing(tmp_path):
    kiosk = KeptKiosk(tmp_path / "kiosk", outbox=True)
    kiosk.shift(3)
    prefix = "-".join(kiosk.signer().key.name.split("/")[1:])
    stranger = KeptKiosk(tmp_path / "stranger")
    stranger.shift(9)
    shutil.copy(stranger.newest, kiosk.outside / f"{prefix}-ffffffff-2026-11-30.checkpoint")
    (kiosk.outside / f"{prefix}-ffffffff-2026-12-01.checkpoint").write_bytes(b"\xff" * 70_000)

    assert open_and_check(kiosk) is None


def test_a_log_begun_anew_is_named_by_the_outbox_when_the_state_is_gone_too(tmp_path):
    kiosk = KeptKiosk(tmp_path / "kiosk", outbox=True)
    before = kiosk.shift(3)
    shutil.rmtree(kiosk.logs)
    shutil.rmtree(kiosk.states)

    kiosk.shift(1)

    assert before.root == first_fact(kiosk).after.root
