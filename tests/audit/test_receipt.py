"""A head office's answer is taken only from its own key, and only if it says what this log says."""

import base64
import json
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.audit.checkpoints import LogName
from kiosk.audit.merkle import leaf_hash, root_of
from kiosk.audit.note import (
    Checkpoint,
    SignatureType,
    VerifierKey,
    cosigned_bytes,
    format_checkpoint,
    format_note,
    format_signature,
)
from kiosk.audit.receipt import MAX_RECEIPT, ReceiptError, parse_receipt, verify_receipt
from kiosk.audit.tiles import RowTree
from kiosk.model import Environment

SECRET = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OFFICE = VerifierKey("head.example/office", SECRET.public_key().public_bytes_raw(), SignatureType.COSIGNATURE)
EPOCH = bytes(16)
ROWS = [bytes([number]) * 32 for number in range(7)]
HEAD, ROOT = ROWS[4], root_of(ROWS[:5])
NAME = LogName(Environment.SANDBOX, EPOCH)
ORIGIN = NAME.origin
SECONDS = 1_795_000_000


def a_cosignature(checkpoint=None, *, key=OFFICE, secret=SECRET, seconds=SECONDS):
    text = format_checkpoint(checkpoint or Checkpoint(ORIGIN, 5, ROOT, ("station Gate 3",)))
    signature = seconds.to_bytes(8, "big") + secret.sign(cosigned_bytes(text, seconds))
    return format_note(text, [format_signature(key, signature)]).decode()


def a_receipt(**changes):
    content = {
        "format": "mudaqqiq-audit-receipt/1",
        "environment": "sandbox",
        "epoch": EPOCH.hex(),
        "have": 5,
        "head": HEAD.hex(),
        "cosignature": a_cosignature(),
    }
    return json.dumps({**content, **changes}).encode()


def a_tree(rows=ROWS):
    return RowTree(len(rows), lambda _level, _number: [leaf_hash(each) for each in rows])


def verify(content, rows=ROWS, key=OFFICE):
    return verify_receipt(parse_receipt(content), key, NAME, a_tree(rows))


def refusal_of(content, rows=ROWS, key=OFFICE):
    with pytest.raises(ReceiptError) as refused:
        verify(content, rows, key)
    return str(refused.value)


def test_an_answer_that_says_what_the_log_says_counts_from_its_cosigned_time():
    assert datetime.fromtimestamp(SECONDS, UTC) == verify(a_receipt())


def test_the_kiosks_own_signature_may_stand_beside_the_cosignature():
    text, _, line = a_cosignature().rpartition("\n\n")
    own = VerifierKey("kiosk", bytes(32))
    note = f"{text}\n\n{format_signature(own, bytes(64))}{line}"

    verify(a_receipt(cosignature=note))


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (ROWS[:4], "rows were deleted"),
        ([bytes(32), *ROWS[1:]][::-1], "other rows than this log"),
        ([*ROWS[:4], bytes(32), *ROWS[5:]], "other rows than this log"),
    ],
    ids=["rows deleted", "another log", "one row rewritten"],
)
def test_a_head_office_that_holds_other_rows_than_this_log_is_an_alarm(rows, said):
    refusal = refusal_of(a_receipt(), rows)

    assert "ALARM" in refusal
    assert said in refusal


def test_an_answer_whose_head_is_not_the_last_of_its_rows_is_an_alarm():
    assert "ALARM" in refusal_of(a_receipt(head=ROWS[3].hex()))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"have": 6}, "other rows than the checkpoint"),
        ({"epoch": "11" * 16}, "another kiosk"),
        ({"environment": "production"}, "another kiosk"),
    ],
    ids=["size", "epoch", "environment"],
)
def test_an_answer_that_differs_from_the_checkpoint_it_cosigns_is_refused(changes, said):
    assert said in refusal_of(a_receipt(**changes))


def test_a_cosigned_checkpoint_of_another_log_is_refused():
    other = a_cosignature(Checkpoint(LogName(Environment.SANDBOX, ROWS[1][:16]).origin, 5, ROOT))

    assert "another kiosk" in refusal_of(a_receipt(cosignature=other))


def test_a_cosignature_by_any_other_key_is_refused():
    other = Ed25519PrivateKey.from_private_bytes(bytes([9]) * 32)
    named = VerifierKey(
        "head.example/other", other.public_key().public_bytes_raw(), SignatureType.COSIGNATURE
    )

    unknown = a_receipt(cosignature=a_cosignature(key=named, secret=other))
    forged = a_receipt(cosignature=a_cosignature(secret=other))

    assert "no trusted key" in refusal_of(unknown)
    assert "is false" in refusal_of(forged)


def test_a_cosignature_with_its_time_changed_is_refused():
    head, _, encoded = a_cosignature().rpartition(" ")
    content = base64.b64decode(encoded)
    later = content[:4] + (SECONDS + 1).to_bytes(8, "big") + content[12:]

    changed = f"{head} {base64.b64encode(later).decode()}\n"

    assert "is false" in refusal_of(a_receipt(cosignature=changed))


def test_a_time_no_calendar_has_is_refused():
    assert "no time" in refusal_of(a_receipt(cosignature=a_cosignature(seconds=2**62)))


@pytest.mark.parametrize(
    "changes",
    [
        {"format": "mudaqqiq-audit-receipt/2"},
        {"environment": "moon"},
        {"environment": ["sandbox"]},
        {"epoch": "00"},
        {"epoch": EPOCH.hex().upper() + "G"},
        {"have": True},
        {"have": 0},
        {"have": 2**63},
        {"have": 5.0},
        {"head": HEAD.hex()[:-1]},
        {"head": None},
        {"cosignature": "no note"},
        {"cosignature": "\ud800"},
        {"cosignature": 7},
        {"more": 1},
    ],
    ids=repr,
)
def test_an_answer_of_another_form_is_refused(changes):
    with pytest.raises(ReceiptError):
        parse_receipt(a_receipt(**changes))


def test_a_key_twice_or_too_many_bytes_are_refused():
    twice = a_receipt()[:-1] + b', "have": 6}'

    with pytest.raises(ReceiptError):
        parse_receipt(twice)
    with pytest.raises(ReceiptError, match="larger"):
        parse_receipt(a_receipt() + b" " * MAX_RECEIPT)


@given(
    st.binary(max_size=300)
    | st.recursive(st.none() | st.text(), st.lists).map(lambda v: json.dumps(v).encode())
)
@settings(max_examples=100)
def test_any_bytes_are_refused_in_a_sentence(content):
    with pytest.raises(ReceiptError):
        parse_receipt(content)


@given(st.integers(min_value=0), st.integers(0, 7))
@settings(max_examples=100, deadline=None)
def test_one_flipped_bit_never_makes_another_receipt(place, bit):
    content = bytearray(a_receipt())
    content[place % len(content)] ^= 1 << bit

    try:
        when = verify(bytes(content))
    except ReceiptError:
        return
    assert datetime.fromtimestamp(SECONDS, UTC) == when
