"""Where files, pictures and texts are handed in: read on a thread of its own, one at a time, then brought.

Rules kept here: whoever hands something in never waits; each thing handed in is answered, by a code or by the
reason why there is none; while one file is read another one is not begun. Reading is `child.py`'s.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path

from kiosk.intake.child import CodeReading
from kiosk.intake.choice import MAX_BYTES, choose_code
from kiosk.model import CheckFailed, Hint, Presentation, Reason, Source, Unread
from kiosk.tray import Brought
from kiosk.verify.reading import MAX_TEXT

_log = logging.getLogger(__name__)


class Hatch:
    """Takes in from any one thread; `bring` is called from that one and from the reading one."""

    def __init__(
        self, bring: Callable[[Brought], None], make_reading: Callable[[], CodeReading] = CodeReading
    ) -> None:
        self._bring = bring
        self._make_reading = make_reading
        self._reading: CodeReading | None = None
        self._thread: threading.Thread | None = None

    @property
    def is_busy(self) -> bool:
        """Whether a file is being read."""
        return self._thread is not None and self._thread.is_alive()

    def hand_in_text(self, text: str, source: Source) -> None:
        """Bring a text as it is, without the line's end around it; none at all is no code."""
        text = text[: MAX_TEXT + 100].strip("\r\n\t")
        if text.strip():
            self._bring(Presentation(text, source))
        else:
            self._bring(Unread(Reason.NO_CODE, source))

    def hand_in_file(self, file: Path | bytes, source: Source) -> None:
        """Read a file, by its path or its content, and bring what is in it."""
        self._bring(Hint.READING_FILE)
        if self.is_busy:
            return
        self._reading = self._make_reading()
        self._thread = threading.Thread(
            target=self._read, args=(self._reading, file, source), name="intake", daemon=True
        )
        self._thread.start()

    def stop(self, timeout_s: float = 5.0) -> None:
        """End a reading that goes on, without an answer."""
        if self._reading is not None:
            self._reading.stop()
        if self._thread is not None:
            self._thread.join(timeout_s)

    def _read(self, reading: CodeReading, file: Path | bytes, source: Source) -> None:
        brought: Brought
        try:
            content = file if isinstance(file, bytes) else read_bounded(file)
            seen = {each.text: each for each in reading.read_seen(content) if each.text is not None}
            text = choose_code(tuple(seen))
            brought = Presentation(text, source, seen[text])
        except CheckFailed as err:
            _log.info("file not read: %s", err)
            brought = Unread(err.reason, source)
        except Exception as err:  # noqa: BLE001 - top of the thread: a bug is answered like a file without a code
            _log.error("bug while reading a file: %s", type(err).__name__)
            brought = Unread(Reason.INTERNAL, source)
        self._bring(brought)


def read_bounded(path: Path) -> bytes:
    """Return the bytes of a regular file; a device or a pipe could feed bytes for ever.

    Raises CheckFailed: FILE_UNREADABLE, FILE_TOO_LARGE.
    """
    try:
        if not path.is_file():
            raise CheckFailed(Reason.FILE_UNREADABLE, "no such file")
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as err:
        raise CheckFailed(Reason.FILE_UNREADABLE, type(err).__name__) from err
    if len(content) > MAX_BYTES:
        raise CheckFailed(Reason.FILE_TOO_LARGE, f"more than {MAX_BYTES} bytes")
    return content
