"""`audit keygen`, `unseal` and `shred`, as an auditor meets them; and what shredding leaves behind."""

import json
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from kiosk.__main__ import main
from kiosk.audit.auditors import encode_private_key, make_pair, months_from, parse_private_key
from kiosk.audit.check import check_log
from kiosk.audit.entry import KeySealed
from kiosk.audit.pkcs8 import QUICK
from kiosk.audit.schema import connect_reader
from kiosk.audit.seal import SealedHolder, SealedPseudonymKey
from kiosk.model import Environment
from kiosk.sealing import seal_entry
from kiosk.trust.sealing import parse_auditors
from tests.audit.makers import SMALL, AuditLog, an_entry, as_insider

JANUARY, FEBRUARY = make_pair("2020-01"), make_pair("2020-02")
PASSPHRASE = "a phrase of the auditors"  # noqa: S105 - of keys that live as long as this test
BEGAN = datetime(2020, 1, 20, 9, tzinfo=UTC)
NAMES = ("مريم عبدالرحمن خان", "MARYAM KHAN")
ROWS = 6


def a_holder(number):
    return SealedHolder(*NAMES, f"23456784{number:02}", "https://a.invalid/status/2031", number)


def append(log, at, content, fact=None):
    keys = (JANUARY.public, FEBRUARY.public)
    entry, sealed = seal_entry(an_entry(fact, at=at), content, keys, log.epoch, log.next_seq)
    return sealed, log.append(entry, sealed).seq


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A closed log: the key of the pseudonyms, two visits of January, three of February, one by nobody."""
    monkeypatch.setenv("MUDAQQIQ_PASSPHRASE", PASSPHRASE)
    state = tmp_path / "state"
    state.mkdir(mode=0o700)
    (tmp_path / "config.toml").write_text('[paths]\nstate = "state"\nlog = "state/log"\nstore = "store"\n')
    for pair in (JANUARY, FEBRUARY):
        (tmp_path / f"{pair.month}.pem").write_bytes(encode_private_key(pair, PASSPHRASE, QUICK))
    with AuditLog.open(state / "log", Environment.SANDBOX, limits=SMALL) as log:
        append(log, BEGAN, SealedPseudonymKey("2020-01", bytes(range(32))), KeySealed("2020-01"))
        for number in range(1, ROWS):
            append(log, BEGAN + timedelta(days=5 * number), a_holder(number))
        log.append(an_entry(at=BEGAN + timedelta(days=40)))
    return tmp_path


@pytest.fixture
def run(folder, capsys):
    def act(*words):
        code = main(["audit", *map(str, words), "--config", str(folder / "config.toml")])
        out, err = capsys.readouterr()
        return code, [json.loads(line) for line in out.splitlines() if line.startswith("{")], err

    return act


def unsealed(run, folder, *words, month="2020-01"):
    return run("unseal", "--key", folder / f"{month}.pem", *words)


def test_the_auditor_reads_the_rows_of_his_month_and_no_other(run, folder):
    code, rows, err = unsealed(run, folder)

    assert (0, [1, 2, 3]) == (code, [row["row"] for row in rows])
    assert (*NAMES, "2345678401") == tuple(rows[1][key] for key in ("name_arabic", "name_latin", "number"))
    assert ("VISIT", "PASS", "00" * 32, 1) == tuple(
        rows[1][key] for key in ("kind", "outcome", "pseudonym", "status_index")
    )
    assert "3 opened" in err
    assert f"3 sealed to another key ({FEBRUARY.public.id.hex()})" in err
    assert "1 without a sealed part" in err


def test_several_keys_open_several_months(run, folder):
    code, rows, _ = unsealed(run, folder, "--key", folder / "2020-02.pem")

    assert (0, [1, 2, 3, 4, 5, 6]) == (code, [row["row"] for row in rows])


@pytest.mark.parametrize(
    ("words", "rows"),
    [
        (("--row", 2), [2]),
        (("--from", 2), [2, 3]),
        (("--to", 2), [1, 2]),
        (("--from", "2020-01-27"), [3]),
        (("--to", "2020-01-26"), [1, 2]),
    ],
)
def test_rows_are_chosen_by_number_or_day(run, folder, words, rows):
    assert rows == [row["row"] for row in unsealed(run, folder, *words)[1]]


def test_the_key_of_the_pseudonyms_is_printed_on_request_alone(run, folder):
    withheld = unsealed(run, folder, "--row", 1)[1][0]
    given = unsealed(run, folder, "--row", 1, "--pseudonym-keys")[1][0]

    assert ("2020-01", "withheld") == (withheld["month"], withheld["secret"])
    assert bytes(range(32)).hex() == given["secret"]


def test_a_row_that_the_key_does_not_open_is_no_success(run, folder):
    code, rows, err = unsealed(run, folder, "--row", 5)

    assert (1, []) == (code, rows)
    assert "sealed to another key" in err


def test_a_sealed_part_that_was_exchanged_is_named(run, folder):
    content = (b"x" * 304,)
    as_insider(
        folder / "state" / "log" / "sandbox.db", ("UPDATE sealed SET content = ? WHERE seq = 2", content)
    )

    code, rows, err = unsealed(run, folder)

    assert (1, [1]) == (code, [row["row"] for row in rows])
    assert "row 2" in err


def test_unsealing_never_writes_and_works_on_an_export_with_sealed_parts(run, folder):
    out = folder / "stick"
    assert 0 == run("export", "--format", "sqlite", "--with-sealed", "--out", out)[0]
    (export,) = out.rglob("sandbox.db")
    before = export.read_bytes()

    code, rows, _ = unsealed(run, folder, "--log", export)

    assert (0, [1, 2, 3]) == (code, [row["row"] for row in rows])
    assert before == export.read_bytes()


def test_an_export_without_sealed_parts_opens_nothing_and_says_why(run, folder):
    out = folder / "stick"
    assert 0 == run("export", "--format", "sqlite", "--out", out)[0]
    (export,) = out.rglob("sandbox.db")

    code, rows, err = unsealed(run, folder, "--log", export)

    assert (1, []) == (code, rows)
    assert "6 whose sealed part was destroyed or not exported" in err


@pytest.mark.parametrize("wrong", ["another phrase", ""])
def test_a_wrong_passphrase_opens_no_key(run, folder, monkeypatch, wrong):
    monkeypatch.setenv("MUDAQQIQ_PASSPHRASE", wrong)

    code, rows, err = unsealed(run, folder)

    assert (2, []) == (code, rows)
    assert "2020-01.pem: the key does not open" in err


def test_without_a_passphrase_and_nobody_to_ask_it_ends(run, folder, monkeypatch):
    monkeypatch.delenv("MUDAQQIQ_PASSPHRASE")

    assert 2 == unsealed(run, folder)[0]


@pytest.mark.parametrize("words", [("--row", 1, "--from", 1), ("--row", 1, "--to", 2)])
def test_one_row_and_a_span_do_not_go_together(run, folder, words):
    assert 2 == unsealed(run, folder, *words)[0]


def test_a_missing_key_file_or_log_is_out_of_reach(run, folder):
    assert 4 == run("unseal", "--key", folder / "none.pem")[0]
    assert 4 == unsealed(run, folder, "--log", folder / "none")[0]


def shred(run, day="2020-02-01"):
    return run("shred", "--before", day)


def test_shredding_destroys_the_sealed_parts_of_older_rows_and_the_chain_still_holds(run, folder):
    path = folder / "state" / "log" / "sandbox.db"
    assert 0 == shred(run)[0]

    code, rows, err = unsealed(run, folder, "--key", folder / "2020-02.pem")

    assert (0, [4, 5, 6]) == (code, [row["row"] for row in rows])
    assert "3 whose sealed part was destroyed" in err
    assert check_log(path).holds
    assert 0 == run("check", "--thorough")[0]


def test_shredding_leaves_nothing_of_the_sealed_parts_in_any_file(run, folder):
    with AuditLog.open(folder / "state" / "log", Environment.SANDBOX, limits=SMALL) as log:
        sealed, seq = append(log, BEGAN, a_holder(9))
    files = folder / "state" / "log"
    before = b"".join(path.read_bytes() for path in files.iterdir())
    assert sealed in before

    assert 0 == shred(run)[0]

    after = b"".join(path.read_bytes() for path in files.iterdir())
    assert [] == [at for at in range(0, len(sealed) - 16, 16) if sealed[at : at + 16] in after]
    assert seq == ROWS + 2


@pytest.mark.slow  # the log waits five seconds for whoever reads
def test_shredding_while_somebody_reads_is_not_called_done(run, folder):
    path = folder / "state" / "log" / "sandbox.db"
    with closing(connect_reader(path)) as reader:
        reader.execute("BEGIN")
        (content,) = reader.execute("SELECT content FROM sealed ORDER BY seq").fetchone()

        code, _, said = shred(run)

        assert (4, True) == (code, "still in the file, because somebody is reading the log" in said)
        assert content in path.read_bytes()
    assert 0 == shred(run)[0]
    assert content not in path.read_bytes()


def test_shredding_is_a_row_of_its_own(run, folder):
    shred(run)

    shown = run("show", "--last", 1)
    assert 0 == shown[0]
    with AuditLog.open(folder / "state" / "log", Environment.SANDBOX, limits=SMALL) as log:
        row = log.load_row(log.head.seq)
    assert b"SHREDDED" in row.body


def test_what_is_younger_is_kept_for_its_time(run, folder):
    shred(run, "2020-01-20")

    assert [1, 2, 3] == [row["row"] for row in unsealed(run, folder)[1]]


def test_a_day_that_has_not_come_yet_shreds_nothing(run, folder):
    code, _, err = shred(run, "9000-01-01")

    assert (2, True) == (code, "not come yet" in err)
    assert [1, 2, 3] == [row["row"] for row in unsealed(run, folder)[1]]


def test_while_the_kiosk_runs_nothing_is_shredded(run, folder):
    with AuditLog.open(folder / "state" / "log", Environment.SANDBOX, limits=SMALL):
        code, _, err = shred(run)

    assert (4, 1) == (code, err.count("\n"))


def test_destroying_a_months_private_key_does_the_same_as_shredding(run, folder):
    (folder / "2020-01.pem").unlink()

    code, rows, err = unsealed(run, folder, month="2020-02")

    assert (0, [4, 5, 6]) == (code, [row["row"] for row in rows])
    assert JANUARY.public.id.hex() in err
    assert check_log(folder / "state" / "log" / "sandbox.db").holds


def test_keygen_makes_a_key_for_each_month_and_the_file_for_the_authority(run, folder):
    code, _, _ = run("keygen", "--out", folder / "keys", "--months", 2, "--first", "2026-12")

    keys = parse_auditors((folder / "keys" / "auditors.json").read_bytes())
    private = [folder / "keys" / f"auditor-{key.month}.pem" for key in keys]
    assert (0, ["2026-12", "2027-01"]) == (code, [key.month for key in keys])
    for key, path in zip(keys, private, strict=True):
        opened = parse_private_key(path.read_bytes(), PASSPHRASE)
        assert key.public == opened.public_key().public_bytes_raw()
        assert 0o600 == path.stat().st_mode & 0o777
    assert 0o700 == (folder / "keys").stat().st_mode & 0o777


def test_keygen_begins_this_month_and_goes_on_after_the_earlier_months(run, folder):
    assert 0 == run("keygen", "--out", folder / "one", "--months", 1)[0]
    first = parse_auditors((folder / "one" / "auditors.json").read_bytes())

    code = run("keygen", "--out", folder / "two", "--months", 1, "--after", folder / "one" / "auditors.json")

    both = parse_auditors((folder / "two" / "auditors.json").read_bytes())
    assert (0, first) == (code[0], both[:1])
    begun = datetime.strptime(first[0].month, "%Y-%m").replace(tzinfo=UTC)
    assert months_from(begun, 2) == tuple(key.month for key in both)
    assert 1 == len(list((folder / "two").glob("*.pem")))


def test_keygen_replaces_nothing_and_leaves_nothing_half_made(run, folder):
    (folder / "keys").mkdir()

    assert 4 == run("keygen", "--out", folder / "keys", "--months", 1)[0]
    assert [] == list((folder / "keys").iterdir())


def test_keygen_wants_a_passphrase_worth_the_name(run, folder, monkeypatch):
    monkeypatch.setenv("MUDAQQIQ_PASSPHRASE", "too short")

    code, _, err = run("keygen", "--out", folder / "keys", "--months", 1)

    assert (2, True) == (code, "12 characters" in err)
    assert not (folder / "keys").exists()


@pytest.mark.parametrize("content", [b"", b"{}", b'{"format": 1, "keys": [{}]}'])
def test_keygen_goes_on_after_no_other_file(run, folder, content):
    (folder / "x.json").write_bytes(content)

    code, _, _ = run("keygen", "--out", folder / "keys", "--after", folder / "x.json")
    assert code == 2
    assert not (folder / "keys").exists()


@pytest.mark.parametrize(
    "words", [("--months", "0"), ("--months", "61"), ("--first", "2026-13"), ("--first", "November")]
)
def test_keygen_takes_no_other_months(run, folder, words):
    with pytest.raises(SystemExit) as left:
        run("keygen", "--out", folder / "keys", *words)

    assert left.value.code == 2
