"""Exports hold exactly the rows of the log, in forms that other programs open."""

import base64
import csv
import hashlib
import io
import json
import subprocess
import sys
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlite_utils

from kiosk.audit.check import check_log
from kiosk.audit.entry import Stop
from kiosk.audit.export import ExportForm, Wanted, export_log, write_csv, write_jsonl
from kiosk.audit.manifest import Made
from kiosk.audit.readable import HEADINGS
from kiosk.audit.rows import open_outgoing
from kiosk.model import Fault, Reason
from tests.audit.makers import NOON, a_failed_visit, an_entry, as_insider, open_log, write_log

ROOT = Path(__file__).resolve().parents[2]
MADE = Made(NOON, "0.1.0", "Gate 3")
SEALED = b"sealed part of a row"


def export(log, out, form, note=None, **wanted):
    return export_log(log, out, Wanted(ExportForm(form), **wanted), MADE, note)


def a_log(folder, count=5):
    """Write `count` visits, one a day, the second of them sealed; return the path."""
    with open_log(folder) as log:
        for number in range(count):
            entry = an_entry(a_failed_visit() if number == 2 else None, at=NOON + timedelta(days=number))
            if number == 1:
                log.append(replace(entry, sealed_key=bytes(8)), SEALED)
            else:
                log.append(entry)
    return folder / "sandbox.db"


