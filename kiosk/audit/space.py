"""Room on the log's disk: the kiosk stops in time, and can still write down that it stopped.

Rules kept here: below the limit no visit is recorded, so none is verified; a reserve file keeps room that
the last row may use. How much is free is asked through one callable, so that tests need no full disk.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from kiosk.audit.lock import PRIVATE_FILE
from kiosk.model import Fault, Reason

MIB = 2**20

FreeBytes = Callable[[Path], int]


@dataclass(frozen=True, slots=True)
class SpaceLimits:
    """Bytes kept back for the last row, and bytes that must be free on the disk for a visit."""

    reserve_bytes: int = 64 * MIB
    stop_bytes: int = 256 * MIB


def read_free_bytes(folder: Path) -> int:
    """Return the bytes an ordinary user may still write on the disk of `folder`. Raises OSError."""
    return shutil.disk_usage(folder).free


class Space:
    """The room of one log: its reserve file and its limit."""

    def __init__(self, reserve: Path, limits: SpaceLimits, free_bytes: FreeBytes) -> None:
        self._reserve = reserve
        self._limits = limits
        self._free_bytes = free_bytes

    def require(self) -> None:
        """Raise Fault: DISK_LOW when less than the limit is free, LOG_UNWRITABLE when that is unknown."""
        free = self._read_free()
        if free < self._limits.stop_bytes:
            needed = self._limits.stop_bytes
            raise Fault(Reason.DISK_LOW, f"{free // MIB} MiB free for the log, {needed // MIB} MiB needed")

    def set_aside(self) -> None:
        """Make the reserve file. Raises Fault: DISK_LOW when there is no room for it."""
        try:
            descriptor = os.open(self._reserve, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE_FILE)
            try:
                if self._limits.reserve_bytes:
                    os.posix_fallocate(descriptor, 0, self._limits.reserve_bytes)
            finally:
                os.close(descriptor)
        except OSError as err:
            raise Fault(Reason.DISK_LOW, f"no room for the log's reserve file: {err.strerror}") from err

    def use_reserve_if_low(self) -> None:
        """Give the reserve back to the disk when the limit is reached, for the last row."""
        if self._read_free() < self._limits.stop_bytes:
            try:
                self._reserve.unlink(missing_ok=True)
            except OSError as err:
                raise Fault(Reason.LOG_UNWRITABLE, f"the log's reserve file: {err.strerror}") from err

    def _read_free(self) -> int:
        try:
            return self._free_bytes(self._reserve.parent)
        except OSError as err:
            raise Fault(Reason.LOG_UNWRITABLE, f"the log's disk does not answer: {err.strerror}") from err
