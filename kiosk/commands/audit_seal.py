"""`kiosk audit unseal` and `shred`: what only an auditor reads, and how it is destroyed when its time is up.

Rules kept here: unsealing never writes anywhere; what it prints is personal and goes to standard output only,
everything else to standard error; shredding is a row of its own and leaves the chain whole, and is not
called done while what it destroyed can still be read. Reading rows is
left to `audit.rows`, writing them to `audit_rows`.
Exit codes: 0 done, 1 broken or nothing opened, 2 usage, 4 out of reach.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from kiosk.audit.auditors import KeyRefused, key_id, parse_private_key
from kiosk.audit.entry import Shredded, Visit
from kiosk.audit.place import find_log_path, holds_unwritten
from kiosk.audit.rows import OutgoingLog, WholeRow, open_outgoing
from kiosk.audit.seal import Place, Sealed, SealedPseudonymKey, SealRefused, unseal
from kiosk.commands.audit_export import parse_place, parse_row
from kiosk.commands.audit_keygen import EXIT_USAGE, read_passphrase, refuse_keys
from kiosk.commands.audit_options import (
    EXIT_BROKEN,
    EXIT_UNREADABLE,
    Actions,
    add_writing_options,
    find_one_path,
    read_bounded,
)
from kiosk.commands.audit_rows import open_for_rows

_MAX_KEY_FILE = 16 * 1024

_STILL_THERE = "they are still in the file, because somebody is reading the log: shred again when nobody is"

Keys = Mapping[bytes, X25519PrivateKey]


def add_actions(actions: Actions[argparse.ArgumentParser]) -> None:
    """Add `unseal` and `shred`."""
    opening = actions.add_parser("unseal", help="print whom rows are about, with an auditors' private key")
    opening.add_argument(
        "--key", type=Path, required=True, action="append", metavar="FILE", help="a private key; repeatable"
    )
    opening.add_argument("--row", type=parse_row, metavar="N", help="this row alone")
    opening.add_argument("--from", dest="since", type=parse_place, metavar="ROW|DAY", help="from here on")
    opening.add_argument("--to", dest="until", type=parse_place, metavar="ROW|DAY", help="up to here")
    opening.add_argument("--pseudonym-keys", action="store_true", help="print the months' pseudonym keys too")
    opening.add_argument(
        "--log", type=Path, metavar="PATH", help="a log's folder, a log, or an SQLite export"
    )
    opening.set_defaults(act=run_unseal)
    shredding = actions.add_parser(
        "shred", help="destroy the sealed parts of old rows; the chain stays whole"
    )
    shredding.add_argument(
        "--before", type=_day, required=True, metavar="DAY", help="rows of earlier days (UTC)"
    )
    shredding.set_defaults(act=run_shred)
    for action in (opening, shredding):
        add_writing_options(action)


def _day(text: str) -> date:
    place = parse_place(text)
    if not isinstance(place, date):
        raise argparse.ArgumentTypeError("give a day like 2026-11-22")
    return place


def run_unseal(args: argparse.Namespace) -> int:
    """Print the sealed parts that the keys open, one JSON object a line; returns the exit code."""
    if args.row and (args.since or args.until):
        print("kiosk audit: --row goes without --from and --to", file=sys.stderr)
        return EXIT_USAGE
    try:
        passphrase = read_passphrase()
        keys = dict(_load_key(path, passphrase) for path in args.key)
        with open_outgoing(_find_log(args)) as log:
            return _print_rows(log, keys, args)
    except KeyRefused as err:
        return refuse_keys(err)


def _load_key(path: Path, passphrase: str) -> tuple[bytes, X25519PrivateKey]:
    try:
        private = parse_private_key(read_bounded(path, _MAX_KEY_FILE), passphrase)
    except KeyRefused as err:
        raise KeyRefused(f"{path}: {err}") from err
    return key_id(private.public_key().public_bytes_raw()), private


def _find_log(args: argparse.Namespace) -> Path:
    path: Path | None = args.log
    return path if path is not None and path.is_file() else find_one_path(args)


def _print_rows(log: OutgoingLog, keys: Keys, args: argparse.Namespace) -> int:
    since, until = (args.row, args.row) if args.row else (args.since, args.until)
    span = log.find_span(since, until)
    counted: Counter[str] = Counter()
    for row in log.rows(span, with_sealed=True):
        said, record = _open(log, row, keys)
        counted[said] += 1
        if record is not None:
            print(json.dumps({**_describe(row), **_plain(record, args)}, ensure_ascii=False))
        elif said == _NOT_OPENING:
            print(f"kiosk audit: row {row.seq}: {said}", file=sys.stderr)
    summary = ", ".join(f"{count} {said}" for said, count in counted.items())
    print(f"rows {span.first} to {span.last}: {summary}", file=sys.stderr)
    return 0 if counted[_OPENED] and not counted[_NOT_OPENING] else EXIT_BROKEN


_OPENED = "opened"
_NOT_OPENING = "sealed to this key and do not open with it"


def _open(log: OutgoingLog, row: WholeRow, keys: Keys) -> tuple[str, Sealed | None]:
    """Say what became of a row's sealed part, and return it if a key opened it."""
    entry = row.entry
    if entry.sealed_key is None:
        return "without a sealed part", None
    if row.sealed is None:
        return "whose sealed part was destroyed or not exported", None
    private = keys.get(entry.sealed_key)
    if private is None:
        return f"sealed to another key ({entry.sealed_key.hex()})", None
    place = Place(log.identity.environment, log.identity.epoch, row.seq)
    try:
        return _OPENED, unseal(row.sealed, private, place)
    except SealRefused:
        return _NOT_OPENING, None


def _describe(row: WholeRow) -> dict[str, object]:
    entry, fact = row.entry, row.entry.fact
    described: dict[str, object] = {"row": row.seq, "at": entry.at.isoformat(), "kind": entry.kind.value}
    if isinstance(fact, Visit):
        pseudonym = fact.pseudonym.hex() if fact.pseudonym else None
        described |= {"outcome": fact.outcome.value, "purpose": fact.purpose, "pseudonym": pseudonym}
    return described


def _plain(sealed: Sealed, args: argparse.Namespace) -> dict[str, object]:
    if isinstance(sealed, SealedPseudonymKey):
        return {"month": sealed.month, "secret": sealed.secret.hex() if args.pseudonym_keys else "withheld"}
    return {
        "name_arabic": sealed.name_arabic,
        "name_latin": sealed.name_latin,
        "number": sealed.number,
        "status_uri": sealed.status_uri,
        "status_index": sealed.status_index,
    }


def run_shred(args: argparse.Namespace) -> int:
    """Destroy sealed parts and write the row that says so; returns the exit code."""
    before = datetime.combine(args.before, time(), UTC)
    with open_for_rows(args) as writer:
        if before > writer.now:
            print("kiosk audit: --before is a day that has not come yet", file=sys.stderr)
            return EXIT_USAGE
        receipt = writer.log.shred(before, lambda count: writer.make_entry(Shredded(before, count)))
        writer.checkpoint()
        path = find_log_path(writer.settings.paths.log, writer.log.environment)
    print(f"row {receipt.seq} says what was destroyed: sealed parts of rows before {args.before} (UTC)")
    print("copies made earlier still hold them: exports with sealed parts, backups, the head office")
    if holds_unwritten(path):
        print(f"kiosk audit: {_STILL_THERE}", file=sys.stderr)
        return EXIT_UNREADABLE
    return 0
