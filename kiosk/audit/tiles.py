"""The hashes of complete runs of rows, kept in the log's file, so that a root or a proof needs few of them.

Rules kept here: the hash over each 256 rows, each 65,536 and so on is written in the transaction of the row
that completes it; rows that were pruned leave their own hashes behind, so that old proofs can still be made.
Nothing read here is believed: a wrong hash gives a root that no checkpoint has, and `check` compares every
one of them with the rows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlite_utils import Database

from kiosk.audit.merkle import HASH_BYTES, TILE, fold, leaf_hash, root_of_run
from kiosk.audit.schema import sqlite_errors_as_faults
from kiosk.model import Fault, Reason

_ROW_HASHES = "SELECT substr(hash, 1, 33) FROM entry NOT INDEXED WHERE seq > ? AND seq <= ? ORDER BY seq"
_PRUNED_HASHES = "SELECT substr(hashes, 1, 8193) FROM pruned_tile WHERE number = ?"
_TILES = "SELECT substr(hash, 1, 33) FROM tile WHERE level = ? AND number >= ? AND number < ? ORDER BY number"
_ADD_TILE = "INSERT INTO tile (level, number, hash) VALUES (?, ?, ?)"

LoadPage = Callable[[int, int], Sequence[bytes]]
"""Gives page `number` of `level`: the up to 256 hashes, each over 256**level rows, that a tile stands on."""


class RowTree:
    """The RFC 6962 tree over the first `size` rows of a log; its leaves are the rows' hashes."""

    def __init__(self, size: int, load_page: LoadPage) -> None:
        self.size = size
        self._load_page = load_page
        self._pages: dict[tuple[int, int], Sequence[bytes]] = {}

    def root(self, size: int | None = None) -> bytes:
        """Return the root over the first `size` rows, or over all.

        Raises ValueError for more rows than there are, Fault: LOG_BROKEN, LOG_UNWRITABLE.
        """
        size = self.size if size is None else size
        if not 0 <= size <= self.size:
            raise ValueError(f"no tree of {size} rows in a log of {self.size}")
        return root_of_run(0, size, self.subtree)

    def subtree(self, start: int, end: int) -> bytes:
        """Return the hash over rows `start` + 1 to `end`, a complete subtree; a `merkle.SubtreeHash`.

        Raises Fault: LOG_BROKEN when the file lacks what is needed, LOG_UNWRITABLE.
        """
        level = ((end - start).bit_length() - 1) // 8  # 256 is 2 to the 8
        unit = TILE**level
        number, first = divmod(start // unit, TILE)
        count = (end - start) // unit
        hashes = self._page(level, number)[first : first + count]
        if len(hashes) != count:
            raise Fault(Reason.LOG_BROKEN, f"the hash over rows {start + 1} to {end} is missing")
        return fold(hashes)

    def _page(self, level: int, number: int) -> Sequence[bytes]:
        if (level, number) not in self._pages:
            self._pages[level, number] = self._load_page(level, number)
        return self._pages[level, number]


def open_tree(database: Database, size: int) -> RowTree:
    """Return the tree over the first `size` rows of the log in `database`, read as it is asked for."""

    def load_page(level: int, number: int) -> Sequence[bytes]:
        with sqlite_errors_as_faults("reading the log"):
            return _load_page(database, level, number)

    return RowTree(size, load_page)


def _load_page(database: Database, level: int, number: int) -> Sequence[bytes]:
    if level:
        return load_tiles(database, level - 1, number * TILE, (number + 1) * TILE)
    return [leaf_hash(each) for each in load_row_hashes(database, number)]


def load_row_hashes(database: Database, number: int) -> list[bytes]:
    """Read the hashes of the up to 256 rows of tile `number`, whether or not they were pruned.

    Call within `sqlite_errors_as_faults`. Raises Fault: LOG_BROKEN for what is no hash.
    """
    found = [row[0] for row in database.execute(_ROW_HASHES, (number * TILE, (number + 1) * TILE))]
    return _hashes(found) if found else load_pruned_hashes(database, number)


def load_pruned_hashes(database: Database, number: int) -> list[bytes]:
    """Read the hashes that the 256 pruned rows of tile `number` left; none if they left none.

    Call within `sqlite_errors_as_faults`. Raises Fault: LOG_BROKEN for what is no hash.
    """
    kept = database.execute(_PRUNED_HASHES, (number,)).fetchone()
    if kept is None:
        return []
    if type(kept[0]) is not bytes or len(kept[0]) != TILE * HASH_BYTES:
        raise Fault(Reason.LOG_BROKEN, f"the hashes of pruned rows from {number * TILE + 1} on are damaged")
    return [kept[0][at : at + HASH_BYTES] for at in range(0, TILE * HASH_BYTES, HASH_BYTES)]


def load_tiles(database: Database, level: int, first: int, before: int) -> list[bytes]:
    """Read the hashes of the tiles of `level` from number `first` to before `before`.

    Call within `sqlite_errors_as_faults`. Raises Fault: LOG_BROKEN for what is no hash.
    """
    return _hashes([row[0] for row in database.execute(_TILES, (level, first, before))])


def add_tiles(database: Database, size: int) -> None:
    """Write the hashes of all runs that the row `size` completed; call within its transaction.

    Raises Fault: LOG_BROKEN when the file lacks what is needed.
    """
    level, runs = 0, size // TILE
    while runs and runs * TILE ** (level + 1) == size:
        page = _load_page(database, level, runs - 1)
        if len(page) != TILE:
            raise Fault(Reason.LOG_BROKEN, f"a hash that the one over rows up to {size} stands on is missing")
        database.execute(_ADD_TILE, (level, runs - 1, fold(page)))
        level, runs = level + 1, runs // TILE


def _hashes(found: list[object]) -> list[bytes]:
    hashes = [each for each in found if type(each) is bytes and len(each) == HASH_BYTES]
    if len(hashes) != len(found):
        raise Fault(Reason.LOG_BROKEN, "a hash in the log is none")
    return hashes
