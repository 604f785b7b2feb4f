"""`audit show`: the last rows of a log as a table, or one row with all it says.

The table is not checked: what holds is `audit check`'s to say. One row is shown only if its hash holds.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from kiosk.audit.canonical import describe_fact
from kiosk.audit.check import ShownRow, load_last_rows
from kiosk.audit.entry import Visit
from kiosk.audit.readable import list_fields, plain_entry
from kiosk.audit.rows import open_outgoing
from kiosk.audit.schema import check_sqlite_version
from kiosk.commands.audit_export import parse_row
from kiosk.commands.audit_options import (
    Actions,
    add_reading_options,
    find_one_path,
    find_paths,
    printable,
    refuse,
)
from kiosk.model import Fault

MAX_SHOWN = 1_000_000
HEADINGS = ("row", "time (UTC)", "kind", "outcome", "purpose", "station", "reasons and notes")


def add_actions(actions: Actions[argparse.ArgumentParser]) -> None:
    """Add `audit show`."""
    show = actions.add_parser("show", help="print the last rows")
    which = show.add_mutually_exclusive_group()
    which.add_argument("--last", type=_parse_count, default=20, metavar="N", help="how many rows (20)")
    which.add_argument("--row", type=parse_row, metavar="N", help="this row alone, with all it says")
    add_reading_options(show)
    show.set_defaults(act=run)


def _parse_count(text: str) -> int:
    if not (text.isdecimal() and len(text) <= len(str(MAX_SHOWN)) and 1 <= int(text) <= MAX_SHOWN):
        raise argparse.ArgumentTypeError(f"give a number from 1 to {MAX_SHOWN}")
    return int(text)


def run(args: argparse.Namespace) -> int:
    """Carry out `audit show`. Raises Fault when there is no log to read."""
    check_sqlite_version()
    if args.row is not None:
        return _show_row(find_one_path(args), args.row)
    return max(_show(path, args.last) for path in find_paths(args))


def _show_row(path: Path, seq: int) -> int:
    with open_outgoing(path) as log:
        (row,) = log.rows(log.find_span(seq, seq))
    fields = dict(list_fields(plain_entry(row.entry)), hash=row.hash.hex())
    width = max(map(len, fields)) + 2
    print(f"row {row.seq} of {path}: its hash holds; `audit check` walks the whole chain")
    for name, text in fields.items():
        print(f"{name:<{width}}{printable(text)}")
    return 0


def _show(path: Path, count: int) -> int:
    try:
        rows = load_last_rows(path, count)
    except Fault as fault:
        return refuse(fault)
    table = [HEADINGS, *(_cells(row) for row in rows)]
    widths = [max(len(cells[column]) for cells in table) for column in range(len(HEADINGS))]
    print(f"{path} (not checked here: `audit check` does)")
    for cells in table:
        padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
        print("  ".join(padded).rstrip())
    return 0


def _cells(row: ShownRow) -> tuple[str, ...]:
    entry = row.entry
    if entry is None:
        return str(row.seq), "", "UNREADABLE", "", "", "", ""
    when = f"{entry.at:%Y-%m-%d %H:%M:%S}"
    if not isinstance(entry.fact, Visit):
        return str(row.seq), when, entry.kind.value, "", "", entry.station, describe_fact(entry.fact)
    visit = entry.fact
    words = [each.value for each in (*visit.reasons, *visit.notes)]
    outcome = visit.outcome.value
    return str(row.seq), when, entry.kind.value, outcome, visit.purpose, entry.station, " ".join(words)
