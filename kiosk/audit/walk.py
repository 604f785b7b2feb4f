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
from itertools import islice

import pysqlite3

from kiosk.audit.merkle import HASH_BYTES, TILE, fold, leaf_hashes
from kiosk.audit.rowbytes import ABSENT, ENDED, MAX_BODY, READABLE_COLUMNS, ROW_PREFIX

RawRow = tuple[int, bytes, bytes, bytes, bytes]
"""Number, previous, hash, columns, body; anything at all in fact.

The columns are written as `chain.encode_columns` writes them, so with six marks or more, or are None.
"""

_ROW = sha256(ROW_PREFIX)  # copied for each row: quicker than to begin anew

# A column that is no text makes all of them NULL, which breaks the row.
_COLUMNS = "||".join(
    f"CASE typeof({name}) WHEN 'text' THEN {name} || char({ENDED[0]}) WHEN 'null' THEN char({ABSENT[0]}) END"
    for name in READABLE_COLUMNS
)
# A row longer than any of ours is left out, and so missing: it must not break this machine's memory. These
# lengths are known to SQLite before it has loaded the values.
_COLUMN_BYTES = "+".join(f"ifnull(octet_length({name}), 0)" for name in READABLE_COLUMNS)
_BOUNDED = (
    f"octet_length(previous) <= {HASH_BYTES} AND octet_length(hash) <= {HASH_BYTES}"
    f" AND octet_length(body) <= {MAX_BODY} AND {_COLUMN_BYTES} <= {MAX_BODY}"
)
WALK = (
    f"SELECT seq, previous, hash, CAST({_COLUMNS} AS BLOB), body FROM entry NOT INDEXED"  # noqa: S608 - ours
    f" WHERE seq BETWEEN ? AND ? AND {_BOUNDED} ORDER BY seq"
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
    seq, previous, begun = first - 1, follows or b"", follows
    tiles: list[bytes] = []
    left = iter(rows)
    while some := list(islice(left, TILE)):
        if begun is None:
            begun = previous = some[0][1] if type(some[0][1]) is bytes else b""
        hashes = _walk_some(some, seq, previous)
        if hashes:
            seq, previous = seq + len(hashes), hashes[-1]
        if len(hashes) < len(some):
            break
        if len(hashes) == TILE:
            tiles.append(fold(leaf_hashes(hashes)))
    return Walked(seq - first + 1, begun or b"", previous, tuple(tiles))


def _walk_some(rows: list[RawRow], seq: int, previous: bytes) -> list[bytes]:
    """Return the hashes of `rows` as far as they hold; the first should follow row `seq`."""
    hashes = _hash_rows(rows, seq, previous)
    count = len(hashes)
    numbers, followed, stored, columns, _ = zip(*rows[:count], strict=True) if count else ((),) * 5
    marks = b"".join(columns)
    if (
        stored == tuple(hashes)
        and followed == (previous, *hashes[:-1])[:count]
        and numbers == tuple(range(seq + 1, seq + 1 + count))
        and marks.count(ENDED) + marks.count(ABSENT) == count * len(READABLE_COLUMNS)  # none has fewer
    ):
        return hashes
    return hashes[: _count_holding(rows, hashes, seq, previous)]


def _hash_rows(rows: list[RawRow], seq: int, previous: bytes) -> list[bytes]:
    """Hash each row as if it followed the one before it, as far as rows have bytes to be hashed."""
    hashes = []
    try:
        for number, (_, _, _, columns, body) in enumerate(rows, seq + 1):
            hashed = _ROW.copy()
            hashed.update(previous + number.to_bytes(8, "big") + columns + body)
            previous = hashed.digest()
            hashes.append(previous)
    except TypeError:
        return hashes
    return hashes


def _count_holding(rows: list[RawRow], hashes: list[bytes], seq: int, previous: bytes) -> int:
    """Return how many of `rows` hold, of which these are the hashes they should have."""
    for count, (row, expected) in enumerate(zip(rows, hashes, strict=False)):
        number, followed, stored, columns, _ = row
        marks = columns.count(ENDED) + columns.count(ABSENT)
        if (number, followed, stored, marks) != (seq + 1 + count, previous, expected, len(READABLE_COLUMNS)):
            return count
        previous = expected
    return len(hashes)


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
