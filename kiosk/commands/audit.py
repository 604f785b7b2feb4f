"""`python -m kiosk audit`: check the chain of a log, or read its last rows. Never writes.

Exit codes: 0 every row holds, 1 broken, 2 usage, 4 the log cannot be read.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from kiosk.audit.canonical import describe_fact
from kiosk.audit.chain import CANNOT_KNOW
from kiosk.audit.check import LogReport, ShownRow, check_log, find_logs, load_last_rows
from kiosk.audit.entry import Visit
from kiosk.audit.schema import check_sqlite_version
from kiosk.config import load_settings
from kiosk.model import Environment, Fault, Reason

EXIT_BROKEN = 1
EXIT_UNREADABLE = 4
MAX_SHOWN = 1_000_000
HEADINGS = ("row", "time (UTC)", "kind", "outcome", "purpose", "station", "reasons and notes")


def add_parser(
    subparsers: argparse._SubParsersAction[argparse.ArgumentParser],
) -> None:
    """Add `audit check` and `audit show`."""
    parser = subparsers.add_parser("audit", help="check and read the audit log")
    actions = parser.add_subparsers(dest="action", required=True)
    check = actions.add_parser("check", help="walk the whole chain and name the first broken row")
    check.add_argument("--json", action="store_true", help="print JSON, one object a log")
    show = actions.add_parser("show", help="print the last rows")
    show.add_argument("--last", type=_parse_count, default=20, metavar="N", help="how many rows (20)")
    for action in (check, show):
        action.add_argument(
            "--log", type=Path, metavar="DIR", help="the log's folder, else the configured one"
        )
        action.add_argument(
            "--environment",
            choices=[each.value for each in Environment],
            help="only this log, else every one",
        )
        action.add_argument("--config", type=Path, default=argparse.SUPPRESS, help=argparse.SUPPRESS)
    parser.set_defaults(func=run)


def _parse_count(text: str) -> int:
    if not (text.isdecimal() and len(text) <= len(str(MAX_SHOWN)) and 1 <= int(text) <= MAX_SHOWN):
        raise argparse.ArgumentTypeError(f"give a number from 1 to {MAX_SHOWN}")
    return int(text)


def run(args: argparse.Namespace) -> int:
    """Carry out `audit check` or `audit show`."""
    try:
        check_sqlite_version()
        folder = args.log or load_settings(args.config).paths.log
        environment = Environment(args.environment) if args.environment else None
        paths = find_logs(folder, environment)
    except Fault as fault:
        return _refuse(fault, EXIT_UNREADABLE, as_json=args.action == "check" and args.json)
    if args.action == "show":
        return max(_show(path, args.last) for path in paths)
    return max(_check(path, as_json=args.json) for path in paths)


def _refuse(fault: Fault, code: int, *, as_json: bool) -> int:
    if as_json:
        print(json.dumps({"holds": False, "reason": fault.reason.value, "detail": fault.detail}))
    else:
        print(f"kiosk: {fault}", file=sys.stderr)
    return code


def _exit_code(fault: Fault) -> int:
    return EXIT_BROKEN if fault.reason is Reason.LOG_BROKEN else EXIT_UNREADABLE


def _check(path: Path, *, as_json: bool) -> int:
    try:
        report = check_log(path)
    except Fault as fault:
        return _refuse(fault, _exit_code(fault), as_json=as_json)
    print(json.dumps(_report_as_json(report)) if as_json else _report_as_text(report))
    return 0 if report.holds else EXIT_BROKEN


def _report_as_json(report: LogReport) -> dict[str, object]:
    broken = report.chain.broken
    return {
        "holds": report.holds,
        "path": str(report.path),
        "environment": report.identity.environment.value,
        "epoch": report.identity.epoch.hex(),
        "rows": report.chain.rows,
        "head": {"seq": report.chain.head.seq, "hash": report.chain.head.hash.hex()},
        "broken": {"seq": broken.seq, "flaw": broken.flaw.name} if broken else None,
        "guards_removed": list(report.identity.fences_down),
        "cannot_know": list(CANNOT_KNOW),
    }


def _report_as_text(report: LogReport) -> str:
    chain, identity = report.chain, report.identity
    lines = [
        f"log          {report.path}",
        f"environment  {identity.environment.value}",
        f"epoch        {identity.epoch.hex()}",
        f"rows         {chain.rows} hold",
        f"head         {chain.head.seq} {chain.head.hash.hex()}",
    ]
    if chain.broken:
        lines.append(
            f"BROKEN       row {chain.broken.seq}: {chain.broken.flaw.value}; nothing after it counts"
        )
    if identity.fences_down:
        lines.append(f"BROKEN       guards removed or added: {', '.join(identity.fences_down)}")
    lines.append("cannot know  without a head noted outside this machine:")
    lines += [f"             - {unknown}" for unknown in CANNOT_KNOW]
    return "\n".join(lines)


def _show(path: Path, count: int) -> int:
    try:
        rows = load_last_rows(path, count)
    except Fault as fault:
        return _refuse(fault, _exit_code(fault), as_json=False)
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
