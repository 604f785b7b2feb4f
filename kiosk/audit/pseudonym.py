"""Pseudonyms of holders: the same number gives the same 32 bytes at one kiosk within one month, no longer.

Rules kept here: a number has only some 2 x 10^8 values, so whoever holds the key can enumerate them; the key
therefore never lies in the log's folder, is readable by the kiosk's user alone, and is destroyed seven days
after its month. A month whose key was destroyed and which a wrong clock reaches again gets another key.
Overwriting is best effort: a flash disk may keep the old block. Who calls `destroy_due` is left to `runner`.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import MAXYEAR, MINYEAR, UTC, datetime, timedelta
from pathlib import Path

from kiosk.audit.lock import PRIVATE_FILE
from kiosk.model import Fault, Reason

KEY_BYTES = 32
KEPT_AFTER_MONTH = timedelta(days=7)

_NAME = re.compile(r"pseudonym-(\d{4})-(0[1-9]|1[0-2])\.key")


class PseudonymKeys:
    """The monthly keys of one kiosk, in a folder apart from the log."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @classmethod
    def open(cls, folder: Path, log_folder: Path) -> PseudonymKeys:
        """Use `folder` for the keys, made private if missing.

        Raises Fault: LOG_UNWRITABLE, also when `folder` is `log_folder` or lies within it.
        """
        keys, log = folder.resolve(), log_folder.resolve()
        if keys == log or log in keys.parents:
            raise Fault(Reason.LOG_UNWRITABLE, "the pseudonym keys must lie apart from the log's folder")
        with _os_errors_as_faults():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if folder.stat().st_mode & 0o077:
                raise Fault(Reason.LOG_UNWRITABLE, f"key folder {folder} is open to others: chmod 700 it")
        return cls(folder)

    def pseudonym_of(self, number: str, now: datetime) -> bytes:
        """Return the HMAC-SHA-256 of `number` under the key of the month of `now`, aware UTC.

        Makes the month's key at its first use. Raises Fault: LOG_UNWRITABLE, LOG_BROKEN (not our key).
        """
        path = self._folder / f"pseudonym-{now.astimezone(UTC):%Y-%m}.key"
        with _os_errors_as_faults():
            key = _load_key(path) if path.exists() else _make_key(path)
        return hmac.new(key, number.encode("utf-8"), hashlib.sha256).digest()

    def destroy_due(self, now: datetime) -> tuple[str, ...]:
        """Destroy the keys of months that ended seven days before `now` or earlier; return their names.

        Raises Fault: LOG_UNWRITABLE.
        """
        with _os_errors_as_faults():
            due = sorted(path for path in self._folder.iterdir() if _is_due(path.name, now))
            for path in due:
                _destroy(path)
        return tuple(path.name for path in due)


@contextmanager
def _os_errors_as_faults() -> Iterator[None]:
    try:
        yield
    except OSError as err:
        raise Fault(Reason.LOG_UNWRITABLE, f"pseudonym keys: {err.strerror}") from err


def _is_due(name: str, now: datetime) -> bool:
    named = _NAME.fullmatch(name)
    if named is None or not MINYEAR <= int(named[1]) < MAXYEAR:
        return False
    year, month = int(named[1]), int(named[2])
    ended = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)
    return now >= ended + KEPT_AFTER_MONTH


def _load_key(path: Path) -> bytes:
    if path.stat().st_mode & 0o077:
        raise Fault(Reason.LOG_UNWRITABLE, f"{path.name} is open to others: chmod 600 it")
    key = path.read_bytes()
    if len(key) != KEY_BYTES:
        raise Fault(Reason.LOG_BROKEN, f"{path.name} holds {len(key)} bytes instead of {KEY_BYTES}")
    return key


def _make_key(path: Path) -> bytes:
    """Write a new key wholly or not at all, and keep it through a power cut."""
    key = secrets.token_bytes(KEY_BYTES)
    unfinished = path.with_suffix(".new")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, PRIVATE_FILE)
    with os.fdopen(descriptor, "wb") as file:
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
    _sync_folder(path.parent)
    return key


def _destroy(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(bytes(path.stat().st_size))
        file.flush()
        os.fsync(file.fileno())
    path.unlink()
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
