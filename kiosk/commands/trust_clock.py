"""`trust clock`: what the kiosk makes of its clock, and a supervisor's word that it is right.

Rules kept here: the kiosk's clock is never set here, the system's own tools do that; a supervisor vouches for
what it reads now, by a time read elsewhere, and that is a row with what was expected, what it reads and the
floor; nobody can vouch for a time before the floor. While the kiosk runs its log is taken and this refuses.
"""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime, timedelta

from kiosk.audit.entry import ClockConfirmed
from kiosk.commands.trust_rows import find_logged, find_settings, open_rows
from kiosk.model import ClockReading, Fault, Reason
from kiosk.trust.clock import FLOOR_SLACK
from kiosk.trust.files import DiskOps
from kiosk.trust.store import load_trust
from kiosk.trust.strictjson import format_time
from kiosk.trust.system_clock import (
    CLOCK_FILE,
    load_memory,
    observe_machine,
    peek_clock,
    save_memory,
    vouch,
)

EXIT_REFUSED = 4
WITHIN = timedelta(seconds=90)  # a supervisor reads whole minutes


class _NotVouchedForError(Exception):
    """The clock cannot be what the supervisor says. The text is half a sentence."""


def time_told(text: str) -> datetime:
    """Parse ISO 8601 with its offset, as `2026-11-22T15:04+03:00`. Raises argparse.ArgumentTypeError."""
    try:
        told = datetime.fromisoformat(text)
    except ValueError as err:
        raise argparse.ArgumentTypeError("give a time like 2026-11-22T15:04+03:00") from err
    if told.tzinfo is None:
        raise argparse.ArgumentTypeError("give the time with its offset, like 2026-11-22T15:04+03:00")
    return told.astimezone(UTC)


def run(args: argparse.Namespace) -> int:
    """Show what the clock is worth, or vouch for it. Raises Fault."""
    try:
        if args.confirm is not None:
            _confirm(args, args.confirm)
    except _NotVouchedForError as err:
        print(f"kiosk trust: {err}: set the system's clock first", file=sys.stderr)
        return EXIT_REFUSED
    paths = find_settings(args).paths
    floor = load_trust(paths.store, find_logged(args)).floor
    _print(peek_clock(paths.state / CLOCK_FILE, observe_machine(), floor))
    return 0


def _print(clock: ClockReading) -> None:
    print(f"clock     {clock.now:%Y-%m-%d %H:%M:%S} UTC, {clock.state.value}")
    print(f"right     within {clock.uncertainty_s:.0f} s")
    print(f"floor     {clock.floor:%Y-%m-%d %H:%M:%S} UTC")


def _confirm(args: argparse.Namespace, told: datetime) -> None:
    file = find_settings(args).paths.state / CLOCK_FILE
    with open_rows(args) as writer:
        seen, floor = observe_machine(), writer.clock.floor
        if abs(seen.wall - told) > WITHIN:
            raise _NotVouchedForError(f"the clock reads {format_time(seen.wall)}, not {format_time(told)}")
        if seen.wall < floor - FLOOR_SLACK:
            raise _NotVouchedForError(f"signed data are from {format_time(floor)} already")
        expected, memory = vouch(load_memory(file), seen)
        row = writer.append(ClockConfirmed(expected, seen.wall, floor))
        writer.checkpoint()
        try:
            save_memory(file, memory, DiskOps())
        except OSError as err:
            raise Fault(Reason.LOG_UNWRITABLE, f"{file} cannot be written: {err.strerror}") from err
    print(f"recorded  row {row.seq}: expected {format_time(expected)}, reads {format_time(seen.wall)}")
