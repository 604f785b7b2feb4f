"""`python -m kiosk trust` at a configured kiosk: its log keeps the floor, what is done by hand is a row."""

import json
import shutil
from datetime import UTC, datetime, timedelta

import pytest

from kiosk.__main__ import main
from kiosk.audit.check import load_last_rows
from kiosk.audit.entry import ClockConfirmed, RootReplaced, Start, TrustChanged, TrustRefused
from kiosk.logfloor import LogFloor
from kiosk.trust.system_clock import (
    CLOCK_FILE,
    Memory,
    encode_memory,
    load_memory,
    observe_machine,
)
from tests.audit.makers import an_entry, open_log
from tests.trust.trees import Authority

HOUR = timedelta(hours=1)


class Kiosk:
    """A configured kiosk in a folder; `run` calls its command line."""

    def __init__(self, folder, capsys):
        self.folder, self._capsys = folder, capsys
        self.store, self.state = folder / "store", folder / "state"
        self.log = self.state / "log"
        self.config = folder / "config.toml"
        self.config.write_text(
            '[paths]\nstore = "store"\nstate = "state"\nlog = "state/log"\n[update]\nstick = "stick"\n'
        )
        self.authority = Authority()
        self.now = datetime.now(UTC).replace(microsecond=0)
        self.tree = self.authority.write(folder / "tree", self.now - HOUR)

    def run(self, *words):
        code = main(["trust", "--config", str(self.config), *map(str, words)])
        captured = self._capsys.readouterr()
        return code, captured.out, captured.err

    def begin(self):
        """Pin, promote, and write the first row, as the kiosk would."""
        self.run("init", "--root", self.tree / "root.json")
        self.run("update", "--from", self.tree)
        self.write_start()

    def write_start(self):
        self.state.mkdir(mode=0o700, exist_ok=True)
        with open_log(self.log) as log:
            log.append(an_entry(Start()))

    def facts(self, kind):
        rows = load_last_rows(self.log / "sandbox.db", 100)
        return [row.entry.fact for row in rows if isinstance(row.entry.fact, kind)]


@pytest.fixture
def kiosk(tmp_path, capsys):
    return Kiosk(tmp_path, capsys)


def test_before_the_first_start_there_is_no_log_and_show_says_so(kiosk):
    kiosk.run("init", "--root", kiosk.tree / "root.json")
    kiosk.run("update", "--from", kiosk.tree)

    code, out, err = kiosk.run("show")

    assert (code, err) == (0, "")
    assert "no log keeps it yet, only floor.json" in out
    assert not kiosk.log.exists()


def test_an_update_by_hand_is_a_row_that_keeps_the_floor(kiosk):
    kiosk.begin()

    code, out, _ = kiosk.run("update", "--from", kiosk.authority.write(kiosk.folder / "next", kiosk.now))

    (row,) = kiosk.facts(TrustChanged)
    assert (code, row.timestamp_version, row.floor) == (0, 2, kiosk.now)
    assert "recorded  row 2" in out
    assert ["log", "floor.json"] == json.loads(kiosk.run("show", "--json")[1])["floor"]["kept_in"]
    assert "kept in the log and in floor.json" in kiosk.run("show")[1]


def test_an_old_stick_is_refused_after_floor_and_cache_were_deleted_and_that_is_a_row(kiosk):
    kiosk.begin()
    kiosk.run("update", "--from", kiosk.authority.write(kiosk.folder / "next", kiosk.now))
    for name in ("floor.json", "active"):
        (kiosk.store / name).unlink()
    for name in ("cache", "slots"):
        shutil.rmtree(kiosk.store / name)

    code, _, err = kiosk.run("update", "--from", kiosk.tree)

    assert code == 4
    assert "older than what this kiosk already had" in err
    assert [TrustRefused("OLD", "command")] == kiosk.facts(TrustRefused)


def test_while_the_kiosk_runs_an_update_works_and_leaves_the_row_to_it(kiosk):
    kiosk.begin()
    with open_log(kiosk.log):
        code, out, err = kiosk.run(
            "update", "--from", kiosk.authority.write(kiosk.folder / "next", kiosk.now)
        )

    assert code == 0
    assert "promoted version 2" in out
    assert "no row of this in the log yet" in err
    assert [] == kiosk.facts(TrustChanged)


