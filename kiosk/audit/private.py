"""Small files for the kiosk's own user alone: written wholly or not at all, kept through a power cut.

Rules kept here: what is open to others is refused, not repaired in silence; a reader is never given more than
it asked for. Errors are the operating system's: whoever calls says what they mean.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from kiosk.audit.lock import PRIVATE_FILE
from kiosk.model import Fault, Reason

PRIVATE_FOLDER = 0o700
_OTHERS = 0o077


def require_private_folder(folder: Path) -> None:
    """Make `folder` if there is none. Raises Fault: LOG_UNWRITABLE when others may enter it; OSError."""
    folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    if folder.stat().st_mode & _OTHERS:
        raise Fault(Reason.LOG_UNWRITABLE, f"key folder {folder} is open to others: chmod 700 it")


def require_apart(folder: Path, log_folder: Path) -> None:
    """Raise Fault: LOG_UNWRITABLE when `folder`, which holds keys, is `log_folder` or lies within it."""
    if is_within(folder, log_folder):
        raise Fault(Reason.LOG_UNWRITABLE, f"the kiosk's keys must lie apart from {log_folder}")


def is_within(place: Path, folder: Path) -> bool:
    """Tell whether `place` is `folder` or lies within it, also behind links; neither need be there."""
    return place.resolve().is_relative_to(folder.resolve())


def read_private(path: Path, limit: int) -> bytes:
    """Read at most `limit` bytes. Raises Fault: LOG_UNWRITABLE when others may read the file; OSError."""
    with path.open("rb") as file:
        if os.fstat(file.fileno()).st_mode & _OTHERS:
            raise Fault(Reason.LOG_UNWRITABLE, f"{path.name} is open to others: chmod 600 it")
        return file.read(limit)


def write_whole(path: Path, content: bytes) -> None:
    """Put `content` at `path` so that there is always the old file or the new one. Raises OSError."""
    unfinished = path.with_name(f"{path.name}.new")
    unfinished.unlink(missing_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    try:
        with os.fdopen(os.open(unfinished, flags, PRIVATE_FILE), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except OSError:  # a full disk is left as it was
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Bring the names in `folder` to the disk. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
