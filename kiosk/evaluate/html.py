"""The pieces of a report page: tables, sections, and the page around them, with nothing from outside."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

_STYLE = (
    "body{font:16px/1.5 sans-serif;max-width:64rem;margin:2rem auto;padding:0 1rem;color:#222}"
    "table{border-collapse:collapse;margin:1rem 0;font-size:14px;display:block;overflow-x:auto}"
    "th,td{border:1px solid #bbb;padding:.3rem .6rem;text-align:left;vertical-align:top}"
    "th{background:#f2f2f2}td.bad{background:#fbe3df;font-weight:bold}"
    "svg{max-width:44rem;width:100%;height:auto;display:block}"
    "@media print{table{display:table}}"
)


def table(head: Sequence[str], rows: Iterable[Sequence[str]], bad: Iterable[tuple[int, int]] = ()) -> str:
    """Return a table; `bad` cells, by row and column from 0, stand out and are marked with a sign."""
    marked = set(bad)
    parts = ["<table><thead><tr>", *(f"<th>{escape(word)}</th>" for word in head), "</tr></thead><tbody>"]
    for number, row in enumerate(rows):
        parts.append("<tr>")
        for column, word in enumerate(row):
            if (number, column) in marked:
                parts.append(f'<td class="bad">! {escape(word)}</td>')
            else:
                parts.append(f"<td>{escape(word)}</td>")
        parts.append("</tr>")
    return "".join([*parts, "</tbody></table>\n"])


def section(title: str, *parts: str) -> str:
    """Return a headed section of ready parts."""
    return f"<h2>{escape(title)}</h2>\n{''.join(parts)}\n"


def sentences(lines: Iterable[str]) -> str:
    """Return sentences as a list."""
    return "<ul>" + "".join(f"<li>{escape(line)}</li>" for line in lines) + "</ul>\n"


def page(title: str, *parts: str) -> str:
    """Return a whole page."""
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style></head><body>\n<h1>{escape(title)}</h1>\n{''.join(parts)}</body></html>\n"
    )
