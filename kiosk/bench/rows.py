"""What a benchmark says: rows of figures beside their peers, as a table, as Markdown and as JSON.

A ratio is ours divided by the peer's, both measured in the same run; below 1 we are quicker or smaller.
How things are timed is `timing.py`'s, what is measured the areas'.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

HEADINGS = ("what", "value", "unit", "peer", "peer value", "ratio", "note")
_LEFT = frozenset({0, 2, 3, 6})  # columns of words; the others are figures


@dataclass(frozen=True, slots=True)
class Row:
    """One figure. `peer_value` is None where there is no peer, or it is not installed (`peer` says so)."""

    area: str
    name: str
    value: float
    unit: str
    peer: str = ""
    peer_value: float | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """Ours divided by the peer's; None without a peer."""
        return self.value / self.peer_value if self.peer_value else None


@dataclass(frozen=True, slots=True)
class Report:
    """All rows of one run, with the circumstances they hold for."""

    circumstances: tuple[tuple[str, str], ...]
    rows: tuple[Row, ...]


def as_json(report: Report) -> str:
    """Write the report for a program: four digits of each figure count."""
    rows = [
        {
            "area": row.area,
            "name": row.name,
            "value": _rounded(row.value),
            "unit": row.unit,
            "peer": row.peer or None,
            "peer_value": _rounded(row.peer_value),
            "ratio": _rounded(row.ratio),
            "note": row.note,
        }
        for row in report.rows
    ]
    return json.dumps(
        {"circumstances": dict(report.circumstances), "rows": rows}, ensure_ascii=False, indent=1
    )


def as_text(report: Report) -> str:
    """Write the report for a terminal."""
    lines = [f"{name + ':':<9} {value}" for name, value in report.circumstances]
    cells = {area: [_cells(row) for row in rows] for area, rows in _by_area(report.rows)}
    every = [HEADINGS, *(line for table in cells.values() for line in table)]
    widths = [max(len(line[column]) for line in every) for column in range(len(HEADINGS))]
    for area, table in cells.items():
        lines += ["", area, *(_aligned(line, widths) for line in (HEADINGS, *table))]
    return "\n".join(lines)


def as_markdown(report: Report) -> str:
    """Write the report as the tables that docs/performance.md holds."""
    lines = [f"- {name}: {value}" for name, value in report.circumstances]
    rule = "|" + "|".join("---" if column in _LEFT else "---:" for column in range(len(HEADINGS))) + "|"
    for area, rows in _by_area(report.rows):
        lines += ["", f"### {area}", "", _piped(HEADINGS), rule, *(_piped(_cells(row)) for row in rows)]
    return "\n".join(lines)


def _by_area(rows: Iterable[Row]) -> list[tuple[str, list[Row]]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row.area, []).append(row)
    return list(found.items())


def _cells(row: Row) -> tuple[str, ...]:
    return (
        row.name,
        _figure(row.value),
        row.unit,
        row.peer,
        _figure(row.peer_value),
        "" if row.ratio is None else f"{row.ratio:.2f}",
        row.note,
    )


def _aligned(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = (
        cell.ljust(width) if column in _LEFT else cell.rjust(width)
        for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
    )
    return ("  " + "  ".join(padded)).rstrip()


def _piped(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _figure(value: float | None) -> str:
    """Write three significant digits, whole numbers from 100 on with thousands set apart."""
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 99.95 else f"{value:.3g}"  # noqa: PLR2004 - rounds to 100


def _rounded(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.4g}")
