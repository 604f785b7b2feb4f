"""Room on the log's disk: the kiosk warns and stops in time, and can still write down that it stopped.

Rules kept here: below the limit no visit is recorded, so none is verified; a reserve file keeps room that
the last rows may use. The limits are shares of the disk, and on a large disk no more than so many bytes. How
much is free is asked through one callable, so that tests need no full disk.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path

from kiosk.audit.lock import PRIVATE_FILE
from kiosk.model import Fault, Reason

MIB = 2**20
GIB = 2**30

FreeBytes = Callable[[Path], int]


class Room(Enum):
    """How much of the disk is left."""

    ENOUGH = "ENOUGH"
    FILLING = "FILLING"
    LOW = "LOW"


@dataclass(frozen=True, slots=True)
class SpaceLimits:
    """What is kept back for the last rows, what must be free for a visit, and below what the kiosk warns.

    Each is so many bytes or a share of the disk, whichever is less. Without the bytes a disk of 1 TB would
    stop a kiosk with 50 GB free, room for fifty million rows.
    """

    reserve_bytes: int = 64 * MIB
    stop_bytes: int = 5 * GIB
    warn_bytes: int = 20 * GIB
    reserve_share: float = 0.05
    stop_share: float = 0.05
    warn_share: float = 0.20

    def on_disk(self, total_bytes: int) -> SpaceLimits:
        """Return the limits in bytes for a disk of this size.

        The kiosk stops no later than when the reserve would not fit again, and warns no later than it stops.
        """
        reserve = min(self.reserve_bytes, int(self.reserve_share * total_bytes))
        stop = max(min(self.stop_bytes, int(self.stop_share * total_bytes)), reserve)
        warn = max(min(self.warn_bytes, int(self.warn_share * total_bytes)), stop)
        return replace(self, reserve_bytes=reserve, stop_bytes=stop, warn_bytes=warn)

    def grade(self, free_bytes: int) -> Room:
        """Tell how much room so many free bytes are; ask it of limits made by `on_disk`."""
        if free_bytes < self.stop_bytes:
            return Room.LOW
        return Room.FILLING if free_bytes < self.warn_bytes else Room.ENOUGH


def read_free_bytes(folder: Path) -> int:
    """Return the bytes an ordinary user may still write on the disk of `folder`. Raises OSError."""
    return shutil.disk_usage(folder).free


def read_total_bytes(folder: Path) -> int:
    """Return the size of the disk of `folder` in bytes. Raises OSError."""
    return shutil.disk_usage(folder).total


class Space:
    """The room of one log: its reserve file and its limits."""

    def __init__(self, reserve: Path, limits: SpaceLimits, free_bytes: FreeBytes) -> None:
        """Measure the disk of `reserve`, whose folder exists. Raises Fault: LOG_UNWRITABLE."""
        self._reserve = reserve
        self._free_bytes = free_bytes
        try:
            self._limits = limits.on_disk(read_total_bytes(reserve.parent))
        except OSError as err:
            raise _silent_disk(err) from err

    def room(self) -> Room:
        """Tell how much room is left now. Raises Fault: LOG_UNWRITABLE when that is unknown."""
        return self._limits.grade(self._read_free())

    def require(self) -> None:
        """Raise Fault: DISK_LOW when less than the limit is free, LOG_UNWRITABLE when that is unknown."""
        free = self._read_free()
        if self._limits.grade(free) is Room.LOW:
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
        """Give the reserve back to the disk when the limit is reached, for the last rows."""
        if self.room() is Room.LOW:
            try:
                self._reserve.unlink(missing_ok=True)
            except OSError as err:
                raise Fault(Reason.LOG_UNWRITABLE, f"the log's reserve file: {err.strerror}") from err

    def _read_free(self) -> int:
        try:
            return self._free_bytes(self._reserve.parent)
        except OSError as err:
            raise _silent_disk(err) from err


def _silent_disk(err: OSError) -> Fault:
    return Fault(Reason.LOG_UNWRITABLE, f"the log's disk does not answer: {err.strerror}")
