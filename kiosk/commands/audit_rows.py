"""For audit actions that write a row: the log of a closed kiosk, and whoever signs its checkpoints.

Rules kept here: while a kiosk runs, the log's lock refuses with one sentence; a log is never begun here; a
row written by hand carries the same station, time and settings as the kiosk's own. A trust store that cannot
be loaded hinders no export: the station is then the last row's.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from kiosk import __version__
from kiosk.audit.canonical import parse_entry
from kiosk.audit.chain import Receipt
from kiosk.audit.checkpointer import Checkpointer
from kiosk.audit.checkpoints import Stamp
from kiosk.audit.entry import Entry, Fact
from kiosk.audit.log import AuditLog, find_log_path
from kiosk.audit.note import Checkpoint
from kiosk.compose import hash_settings, open_checkpointer
from kiosk.config import Settings, load_settings
from kiosk.logfloor import LogFloor
from kiosk.model import ClockReading, Environment, Fault, Reason
from kiosk.trust.store import load_trust
from kiosk.trust.system_clock import CLOCK_FILE, SystemClock
from kiosk.trust.trustset import BUILD_TIME, TrustSet

_NO_TRUST_ROOT = "none"


@dataclass(frozen=True, slots=True)
class RowWriter:
    """The open log of a closed kiosk. `trust` is None when the trust store cannot be loaded."""

    log: AuditLog
    checkpointer: Checkpointer
    settings: Settings
    clock: ClockReading
    station: str
    trust: TrustSet | None

    @property
    def now(self) -> datetime:
        """The trusted time, aware UTC."""
        return self.clock.now

    def make_entry(self, fact: Fact) -> Entry:
        """Return the row that says `fact` now."""
        return Entry(
            at=self.clock.now,
            clock_state=self.clock.state,
            environment=self.log.environment,
            station=self.station,
            app_version=__version__,
            config_hash=hash_settings(self.settings),
            fact=fact,
        )

    def append(self, fact: Fact) -> Receipt:
        """Write `fact` as a row; it is on disk when this returns. Raises Fault."""
        return self.log.append(self.make_entry(fact))

    def checkpoint(self) -> Checkpoint:
        """Make a checkpoint over all rows there are. Raises Fault."""
        root = self.trust.root_fingerprint if self.trust else _NO_TRUST_ROOT
        stamp = Stamp(self.now, self.station, hash_settings(self.settings), root, __version__)
        return self.checkpointer.write(self.log, stamp)


@contextmanager
def open_for_rows(args: argparse.Namespace) -> Iterator[RowWriter]:
    """Open the log that `args` name (`--config`, `--environment`) for rows written by hand.

    Raises Fault: LOG_UNWRITABLE while a kiosk holds it, or when there is none; LOG_BROKEN.
    """
    settings = load_settings(args.config)
    environment = _find_environment(settings, args.environment)
    trust = _load_trust(settings, environment)
    clock = SystemClock(settings.paths.state / CLOCK_FILE).read(trust.floor if trust else BUILD_TIME)
    checkpointer = open_checkpointer(settings, environment)
    with AuditLog.open(settings.paths.log, environment, upkeep=True) as log:
        checkpointer.check_start(log)
        station = trust.station.name if trust else _last_station(log)
        try:
            yield RowWriter(log, checkpointer, settings, clock, station, trust)
        finally:
            checkpointer.close()


def _find_environment(settings: Settings, named: str | None) -> Environment:
    wanted = [Environment(named)] if named else list(Environment)
    found = [each for each in wanted if find_log_path(settings.paths.log, each).exists()]
    if not found:
        raise Fault(Reason.LOG_UNWRITABLE, f"no log{f' of {named}' if named else ''} in {settings.paths.log}")
    if len(found) > 1:
        names = ", ".join(each.value for each in found)
        raise Fault(Reason.LOG_UNWRITABLE, f"there are logs of {names}: name one with --environment")
    return found[0]


def _load_trust(settings: Settings, environment: Environment) -> TrustSet | None:
    try:
        trust = load_trust(settings.paths.store, LogFloor(settings.paths.log, settings.paths.store).find)
    except Fault:
        return None
    return trust if trust.environment is environment else None


def _last_station(log: AuditLog) -> str:
    row = log.load_row(log.head.seq)
    return parse_entry(row.body).station if row is not None and type(row.body) is bytes else "unknown"
