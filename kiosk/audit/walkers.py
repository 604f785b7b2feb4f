"""A long log is walked from both ends of its middle at once: half here, half in a process beside this one.

Rules kept here: the helper can only confirm. Whatever it says but "all of my rows hold, and follow yours",
and whatever becomes of it, its half is walked here too; so what a check reports never depends on it. There is
one helper, so that the memory stays bounded.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlite_utils import Database

from kiosk.audit.chain import Receipt
from kiosk.audit.merkle import TILE
from kiosk.audit.schema import reader_address, sqlite_errors_as_faults
from kiosk.audit.walk import WALK, Walked, parse_walked, walk_rows

WORTH_SHARING = 20_000  # rows; fewer are walked before a helper has started

_ROOT = Path(__file__).resolve().parents[2]


def walk_all(
    database: Database, path: Path, after: Receipt, last: int, *, worth_sharing: int = WORTH_SHARING
) -> Walked:
    """Walk the rows after `after` up to number `last` as far as they hold.

    `after` is a multiple of 256; so many rows are `worth_sharing`. Raises Fault: LOG_BROKEN, LOG_UNWRITABLE
    when the file cannot be read.
    """
    middle = after.seq + (last - after.seq) // 2 // TILE * TILE
    if last - after.seq < worth_sharing or len(os.sched_getaffinity(0)) == 1:
        return _walk(database, after, last)
    with _helper(path, middle + 1, last) as helper:
        begun = _walk(database, after, middle)
        if begun.rows < middle - after.seq:
            return begun
        rest = None if helper is None else parse_walked(helper.communicate()[0])
    if rest is None or rest.follows != begun.last or rest.rows < last - middle:
        rest = _walk(database, Receipt(middle, begun.last), last)
    return Walked(begun.rows + rest.rows, begun.follows, rest.last, begun.tiles + rest.tiles)


def _walk(database: Database, after: Receipt, last: int) -> Walked:
    with sqlite_errors_as_faults("reading the log"):
        return walk_rows(database.execute(WALK, (after.seq + 1, last)), after.seq + 1, after.hash)


@contextmanager
def _helper(path: Path, first: int, last: int) -> Iterator[subprocess.Popen[bytes] | None]:
    """Start a process that walks rows `first` to `last`; None where none can be started."""
    words = [sys.executable, "-m", "kiosk.audit.walk", reader_address(path), str(first), str(last)]
    paths = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH"))))
    try:
        helper = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            words,
            env={**os.environ, "PYTHONPATH": paths},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
    except OSError:
        yield None
        return
    with helper:
        try:
            yield helper
        finally:
            helper.kill()
