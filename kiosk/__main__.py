"""The command line: `python -m kiosk COMMAND`.

Each command is a module of `kiosk.commands` with `add_parser(subparsers)`, which sets `func`, and
`run(args) -> int`; `args.config` is the path of the settings in all of them. Only the module that was asked
for is imported, so `trust` starts without OpenCV and without Qt. Whatever goes wrong ends in one sentence
and an exit code: 0 PASS or fine, 1 FAIL or broken, 2 usage, 3 REFER, 4 the kiosk cannot serve.
"""

from __future__ import annotations

import argparse
import importlib
import io
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

from kiosk import __version__
from kiosk.config import DEFAULT_CONFIG, ConfigError

EXIT_USAGE = 2
EXIT_FAULT = 4
EXIT_INTERRUPTED = 130

COMMANDS = {
    "run": "start the kiosk",
    "verify": "verify one picture, PDF or text, off the counter",
    "inspect": "take a code apart, layer by layer, for integrators",
    "trust": "pin the root, update the trust store, show it",
    "audit": "check and read the audit log",
    "doctor": "say what this machine lacks, and what to do",
    "bench": "measure this machine",
    "evaluate": "measure the errors of the face step on your own people",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(
            errors="backslashreplace"
        )  # an answer in Arabic also where only ASCII is shown
    try:
        args = _build_parser(_find_command(words)).parse_args(words)
        code: int = args.func(args)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except Exception as err:  # noqa: BLE001 - the top of the program: a bug becomes one line and an exit code
        return _explain(err, show="--traceback" in words)
    return code


def _explain(err: Exception, *, show: bool) -> int:
    """Say in one sentence what went wrong, and return the exit code that belongs to it."""
    match err:
        case ConfigError():
            return _refuse(str(err), EXIT_USAGE)
        case BrokenPipeError():
            return _silence_stdout()
        case OSError() if _is_stdout_lost():
            return _refuse(f"the answer cannot be written: {err.strerror}", EXIT_FAULT)
        case ImportError():
            return _refuse(f"a library is missing ({err}); run `python3 run_kiosk.py --setup`", EXIT_FAULT)
    model = sys.modules.get("kiosk.model")  # not imported here: it loads NumPy, which may be what is missing
    if model and isinstance(err, model.Fault):
        return _refuse(f"out of service, {err}", EXIT_FAULT)
    return _report_bug(err, show=show)


def _is_stdout_lost() -> bool:
    """Whether what was to be printed cannot be; it is then not tried again as the interpreter ends."""
    try:
        sys.stdout.flush()
    except OSError:
        _silence_stdout()
        return True
    return False


def _find_command(words: Sequence[str]) -> str | None:
    return next((word for word in words if not word.startswith("-")), None)


def _build_parser(chosen: str | None) -> argparse.ArgumentParser:
    """Make the parser; only the chosen command brings its own arguments, the others their one line."""
    parser = argparse.ArgumentParser(
        prog="python -m kiosk",
        description="Mudaqqiq, the offline verifier kiosk for the digital resident ID.",
        epilog="exit codes: 0 PASS or fine, 1 FAIL or broken, 2 usage, 3 REFER, 4 the kiosk cannot serve",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"mudaqqiq {__version__}")
    parser.add_argument("--traceback", action="store_true", help="print the traceback of an internal error")
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, line in COMMANDS.items():
        if name == chosen:
            importlib.import_module(f"kiosk.commands.{name}").add_parser(subparsers)
            subparsers.choices[name].add_argument(
                "--config",
                type=Path,
                default=DEFAULT_CONFIG,
                metavar="FILE",
                help="the settings (config.toml)",
            )
        else:
            subparsers.add_parser(name, help=line)
    return parser


def _refuse(sentence: str, code: int) -> int:
    print(f"kiosk: {sentence}", file=sys.stderr)
    return code


def _report_bug(err: Exception, *, show: bool) -> int:
    """Name the kind of error and its place; its text may hold what was presented, so that stays unsaid."""
    if show:
        traceback.print_exception(err)
    last = traceback.extract_tb(err.__traceback__)[-1]
    place = f"{Path(last.filename).name}:{last.lineno}"
    return _refuse(f"internal error, {type(err).__name__} at {place} (--traceback shows more)", EXIT_FAULT)


def _silence_stdout() -> int:
    """Point standard output at nothing, so that the interpreter's last flush has nowhere to fail."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return EXIT_FAULT


if __name__ == "__main__":
    sys.exit(main())
