"""The circumstances figures hold for: machine, versions, date, and how busy it was."""

from __future__ import annotations

import importlib.metadata
import os
import platform
from datetime import datetime
from pathlib import Path

from kiosk.bench.timing import Effort

_PACKAGES = ("cryptography", "cbor2", "numpy", "opencv-python-headless", "zxing-cpp", "PySide6-Essentials")


def describe_machine() -> tuple[tuple[str, str], ...]:
    """Return names and values of the machine, its system and the packages, which stay from run to run."""
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in _PACKAGES)
    return (
        ("machine", f"{_read_cpu()}, {len(os.sched_getaffinity(0))} cores, {_read_memory_gb():.0f} GB"),
        ("system", f"{platform.system()} {platform.release()}, Python {platform.python_version()}"),
        ("packages", versions),
    )


def describe_circumstances(now: datetime, effort: Effort) -> tuple[tuple[str, str], ...]:
    """Return names and values, in the order they are shown; asked for before anything is measured."""
    load = os.getloadavg()[0]
    method = (
        f"{effort.rounds} rounds of {effort.batch} calls each, turn by turn, after one to warm up; garbage "
        "collected between rounds, not during; medians"
    )
    return (
        ("date", f"{now:%Y-%m-%d}"),
        *describe_machine(),
        ("load", f"{load:.1f} over the minute before"),
        ("method", f"{method}; QUICK, too few to be figures" if effort.quick else method),
    )


def _read_cpu() -> str:
    """Return the processor's name. Source: proc_cpuinfo(5)."""
    for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def _read_memory_gb() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
