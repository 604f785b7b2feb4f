"""Copies of checkpoints for somebody else, in a folder that may be slow, full, read-only or not there at all.

Rules kept here: the log's work never waits for that folder, and never fails with it; what could not be
written is tried again; the folder itself is never made, because where a stick is missing it would be made on
the kiosk's own disk. One short-lived thread writes; a folder that never answers costs only that thread.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path

from kiosk.audit.private import write_whole

WAIT_S = 2.0  # how long a start and an end wait for the folder
MAX_PENDING = 16
MAX_COPY = 64 * 1024

_MAX_LISTED = 100_000

Write = Callable[[Path, bytes], None]
"""Puts content at a path, on its disk when it returns. Raises OSError."""


class Outbox:
    """A folder outside the machine. Called from one thread; writes on another."""

    def __init__(self, folder: Path, write: Write = write_whole) -> None:
        self._folder = folder
        self._write = write
        self._lock = threading.Lock()
        self._pending: dict[str, bytes] = {}
        self._thread: threading.Thread | None = None

    def offer(self, name: str, content: bytes) -> None:
        """Keep `content` to be written as `name`, in the place of an earlier one of that name."""
        with self._lock:
            self._pending.pop(name, None)
            self._pending[name] = content
            while len(self._pending) > MAX_PENDING:
                del self._pending[next(iter(self._pending))]

    def deliver(self) -> None:
        """Begin to write what is kept, unless that is going on."""
        if self._pending and not self._is_busy():
            self._start(self._write_pending)

    def close(self, wait_s: float = WAIT_S) -> None:
        """Try once more to write what is kept, and wait for it, at most `wait_s` seconds."""
        self.deliver()
        self._join(wait_s)

    def load_newest(self, prefix: str, count: int, wait_s: float = WAIT_S) -> tuple[bytes, ...]:
        """Read the last `count` files whose names begin with `prefix`, in the order of their names.

        Nothing when the folder is not there, or has not answered within `wait_s` seconds.
        """
        found: list[bytes] = []
        if not self._is_busy():
            self._start(lambda: self._read_newest(prefix, count, found))
            self._join(wait_s)
        return () if self._is_busy() else tuple(found)

    def _is_busy(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def _start(self, work: Callable[[], None]) -> None:
        self._thread = threading.Thread(target=work, name="outbox", daemon=True)
        self._thread.start()

    def _join(self, wait_s: float) -> None:
        if self._thread is not None:
            self._thread.join(wait_s)

    def _write_pending(self) -> None:
        while True:
            with self._lock:
                kept = next(iter(self._pending.items()), None)
            if kept is None:
                return
            try:
                self._write(self._folder / kept[0], kept[1])
            except OSError:
                return
            with self._lock:
                if self._pending.get(kept[0]) is kept[1]:
                    del self._pending[kept[0]]

    def _read_newest(self, prefix: str, count: int, found: list[bytes]) -> None:
        try:
            with os.scandir(self._folder) as listed:
                names = [each.name for each, _ in zip(listed, range(_MAX_LISTED), strict=False)]
            for name in sorted(name for name in names if name.startswith(prefix))[-count:]:
                path = self._folder / name
                if path.is_file():  # never a pipe, which would wait for a writer
                    with path.open("rb") as file:
                        found.append(file.read(MAX_COPY))
        except OSError:
            return
