"""A signed tree, and a store that has promoted it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from kiosk.trust.store import init_store
from kiosk.trust.update import update_store
from tests.trust.trees import NOON, Authority


@dataclass
class Kiosk:
    """One authority, its first tree, and the store that pinned its root."""

    authority: Authority
    tree: Path
    store: Path
    folder: Path

    def publish(self, name="next", at=NOON, **knobs):
        return self.authority.write(self.folder / name, at, **knobs)

    def update(self, tree, now=NOON, **knobs):
        return update_store(tree, self.store, now, **knobs)


@pytest.fixture(scope="session")
def template(tmp_path_factory):
    """The folders that every test starts from, made once."""
    folder = tmp_path_factory.mktemp("template")
    authority = Authority()
    tree = authority.write(folder / "tree")
    init_store(tree / "root.json", folder / "pinned", "desk-1", "checkpoint")
    shutil.copytree(folder / "pinned", folder / "promoted")
    update_store(tree, folder / "promoted", NOON)
    return Kiosk(authority, tree, folder / "promoted", folder)


def _start(template, folder, store):
    tree = Path(shutil.copytree(template.tree, folder / "tree"))
    copied = Path(shutil.copytree(template.folder / store, folder / "store", symlinks=True))
    return Kiosk(template.authority.clone(), tree, copied, folder)


@pytest.fixture
def pinned(template, tmp_path):
    """A store with a root and nothing promoted yet."""
    return _start(template, tmp_path, "pinned")


@pytest.fixture
def kiosk(template, tmp_path):
    """A store that has promoted version 1."""
    return _start(template, tmp_path, "promoted")
