"""A tree that is published for years holds what kiosks need, whole, and no more."""

from __future__ import annotations

import shutil
from datetime import timedelta

import pytest

from issuer import issuing
from issuer.errors import Refused
from issuer.ledger import State
from issuer.publish import publish, refresh_timestamp
from kiosk.trust.update import update_store
from tests.issuer.makers import NOON
from tests.issuer.test_publish import files_of, pinned_store

DAY = timedelta(days=1)


@pytest.fixture
def tree(enrolled, tmp_path):
    publish(enrolled, tmp_path / "tree", NOON)
    return tmp_path / "tree"


def test_earlier_publications_do_not_pile_up_but_for_the_last(enrolled, tree):
    seen = [set(files_of(tree))]
    for day in range(1, 8):
        publish(enrolled, tree, NOON + day * DAY)
        seen.append(set(files_of(tree)))

    assert len(seen[2]) == len(seen[7])
    assert "metadata/8.snapshot.json" in seen[7]
    assert "metadata/7.snapshot.json" in seen[7]
    assert "metadata/6.snapshot.json" not in seen[7]
    assert "metadata/1.targets.json" in seen[7]  # still the newest


def test_who_began_to_read_before_a_publication_can_read_to_the_end(enrolled, tree, tmp_path):
    stamp = (tree / "metadata" / "timestamp.json").read_bytes()
    store = pinned_store(tmp_path, tree)

    publish(enrolled, tree, NOON + DAY)

    (tree / "metadata" / "timestamp.json").write_bytes(stamp)
    assert 1 == update_store(tree, store, NOON + DAY).new_version


def test_nothing_but_files_of_a_publication_is_removed(enrolled, tree, tmp_path):
    others = [
        "index.html",
        "targets/notes.txt",
        "metadata/mine.json",
        "targets/status/2031.cwt",
        "1.root.json",
    ]
    for name in others:
        (tree / name).write_bytes(b"somebody's")
    left = [".root.json.0011aabb", "metadata/.timestamp.json.0011aabb", f"targets/{64 * 'a'}.policy.json"]
    for name in left:
        (tree / name).write_bytes(b"half")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / f"{64 * 'b'}.2031.cwt").write_bytes(b"of another")

    publish(enrolled, tree, NOON + DAY)

    assert {name for name in [*others, *left] if (tree / name).exists()} == set(others)
    assert b"of another" == (tmp_path / "elsewhere" / f"{64 * 'b'}.2031.cwt").read_bytes()


def test_a_folder_of_targets_that_is_a_link_is_not_cleaned(enrolled, tree, tmp_path):
    shared = tmp_path / "shared"
    (tree / "targets" / "status").rename(shared)
    (tree / "targets" / "status").symlink_to(shared)
    (shared / f"{64 * 'b'}.2031.cwt").write_bytes(b"of another")

    publish(enrolled, tree, NOON + DAY)

    assert (shared / f"{64 * 'b'}.2031.cwt").exists()


def test_every_root_stays(enrolled, tree):
    roots = {name for name in files_of(tree) if name.endswith("root.json")}

    for day in range(1, 4):
        publish(enrolled, tree, NOON + day * DAY)

    assert roots == {name for name in files_of(tree) if name.endswith("root.json")}


def test_a_tree_whose_metadata_cannot_be_read_is_published_over(enrolled, tree, tmp_path):
    store = pinned_store(tmp_path, tree)
    (tree / "metadata" / "timestamp.json").write_bytes(b"{}")

    publish(enrolled, tree, NOON + DAY)

    assert 2 == update_store(tree, store, NOON + DAY).new_version


def spoil(path):
    path.write_bytes(b"")


@pytest.mark.parametrize("harm", [spoil, lambda path: path.unlink()], ids=["spoilt", "lost"])
@pytest.mark.parametrize("name", ["policy.json", "2031.cwt"])
def test_a_target_that_the_trees_disk_spoilt_is_not_stamped_and_written_anew(
    enrolled, tree, tmp_path, harm, name
):
    store = pinned_store(tmp_path, tree)
    harm(next(tree.rglob(f"*.{name}")))

    with pytest.raises(Refused, match=f"has not the .*{name}"):
        refresh_timestamp(enrolled, tree, NOON + timedelta(hours=1))
    publish(enrolled, tree, NOON)

    assert 2 == update_store(tree, store, NOON).new_version


def test_two_trees_of_one_authority_are_each_whole(enrolled, tree, tmp_path):
    other = tmp_path / "other"
    shutil.copytree(tree, other)
    store = pinned_store(tmp_path, tree)
    issuing.change_state(enrolled, "c000001", State.REVOKED)

    for day, place in enumerate([tree, tree, other, tree], start=1):
        publish(enrolled, place, NOON + day * DAY)
        assert day + 1 == update_store(place, store, NOON + day * DAY).new_version
