"""The log of the configured kiosk for `trust`: where it keeps the floor, and rows for what is done by hand.

Rules kept here: a store that is named with --store is no kiosk's and has no log; a row that cannot be written
because the kiosk runs is that kiosk's to write, and this says so.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from kiosk.audit.entry import Fact
from kiosk.audit.log import find_log_path
from kiosk.config import DEFAULT_CONFIG, Settings, load_settings
from kiosk.logfloor import LogFloor
from kiosk.model import Fault
from kiosk.trust.logged import FindFloor, find_nothing

if TYPE_CHECKING:
    from kiosk.commands.audit_rows import RowWriter


def find_settings(args: argparse.Namespace) -> Settings:
    """Return the settings that `args` name, or the kiosk's own."""
    return load_settings(getattr(args, "config", DEFAULT_CONFIG))


def find_logged(args: argparse.Namespace) -> FindFloor:
    """Return what finds the floor in the log of the configured kiosk; nothing for a store that was named."""
    if args.store is not None:
        return find_nothing
    paths = find_settings(args).paths
    return LogFloor(paths.log, paths.store).find


@contextmanager
def open_rows(args: argparse.Namespace) -> Iterator[RowWriter]:
    """Open the log of the configured kiosk's environment for rows. Raises Fault as `open_for_rows`."""
    paths = find_settings(args).paths
    environment = LogFloor(paths.log, paths.store).environment
    named = argparse.Namespace(config=getattr(args, "config", DEFAULT_CONFIG), environment=environment.value)
    from kiosk.commands.audit_rows import open_for_rows  # noqa: PLC0415 - loads OpenCV, which `show` does without

    with open_for_rows(named) as writer:
        yield writer


def write_row(args: argparse.Namespace, make: Callable[[RowWriter], Fact]) -> None:
    """Write a row if the configured kiosk has a log that is free; else say that there is none."""
    if args.store is not None:
        return
    paths = find_settings(args).paths
    if not find_log_path(paths.log, LogFloor(paths.log, paths.store).environment).exists():
        return
    try:
        with open_rows(args) as writer:
            row = writer.append(make(writer))
            writer.checkpoint()
    except Fault as err:
        print(f"kiosk trust: no row of this in the log yet: {err}", file=sys.stderr)
    else:
        print(f"recorded  row {row.seq}")
