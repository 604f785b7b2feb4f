"""One writer for one log: a lock that the operating system drops when its process ends, however it ends."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from kiosk.model import Fault, Reason

PRIVATE_FILE = 0o600


class ProcessLock:
    """An exclusive lock on a file, held from `take` until `release`; the file itself stays."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor: int | None = descriptor

    @classmethod
    def take(cls, path: Path) -> ProcessLock:
        """Lock `path`, making the file if needed.

        Raises Fault: LOG_UNWRITABLE, also when another holder has it; waits for nobody.
        """
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE_FILE)
        except OSError as err:
            raise Fault(Reason.LOG_UNWRITABLE, f"lock file {path}: {err.strerror}") from err
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as err:
            os.close(descriptor)
            raise Fault(Reason.LOG_UNWRITABLE, f"another kiosk holds the log {path.stem}") from err
        return cls(descriptor)

    def release(self) -> None:
        """Let another writer in. A second call does nothing."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
