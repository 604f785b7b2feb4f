"""An entry as JSON and as the cells of a table."""

import json
from dataclasses import fields
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.audit.entry import ClockStep, CodeMeasure, CodesCounted, Entry, LivenessMeasure, StepResult, Visit
from kiosk.audit.readable import HEADINGS, disarm, plain_entry, table_cells
from kiosk.model import Movement, Outcome, Reason, Step
from tests.audit.makers import NOON, a_failed_visit, a_visit, an_entry
from tests.audit.strategies import ANY_ENTRY


def cells_of(entry):
    return dict(zip(HEADINGS, table_cells(7, entry, bytes(32)), strict=True))


def test_a_visit_becomes_json_that_names_its_fields_times_and_bytes():
    entry = an_entry(a_failed_visit())

    plain = plain_entry(entry)

    assert plain == json.loads(json.dumps(plain))
    assert ("VISIT", "2026-11-22T09:00:00.123456Z") == (plain["kind"], plain["at"])
    assert ["FACE_MISMATCH"] == plain["fact"]["reasons"]
    assert {"step": "decode", "outcome": "PASS", "ms": 1.25} == plain["fact"]["steps"][0]
    assert "fresh" == plain["fact"]["status_list"]["grade"]
    assert "00" * 8 == plain["fact"]["issuer_key_id"]


def test_what_is_absent_is_left_out_of_the_json():
    assert "face" not in plain_entry(an_entry(a_visit(face=None)))["fact"]


@given(ANY_ENTRY)
@settings(max_examples=100, deadline=None)
def test_every_entry_has_json_and_a_cell_for_every_heading(entry):
    json.dumps(plain_entry(entry))

    assert len(HEADINGS) == len(table_cells(1, entry, bytes(32)))


def test_every_field_of_a_visit_and_of_an_entry_has_a_column():
    parts = {"status_list": "list_version", "face": "face_score", "code": "code_decoder"}
    parts |= {"liveness": "liveness_made"}
    named = {field.name for field in (*fields(Visit), *fields(Entry))} - {"fact", "sealed_hash"}

    assert {parts.get(name, name) for name in named} <= set(HEADINGS)
    assert len(set(HEADINGS)) == len(HEADINGS)


def test_a_visit_fills_its_columns():
    visit = a_visit(
        outcome=Outcome.REFER,
        reasons=(Reason.LIST_STALE, Reason.FACE_UNCERTAIN),
        steps=(StepResult(Step.PARSE, Outcome.PASS, 1.5), StepResult(Step.FACE, None, 0.0)),
        code=CodeMeasure("zxing", 4.5, 0.25, 14),
        liveness=LivenessMeasure("mesh", (Movement.BLINK, Movement.TURN_LEFT), (Movement.BLINK,), 2, 0.7),
    )

    cells = cells_of(an_entry(visit))

    assert (7, "REFER", "LIST_STALE FACE_UNCERTAIN") == (cells["seq"], cells["outcome"], cells["reasons"])
    assert "parse=PASS:1.5 face=-:0" == cells["steps"]
    assert (0.61, 3600, "fresh") == (cells["face_score"], cells["list_age_s"], cells["list_grade"])
    assert ("zxing", 4.5, 14) == (cells["code_decoder"], cells["code_px_per_module"], cells["code_version"])
    assert ("BLINK TURN_LEFT", "BLINK", 2, 0.7) == tuple(
        cells[f"liveness_{name}"] for name in ("asked", "made", "tries", "least_likeness")
    )
    assert ("no", "104", None) == (cells["simulated_camera"], cells["operator"], cells["fact"])


def test_another_fact_stands_whole_in_one_column():
    cells = cells_of(an_entry(CodesCounted(60, 3, 1), at=NOON + timedelta(seconds=1)))

    assert {"seconds": 60, "unreadable": 3, "foreign": 1} == json.loads(cells["fact"])
    assert (None, None) == (cells["outcome"], cells["face_score"])


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "＠x"])
def test_a_text_that_a_spreadsheet_would_run_gets_an_apostrophe(text):
    assert f"'{text}" == disarm(text)


@pytest.mark.parametrize(
    ("text", "harmless"),
    [("a;=1+1;b", "a;'=1+1;b"), ("a; -1", "a;' -1"), ("a;;@S(1)", "a;;'@S(1)"), ("=1;＝1", "'=1;'＝1")],
)
def test_a_formula_after_a_semicolon_gets_one_too_for_spreadsheets_that_part_cells_there(text, harmless):
    assert harmless == disarm(text)


@pytest.mark.parametrize(
    "cell", ["a;b=1", '{"after":[1,-2]}', "Gate 3", "بوابة ٣", "a=1", "", -5, -0.25, None]
)
def test_other_texts_and_numbers_stay_what_they_are(cell):
    assert cell == disarm(cell)


@given(st.text(max_size=20))
@settings(max_examples=100)
def test_no_text_comes_out_as_a_formula(text):
    assert not str(disarm(text)).startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


def test_a_clock_step_backwards_stays_a_number_in_json():
    assert -5.5 == plain_entry(an_entry(ClockStep(-5.5)))["fact"]["seconds"]
