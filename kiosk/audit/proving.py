"""Makes the proof of one row from the log's file, under a checkpoint that the log agrees with.

Rules kept here: the connection is read-only; a proof is handed out only if the log's own hashes lead to the
checkpoint's root. The proof's text and its verification are left to `proof`.
"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from sqlite_utils import Database

from kiosk.audit.checkpoints import LogName
from kiosk.audit.merkle import inclusion_proof
from kiosk.audit.note import Checkpoint, NoteError, parse_checkpoint, parse_note
from kiosk.audit.notes import load_newest_checkpoint
from kiosk.audit.proof import RowProof
from kiosk.audit.reading import load_identity, load_last_seq, load_row
from kiosk.audit.schema import connect_reader
from kiosk.audit.tiles import open_tree
from kiosk.model import Fault, Reason

_HINT = "the kiosk makes one every 15 minutes, `audit checkpoint --make` makes one while it is closed"


def load_newest_note(path: Path) -> bytes:
    """Return the newest checkpoint that the log at `path` holds, as a signed note; none of it is believed.

    Raises Fault: LOG_UNWRITABLE when there is none yet, LOG_BROKEN.
    """
    with closing(connect_reader(path)) as database:
        load_identity(database)
        saved = load_newest_checkpoint(database)
    if saved is None:
        raise Fault(Reason.LOG_UNWRITABLE, f"{path} has no checkpoint yet: {_HINT}")
    return saved.text.encode("utf-8", "replace")


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
