"""Where a log lies: its folder and its files, for this user alone, and whether they are still the same.

Rules kept here: a folder open to others is refused; a new file's name is durable before the file is used; a
WAL left behind by a log that is gone is mixed into no other, and no journal is rolled back into a log.
"""

from __future__ import annotations

import os
from pathlib import Path

from kiosk.audit.lock import PRIVATE_FILE
from kiosk.model import Environment, Fault, Reason

FIRST_PAGE = 8192  # bytes: a log's file until its WAL was first written back

_PRIVATE_FOLDER = 0o700


def find_log_path(folder: Path, environment: Environment) -> Path:
    """Return where the log of `environment` lies in `folder`, whether or not it exists."""
    return folder / f"{environment.value}.db"


def prepare_folder(folder: Path) -> None:
    """Make `folder` if needed, for this user alone.

    Raises Fault: LOG_UNWRITABLE, also when others may enter.
    """
    try:
        if not folder.exists():
            folder.parent.mkdir(parents=True, exist_ok=True)
            folder.mkdir(mode=_PRIVATE_FOLDER)
        mode = folder.stat().st_mode & 0o777
    except OSError as err:
        raise Fault(Reason.LOG_UNWRITABLE, f"log folder {folder}: {err.strerror}") from err
    if mode & ~_PRIVATE_FOLDER:
        raise Fault(Reason.LOG_UNWRITABLE, f"log folder {folder} is open to others: chmod 700 it")


def prepare_file(path: Path) -> None:
    """Make `path` an empty private file if there is none, and its name durable.

    Raises Fault: LOG_UNWRITABLE; LOG_BROKEN for a WAL without its log, or a journal beside one.
    """
    require_no_journal(path)
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


def require_no_journal(path: Path) -> None:
    """Refuse a rollback journal beside the log at `path`: SQLite would change the log by it.

    A log has a WAL from its first page on, so a longer one never had a journal.
    Raises Fault: LOG_BROKEN; LOG_UNWRITABLE when nobody can look.
    """
    journal = path.with_name(path.name + "-journal")
    try:
        foreign = _has_bytes(journal) and path.exists() and path.stat().st_size > FIRST_PAGE
    except OSError as err:
        raise Fault(Reason.LOG_UNWRITABLE, f"log file {path}: {err.strerror}") from err
    if foreign:
        raise Fault(Reason.LOG_BROKEN, f"{journal.name} is no file of the log's: keep it, and move it away")


def holds_unwritten(path: Path) -> bool:
    """Tell whether the log at `path` has a WAL, so that its file may not show yet what was written last."""
    try:
        return _has_bytes(path.with_name(path.name + "-wal"))
    except OSError:
        return True


def find_files(path: Path) -> tuple[tuple[int, int] | None, ...]:
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
