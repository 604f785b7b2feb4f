"""`inspect`: take a code or a status list apart and say what each layer holds; no outcome is drawn.

Exit codes: 0 every layer that was reached is sound, 1 one broke, 2 usage.
"""

from __future__ import annotations

import argparse
import json
import sys
import unicodedata
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kiosk.imaging import FILE_LIMITS
from kiosk.inspect.code import Code, Kind, code_of_bytes, code_of_text
from kiosk.inspect.keyfile import MAX_KEY_FILE, parse_key_file
from kiosk.inspect.keys import KeyUnreadableError, VerificationKey
from kiosk.inspect.report import LayerReport, Report
from kiosk.inspect.signatures import NOT_CHECKED
from kiosk.inspect.statuslist import MAX_FILE, inspect_status_list
from kiosk.inspect.walk import GivenKeys, inspect_code

EXIT_BROKEN = 1
EXIT_USAGE = 2
_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


class UsageError(ValueError):
    """The arguments do not go together, or a file cannot be read."""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `inspect`."""
    parser = subparsers.add_parser("inspect", help="take a code apart, layer by layer, for integrators")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("image", nargs="?", type=Path, metavar="IMAGE", help="a picture of a code")
    what.add_argument("--text", metavar="S", help="the text of a code")
    what.add_argument("--hex", metavar="H", help="bytes in hex: a COSE message or a zlib stream")
    what.add_argument("--file", type=Path, metavar="F", help="a picture, a text or bytes, by content")
    what.add_argument("--status-list", type=Path, metavar="FILE", help="a Status List Token (CWT)")
    parser.add_argument("--index", type=int, metavar="N", help="the place in the status list")
    parser.add_argument("--key", type=Path, metavar="FILE", help="the issuer's key: PEM, JWK or COSE_Key")
    parser.add_argument("--holder-key", type=Path, metavar="FILE", help="the countersigner's key")
    parser.add_argument(
        "--at", type=_parse_time, metavar="TIME", help="ISO 8601 time to judge dates by (now)"
    )
    parser.add_argument("--json", action="store_true", help="for machines")
    parser.set_defaults(func=run)


def _parse_time(text: str) -> datetime:
    try:
        given = datetime.fromisoformat(text)
    except ValueError as err:
        raise argparse.ArgumentTypeError("not a time in ISO 8601") from err
    return given if given.tzinfo else given.replace(tzinfo=UTC)


def run(args: argparse.Namespace) -> int:
    """Inspect what the arguments name, print the report and return the exit code."""
    try:
        report = _inspect(args)
    except (UsageError, KeyUnreadableError) as err:
        print(f"kiosk inspect: {err}", file=sys.stderr)
        return EXIT_USAGE
    print(json.dumps(report_as_json(report), indent=1) if args.json else "\n".join(_lines(report)))
    return EXIT_BROKEN if report.broken else 0


def _inspect(args: argparse.Namespace) -> Report:
    now = args.at or datetime.now(UTC)
    keys = GivenKeys(_load_key(args.key), _load_key(args.holder_key))
    if (args.status_list is None) != (args.index is None):
        raise UsageError("--status-list and --index go together")
    if args.status_list is None:
        return inspect_code(_code(args), keys, now)
    if keys.holder is not None:
        raise UsageError("a status list has no holder key")
    return inspect_status_list(_read(args.status_list, MAX_FILE), keys, args.index, now)


def _code(args: argparse.Namespace) -> Code:
    if args.text is not None:
        return code_of_text(args.text)
    if args.hex is not None:
        try:
            return code_of_bytes(bytes.fromhex(args.hex))
        except ValueError as err:
            raise UsageError("--hex is not hex") from err
    if args.file is not None:
        return code_of_bytes(_read(args.file, FILE_LIMITS.max_bytes))
    return Code(Kind.IMAGE, _read(args.image, FILE_LIMITS.max_bytes))


def _load_key(path: Path | None) -> VerificationKey | None:
    if path is None:
        return None
    try:
        return parse_key_file(_read(path, MAX_KEY_FILE))
    except KeyUnreadableError as err:
        raise UsageError(f"{_printable(str(path))}: {err}") from err


def _read(path: Path, limit: int) -> bytes:
    """Read at most `limit` bytes of a regular file; a device or a pipe could feed bytes for ever."""
    name = _printable(str(path))
    try:
        if not path.is_file():
            raise UsageError(f"{name}: no such file")
        with path.open("rb") as file:
            content = file.read(limit + 1)
    except OSError as err:
        raise UsageError(f"{name}: {err.strerror}") from err
    except ValueError as err:  # a zero character in the name
        if isinstance(err, UsageError):
            raise
        raise UsageError("no such file") from err
    if len(content) > limit:
        raise UsageError(f"{name}: larger than {limit} bytes")
    return content


def report_as_json(report: Report) -> dict[str, Any]:
    """Return what `inspect --json` prints."""
    return {
        "layers": [
            {
                "name": each.layer.value,
                "ok": each.ok,
                "reason": each.reason.value if each.reason else None,
                "detail": each.detail,
            }
            for each in report.layers
        ],
        "broken": report.broken.value if report.broken else None,
        "claims": report.claims,
        "profile": list(report.profile),
    }


def _lines(report: Report) -> list[str]:
    lines = [f"{_mark(each):<8}{each.layer.value:<18}{_words(each)}" for each in report.layers]
    lines += ["", "claims (as they stand, whoever wrote them)"] if report.claims else []
    lines += [f"  {_printable(name)}: {_printable(_shown(value))}" for name, value in report.claims.items()]
    lines += ["", "what the kiosk's own profile would mind"] if report.profile else []
    lines += [f"  - {_printable(sentence)}" for sentence in report.profile]
    return lines


def _mark(layer: LayerReport) -> str:
    if not layer.ok:
        return "BROKEN"
    return "?" if layer.detail.startswith(NOT_CHECKED) else "ok"


def _words(layer: LayerReport) -> str:
    return _printable(f"{layer.reason.value}: {layer.detail}" if layer.reason else layer.detail)


def _shown(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _printable(text: str) -> str:
    """Escape what would steer a terminal: controls, and marks that turn the direction of writing."""
    return "".join(
        f"\\u{{{ord(letter):x}}}" if unicodedata.category(letter) in _UNSAFE else letter for letter in text
    )
