"""Pseudonyms of holders: the same number gives the same 32 bytes at one kiosk within one month, no longer.

Rules kept here: a number has only some 2 x 10^8 values, so whoever holds the key can enumerate them; the key
therefore never lies in the log's folder, is readable by the kiosk's user alone, and is destroyed seven days
after its month. A month whose key was destroyed and which a wrong clock reaches again gets another key.
Overwriting is best effort: a flash disk may keep the old block. The folder carries a tag that backup programs
know, so that no backup keeps a key. Who calls `destroy_due`, and to whom a key is sealed, is the recorder's.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, UTC, datetime, timedelta
from pathlib import Path

from kiosk.audit.private import (
    read_private,
    require_apart,
    require_private_folder,
    sync_folder,
    write_whole,
)
from kiosk.model import Fault, Reason

KEY_BYTES = 32
KEPT_AFTER_MONTH = timedelta(days=7)

_NAME = re.compile(r"pseudonym-(\d{4})-(0[1-9]|1[0-2])\.(key|sealed|key\.new|sealed\.new)")
# What tells backup programs to leave a folder out. Source: Cache Directory Tagging Specification (B. Ford).
_TAG_NAME = "CACHEDIR.TAG"
_TAG = b"Signature: 8a477f597d28d172789f06886806bc55\n# Short-lived keys: never to be backed up.\n"


@dataclass(frozen=True, slots=True, repr=False)
class MonthKey:
    """One month's key: `month` is like 2026-11, `secret` is 32 bytes."""

    month: str
    secret: bytes


class PseudonymKeys:
    """The monthly keys of one kiosk, in a folder apart from the log."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @classmethod
    def open(cls, folder: Path, log_folder: Path, *others: Path) -> PseudonymKeys:
        """Use `folder` for the keys, made private if missing.

        Raises Fault: LOG_UNWRITABLE, also when `folder` is or lies within `log_folder` or one of `others`,
        which are folders whose content leaves the machine.
        """
        for leaving in (log_folder, *others):
            require_apart(folder, leaving)
        with _os_errors_as_faults():
            require_private_folder(folder)
            if not (folder / _TAG_NAME).exists():
                write_whole(folder / _TAG_NAME, _TAG)
        return cls(folder)

    def pseudonym_of(self, number: str, now: datetime) -> bytes:
        """Return the HMAC-SHA-256 of `number` under the key of the month of `now`, aware UTC.

        Raises Fault: LOG_UNWRITABLE, LOG_BROKEN (not our key).
        """
        return hmac.new(self.month_key(now).secret, number.encode("utf-8"), hashlib.sha256).digest()

    def month_key(self, now: datetime) -> MonthKey:
        """Return the key of the month of `now`, aware UTC, made at its first use.

        Raises Fault: LOG_UNWRITABLE, LOG_BROKEN (not our key).
        """
        month = f"{now.astimezone(UTC):%Y-%m}"
        path = self._folder / f"pseudonym-{month}.key"
        with _os_errors_as_faults():
            return MonthKey(month, _load_key(path) if path.exists() else _make_key(path))

    def is_sealed(self, month: str, mark: bytes) -> bool:
        """Tell whether `mark_sealed` was called with `mark` for this month's key. Raises Fault."""
        path = self._folder / f"pseudonym-{month}.sealed"
        with _os_errors_as_faults():
            return path.exists() and read_private(path, len(mark) + 1) == mark

    def mark_sealed(self, month: str, mark: bytes) -> None:
        """Note that this month's key was sealed; `mark` says where and to whom. Raises Fault."""
        with _os_errors_as_faults():
            write_whole(self._folder / f"pseudonym-{month}.sealed", mark)

    def destroy_due(self, now: datetime) -> tuple[str, ...]:
        """Destroy the keys of months that ended seven days before `now` or earlier; return their names.

        Also what a power cut left of writing one. Raises Fault: LOG_UNWRITABLE.
        """
        with _os_errors_as_faults():
            due = sorted(path for path in self._folder.iterdir() if _is_due(path.name, now))
            for path in due:
                _destroy(path)
        return tuple(path.name for path in due if path.suffix == ".key")


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
    if name.endswith(".new"):
        return True
    year, month = int(named[1]), int(named[2])
    ended = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)
    return now >= ended + KEPT_AFTER_MONTH


def _load_key(path: Path) -> bytes:
    key = read_private(path, KEY_BYTES + 1)
    if len(key) != KEY_BYTES:
        raise Fault(Reason.LOG_BROKEN, f"{path.name} does not hold {KEY_BYTES} bytes")
    return key


def _make_key(path: Path) -> bytes:
    key = secrets.token_bytes(KEY_BYTES)
    write_whole(path, key)
    return key


def _destroy(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(bytes(path.stat().st_size))
        file.flush()
        os.fsync(file.fileno())
    path.unlink()
    sync_folder(path.parent)
