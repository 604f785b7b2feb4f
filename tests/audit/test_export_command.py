"""`audit export`, `bundle`, `receipt`, `prune` and `report`, as a supervisor meets them."""

import json
import shutil

import cv2
import pytest
import zxingcpp
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.audit.check import check_log
from kiosk.audit.entry import ClockStep, CodesCounted, Exported, PruneBasis, Pruned, Receipted, Start, Stop
from kiosk.audit.log import AuditLog
from kiosk.audit.note import SignatureType, VerifierKey, parse_note, verify_note
from kiosk.audit.rows import open_outgoing
from kiosk.audit.signer import KioskKey
from kiosk.model import Environment, Outcome, Reason
from kiosk.trust.store import init_store
from kiosk.trust.update import update_store
from tests.audit import batch_verifier
from tests.audit.batch_verifier import HeldLog
from tests.audit.closed import ClosedKiosk
from tests.audit.makers import a_failed_visit, a_visit, an_entry, as_insider, open_log, write_many
from tests.trust.trees import NOON, Authority, a_policy

OFFICE_KEY = Ed25519PrivateKey.from_private_bytes(bytes([7]) * 32)
OFFICE = VerifierKey("head.example", OFFICE_KEY.public_key().public_bytes_raw(), SignatureType.COSIGNATURE)
SECONDS = 1_795_000_000


class Kiosk(ClosedKiosk):
    """One with a key, and a stick that batches are found on."""

    @property
    def key(self):
        return KioskKey.load(self.folder / "state/keys/sandbox", Environment.SANDBOX).key

    def only(self, pattern):
        (found,) = self.stick.glob(pattern)
        return found


@pytest.fixture(scope="module")
def stores(tmp_path_factory):
    """Trust stores whose signed policy names a head office, or none."""
    folder = tmp_path_factory.mktemp("stores")
    policies = {
        "with": a_policy(audit={"keys": [], "seal": False, "head_office": str(OFFICE)}),
        "without": a_policy(),
    }
    for name, policy in policies.items():
        authority = Authority()
        content = json.dumps(policy).encode()
        tree = authority.write(folder / f"{name}-tree", targets=authority.targets(**{"policy.json": content}))
        init_store(tree / "root.json", folder / name, "Gate 3", "checkpoint")
        update_store(tree, folder / name, NOON)
    return folder


@pytest.fixture
def make_kiosk(stores, tmp_path):
    def make(rows, *, head_office=True):
        (tmp_path / "state").mkdir()
        (tmp_path / "state/log").mkdir(mode=0o700)
        shutil.copytree(stores / ("with" if head_office else "without"), tmp_path / "store", symlinks=True)
        (tmp_path / "config.toml").write_text('[paths]\nstore = "store"\n', "utf-8")
        if rows:
            write_many(tmp_path / "state/log", rows)
        return Kiosk(tmp_path)

    return make


def answer_of(kiosk, held=None, seconds=SECONDS):
    """Let the head office take the batch on the stick and write its receipt beside it."""
    held = held or HeldLog()
    lines = (kiosk.only("batch-*") / "batch.jsonl").read_bytes().splitlines(keepends=True)
    text = batch_verifier.receive(lines, kiosk.key.name, kiosk.key.public, held)
    path = kiosk.folder / "receipt.json"
    path.write_bytes(batch_verifier.answer(held, text, OFFICE.name, OFFICE_KEY, seconds))
    return path, held


def bundle_and_receipt(kiosk, held=None):
    assert 0 == kiosk.run("bundle", "--out", str(kiosk.stick))
    path, held = answer_of(kiosk, held)
    assert 0 == kiosk.run("receipt", str(path))
    shutil.rmtree(kiosk.stick)
    return held


