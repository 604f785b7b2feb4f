"""From a start to a kiosk that scans, verifies and has recorded a visit; and the memory it then holds.

Each start is a new process (`window.py`) with a new log. "Warm": one start before those measured, so that
the files are in memory. Clocks begin before the interpreter starts.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from kiosk.bench.rivals import ROOT
from kiosk.bench.rows import Row
from kiosk.bench.sandbox import Sandbox, open_sandbox
from kiosk.bench.timing import Effort

AREA = "start"
_TIMEOUT_S = 120


def measure(effort: Effort, now: datetime) -> tuple[Row, ...]:
    """Start the kiosk some times and let it serve one visitor."""
    del now
    with tempfile.TemporaryDirectory(prefix="mudaqqiq-bench-") as name, open_sandbox(Path(name)) as sandbox:
        cold = 0 if effort.quick else 1
        runs = [_start(sandbox, Path(name), number) for number in range(cold + effort.starts)][cold:]
    median = {key: statistics.median(run[key] for run in runs) for key in runs[0]}
    worst = max(run["frame_s"] for run in runs)
    starts = f"{len(runs)} starts"
    return (
        Row(AREA, "window drawn", median["window_s"], "s", note=starts),
        Row(AREA, "first frame searched for a code", median["frame_s"], "s", note="goal 3 s"),
        Row(AREA, "first frame searched for a code, slowest", worst, "s"),
        Row(AREA, "code in view to face screen", median["face_s"] - median["frame_s"], "s"),
        Row(AREA, "resident memory after a visit", median["resident_mb"], "MB", note="goal 600 MB"),
        Row(AREA, "resident memory, peak", median["peak_mb"], "MB"),
    )


def _start(sandbox: Sandbox, folder: Path, number: int) -> Mapping[str, float]:
    code = sandbox.authority.present("live")
    words = [sys.executable, "-m", "kiosk.bench.window", str(sandbox.store), str(folder / f"state-{number}")]
    done = subprocess.run(  # noqa: S603 - our own interpreter and module
        [*words, str(code), repr(time.monotonic())],
        cwd=ROOT,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        stdout=subprocess.PIPE,
        text=True,
        timeout=_TIMEOUT_S,
        check=True,
    )
    answer: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return answer
