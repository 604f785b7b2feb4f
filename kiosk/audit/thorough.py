"""What the quick walk leaves out: is each content an entry, do columns and sealed part belong to it?

A hash already covers all three, so this finds what a kiosk itself wrote wrongly, what somebody rewrote with
all its hashes, and sealed parts that were exchanged. Sealed parts that are gone without a row that says so
are counted only: an export leaves them out, and the chain holds without them.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from kiosk.audit.canonical import columns_of, parse_entry
from kiosk.audit.chain import Break, Flaw, StoredRow
from kiosk.audit.entry import Entry, Shredded
from kiosk.audit.reading import load_rows, load_sealed
from kiosk.audit.schema import sqlite_errors_as_faults
from kiosk.model import Fault

_SHREDDED = "SELECT seq FROM entry NOT INDEXED WHERE kind = 'SHREDDED' AND seq <= ?"


@dataclass(frozen=True, slots=True)
class ContentReport:
    """The first row whose content is not what it should be, if any.

    `sealed_missing` counts the rows before it whose sealed part is gone although no row says that it was
    destroyed.
    """

    broken: Break | None
    sealed_missing: int


def check_content(database: Database, first: int, last: int) -> ContentReport:
    """Read rows `first` to `last`, which hold, and judge their contents.

    Raises Fault: LOG_BROKEN, LOG_UNWRITABLE.
    """
    shreds = _load_shreds(database, last)
    missing = 0
    for seq, row in enumerate(load_rows(database, first, last), first):
        entry = check_columns(row)
        if isinstance(entry, Flaw):
            return ContentReport(Break(seq, entry), missing)
        sealed = load_sealed(database, seq)
        if sealed is not None and hashlib.sha256(sealed).digest() != entry.sealed_hash:
            return ContentReport(Break(seq, Flaw.SEALED_ALTERED), missing)
        missing += sealed is None and entry.sealed_hash is not None and not _is_shredded(seq, entry, shreds)
    return ContentReport(None, missing)


def check_columns(row: StoredRow) -> Entry | Flaw:
    """Return what a row says, or in what way its content or its columns are wrong."""
    if type(row.body) is not bytes:
        return Flaw.WRONG_TYPE
    try:
        entry = parse_entry(row.body)
    except Fault:
        return Flaw.NOT_AN_ENTRY
    return entry if columns_of(row.body) == row.columns else Flaw.COLUMN_ALTERED


def _is_shredded(seq: int, entry: Entry, shreds: list[tuple[int, datetime]]) -> bool:
    return any(said_in > seq and entry.at < before for said_in, before in shreds)


def _load_shreds(database: Database, last: int) -> list[tuple[int, datetime]]:
    with sqlite_errors_as_faults("reading the log"):
        places = [row[0] for row in database.execute(_SHREDDED, (last,))]
    rows = [row for place in places for row in load_rows(database, place, place)]
    said = [(row.seq, check_columns(row)) for row in rows]
    return [
        (seq, entry.fact.before)
        for seq, entry in said
        if isinstance(seq, int) and isinstance(entry, Entry) and isinstance(entry.fact, Shredded)
    ]
