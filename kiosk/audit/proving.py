"""Makes the proof of one row from the log's file, and finds the newest checkpoint to prove it under.

Rules kept here: the connection is read-only; neither is handed out unless the log's own hashes lead to the
checkpoint's root; a checkpoint in the file is the kiosk's only on the word of the kiosk's key. The proof's
text and its verification are left to `proof`.
"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from sqlite_utils import Database

from kiosk.audit.checkpoints import Agreement, LogName, compare
from kiosk.audit.merkle import inclusion_proof
from kiosk.audit.note import (
    Checkpoint,
    NoteError,
    VerifierKey,
    parse_checkpoint,
    parse_note,
    verify_note,
)
from kiosk.audit.proof import RowProof
from kiosk.audit.reading import load_identity, load_last_seq, load_row
from kiosk.audit.rows import OutgoingLog, open_outgoing
from kiosk.audit.schema import connect_reader
from kiosk.audit.tiles import open_tree
from kiosk.model import Fault, Reason

_NEWEST = "the newest checkpoint in the log"
_WHOSE = "by a key the kiosk had before, or by somebody else: see `audit check`"
_HINT = "the kiosk makes one every 15 minutes, `audit checkpoint --make` makes one while it is closed"


def load_newest_note(path: Path, key: VerifierKey | None) -> bytes:
    """Return the newest checkpoint that the log at `path` holds, as a signed note.

    Raises Fault: LOG_UNWRITABLE when there is none yet, and as `find_newest_note`.
    """
    with open_outgoing(path) as source:
        note = find_newest_note(source, key)
    if note is None:
        raise Fault(Reason.LOG_UNWRITABLE, f"{path} has no checkpoint yet: {_HINT}")
    return note


def find_newest_note(source: OutgoingLog, key: VerifierKey | None) -> bytes | None:
    """Return the newest checkpoint kept in a log, if the log agrees with it; None while there is none.

    It must be signed by `key`; None where nobody knows the kiosk's key, and who signed it is then open.
    Raises Fault: LOG_BROKEN, LOG_UNWRITABLE.
    """
    saved = source.newest_checkpoint()
    if saved is None:
        return None
    content = saved.text.encode("utf-8", "replace")
    try:
        note = parse_note(content)
        checkpoint = parse_checkpoint(note.text)
        if key is not None:
            verify_note(note, key)
    except NoteError as err:
        raise Fault(Reason.LOG_BROKEN, f"{_NEWEST}: {err}; {_WHOSE}") from err
    name = LogName(source.identity.environment, source.identity.epoch)
    agreement = compare(checkpoint, name, source.span.last, source.tree.root)
    if agreement is not Agreement.HOLDS:
        raise Fault(
            Reason.LOG_BROKEN,
            f"the log contradicts its newest checkpoint: {agreement.value}; see `audit check`",
        )
    return content


def make_proof(path: Path, seq: int, note: bytes) -> RowProof:
    """Prove row `seq` of the log at `path` under the checkpoint that `note` holds.

    Raises Fault: LOG_UNWRITABLE (no such row or checkpoint), LOG_BROKEN (the log contradicts the checkpoint).
    """
    checkpoint = _parse(note)
    with closing(connect_reader(path)) as database:
        identity = load_identity(database)
        if checkpoint.origin != LogName(identity.environment, identity.epoch).origin:
            raise Fault(Reason.LOG_UNWRITABLE, "the checkpoint is of another log")
        row = load_row(database, seq)
        if row is None or type(row.body) is not bytes or type(row.previous) is not bytes:
            raise Fault(Reason.LOG_UNWRITABLE, f"row {seq} is not in the log, or was pruned")
        if checkpoint.size < seq:
            raise Fault(Reason.LOG_UNWRITABLE, f"no checkpoint covers row {seq} yet: {_HINT}")
        return RowProof(seq - 1, row.previous, row.body, _lead(database, seq, checkpoint), note)


def _parse(note: bytes) -> Checkpoint:
    try:
        return parse_checkpoint(parse_note(note).text)
    except NoteError as err:
        raise Fault(Reason.LOG_UNWRITABLE, f"the checkpoint: {err}") from err


def _lead(database: Database, seq: int, checkpoint: Checkpoint) -> tuple[bytes, ...]:
    tree = open_tree(database, load_last_seq(database))
    if checkpoint.size > tree.size or tree.root(checkpoint.size) != checkpoint.root:
        raise Fault(Reason.LOG_BROKEN, "the log contradicts the checkpoint: see `audit check --checkpoint`")
    return inclusion_proof(seq - 1, checkpoint.size, tree.subtree)
