"""Sandbox, pilot and production never mix: each kiosk refuses the trees of the other two, in words."""

from __future__ import annotations

from itertools import permutations

import pytest

from issuer.errors import Refused
from issuer.founding import create_registry
from issuer.publish import publish
from kiosk.model import Environment, Reason
from kiosk.trust.errors import Refusal, UpdateRefused
from kiosk.trust.store import init_store, load_trust
from kiosk.trust.update import update_store
from tests.issuer.makers import a_pilot
from tests.trust.servers import serving
from tests.trust.trees import NOON, Authority

SENTENCE = "TRUST_INVALID: the trust tree belongs to another environment than this kiosk"


@pytest.fixture(scope="module")
def trees(tmp_path_factory):
    """A tree of each environment; this authority makes none for production."""
    folder = tmp_path_factory.mktemp("environments")
    publish(create_registry(folder / "a", "sandbox", "ed25519", NOON), folder / "sandbox", NOON)
    publish(a_pilot(folder / "b"), folder / "pilot", NOON)
    Authority(environment=None).write(folder / "production")
    return folder


def a_kiosk(trees, own, folder):
    station_class = "pilot" if own == "pilot" else "sandbox"  # those that their policies know
    init_store(trees / own / "root.json", folder, "gate 1", "checkpoint", station_class)
    update_store(trees / own, folder, NOON)
    return folder


@pytest.mark.parametrize("by", ["stick", "web"])
@pytest.mark.parametrize(("own", "other"), list(permutations(["sandbox", "pilot", "production"], 2)))
def test_a_tree_of_another_environment_is_refused_in_these_words(trees, tmp_path, own, other, by):
    store = a_kiosk(trees, own, tmp_path / "store")

    with serving(trees / other) as server, pytest.raises(UpdateRefused) as caught:
        update_store(server.url if by == "web" else trees / other, store, NOON)

    assert (Refusal.ENVIRONMENT, Reason.TRUST_INVALID) == (caught.value.refusal, caught.value.reason)
    assert f"{SENTENCE} (the tree says {other}, this kiosk is for {own})" == str(caught.value)
    assert Environment(own) is load_trust(store).environment


@pytest.mark.parametrize("content", [b"", b"{}", None])
def test_a_tree_whose_own_root_says_nothing_is_of_another_authority(trees, tmp_path, content):
    store = a_kiosk(trees, "production", tmp_path / "store")
    tree = tmp_path / "tree"
    publish(create_registry(tmp_path / "c", "sandbox", "ed25519", NOON), tree, NOON)
    (tree / "root.json").unlink()
    if content is not None:
        (tree / "root.json").write_bytes(content)

    with pytest.raises(UpdateRefused) as caught:
        update_store(tree, store, NOON)

    assert Refusal.AUTHORITY is caught.value.refusal


@pytest.mark.parametrize("environment", ["production", "Sandbox", "", "test"])
def test_no_authority_is_made_for_another_environment(tmp_path, environment):
    with pytest.raises(Refused, match="sandbox or pilot"):
        create_registry(tmp_path / "a", environment, "ed25519", NOON)

    assert not (tmp_path / "a").exists()


def test_a_registry_that_calls_itself_production_publishes_nothing(issuer, registry, tmp_path):
    path = registry.directory / "authority.json"
    path.write_text(path.read_text().replace("sandbox", "production"))

    answer = issuer("publish", registry.directory, "--to", tmp_path / "tree")

    assert 1 == answer.code
    assert "does not serve" in answer.err
    assert not (tmp_path / "tree").exists()