def test_nothing_changed_is_no_row(kiosk):
    kiosk.begin()
    kiosk.run("update", "--from", kiosk.tree)

    assert [] == kiosk.facts(TrustChanged)


def test_a_broken_log_is_no_way_around_the_floor(kiosk):
    kiosk.begin()
    kiosk.run("update", "--from", kiosk.authority.write(kiosk.folder / "next", kiosk.now))
    (kiosk.log / "sandbox.db").write_bytes(b"no log" * 1000)

    assert kiosk.run("update", "--from", kiosk.tree)[0] == 4
    assert kiosk.run("show")[0] == 4


def test_show_is_a_table_of_where_it_stands_its_parts_its_floor_and_its_clock(kiosk):
    kiosk.begin()

    lines = kiosk.run("show")[1].splitlines()

    begins = [line.split("  ")[0].split(" ")[0] for line in lines if line]
    roles = ["root", "timestamp", "snapshot", "targets", "status"]
    where = ["environment", "station", "purpose", "fingerprint", "PART"]
    assert [*where, *roles, "policy", "list", "key", "grade", "floor", "clock", "auditors"] == begins
    listed = next(line for line in lines if line.startswith("list "))
    assert "fresh" in listed
    assert "1 h" in listed
    assert "no keys: nothing in the log is sealed" in lines[-1]
    assert max(map(len, lines)) < 160


