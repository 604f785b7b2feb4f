"""What is printed: the same rows as text, as Markdown and as JSON."""

from __future__ import annotations

import json

import pytest

from kiosk.bench.rows import Report, Row, as_json, as_markdown, as_text
from kiosk.bench.run import BEGIN, END, replace_measured

REPORT = Report(
    (("machine", "a desk"),),
    (
        Row("verify", "print copy", 150.0, "us", "bare", 100.0, "goal 1.5"),
        Row("verify", "print copy", 150.0, "us", "cwt: not installed"),
        Row("scan", "frame", 0.01234567, "s"),
    ),
)


def test_a_ratio_is_ours_divided_by_the_peers():
    assert [1.5, None, None] == [row.ratio for row in REPORT.rows]


def test_json_has_a_row_with_every_column_for_each_figure():
    answer = json.loads(as_json(REPORT))

    assert {"machine": "a desk"} == answer["circumstances"]
    assert {
        "area": "verify",
        "name": "print copy",
        "value": 150.0,
        "unit": "us",
        "peer": "bare",
        "peer_value": 100.0,
        "ratio": 1.5,
        "note": "goal 1.5",
    } == answer["rows"][0]
    assert (None, None) == (answer["rows"][1]["peer_value"], answer["rows"][1]["ratio"])
    assert (0.01235, None) == (answer["rows"][2]["value"], answer["rows"][2]["peer"])


def test_markdown_has_a_table_for_each_area():
    lines = as_markdown(REPORT).splitlines()

    assert "- machine: a desk" == lines[0]
    assert ["### verify", "### scan"] == [line for line in lines if line.startswith("#")]
    assert "| print copy | 150 | us | bare | 100 | 1.50 | goal 1.5 |" in lines
    assert "| frame | 0.0123 | s |  |  |  |  |" in lines


def test_the_columns_of_the_text_stand_under_each_other():
    head, first, second = as_text(REPORT).splitlines()[3:6]

    assert head.index("peer") == first.index("bare") == second.index("cwt")


def test_a_page_keeps_what_stands_around_the_figures():
    page = f"before\n{BEGIN}\nold\n{END}\nafter\n"

    assert f"before\n{BEGIN}\nnew\n{END}\nafter\n" == replace_measured(page, "new")


@pytest.mark.parametrize("page", ["", BEGIN, f"{END}\n{BEGIN}"])
def test_a_page_without_its_markers_is_left_alone(page):
    with pytest.raises(ValueError, match="markers"):
        replace_measured(page, "new")
