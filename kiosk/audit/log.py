"""The log a running kiosk writes: opened once, appended to row by row, each row on disk before it returns.

Rules kept here: one writer, held by a process lock; append is compare-and-swap on the head, so a row can
never fork the chain; a row that did not reach the disk, or would reach a file that nobody finds any more,
raises; who gets a `Receipt` may show a result.
Each environment has its own file. One thread opens, appends and closes. Chain and bytes are left to `chain`
and `canonical`, the file's form to `schema`, room on the disk to `space`.
"""

from __future__ import annotations

import os
import secrets
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlite_utils import Database

from kiosk.audit.canonical import columns_of, encode_entry
from kiosk.audit.chain import EPOCH_BYTES, Receipt, hash_row
from kiosk.audit.entry import Entry, EntryKind
from kiosk.audit.lock import PRIVATE_FILE, ProcessLock
from kiosk.audit.reading import LogIdentity, check_tail, load_identity
from kiosk.audit.schema import (
    READABLE_COLUMNS,
    check_sqlite_version,
    connect_writer,
    create_tables,
    is_new,
    sqlite_errors_as_faults,
)
from kiosk.audit.space import FreeBytes, Space, SpaceLimits, read_free_bytes
from kiosk.model import Environment, Fault, Reason

TAIL = 100  # rows verified at each start; the whole log is verified by `kiosk audit check`
TIMEOUT_S = 5.0  # how long a commit waits for somebody else's lock on the file

_PRIVATE_FOLDER = 0o700
_NAMES = ("seq", "previous", "body", "hash", *READABLE_COLUMNS)
_APPEND = (
    f"INSERT INTO entry ({', '.join(_NAMES)}) SELECT {', '.join('?' * len(_NAMES))}"  # noqa: S608 - our own names
    " WHERE coalesce((SELECT hash FROM entry ORDER BY seq DESC LIMIT 1), ?) = ?"
)


def find_log_path(folder: Path, environment: Environment) -> Path:
    """Return where the log of `environment` lies in `folder`, whether or not it exists."""
    return folder / f"{environment.value}.db"


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
        self._files = _find_files(path)
        self._identity = identity
        self._head = head
        self._space = space
        self._held = held

    @classmethod
    def open(
        cls,
        folder: Path,
        environment: Environment,
        *,
        limits: SpaceLimits | None = None,
        free_bytes: FreeBytes = read_free_bytes,
        timeout_s: float = TIMEOUT_S,
    ) -> Self:
        """Open the log of `environment` in `folder`, both made if missing, and verify its last rows.

        `folder` must be for this user alone. Raises Fault: LOG_UNWRITABLE, LOG_BROKEN, DISK_LOW.
        """
        check_sqlite_version()
        _prepare_folder(folder)
        path = find_log_path(folder, environment)
        with ExitStack() as held:
            held.callback(ProcessLock.take(path.with_suffix(".lock")).release)
            space = Space(path.with_suffix(".reserve"), limits or SpaceLimits(), free_bytes)
            space.require()
            space.set_aside()
            _prepare_file(path)
            database = connect_writer(path, timeout_s)
            held.callback(database.close)
            identity = _load_or_create(database, environment)
            head = _load_head(database, identity)
            kept = held.pop_all()
        return cls(database, identity, head, space, kept, path)

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

    def append(self, entry: Entry) -> Receipt:
        """Add `entry` as the next row; it is on disk when this returns.

        A STOP is taken even below the disk's limit, on the reserve. Raises ValueError for an entry of another
        environment; Fault: LOG_UNWRITABLE, LOG_BROKEN, DISK_LOW, and then nothing may be shown.
        """
        if entry.environment is not self.environment:
            raise ValueError(f"entry of {entry.environment.value} in the log of {self.environment.value}")
        if entry.kind is EntryKind.STOP:
            self._space.use_reserve_if_low()
        else:
            self._space.require()
        body = encode_entry(entry)
        seq, previous = self._head.seq + 1, self._head.hash
        receipt = Receipt(seq, hash_row(seq, previous, body))
        self._insert((seq, previous, body, receipt.hash, *columns_of(body)))
        self._head = receipt
        return receipt

    def _insert(self, row: tuple[object, ...]) -> None:
        if _find_files(self._path) != self._files:
            raise Fault(Reason.LOG_BROKEN, f"{self._path.name} or its WAL was moved away under the kiosk")
        compared = (self._identity.genesis.hash, self._head.hash)
        with sqlite_errors_as_faults(f"writing row {row[0]}"):
            added = self._database.execute(_APPEND, (*row, *compared)).rowcount
        if added != 1:
            raise Fault(Reason.LOG_BROKEN, f"row {row[0]} has no place: somebody else changed the log")

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


def _prepare_folder(folder: Path) -> None:
    try:
        if not folder.exists():
            folder.parent.mkdir(parents=True, exist_ok=True)
            folder.mkdir(mode=_PRIVATE_FOLDER)
        mode = folder.stat().st_mode & 0o777
    except OSError as err:
        raise Fault(Reason.LOG_UNWRITABLE, f"log folder {folder}: {err.strerror}") from err
    if mode & ~_PRIVATE_FOLDER:
        raise Fault(Reason.LOG_UNWRITABLE, f"log folder {folder} is open to others: chmod 700 it")


def _prepare_file(path: Path) -> None:
    """Make `path` an empty private file if there is none, and its name durable."""
    try:
        left_over = path.with_name(path.name + "-wal")
        if _has_bytes(left_over) and not _has_bytes(path):
            raise Fault(Reason.LOG_BROKEN, f"{left_over.name} belongs to a log that is gone: move it away")
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE_FILE))
        path.chmod(PRIVATE_FILE)
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as err:
        raise Fault(Reason.LOG_UNWRITABLE, f"log file {path}: {err.strerror}") from err


def _find_files(path: Path) -> tuple[tuple[int, int] | None, ...]:
    """Name the log and its WAL as they lie there now: SQLite goes on writing to what was moved or deleted."""
    return _find_file(path), _find_file(path.with_name(path.name + "-wal"))


def _find_file(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _has_bytes(path: Path) -> bool:
    return path.exists() and path.stat().st_size > 0


def _load_or_create(database: Database, environment: Environment) -> LogIdentity:
    with sqlite_errors_as_faults("setting up the log"):
        if is_new(database):
            create_tables(database, environment.value, secrets.token_bytes(EPOCH_BYTES))
    identity = load_identity(database)
    if identity.environment is not environment:
        raise Fault(Reason.LOG_BROKEN, f"the file holds the log of {identity.environment.value}")
    return identity


def _load_head(database: Database, identity: LogIdentity) -> Receipt:
    if identity.fences_down:
        raise Fault(Reason.LOG_BROKEN, f"somebody removed the log's guard {identity.fences_down[0]}")
    report = check_tail(database, identity, TAIL)
    if report.broken:
        raise Fault(Reason.LOG_BROKEN, f"row {report.broken.seq}: {report.broken.flaw.value}")
    return report.head
