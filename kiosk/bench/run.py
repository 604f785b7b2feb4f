"""All areas in one run, and the page that holds the result."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from kiosk.bench.machine import describe_circumstances
from kiosk.bench.rows import Report, Row
from kiosk.bench.timing import Effort

AREAS = ("verify", "inflate", "scan", "face", "audit", "trust", "start")
BEGIN = "<!-- measured: begin -->"
END = "<!-- measured: end -->"


def measure(areas: Sequence[str], effort: Effort, now: datetime, frames: Path | None = None) -> Report:
    """Measure `areas`, each with its own libraries loaded only then. `frames`: recorded frames for `scan`.

    Raises Fault where a part of the kiosk cannot serve, ValueError for a folder without frames.
    """
    circumstances = describe_circumstances(now, effort)
    rows: list[Row] = []
    for area in areas:
        module = importlib.import_module(f"kiosk.bench.{area}")
        recorded: tuple[Row, ...] = ()
        if area == "scan" and frames is not None:  # first: a folder without frames is said at once
            recorded = module.measure_folder(frames, effort, now)
        rows += (*module.measure(effort, now), *recorded)
    return Report(circumstances, tuple(rows))


def replace_measured(page: str, tables: str) -> str:
    """Return `page` with `tables` between its two markers. Raises ValueError without them."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError("the page lacks the two markers")
    return f"{before}{begin}\n{tables}\n{end}{after}"
