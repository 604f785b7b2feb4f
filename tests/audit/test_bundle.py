"""A batch convinces somebody who has only docs/audit-batch.md, and nothing altered does."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kiosk.audit.bundle import BATCH, Asked, Proven, write_bundle
from kiosk.audit.checkpoints import LogName
from kiosk.audit.entry import CodesCounted, Stop
from kiosk.audit.manifest import Made
from kiosk.audit.merkle import consistency_proof
from kiosk.audit.note import Checkpoint, SignatureType, VerifierKey, format_checkpoint
from kiosk.audit.receipt import parse_receipt, verify_receipt
from kiosk.audit.rows import open_outgoing
from kiosk.audit.signer import KioskKey, sign_note
from kiosk.model import Environment, Fault
from tests.audit import batch_verifier
from tests.audit.batch_verifier import Alarm, HeldLog
from tests.audit.makers import NOON, a_failed_visit, an_entry, as_insider, open_log, write_log

MADE = Made(NOON, "0.1.0", "Gate 3")
KIOSK = KioskKey(Ed25519PrivateKey.from_private_bytes(bytes(range(32))), Environment.SANDBOX)
SECONDS = 1_795_000_000


def a_bundle(log, out, first=1, last=None, *, signer=KIOSK, with_sealed=False):
    """Write rows `first` to `last` of the log at `log` and return the lines of the batch."""
    with open_outgoing(log) as source:
        size, tree = last or source.span.last, source.tree
        name = LogName(source.identity.environment, source.identity.epoch)
        checkpoint = Checkpoint(name.origin, size, tree.root(size), ("station Gate 3",))
        proof = consistency_proof(first - 1, size, tree.subtree) if first > 1 else ()
        proven = Proven(size, sign_note(format_checkpoint(checkpoint), signer), proof)
        made = write_bundle(source, out, Asked(first, with_sealed), proven, MADE)
    return (made.folder / BATCH).read_bytes().splitlines(keepends=True)


def receive(lines, held=None):
    """Let the head office take a batch; return what it then holds, and the checkpoint's text."""
    held = held or HeldLog()
    text = batch_verifier.receive(lines, KIOSK.key.name, KIOSK.key.public, held)
    return held, text


def a_mixed_log(folder):
    with open_log(folder) as log:
        log.append(an_entry())
        log.append(replace(an_entry(a_failed_visit()), sealed_key=bytes(8)), b"sealed")
        log.append(an_entry(CodesCounted(60, 1, 2), station="بوابة ٣"))
        log.append(an_entry(at=NOON + timedelta(days=40)))
        log.append(an_entry(Stop()))
    return folder / "sandbox.db"


def test_a_batch_convinces_a_head_office_that_knows_only_the_document(tmp_path):
    log = a_mixed_log(tmp_path / "log")

    held, text = receive(a_bundle(log, tmp_path / "out"))

    with open_outgoing(log) as source:
        assert source.tree.root() == held.root
    assert 5 == held.size
    assert "station Gate 3" in text


@pytest.mark.parametrize("sizes", [(1, 2, 5), (3, 4, 7, 8, 9), (255, 256, 257), (300,), (256, 300)], ids=str)
def test_batches_that_follow_each_other_are_taken_one_by_one(tmp_path, sizes):
    log, held, first = write_log(tmp_path / "log", sizes[-1]), None, 1

    for last in sizes:
        held, _ = receive(a_bundle(log, tmp_path / "out", first, last), held)
        first = last + 1

    assert sizes[-1] == held.size == len(held.hashes)


def test_the_same_rows_twice_are_fine(tmp_path):
    log = write_log(tmp_path / "log", 6)
    held, _ = receive(a_bundle(log, tmp_path / "a", 1, 4))

    held, _ = receive(a_bundle(log, tmp_path / "b", 3, 6), held)

    assert 6 == held.size