def test_an_export_is_recorded_with_the_hash_of_its_manifest_and_a_checkpoint_beside(make_kiosk, capsys):
    kiosk = make_kiosk(3)

    assert 0 == kiosk.run("export", "--format", "csv", "--out", str(kiosk.stick))

    folder, said = kiosk.only("audit-*-csv"), capsys.readouterr().out
    fact = kiosk.rows()[-1]
    assert ("csv", 1, 3, False) == (fact.form, fact.first, fact.last, fact.with_sealed)
    assert fact.digest.hex() in said
    assert "recorded  row 4" in said
    note = parse_note((folder / "checkpoint.txt").read_bytes())
    assert (kiosk.key,) == verify_note(note, kiosk.key)
    assert check_log(kiosk.log).holds


def test_a_copied_log_is_exported_without_a_row(make_kiosk, capsys):
    kiosk = make_kiosk(3)
    content = kiosk.log.read_bytes()

    words = ["--format", "jsonl", "--log", str(kiosk.log.parent), "--from", "2"]
    code = kiosk.run("export", *words, "--out", str(kiosk.stick))

    assert 0 == code
    assert "only read" in capsys.readouterr().out
    assert content == kiosk.log.read_bytes()
    assert 2 == len((kiosk.only("audit-*") / "rows.jsonl").read_text("utf-8").splitlines())


@pytest.mark.parametrize(
    "words",
    [["export", "--format", "csv", "--out", "x"], ["bundle", "--out", "x"], ["prune", "--out", "x"]],
    ids=lambda words: words[0],
)
def test_while_a_kiosk_runs_what_writes_a_row_refuses_in_one_sentence(make_kiosk, tmp_path, words, capsys):
    kiosk = make_kiosk(3)

    with open_log(kiosk.log.parent):
        code = kiosk.run(*[str(tmp_path / "x") if word == "x" else word for word in words])

    assert 4 == code
    assert 1 == len(capsys.readouterr().err.splitlines())
    assert not (tmp_path / "x").exists()
    assert 3 == len(kiosk.rows())


@pytest.mark.parametrize(
    "words",
    [
        ["--format", "sqlite", "--from", "2"],
        ["--format", "csv", "--with-sealed"],
        ["--format", "csv", "--from", "2026-13-01"],
        ["--format", "csv", "--from", "0"],
        ["--format", "xml"],
    ],
    ids=" ".join,
)
def test_what_does_not_go_together_is_a_usage_error(make_kiosk, words):
    kiosk = make_kiosk(3)

    try:
        code = kiosk.run("export", *words, "--out", str(kiosk.stick))
    except SystemExit as ended:
        code = ended.code

    assert 2 == code
    assert not kiosk.stick.exists()
    assert 3 == len(kiosk.rows())


def test_a_broken_row_is_named_and_nothing_is_exported(make_kiosk, capsys):
    kiosk = make_kiosk(200)
    as_insider(kiosk.log, "UPDATE entry SET outcome = 'FAIL' WHERE seq = 2")

    assert 1 == kiosk.run("export", "--format", "csv", "--out", str(kiosk.stick))
    assert "row 2:" in capsys.readouterr().err


def test_bundle_and_receipt_go_round_and_the_next_bundle_begins_after_them(make_kiosk, capsys):
    kiosk = make_kiosk(5)

    held = bundle_and_receipt(kiosk)
    assert 0 == kiosk.run("bundle", "--out", str(kiosk.stick))
    _, held = answer_of(kiosk, held)

    facts = kiosk.rows(6)
    assert [Exported, Receipted, Exported] == [type(fact) for fact in facts]
    assert (5, 6, 7) == (facts[1].size, facts[2].first, facts[2].last)
    assert 7 == held.size
    assert "cosigned 2026-11-18" in capsys.readouterr().out


def test_a_bundle_can_begin_again_where_the_head_office_says(make_kiosk):
    kiosk = make_kiosk(5)
    bundle_and_receipt(kiosk)

    assert 0 == kiosk.run("bundle", "--out", str(kiosk.stick), "--from", "3")

    assert (3, 7) == (kiosk.rows()[-1].first, kiosk.rows()[-1].last)


