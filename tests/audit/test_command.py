"""`python -m kiosk audit`, as a person at a terminal or a script meets it."""

import json
import shutil
from dataclasses import replace

import pytest

from kiosk.__main__ import main
from kiosk.audit.check import find_entry
from kiosk.audit.entry import CodesCounted, LivenessMeasure, Stop
from kiosk.audit.log import AuditLog
from kiosk.model import Environment, Movement, Note, Reason
from tests.audit.makers import (
    EPOCH,
    SMALL,
    a_failed_visit,
    a_row,
    a_visit,
    an_entry,
    as_insider,
    open_log,
    write_log,
)


def check(folder, *words):
    return main(["audit", "check", "--log", str(folder), *words])


def show(folder, *words):
    return main(["audit", "show", "--log", str(folder), *words])


def test_a_log_that_holds_is_reported_with_rows_head_and_what_cannot_be_known(tmp_path, capsys):
    write_log(tmp_path, 3)

    code = check(tmp_path)

    said = capsys.readouterr().out
    assert 0 == code
    assert "3 hold" in said
    assert "the last rows were deleted" in said
    assert "BROKEN" not in said


def test_the_report_as_json(tmp_path, capsys):
    with open_log(tmp_path) as log:
        head, epoch = log.append(an_entry()), log.epoch

    code = check(tmp_path, "--json")

    said = json.loads(capsys.readouterr().out)
    assert 0 == code
    assert (True, "sandbox", 1, None) == (said["holds"], said["environment"], said["rows"], said["broken"])
    assert (head.hash.hex(), epoch.hex()) == (said["head"]["hash"], said["epoch"])
    assert "whether the last rows were deleted" in said["cannot_know"]


def test_a_broken_row_is_named(tmp_path, capsys):
    as_insider(write_log(tmp_path, 3), "DELETE FROM entry WHERE seq = 2")

    assert 1 == check(tmp_path)
    assert "row 2: the row is missing" in capsys.readouterr().out
    assert 1 == check(tmp_path, "--json")
    assert {"seq": 2, "flaw": "MISSING"} == json.loads(capsys.readouterr().out)["broken"]


def test_a_removed_guard_is_named(tmp_path, capsys):
    path = write_log(tmp_path, 3)
    as_insider(path, "CREATE TRIGGER mine AFTER INSERT ON log BEGIN SELECT 1; END")

    assert 1 == check(tmp_path)
    assert "mine" in capsys.readouterr().out


def test_a_log_is_checked_while_a_kiosk_writes_it(tmp_path, capsys):
    with open_log(tmp_path) as log:
        log.append(an_entry())
        assert 0 == check(tmp_path)
        log.append(an_entry())
        assert 0 == check(tmp_path)

    assert "2 hold" in capsys.readouterr().out


def test_checking_changes_nothing_in_the_log(tmp_path):
    path = write_log(tmp_path, 3)
    before = path.read_bytes()

    check(tmp_path)
    show(tmp_path)

    assert before == path.read_bytes()


def test_a_file_that_is_no_log_is_broken(tmp_path, capsys):
    (tmp_path / "sandbox.db").write_bytes(EPOCH * 1000)

    assert 1 == check(tmp_path)
    assert 1 == show(tmp_path)
    assert "LOG_BROKEN" in capsys.readouterr().err


@pytest.mark.parametrize("words", [(), ("--json",), ("--environment", "pilot")])
def test_no_log_is_exit_code_4(tmp_path, capsys, words):
    assert 4 == check(tmp_path, *words)
    assert "LOG_UNWRITABLE" in "".join(capsys.readouterr())


def test_a_folder_name_no_disk_allows_is_exit_code_4(tmp_path):
    assert 4 == check(tmp_path / ("x" * 5000))


def test_a_log_out_of_reach_is_exit_code_4(tmp_path):
    (tmp_path / "sandbox.db").mkdir()

    assert 4 == check(tmp_path)
    assert 4 == show(tmp_path)


