"""The words of `python -m issuer`: its arguments, and how every failure ends in one sentence.

Exit codes: 0 done, 1 refused, 2 usage, 4 the machine cannot serve. What the commands do is `commands.py`.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import traceback
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NoReturn

from issuer import commands, keyoptions
from issuer.dates import parse_instant
from issuer.errors import Misused, Refused
from issuer.person import CLASSES, GENDERS
from issuer.registry import ALGORITHMS, LIST_ENTRIES, MAX_LIST_ENTRIES
from kiosk.model import Fault

EXIT_REFUSED = 1
EXIT_USAGE = 2
EXIT_FAULT = 4
EXIT_INTERRUPTED = 130
_FIRST_YEAR, _LAST_YEAR = 2000, 9000  # what kiosks read, and room for every date that follows from one
_SEED_DIGITS = 18
_DESCRIPTION = "An issuing authority for tests, demos and pilots; not one for real identities."
_EXIT_CODES = "exit codes: 0 done, 1 refused, 2 usage, 4 the machine cannot serve"


class _Parser(argparse.ArgumentParser):
    """A parser that refuses in one line."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with the arguments and leave."""
        self.exit(EXIT_USAGE, f"issuer: {message}\n")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    args = build_parser().parse_args(argv)
    args.now = args.at or datetime.now(UTC).replace(microsecond=0)
    try:
        args.func(args)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except Exception as err:  # noqa: BLE001 - the top of the program: whatever went wrong becomes one line
        return _explain(err)
    return 0


def _explain(err: Exception) -> int:
    """Say in one line what went wrong, and return the exit code for it."""
    if isinstance(err, Refused):
        return _refuse(str(err), EXIT_USAGE if isinstance(err, Misused) else EXIT_REFUSED)
    if isinstance(err, Fault):
        return _refuse(f"cannot serve, {err}", EXIT_FAULT)
    if isinstance(err, BrokenPipeError):
        _silence_stdout()
        return EXIT_FAULT
    if isinstance(err, OSError):
        _give_up_lost_stdout()
        return _refuse(f"cannot read or write: {err.strerror or type(err).__name__}", EXIT_FAULT)
    return _report_bug(err)


def _silence_stdout() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _give_up_lost_stdout() -> None:
    """See to it that what cannot be printed is not tried again as the interpreter ends."""
    try:
        sys.stdout.flush()
    except OSError:
        _silence_stdout()


def build_parser() -> argparse.ArgumentParser:
    """Make the parser of all commands."""
    parser = _Parser(
        prog="python -m issuer", description=_DESCRIPTION, epilog=_EXIT_CODES, allow_abbrev=False
    )
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    _add_init(subparsers)
    _add_enrol(subparsers)
    _add_present(subparsers)
    renew = _add(subparsers, "renew", commands.renew, "issue a new copy; the old one becomes superseded")
    _add_copy(renew)
    renew.add_argument("--expires", type=_date, metavar="YYYY-MM-DD", help="a new last day of residence")
    for name, func, line in (
        ("print-copy", commands.print_copy, "issue a copy for paper, without holder key"),
        ("suspend", commands.suspend, "suspend a copy until it is reinstated"),
        ("reinstate", commands.reinstate, "make a suspended copy valid again"),
        ("revoke", commands.revoke, "revoke a copy for good"),
    ):
        _add_copy(_add(subparsers, name, func, line))
    publish = _add(subparsers, "publish", commands.publish, "write the signed tree for kiosks")
    publish.add_argument("--to", type=Path, required=True, metavar="TREE", help="the folder of the tree")
    keyoptions.add_commands(_add, subparsers, _instant)
    publish.add_argument(
        "--auditors", type=Path, metavar="FILE", help="the auditors' public keys, from now on (auditors.json)"
    )
    _add_simulate(subparsers)
    demo = _add(subparsers, "demo", commands.demo, "play authority and phones for the kiosk's demo")
    demo.add_argument("--portrait", type=Path, required=True, metavar="FILE", help="picture of the holder")
    demo.add_argument(
        "--impostor", type=Path, required=True, metavar="FILE", help="picture of another person"
    )
    return parser


def _add(
    subparsers: argparse._SubParsersAction[_Parser], name: str, func: commands.Command, line: str
) -> argparse.ArgumentParser:
    parser = subparsers.add_parser(name, help=line, description=line, allow_abbrev=False)
    parser.add_argument("directory", type=Path, metavar="DIR", help="the folder of the registry")
    parser.add_argument("--at", type=_instant, metavar="TIME", help="act at this time (ISO 8601 with offset)")
    parser.set_defaults(func=func)
    return parser