def test_a_receipt_by_another_key_is_refused(make_kiosk, capsys):
    kiosk = make_kiosk(2)
    kiosk.run("bundle", "--out", str(kiosk.stick))
    path, _ = answer_of(kiosk)
    path.write_bytes(path.read_bytes().replace(b"head.example", b"fake.example"))

    assert 4 == kiosk.run("receipt", str(path))
    assert "no trusted key" in capsys.readouterr().err
    assert 3 == len(kiosk.rows())


def test_a_receipt_without_a_head_office_in_the_policy_is_refused(make_kiosk, capsys):
    kiosk = make_kiosk(2, head_office=False)
    kiosk.run("bundle", "--out", str(kiosk.stick))
    path, _ = answer_of(kiosk)

    assert 4 == kiosk.run("receipt", str(path))
    assert "names no head office" in capsys.readouterr().err


def test_a_receipt_for_rows_that_this_log_no_longer_has_is_an_alarm(make_kiosk, tmp_path, capsys):
    kiosk = make_kiosk(5)
    kiosk.run("bundle", "--out", str(kiosk.stick))
    path, _ = answer_of(kiosk)
    shutil.rmtree(tmp_path / "state/checkpoints")
    as_insider(
        kiosk.log,
        "DELETE FROM entry WHERE seq > 3",
        "DELETE FROM checkpoint",
    )

    assert 1 == kiosk.run("receipt", str(path))
    assert "ALARM: the head office has 5 rows, this log 3" in capsys.readouterr().err


def test_a_file_that_is_no_receipt_is_refused_in_one_sentence(make_kiosk, tmp_path, capsys):
    (tmp_path / "answer").write_bytes(b"{}")
    kiosk = make_kiosk(1)

    assert 4 == kiosk.run("receipt", str(tmp_path / "answer"))
    assert 4 == kiosk.run("receipt", str(tmp_path / "none"))
    assert 2 == len(capsys.readouterr().err.splitlines())


def test_pruning_exports_the_whole_log_then_removes_what_the_head_office_has(make_kiosk, capsys):
    kiosk = make_kiosk(600)
    bundle_and_receipt(kiosk)

    assert 0 == kiosk.run("prune", "--out", str(kiosk.stick))

    report = check_log(kiosk.log)
    archive = check_log(kiosk.only("audit-*-sqlite") / "sandbox.db")
    assert report.holds
    assert Pruned(257, PruneBasis.RECEIPT) == kiosk.rows(590)[-1]
    with open_outgoing(kiosk.log) as source:
        assert 257 == source.span.first
    assert archive.holds
    assert 602 == archive.chain.rows
    assert "rows 1 to 256, kept by the receipt" in capsys.readouterr().out


def test_when_the_export_fails_nothing_is_pruned(make_kiosk, tmp_path, capsys):
    kiosk = make_kiosk(600, head_office=False)
    (tmp_path / "full").write_bytes(b"")

    assert 4 == kiosk.run("prune", "--out", str(tmp_path / "full"))

    assert 1 == len(capsys.readouterr().err.splitlines())
    assert 600 == len(kiosk.rows())


def test_after_pruning_bundles_go_on_and_the_head_office_still_agrees(make_kiosk):
    kiosk = make_kiosk(600)
    held = bundle_and_receipt(kiosk)
    assert 0 == kiosk.run("prune", "--out", str(kiosk.folder / "archive"))

    held = bundle_and_receipt(kiosk, held)

    assert 604 == held.size


def test_where_the_head_office_has_nothing_yet_pruning_needs_to_be_asked_for_by_name(make_kiosk, capsys):
    kiosk = make_kiosk(600)

    assert 4 == kiosk.run("prune", "--out", str(kiosk.stick))
    assert "acknowledged no row" in capsys.readouterr().err
    assert not kiosk.stick.exists()
    assert 0 == kiosk.run("prune", "--out", str(kiosk.stick), "--by-export")
    assert Pruned(257, PruneBasis.EXPORT) == kiosk.rows(590)[-1]


