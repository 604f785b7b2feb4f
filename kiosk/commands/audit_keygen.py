"""`kiosk audit keygen`: auditors make their keys on a machine of their own, and hand over the public file.

Rules kept here: no private key is written without a passphrase; nothing that is there is replaced; a folder
of keys is whole or not there. What the keys open is `audit unseal`'s.
"""

from __future__ import annotations

import argparse
import getpass
import os
import re
import sys
from datetime import UTC, datetime
from pathlib import Path

from kiosk.audit.auditors import (
    MONTHS_AHEAD,
    PUBLIC_FILE,
    KeyRefused,
    encode_private_key,
    encode_public_keys,
    make_pair,
    months_from,
)
from kiosk.audit.outfolder import OutputError, write_folder
from kiosk.commands.audit_options import EXIT_UNREADABLE, Actions, read_bounded
from kiosk.model import AuditorKey
from kiosk.trust.errors import TrustError
from kiosk.trust.sealing import MAX_FILE, MAX_MONTHS, parse_auditors

PASSPHRASE_VARIABLE = "MUDAQQIQ_PASSPHRASE"  # noqa: S105 - a name
EXIT_USAGE = 2
_MONTH = re.compile(r"2[0-9]{3}-(0[1-9]|1[0-2])")


def add_actions(actions: Actions[argparse.ArgumentParser]) -> None:
    """Add `keygen`."""
    parser = actions.add_parser("keygen", help="make the auditors' keys, one for each month")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="a new folder for the keys")
    parser.add_argument("--months", type=_count, default=MONTHS_AHEAD, metavar="N", help="how many (13)")
    begin = parser.add_mutually_exclusive_group()
    begin.add_argument("--first", type=_month, metavar="YYYY-MM", help="the first month (this month)")
    begin.add_argument(
        "--after", type=Path, metavar="FILE", help="go on after an earlier auditors.json and keep its months"
    )
    parser.add_argument("--config", type=Path, default=argparse.SUPPRESS, help=argparse.SUPPRESS)
    parser.set_defaults(act=run_keygen)


def _count(text: str) -> int:
    if not (text.isdecimal() and text.isascii() and len(text) <= 2 and 1 <= int(text) <= MAX_MONTHS):  # noqa: PLR2004 - digits of MAX_MONTHS
        raise argparse.ArgumentTypeError(f"give a number from 1 to {MAX_MONTHS}")
    return int(text)


def _month(text: str) -> str:
    if not _MONTH.fullmatch(text):
        raise argparse.ArgumentTypeError("give a month like 2026-11")
    return text


def run_keygen(args: argparse.Namespace) -> int:
    """Make the keys; returns the exit code."""
    try:
        known = _read_known(args.after) if args.after else ()
        months = _choose_months(args, known)
        return _write(args.out, known, months, read_passphrase(new=True))
    except (KeyRefused, TrustError) as err:
        return refuse_keys(err)
    except OutputError as err:
        print(f"kiosk audit: {err}", file=sys.stderr)
        return EXIT_UNREADABLE


def refuse_keys(err: ValueError) -> int:
    """Say what is wrong with keys or passphrase, and return the exit code."""
    print(f"kiosk audit: {err}", file=sys.stderr)
    return EXIT_USAGE


def read_passphrase(*, new: bool = False) -> str:
    """Return the passphrase from the environment, else ask for it; a new one twice.

    Raises KeyRefused when two answers differ, or nobody can be asked.
    """
    given = os.environ.get(PASSPHRASE_VARIABLE)
    if given is not None:
        return given
    if not sys.stdin.isatty():
        raise KeyRefused(f"nobody to ask for the passphrase: set {PASSPHRASE_VARIABLE}")
    answer = getpass.getpass("passphrase: ")
    if new and getpass.getpass("the same again: ") != answer:
        raise KeyRefused("the two passphrases differ")
    return answer


def _read_known(path: Path) -> tuple[AuditorKey, ...]:
    return parse_auditors(read_bounded(path, MAX_FILE))


def _choose_months(args: argparse.Namespace, known: tuple[AuditorKey, ...]) -> tuple[str, ...]:
    begin = datetime.now(UTC)
    if args.first:
        begin = _begin_of(args.first)
    months = months_from(begin, args.months)
    if known:
        months = months_from(_begin_of(known[-1].month), args.months + 1)[1:]
    if len(known) + len(months) > MAX_MONTHS:
        raise KeyRefused(f"more than {MAX_MONTHS} months: begin a new file without --after")
    return months


def _begin_of(month: str) -> datetime:
    return datetime.strptime(month, "%Y-%m").replace(tzinfo=UTC)


def _write(out: Path, known: tuple[AuditorKey, ...], months: tuple[str, ...], passphrase: str) -> int:
    out = out.absolute()
    pairs = [make_pair(month) for month in months]
    files = {f"auditor-{pair.month}.pem": encode_private_key(pair, passphrase) for pair in pairs}
    keys = (*known, *(pair.public for pair in pairs))
    with write_folder(out.parent, out.name) as folder:
        for name, content in files.items():
            folder.write(name, content)
        folder.write(PUBLIC_FILE, encode_public_keys(keys))
    for pair in pairs:
        print(f"{pair.month}  {pair.public.id.hex()}  auditor-{pair.month}.pem")
    print(f"{out / PUBLIC_FILE} is for the authority (`issuer publish --auditors`); the others stay with you")
    return 0
