"""Stories of sticks: half ones, old ones, good ones after bad ones; and a cache that lost its memory."""

import json
import os
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.trust.errors import Refusal, UpdateRefused
from kiosk.trust.store import load_trust
from kiosk.trust.update import update_store
from tests.trust.refusals import part_of, refusal_of
from tests.trust.trees import NOON, a_policy

HOUR = timedelta(hours=1)
TARGETS = ["policy.json", "2031.cwt"]
CACHED = ["timestamp.json", "snapshot.json", "targets.json", "root.json", "root_history/1.root.json"]


def publish(kiosk, name, hours, **knobs):
    """A tree of which policy and list are new."""
    at = NOON + hours * HOUR
    policy = json.dumps(a_policy(id=f"sandbox-{name}")).encode()
    return kiosk.publish(name, at, targets=kiosk.authority.targets(at, **{"policy.json": policy}), **knobs)


def version_of(kiosk):
    return load_trust(kiosk.store).version


@pytest.mark.parametrize("part", TARGETS)
def test_half_a_stick_is_refused_and_the_whole_one_is_then_taken(kiosk, part):
    tree = publish(kiosk, "second", 1)
    path = part_of(tree, part)
    content = path.read_bytes()
    path.unlink()

    assert refusal_of(kiosk, tree, NOON + HOUR) is Refusal.INCOMPLETE
    path.write_bytes(content)
    assert kiosk.update(tree, NOON + HOUR).new_version == 2 == version_of(kiosk)


@pytest.mark.parametrize("part", TARGETS)
def test_half_a_newer_stick_does_not_keep_out_a_whole_older_one(kiosk, part):
    second, third = publish(kiosk, "second", 1), publish(kiosk, "third", 2)
    part_of(third, part).unlink()
    assert refusal_of(kiosk, third, NOON + 2 * HOUR) is Refusal.INCOMPLETE

    report = kiosk.update(second, NOON + 2 * HOUR)

    assert report.new_version == 2 == version_of(kiosk)
    assert kiosk.update(publish(kiosk, "fourth", 3), NOON + 3 * HOUR).new_version == 4


def test_a_whole_newer_tree_that_is_refused_does_not_keep_out_an_older_one(kiosk):
    second = publish(kiosk, "second", 1)
    policy = json.dumps(a_policy(station_classes={"sandbox": ["hotel"]})).encode()
    unwanted = kiosk.publish("third", targets=kiosk.authority.targets(**{"policy.json": policy}))
    assert refusal_of(kiosk, unwanted, NOON + HOUR) is Refusal.STATION

    assert kiosk.update(second, NOON + HOUR).new_version == 2


@pytest.mark.parametrize("lost", ["cache", "cache/metadata", "cache/targets", "cache and slots"])
def test_an_old_stick_is_refused_also_when_the_cache_is_gone(kiosk, lost):
    kiosk.update(publish(kiosk, "second", 1), NOON + HOUR)
    shutil.rmtree(kiosk.store / lost.partition(" ")[0])
    if "slots" in lost:
        shutil.rmtree(kiosk.store / "slots")
        (kiosk.store / "active").unlink()

    with pytest.raises(UpdateRefused) as caught:
        kiosk.update(kiosk.tree, NOON + HOUR)

    assert caught.value.refusal is Refusal.OLD
    assert kiosk.update(publish(kiosk, "third", 2), NOON + 2 * HOUR).new_version == 3 == version_of(kiosk)


def test_files_of_earlier_trees_do_not_pile_up_in_the_cache(kiosk):
    for number in range(2, 5):
        name = f"status/{2030 + number}.cwt"
        targets = kiosk.authority.targets()
        targets[name] = targets.pop("status/2031.cwt")
        kiosk.update(kiosk.publish(f"tree{number}", targets=targets))
    (kiosk.store / "cache" / "metadata" / "tmpabc123").write_bytes(b"left by a kill")
    kiosk.update(kiosk.tree.parent / "tree4")

    found = {p.relative_to(kiosk.store / "cache").as_posix() for p in (kiosk.store / "cache").rglob("*.*")}
    assert {"targets/issuers.json", "targets/policy.json", "targets/status/2034.cwt"} == {
        name for name in found if name.startswith("targets/")
    }
    assert "metadata/tmpabc123" not in found