def test_sealed_parts_travel_when_asked_for_and_agree_with_their_rows(tmp_path):
    log = a_mixed_log(tmp_path / "log")

    plain, sealed = a_bundle(log, tmp_path / "a"), a_bundle(log, tmp_path / "b", with_sealed=True)

    receive(sealed)
    assert [False, True] == ["sealed" in json.loads(lines[2]) for lines in (plain, sealed)]


def test_a_cut_batch_is_never_taken_for_a_whole_one(tmp_path):
    lines = a_bundle(write_log(tmp_path / "log", 4), tmp_path / "out")

    for count in range(len(lines)):
        with pytest.raises(Alarm):
            receive(lines[:count])
    with pytest.raises(Alarm):
        receive([*lines[:-1], lines[-1][:-1]])


def test_a_missing_batch_is_seen(tmp_path):
    log = write_log(tmp_path / "log", 6)
    held, _ = receive(a_bundle(log, tmp_path / "a", 1, 2))

    with pytest.raises(Alarm, match="missing"):
        receive(a_bundle(log, tmp_path / "b", 5, 6), held)


def test_a_log_that_was_put_back_and_went_on_is_seen_as_a_fork(tmp_path):
    log = write_log(tmp_path / "log", 4)
    image = {path: path.read_bytes() for path in log.parent.iterdir()}
    with open_log(log.parent) as went_on:
        went_on.append(an_entry(at=NOON + timedelta(hours=1)))
    held, _ = receive(a_bundle(log, tmp_path / "a"))

    for path, content in image.items():
        path.write_bytes(content)
    with open_log(log.parent) as restored:
        restored.append(an_entry(at=NOON + timedelta(hours=2)))

    with pytest.raises(Alarm, match="fork"):
        receive(a_bundle(log, tmp_path / "b"), held)


def test_a_batch_signed_by_another_kiosk_is_refused(tmp_path):
    other = KioskKey(Ed25519PrivateKey.generate(), Environment.SANDBOX)

    with pytest.raises(Alarm, match="no signature"):
        receive(a_bundle(write_log(tmp_path / "log", 2), tmp_path / "out", signer=other))


@given(st.integers(min_value=0), st.integers(0, 7))
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_one_flipped_bit_is_seen(batch_of_three, place, bit):
    content = bytearray(b"".join(batch_of_three))
    content[place % len(content)] ^= 1 << bit

    try:
        held, text = receive(bytes(content).splitlines(keepends=True))
    except (Alarm, ValueError, KeyError, TypeError):
        return
    expected, same = receive(batch_of_three)  # only what nothing rests on, like a space in the JSON
    assert (expected, same) == (held, text)


@pytest.fixture(scope="module")
def batch_of_three(tmp_path_factory):
    folder = tmp_path_factory.mktemp("batch")
    return a_bundle(write_log(folder / "log", 3), folder / "out")


def test_a_row_that_does_not_hold_never_reaches_a_batch(tmp_path):
    log = write_log(tmp_path / "log", 4)
    as_insider(log, "UPDATE entry SET station = 'Gate 4' WHERE seq = 3")

    with pytest.raises(Fault, match="row 3:"):
        a_bundle(log, tmp_path / "out")

    assert [] == list((tmp_path / "out").iterdir())


def test_the_head_offices_answer_by_the_document_is_a_receipt_here(tmp_path):
    log = write_log(tmp_path / "log", 5)
    held, text = receive(a_bundle(log, tmp_path / "out"))
    secret = Ed25519PrivateKey.generate()
    key = VerifierKey("head.example", secret.public_key().public_bytes_raw(), SignatureType.COSIGNATURE)

    answer = parse_receipt(batch_verifier.answer(held, text, key.name, secret, SECONDS))

    with open_outgoing(log) as source:
        name = LogName(source.identity.environment, source.identity.epoch)
        assert SECONDS == verify_receipt(answer, key, name, source.tree).timestamp()
    assert 5 == answer.have
