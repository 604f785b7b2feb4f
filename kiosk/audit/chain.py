"""The chain over the rows of the log: each row's hash covers the row before it. Pure, no file.

Rules kept here: the genesis binds installation and environment; a row's hash binds its place, the row before,
its readable columns and its canonical bytes; a stored row is believed in nothing until it has been compared;
the first broken row is named, and in what way. What a chain cannot see (the last rows deleted, everything
rewritten) only a checkpoint kept elsewhere can: `CANNOT_KNOW` says so wherever a report is shown. Reading
rows is left to `reading`, walking a whole log quickly to `walk`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from kiosk.audit.rowbytes import ABSENT, ENDED, READABLE_COLUMNS, ROW_PREFIX
from kiosk.model import Environment

EPOCH_BYTES = 16

_GENESIS = b"mudaqqiq/audit/genesis/1\0"

CANNOT_KNOW = (
    "whether the last rows were deleted",
    "whether every row was written anew, or the log replaced by an older copy of itself",
)


class Flaw(Enum):
    """In what way a row is broken; the first that applies, in this order."""

    WRONG_TYPE = "a field of the row has a type this log never writes"
    MISSING = "the row is missing"
    UNLINKED = "the row does not continue the row before it"
    ALTERED = "the row's hash does not match its content or its readable columns"
    NOT_AN_ENTRY = "the row's content is not an entry"
    COLUMN_ALTERED = "a readable column differs from the row's content"
    SEALED_ALTERED = "the sealed part is not the one the row was written with"
    OUTSIDE = "the row stands before the first one that the log can have"
    NOT_PRUNED = "earlier rows are gone, and no row says that they were pruned"


@dataclass(frozen=True, slots=True)
class Receipt:
    """One row's place in the chain. `seq` counts from 1; 0 is the genesis. `hash` is 32 bytes."""

    seq: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class StoredRow:
    """One row as a file has it: anything at all until `verify_chain` has agreed.

    `columns` are the readable texts of `columns_of`, kept beside `body` for people and queries.
    """

    seq: object
    previous: object
    body: object
    hash: object
    columns: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Break:
    """The first row that is not what it should be; `seq` is the number expected there."""

    seq: int
    flaw: Flaw


@dataclass(frozen=True, slots=True)
class ChainReport:
    """How far a chain holds: rows that hold, the last of them, and what broke after it, if anything."""

    rows: int
    head: Receipt
    broken: Break | None


def make_genesis(epoch: bytes, environment: Environment) -> Receipt:
    """Return the place before the first row of one installation's log for one environment.

    `epoch` is `EPOCH_BYTES` random bytes. Raises ValueError for another length.
    """
    if len(epoch) != EPOCH_BYTES:
        raise ValueError(f"epoch of {len(epoch)} bytes instead of {EPOCH_BYTES}")
    return Receipt(0, hashlib.sha256(_GENESIS + epoch + environment.value.encode()).digest())


def encode_columns(columns: Sequence[str | None]) -> bytes:
    """Encode the readable columns so that no two sets of them share their bytes.

    Each text is ended by the byte 1F, each absent one is the byte 1E alone; no text holds either.
    Raises ValueError for a text that does, or another number of columns.
    """
    encoded = b"".join(ABSENT if text is None else text.encode() + ENDED for text in columns)
    if len(columns) != len(READABLE_COLUMNS) or encoded.count(ABSENT) + encoded.count(ENDED) != len(columns):
        raise ValueError("readable columns that no row has")
    return encoded


def hash_row(seq: int, previous: bytes, columns: Sequence[str | None], body: bytes) -> bytes:
    """Return the SHA-256 that row `seq` carries.

    All parts before the columns have a fixed length and these say where they end, so no two rows share their
    hashed bytes. Raises ValueError for columns that no row has.
    """
    place = previous + seq.to_bytes(8, "big")
    return hashlib.sha256(ROW_PREFIX + place + encode_columns(columns) + body).digest()


def verify_chain(rows: Iterable[StoredRow], after: Receipt) -> ChainReport:
    """Walk `rows`, which should follow `after` one by one, up to the first broken one."""
    head = after
    for row in rows:
        checked = _check_row(row, head)
        if isinstance(checked, Flaw):
            return ChainReport(head.seq - after.seq, head, Break(head.seq + 1, checked))
        head = checked
    return ChainReport(head.seq - after.seq, head, None)


def verify_tail(rows: Sequence[StoredRow], asked_for: int, base: Receipt) -> ChainReport:
    """Walk the last rows alone, believing only what the first of them says it follows.

    Fewer rows than were `asked_for` are the whole log, and follow `base`: the genesis, or what was pruned.
    """
    if len(rows) < max(asked_for, 1):
        return verify_chain(rows, base)
    seq, previous = rows[0].seq, rows[0].previous
    if type(seq) is not int or type(previous) is not bytes or seq <= base.seq + 1:
        return verify_chain(rows, base)
    return verify_chain(rows, Receipt(seq - 1, previous))


def _check_row(row: StoredRow, after: Receipt) -> Receipt | Flaw:
    seq, previous, body = row.seq, row.previous, row.body
    if type(seq) is not int or type(previous) is not bytes or type(body) is not bytes:
        return Flaw.WRONG_TYPE
    if seq != after.seq + 1:
        return Flaw.MISSING
    if previous != after.hash:
        return Flaw.UNLINKED
    columns = [text for text in row.columns if text is None or isinstance(text, str)]
    if len(columns) != len(row.columns):
        return Flaw.WRONG_TYPE
    try:
        expected = Receipt(seq, hash_row(seq, previous, columns, body))
    except ValueError:  # columns that no row has, or letters that are none
        return Flaw.ALTERED
    return expected if row.hash == expected.hash else Flaw.ALTERED
