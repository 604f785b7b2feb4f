"""`audit export`, `bundle`, `receipt` and `prune`: rows leave the kiosk, and each time a row says so.

Nothing is decided here: `kiosk.audit` makes the files, judges the receipt and says what may go; this prints.
Exit codes: 0 done, 1 a row that does not hold, or an alarm by the head office, 2 usage, 4 not done.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path

from kiosk import __version__
from kiosk.audit.bundle import FORM, Asked, Proven, write_bundle
from kiosk.audit.check import find_logs
from kiosk.audit.checkpoints import LogName
from kiosk.audit.entry import Receipted
from kiosk.audit.export import Export, ExportForm, Record, Wanted, export_log
from kiosk.audit.log import find_log_path
from kiosk.audit.manifest import Made
from kiosk.audit.merkle import consistency_proof
from kiosk.audit.note import NoteError, VerifierKey, parse_verifier_key
from kiosk.audit.outfolder import OutputError
from kiosk.audit.proving import find_newest_note
from kiosk.audit.prune import Copies, PruneRefused, decide_pruning
from kiosk.audit.receipt import MAX_RECEIPT, Alarm, ReceiptError, parse_receipt, verify_receipt
from kiosk.audit.rows import open_outgoing
from kiosk.commands.audit_options import (
    EXIT_BROKEN,
    EXIT_UNREADABLE,
    KEY_WORDS,
    UNCHECKED,
    Actions,
    add_key_option,
    add_writing_options,
    read_bounded,
)
from kiosk.commands.audit_out import check_place, say_written, write_recorded
from kiosk.commands.audit_rows import RowWriter, open_for_rows
from kiosk.logfloor import find_floor_row
from kiosk.model import Environment
from kiosk.trust.judge import AHEAD_OF_CLOCK

EXIT_USAGE = 2

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_MAX_DIGITS = 18


class _UsageError(Exception):
    """What was asked for does not go together. The text is one sentence."""


_REFUSALS = (OutputError, ReceiptError, PruneRefused, NoteError)


def add_actions(actions: Actions[argparse.ArgumentParser]) -> None:
    """Add the four actions."""
    export = actions.add_parser("export", help="copy rows out for people: CSV, JSON Lines or SQLite")
    export.add_argument("--format", choices=[each.value for each in ExportForm], required=True)
    export.add_argument("--log", type=Path, metavar="DIR", help="a copied log: only read, no row is written")
    add_key_option(export, required=False, words=f"{KEY_WORDS}; with --log")
    add_span(export)
    bundle = actions.add_parser("bundle", help="copy the rows since the last receipt for the head office")
    bundle.add_argument(
        "--from", dest="first", type=parse_row, metavar="ROW", help="begin here, not after the last receipt"
    )
    receipt = actions.add_parser("receipt", help="take in the head office's answer to a bundle")
    receipt.add_argument("file", type=Path, metavar="FILE", help="the answer")
    prune = actions.add_parser("prune", help="export the whole log, then remove rows that are kept elsewhere")
    prune.add_argument(
        "--by-export", action="store_true", help="below this export, also without a receipt for these rows"
    )
    prune.add_argument(
        "--without-sealed", action="store_true", help="leave sealed parts out: those of pruned rows are lost"
    )
    for action in (export, bundle):
        action.add_argument("--with-sealed", action="store_true", help="take the sealed parts along")
    for action in (export, bundle, prune):
        action.add_argument("--out", type=Path, required=True, metavar="DIR", help="the stick's folder")
    for action, act in ((export, _export), (bundle, _bundle), (receipt, _receipt), (prune, _prune)):
        add_writing_options(action)
        action.set_defaults(act=_run(act))


def add_span(action: argparse.ArgumentParser) -> None:
    """Add `--from` and `--to`, each a row or a day, both included."""
    words = "a row's number, or a day like 2026-11-22 (UTC)"
    for names, target in ((("--from", "--since"), "since"), (("--to", "--until"), "until")):
        action.add_argument(*names, dest=target, type=parse_place, metavar="ROW|DAY", help=words)


def parse_row(text: str) -> int:
    """Read a row's number. Raises ArgumentTypeError."""
    if not (text.isascii() and text.isdecimal() and len(text) <= _MAX_DIGITS and int(text)):
        raise argparse.ArgumentTypeError("give the number of a row")
    return int(text)


def parse_place(text: str) -> int | date:
    """Read a row's number or a day. Raises ArgumentTypeError."""
    if _DAY.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError as err:
            raise argparse.ArgumentTypeError(f"{text} is no day") from err
    return parse_row(text)


def _run(act: Callable[[argparse.Namespace], None]) -> Callable[[argparse.Namespace], int]:
    """Wrap an action so that a refusal is one sentence and an exit code."""

    def run(args: argparse.Namespace) -> int:
        try:
            act(args)
        except Alarm as alarm:
            return _refuse(str(alarm), EXIT_BROKEN)
        except _REFUSALS as err:
            return _refuse(str(err), EXIT_UNREADABLE)
        except _UsageError as err:
            return _refuse(str(err), EXIT_USAGE)
        return 0

    return run


def _refuse(sentence: str, code: int) -> int:
    print(f"kiosk audit: {sentence}", file=sys.stderr)
    return code


