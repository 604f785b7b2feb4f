"""`audit check`: walk the whole log, ask the checkpoints, and say what that shows and what it cannot show."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from kiosk.audit.chain import CANNOT_KNOW, Flaw
from kiosk.audit.check import LogReport, open_checked
from kiosk.audit.checkpoints import Agreement
from kiosk.audit.evidence import Evidence, Outside, Shown, read_outside, weigh_checkpoints
from kiosk.audit.note import MAX_NOTE, Checkpoint, NoteError, VerifierKey
from kiosk.audit.schema import check_sqlite_version
from kiosk.commands.audit_options import (
    EXIT_BROKEN,
    EXIT_UNREADABLE,
    KEY_WORDS,
    UNCHECKED,
    Actions,
    add_key_option,
    add_reading_options,
    find_kiosk_key,
    find_paths,
    printable,
    read_bounded,
    refuse,
)
from kiosk.model import Environment, Fault

_AT = "at "
_NEEDS_KEY = "whether the kiosk signed the checkpoint: nobody checked that, give its key with --key"
_NEEDS_KEPT = (
    "whether the checkpoint and the key were really kept outside this machine: only who kept them knows"
)
_AFTER = "whether rows after row {rows} were deleted or written anew"
_BEFORE_IT_LEFT = (
    "what was changed, by whoever held the kiosk's key, before that checkpoint left this machine"
)
_BRING = "for more, bring a checkpoint kept outside this machine: --checkpoint FILE --key VKEY"
_SEALED = "whether a sealed part was altered or dropped: --thorough looks"
_SIGNED = {
    True: "signed by the kiosk's key",
    False: "NOT signed by the kiosk's key: by one it had before, or by somebody else",
    None: UNCHECKED,
}
_TRUTH = "whether a visit was kept out of the log, or was what the row says"


def add_actions(actions: Actions[argparse.ArgumentParser]) -> None:
    """Add `audit check`."""
    check = actions.add_parser("check", help="walk the whole chain and name the first broken row")
    check.add_argument(
        "--checkpoint",
        type=Path,
        action="extend",
        nargs="+",
        default=[],
        metavar="FILE",
        help="checkpoints that were kept outside this machine",
    )
    add_key_option(check, required=False, words=KEY_WORDS)
    check.add_argument(
        "--thorough", action="store_true", help="also read the content of every row and sealed part; slow"
    )
    check.add_argument("--json", action="store_true", help="print JSON, one object a log")
    add_reading_options(check)
    check.set_defaults(act=run)


def run(args: argparse.Namespace) -> int:
    """Carry out `audit check`."""
    try:
        check_sqlite_version()
        paths = find_paths(args)
        brought = {str(path): read_bounded(path, MAX_NOTE) for path in args.checkpoint}
    except Fault as fault:
        refuse(fault, as_json=args.json)
        return EXIT_UNREADABLE
    outside, refused = _read_all(brought, args.key)
    codes = [_check(path, outside, args) for path in paths]
    here = [Environment(path.stem) for path in paths]
    homeless = [each.label for each in outside if not any(each.is_about(each_here) for each_here in here)]
    refused |= dict.fromkeys(homeless, "of a log that is not here")
    for label, why in refused.items():
        as_json = json.dumps({"holds": False, "checkpoint": label, "refused": why})
        print(as_json if args.json else f"REFUSED      {label}: {why}")
    return max(*codes, EXIT_BROKEN if refused else 0)


def _read_all(
    brought: dict[str, bytes], key: VerifierKey | None
) -> tuple[tuple[Outside, ...], dict[str, str]]:
    read, refused = [], {}
    for label, content in brought.items():
        try:
            read.append(read_outside(label, content, key))
        except NoteError as err:
            refused[label] = str(err)
    return tuple(read), refused


def _check(path: Path, outside: Sequence[Outside], args: argparse.Namespace) -> int:
    as_json, key = args.json, find_kiosk_key(args, Environment(path.stem))
    try:
        with open_checked(path, thorough=args.thorough) as checked:
            report, evidence = checked.report, weigh_checkpoints(checked, outside, key)
            root = checked.tree.root()
    except Fault as fault:
        return refuse(fault, as_json=as_json)
    if as_json:
        print(json.dumps(_as_json(report, evidence, root)))
    else:
        print("\n".join(_as_lines(report, evidence, root)))
    return 0 if report.holds and evidence.holds else EXIT_BROKEN


def _as_lines(report: LogReport, evidence: Evidence, root: bytes) -> Iterator[str]:
    chain, identity = report.chain, report.identity
    yield _line("log", str(report.path))
    yield _line("environment", identity.environment.value)
    yield _line("epoch", identity.epoch.hex())
    if identity.pruned:
        yield _line("pruned", f"rows below {identity.pruned.below} are gone, their hashes are here")
    yield _line("rows", f"{chain.rows} hold")
    yield _line("head", f"{chain.head.seq} {chain.head.hash.hex()}")
    yield _line("root", f"{root.hex()} over {chain.head.seq} rows")
    if evidence.newest:
        agreement = _word(evidence.newest.agreement, report)
        yield _line("own", f"{evidence.own} checkpoints, the newest: {_name(evidence.newest.checkpoint)}")
        yield _line("", _SIGNED[evidence.newest_signed])
        yield _line("", agreement)
    for each in evidence.shown:
        yield from _outside_lines(each, report)
    yield from _broken_lines(report, evidence)
    yield from (_line("knows" if not at else "", line) for at, line in enumerate(_knows(evidence)))
    unknown = _cannot_know(report, evidence)
    yield from (_line("" if at else "cannot know", f"- {line}") for at, line in enumerate(unknown))
    if not evidence.shown:
        yield _line("", _BRING)


def _outside_lines(shown: Shown, report: LogReport) -> Iterator[str]:
    outside = shown.outside
    by = f"signed by {outside.signer.name}" if outside.signer else "its signature was not checked"
    yield _line("checkpoint", f"{outside.label}: {_name(outside.checkpoint)}, {by}")
    yield _line("", _word(shown.agreement, report))


def _broken_lines(report: LogReport, evidence: Evidence) -> Iterator[str]:
    broken, fences = report.broken, report.identity.fences_down
    if broken:
        after = "" if broken.flaw is Flaw.OUTSIDE else "; nothing after it counts"
        yield _line("BROKEN", f"row {broken.seq}: {broken.flaw.value}{after}")
    if report.content and report.content.sealed_missing:
        missing = report.content.sealed_missing
        yield _line("note", f"{missing} sealed parts are gone, and no row here says that they were destroyed")
    if report.hashes_wrong:
        yield _line("BROKEN", report.hashes_wrong)
    if fences:
        yield _line("BROKEN", f"guards removed or added: {printable(', '.join(fences))}")
    if evidence.suspect:
        first, last = evidence.suspect.first, evidence.suspect.last
        yield _line(
            "BROKEN", f"rows {first} to {last}: some were deleted or changed; the rows before them hold"
        )
    if evidence.fork:
        yield _line("BROKEN", _fork_words(evidence, *evidence.fork))


def _fork_words(evidence: Evidence, *fork: Checkpoint) -> str:
    """Blame the kiosk's key only where both signatures were checked with the key from outside."""
    signed = [each.outside.checkpoint for each in evidence.shown if each.outside.signer]
    size, by_key = fork[0].size, all(each in signed for each in fork)
    if by_key:
        return f"the kiosk's key signed two histories of {size} rows: a copied disk, or a forger"
    return f"two checkpoints name different histories of {size} rows: a copied disk, or a forger"


