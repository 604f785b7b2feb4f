"""The log a running kiosk writes: opened once, appended to row by row, each row on disk before it returns.

Rules kept here: one writer, held by a process lock; append is compare-and-swap on the head, so a row can
never fork the chain; a row, its sealed part and the hashes it completes are one transaction; a row that did
not reach the disk, or would reach a file that nobody finds any more, raises; who gets a `Receipt` may show a
result. Nothing leaves the file without a row that says so.
Each environment has its own file. One thread opens, appends and closes. Chain and bytes are left to `chain`
and `canonical`, the file's form to `schema`, room on the disk to `space`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlite_utils import Database

from kiosk.audit.canonical import columns_of, encode_entry
from kiosk.audit.chain import Receipt, StoredRow, hash_row
from kiosk.audit.entry import Entry, Pruned, Shredded, Stop
from kiosk.audit.lock import ProcessLock
from kiosk.audit.merkle import TILE
from kiosk.audit.notes import SavedText, add_checkpoint, add_receipt, load_checkpoints, load_receipts
from kiosk.audit.opening import load_head, load_or_create, make_room
from kiosk.audit.place import find_files, find_log_path, prepare_file, prepare_folder
from kiosk.audit.reading import MAX_SEALED, LogIdentity, load_identity, load_row
from kiosk.audit.removal import (
    AT_ONCE,
    count_sealed,
    give_room_back,
    remove_rows,
    remove_sealed,
    write_back,
)
from kiosk.audit.rowbytes import READABLE_COLUMNS
from kiosk.audit.schema import (
    check_sqlite_version,
    connect_writer,
    sqlite_errors_as_faults,
)
from kiosk.audit.space import FreeBytes, Room, Space, SpaceLimits, read_free_bytes
from kiosk.audit.tiles import RowTree, add_tiles, open_tree
from kiosk.model import Environment, Fault, Reason

__all__ = ["AuditLog", "find_log_path"]

TIMEOUT_S = 5.0  # how long a commit waits for somebody else's lock on the file

_NAMES = ("seq", "previous", "body", "hash", *READABLE_COLUMNS)
_APPEND = (
    f"INSERT INTO entry ({', '.join(_NAMES)}) SELECT {', '.join('?' * len(_NAMES))}"  # noqa: S608 - our own names
    " WHERE coalesce((SELECT hash FROM entry ORDER BY seq DESC LIMIT 1), ?) = ?"
)


class AuditLog:
    """The open log of one environment. Use `open`, then `append`; `close` lets another writer in."""

    def __init__(
        self,
        database: Database,
        identity: LogIdentity,
        head: Receipt,
        space: Space,
        held: ExitStack,
        path: Path,
    ) -> None:
        self._database = database
        self._path = path
        self._files = find_files(path)
        self._identity = identity
        self._head = head
        self._space = space
        self._held = held
        self._upkeep = False

    @classmethod
    def open(
        cls,
        folder: Path,
        environment: Environment,
        *,
        limits: SpaceLimits | None = None,
        free_bytes: FreeBytes = read_free_bytes,
        timeout_s: float = TIMEOUT_S,
        upkeep: bool = False,
    ) -> Self:
        """Open the log of `environment` in `folder`, both made if missing, and verify its last rows.

        `folder` must be for this user alone. `upkeep` opens it for export, pruning and shredding, also below
        the disk's limit, on the reserve. Raises Fault: LOG_UNWRITABLE, LOG_BROKEN, DISK_LOW.
        """
        check_sqlite_version()
        prepare_folder(folder)
        path = find_log_path(folder, environment)
        with ExitStack() as held:
            held.callback(ProcessLock.take(path.with_suffix(".lock")).release)
            space = Space(path.with_suffix(".reserve"), limits or SpaceLimits(), free_bytes)
            make_room(space, upkeep=upkeep)
            prepare_file(path)
            database = connect_writer(path, timeout_s)
            held.callback(database.close)
            identity = load_or_create(database, environment)
            head = load_head(database, identity)
            kept = held.pop_all()
        log = cls(database, identity, head, space, kept, path)
        log._upkeep = upkeep
        return log

    @property
    def environment(self) -> Environment:
        """Whose rows this log takes."""
        return self._identity.environment

    @property
    def epoch(self) -> bytes:
        """The random name of this installation's log, bound into every hash."""
        return self._identity.epoch

    @property
    def head(self) -> Receipt:
        """The last row's place in the chain; the genesis while there is none."""
        return self._head

    @property
    def next_seq(self) -> int:
        """The number the next row will have: what its sealed part is bound to."""
        return self._head.seq + 1

    @property
    def below(self) -> int:
        """The number of the first row that was not pruned."""
        return self._identity.base.seq + 1

    @property
    def tree(self) -> RowTree:
        """The tree over all rows up to the head as it is now, for roots and proofs."""
        return open_tree(self._database, self._head.seq)

    def load_row(self, seq: int) -> StoredRow | None:
        """Read one row back; None when it is not there. Raises Fault: LOG_BROKEN, LOG_UNWRITABLE."""
        return load_row(self._database, seq)

    def room(self) -> Room:
        """Tell how much of the log's disk is left. Raises Fault: LOG_UNWRITABLE."""
        return self._space.room()

    def append(self, entry: Entry, sealed: bytes | None = None) -> Receipt:
        """Add `entry` as the next row, with its `sealed` part; both are on disk when this returns.

        The row carries the sealed part's SHA-256. A STOP is taken even below the disk's limit, on the
        reserve. Raises ValueError for an entry of another environment or with half of what a sealed part
        needs; Fault: LOG_UNWRITABLE, LOG_BROKEN, DISK_LOW, and then nothing may be shown.
        """
        self._require_room(entry)
        with self._transaction(f"writing row {self.next_seq}"):
            receipt = self._insert(entry, sealed)
        self._head = receipt
        return receipt

    def save_checkpoint(self, size: int, at: datetime, text: str) -> None:
        """Keep the checkpoint `text` over the first `size` rows; the first one of a size stays.

        Raises Fault: LOG_UNWRITABLE, LOG_BROKEN.
        """
        with self._transaction(f"keeping the checkpoint of {size} rows"):
            add_checkpoint(self._database, size, at, text)

    def checkpoints(self) -> Iterator[SavedText]:
        """Read the checkpoints kept so far, the smallest first; `notes.load_checkpoints`. Raises Fault."""
        return load_checkpoints(self._database)

    def save_receipt(self, size: int, text: str) -> None:
        """Keep the head office's answer `text` for the first `size` rows; the first one of a size stays.

        Raises Fault: LOG_UNWRITABLE, LOG_BROKEN.
        """
        with self._transaction(f"keeping the receipt of {size} rows"):
            add_receipt(self._database, size, text)

    def receipts(self) -> Iterator[SavedText]:
        """Read the receipts kept so far, the largest first; `notes.load_receipts`. Raises Fault."""
        return load_receipts(self._database)

    def prune(self, entry: Entry) -> Receipt:
        """Remove the rows below the one that `entry`, a Pruned fact, names, and add `entry` as a row.

        The removed rows' hashes stay, so that the chain, every root and every proof still hold. Many rows are
        removed part by part: cut off, it has removed fewer than the row says, and can be asked again. Raises
        ValueError unless whole tiles of rows, that are there, are named; Fault: LOG_UNWRITABLE, LOG_BROKEN.
        """
        below = entry.fact.below if isinstance(entry.fact, Pruned) else 0
        if below % TILE != 1 or not self.below < below <= self.next_seq:
            raise ValueError(f"rows below {below} are no whole tiles of {TILE} from {self.below} on")
        self._require_room(entry)
        with self._transaction(f"pruning below row {below}"):
            receipt = self._insert(entry, None)
            self._prune_some(below, receipt.seq)
        self._head = receipt
        self._identity = load_identity(self._database)
        while self.below < below:
            with sqlite_errors_as_faults("writing back"):
                write_back(self._database)
            with self._transaction(f"pruning below row {below}"):
                self._prune_some(below, receipt.seq)
            self._identity = load_identity(self._database)
        self._give_room_back()
        return receipt

    def shred(self, before: datetime, make_entry: Callable[[int], Entry]) -> Receipt:
        """Destroy the sealed parts of rows of a time before `before`, and add a row that says so.

        `make_entry` gets how many there are and returns that row, a Shredded fact of the same time and
        number. Raises ValueError for another; Fault: LOG_UNWRITABLE, LOG_BROKEN.
        """
        with sqlite_errors_as_faults("counting sealed parts"):
            count = count_sealed(self._database, before)
        entry = make_entry(count)
        if entry.fact != Shredded(before, count):
            raise ValueError(f"the row says something else than {count} sealed parts before {before}")
        self._require_room(entry)
        with self._transaction(f"shredding before {before:%Y-%m-%d}"):
            receipt = self._insert(entry, None)
            remove_sealed(self._database, before)
        self._head = receipt
        self._give_room_back()
        return receipt

    def _prune_some(self, below: int, said_in: int) -> None:
        """Remove some rows within a transaction, so few that its WAL finds room on a disk that is low."""
        base = self._identity.base
        remove_rows(self._database, base, min(below, base.seq + AT_ONCE + 1), said_in)

    def _give_room_back(self) -> None:
        with sqlite_errors_as_faults("giving room back"):
            give_room_back(self._database)

    def _require_room(self, entry: Entry) -> None:
        if entry.environment is not self.environment:
            raise ValueError(f"entry of {entry.environment.value} in the log of {self.environment.value}")
        if self._upkeep or isinstance(entry.fact, Stop):
            self._space.use_reserve_if_low()
        else:
            self._space.require()

    @contextmanager
    def _transaction(self, doing: str) -> Iterator[None]:
        """All of the block reaches the disk, or nothing of it and a Fault."""
        if find_files(self._path) != self._files:
            raise Fault(Reason.LOG_BROKEN, f"{self._path.name} or its WAL was moved away under the kiosk")
        with sqlite_errors_as_faults(doing), self._database.atomic():
            yield

    def _insert(self, entry: Entry, sealed: bytes | None) -> Receipt:
        """Insert the next row within a transaction; the head moves when that is through."""
        body = encode_entry(_bind_sealed(entry, sealed))
        seq, previous = self.next_seq, self._head.hash
        columns = columns_of(body)
        receipt = Receipt(seq, hash_row(seq, previous, columns, body))
        row = (seq, previous, body, receipt.hash, *columns)
        compared = (self._identity.base.hash, previous)
        if self._database.execute(_APPEND, (*row, *compared)).rowcount != 1:
            raise Fault(Reason.LOG_BROKEN, f"row {seq} has no place: somebody else changed the log")
        if sealed is not None:
            self._database.execute("INSERT INTO sealed VALUES (?, ?)", (seq, sealed))
        add_tiles(self._database, seq)
        return receipt

    def close(self) -> None:
        """Close the file and let another writer in. A second call does nothing."""
        with sqlite_errors_as_faults("closing the log"):
            self._held.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _bind_sealed(entry: Entry, sealed: bytes | None) -> Entry:
    if entry.sealed_hash is not None or (sealed is None) != (entry.sealed_key is None):
        raise ValueError("a sealed part and the id of its key go together, and the log adds the hash")
    if sealed is None:
        return entry
    if len(sealed) > MAX_SEALED:
        raise ValueError(f"sealed part of {len(sealed)} bytes, more than {MAX_SEALED}")
    return replace(entry, sealed_hash=hashlib.sha256(sealed).digest())
