"""`audit checkpoint`, `key`, `prove` and `verify-proof`, as an auditor and a court meet them."""

import json
import shutil

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.__main__ import main
from kiosk.audit.note import parse_note, parse_verifier_key, verify_note
from kiosk.audit.signer import KioskKey, sign_note
from kiosk.model import Environment
from tests.audit.kept import KeptKiosk, a_stamp
from tests.audit.makers import an_entry, as_insider, open_log


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    kept = KeptKiosk(tmp_path_factory.mktemp("made") / "kiosk")
    kept.shift(5)
    kept.keep("first")
    kept.shift(295)
    (kept.folder / "config.toml").write_text('[paths]\nstore = "none"\n', encoding="utf-8")
    return kept


@pytest.fixture
def kiosk(made, tmp_path):
    """A kiosk with a settings file, closed after 300 rows in two shifts; a checkpoint of 5 is outside."""
    shutil.copytree(made.folder, tmp_path / "kiosk")
    shutil.copytree(made.outside, tmp_path / "kiosk-outside")
    return KeptKiosk(tmp_path / "kiosk")


@pytest.fixture
def audit(kiosk, capsys):
    """Call `audit` with the kiosk's settings; return the exit code and what it said."""

    def ask(*words):
        settings = [] if words[0] == "verify-proof" else ["--config", str(kiosk.folder / "config.toml")]
        code = main(["audit", *map(str, words), *settings])
        said = capsys.readouterr()
        return code, said.out + said.err

    return ask


def test_the_key_is_one_line_that_verifies_the_checkpoint(audit):
    key = parse_verifier_key(audit("key")[1].strip())
    code, note = audit("checkpoint")

    assert code == 0
    assert (key,) == verify_note(parse_note(note.encode()), key)


def test_no_key_is_made_by_asking_for_it(kiosk, audit):
    shutil.rmtree(kiosk.keys)

    code, said = audit("key")

    assert code == 4
    assert "makes it when it first starts" in said
    assert not kiosk.keys.exists()


def test_the_newest_checkpoint_is_printed_and_made_anew_when_asked(kiosk, audit):
    with open_log(kiosk.logs) as log:
        log.append(an_entry())

    assert "\n300\n" in audit("checkpoint")[1]
    assert "\n301\n" in audit("checkpoint", "--make")[1]
    assert "\n301\n" in kiosk.newest.read_text()


def test_no_checkpoint_is_made_while_a_kiosk_runs(kiosk, audit):
    with open_log(kiosk.logs):
        code, said = audit("checkpoint", "--make")

    assert code == 4
    assert "another kiosk holds the log" in said


def test_no_checkpoint_is_made_over_a_log_that_lost_rows(kiosk, audit):
    as_insider(kiosk.path, "DELETE FROM entry WHERE seq > 299")

    code, said = audit("checkpoint", "--make")

    assert code == 1
    assert "fewer rows" in said


def test_a_checkpoint_is_not_made_for_a_log_that_is_only_read(kiosk, audit):
    code, said = audit("checkpoint", "--make", "--log", kiosk.logs)

    assert code == 2
    assert "only read" in said


def test_several_checkpoints_may_be_given_at_once(kiosk, audit):
    code, said = audit("check", "--checkpoint", kiosk.outside / "first", kiosk.newest)

    assert code == 0
    assert "rows 1 to 300 are exactly" in said


def test_a_log_without_checkpoint_says_so(kiosk, audit):
    as_insider(kiosk.path, "DELETE FROM checkpoint")

    assert 4 == audit("checkpoint")[0]
    assert "no checkpoint yet" in audit("prove", "3")[1]


@pytest.mark.parametrize("row", [1, 255, 256, 257, 300])
def test_a_court_verifies_a_row_without_the_log(kiosk, audit, row):
    proof = kiosk.outside / "row.tlog-proof"
    vkey = kiosk.vkey
    assert (0, "") == audit("prove", row, "--out", proof)
    shutil.rmtree(kiosk.folder / "state")

    code, said = audit("verify-proof", proof, "--key", vkey)

    assert code == 0
    assert f"row {row} was in this log" in said
    assert "whether the key is the kiosk's" in said


