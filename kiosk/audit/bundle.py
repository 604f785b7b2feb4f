"""Rows for a head office: a batch in one documented form, the same on a stick as in the body of a PUT.

Rules kept here: a batch begins where the head office's last receipt ends, and ends at the checkpoint it
carries; its last line is its end, so a cut batch cannot be taken for a whole one; memory for one row; the
row that says so comes before the folder has its name, as in `export`. The form is described for implementers
in docs/audit-batch.md; the head office's answer is `receipt`'s.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from kiosk.audit.export import Export, Record, finish_export
from kiosk.audit.manifest import Ends, Made, encode_manifest
from kiosk.audit.outfolder import write_folder
from kiosk.audit.rowbytes import READABLE_COLUMNS
from kiosk.audit.rows import OutgoingLog, Span, WholeRow

BATCH_FORMAT = "mudaqqiq-audit-batch/1"
BATCH = "batch.jsonl"
FORM = "bundle"


@dataclass(frozen=True, slots=True)
class Proven:
    """The checkpoint a batch ends at, as a signed note, and the proof that it continues an earlier one.

    The `consistency` proof (hashes of 32 bytes) leads from the size before the batch's first row to the
    checkpoint's `size`; it is empty where the batch begins with row 1.
    """

    size: int
    note: bytes
    consistency: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """Which rows the head office is to get: from row `first` on, with their sealed parts or without."""

    first: int
    with_sealed: bool = False


def write_bundle(
    source: OutgoingLog, parent: Path, asked: Asked, proven: Proven, made: Made, record: Record | None = None
) -> Export:
    """Write the rows asked for, up to the checkpoint, as a new folder in `parent`; return what it holds.

    `record` is called as in `export_log`.
    Raises Fault: LOG_BROKEN (a row that does not hold, named), LOG_UNWRITABLE; OutputError.
    """
    span, identity = Span(asked.first, proven.size), source.identity
    name = f"batch-{identity.environment.value}-{identity.epoch.hex()[:8]}-{span.first}-{span.last}"
    with write_folder(parent, name) as folder:
        with folder.create(BATCH) as file:
            ends = write_batch(file, source, span, proven, with_sealed=asked.with_sealed)
        manifest = encode_manifest(FORM, identity, made, span, ends, folder.files)
        made_export = finish_export(folder, parent / name, manifest, span, ends)
        if record is not None:
            record(made_export)
    return made_export


def write_batch(
    file: BinaryIO, source: OutgoingLog, span: Span, proven: Proven, *, with_sealed: bool
) -> Ends:
    """Write one batch: a line that begins it, a line for each row, a line that ends it."""
    previous = head = source.identity.genesis.hash
    for row in source.rows(span, with_sealed=with_sealed):
        if row.seq == span.first:
            previous = row.previous
            _write_line(file, _begin(source, span, previous))
        _write_line(file, _describe(row))
        head = row.hash
    _write_line(file, _end(span, head, proven))
    return Ends(previous, head)


def _begin(source: OutgoingLog, span: Span, previous: bytes) -> dict[str, object]:
    return {
        "format": BATCH_FORMAT,
        "environment": source.identity.environment.value,
        "epoch": source.identity.epoch.hex(),
        "first": span.first,
        "last": span.last,
        "previous": previous.hex(),
    }


def _describe(row: WholeRow) -> dict[str, object]:
    content: dict[str, object] = {
        "seq": row.seq,
        **dict(zip(READABLE_COLUMNS, row.columns, strict=True)),
        "body": _encode(row.body),
        "hash": row.hash.hex(),
    }
    return content if row.sealed is None else {**content, "sealed": _encode(row.sealed)}


def _end(span: Span, head: bytes, proven: Proven) -> dict[str, object]:
    return {
        "rows": span.rows,
        "head": head.hex(),
        "checkpoint": proven.note.decode("utf-8"),
        "consistency": [each.hex() for each in proven.consistency],
    }


def _write_line(file: BinaryIO, content: dict[str, object]) -> None:
    file.write(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")


def _encode(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")
