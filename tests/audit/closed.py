"""A kiosk that is closed: its settings, its log, and a stick beside it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from kiosk.__main__ import main
from kiosk.audit.rows import open_outgoing


@dataclass
class ClosedKiosk:
    """What a supervisor's commands work on; everything lies in `folder`."""

    folder: Path

    @property
    def config(self):
        return self.folder / "config.toml"

    @property
    def log(self):
        return self.folder / "state/log/sandbox.db"

    @property
    def stick(self):
        return self.folder / "stick"

    def run(self, *words):
        return main(["audit", *words, "--config", str(self.config)])

    def rows(self, first=1):
        """What the rows from `first` on say."""
        with open_outgoing(self.log) as source:
            return [row.entry.fact for row in source.rows(source.find_span(first, None))]
