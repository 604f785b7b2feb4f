"""The Merkle tree over the rows of the log: its root, and proofs about it. Pure, no file, no database.

Rules kept here: the tree is RFC 6962's over the rows' hashes, so that a checkpoint is read by other people's
tools; a proof is believed only if it has exactly the hashes it needs; strange arguments give False, never an
error. Proofs are made from the hashes of complete subtrees, which `tiles` finds in the log's file.

Source: RFC 6962 section 2.1; the verifying algorithms are RFC 9162 sections 2.1.3.2 and 2.1.4.2.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from operator import add

TILE = 256  # rows under one stored hash; a tile of the next level has as many of these
HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()

SubtreeHash = Callable[[int, int], bytes]
"""Gives the hash over the leaves from `start` to before `end`, counted from 0.

It is asked for complete subtrees alone: `end - start` is a power of two and divides `start`.
"""


_LEAF, _NODE = hashlib.sha256(b"\0"), hashlib.sha256(b"\1")  # copied each time: quicker than to begin anew


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of the leaf `data`; in the log a leaf is the 32-byte hash of a row."""
    hashed = _LEAF.copy()
    hashed.update(data)
    return hashed.digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of the node over two subtrees."""
    hashed = _NODE.copy()
    hashed.update(left + right)
    return hashed.digest()


def leaf_hashes(leaves: Iterable[bytes]) -> list[bytes]:
    """Return the hash of each leaf."""
    return _hash_each(_LEAF, leaves)


def fold(hashes: Sequence[bytes]) -> bytes:
    """Return the hash over neighbouring subtrees of one size.

    Raises ValueError unless there are as many as a power of two.
    """
    if not hashes or len(hashes) & (len(hashes) - 1):
        raise ValueError(f"{len(hashes)} subtrees are not a complete one")
    while len(hashes) > 1:
        hashes = _hash_each(_NODE, map(add, hashes[::2], hashes[1::2]))
    return hashes[0]


def _hash_each(begun: hashlib._Hash, contents: Iterable[bytes]) -> list[bytes]:
    hashes = []
    for content in contents:
        hashed = begun.copy()
        hashed.update(content)
        hashes.append(hashed.digest())
    return hashes


class Frontier:
    """A growing tree that remembers its complete subtrees alone, about log2 of its size many."""

    def __init__(self) -> None:
        self._size = 0
        self._peaks: list[bytes] = []  # one for each 1 bit of the size, the largest subtree first

    @classmethod
    def load(cls, size: int, subtree: SubtreeHash) -> Frontier:
        """Continue a tree of `size` leaves from the hashes of its complete subtrees."""
        frontier = cls()
        frontier._size = size
        frontier._peaks = [subtree(start, end) for start, end in complete_runs(0, size)]
        return frontier

    @property
    def size(self) -> int:
        """How many leaves the tree has."""
        return self._size

    def append(self, leaf: bytes) -> None:
        """Add one leaf."""
        self.append_run(leaf_hash(leaf), 1)

    def append_run(self, subtree: bytes, leaves: int) -> None:
        """Add a complete subtree of `leaves` leaves, by its hash.

        Raises ValueError unless `leaves` is a power of two that divides the size.
        """
        if leaves < 1 or leaves & (leaves - 1) or self._size % leaves:
            raise ValueError(f"no place for a run of {leaves} leaves after {self._size}")
        run = subtree
        joined = self._size // leaves
        while joined & 1:
            run = node_hash(self._peaks.pop(), run)
            joined >>= 1
        self._peaks.append(run)
        self._size += leaves

    def root(self) -> bytes:
        """Return the root of the tree as it is now."""
        return _join(self._peaks)


def root_of(leaves: Sequence[bytes]) -> bytes:
    """Return the root over `leaves`; the quick way to the hash of a whole tile."""
    sha256 = hashlib.sha256
    nodes = [sha256(b"\0" + leaf).digest() for leaf in leaves]
    while len(nodes) > 1:
        pairs = zip(nodes[::2], nodes[1::2], strict=False)
        joined = [sha256(b"\1" + left + right).digest() for left, right in pairs]
        nodes = joined + nodes[-1:] if len(nodes) & 1 else joined  # a last node without a pair moves up
    return nodes[0] if nodes else EMPTY_ROOT


def root_of_run(start: int, end: int, subtree: SubtreeHash) -> bytes:
    """Return the hash over the leaves from `start`, where a subtree begins, to before `end`."""
    return _join([subtree(first, last) for first, last in complete_runs(start, end)])


def complete_runs(start: int, end: int) -> list[tuple[int, int]]:
    """Cut a run of leaves into complete subtrees, the largest first; `start` is where a subtree begins."""
    runs = []
    while start < end:
        leaves = 1 << ((end - start).bit_length() - 1)
        runs.append((start, start + leaves))
        start += leaves
    return runs


def inclusion_proof(index: int, size: int, subtree: SubtreeHash) -> tuple[bytes, ...]:
    """Return the hashes that lead from leaf `index` to the root of the tree of `size` leaves.

    Raises ValueError for a leaf that the tree does not have. Source: RFC 6962 section 2.1.1.
    """
    if not 0 <= index < size:
        raise ValueError(f"no leaf {index} in a tree of {size}")
    beside, start, end = [], 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            beside.append((middle, end))
            end = middle
        else:
            beside.append((start, middle))
            start = middle
    return tuple(root_of_run(first, last, subtree) for first, last in reversed(beside))


def consistency_proof(old: int, new: int, subtree: SubtreeHash) -> tuple[bytes, ...]:
    """Return the hashes that show the tree of `old` leaves to be the beginning of the tree of `new` leaves.

    Raises ValueError unless 0 <= `old` <= `new`. Source: RFC 6962 section 2.1.2.
    """
    if not 0 <= old <= new:
        raise ValueError(f"a tree of {old} leaves is not the beginning of one of {new}")
    if old in {0, new}:
        return ()
    beside, start, end = [], 0, new
    while end != old:
        middle = start + _split(end - start)
        if old <= middle:
            beside.append((middle, end))
            end = middle
        else:
            beside.append((start, middle))
            start = middle
    if start:  # else the verifier knows this subtree: it is the whole old tree
        beside.append((start, end))
    return tuple(root_of_run(first, last, subtree) for first, last in reversed(beside))


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Tell whether `leaf` is number `index`, from 0, of the `size` leaves under `root`.

    Source: RFC 9162 section 2.1.3.2.
    """
    if not 0 <= index < size or not _are_hashes(*proof, root):
        return False
    place, last, found = index, size - 1, leaf_hash(leaf)
    for beside in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            found = node_hash(beside, found)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, beside)
        place, last = place >> 1, last >> 1
    return last == 0 and found == root


