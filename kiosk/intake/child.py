"""A process of its own for one foreign file: bytes on standard input, its codes as JSON on standard output.

Rules kept here: whatever the file does to a decoder, the kiosk goes on: memory and processor time are
limited, the process can write no file, and a crash or a time-out is a reason like any other. Both sides are
here: `read_codes` starts the process, `main` is what runs in it.
"""

from __future__ import annotations

import json
import os
import resource
import select
import selectors
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from kiosk.intake.choice import MAX_BYTES
from kiosk.model import Box, CheckFailed, CodeSighting, ReadStage, Reason

ROOT = Path(__file__).resolve().parents[2]
MEMORY_BYTES = 3 << 30  # addresses, not pages: the libraries alone reserve a good part of it
CPU_S = 20
WALL_S = 30.0
_MAX_ANSWER = 4 << 20
_PIECE = 1 << 16
_REFUSALS = {each.value: each for each in (Reason.FILE_UNREADABLE, Reason.FILE_LOCKED, Reason.FILE_TOO_LARGE)}
_STAGES = {stage.value: stage for stage in ReadStage}
_SIDES = 4
_TOO_SLOW = {-signal.SIGXCPU, -signal.SIGKILL}


class CodeReading:
    """One file being read in its process; `stop` from any thread ends it."""

    command = (sys.executable, "-m", "kiosk.intake.child")

    def __init__(self, wall_s: float = WALL_S) -> None:
        self._wall_s = wall_s
        self._process: subprocess.Popen[bytes] | None = None
        self._stopped = threading.Event()

    def read(self, content: bytes) -> tuple[str, ...]:
        """Return the texts of all different codes in `content`, as `find_codes` does; see `read_seen`."""
        return tuple(seen.text for seen in self.read_seen(content) if seen.text is not None)

    def read_seen(self, content: bytes) -> tuple[CodeSighting, ...]:
        """Return all different codes in `content`, as `find_sightings` does, within the limits.

        Raises CheckFailed: FILE_UNREADABLE (also when the process crashed), FILE_LOCKED, FILE_TOO_LARGE
        (also when it took too long).
        """
        with subprocess.Popen(  # noqa: S603 - our own interpreter and module
            self.command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=ROOT,
        ) as process:
            self._process = process
            if self._stopped.is_set():
                process.kill()
            try:
                answer = _talk(process, content, self._wall_s)
            except subprocess.TimeoutExpired as err:
                raise CheckFailed(Reason.FILE_TOO_LARGE, f"not read in {self._wall_s:g} s") from err
            except OSError as err:
                raise CheckFailed(Reason.FILE_UNREADABLE, "the reader ended") from err
            finally:
                process.kill()  # harmless where it has ended; else leaving would wait for it
        return _parse_answer(answer, process.returncode)

    def stop(self) -> None:
        """End the process, if there is one."""
        self._stopped.set()
        if self._process is not None:
            self._process.kill()


def _talk(process: subprocess.Popen[bytes], content: bytes, wall_s: float) -> bytes:
    """Hand in the file and return what is said of it, never more than just above the longest answer.

    Raises TimeoutExpired, OSError.
    """
    ends_at, left, answer = time.monotonic() + wall_s, memoryview(content), bytearray()
    with selectors.DefaultSelector() as pipes:
        if process.stdin is not None and process.stdout is not None:
            pipes.register(process.stdin, selectors.EVENT_WRITE, process.stdin.close)
            pipes.register(process.stdout, selectors.EVENT_READ, process.stdout.close)
        while pipes.get_map() and len(answer) <= _MAX_ANSWER:
            for pipe, events in pipes.select(_time_left(process, ends_at)):
                if events & selectors.EVENT_READ:
                    answer += (said := os.read(pipe.fd, _PIECE))
                    over = not said
                else:
                    left = left[_write_some(pipe.fd, left) :]
                    over = not left
                if over:
                    pipes.unregister(pipe.fileobj)
                    pipe.data()
    if len(answer) <= _MAX_ANSWER:
        process.wait(_time_left(process, ends_at))
    return bytes(answer)


def _write_some(pipe: int, left: memoryview) -> int:
    """Return how much was taken; all of it by a process that has ended, for it wants no more."""
    try:
        return os.write(pipe, left[: select.PIPE_BUF])
    except BrokenPipeError:
        return len(left)


def _time_left(process: subprocess.Popen[bytes], ends_at: float) -> float:
    left_s = ends_at - time.monotonic()
    if left_s <= 0:
        raise subprocess.TimeoutExpired(process.args, 0.0)
    return left_s


def _parse_answer(answer: bytes, code: int) -> tuple[CodeSighting, ...]:
    """Believe nothing but the form: the process has looked at foreign bytes."""
    if len(answer) > _MAX_ANSWER:
        raise CheckFailed(Reason.FILE_UNREADABLE, "the reader said too much")
    if code in _TOO_SLOW:
        raise CheckFailed(Reason.FILE_TOO_LARGE, "reading it took too much")
    if code != 0:
        raise CheckFailed(Reason.FILE_UNREADABLE, f"the reader ended with {code}")
    try:
        said = json.loads(answer)
    except (ValueError, RecursionError) as err:
        raise CheckFailed(Reason.FILE_UNREADABLE, "the reader gave no answer") from err
    match said:
        case {"refused": str(reason)} if reason in _REFUSALS:
            raise CheckFailed(_REFUSALS[reason])
        case {"codes": [*codes]}:
            return tuple(_parse_code(each) for each in codes)
    raise CheckFailed(Reason.FILE_UNREADABLE, "the reader gave no answer")


def _parse_code(said: object) -> CodeSighting:
    match said:
        case [str(text), [*box], None | float() as px, str(stage), ("zxing-cpp" | "zbar") as decoder, *rest]:
            sides = [each for each in box if isinstance(each, float)]
            match rest:
                case [None | int() as version, None | float() as unused] if (
                    len(sides) == len(box) == _SIDES and stage in _STAGES
                ):
                    return CodeSighting(text, Box(*sides), px, None, _STAGES[stage], decoder, version, unused)
    raise CheckFailed(Reason.FILE_UNREADABLE, "the reader gave no answer")


def _tell_code(seen: CodeSighting) -> list[object]:
    """Return what `_parse_code` takes."""
    box = [float(each) for each in (seen.box.left, seen.box.top, seen.box.width, seen.box.height)]
    stage = seen.stage.value if seen.stage else None
    return [seen.text, box, seen.px_per_module, stage, seen.decoder, seen.version, seen.unused_ec]


def main() -> int:
    """Read a file from standard input, print its codes or the reason why there are none."""
    from kiosk.intake.codes import find_sightings  # noqa: PLC0415 - decoders are loaded in the process alone

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S + 2))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        codes = find_sightings(sys.stdin.buffer.read(MAX_BYTES + 1))
        said: dict[str, object] = {"codes": [_tell_code(each) for each in codes]}
    except CheckFailed as err:
        said = {"refused": err.reason.value}
    except MemoryError:
        said = {"refused": Reason.FILE_TOO_LARGE.value}
    sys.stdout.write(json.dumps(said))
    return 0


if __name__ == "__main__":
    sys.exit(main())