def test_the_verified_row_as_json(kiosk, audit):
    audit("prove", "2", "--out", kiosk.outside / "proof")

    code, said = audit("verify-proof", kiosk.outside / "proof", "--key", kiosk.vkey, "--json")

    shown = json.loads(said)
    assert (0, True, 2) == (code, shown["proven"], shown["row"])
    assert shown["entry"]["kind"] == "VISIT"
    assert shown["checkpoint"]["size"] == 300


def test_a_key_may_be_given_as_the_file_that_holds_it(kiosk, audit):
    (kiosk.outside / "kiosk.vkey").write_text(f"{kiosk.vkey}\n")
    audit("prove", "2", "--out", kiosk.outside / "proof")

    assert 0 == audit("verify-proof", kiosk.outside / "proof", "--key", kiosk.outside / "kiosk.vkey")[0]


def test_a_row_is_proved_under_the_checkpoint_an_auditor_kept(kiosk, audit):
    audit("prove", "4", "--checkpoint", kiosk.outside / "first", "--out", kiosk.outside / "proof")

    assert "checkpoint   5 rows" in audit("verify-proof", kiosk.outside / "proof", "--key", kiosk.vkey)[1]


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (("prove", "301"), 4, "row 301 is not in the log"),
        (("prove", "6", "--checkpoint", "first"), 4, "no checkpoint covers row 6"),
        (("prove", "6", "--checkpoint", "none"), 4, "No such file"),
        (("prove", "6", "--checkpoint", "config"), 4, "without signatures"),
        (("prove", "6", "--out", "first"), 4, "exists already"),
        (("prove", "6", "--out", "none/proof"), 4, "No such file"),
        (("verify-proof", "first", "--key", "VKEY"), 1, "not a proof of a row"),
        (("verify-proof", "first", "--key", "VKEY", "--json"), 1, '"proven": false'),
        (("verify-proof", "none", "--key", "VKEY"), 4, "No such file"),
    ],
)
def test_what_cannot_be_proved_is_one_sentence(kiosk, audit, words, code, sentence):
    files = {"first": kiosk.outside / "first", "none": kiosk.outside / "none"}
    files |= {"config": kiosk.folder / "config.toml", "none/proof": kiosk.outside / "none" / "proof"}
    files |= {"VKEY": kiosk.vkey}

    found, said = audit(*(files.get(word, word) for word in words))

    assert found == code
    assert sentence in said


@pytest.mark.parametrize("words", [("prove", "0"), ("prove", "-1"), ("prove", "x"), ("prove",)])
def test_what_is_no_row_is_a_usage_error(audit, words):
    with pytest.raises(SystemExit) as end:
        audit(*words)

    assert end.value.code == 2


def test_a_key_that_is_none_is_a_usage_error(kiosk, audit):
    with pytest.raises(SystemExit) as end:
        audit("verify-proof", kiosk.outside / "first", "--key", "no key")

    assert end.value.code == 2


def test_a_row_of_a_log_that_contradicts_its_checkpoint_is_not_proved(kiosk, audit):
    as_insider(kiosk.path, "DELETE FROM entry WHERE seq > 299")

    code, said = audit("prove", "3")

    assert code == 1
    assert "contradicts" in said


def test_a_checkpoint_of_another_log_proves_nothing_here(audit, tmp_path):
    other = KeptKiosk(tmp_path / "other")
    other.shift(9)

    assert "of another log" in audit("prove", "3", "--checkpoint", other.newest)[1]