def test_what_is_there_already_is_not_read_from_the_stick_again(kiosk):
    said = []
    tree = kiosk.publish(at=NOON + HOUR)
    part_of(tree, "policy.json").unlink()

    kiosk.update(tree, NOON + HOUR, tell=said.append)

    assert ["fetched", "there already", "there already"] == sorted(
        line.rpartition("  ")[2] for line in said if " of 3" in line
    )


@pytest.mark.parametrize("name", CACHED)
@pytest.mark.parametrize("how", ["gone", "empty", "half", "garbage", "folder", "loop"])
def test_a_damaged_cache_stops_nothing(kiosk, name, how):
    path = kiosk.store / "cache" / "metadata" / name
    content = path.read_bytes()
    path.unlink()
    if how == "folder":
        path.mkdir()
    elif how == "loop":
        path.symlink_to(path.name)
    elif how != "gone":
        path.write_bytes({"empty": b"", "half": content[: len(content) // 2], "garbage": b"\xff{"}[how])

    report = kiosk.update(publish(kiosk, "second", 1), NOON + HOUR)

    assert report.new_version == 2 == version_of(kiosk)


@pytest.mark.parametrize("place", ["cache", "cache/metadata", "cache/metadata/root_history", "cache/targets"])
@pytest.mark.parametrize("kind", ["file", "link", "pipe"])
def test_something_else_in_the_place_of_the_cache_stops_nothing(kiosk, place, kind):
    path = kiosk.store / place
    shutil.rmtree(path)
    if kind == "file":
        path.write_bytes(b"boo")
    elif kind == "link":
        path.symlink_to(kiosk.folder / "nowhere" / "at all")
    else:
        os.mkfifo(path)

    report = kiosk.update(publish(kiosk, "second", 1), NOON + HOUR)

    assert report.new_version == 2 == version_of(kiosk)


def test_a_file_of_a_later_root_that_nobody_signed_is_left_alone(kiosk):
    (kiosk.store / "cache" / "metadata" / "root_history" / "2.root.json").write_bytes(b"{}")

    assert kiosk.update(publish(kiosk, "second", 1), NOON + HOUR).new_version == 2


@pytest.fixture(scope="module")
def newer(template, tmp_path_factory):
    """A newer tree, and what the kiosk makes of it."""
    folder = tmp_path_factory.mktemp("newer")
    tree = template.authority.clone().write(folder / "tree", NOON + HOUR)
    store = Path(shutil.copytree(template.store, folder / "store", symlinks=True))
    update_store(tree, store, NOON + HOUR)
    return tree, load_trust(store)


@pytest.mark.slow
@settings(max_examples=50)
@given(data=st.data())
def test_any_bit_changed_anywhere_in_a_tree_is_refused_or_makes_no_difference(
    template, newer, tmp_path_factory, data
):
    folder = tmp_path_factory.mktemp("flip")
    store = Path(shutil.copytree(template.store, folder / "store", symlinks=True))
    tree = Path(shutil.copytree(newer[0], folder / "tree"))
    path = data.draw(st.sampled_from(sorted(path for path in tree.rglob("*") if path.is_file())))
    content = bytearray(path.read_bytes())
    content[data.draw(st.integers(0, len(content) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    path.write_bytes(content)

    try:
        update_store(tree, store, NOON + HOUR)
    except UpdateRefused:
        assert load_trust(store).version == 1
    else:  # white space, or a file that is not needed
        assert newer[1] == load_trust(store)