def verify_consistency(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Tell whether the `old` leaves under `old_root` are the first of the `new` leaves under `new_root`.

    An empty tree is the beginning of any. Source: RFC 9162 section 2.1.4.2.
    """
    if not 0 <= old <= new or not _are_hashes(*proof, old_root, new_root):
        return False
    if old == 0:
        return not proof and old_root == EMPTY_ROOT
    if old == new:
        return not proof and old_root == new_root
    path = list(proof) if old & (old - 1) else [old_root, *proof]
    if not path:
        return False
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    found_old = found_new = path[0]
    for beside in path[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            found_old, found_new = node_hash(beside, found_old), node_hash(beside, found_new)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            found_new = node_hash(found_new, beside)
        place, last = place >> 1, last >> 1
    return last == 0 and found_old == old_root and found_new == new_root


def _join(peaks: Sequence[bytes]) -> bytes:
    if not peaks:
        return EMPTY_ROOT
    *left, joined = peaks
    for peak in reversed(left):
        joined = node_hash(peak, joined)
    return joined


def _split(leaves: int) -> int:
    """Return how many of `leaves`, 2 or more, go to the left: the largest power of two below them."""
    return 1 << ((leaves - 1).bit_length() - 1)


def _are_hashes(*hashes: bytes) -> bool:
    return all(len(each) == HASH_BYTES for each in hashes)
