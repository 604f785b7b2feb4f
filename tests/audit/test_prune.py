"""Which rows may leave the kiosk, and on whose word."""

import pytest

from kiosk.audit.entry import PruneBasis, Pruned
from kiosk.audit.prune import Copies, PruneRefused, decide_pruning


def copies(receipted=0, exported=2000, *, head_office=False, by_export=False):
    return Copies(receipted, exported, head_office, by_export)


@pytest.mark.parametrize(
    ("given", "first", "last", "below"),
    [
        (copies(), 1, 2000, 1537),
        (copies(exported=1000), 1, 2000, 769),
        (copies(exported=512), 1, 768, 513),
        (copies(exported=511), 1, 2000, 257),
        (copies(), 513, 2000, 1537),
    ],
    ids=["all exported", "part exported", "on the tile", "one row short", "pruned before"],
)
def test_without_a_head_office_rows_go_below_the_export_in_whole_tiles(given, first, last, below):
    assert Pruned(below, PruneBasis.EXPORT) == decide_pruning(given, first, last)


def test_where_a_head_office_has_acknowledged_rows_only_these_go():
    assert Pruned(513, PruneBasis.RECEIPT) == decide_pruning(copies(receipted=700, head_office=True), 1, 2000)


def test_where_a_head_office_has_acknowledged_nothing_nothing_goes():
    with pytest.raises(PruneRefused, match="acknowledged no row"):
        decide_pruning(copies(head_office=True), 1, 2000)


def test_a_supervisor_may_do_without_the_receipt_and_the_row_says_so():
    given = copies(receipted=300, head_office=True, by_export=True)

    assert Pruned(1537, PruneBasis.EXPORT) == decide_pruning(given, 1, 2000)


@pytest.mark.parametrize(
    ("given", "first", "last"),
    [
        (copies(), 1, 511),
        (copies(exported=255), 1, 2000),
        (copies(), 1537, 2000),
        (copies(receipted=200, head_office=True), 1, 2000),
        (copies(), 1, 0),
    ],
    ids=["the newest stay", "less than a tile", "gone already", "receipt below a tile", "empty"],
)
def test_when_no_whole_tile_may_go_it_is_said(given, first, last):
    with pytest.raises(PruneRefused, match="nothing to prune"):
        decide_pruning(given, first, last)