def test_a_receipt_put_into_the_file_by_hand_prunes_nothing(make_kiosk, capsys):
    kiosk = make_kiosk(600)
    as_insider(kiosk.log, ("INSERT INTO receipt VALUES (600, ?)", ('{"have": 600}',)))

    assert 4 == kiosk.run("prune", "--out", str(kiosk.stick))
    assert "acknowledged no row" in capsys.readouterr().err


def test_without_a_head_office_the_export_is_enough(make_kiosk):
    kiosk = make_kiosk(600, head_office=False)

    assert 0 == kiosk.run("prune", "--out", str(kiosk.stick))

    assert PruneBasis.EXPORT is kiosk.rows(590)[-1].because
    assert check_log(kiosk.log).holds


def a_shift(kiosk):
    with AuditLog.open(kiosk.log.parent, Environment.SANDBOX) as log:
        for fact in (
            Start(),
            a_visit(),
            a_failed_visit(),
            a_visit(outcome=Outcome.REFER, reasons=(Reason.LIST_STALE,), operator="207"),
            CodesCounted(60, 3, 2),
            ClockStep(-90.0),
            Start(),
            Stop(Reason.DISK_LOW),
        ):
            log.append(an_entry(fact, at=NOON))


def test_a_report_counts_a_shift_and_names_what_to_look_into(make_kiosk, capsys):
    kiosk = make_kiosk(0)
    a_shift(kiosk)
    assert 0 == kiosk.run("checkpoint", "--make")
    capsys.readouterr()

    assert 0 == kiosk.run("report", "--since", f"{NOON:%Y-%m-%d}")

    said = " ".join(capsys.readouterr().out.split())
    for words in (
        "visits 3 passed 1 failed 1 referred 1 share referred 33.3 %",
        "FACE_MISMATCH 1 LIST_STALE 1",
        "104 0 / 2 207 1 / 1",
        "codes not readable 3 codes of other kinds 2",
        "WARNING: times the kiosk was cut off 1",
        "WARNING: visits not sealed 3",
        "WARNING: largest step of the clock, s -90",
        "WARNING: stopped by DISK_LOW x 1",
        "newest checkpoint mudaqqiq.invalid/sandbox/",
    ):
        assert words in said


def test_a_report_in_arabic(make_kiosk, capsys):
    kiosk = make_kiosk(0)
    a_shift(kiosk)

    assert 0 == kiosk.run("report", "--language", "ar")

    said = capsys.readouterr().out
    assert said.startswith("تقرير المناوبة\n")
    assert "نسبة الإحالة" in said


def test_the_code_of_a_report_carries_the_whole_checkpoint(make_kiosk, tmp_path):
    kiosk = make_kiosk(3)
    kiosk.run("checkpoint", "--make")

    assert 0 == kiosk.run("report", "--qr", str(tmp_path / "qr.png"))

    (found,) = zxingcpp.read_barcodes(cv2.imread(str(tmp_path / "qr.png")))
    assert (kiosk.key,) == verify_note(parse_note(found.bytes), kiosk.key)


def test_the_code_of_a_report_on_a_terminal(make_kiosk, capsys):
    kiosk = make_kiosk(3)
    kiosk.run("checkpoint", "--make")

    assert 0 == kiosk.run("report", "--qr", "-")
    assert "█" in capsys.readouterr().out


def test_a_picture_that_cannot_be_written_is_said(make_kiosk, tmp_path, capsys):
    kiosk = make_kiosk(1)
    kiosk.run("checkpoint", "--make")

    assert 4 == kiosk.run("report", "--qr", str(tmp_path / "none/qr.png"))
    assert "No such file" in capsys.readouterr().err
