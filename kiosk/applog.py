"""The program's own log, for whoever looks after the machine: JSON lines, rotated, never about people.

Rules kept here: of an error only its class and its places are written, never what it says, which may quote a
code or a name; what other libraries say is not repeated for the same reason; a full disk silences this log
and nothing else. What happened to visitors is in the audit log.
"""

from __future__ import annotations

import json
import logging
import logging.handlers
import os
import sys
import threading
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from io import TextIOWrapper
from pathlib import Path
from types import TracebackType
from typing import cast

FILE_NAME = "kiosk.log"
MAX_BYTES, OLD_FILES = 1_000_000, 5

_OURS = "kiosk"
_PRIVATE_FILE, _PRIVATE_FOLDER = 0o600, 0o700
_log = logging.getLogger(__name__)


def start_logging(folder: Path) -> None:
    """Write what the program has to say to `folder`/kiosk.log; to standard error where that cannot be."""
    try:
        folder.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
        handler: logging.Handler = _PrivateFile(
            folder / FILE_NAME, maxBytes=MAX_BYTES, backupCount=OLD_FILES, encoding="utf-8", delay=True
        )
    except OSError:
        handler = logging.StreamHandler()
    handler.setFormatter(LineFormatter())
    handler.addFilter(_is_worth_a_line)
    logging.basicConfig(level=logging.INFO, handlers=[handler])


def hush_bugs() -> Callable[[], None]:
    """Log errors that no thread caught instead of printing what they say; returns what undoes it."""
    before = threading.excepthook, sys.unraisablehook
    threading.excepthook = _log_bug_of_thread
    sys.unraisablehook = _log_lost_bug

    def undo() -> None:
        threading.excepthook, sys.unraisablehook = before

    return undo


def places_of(trace: TracebackType | None) -> str:
    """Return where an error came from, innermost place first: `file.py:12 < other.py:7`."""
    found = [f"{Path(at.filename).name}:{at.lineno}" for at in traceback.extract_tb(trace)]
    return " < ".join(reversed(found))


class LineFormatter(logging.Formatter):
    """Writes a record as one JSON object: at (UTC), level, part, thread, says; error and places of a bug."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "level": record.levelname,
            "part": record.name,
            "thread": record.threadName,
            "says": record.getMessage() if _is_ours(record) else f"{record.filename}:{record.lineno}",
        }
        if record.exc_info and record.exc_info[0]:
            line |= {"error": record.exc_info[0].__name__, "places": places_of(record.exc_info[2])}
        return json.dumps(line, ensure_ascii=False)


class _PrivateFile(logging.handlers.RotatingFileHandler):
    """A rotated file for this user alone."""

    def _open(self) -> TextIOWrapper:
        file = open(self.baseFilename, self.mode, encoding=self.encoding, opener=_open_private)  # noqa: SIM115 - the handler closes it
        return cast("TextIOWrapper", file)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """Say nothing: the default prints the record, and would do so for every line on a full disk."""


def _open_private(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_CLOEXEC, _PRIVATE_FILE)


def _is_ours(record: logging.LogRecord) -> bool:
    return record.name.partition(".")[0] == _OURS


def _is_worth_a_line(record: logging.LogRecord) -> bool:
    return _is_ours(record) or record.levelno >= logging.WARNING


def _log_bug_of_thread(bug: threading.ExceptHookArgs) -> None:
    _log.error("bug in a thread: %s at %s", bug.exc_type.__name__, places_of(bug.exc_traceback))


def _log_lost_bug(bug: sys.UnraisableHookArgs) -> None:
    _log.error("bug while tidying up: %s at %s", bug.exc_type.__name__, places_of(bug.exc_traceback))