def _add_copy(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("copy", metavar="COPY", help="the copy's name, such as c000001")


def _add_init(subparsers: argparse._SubParsersAction[_Parser]) -> None:
    init = _add(subparsers, "init", commands.init, "make a new authority with all its keys")
    init.add_argument("--environment", default="sandbox", help="sandbox (default) or pilot")
    init.add_argument("--alg", choices=sorted(ALGORITHMS), default="ed25519", help="algorithm of credentials")
    init.add_argument(
        "--list-entries",
        type=_list_entries,
        default=LIST_ENTRIES,
        metavar="N",
        help="size of each status list",
    )
    keyoptions.add_root_keys(init)


def _add_enrol(subparsers: argparse._SubParsersAction[_Parser]) -> None:
    enrol = _add(subparsers, "enrol", commands.enrol, "register a person and issue a phone copy")
    enrol.add_argument("--id", required=True, metavar="N", help="national ID or iqama number, ten digits")
    enrol.add_argument("--name-en", required=True, metavar="S", help="name in Latin letters")
    enrol.add_argument("--name-ar", required=True, metavar="S", help="name in Arabic letters")
    enrol.add_argument("--dob", required=True, type=_date, metavar="YYYY-MM-DD", help="date of birth")
    enrol.add_argument("--nationality", required=True, metavar="NAT", help="ISO 3166 alpha-3, such as PAK")
    enrol.add_argument("--class", required=True, choices=CLASSES, dest="holder_class", help="legal status")
    enrol.add_argument("--photo", required=True, type=Path, metavar="FILE", help="picture with one face")
    enrol.add_argument("--expires", type=_date, metavar="YYYY-MM-DD", help="last day (default: in a year)")
    enrol.add_argument("--guardian", metavar="ID", help="number of the head of family")
    enrol.add_argument("--gender", type=int, choices=GENDERS, help="1 male, 2 female, 3 other")
    enrol.add_argument("--occupation", metavar="S", help="occupation, in Arabic")
    enrol.add_argument("--employer", metavar="S", help="employer, in Arabic")
    enrol.add_argument("--sponsor", metavar="ID", help="number of the sponsor")


def _add_simulate(subparsers: argparse._SubParsersAction[_Parser]) -> None:
    line = "make a synthetic status list as large as a country"
    simulate = subparsers.add_parser("simulate", help=line, description=line, allow_abbrev=False)
    simulate.add_argument("--holders", type=_list_entries, required=True, metavar="N", help="entries")
    simulate.add_argument("--superseded", type=_share, default=0.01, metavar="SHARE", help="default 0.01")
    simulate.add_argument("--other", type=_share, default=0.0025, metavar="SHARE", help="default 0.0025")
    simulate.add_argument(
        "--seed", type=_seed, default=1, metavar="N", help="the same seed draws the same list"
    )
    simulate.add_argument("--cohort", type=_year, default=2031, metavar="YEAR", help="the list's year (2031)")
    simulate.add_argument("--out", type=Path, required=True, metavar="DIR", help="the folder to write to")
    simulate.add_argument("--at", type=_instant, metavar="TIME", help="date it so (ISO 8601 with offset)")
    simulate.set_defaults(func=commands.simulate)


def _add_present(subparsers: argparse._SubParsersAction[_Parser]) -> None:
    present = _add(subparsers, "present", commands.present, "draw the code as its holder shows it")
    _add_copy(present)
    present.add_argument("--png", type=Path, metavar="OUT", help="write the code as a picture")
    present.add_argument(
        "--text", action="store_true", help="print the text of the code instead of a summary"
    )


def _date(text: str) -> date:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError:
        raise argparse.ArgumentTypeError("not a date such as 1990-04-18") from None


def _instant(text: str) -> datetime:
    try:
        instant = parse_instant(text)
    except ValueError:
        raise argparse.ArgumentTypeError("not a time such as 2026-11-22T09:00:00Z") from None
    if not _FIRST_YEAR <= instant.year < _LAST_YEAR:
        raise argparse.ArgumentTypeError(f"not between the years {_FIRST_YEAR} and {_LAST_YEAR}")
    return instant


def _year(text: str) -> int:
    if not (re.fullmatch(r"[0-9]{4}", text) and _FIRST_YEAR <= int(text) < _LAST_YEAR):
        raise argparse.ArgumentTypeError(f"not a year from {_FIRST_YEAR} to {_LAST_YEAR - 1}")
    return int(text)


def _share(text: str) -> float:
    try:
        share = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError("not a number") from None
    if not 0 <= share <= 1:
        raise argparse.ArgumentTypeError("not between 0 and 1")
    return share


def _seed(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= _SEED_DIGITS):
        raise argparse.ArgumentTypeError(f"not a whole number of up to {_SEED_DIGITS} digits")
    return int(text)


def _list_entries(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(MAX_LIST_ENTRIES))):
        raise argparse.ArgumentTypeError("not a number")
    if not 1 <= int(text) <= MAX_LIST_ENTRIES:
        raise argparse.ArgumentTypeError(f"not between 1 and {MAX_LIST_ENTRIES}")
    return int(text)


def _refuse(sentence: str, code: int) -> int:
    sys.stderr.write(f"issuer: {sentence}\n")
    return code


def _report_bug(err: Exception) -> int:
    """Name the kind of error and its place; its text may hold personal data, so that stays unsaid."""
    last = traceback.extract_tb(err.__traceback__)[-1]
    return _refuse(
        f"internal error, {type(err).__name__} at {Path(last.filename).name}:{last.lineno}", EXIT_FAULT
    )
