"""What the actions of `audit` share: which log, which exit code, and how a refusal is said.

Exit codes: 0 all holds or was done, 1 broken or refused, 2 usage, 4 out of reach.
"""

from __future__ import annotations

import argparse
import json
import sys
from contextlib import suppress
from pathlib import Path

from kiosk.audit.check import find_logs
from kiosk.audit.note import MAX_NOTE, NoteError, VerifierKey, parse_verifier_key
from kiosk.audit.signer import KEYS, KioskKey
from kiosk.config import load_settings
from kiosk.model import Environment, Fault, Reason

EXIT_BROKEN = 1
EXIT_USAGE = 2
EXIT_UNREADABLE = 4

KEY_WORDS = "the kiosk's verifier key, as noted outside this machine, or a file with it"
UNCHECKED = "its signature was not checked: give the kiosk's key with --key"

Actions = argparse._SubParsersAction  # noqa: SLF001 - argparse has no public name for it


def add_reading_options(action: argparse.ArgumentParser) -> None:
    """Add `--log`, `--environment` and `--config`, for an action that only reads."""
    action.add_argument("--log", type=Path, metavar="DIR", help="the log's folder, else the configured one")
    add_writing_options(action)


def add_writing_options(action: argparse.ArgumentParser) -> None:
    """Add `--environment` and `--config`, for an action that writes to the configured log."""
    action.add_argument(
        "--environment", choices=[each.value for each in Environment], help="only this log, else every one"
    )
    action.add_argument("--config", type=Path, default=argparse.SUPPRESS, help=argparse.SUPPRESS)


def add_key_option(action: argparse.ArgumentParser, *, required: bool, words: str) -> None:
    """Add `--key`, the verifier key in its one line or a file that holds it."""
    action.add_argument("--key", type=_parse_key, required=required, metavar="VKEY", help=words)


def find_kiosk_key(args: argparse.Namespace, environment: Environment) -> VerifierKey | None:
    """Return the key of `--key`, else this kiosk's own; None for a copied log, and where none can be read."""
    if args.key is not None or args.log is not None:
        key: VerifierKey | None = args.key
        return key
    folder = load_settings(args.config).paths.state / KEYS / environment.value
    with suppress(Fault):  # another user's, or not made yet: then nobody says who signed
        return KioskKey.load(folder, environment).key
    return None


def find_paths(args: argparse.Namespace) -> tuple[Path, ...]:
    """Return the logs that `--log` and `--environment` name. Raises Fault, ConfigError."""
    folder = args.log or load_settings(args.config).paths.log
    return find_logs(folder, Environment(args.environment) if args.environment else None)


def find_one_path(args: argparse.Namespace) -> Path:
    """Return the one log that the options name. Raises Fault: LOG_UNWRITABLE when there are several."""
    paths = find_paths(args)
    if len(paths) > 1:
        names = ", ".join(path.stem for path in paths)
        raise Fault(Reason.LOG_UNWRITABLE, f"there are logs of {names}: name one with --environment")
    return paths[0]


def read_bounded(path: Path, limit: int) -> bytes:
    """Read at most `limit` + 1 bytes of a file somebody brought. Raises Fault: LOG_UNWRITABLE."""
    try:
        if path.is_fifo():  # opening one waits for a writer
            raise Fault(Reason.LOG_UNWRITABLE, f"{path} is a pipe, not a file")
        with path.open("rb") as file:
            return file.read(limit + 1)
    except (OSError, ValueError) as err:
        raise Fault(Reason.LOG_UNWRITABLE, f"{path}: {getattr(err, 'strerror', None) or err}") from err


def refuse(fault: Fault, *, as_json: bool = False) -> int:
    """Say why an action ended early, and return its exit code."""
    if as_json:
        print(json.dumps({"holds": False, "reason": fault.reason.value, "detail": fault.detail}))
    else:
        print(printable(f"kiosk: {fault}"), file=sys.stderr)
    return EXIT_BROKEN if fault.reason is Reason.LOG_BROKEN else EXIT_UNREADABLE


def printable(text: str) -> str:
    """Return foreign text with nothing in it that could steer a terminal."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def _parse_key(text: str) -> VerifierKey:
    try:
        return parse_verifier_key(_read_key_file(text) or text.strip())
    except NoteError as err:
        raise argparse.ArgumentTypeError(f"{err} (see `audit key`)") from err


def _read_key_file(text: str) -> str:
    try:
        path = Path(text)
        return read_bounded(path, MAX_NOTE).decode("utf-8", "replace").strip() if path.is_file() else ""
    except (Fault, OSError, ValueError):
        return ""
