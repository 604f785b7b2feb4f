"""The quick walk over many rows: does each hash follow from the row and the one before it?

It says how far that is so and never why not: the careful `chain.verify_chain` names what is wrong with the
row where it stopped. It gives the hash over each 256 rows too, so that nobody reads the rows again for a
root. Run as a program it walks half of a long log for `check`, which believes it only when it found nothing
wrong. That process is to stay small: nothing is imported here but what it needs.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256

import pysqlite3

from kiosk.audit.merkle import HASH_BYTES, TILE, fold, leaf_hash
from kiosk.audit.rowbytes import ABSENT, ENDED, MAX_BODY, READABLE_COLUMNS, ROW_PREFIX

RawRow = tuple[int, bytes, bytes, bytes, bytes]
"""Number, previous, hash, columns as `chain.encode_columns` writes them, body; anything at all in fact."""

_ROW = sha256(ROW_PREFIX)  # copied for each row: quicker than to begin anew

# A value longer than any of ours is cut, so that it breaks its row and not this machine's memory. A text is
# taken as bytes first: as a text SQLite would cut it at its first zero.
_CUT = MAX_BODY + 1
_COLUMNS = "||".join(
    f"coalesce(substr(CAST({name} || char({ENDED[0]}) AS BLOB), 1, {_CUT}), char({ABSENT[0]}))"
    for name in READABLE_COLUMNS
)
_ARE_TEXTS = " AND ".join(f"typeof({name}) IN ('text', 'null')" for name in READABLE_COLUMNS)
WALK = (
    "SELECT seq, substr(previous, 1, 33), substr(hash, 1, 33),"  # noqa: S608 - our own names
    f" CAST({_COLUMNS} AS BLOB), substr(body, 1, {_CUT}) FROM entry NOT INDEXED"
    f" WHERE seq BETWEEN ? AND ? AND {_ARE_TEXTS} ORDER BY seq"
)


@dataclass(frozen=True, slots=True)
class Walked:
    """How far a run of rows holds. `tiles` has the hash over each 256 rows from its beginning on.

    `follows` is the hash the first row says it follows, `last` that of the last row that holds.
    """

    rows: int
    follows: bytes
    last: bytes
    tiles: tuple[bytes, ...]


def walk_rows(rows: Iterable[RawRow], first: int, follows: bytes | None) -> Walked:
    """Walk `rows`, the first of which should have the number `first`, as far as they hold.

    `follows`: the hash the first row should follow; None believes what that row says.
    """
    seq, previous = first - 1, follows or b""
    begun = follows
    leaves: list[bytes] = []
    tiles: list[bytes] = []
    for row_seq, row_previous, row_hash, columns, body in rows:
        if begun is None:
            begun = previous = row_previous
        hashed = _ROW.copy()
        try:
            hashed.update(previous + (seq + 1).to_bytes(8, "big") + columns + body)
        except TypeError:
            break
        digest = hashed.digest()
        if digest != row_hash or row_previous != previous or row_seq != seq + 1:
            break
        if columns.count(ENDED) + columns.count(ABSENT) != len(READABLE_COLUMNS):
            break
        seq, previous = seq + 1, digest
        leaves.append(leaf_hash(digest))
        if len(leaves) == TILE:
            tiles.append(fold(leaves))
            leaves = []
    return Walked(seq - first + 1, begun or b"", previous, tuple(tiles))


def main(path: str, first: int, last: int) -> None:
    """Walk rows `first` to `last` of the log at the address `path`; write what `parse_walked` reads."""
    with closing(pysqlite3.connect(path, uri=True, timeout=5.0, isolation_level=None)) as connection:
        walked = walk_rows(connection.execute(WALK, (first, last)), first, None)
    hashes = (walked.follows, walked.last, *walked.tiles)
    sys.stdout.buffer.write(walked.rows.to_bytes(8, "big") + b"".join(hashes))


def parse_walked(content: bytes) -> Walked | None:
    """Return what another process found, or None when that was cut off."""
    count, rest = content[:8], content[8:]
    hashes = [rest[at : at + HASH_BYTES] for at in range(0, len(rest), HASH_BYTES)]
    if len(hashes) < 2 or len(hashes[-1]) != HASH_BYTES:  # noqa: PLR2004 - the two ends
        return None
    return Walked(int.from_bytes(count, "big"), hashes[0], hashes[1], tuple(hashes[2:]))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
