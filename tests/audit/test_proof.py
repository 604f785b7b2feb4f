"""One row proved without the log: by our own reading of the proof, and by one that shares nothing with it."""

import base64
import hashlib
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.audit.canonical import columns_of, encode_entry
from kiosk.audit.chain import hash_row, make_genesis
from kiosk.audit.checkpoints import LogName
from kiosk.audit.merkle import inclusion_proof, root_of
from kiosk.audit.note import (
    Checkpoint,
    VerifierKey,
    format_checkpoint,
    format_note,
    format_signature,
)
from kiosk.audit.proof import (
    MAX_PROOF,
    ProofError,
    RowProof,
    format_proof,
    parse_proof,
    verify_proof,
)
from kiosk.model import Environment
from tests.audit.makers import an_entry

NAME = LogName(Environment.SANDBOX, bytes(16))
SECRET = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEY = VerifierKey("mudaqqiq.invalid/sandbox/kiosk-1", SECRET.public_key().public_bytes_raw())
SIZE = 11


def rows_of(entries):
    rows, previous = [], make_genesis(NAME.epoch, NAME.environment).hash
    for seq, entry in enumerate(entries, start=1):
        body = encode_entry(entry)
        row_hash = hash_row(seq, previous, columns_of(body), body)
        rows.append((previous, body, row_hash))
        previous = row_hash
    return rows


ROWS = rows_of([an_entry()] * SIZE)
HASHES = [row[2] for row in ROWS]


def signed(checkpoint, key=KEY):
    text = format_checkpoint(checkpoint)
    return format_note(text, [format_signature(key, SECRET.sign(text.encode()))])


def a_proof(index=4, rows=ROWS, size=SIZE, **changes):
    hashes = [row[2] for row in rows[:size]]
    proof = inclusion_proof(index, size, lambda start, end: root_of(hashes[start:end]))
    note = signed(Checkpoint(NAME.origin, size, root_of(hashes), ("at 2026-11-22T09:00:00Z",)))
    made = RowProof(index, rows[index][0], rows[index][1], proof, note)
    return replace(made, **changes)


def verify_by_hand(content, public):
    """Verify the proof as the C2SP text and docs/audit.md say, with nothing of the kiosk's code."""
    head, note = content.split(b"\n\n", 1)
    header, extra, index, *hashes = head.decode().split("\n")
    assert header == "c2sp.org/tlog-proof@v1"
    row = base64.b64decode(extra.removeprefix("extra "))
    number = int(index.removeprefix("index "))
    text, signature = note.split(b"\n\n")
    public.verify(base64.b64decode(signature.split()[-1])[4:], text + b"\n")
    _, size, root, *_ = text.decode().split("\n")
    previous, body = row[:32], row[32:]
    columns = b"".join(b"\x1e" if word is None else word.encode() + b"\x1f" for word in columns_of(body))
    place = previous + (number + 1).to_bytes(8, "big")
    row_hash = hashlib.sha256(b"mudaqqiq/audit/row/2\0" + place + columns + body).digest()
    found, last = hashlib.sha256(b"\0" + row_hash).digest(), int(size) - 1
    for beside in map(base64.b64decode, hashes):
        while number == last and not number & 1 and last:
            number, last = number >> 1, last >> 1
        pair = beside + found if number & 1 else found + beside
        found, number, last = hashlib.sha256(b"\1" + pair).digest(), number >> 1, last >> 1
    return last == 0 and found == base64.b64decode(root)


@pytest.mark.parametrize("size", range(1, SIZE + 1))
def test_every_row_is_proved_by_a_text_that_others_can_check_too(size):
    for index in range(size):
        content = format_proof(a_proof(index, size=size))
        proven = verify_proof(parse_proof(content), KEY)

        assert (index + 1, an_entry(), HASHES[index]) == (proven.seq, proven.entry, proven.hash)
        assert (NAME, size, KEY) == (proven.log, proven.checkpoint.size, proven.key)
        assert verify_by_hand(content, SECRET.public_key())


def test_a_proof_comes_back_as_it_was_written():
    assert a_proof() == parse_proof(format_proof(a_proof()))


def test_every_single_changed_byte_of_a_proof_is_refused():
    good = format_proof(a_proof())
    for place in range(len(good)):
        changed = bytearray(good)
        changed[place] ^= 1

        with pytest.raises(ProofError):
            verify_proof(parse_proof(bytes(changed)), KEY)


def test_a_proof_under_a_key_that_was_not_asked_for_is_refused():
    other = VerifierKey(KEY.name, bytes(32))

    with pytest.raises(ProofError, match="no trusted key"):
        verify_proof(a_proof(), other)


def test_a_row_that_was_never_in_the_log_is_refused():
    forged = encode_entry(an_entry(station="Gate 9"))

    with pytest.raises(ProofError, match="not in the log"):
        verify_proof(a_proof(body=forged), KEY)


def test_a_row_at_another_place_is_refused():
    with pytest.raises(ProofError, match="not in the log"):
        verify_proof(a_proof(index=5, previous=ROWS[4][0], body=ROWS[4][1]), KEY)


def test_a_row_beyond_the_checkpoint_is_refused():
    with pytest.raises(ProofError, match="not in the log"):
        verify_proof(replace(a_proof(), index=SIZE), KEY)


@pytest.mark.parametrize("origin", ["go.sum database tree", LogName(Environment.PILOT, bytes(16)).origin])
def test_a_checkpoint_of_no_log_that_holds_such_rows_is_refused(origin):
    note = signed(Checkpoint(origin, SIZE, root_of(HASHES)))

    with pytest.raises(ProofError, match="not of a log"):
        verify_proof(a_proof(note=note), KEY)


def test_a_signed_note_that_is_no_checkpoint_is_refused():
    note = format_note("a text\n", [format_signature(KEY, SECRET.sign(b"a text\n"))])

    with pytest.raises(ProofError, match="origin, size and root"):
        verify_proof(a_proof(note=note), KEY)


@pytest.mark.parametrize("body", [b"\x00", b"\xa0", encode_entry(an_entry()) + b"\x00"])
def test_bytes_that_no_kiosk_writes_are_refused(body):
    with pytest.raises(ProofError, match="none that a kiosk writes"):
        verify_proof(a_proof(body=body), KEY)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"c2sp.org/tlog-proof@v1\nindex 0\n\n",
        b"c2sp.org/tlog-proof@v2\n" + format_proof(a_proof()).partition(b"\n")[2],
        format_proof(a_proof()).replace(b"extra ", b"other "),
        format_proof(a_proof()).replace(b"index 4", b"index 04"),
        format_proof(a_proof()).replace(b"index 4", b"index -4"),
        format_proof(a_proof()).replace(b"index 4", b"index 9999999999999999999"),
        format_proof(a_proof()).replace(b"index 4", "index ٤".encode()),
        format_proof(a_proof()).replace(b"\n\n", b"\n", 1),
        format_proof(a_proof(hashes=(bytes(31),))),
        format_proof(a_proof(hashes=(bytes(32),) * 64)),
        format_proof(a_proof(previous=b"", body=b"")),
        format_proof(a_proof()) + bytes(MAX_PROOF),
    ],
)
def test_what_only_looks_like_a_proof_is_refused(content):
    with pytest.raises(ProofError):
        parse_proof(content)


@settings(max_examples=100)
@given(st.binary(max_size=200) | st.binary(max_size=100).map(lambda noise: format_proof(a_proof(body=noise))))
def test_any_bytes_give_a_refusal(content):
    with pytest.raises(ProofError):
        verify_proof(parse_proof(content), KEY)