def _made(writer: RowWriter) -> Made:
    return Made(writer.now, __version__, writer.station)


def _path(writer: RowWriter) -> Path:
    return find_log_path(writer.settings.paths.log, writer.log.environment)


def _newest_note(writer: RowWriter) -> bytes:
    """Make a checkpoint over all rows and return its signed note."""
    writer.checkpoint()
    return writer.checkpointer.note


def _export(args: argparse.Namespace) -> None:
    try:
        wanted = Wanted(ExportForm(args.format), args.since, args.until, with_sealed=args.with_sealed)
    except ValueError as err:
        raise _UsageError(str(err)) from err
    if args.log is not None:
        _export_copies(args, wanted)
        return
    with open_for_rows(args) as writer:
        _write_export(writer, args.out, wanted)


def _export_copies(args: argparse.Namespace, wanted: Wanted) -> None:
    """Export logs that were copied here: they are read, and nothing is added to them."""
    check_place(args.out, args.log)
    environment = Environment(args.environment) if args.environment else None
    for path in find_logs(args.log, environment):
        with open_outgoing(path) as source:
            note, station = find_newest_note(source, args.key), source.last_station()
        made = Made(datetime.now(UTC), __version__, station)
        say_written(export_log(path, args.out, wanted, made, note), wanted.form.value, recorded_as=None)
        if note is not None and args.key is None:
            print(f"checkpoint {UNCHECKED}")


def _write_export(writer: RowWriter, out: Path, wanted: Wanted) -> Export:
    check_place(out, _path(writer).parent)
    made, note = _made(writer), _newest_note(writer)

    def write(record: Record) -> Export:
        return export_log(_path(writer), out, wanted, made, note, record)

    return write_recorded(writer, wanted.form.value, write, with_sealed=wanted.with_sealed)


def _bundle(args: argparse.Namespace) -> None:
    with open_for_rows(args) as writer:
        check_place(args.out, _path(writer).parent)
        note, tree, made = _newest_note(writer), writer.log.tree, _made(writer)
        first = max(args.first or _receipted(writer) + 1, writer.log.below)
        if first > tree.size:
            raise _UsageError(f"there is nothing after row {tree.size}")
        proof = consistency_proof(first - 1, tree.size, tree.subtree) if first > 1 else ()
        proven, asked = Proven(tree.size, note, proof), Asked(first, args.with_sealed)
        with open_outgoing(_path(writer)) as source:
            write_recorded(
                writer,
                FORM,
                lambda record: write_bundle(source, args.out, asked, proven, made, record),
                with_sealed=args.with_sealed,
            )


def _receipt(args: argparse.Namespace) -> None:
    content = read_bounded(args.file, MAX_RECEIPT)
    answer = parse_receipt(content)
    with open_for_rows(args) as writer:
        key = _head_office(writer)
        if key is None:
            raise ReceiptError("the signed policy in use names no head office, so no answer can be trusted")
        at = verify_receipt(answer, key, _name(writer), writer.log.tree)
        known = at if at <= writer.now + AHEAD_OF_CLOCK else None
        row = writer.append(Receipted(answer.have, sha256(content).digest(), known))
        writer.log.save_receipt(answer.have, content.decode("utf-8"))  # last: it lets rows be pruned
    if known is None:
        print("WARNING   the cosignature is from after this kiosk's time: have its clock looked at")
    print(f"the head office holds rows 1 to {answer.have}, cosigned {at:%Y-%m-%d %H:%M:%S} UTC")
    print(f"recorded  row {row.seq}; `audit prune` may remove rows up to there")


def _name(writer: RowWriter) -> LogName:
    return LogName(writer.log.environment, writer.log.epoch)


def _head_office(writer: RowWriter) -> VerifierKey | None:
    """Return the key that the signed policy names. Raises NoteError when what stands there is none."""
    named = writer.trust.policy.audit.head_office if writer.trust else None
    return parse_verifier_key(named) if named else None


def _receipted(writer: RowWriter) -> int:
    """Return how many rows the head office holds, by its newest receipt that still verifies; 0 for none."""
    key = _head_office(writer)
    if key is None:
        return 0
    for kept in writer.log.receipts():
        try:
            answer = parse_receipt(kept.text.encode("utf-8"))
            verify_receipt(answer, key, _name(writer), writer.log.tree)
        except Alarm:  # never passed over for an older receipt
            raise
        except (ReceiptError, UnicodeEncodeError):
            continue
        return answer.have
    return 0


def _prune(args: argparse.Namespace) -> None:
    with open_for_rows(args) as writer:
        log, first = writer.log, writer.log.below
        named = _head_office(writer) is not None
        copies = Copies(_receipted(writer), log.head.seq, head_office=named, by_export=args.by_export)
        fact = decide_pruning(copies, first, log.head.seq)
        _write_export(writer, args.out, Wanted(ExportForm.SQLITE, with_sealed=not args.without_sealed))
        floor = find_floor_row(_path(writer))
        if floor is not None:
            writer.append(floor)  # first: the row that keeps it may go with the pruned ones
        row = log.prune(writer.make_entry(fact))
        writer.checkpoint()
    basis = fact.because.value.lower()
    print(f"pruned    rows {first} to {fact.below - 1}, kept by the {basis}; row {row.seq} says so")
