"""One row for a court: a text that proves it was in the log under a signed checkpoint, without the log. Pure.

Rules kept here: the text is the C2SP form, which other people's tools read; it is believed in nothing until
`verify_proof` has made the row's hash anew from the row's bytes, led it to the checkpoint's root and found
the checkpoint signed by the key that was asked for. The form's `extra` line, which the form leaves open,
holds the hash of the row before (32 bytes) and the row's content, from which its readable columns follow.

Source: c2sp.org/tlog-proof (v1); what a checkpoint is: `note`.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass

from kiosk.audit.canonical import MAX_BODY, columns_of, parse_entry
from kiosk.audit.chain import hash_row
from kiosk.audit.checkpoints import LogName, parse_origin
from kiosk.audit.entry import Entry
from kiosk.audit.merkle import HASH_BYTES, verify_inclusion
from kiosk.audit.note import (
    MAX_NOTE,
    MAX_SIZE,
    Checkpoint,
    NoteError,
    VerifierKey,
    decode_base64,
    parse_checkpoint,
    parse_note,
    verify_note,
)
from kiosk.model import Fault

SUFFIX = ".tlog-proof"
MAX_PROOF = MAX_NOTE + 64 * 1024
MAX_HASHES = 63  # a tree of more rows than SQLite counts to

_HEADER = "c2sp.org/tlog-proof@v1"
_INDEX = re.compile(r"index (0|[1-9][0-9]{0,18})")


class ProofError(Exception):
    """A text proves nothing. The message is for people."""


@dataclass(frozen=True, slots=True)
class RowProof:
    """What a proof's text holds, none of it believed yet.

    `index` counts from 0; `previous` is the hash of the row before; `hashes` lead from the row to the root;
    `note` is the signed checkpoint as it was issued.
    """

    index: int
    previous: bytes
    body: bytes
    hashes: tuple[bytes, ...]
    note: bytes


@dataclass(frozen=True, slots=True)
class ProvenRow:
    """A row that stood in a log of `checkpoint.size` rows when `key` signed the checkpoint."""

    seq: int
    entry: Entry
    hash: bytes
    log: LogName
    checkpoint: Checkpoint
    key: VerifierKey


def format_proof(proof: RowProof) -> bytes:
    """Return the text of a proof."""
    lines = [
        _HEADER,
        f"extra {_encode(proof.previous + proof.body)}",
        f"index {proof.index}",
        *(_encode(each) for each in proof.hashes),
    ]
    return "\n".join(lines).encode() + b"\n\n" + proof.note


def parse_proof(content: bytes) -> RowProof:
    """Parse the text of a proof with a row in it; no trust is gained. Raises ProofError."""
    if len(content) > MAX_PROOF:
        raise ProofError(f"a proof of more than {MAX_PROOF // 1024} KiB")
    head, blank, note = content.partition(b"\n\n")
    try:
        header, extra, index, *encoded = head.decode("ascii").split("\n")
        row = decode_base64(extra.removeprefix("extra "))
        hashes = tuple(decode_base64(line) for line in encoded)
    except (ValueError, NoteError) as err:  # too few lines, letters beyond ASCII, no base64
        raise ProofError("not a proof of a row in this form") from err
    place = _INDEX.fullmatch(index)
    if not blank or header != _HEADER or not extra.startswith("extra ") or place is None:
        raise ProofError("not a proof of a row in this form")
    if not HASH_BYTES < len(row) <= HASH_BYTES + MAX_BODY or int(place[1]) >= MAX_SIZE:
        raise ProofError("a proof without a row")
    if len(hashes) > MAX_HASHES or any(len(each) != HASH_BYTES for each in hashes):
        raise ProofError("a proof with other hashes than a log has")
    return RowProof(int(place[1]), row[:HASH_BYTES], row[HASH_BYTES:], hashes, note)


def verify_proof(proof: RowProof, *keys: VerifierKey) -> ProvenRow:
    """Return the row that `proof` proves by a checkpoint that one of `keys` signed. Raises ProofError."""
    try:
        note = parse_note(proof.note)
        signers = verify_note(note, *keys)
        checkpoint = parse_checkpoint(note.text)
        entry, columns = parse_entry(proof.body), columns_of(proof.body)
        row_hash = hash_row(proof.index + 1, proof.previous, columns, proof.body)
    except NoteError as err:
        raise ProofError(str(err)) from err
    except (Fault, ValueError) as err:
        raise ProofError("the row in the proof is none that a kiosk writes") from err
    log = parse_origin(checkpoint.origin)
    if log is None or log.environment is not entry.environment:
        raise ProofError("the checkpoint in the proof is not of a log that holds such a row")
    if not verify_inclusion(row_hash, proof.index, checkpoint.size, proof.hashes, checkpoint.root):
        raise ProofError("the row is not in the log that the checkpoint was signed for")
    return ProvenRow(proof.index + 1, entry, row_hash, log, checkpoint, signers[0])


def _encode(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")
