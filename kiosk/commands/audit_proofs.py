"""`audit checkpoint`, `key`, `prove`, `verify-proof`: what an auditor takes along, what a court checks.

`verify-proof` needs no log, no kiosk and no configuration: only the proof's file and the kiosk's key.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from kiosk.audit.note import MAX_NOTE, VerifierKey
from kiosk.audit.proof import MAX_PROOF, ProofError, ProvenRow, format_proof, parse_proof, verify_proof
from kiosk.audit.proving import load_newest_note, make_proof
from kiosk.audit.readable import list_fields, plain_entry
from kiosk.audit.schema import check_sqlite_version
from kiosk.audit.signer import KEY_FILE, KEYS, KioskKey
from kiosk.commands.audit_options import (
    EXIT_BROKEN,
    EXIT_USAGE,
    KEY_WORDS,
    UNCHECKED,
    Actions,
    add_key_option,
    add_reading_options,
    add_writing_options,
    find_kiosk_key,
    find_one_path,
    printable,
    read_bounded,
)
from kiosk.commands.audit_rows import open_for_rows
from kiosk.config import load_settings
from kiosk.model import Environment, Fault, Reason


def add_actions(actions: Actions[argparse.ArgumentParser]) -> None:
    """Add the four actions."""
    checkpoint = actions.add_parser("checkpoint", help="print the newest checkpoint, to be kept elsewhere")
    checkpoint.add_argument("--make", action="store_true", help="make one now; the kiosk must be closed")
    checkpoint.set_defaults(act=_checkpoint)
    key = actions.add_parser("key", help="print the key that verifies this kiosk's checkpoints")
    key.set_defaults(act=_key)
    prove = actions.add_parser("prove", help="write a proof that a row is in the log")
    prove.add_argument("row", type=_parse_row, metavar="ROW", help="the row's number")
    prove.add_argument(
        "--checkpoint", type=Path, metavar="FILE", help="prove it under this checkpoint, not the newest"
    )
    prove.set_defaults(act=_prove)
    verify = actions.add_parser("verify-proof", help="check a proof, without any log")
    verify.add_argument("file", type=Path, metavar="FILE", help="the proof")
    add_key_option(verify, required=True, words="the kiosk's verifier key, or a file that holds it")
    verify.add_argument("--json", action="store_true", help="print JSON")
    verify.set_defaults(act=_verify)
    for action in (checkpoint, prove):
        add_key_option(action, required=False, words=f"{KEY_WORDS}: who signed the newest checkpoint")
        action.add_argument("--out", type=Path, metavar="FILE", help="write to this new file")
        add_reading_options(action)
    add_writing_options(key)


def _parse_row(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < len(str(2**63)) and int(text)):
        raise argparse.ArgumentTypeError("give the number of a row")
    return int(text)


def _checkpoint(args: argparse.Namespace) -> int:
    check_sqlite_version()
    if args.make and args.log:
        print(
            "kiosk audit: --make is for the configured log, --log for one that is only read", file=sys.stderr
        )
        return EXIT_USAGE
    if args.make:
        with open_for_rows(args) as writer:
            writer.checkpoint()
            return _put(writer.checkpointer.note, args.out)
    return _put(_load_newest(args, find_one_path(args)), args.out)


def _load_newest(args: argparse.Namespace, path: Path) -> bytes:
    key = find_kiosk_key(args, Environment(path.stem))
    note = load_newest_note(path, key)
    if key is None:
        print(f"kiosk audit: the checkpoint: {UNCHECKED}", file=sys.stderr)
    return note


def _key(args: argparse.Namespace) -> int:
    keys = load_settings(args.config).paths.state / KEYS
    wanted = [Environment(args.environment)] if args.environment else list(Environment)
    found = [each for each in wanted if (keys / each.value / KEY_FILE).exists()]
    if not found:
        raise Fault(Reason.LOG_UNWRITABLE, f"no key in {keys}: the kiosk makes it when it first starts")
    for each in found:
        print(KioskKey.load(keys / each.value, each).key)
    return 0


def _prove(args: argparse.Namespace) -> int:
    check_sqlite_version()
    path = find_one_path(args)
    note = read_bounded(args.checkpoint, MAX_NOTE) if args.checkpoint else _load_newest(args, path)
    return _put(format_proof(make_proof(path, args.row, note)), args.out)


def _put(content: bytes, path: Path | None) -> int:
    if path is None:
        sys.stdout.write(content.decode("utf-8", "replace"))
        return 0
    try:
        with path.open("xb") as file:
            file.write(content)
    except FileExistsError as err:
        raise Fault(Reason.LOG_UNWRITABLE, f"{path} exists already: nothing is replaced") from err
    except OSError as err:
        raise Fault(Reason.LOG_UNWRITABLE, f"{path}: {err.strerror}") from err
    return 0


def _verify(args: argparse.Namespace) -> int:
    content = read_bounded(args.file, MAX_PROOF)
    try:
        proven = verify_proof(parse_proof(content), args.key)
    except ProofError as err:
        if args.json:
            print(json.dumps({"proven": False, "detail": str(err)}))
        else:
            print(f"NOT PROVEN   {err}", file=sys.stderr)
        return EXIT_BROKEN
    print(json.dumps(_as_json(proven), ensure_ascii=False) if args.json else _as_text(proven))
    return 0


def _as_json(proven: ProvenRow) -> dict[str, object]:
    return {
        "proven": True,
        "row": proven.seq,
        "hash": proven.hash.hex(),
        "entry": plain_entry(proven.entry),
        "epoch": proven.log.epoch.hex(),
        "checkpoint": {"size": proven.checkpoint.size, "root": proven.checkpoint.root.hex()},
        "lines": list(proven.checkpoint.extensions),
        "signed_by": str(proven.key),
    }


def _as_text(proven: ProvenRow) -> str:
    entry, checkpoint = proven.entry, proven.checkpoint
    lines = [
        f"PROVEN       row {proven.seq} was in this log when the checkpoint was signed",
        f"log          {proven.log.environment.value}, epoch {proven.log.epoch.hex()}",
        f"checkpoint   {checkpoint.size} rows, signed by {_name(proven.key)}",
        *(f"             {printable(line)}" for line in checkpoint.extensions),
        f"row          {entry.kind.value}, its content:",
        *(f"             {name:<26} {printable(text)}" for name, text in list_fields(plain_entry(entry))),
        f"hash         {proven.hash.hex()}",
        "cannot know  whether the key is the kiosk's: compare it with the one noted outside the kiosk",
        "             whether what the kiosk wrote down is what happened",
    ]
    return "\n".join(lines)


def _name(key: VerifierKey) -> str:
    return f"{key.name}, key id {key.id.hex()}"
