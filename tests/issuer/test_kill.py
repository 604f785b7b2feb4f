"""The authority's process is killed at any file it touches: kiosks and the next command go on as before."""

from __future__ import annotations

import random
import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from types import SimpleNamespace

import pytest

from issuer.ceremony import Change, rotate_root
from issuer.keyring import Role
from issuer.levers import make_new_key
from issuer.passphrase import SANDBOX, Known
from issuer.publish import publish, refresh_timestamp
from issuer.registry import Registry
from issuer.rootkeys import FOLDER, RootKeys
from kiosk.trust.errors import Refusal, UpdateRefused
from kiosk.trust.store import init_store, load_trust
from kiosk.trust.update import update_store
from tests.issuer.makers import NOON
from tests.trust.test_kill import run_killed

HOUR = timedelta(hours=1)
LATER = NOON + 2 * HOUR
CHANGE = Change(new=1, replace=frozenset({Role.TIMESTAMP, Role.TARGETS}))


@pytest.fixture
def places(enrolled, tmp_path):
    """A registry, its published tree and a kiosk's store, and how to put them back as they were."""
    whole, scratch = tmp_path / "whole", tmp_path / "scratch"
    publish(enrolled, whole / "tree", NOON)
    shutil.copytree(enrolled.directory, whole / "authority")
    init_store(whole / "tree" / "root.json", whole / "store", "gate 1", "checkpoint")
    update_store(whole / "tree", whole / "store", NOON)

    def restore():
        shutil.rmtree(scratch, ignore_errors=True)
        shutil.copytree(whole, scratch, symlinks=True)

    restore()
    return SimpleNamespace(folder=scratch, tree=scratch / "tree", store=scratch / "store", restore=restore)


def registry_of(places):
    return Registry(places.folder / "authority", Known(SANDBOX))


def rotate(places):
    keys = RootKeys((places.folder / "authority" / FOLDER,), Known(SANDBOX))
    return rotate_root(registry_of(places), keys, CHANGE, NOON + HOUR)


ACTS = {
    "publish": lambda places: publish(registry_of(places), places.tree, NOON + HOUR),
    "refresh-timestamp": lambda places: refresh_timestamp(registry_of(places), places.tree, NOON + HOUR),
    "rotate-root": rotate,
    "keys new": lambda places: make_new_key(registry_of(places), Role.STATUS, "ed25519", NOON + HOUR),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", ACTS)
@pytest.mark.parametrize("share", [12, pytest.param(1, marks=[pytest.mark.soak, pytest.mark.timeout(3600)])])
def test_a_kill_at_any_file_step_leaves_a_whole_tree_and_the_same_command_works_again(places, name, share):
    act = ACTS[name]
    steps = run_killed(0, lambda: act(places))
    chosen = random.Random(name).sample(range(1, steps + 1), k=max(3, steps // share))  # noqa: S311 - no secret

    for step in chosen:
        places.restore()
        assert run_killed(step, lambda: act(places)) is None
        assert update_store(places.tree, places.store, LATER).new_version in {1, 2}
        act(places)
        version = publish(registry_of(places), places.tree, LATER).version
        assert version == update_store(places.tree, places.store, LATER).new_version
        assert not list(places.tree.rglob(".*"))


@pytest.mark.slow
def test_a_killed_first_publication_is_incomplete_and_the_next_is_taken(places):
    def first():
        return publish(registry_of(places), places.folder / "first", NOON + HOUR)

    steps = run_killed(0, first)

    for step in range(3, steps, steps // 8):
        places.restore()
        assert run_killed(step, first) is None
        try:
            found = update_store(places.folder / "first", places.store, LATER).new_version
        except UpdateRefused as refused:
            found = refused.refusal
        assert found in {Refusal.INCOMPLETE, 2}
        version = publish(registry_of(places), places.folder / "first", LATER).version
        assert version == update_store(places.folder / "first", places.store, LATER).new_version


def test_publications_at_once_wait_for_each_other(places):
    with ThreadPoolExecutor(4) as people:
        asked = [people.submit(ACTS["publish"], places) for _ in range(4)]
        versions = {each.result().version for each in asked}

    assert {2, 3, 4, 5} == versions
    assert 5 == update_store(places.tree, places.store, LATER).new_version == load_trust(places.store).version
