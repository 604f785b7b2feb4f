"""What lies beside exported files: which rows, of which log, up to which hash, and the SHA-256 of each file.

Rules kept here: the manifest is written last, names every other file, and is itself what the log's EXPORTED
row carries the hash of; `SHA256SUMS` says the same in the form that `sha256sum -c` reads.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from kiosk.audit.outfolder import WrittenFile
from kiosk.audit.readable import format_instant
from kiosk.audit.reading import LogIdentity
from kiosk.audit.rows import Span

EXPORT_FORMAT = "mudaqqiq-audit-export/1"
MANIFEST = "manifest.json"
SUMS = "SHA256SUMS"


@dataclass(frozen=True, slots=True)
class Made:
    """By whom and when files were made: the program's version, the station's name, and aware UTC time."""

    at: datetime
    version: str
    station: str


@dataclass(frozen=True, slots=True)
class Ends:
    """What the rows of an export follow and end with: two hashes of 32 bytes."""

    previous: bytes
    head: bytes


def encode_manifest(
    form: str, identity: LogIdentity, made: Made, span: Span, ends: Ends, files: Sequence[WrittenFile]
) -> bytes:
    """Return the bytes of `manifest.json`. `form` is the word of the export's form, like `csv`."""
    content = {
        "format": EXPORT_FORMAT,
        "form": form,
        "environment": identity.environment.value,
        "epoch": identity.epoch.hex(),
        "station": made.station,
        "made": format_instant(made.at),
        "version": made.version,
        "first": span.first,
        "last": span.last,
        "rows": span.rows,
        "previous": ends.previous.hex(),
        "head": ends.head.hex(),
        "files": [{"name": each.name, "bytes": each.size, "sha256": each.sha256.hex()} for each in files],
    }
    return json.dumps(content, ensure_ascii=False, indent=1).encode() + b"\n"


def encode_sums(files: Sequence[WrittenFile]) -> bytes:
    """Return the bytes of `SHA256SUMS`: one line for each file, as `sha256sum -c` reads them."""
    return "".join(f"{each.sha256.hex()}  {each.name}\n" for each in files).encode()