def read_csv(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def read_jsonl(path):
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_a_csv_export_has_a_line_for_each_row(tmp_path):
    made = export(a_log(tmp_path / "log"), tmp_path / "out", "csv")

    rows = read_csv(made.folder / "rows.csv")
    assert ["1", "2", "3", "4", "5"] == [row["seq"] for row in rows]
    assert list(HEADINGS) == list(rows[0])
    assert ("FAIL", "FACE_MISMATCH", "Gate 3") == (rows[2]["outcome"], rows[2]["reasons"], rows[2]["station"])


def test_a_csv_export_begins_with_the_mark_that_makes_spreadsheets_read_arabic(tmp_path):
    with open_log(tmp_path / "log") as log:
        log.append(an_entry(station="بوابة ٣"))

    made = export(tmp_path / "log/sandbox.db", tmp_path / "out", "csv")

    content = (made.folder / "rows.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    assert "بوابة ٣" in content.decode("utf-8")


def test_a_station_named_like_a_formula_is_disarmed_in_csv_alone(tmp_path):
    with open_log(tmp_path / "log") as log:
        log.append(an_entry(station='=HYPERLINK("http://x")'))

    as_csv = export(tmp_path / "log/sandbox.db", tmp_path / "out", "csv")
    as_jsonl = export(tmp_path / "log/sandbox.db", tmp_path / "out", "jsonl")

    assert '\'=HYPERLINK("http://x")' == read_csv(as_csv.folder / "rows.csv")[0]["station"]
    assert '=HYPERLINK("http://x")' == read_jsonl(as_jsonl.folder / "rows.jsonl")[0]["entry"]["station"]


def test_a_jsonl_export_has_an_object_for_each_row(tmp_path):
    made = export(a_log(tmp_path / "log"), tmp_path / "out", "jsonl")

    rows = read_jsonl(made.folder / "rows.jsonl")
    assert [1, 2, 3, 4, 5] == [row["seq"] for row in rows]
    assert "FAIL" == rows[2]["entry"]["fact"]["outcome"]
    assert made.head.hex() == rows[-1]["hash"]


def test_the_manifest_names_every_file_with_its_hash_and_sha256sum_agrees(tmp_path):
    made = export(a_log(tmp_path / "log"), tmp_path / "out", "csv", note=b"a checkpoint\n")

    content = (made.folder / "manifest.json").read_bytes()
    manifest = json.loads(content)
    assert hashlib.sha256(content).digest() == made.digest
    assert ("csv", 1, 5, 5) == tuple(manifest[key] for key in ("form", "first", "last", "rows"))
    assert made.head.hex() == manifest["head"]
    assert ["rows.csv", "checkpoint.txt"] == [each["name"] for each in manifest["files"]]
    subprocess.run(["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=made.folder, check=True)


@pytest.mark.parametrize("form", ["csv", "jsonl", "sqlite"])
def test_nothing_sealed_goes_out_unless_asked_for(tmp_path, form):
    made = export(a_log(tmp_path / "log"), tmp_path / "out", form)

    written = b"".join(path.read_bytes() for path in made.folder.iterdir())
    assert SEALED not in written
    assert base64.b64encode(SEALED) not in written


def test_sealed_parts_go_out_when_asked_for(tmp_path):
    log = a_log(tmp_path / "log")

    rows = read_jsonl(export(log, tmp_path / "out", "jsonl", with_sealed=True).folder / "rows.jsonl")
    made = export(log, tmp_path / "out", "sqlite", with_sealed=True)

    assert [None, SEALED, None] == [
        base64.b64decode(row["sealed"]) if "sealed" in row else None for row in rows[:3]
    ]
    copy = sqlite_utils.Database(made.folder / "sandbox.db")
    assert [(2, SEALED)] == [(row["seq"], row["content"]) for row in copy["sealed"].rows]
    copy.close()


@pytest.mark.parametrize("with_sealed", [False, True])
def test_an_sqlite_export_is_a_log_that_can_be_checked_anywhere(tmp_path, with_sealed):
    log = a_log(tmp_path / "log", 260)

    made = export(log, tmp_path / "out", "sqlite", with_sealed=with_sealed)

    report, original = check_log(made.folder / "sandbox.db"), check_log(log)
    assert report.holds
    assert (260, original.chain.head) == (report.chain.rows, report.chain.head)
    assert made.head == report.chain.head.hash
    assert ["reading.db", "sandbox.db"] == sorted(path.name for path in made.folder.glob("*.db*"))


def test_an_sqlite_export_has_a_flat_table_that_the_shipped_metadata_describes(tmp_path):
    made = export(a_log(tmp_path / "log"), tmp_path / "out", "sqlite")

    metadata = json.loads((made.folder / "metadata.json").read_text("utf-8"))["databases"]["reading"]
    database = sqlite_utils.Database(made.folder / "reading.db")
    assert list(HEADINGS) == [column.name for column in database["rows"].columns]
    table = metadata["tables"]["rows"]
    assert set(table["columns"]) | set(table["facets"]) | {table["sort_desc"]} <= set(HEADINGS)
    found = {name: list(database.query(query["sql"])) for name, query in metadata["queries"].items()}
    assert {
        "day": "2026-11-24",
        "visits": 1,
        "passed": 0,
        "failed": 1,
        "referred": 0,
        "referred_percent": 0.0,
    } == (found["outcomes_by_day"][2])
    assert [{"outcome": "FAIL", "reasons": "FACE_MISMATCH", "visits": 1}] == found["reasons"]
    assert [] == found["interruptions"]
    database.close()


def test_numbers_are_numbers_in_the_flat_table(tmp_path):
    made = export(a_log(tmp_path / "log"), tmp_path / "out", "sqlite")

    database = sqlite_utils.Database(made.folder / "reading.db")
    assert [(1, 0.61, 3600)] == [
        (row["seq"], row["face_score"], row["list_age_s"]) for row in database["rows"].rows_where(limit=1)
    ]
    database.close()


@pytest.mark.parametrize(
    ("since", "until", "rows"),
    [
        (2, 4, [2, 3, 4]),
        (4, None, [4, 5]),
        (None, 2, [1, 2]),
        (0, 99, [1, 2, 3, 4, 5]),
        (date(2026, 11, 24), None, [3, 4, 5]),
        (None, date(2026, 11, 23), [1, 2]),
        (date(2026, 11, 23), date(2026, 11, 23), [2]),
    ],
    ids=repr,
)
def test_a_part_of_the_log_by_rows_or_by_days(tmp_path, since, until, rows):
    made = export(a_log(tmp_path / "log"), tmp_path / "out", "jsonl", since=since, until=until)

    assert rows == [row["seq"] for row in read_jsonl(made.folder / "rows.jsonl")]
    assert (rows[0], rows[-1]) == (made.span.first, made.span.last)


@pytest.mark.parametrize(
    ("since", "until"), [(6, None), (4, 2), (date(2027, 1, 1), None), (None, date(2026, 1, 1))]
)
def test_a_part_that_is_not_there_is_said(tmp_path, since, until):
    with pytest.raises(Fault, match="no such rows"):
        export(a_log(tmp_path / "log"), tmp_path / "out", "csv", since=since, until=until)


def test_a_part_as_sqlite_or_sealed_parts_as_csv_are_refused():
    with pytest.raises(ValueError, match="whole log"):
        Wanted(ExportForm.SQLITE, since=2)
    with pytest.raises(ValueError, match="no place"):
        Wanted(ExportForm.CSV, with_sealed=True)


@pytest.mark.parametrize("form", ["csv", "jsonl", "sqlite"])
@pytest.mark.parametrize(
    ("change", "row"),
    [
        ("UPDATE entry SET outcome = 'PASS' WHERE seq = 3", 3),
        ("DELETE FROM entry WHERE seq = 4", 4),
        ("UPDATE entry SET hash = zeroblob(32) WHERE seq = 5", 5),
        ("UPDATE entry SET body = x'00' WHERE seq = 2", 2),
    ],
)
def test_a_row_that_does_not_hold_is_named_and_nothing_is_left(tmp_path, form, change, row):
    log = a_log(tmp_path / "log")
    as_insider(log, change)

    with pytest.raises(Fault) as fault:
        export(log, tmp_path / "out", form)

    assert Reason.LOG_BROKEN is fault.value.reason
    assert f"row {row}:" in fault.value.detail
    assert [] == list((tmp_path / "out").iterdir())


def test_a_sealed_part_that_is_not_the_rows_own_is_named(tmp_path):
    log = a_log(tmp_path / "log")
    as_insider(log, "UPDATE sealed SET content = x'00'")

    with pytest.raises(Fault, match="row 2: the sealed part"):
        export(log, tmp_path / "out", "jsonl", with_sealed=True)


def test_an_empty_log_has_no_rows_to_export_but_a_database(tmp_path):
    open_log(tmp_path / "log").close()

    with pytest.raises(Fault, match="holds none"):
        export(tmp_path / "log/sandbox.db", tmp_path / "out", "csv")


def test_an_export_is_made_beside_a_running_kiosk_and_holds_the_rows_of_one_moment(tmp_path):
    with open_log(tmp_path / "log") as log:
        log.append(an_entry())
        made = export(tmp_path / "log/sandbox.db", tmp_path / "out", "sqlite")
        log.append(an_entry(Stop()))

    assert 1 == made.span.last


def test_an_export_is_never_written_over_another(tmp_path):
    log = write_log(tmp_path / "log", 1)
    export(log, tmp_path / "out", "csv")

    with pytest.raises(Exception, match="nothing is replaced"):
        export(log, tmp_path / "out", "csv")


LIMITED = """
import resource, signal, sys
from pathlib import Path
from tests.audit.test_export import export
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))
try:
    export(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], with_sealed=sys.argv[4] == "sealed")
except Exception as err:
    print(type(err).__name__, err)
"""


@pytest.mark.parametrize(
    ("form", "sealed"), [("csv", ""), ("jsonl", ""), ("sqlite", ""), ("sqlite", "sealed")]
)
def test_a_stick_that_is_full_half_way_is_said_and_holds_nothing_that_looks_whole(tmp_path, form, sealed):
    log, out = write_log(tmp_path / "log", 90), tmp_path / "out"

    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(log), str(out), form, sealed],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.startswith("OutputError "), done.stdout
    assert [] == list(out.iterdir())


def test_rows_are_read_one_by_one(tmp_path):
    log = a_log(tmp_path / "log")
    as_insider(log, "DELETE FROM entry WHERE seq = 3")

    with open_outgoing(log) as source:
        rows = source.rows(source.span)

        assert [1, 2] == [next(rows).seq, next(rows).seq]
        with pytest.raises(Fault, match="row 3"):
            next(rows)


@pytest.mark.parametrize("write", [write_csv, write_jsonl])
def test_what_was_written_is_not_kept_in_memory_until_the_end(tmp_path, write):
    file, out_after = io.BytesIO(), []

    def asked_for(rows):
        for row in rows:
            out_after.append(file.tell())
            yield row

    with open_outgoing(a_log(tmp_path / "log", 120)) as source:
        write(file, asked_for(source.rows(source.span)))

    each = file.tell() / 120
    assert all(out >= number * each - 32 * 1024 for number, out in enumerate(out_after))