def test_a_kept_checkpoint_shows_what_the_check_knows_and_what_it_cannot(kiosk, audit):
    code, said = audit("check", "--checkpoint", kiosk.outside / "first", "--key", kiosk.vkey)

    assert code == 0
    assert "knows        rows 1 to 5 are exactly the rows that the kiosk's key signed" in said
    assert "whether rows after row 5 were deleted or written anew" in said
    assert "before that checkpoint left this machine" in said
    assert "for more, bring a checkpoint" not in said


def test_a_checkpoint_without_a_key_counts_on_the_word_of_who_kept_it(kiosk, audit):
    said = audit("check", "--checkpoint", kiosk.outside / "first")[1]

    assert "knows        rows 1 to 5 are exactly the rows that the checkpoint names" in said
    assert "give its key with --key" in said


def test_a_checkpoint_of_a_log_that_is_not_here_is_refused(kiosk, audit):
    note = (kiosk.outside / "first").read_text().replace("/sandbox/", "/pilot/", 1)
    (kiosk.outside / "pilot").write_text(note)

    code, said = audit("check", "--checkpoint", kiosk.outside / "pilot")

    assert code == 1
    assert "of a log that is not here" in said


def test_a_checkpoint_that_cannot_be_read_is_no_finding_about_the_log(kiosk, audit):
    assert 4 == audit("check", "--checkpoint", kiosk.outside / "none")[0]


def test_two_histories_under_one_key_are_named(kiosk, audit):
    clone = kiosk.copy_disk("clone")
    clone.shift(2)
    kiosk.shift(1)
    with open_log(kiosk.logs) as log:
        log.append(an_entry(station="Gate 4"))
        kiosk.checkpointer().write(log, a_stamp())
    shutil.copy(clone.newest, kiosk.outside / "clone")

    code, said = audit("check", "--checkpoint", kiosk.outside / "clone", "--key", kiosk.vkey)

    assert code == 1
    assert "two checkpoints name different histories of 302 rows" in said

    kiosk.keep("own")
    both = (kiosk.outside / "clone", kiosk.outside / "own")
    assert (
        "key signed two histories of 302 rows"
        in audit("check", "--checkpoint", *both, "--key", kiosk.vkey)[1]
    )
    assert "key signed" not in audit("check", "--checkpoint", *both)[1]


def test_rows_that_two_signed_histories_dispute_are_not_called_known(kiosk, audit):
    clone = kiosk.copy_disk("clone")
    clone.shift(2)
    with open_log(kiosk.logs) as log:
        log.append(an_entry(station="Gate 4"))
        log.append(an_entry(station="Gate 4"))
        kiosk.checkpointer().write(log, a_stamp())
    kiosk.keep("own")
    shutil.copy(clone.newest, kiosk.outside / "clone")
    files = [kiosk.outside / name for name in ("first", "own", "clone")]

    code, said = audit("check", "--checkpoint", *files, "--key", kiosk.vkey)

    assert code == 1
    assert "knows        rows 1 to 5 are" in said


def test_a_row_before_the_first_leaves_the_rows_after_it_what_they_are(kiosk, audit):
    said_before = audit("check")[1]
    places = "at, kind, outcome, reasons, purpose, station, body, previous, hash"
    as_insider(kiosk.path, f"INSERT INTO entry SELECT 0, {places} FROM entry WHERE seq = 1")  # noqa: S608 - ours

    code, said = audit("check")

    assert (code, "nothing after it counts" in said) == (1, False)
    assert "row 0: the row stands before the first one that the log can have\n" in said
    assert [line for line in said_before.splitlines() if line.startswith("rows")] == [
        line for line in said.splitlines() if line.startswith("rows")
    ]


def test_a_checkpoint_that_an_insider_put_into_the_file_is_not_given_out_as_the_newest(kiosk, audit):
    forged = "mudaqqiq.invalid/sandbox/00\n999999\nforged"
    as_insider(kiosk.path, ("INSERT INTO checkpoint VALUES (999999, '2026-11-22', ?)", (forged,)))

    code, said = audit("checkpoint", "--make")

    assert (code, "forged" in said) == (0, False)


