"""`python -m kiosk bench`: measure this machine, beside the bare libraries and the rivals, in one run.

Figures never decide an exit code: 0 measured, 2 usage, 4 a part of the kiosk cannot serve.
"""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

from kiosk.bench.rows import as_json, as_markdown, as_text
from kiosk.bench.run import AREAS, measure, replace_measured
from kiosk.bench.timing import FULL, QUICK
from kiosk.imaging import ImageRefused

EXIT_USAGE = 2


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `bench`."""
    parser = subparsers.add_parser("bench", help="measure this machine")
    parser.add_argument(
        "area", nargs="?", choices=AREAS, metavar="AREA", help=f"one of {', '.join(AREAS)} (all)"
    )
    parser.add_argument(
        "--frames", type=Path, metavar="DIR", help="also scan NAME.png|jpg with NAME.txt in DIR"
    )
    parser.add_argument("--quick", action="store_true", help="a look in a few seconds, no figures")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print JSON")
    form.add_argument("--markdown", action="store_true", help="print the tables of docs/performance.md")
    form.add_argument("--write", type=Path, metavar="FILE", help="put the tables between the markers of FILE")
    parser.set_defaults(func=run)


def run(args: argparse.Namespace) -> int:
    """Measure and print, or write."""
    problem = _find_problem(args)
    if problem:
        return _refuse(problem)
    effort = QUICK if args.quick else FULL
    try:
        report = measure((args.area,) if args.area else AREAS, effort, datetime.now(UTC), args.frames)
    except (ValueError, ImageRefused) as err:
        return _refuse(str(err))
    if args.write:
        page = replace_measured(args.write.read_text("utf-8"), as_markdown(report))
        args.write.write_text(page, "utf-8")
    else:
        print((as_json if args.json else as_markdown if args.markdown else as_text)(report))
    return 0


def _find_problem(args: argparse.Namespace) -> str | None:
    """Name what does not go together, before minutes are spent on it."""
    if args.frames is not None and not args.frames.is_dir():
        return f"{args.frames}: no such folder"
    if args.frames is not None and args.area not in {None, "scan"}:
        return f"--frames goes with scan, not with {args.area}"
    if args.write is None:
        return None
    if args.area or args.quick or args.frames:
        return "--write takes all areas, in full"
    try:
        replace_measured(args.write.read_text("utf-8"), "")
    except (OSError, ValueError) as err:
        return f"{args.write}: {err}"
    return None


def _refuse(sentence: str) -> int:
    print(f"kiosk bench: {sentence}", file=sys.stderr)
    return EXIT_USAGE
