"""The checkpoints of a running kiosk: made between visits and at the end, and asked at the next start."""

import shutil

import pytest

from kiosk.audit.check import check_log
from kiosk.audit.checkpoints import EVERY_ROWS, EVERY_S
from kiosk.audit.entry import Start
from kiosk.audit.note import parse_checkpoint, parse_note, verify_note
from kiosk.audit.signer import KioskKey
from kiosk.model import Check, Environment, Fault, Outcome, Reason, Step, Verdict
from kiosk.recorder import Moment, Recorder
from tests.builders import NOON, a_clock, a_trust

VERDICT = Verdict((Check(Step.DECODE, Outcome.REFER, Reason.NOT_A_CREDENTIAL),), frozenset(Step))
MOMENT = Moment(a_trust(), a_clock(NOON))


@pytest.fixture
def recorder(kiosk):
    return Recorder(kiosk.gear)


def note_of(kiosk):
    return parse_note((kiosk.folder / "state" / "checkpoints" / "sandbox.checkpoint").read_bytes())


def newest(kiosk):
    return parse_checkpoint(note_of(kiosk).text)


def log_of(kiosk):
    return kiosk.folder / "state" / "log" / "sandbox.db"


def visit(recorder, times=1):
    for _ in range(times):
        recorder.record_visit(MOMENT, VERDICT, purpose="checkpoint")


def run_a_shift(kiosk):
    recorder = Recorder(kiosk.gear)
    recorder.open(MOMENT)
    visit(recorder)
    recorder.close(MOMENT)


def test_a_start_leaves_a_checkpoint_signed_by_the_key_that_the_start_names(kiosk, recorder):
    recorder.open(MOMENT)
    recorder.write_due(MOMENT)

    key = KioskKey.load(kiosk.folder / "state" / "keys" / "sandbox", Environment.SANDBOX).key
    assert newest(kiosk).size == 2
    assert verify_note(note_of(kiosk), key)
    assert Start(key.id) == kiosk.facts()[0]
    recorder.close(MOMENT)


def test_a_checkpoint_names_the_station_the_settings_and_the_pinned_root(kiosk, recorder):
    recorder.open(MOMENT)
    recorder.write_due(MOMENT)

    trust, lines = MOMENT.trust, newest(kiosk).extensions
    assert f"station {trust.station.name}" in lines
    assert f"trust-root {trust.root_fingerprint}" in lines
    assert f"config {kiosk.gear.config_hash.hex()}" in lines
    assert f"version {kiosk.gear.app_version}" in lines
    recorder.close(MOMENT)


def test_no_result_waits_for_a_checkpoint(kiosk, recorder):
    recorder.open(MOMENT)
    recorder.write_due(MOMENT)

    visit(recorder, EVERY_ROWS)

    assert newest(kiosk).size == 2
    recorder.close(MOMENT)


def test_one_is_made_when_the_kiosk_is_free_after_a_hundred_rows(kiosk, recorder):
    recorder.open(MOMENT)
    recorder.write_due(MOMENT)
    visit(recorder, EVERY_ROWS)

    recorder.write_due(MOMENT)

    assert newest(kiosk).size == EVERY_ROWS + 2
    recorder.close(MOMENT)


def test_one_is_made_after_a_quarter_of_an_hour_with_news(kiosk, recorder):
    recorder.open(MOMENT)
    recorder.write_due(MOMENT)
    visit(recorder)

    recorder.write_due(MOMENT)
    before = newest(kiosk).size
    kiosk.camera.now += EVERY_S
    recorder.write_due(MOMENT)

    assert (2, 3) == (before, newest(kiosk).size)
    recorder.close(MOMENT)


def test_the_end_of_a_shift_is_under_a_checkpoint_with_its_stop(kiosk):
    run_a_shift(kiosk)

    assert check_log(log_of(kiosk)).chain.rows == newest(kiosk).size == len(kiosk.facts())


def test_a_log_that_lost_rows_is_not_written_on(kiosk, recorder):
    run_a_shift(kiosk)
    shutil.copytree(log_of(kiosk).parent, kiosk.folder / "old")
    run_a_shift(kiosk)
    shutil.rmtree(log_of(kiosk).parent)
    shutil.copytree(kiosk.folder / "old", log_of(kiosk).parent)
    rows = len(kiosk.facts())

    with pytest.raises(Fault) as refused:
        recorder.open(MOMENT)
    recorder.drop()

    assert Reason.LOG_BROKEN is refused.value.reason
    assert len(kiosk.facts()) == rows


def test_a_log_that_is_gone_is_named_by_the_first_row_of_the_next(kiosk):
    run_a_shift(kiosk)
    before = newest(kiosk)
    shutil.rmtree(log_of(kiosk).parent)

    run_a_shift(kiosk)

    after = kiosk.facts()[0].after
    assert (before.size, before.root) == (after.size, after.root)
    assert after.epoch.hex() in before.origin


def test_a_folder_that_takes_no_checkpoint_stops_the_kiosk(kiosk, recorder):
    recorder.open(MOMENT)
    (kiosk.folder / "state" / "checkpoints").write_text("in the way")

    with pytest.raises(Fault) as refused:
        recorder.write_due(MOMENT)
    recorder.close(MOMENT)

    assert Reason.LOG_UNWRITABLE is refused.value.reason