def plant(kiosk, text, size=300):
    """Put a note into the log's file in the place of the newest checkpoint."""
    remove = "DELETE FROM checkpoint WHERE size > 5"
    as_insider(kiosk.path, remove, ("INSERT INTO checkpoint VALUES (?, '2026-11-22', ?)", (size, text)))


def forged_note(kiosk):
    """A checkpoint with the true root under a key that the insider made."""
    forger = KioskKey(Ed25519PrivateKey.generate(), Environment.SANDBOX)
    return sign_note(parse_note(kiosk.newest.read_bytes()).text, forger).decode()


EVERY_WAY_OUT = [
    ("checkpoint",),
    ("report",),
    ("report", "--qr", "-"),
    ("prove", "3"),
    ("export", "--format", "csv", "--out"),
]


def ask_way_out(audit, kiosk, words, *more):
    """Take rows or a checkpoint out; an export is asked of the log as if it were a copy."""
    if words[0] == "export":
        return audit(*words, kiosk.outside / "csv", "--log", kiosk.logs, *more)
    return audit(*words, *more)


@pytest.mark.parametrize("words", EVERY_WAY_OUT, ids=" ".join)
def test_a_checkpoint_in_the_file_that_the_kiosks_key_did_not_sign_is_not_given_out(kiosk, audit, words):
    plant(kiosk, forged_note(kiosk))

    code, said = ask_way_out(audit, kiosk, words, "--key", kiosk.vkey)

    assert code == 1
    assert "no trusted key signed the note; by a key the kiosk had before, or by somebody else" in said
    assert not (kiosk.outside / "csv").exists()


def test_the_kiosks_own_key_is_asked_without_being_named(kiosk, audit):
    plant(kiosk, forged_note(kiosk))

    assert (1, 1, 1) == tuple(audit(*words)[0] for words in (("checkpoint",), ("report",), ("prove", "3")))


@pytest.mark.parametrize("words", EVERY_WAY_OUT, ids=" ".join)
def test_without_a_key_it_is_said_that_nobody_checked_who_signed(kiosk, audit, words):
    shutil.rmtree(kiosk.keys)

    code, said = ask_way_out(audit, kiosk, words)

    assert (0, True) == (code, "its signature was not checked: give the kiosk's key with --key" in said)


@pytest.mark.parametrize("words", EVERY_WAY_OUT, ids=" ".join)
def test_a_checkpoint_that_the_kiosks_key_signed_needs_no_word_of_warning(kiosk, audit, words):
    code, said = ask_way_out(audit, kiosk, words, "--key", kiosk.vkey)

    assert (0, False) == (code, "not checked" in said)


def test_a_signed_checkpoint_of_an_earlier_log_is_not_given_out_as_this_logs_own(kiosk, audit):
    before = sign_note(
        parse_note(kiosk.newest.read_bytes()).text.replace("/sandbox/", "/sandbox/00", 1), kiosk.signer()
    )
    plant(kiosk, before.decode(), size=999_999)

    code, said = audit("checkpoint")

    assert (1, True) == (code, "of another log" in said)


def test_a_forged_checkpoint_in_the_file_agrees_with_the_log_and_is_told_by_the_kiosks_key(kiosk, audit):
    plant(kiosk, forged_note(kiosk))

    code, said = audit("check")

    assert (0, True) == (code, "NOT signed by the kiosk's key: by one it had before, or by" in said)
    assert json.loads(audit("check", "--json")[1])["own_newest_signed"] is False


def test_the_logs_own_newest_checkpoint_is_checked_where_the_key_is_known(kiosk, audit):
    assert "             signed by the kiosk's key\n" in audit("check")[1]
    assert (
        "             signed by the kiosk's key\n"
        in audit("check", "--log", kiosk.logs, "--key", kiosk.vkey)[1]
    )

    said = audit("check", "--log", kiosk.logs)[1]

    assert "             its signature was not checked: give the kiosk's key with --key\n" in said
