"""Looks for newer trust data while the kiosk serves: a stick that appears, and now and then a server.

Rules kept here: a thread of its own at low priority, so that no visitor ever waits for it; a stick is tried
once, and again only where waiting may help; every result is one line in the program's log and, where a person
can do something about it, one notice. What is promoted is picked up by `current.py` for the next visit.
"""

from __future__ import annotations

import contextlib
import logging
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from kiosk.model import ClockReading, ClockState, Fault
from kiosk.trust.errors import Refusal, UpdateRefused
from kiosk.trust.logged import FindFloor, find_nothing
from kiosk.trust.trustset import BUILD_TIME
from kiosk.trust.update import UpdateReport, update_store
from kiosk.view import UpdateNotice, UpdateOutcome

LOOK_EVERY_S = 3.0
RETRY_S = 60.0
SHOWN_S = 60.0
_NICE = 10
_PASSING = frozenset({Refusal.BUSY, Refusal.UNREACHABLE, Refusal.DISK, Refusal.CLOCK, Refusal.INCOMPLETE})
_QUIET = frozenset({Refusal.BUSY, Refusal.UNREACHABLE})
_log = logging.getLogger(__name__)
Stamp = tuple[str, int, int, int]
Record = Callable[[Refusal, str], None]


def _record_nothing(refusal: Refusal, source: str) -> None:
    del refusal, source


@dataclass(frozen=True, slots=True)
class Places:
    """What is updated and from where. `url` is empty without a server; `every_s` is how often it is asked."""

    store: Path
    stick: Path
    url: str = ""
    every_s: float = 3600.0


class UpdateWatch:
    """Updates `places.store` by itself. `start` and `stop` are for any thread, the rest is its own."""

    def __init__(
        self,
        places: Places,
        clock: Callable[[datetime], ClockReading],
        post: Callable[[UpdateNotice], None],
        monotonic: Callable[[], float] = time.monotonic,
        look_every_s: float = LOOK_EVERY_S,
        record: Record = _record_nothing,
        find_logged: FindFloor = find_nothing,
    ) -> None:
        """Prepare. `clock` judges the wall clock against a floor; `post` and `record` must not wait.

        `record` takes each refusal and where it came from, for the audit log; `find_logged` finds its floor.
        """
        self._places, self._clock, self._post, self._monotonic = places, clock, post, monotonic
        self._stick: Stamp | None = None
        self._stick_due = self._shown_until = float("inf")
        self._server_due = monotonic()
        self._tells_of_stick = False
        self._said = ""
        self._record, self._find_logged = record, find_logged
        self._recorded: tuple[str, Refusal | None] | None = None
        self._look_every_s = look_every_s
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="updates", daemon=True)

    def start(self) -> None:
        """Start the thread; once only."""
        self._thread.start()

    def stop(self, timeout_s: float = 2.0) -> None:
        """Ask the thread to end; one that waits for a server ends with the process."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join(timeout_s)

    def _run(self) -> None:
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
        while not self._stopping.wait(self._look_every_s):
            try:
                self.look()
            except Exception as err:  # noqa: BLE001 - top of the thread: a bug here must not end the updates
                _log.error("bug: %s while looking for updates", type(err).__name__)

    def look(self) -> None:
        """Do what is due: a stick that is new here, the server, a notice that was read long enough."""
        now = self._monotonic()
        stick = find_stick(self._places.stick)
        if stick != self._stick:
            self._stick, self._stick_due = stick, now if stick else float("inf")
            if self._tells_of_stick:  # of the one that was here before
                self._shown_until = now
        if now >= self._shown_until:
            self._show_nothing()
        if now >= self._stick_due:
            refusal = self._update(self._places.stick)
            self._stick_due = now + RETRY_S if refusal in _PASSING else float("inf")
        if self._places.url and now >= self._server_due:
            refusal = self._update(self._places.url)
            self._server_due = now + (RETRY_S if refusal in _PASSING else self._places.every_s)

    def _update(self, where: Path | str) -> Refusal | None:
        """Try one update and tell how it went; None when it went well, or nothing is pinned yet."""
        refusal = None
        if isinstance(where, Path):  # somebody stands there and must not pull it out
            self._show(UpdateOutcome.READING, stays=True)
        try:
            report = self._try(where)
        except UpdateRefused as err:
            refusal = err.refusal
            self._say(logging.WARNING, f"no update from {where}: {err}")
            self._make_row(where, refusal)
            if refusal not in _QUIET:
                self._show(UpdateOutcome[refusal.name], stays=isinstance(where, Path))
            elif isinstance(where, Path):
                self._show_nothing()
        except Fault as err:
            self._say(logging.WARNING, f"no update from {where}: {err}")
            if isinstance(where, Path):
                self._show_nothing()
        else:
            self._tell_good(where, report)
            self._make_row(where, None)
        return refusal

    def _make_row(self, where: Path | str, refusal: Refusal | None) -> None:
        """Hand over a refusal for the log, the same one only once until it changes."""
        told = "stick" if isinstance(where, Path) else "server", refusal
        if refusal is not None and refusal not in _QUIET and told != self._recorded:
            self._record(refusal, told[0])
        if refusal not in _QUIET:
            self._recorded = told

    def _try(self, where: Path | str) -> UpdateReport:
        reading = self._clock(BUILD_TIME)
        if reading.state is ClockState.DOUBTFUL:
            raise UpdateRefused(Refusal.CLOCK, f"it reads {reading.now:%Y-%m-%d %H:%M} UTC")
        return update_store(
            where,
            self._places.store,
            reading.now,
            find_logged=self._find_logged,
            give_up=lambda: find_stick(self._places.stick) not in {None, self._stick},
        )

    def _tell_good(self, where: Path | str, report: UpdateReport) -> None:
        if report.old_version != report.new_version:
            self._say(logging.INFO, f"promoted version {report.new_version} from {where}")
            self._show(UpdateOutcome.PROMOTED)
        elif isinstance(where, Path):  # somebody stands there with the stick and wants to know
            self._say(logging.INFO, f"version {report.new_version} from {where} is in use already")
            self._show(UpdateOutcome.CURRENT)

    def _show(self, outcome: UpdateOutcome, *, stays: bool = False) -> None:
        """Post a notice: for a while, or as long as the stick stays."""
        self._tells_of_stick = stays
        self._shown_until = float("inf") if stays else self._monotonic() + SHOWN_S
        self._post(UpdateNotice(outcome))

    def _show_nothing(self) -> None:
        self._shown_until, self._tells_of_stick = float("inf"), False
        self._post(UpdateNotice(None))

    def _say(self, level: int, line: str) -> None:
        """Write a line to the program's log, the same one only once."""
        if line != self._said:
            self._said = line
            _log.log(level, "%s", line)


def find_stick(folder: Path) -> Stamp | None:
    """Return what tells one stick at `folder` from another; None when there is no part of a tree."""
    for name in ("metadata/timestamp.json", "metadata", "root.json"):
        try:
            found = (folder / name).lstat()
        except (OSError, ValueError):
            continue
        return name, found.st_ino, found.st_size, found.st_mtime_ns
    return None
