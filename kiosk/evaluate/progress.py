"""A progress bar for a terminal, and a line for every tenth where there is none."""

from __future__ import annotations

from typing import TextIO

_WIDTH = 32
_PARTS = 10


class Progress:
    """How much of `total` steps is done, told on `out`."""

    def __init__(self, out: TextIO, total: int, title: str) -> None:
        self._out, self._total, self._title = out, max(total, 1), title
        self._done = 0
        self._live = out.isatty()

    def step(self) -> None:
        """Count one step."""
        before = self._done * _PARTS // self._total
        self._done += 1
        if self._live:
            filled = _WIDTH * self._done // self._total
            end = "\n" if self._done == self._total else ""
            bar = "#" * filled + "." * (_WIDTH - filled)
            self._out.write(f"\r{self._title} [{bar}] {self._done}/{self._total}{end}")
        elif self._done * _PARTS // self._total > before:
            self._out.write(f"{self._title} {100 * self._done // self._total} %\n")
        self._out.flush()