@pytest.mark.parametrize(
    "words", [("--last", "0"), ("--last", "x"), ("--environment", "moon"), ("--last", "9" * 5000)]
)
def test_wrong_words_are_exit_code_2(tmp_path, words):
    with pytest.raises(SystemExit) as end:
        show(tmp_path, *words)

    assert 2 == end.value.code


def test_all_logs_of_a_folder_are_checked_and_the_worst_counts(tmp_path, capsys):
    as_insider(write_log(tmp_path, 3), "DELETE FROM entry WHERE seq = 2")
    AuditLog.open(tmp_path, Environment.PILOT, limits=SMALL).close()

    assert 1 == check(tmp_path)
    assert 0 == check(tmp_path, "--environment", "pilot")
    assert 2 == capsys.readouterr().out.count("environment  pilot")


def test_the_log_of_the_settings_is_read_when_none_is_named(tmp_path, capsys):
    write_log(tmp_path / "mine", 2)
    (tmp_path / "config.toml").write_text('[paths]\nlog = "mine"\n', encoding="utf-8")

    assert 0 == main(["audit", "check", "--config", str(tmp_path / "config.toml")])
    assert "2 hold" in capsys.readouterr().out


def test_the_last_rows_are_shown_for_reading(tmp_path, capsys):
    with open_log(tmp_path) as log:
        log.append(an_entry(a_visit()))
        log.append(an_entry(a_failed_visit(Reason.REVOKED), station="بوابة ٣"))
        log.append(an_entry(CodesCounted(60, 3, 2)))
        log.append(an_entry(Stop(Reason.CAMERA_LOST)))

    assert 0 == show(tmp_path, "--last", "3")

    lines = capsys.readouterr().out.splitlines()
    assert 5 == len(lines)
    assert "2    2026-11-22 09:00:00  VISIT" == lines[2][:31]
    for word in ("FAIL", "checkpoint", "بوابة ٣", Reason.REVOKED.value, Note.NOT_PRODUCTION.value):
        assert word in lines[2]
    assert "seconds=60 unreadable=3 foreign=2" in lines[3]
    assert "reason=CAMERA_LOST" in lines[4]


def test_one_row_is_shown_with_the_movements_a_visit_asked_for_and_saw(tmp_path, capsys):
    asked = (Movement.TURN_LEFT, Movement.BLINK)
    with open_log(tmp_path) as log:
        log.append(an_entry())
        log.append(an_entry(a_visit(liveness=LivenessMeasure("mesh-1", asked, asked[:1], 2, 0.61))))

    assert 0 == show(tmp_path, "--row", "2")

    lines = [line.partition(" ") for line in capsys.readouterr().out.splitlines()[1:]]
    said = {name: text.strip() for name, _, text in lines}
    assert (f"{asked[0].value} {asked[1].value}", asked[0].value) == (
        said["fact.liveness.asked"],
        said["fact.liveness.made"],
    )
    assert ("2", "0.61") == (said["fact.liveness.tries"], said["fact.liveness.least_likeness"])


def test_one_row_that_does_not_hold_or_is_not_there_is_not_shown(tmp_path, capsys):
    as_insider(write_log(tmp_path, 3), "UPDATE entry SET station = 'Gate 4' WHERE seq = 2")

    assert (1, 4, 0) == tuple(show(tmp_path, "--row", seq) for seq in ("2", "4", "3"))
    assert "Gate 4" not in capsys.readouterr().out


def test_a_row_that_cannot_be_read_is_shown_as_such(tmp_path, capsys):
    path = write_log(tmp_path, 2)
    as_insider(path, "UPDATE entry SET body = x'00' WHERE seq = 2")

    assert 0 == show(tmp_path)
    assert "2" == capsys.readouterr().out.splitlines()[-1].split()[0]


def test_a_row_without_bytes_is_no_entry():
    assert find_entry(replace(a_row(1, bytes(32), b""), body=None)) is None


def test_a_copy_of_a_closed_log_can_be_checked_elsewhere(tmp_path):
    path = write_log(tmp_path / "log", 3)
    (tmp_path / "copy").mkdir()
    shutil.copy(path, tmp_path / "copy")

    assert 0 == check(tmp_path / "copy")