def test_show_tells_machines_what_it_tells_people(kiosk):
    kiosk.begin()

    told = json.loads(kiosk.run("show", "--json")[1])

    where = {"environment", "station", "station_class", "purpose", "root_fingerprint"}
    parts = {"version", "versions", "expires", "policy", "issuers", "lists", "auditors_keys"}
    assert where | parts | {"grade", "floor", "clock"} == told.keys()
    assert {"root", "timestamp", "snapshot", "targets", "status"} == told["versions"].keys()
    assert told["versions"].keys() == told["expires"].keys()
    assert ("fresh", 1) == (told["lists"][0]["grade"], told["lists"][0]["age_s"] // 3600)
    assert told["policy"]["age_s"] >= 0


def test_show_says_what_the_clock_is_worth_and_since_when(kiosk):
    kiosk.begin()
    plant(kiosk, timedelta(0), reboots=1)

    shown = json.loads(kiosk.run("show", "--json")[1])["clock"]
    line = next(line for line in kiosk.run("show")[1].splitlines() if line.startswith("clock"))

    assert {"now", "state", "uncertainty_s", "last_sync", "by_hand", "restarts_since"} == shown.keys()
    assert "right within" in line
    assert "synchronised" in line


def plant(kiosk, ahead, reboots=0):
    """Let the kiosk remember that its clock was behind by `ahead` and last synchronised 10 days ago."""
    seen = observe_machine()
    offset_s = (seen.wall - ahead).timestamp() - seen.since_boot_s
    sync = (seen.wall - timedelta(days=10)).replace(microsecond=0)
    memory = Memory(seen.boot_id, offset_s, offset_s, seen.wall - ahead, sync, by_hand=False, reboots=reboots)
    (kiosk.state / CLOCK_FILE).write_bytes(encode_memory(memory))


def test_a_supervisors_word_is_a_row_with_old_new_and_floor(kiosk):
    kiosk.begin()
    plant(kiosk, timedelta(hours=3))

    code, out, _ = kiosk.run("clock", "--confirm", datetime.now(UTC).isoformat())

    (row,) = kiosk.facts(ClockConfirmed)
    assert code == 0
    assert abs(row.after - row.before - 3 * HOUR) < timedelta(seconds=30) or row.before == row.after
    assert row.floor == kiosk.now - HOUR
    assert load_memory(kiosk.state / CLOCK_FILE).by_hand
    assert "recorded  row 2" in out


@pytest.mark.parametrize("told", [timedelta(minutes=2), -timedelta(minutes=2), timedelta(days=365)])
def test_nobody_can_vouch_for_another_time_than_the_clock_reads(kiosk, told):
    kiosk.begin()

    code, _, err = kiosk.run("clock", "--confirm", (datetime.now(UTC) + told).isoformat())

    assert code == 4
    assert "set the system's clock first" in err
    assert [] == kiosk.facts(ClockConfirmed)


def test_nobody_can_vouch_for_a_time_before_the_floor(kiosk):
    kiosk.begin()
    tomorrow = TrustChanged(1, 9, "sandbox-1", root="", floor=kiosk.now + timedelta(days=1))
    with open_log(kiosk.log) as log:
        log.append(an_entry(tomorrow))

    code, _, err = kiosk.run("clock", "--confirm", datetime.now(UTC).isoformat())

    assert code == 4
    assert "signed data are from" in err


def test_while_the_kiosk_runs_nobody_vouches_for_the_clock(kiosk):
    kiosk.begin()
    with open_log(kiosk.log):
        code, _, err = kiosk.run("clock", "--confirm", datetime.now(UTC).isoformat())

    assert code == 4
    assert "LOG_UNWRITABLE" in err
    assert [] == kiosk.facts(ClockConfirmed)


def test_the_clock_is_shown_without_a_row(kiosk):
    kiosk.begin()

    code, out, _ = kiosk.run("clock")

    assert code == 0
    assert "right     within" in out
    assert f"floor     {kiosk.now - HOUR:%Y-%m-%d %H:%M}" in out


@pytest.mark.parametrize("word", ["noon", "2026-11-22", "2026-11-22T12:00"])
def test_a_time_without_its_offset_is_no_time(kiosk, word):
    with pytest.raises(SystemExit) as caught:
        kiosk.run("clock", "--confirm", word)

    assert caught.value.code == 2


def test_a_replaced_root_is_a_row_and_begins_with_an_empty_store(kiosk):
    kiosk.begin()
    kiosk.run("update", "--from", kiosk.authority.write(kiosk.folder / "next", kiosk.now))
    before = json.loads(kiosk.run("show", "--json")[1])
    other = Authority().write(kiosk.folder / "other", kiosk.now)

    code, out, _ = kiosk.run("init", "--root", other / "root.json", "--replace-root")

    (row,) = kiosk.facts(RootReplaced)
    assert code == 0
    assert before["root_fingerprint"] == row.before
    assert row.after in out
    assert kiosk.run("show")[0] == 4  # nothing promoted yet
    assert kiosk.run("update", "--from", kiosk.tree)[0] == 4  # the authority of before
    assert kiosk.run("update", "--from", other)[0] == 0
    after = json.loads(kiosk.run("show", "--json")[1])
    assert (row.after, 1) == (after["root_fingerprint"], after["version"])
    assert (before["station"], before["purpose"]) == (after["station"], after["purpose"])


def test_a_root_is_not_replaced_without_a_row(kiosk):
    kiosk.begin()
    other = Authority().write(kiosk.folder / "other", kiosk.now)
    words = ["init", "--root", other / "root.json", "--replace-root"]

    with open_log(kiosk.log):
        running = kiosk.run(*words)
    named = kiosk.run(*words, "--store", kiosk.store)
    bad = kiosk.run("init", "--root", kiosk.config, "--replace-root")
    shutil.rmtree(kiosk.log)
    without_log = kiosk.run(*words)

    assert [4] * 4 == [running[0], named[0], bad[0], without_log[0]]
    assert kiosk.run("show")[0] == 0


def test_pruning_the_row_that_kept_the_floor_writes_it_again(kiosk):
    kiosk.begin()
    kiosk.run("update", "--from", kiosk.authority.write(kiosk.folder / "next", kiosk.now))
    with open_log(kiosk.log) as log, log._database.atomic():
        for _ in range(600):
            log.append(an_entry())
    kept = LogFloor(kiosk.log, kiosk.store).find()
    words = ["prune", "--by-export", "--out", str(kiosk.folder / "out"), "--config", str(kiosk.config)]

    assert main(["audit", *words]) == 0

    assert 2 == kiosk.facts(TrustChanged)[0].timestamp_version
    assert kept == LogFloor(kiosk.log, kiosk.store).find()