def _word(agreement: Agreement, report: LogReport) -> str:
    if report.chain.broken and agreement is Agreement.SHORTER:
        return "cannot be compared: the log is broken before its end"
    return agreement.value


def _name(checkpoint: Checkpoint) -> str:
    at = next((line.removeprefix(_AT) for line in checkpoint.extensions if line.startswith(_AT)), "no time")
    return f"{checkpoint.size} rows, {printable(at)}"


def _knows(evidence: Evidence) -> tuple[str, ...]:
    if not evidence.known_rows:
        return ()
    whose = "the kiosk's key signed" if evidence.signed else "the checkpoint names"
    return (f"rows 1 to {evidence.known_rows} are exactly the rows that {whose}",)


def _cannot_know(report: LogReport, evidence: Evidence) -> tuple[str, ...]:
    sealed = () if report.content else (_SEALED,)
    if not evidence.known_rows:
        return (*CANNOT_KNOW, *sealed, _TRUTH)
    signed = (_BEFORE_IT_LEFT,) if evidence.signed else (_NEEDS_KEY,)
    return (_AFTER.format(rows=evidence.known_rows), *signed, _NEEDS_KEPT, *sealed, _TRUTH)


def _line(label: str, text: str) -> str:
    return f"{label:<13}{text}"


def _as_json(report: LogReport, evidence: Evidence, root: bytes) -> dict[str, object]:
    chain, identity = report.chain, report.identity
    broken, suspect = report.broken, evidence.suspect
    return {
        "holds": report.holds and evidence.holds,
        "path": str(report.path),
        "environment": identity.environment.value,
        "epoch": identity.epoch.hex(),
        "pruned_below": identity.pruned.below if identity.pruned else None,
        "rows": chain.rows,
        "head": {"seq": chain.head.seq, "hash": chain.head.hash.hex()},
        "root": root.hex(),
        "broken": {"seq": broken.seq, "flaw": broken.flaw.name} if broken else None,
        "hashes_wrong": report.hashes_wrong,
        "sealed_missing": report.content.sealed_missing if report.content else None,
        "guards_removed": list(identity.fences_down),
        "own_checkpoints": evidence.own,
        "own_newest_signed": evidence.newest_signed,
        "checkpoints": [_shown_as_json(each) for each in evidence.shown],
        "suspect": {"first": suspect.first, "last": suspect.last} if suspect else None,
        "fork": evidence.fork[0].size if evidence.fork else None,
        "knows": list(_knows(evidence)),
        "cannot_know": list(_cannot_know(report, evidence)),
    }


def _shown_as_json(shown: Shown) -> dict[str, object]:
    outside = shown.outside
    return {
        "file": outside.label,
        "size": outside.checkpoint.size,
        "agreement": shown.agreement.name,
        "signed_by": str(outside.signer) if outside.signer else None,
    }
