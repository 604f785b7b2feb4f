"""For audit actions that copy rows out: where the copy may lie, the row that says so, and what is printed.

Rules kept here: no copy lies in the log's own folder, where it would be lost with the log; one on the same
disk is warned of, because a broken disk takes both; the row is on disk before the copy has its name.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from kiosk.audit.entry import Exported
from kiosk.audit.export import Export, Record
from kiosk.audit.outfolder import OutputError
from kiosk.audit.private import is_within
from kiosk.commands.audit_rows import RowWriter


def check_place(out: Path, log_folder: Path) -> None:
    """Raise OutputError when `out`, made or not, is in the log's folder."""
    if is_within(out, log_folder):
        raise OutputError(f"{out} is in the log's own folder: name a place elsewhere, like a stick")


def is_on_same_disk(place: Path, other: Path) -> bool:
    """Tell whether both lie in one file system. What cannot be reached lies in none."""
    try:
        return place.stat().st_dev == other.stat().st_dev
    except OSError:
        return False


def write_recorded(
    writer: RowWriter, form: str, write: Callable[[Record], Export], *, with_sealed: bool
) -> Export:
    """Let `write` make an export, with the row that says so on disk before the export has its name.

    Raises what `write` raises; of an export that failed after its row, that the row is there.
    """
    rows: list[int] = []

    def record(made: Export) -> None:
        fact = Exported(form, made.span.first, made.span.last, made.digest, with_sealed)
        rows.append(writer.append(fact).seq)

    try:
        made = write(record)
    except OutputError as err:
        if rows:
            raise OutputError(f"{err}; row {rows[0]} says that rows left: export them again") from err
        raise
    say_written(made, form, recorded_as=rows[0])
    if is_on_same_disk(made.folder, writer.settings.paths.log):
        print("WARNING   this is the disk of the log itself: who loses that loses both, so take it elsewhere")
    return made


def say_written(made: Export, form: str, *, recorded_as: int | None) -> None:
    """Print what was written; `recorded_as` is the row that says so."""
    print(f"wrote     {made.folder}")
    print(f"rows      {made.span.first} to {made.span.last}, {form}")
    print(f"head      {made.head.hex()}")
    print(f"manifest  SHA-256 {made.digest.hex()}")
    print(f"recorded  {f'row {recorded_as}' if recorded_as else 'no: the log was only read'}")
