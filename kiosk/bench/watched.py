"""A check of a log in a process of its own, watched from outside: how long it takes, how much memory.

The memory is what the process and the helper it starts hold at one moment, looked at every few milliseconds.
Source: proc_pid_status(5), VmRSS; proc_pid_task_children(5).
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from kiosk.bench.rivals import ROOT

_LOOK_S = 0.005
_CHECK = (
    "import sys, time\n"
    "from pathlib import Path\n"
    "from kiosk.audit.check import check_log\n"
    "began = time.perf_counter()\n"
    "report = check_log(Path(sys.argv[1]))\n"
    "print(time.perf_counter() - began if report.holds else 'broken', report.chain.rows)\n"
)


@dataclass(frozen=True, slots=True)
class Watched:
    """What a check cost: seconds without starting Python, and bytes held at once by both processes."""

    seconds: float
    peak_bytes: int
    rows: int


def watch_check(path: Path) -> Watched:
    """Check the log at `path` in a process of its own. Raises RuntimeError when it does not hold."""
    command = [sys.executable, "-c", _CHECK, str(path)]
    peak = 0
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own
        while process.poll() is None:
            peak = max(peak, sum(_read_resident(pid) for pid in _family(process.pid)))
            time.sleep(_LOOK_S)
        words = process.stdout.read().split() if process.stdout else []
    if process.returncode or not words or words[0] == "broken":
        raise RuntimeError("the benchmark's own log does not hold")
    return Watched(float(words[0]), peak, int(words[1]))


def _family(pid: int) -> Iterator[int]:
    yield pid
    with suppress(OSError):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            yield from map(int, (thread / "children").read_text("ascii").split())


def _read_resident(pid: int) -> int:
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text("ascii").splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
    return 0
