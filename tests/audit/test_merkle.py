"""The Merkle tree, against public vectors, an independent definition, and every small tree there is.

Vectors: the leaves, roots and proofs that Certificate Transparency's reference implementation tests itself
with (github.com/google/certificate-transparency, cpp/merkletree/merkle_tree_test.cc), used by RFC 6962
implementations since.
"""

import hashlib
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.audit.merkle import (
    EMPTY_ROOT,
    Frontier,
    complete_runs,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root_of,
    root_of_run,
    verify_consistency,
    verify_inclusion,
)

CT_LEAVES = [
    bytes.fromhex(leaf)
    for leaf in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
CT_ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
CT_INCLUSION = {
    (0, 8): (
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ),
    (5, 8): (
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ),
}
CT_CONSISTENCY = {
    (2, 8): (
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ),
    (6, 8): (
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ),
}

LARGEST = 70
LEAVES = tuple(hashlib.sha256(b"row %d" % number).digest() for number in range(LARGEST))
SIZES = range(LARGEST + 1)


@cache
def defined_hash(start, end):
    """Return MTH as RFC 6962 section 2.1 writes it down: nothing shared with the code under test."""
    leaves = end - start
    if leaves == 0:
        return hashlib.sha256().digest()
    if leaves == 1:
        return hashlib.sha256(b"\x00" + LEAVES[start]).digest()
    half = 1
    while half * 2 < leaves:
        half *= 2
    both = defined_hash(start, start + half) + defined_hash(start + half, end)
    return hashlib.sha256(b"\x01" + both).digest()


def complete_subtree(start, end):
    """Answer as the log does, which keeps complete subtrees alone."""
    leaves = end - start
    assert leaves > 0
    assert leaves & (leaves - 1) == 0
    assert start % leaves == 0
    return defined_hash(start, end)


def ct_subtree(start, end):
    return root_of(CT_LEAVES[start:end])


def hexes(proof):
    return tuple(each.hex() for each in proof)


def spoilt(proof):
    """Give every proof that is nearly `proof`: a bit flipped, one left out, doubled, swapped or added."""
    noise = hashlib.sha256(b"noise").digest()
    for place, each in enumerate(proof):
        flipped = bytes([each[0] ^ 1]) + each[1:]
        yield (*proof[:place], flipped, *proof[place + 1 :])
        yield proof[:place] + proof[place + 1 :]
        yield (*proof[:place], each, *proof[place:])
        yield (*proof[:place], each[:-1], *proof[place + 1 :])
    for place in range(len(proof) - 1):
        yield (*proof[:place], proof[place + 1], proof[place], *proof[place + 2 :])
    yield (*proof, noise)
    yield (noise, *proof)


@pytest.mark.parametrize("size", range(9))
def test_roots_are_those_of_certificate_transparency(size):
    assert CT_ROOTS[size] == root_of(CT_LEAVES[:size]).hex()


@pytest.mark.parametrize(("index", "size"), CT_INCLUSION)
def test_inclusion_proofs_are_those_of_certificate_transparency(index, size):
    proof = inclusion_proof(index, size, ct_subtree)

    assert CT_INCLUSION[index, size] == hexes(proof)
    assert verify_inclusion(CT_LEAVES[index], index, size, proof, bytes.fromhex(CT_ROOTS[size]))


@pytest.mark.parametrize(("old", "new"), CT_CONSISTENCY)
def test_consistency_proofs_are_those_of_certificate_transparency(old, new):
    proof = consistency_proof(old, new, ct_subtree)
    roots = bytes.fromhex(CT_ROOTS[old]), bytes.fromhex(CT_ROOTS[new])

    assert CT_CONSISTENCY[old, new] == hexes(proof)
    assert verify_consistency(old, new, *roots, proof)


def test_a_tree_grown_leaf_by_leaf_or_made_at_once_has_the_root_that_is_defined_at_every_size():
    frontier = Frontier()
    for size in SIZES:
        assert size == frontier.size
        assert defined_hash(0, size) == frontier.root() == root_of(LEAVES[:size])
        if size < LARGEST:
            frontier.append(LEAVES[size])


def test_a_tree_continued_from_its_complete_subtrees_grows_on_as_if_never_left():
    for size in SIZES:
        frontier = Frontier.load(size, complete_subtree)
        for leaf in LEAVES[size:]:
            frontier.append(leaf)

        assert defined_hash(0, LARGEST) == frontier.root()


def test_a_complete_run_may_be_added_at_once_where_it_has_a_place():
    frontier = Frontier()
    for start, end in ((0, 32), (32, 48), (48, 49), (49, 50), (50, 52)):
        frontier.append_run(complete_subtree(start, end), end - start)

    assert defined_hash(0, 52) == frontier.root()


@pytest.mark.parametrize("leaves", [0, -1, 3, 4, 8])
def test_a_run_without_a_place_is_refused(leaves):
    frontier = Frontier.load(6, complete_subtree)

    with pytest.raises(ValueError, match="no place"):
        frontier.append_run(bytes(32), leaves)


def test_every_run_that_starts_a_subtree_has_the_hash_that_is_defined():
    for end in range(1, LARGEST + 1):
        assert defined_hash(0, end) == root_of_run(0, end, complete_subtree)
        assert end == sum(last - first for first, last in complete_runs(0, end))


def test_every_row_of_every_tree_is_proved_and_every_spoilt_proof_refused():
    for size in SIZES:
        root = defined_hash(0, size)
        for index in range(size):
            proof = inclusion_proof(index, size, complete_subtree)

            assert verify_inclusion(LEAVES[index], index, size, proof, root)
            assert not any(verify_inclusion(LEAVES[index], index, size, bad, root) for bad in spoilt(proof))


def test_a_proof_holds_for_no_other_row_place_size_or_root():
    for size in range(1, 34):
        root = defined_hash(0, size)
        for index in range(size):
            proof = inclusion_proof(index, size, complete_subtree)
            others = [place for place in range(-1, 36) if place != index]

            assert not any(verify_inclusion(LEAVES[place], index, size, proof, root) for place in others)
            assert not any(verify_inclusion(LEAVES[index], place, size, proof, root) for place in others)
            assert not verify_inclusion(LEAVES[index], index, size, proof, root[::-1])
            assert not verify_inclusion(LEAVES[index], index, size, proof, root[:-1])


def test_a_proof_of_the_last_row_holds_for_the_size_it_was_made_for_alone():
    for size in range(2, LARGEST):
        proof = inclusion_proof(size - 1, size, complete_subtree)

        assert not verify_inclusion(LEAVES[size - 1], size - 1, size + 1, proof, defined_hash(0, size + 1))


def test_every_tree_is_proved_the_beginning_of_every_later_one_and_every_spoilt_proof_refused():
    for new in SIZES:
        for old in range(new + 1):
            proof = consistency_proof(old, new, complete_subtree)
            roots = defined_hash(0, old), defined_hash(0, new)

            assert verify_consistency(old, new, *roots, proof)
            assert not any(verify_consistency(old, new, *roots, bad) for bad in spoilt(proof))


def test_no_tree_is_proved_the_beginning_of_one_that_differs_in_an_early_row():
    for new in range(2, 34):
        other = root_of((hashlib.sha256(b"another").digest(), *LEAVES[1:new]))
        for old in range(1, new):
            proof = consistency_proof(old, new, complete_subtree)

            assert not verify_consistency(old, new, defined_hash(0, old), other, proof)
            assert not verify_consistency(old, new, other, defined_hash(0, new), proof)


@pytest.mark.parametrize(
    ("old", "new", "old_root", "new_root", "proof"),
    [
        (-1, 4, EMPTY_ROOT, bytes(32), ()),
        (5, 4, bytes(32), bytes(32), ()),
        (0, 4, bytes(32), bytes(32), ()),
        (0, 4, EMPTY_ROOT, bytes(32), (bytes(32),)),
        (4, 4, bytes(32), bytes([1]) * 32, ()),
        (4, 4, bytes(32), bytes(32), (bytes(32),)),
        (3, 4, bytes(32), bytes(32), ()),
        (2, 4, bytes(32), bytes(31), (bytes(32),)),
    ],
)
def test_impossible_claims_of_consistency_are_false(old, new, old_root, new_root, proof):
    assert not verify_consistency(old, new, old_root, new_root, proof)


def test_a_proof_nobody_can_make_is_refused():
    with pytest.raises(ValueError, match="no leaf"):
        inclusion_proof(4, 4, complete_subtree)
    with pytest.raises(ValueError, match="not the beginning"):
        consistency_proof(5, 4, complete_subtree)


def test_a_leaf_is_never_taken_for_a_node():
    left, right = leaf_hash(b"a"), leaf_hash(b"b")

    assert leaf_hash(left + right) != node_hash(left, right)
    assert not verify_inclusion(left + right, 0, 1, (), node_hash(left, right))


@settings(max_examples=100)
@given(st.integers(-2, 80), st.integers(-2, 80), st.lists(st.binary(min_size=31, max_size=33), max_size=9))
def test_any_hashes_give_an_answer_and_never_prove_a_tree(old, new, proof):
    assert not verify_inclusion(b"row", old, new, proof, bytes(32))
    assert not verify_consistency(old, new, bytes(32), bytes([1]) * 32, proof)
