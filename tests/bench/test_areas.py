"""Every area measures what it says, with counts far too small to be figures."""

from __future__ import annotations

import importlib
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kiosk.bench import scan, verify
from kiosk.bench.rivals import RIVALS, Rivals, find_interpreter
from kiosk.bench.run import AREAS, BEGIN, END
from kiosk.bench.timing import QUICK
from kiosk.bench.tokens import ED25519, ES256, Signer, make_live, make_print

NOW = datetime.now(UTC)  # the rivals read the machine's own clock
TINY = replace(QUICK, rounds=1, batch=2, appends=2, logged=20, loads=1)
PAGE = Path(__file__).resolve().parents[2] / "docs" / "performance.md"


def documented_names() -> set[str]:
    tables = PAGE.read_text("utf-8").partition(BEGIN)[2].partition(END)[0]
    return {line.split(" | ")[0].removeprefix("| ") for line in tables.splitlines() if line.startswith("| ")}


@pytest.mark.slow
@pytest.mark.parametrize("area", AREAS)
def test_an_area_gives_rows_of_positive_figures_that_the_page_holds(area):
    rows = importlib.import_module(f"kiosk.bench.{area}").measure(TINY, NOW)

    assert rows
    assert {area} == {row.area for row in rows}
    measured = [row for row in rows if row.unit not in {"%", scan.FRAMES}]  # nothing read is a figure too
    assert all(row.value > 0 and row.unit for row in measured)
    assert all(row.peer_value is None or row.peer_value > 0 for row in measured)
    assert set() == {row.name for row in rows} - documented_names()


def test_rivals_that_are_not_installed_are_named_with_what_brings_them(tmp_path):
    assert None is find_interpreter(tmp_path)

    rows = list(verify._measure_print("print copy", Signer(ED25519), TINY, NOW, None))

    missing = [row for row in rows if row.peer_value is None]
    assert len(RIVALS) == len(missing)
    assert all(row.peer.endswith("not installed: make peers") for row in missing)


@pytest.mark.parametrize("algorithm", [ED25519, ES256])
def test_rivals_read_the_print_copy_and_refuse_a_wrong_signature(algorithm):
    issuer = Signer(algorithm)

    known = ("claim169", "cwt")  # the one beside the tests' own packages, the other not; it tries both texts
    with Rivals(Path(sys.executable), make_print(issuer, NOW), issuer, known) as rivals:
        samples = rivals.batch("claim169 text")(3)

    assert {"claim169 text"} == rivals.ways
    assert 3 == len(samples)
    assert rivals.name("claim169 text").endswith(", from text")
    assert "cwt: not installed: make peers" == rivals.name("cwt bytes")


def test_a_phone_copy_of_the_benchmark_fills_a_code_of_version_25():
    texts = [make_live(Signer(ED25519), NOW).text for _ in range(5)]

    assert all(1704 < len(text) <= 1853 for text in texts)  # ISO/IEC 18004 table 7, 24-L and 25-L


def test_what_is_called_bare_verifies_and_nothing_else():
    issuer = Signer(ES256)

    assert [1, 3] == [len(made.bare) for made in (make_print(issuer, NOW), make_live(issuer, NOW))]
    assert [None] * 3 == [call() for call in make_live(issuer, NOW).bare]
