"""Exports of the log for people and their programs: CSV, JSON Lines or SQLite, with a manifest of hashes.

Rules kept here: only rows that hold go out, and the first that does not is named instead; memory for one row,
whatever the length of the log; a folder appears whole or not at all; nothing sealed goes out unless asked
for; the row that says so is on disk before the folder has its name, because a row without its folder is
better than a folder without a row. Rows for a head office's machine are `bundle`'s. Writing that row is left
to whoever holds the log.
"""

from __future__ import annotations

import base64
import csv
import io
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from enum import Enum
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import BinaryIO

from kiosk.audit.manifest import MANIFEST, SUMS, Ends, Made, encode_manifest, encode_sums
from kiosk.audit.outfolder import OutFolder, WrittenFile, check_written, write_folder
from kiosk.audit.readable import HEADINGS, Cell, disarm, plain_entry, table_cells
from kiosk.audit.reading import LogIdentity
from kiosk.audit.rows import Span, WholeRow, open_outgoing
from kiosk.audit.sqlite_copy import READING, copy_log, write_reading

CHECKPOINT = "checkpoint.txt"
DATASETTE = "metadata.json"


class ExportForm(Enum):
    """In which form rows go out."""

    CSV = "csv"
    JSONL = "jsonl"
    SQLITE = "sqlite"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to export: in which form, from and until which row or day (None: the log's ends)."""

    form: ExportForm
    since: int | date | None = None
    until: int | date | None = None
    with_sealed: bool = False

    def __post_init__(self) -> None:
        if self.form is ExportForm.SQLITE and (self.since is not None or self.until is not None):
            raise ValueError("the sqlite form is always the whole log: take csv or jsonl for a part of it")
        if self.form is ExportForm.CSV and self.with_sealed:
            raise ValueError("a table has no place for sealed parts: take jsonl or sqlite")


@dataclass(frozen=True, slots=True)
class Export:
    """What was exported, and where. `digest` is the SHA-256 of the manifest; `files` are all with theirs."""

    folder: Path
    span: Span
    head: bytes
    digest: bytes
    files: tuple[WrittenFile, ...]


Record = Callable[[Export], object]
"""Writes the row about an export whose files are all on the disk; what it raises ends the export."""


@dataclass(slots=True)
class _Passing:
    """The hashes at the two ends of the rows that went through."""

    ends: Ends | None = None

    def note(self, rows: Iterator[WholeRow]) -> Iterator[WholeRow]:
        for row in rows:
            self.ends = Ends(self.ends.previous if self.ends else row.previous, row.hash)
            yield row


def export_log(
    log: Path,
    parent: Path,
    wanted: Wanted,
    made: Made,
    checkpoint: bytes | None,
    record: Record | None = None,
) -> Export:
    """Write an export of the log at `log` as a new folder in `parent`, and return what it holds.

    `checkpoint` is the newest signed note of the log, if there is one. `record` is called when the files
    have been read back and before the folder has its name; None where the log is only read.
    Raises Fault: LOG_BROKEN (a row that does not hold, named), LOG_UNWRITABLE; OutputError.
    """
    with open_outgoing(log) as source:
        identity, span = source.identity, source.find_span(wanted.since, wanted.until)
    name = f"audit-{identity.environment.value}-{identity.epoch.hex()[:8]}-{span.first}-{span.last}"
    final = parent / f"{name}-{wanted.form.value}"
    with write_folder(parent, final.name) as folder:
        span, ends = _write_rows(log, folder, wanted, span)
        if checkpoint is not None:
            folder.write(CHECKPOINT, checkpoint)
        manifest = encode_manifest(wanted.form.value, identity, made, span, ends, folder.files)
        made_export = finish_export(folder, final, manifest, span, ends)
        if record is not None:
            record(made_export)
    return made_export


def finish_export(folder: OutFolder, final: Path, manifest: bytes, span: Span, ends: Ends) -> Export:
    """Write what lies beside the rows, and read all of it back. Raises OutputError."""
    folder.write(MANIFEST, manifest)
    folder.write(SUMS, encode_sums(folder.files))
    check_written(folder.path, folder.files)
    return Export(final, span, ends.head, sha256(manifest).digest(), tuple(folder.files))


def _write_rows(log: Path, folder: OutFolder, wanted: Wanted, span: Span) -> tuple[Span, Ends]:
    if wanted.form is ExportForm.SQLITE:
        return _write_sqlite(log, folder, with_sealed=wanted.with_sealed)
    passing = _Passing()
    with open_outgoing(log) as source, folder.create(f"rows.{wanted.form.value}") as file:
        rows = passing.note(source.rows(span, with_sealed=wanted.with_sealed))
        write = write_csv if wanted.form is ExportForm.CSV else write_jsonl
        write(file, rows)
    return span, passing.ends or _no_rows(source.identity)


def _write_sqlite(log: Path, folder: OutFolder, *, with_sealed: bool) -> tuple[Span, Ends]:
    """Copy the log, then judge the copy, and take what the flat table shows from it."""
    copy_log(log, folder.path / log.name, with_sealed=with_sealed)
    passing = _Passing()
    with open_outgoing(folder.path / log.name) as copy:
        rows = passing.note(copy.rows(copy.span))
        write_reading(folder.path / READING, (table_cells(row.seq, row.entry, row.hash) for row in rows))
    folder.adopt(log.name)
    folder.adopt(READING)
    folder.write(DATASETTE, files("kiosk.audit").joinpath("datasette.json").read_bytes())
    return copy.span, passing.ends or _no_rows(copy.identity)


def _no_rows(identity: LogIdentity) -> Ends:
    return Ends(identity.genesis.hash, identity.genesis.hash)


def write_csv(file: BinaryIO, rows: Iterator[WholeRow]) -> None:
    """Write rows as CSV: RFC 4180 with headings, UTF-8 with a byte order mark, no cell that is a formula.

    The mark makes spreadsheets read Arabic names as UTF-8; other programs take the encoding `utf-8-sig`.
    """
    with _text(file, "utf-8-sig") as text:
        table = csv.writer(text)
        table.writerow(HEADINGS)
        for row in rows:
            cells: tuple[Cell, ...] = table_cells(row.seq, row.entry, row.hash)
            table.writerow([disarm(cell) for cell in cells])


def write_jsonl(file: BinaryIO, rows: Iterator[WholeRow]) -> None:
    """Write rows as JSON Lines: one object a row with `seq`, `hash`, `entry` and, if given, `sealed`."""
    with _text(file, "utf-8") as text:
        for row in rows:
            content: dict[str, object] = {
                "seq": row.seq,
                "hash": row.hash.hex(),
                "entry": plain_entry(row.entry),
            }
            if row.sealed is not None:
                content["sealed"] = base64.b64encode(row.sealed).decode("ascii")
            text.write(json.dumps(content, ensure_ascii=False) + "\n")


@contextmanager
def _text(file: BinaryIO, encoding: str) -> Iterator[io.TextIOWrapper]:
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    try:
        yield text
    finally:
        text.detach()
