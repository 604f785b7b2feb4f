"""The power fails between, and within, any two steps: the store loads the old set or the new one."""

import shutil

import pytest

from kiosk.model import Fault, Reason
from kiosk.trust.errors import Refusal, UpdateRefused
from kiosk.trust.files import DiskOps
from kiosk.trust.store import init_store, load_trust
from kiosk.trust.update import update_store
from tests.trust.trees import NOON, Authority


class PowerCut(BaseException):
    """Not an error anybody catches."""


class FailingOps:
    """Real steps on a real disk until step `last`, which is cut: not begun, or a file half written."""

    def __init__(self, last, *, half=False, failure=PowerCut):
        self._disk, self._last, self._half, self._failure = DiskOps(), last, half, failure
        self.steps = 0

    def _step(self):
        self.steps += 1
        if self.steps == self._last:
            raise self._failure

    def make_folder(self, folder):
        self._step()
        self._disk.make_folder(folder)

    def write(self, path, content):
        if self._half and self.steps + 1 == self._last:
            path.write_bytes(content[: len(content) // 2])
        self._step()
        self._disk.write(path, content)

    def link(self, target, path):
        self._step()
        self._disk.link(target, path)

    def replace(self, source, target):
        self._step()
        self._disk.replace(source, target)

    def remove(self, path):
        if self._half and self.steps + 1 == self._last and path.is_dir():
            shutil.rmtree(path / "metadata", ignore_errors=True)
        self._step()
        self._disk.remove(path)

    def sync(self, folder):
        self._step()
        self._disk.sync(folder)


def a_store(tmp_path, *, promoted):
    authority = Authority()
    first, second, third = (authority.write(tmp_path / f"tree{n}") for n in (1, 2, 3))
    init_store(first / "root.json", tmp_path / "store", "desk-1", "checkpoint")
    if promoted:
        update_store(first, tmp_path / "store", NOON)
        update_store(second, tmp_path / "store", NOON)
    return tmp_path / "store", third


def version_or_reason(store):
    try:
        return load_trust(store).version
    except Fault as err:
        return err.reason


def count_steps(store, tree, scratch):
    shutil.copytree(store, scratch, symlinks=True)
    ops = FailingOps(0)
    update_store(tree, scratch, NOON, ops)
    return ops.steps


@pytest.mark.slow
@pytest.mark.parametrize("half", [False, True])
def test_a_cut_at_any_step_of_an_update_leaves_the_old_or_the_new_set(tmp_path, half):
    store, tree = a_store(tmp_path, promoted=True)
    steps = count_steps(store, tree, tmp_path / "count")
    versions = []

    for step in range(1, steps + 1):
        copy = tmp_path / f"cut{step}"
        shutil.copytree(store, copy, symlinks=True)
        with pytest.raises(PowerCut):
            update_store(tree, copy, NOON, FailingOps(step, half=half))
        versions.append(load_trust(copy).version)
        assert update_store(tree, copy, NOON).new_version == load_trust(copy).version == 3

    assert steps > 20
    assert versions == sorted(versions)
    assert {2, 3} == set(versions)


@pytest.mark.slow
def test_a_cut_at_any_step_of_the_first_update_leaves_nothing_or_the_new_set(tmp_path):
    store, tree = a_store(tmp_path, promoted=False)
    steps = count_steps(store, tree, tmp_path / "count")

    for step in range(1, steps + 1):
        copy = tmp_path / f"cut{step}"
        shutil.copytree(store, copy, symlinks=True)
        with pytest.raises(PowerCut):
            update_store(tree, copy, NOON, FailingOps(step))
        assert version_or_reason(copy) in {3, Reason.TRUST_MISSING}
        assert update_store(tree, copy, NOON).new_version == load_trust(copy).version == 3


def test_a_cut_at_any_step_of_pinning_can_be_pinned_again_or_is_done(tmp_path):
    root = Authority().write(tmp_path / "tree") / "root.json"
    ops = FailingOps(0)
    init_store(root, tmp_path / "count", "desk-1", "checkpoint", ops=ops)

    for step in range(1, ops.steps + 1):
        store = tmp_path / f"cut{step}"
        with pytest.raises(PowerCut):
            init_store(root, store, "desk-1", "checkpoint", ops=FailingOps(step, half=True))
        if not (store / "root.json").exists():
            init_store(root, store, "desk-1", "checkpoint")
        assert update_store(tmp_path / "tree", store, NOON).new_version == 1


@pytest.mark.parametrize("step", [1, 5, 15])
def test_a_full_disk_is_refused_in_words_and_the_old_set_stays(tmp_path, step):
    store, tree = a_store(tmp_path, promoted=True)

    with pytest.raises(UpdateRefused) as caught:
        update_store(tree, store, NOON, FailingOps(step, failure=OSError(28, "No space left on device")))

    assert caught.value.refusal is Refusal.DISK
    assert load_trust(store).version == 2
    assert not (store / "slots" / "a").exists()  # what was half written fills the disk no longer


class WritesBadly(FailingOps):
    """A disk that says yes and keeps something else."""

    def write(self, path, content):
        self._disk.write(path, content[:-1] + b"?")


def test_a_disk_that_keeps_something_else_is_found_out_before_the_swap(tmp_path):
    store, tree = a_store(tmp_path, promoted=True)

    with pytest.raises(UpdateRefused) as caught:
        update_store(tree, store, NOON, WritesBadly(0))

    assert caught.value.refusal is Refusal.DISK
    assert load_trust(store).version == 2
