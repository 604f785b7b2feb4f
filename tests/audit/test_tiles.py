"""The hashes kept beside the rows give the roots and subtrees that the rows themselves give."""

from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.audit.checked_tree import find_wrong_hash, tree_of_tiles
from kiosk.audit.merkle import EMPTY_ROOT, TILE, fold, inclusion_proof, leaf_hash, root_of, verify_inclusion
from kiosk.audit.schema import connect_reader
from kiosk.audit.tiles import RowTree, open_tree
from kiosk.model import Fault, Reason
from tests.audit.makers import an_entry, as_insider, open_log, write_many

ROWS = 600  # two whole tiles and a part of a third


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """A log of ROWS rows: its path, and the rows' hashes read without the code under test."""
    path = write_many(tmp_path_factory.mktemp("log"), ROWS)
    with closing(connect_reader(path)) as database:
        return path, [row[0] for row in database.execute("SELECT hash FROM entry ORDER BY seq")]


def refusal(call, *arguments):
    with pytest.raises(Fault) as fault:
        call(*arguments)
    return fault.value.reason


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 511, 512, 513, ROWS])
def test_the_root_is_that_of_the_rows(written, size):
    path, hashes = written
    with closing(connect_reader(path)) as database:
        assert root_of(hashes[:size]) == open_tree(database, ROWS).root(size)


def test_an_empty_log_has_the_root_of_an_empty_tree(tmp_path):
    with open_log(tmp_path) as log:
        assert (0, EMPTY_ROOT) == (log.tree.size, log.tree.root())


def test_the_tree_grows_with_each_row(tmp_path):
    with open_log(tmp_path) as log:
        receipts = [log.append(an_entry()) for _ in range(3)]

        assert root_of([each.hash for each in receipts]) == log.tree.root()


@pytest.mark.parametrize("index", [0, 255, 256, 511, 512, ROWS - 1])
def test_a_proof_made_from_the_file_leads_to_the_root(written, index):
    path, hashes = written
    with closing(connect_reader(path)) as database:
        tree = open_tree(database, ROWS)
        proof = inclusion_proof(index, ROWS, tree.subtree)

    assert verify_inclusion(hashes[index], index, ROWS, proof, root_of(hashes))


def test_more_rows_than_there_are_have_no_root(written):
    with closing(connect_reader(written[0])) as database, pytest.raises(ValueError, match="log of 600"):
        open_tree(database, ROWS).root(ROWS + 1)


def test_a_hash_that_is_not_there_is_said_and_never_guessed(tmp_path):
    path = write_many(tmp_path, 300)
    as_insider(path, "DELETE FROM tile")

    with closing(connect_reader(path)) as database:
        assert Reason.LOG_BROKEN is refusal(open_tree(database, 300).root)
    assert Reason.LOG_BROKEN is refusal(open_log, tmp_path)


def test_a_hash_of_another_length_is_none(tmp_path):
    path = write_many(tmp_path, 300)
    as_insider(path, "UPDATE tile SET hash = x'00'")

    with closing(connect_reader(path)) as database:
        assert Reason.LOG_BROKEN is refusal(open_tree(database, 300).root)


def test_a_tile_whose_rows_lack_one_is_not_written(tmp_path):
    write_many(tmp_path, 255)
    with open_log(tmp_path) as log:
        as_insider(tmp_path / "sandbox.db", "DELETE FROM entry WHERE seq = 7")

        assert Reason.LOG_BROKEN is refusal(log.append, an_entry())


@given(st.integers(0, 70_000), st.data())
def test_every_subtree_of_a_log_with_two_levels_is_that_of_its_leaves(size, data):
    leaves = LEAVES[:size]
    tree = tree_of(leaves)
    power = data.draw(st.integers(0, max(0, size.bit_length() - 1)))
    runs = size >> power
    if runs:
        start = data.draw(st.integers(0, runs - 1)) << power

        assert fold(leaves[start : start + (1 << power)]) == tree.subtree(start, start + (1 << power))


LEAVES = [leaf_hash(number.to_bytes(4, "big")) for number in range(70_000)]
TILES = [fold(LEAVES[at : at + TILE]) for at in range(0, len(LEAVES) - TILE + 1, TILE)]


def tree_of(leaves):
    """A tree over leaves in memory, with the pages a log of them would have."""
    tiles = tree_of_tiles(None, len(leaves), TILES[: len(leaves) // TILE])

    def load_page(level, number):
        return tiles._load_page(level, number) if level else leaves[number * TILE : (number + 1) * TILE]

    return RowTree(len(leaves), load_page)


class StoredTiles:
    """What `find_wrong_hash` asks of a database."""

    def __init__(self, rows):
        self.rows = rows

    def execute(self, _query):
        return iter(self.rows)


def stored(tiles):
    rows = [(0, number, each) for number, each in enumerate(tiles)]
    return rows + [(1, number, fold(tiles[number * TILE :][:TILE])) for number in range(len(tiles) // TILE)]


def test_hashes_of_two_levels_that_agree_are_right():
    assert find_wrong_hash(StoredTiles(stored(TILES)), TILES, whole=True) is None


@pytest.mark.parametrize(
    ("place", "said"),
    [(3, "rows 769 to 1024"), (len(TILES), "rows 1 to 65536")],
)
def test_a_wrong_or_missing_hash_is_named_by_its_rows(place, said):
    rows = stored(TILES)
    wrong = [*rows[:place], (*rows[place][:2], bytes(32)), *rows[place + 1 :]]
    missing = rows[:place] + rows[place + 1 :]

    assert said in find_wrong_hash(StoredTiles(wrong), TILES, whole=True)
    assert said in find_wrong_hash(StoredTiles(missing), TILES, whole=True)


@pytest.mark.parametrize("extra", [(0, 10**6, bytes(32)), (9, 0, bytes(32)), (-1, 0, bytes(32))])
def test_a_hash_of_rows_that_are_not_there_is_wrong(extra):
    rows = [*stored(TILES), extra]

    assert find_wrong_hash(StoredTiles(rows), TILES, whole=True) is not None
    assert find_wrong_hash(StoredTiles(rows), TILES, whole=False) is None
