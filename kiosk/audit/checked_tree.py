"""The hashes kept beside the rows, held against what the rows give; and a tree that believes none of them.

Pruned rows left their hashes: these must give the tile that was made of the rows, and lead up to the first
row that is still there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlite_utils import Database

from kiosk.audit.merkle import HASH_BYTES, TILE, fold, leaf_hash
from kiosk.audit.reading import LogIdentity
from kiosk.audit.schema import sqlite_errors_as_faults
from kiosk.audit.tiles import RowTree, load_pruned_hashes, load_row_hashes
from kiosk.model import Fault, Reason

_STORED = "SELECT level, number, substr(hash, 1, 33) FROM tile ORDER BY level, number"
_HIGHEST = 6  # level of a tile; one of the next would be over more rows than there are numbers for
_MOST_MISSING = 2**16  # tiles, of 16 million rows; what claims that more are gone is no log of ours
_COUNT_PRUNED = "SELECT count(*), max(number) FROM pruned_tile"


def load_pruned_tiles(database: Database, identity: LogIdentity) -> tuple[list[bytes], str | None]:
    """Return the hash over each 256 pruned rows, and in words what is wrong with what they left, if anything.

    Raises Fault: LOG_BROKEN, LOG_UNWRITABLE.
    """
    count = identity.base.seq // TILE
    tiles: list[bytes] = []
    last = identity.genesis.hash
    with sqlite_errors_as_faults("reading the log"):
        kept = database.execute(_COUNT_PRUNED).fetchone()
        if count > kept[0] + _MOST_MISSING:
            raise Fault(Reason.LOG_BROKEN, "the hashes of the pruned rows are not there")
        if tuple(kept) != (count, count - 1 if count else None):
            return [bytes(HASH_BYTES)] * count, "the hashes of the pruned rows are not all there"
        for number in range(count):
            try:
                hashes = load_pruned_hashes(database, number)
            except Fault as fault:
                return [bytes(HASH_BYTES)] * count, fault.detail
            tiles.append(fold([leaf_hash(each) for each in hashes]))
            last = hashes[-1]
    return tiles, None if last == identity.base.hash else "the pruned rows do not lead to the first one there"


def tree_of_tiles(database: Database, size: int, tiles: Sequence[bytes], *, base: int = 0) -> RowTree:
    """Return the tree over the first `size` rows of a log, of which `tiles` has the hash over each 256.

    Of the first `base` rows, which were pruned, only what they left counts.
    """
    levels = list(_levels(tiles))

    def load_page(level: int, number: int) -> Sequence[bytes]:
        if level:
            return levels[level - 1][number * TILE : (number + 1) * TILE] if level <= len(levels) else []
        with sqlite_errors_as_faults("reading the log"):
            load = load_pruned_hashes if number < base // TILE else load_row_hashes
            return [leaf_hash(each) for each in load(database, number)]

    return RowTree(size, load_page)


def find_wrong_hash(database: Database, tiles: Sequence[bytes], *, whole: bool) -> str | None:
    """Say which stored hash is not the one that `tiles` give, or is missing; None when all agree.

    `whole`: every row holds, so there must be no other hash either. Raises Fault: LOG_BROKEN,
    LOG_UNWRITABLE.
    """
    levels = list(_levels(tiles))
    expected = {
        (level, number): each for level, hashes in enumerate(levels) for number, each in enumerate(hashes)
    }
    with sqlite_errors_as_faults("reading the log"):
        for level, number, stored in database.execute(_STORED):
            ours = expected.pop((level, number), None)
            if ours != stored and (ours is not None or whole):
                return _name(level, number)
    return _name(*min(expected)) if expected else None


def _levels(tiles: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    """Yield the hashes over each 256 rows, then those over each 256 of these, and so on."""
    while tiles:
        yield tiles
        runs = range(0, len(tiles) // TILE * TILE, TILE)
        tiles = [fold(tiles[start : start + TILE]) for start in runs]


def _name(level: object, number: object) -> str:
    if type(level) is not int or type(number) is not int or not 0 <= level <= _HIGHEST:
        return "a hash kept beside the rows belongs to none"
    rows = TILE ** (level + 1)
    return f"the hash kept over rows {number * rows + 1} to {(number + 1) * rows}"
