"""The trust set of a running kiosk: loaded again when something was promoted, refused when set up anew."""

from datetime import timedelta

import pytest

from kiosk.model import Fault, Reason
from kiosk.trust.current import CurrentTrust
from kiosk.trust.store import init_store
from kiosk.trust.update import update_store
from tests.trust.trees import NOON, Authority


def promote(authority, store, tree, at=NOON):
    update_store(authority.write(tree, at), store, at)


@pytest.fixture
def store(tmp_path):
    """A store that trusts `Authority`, and the authority."""
    authority = Authority()
    tree = authority.write(tmp_path / "tree1")
    init_store(tree / "root.json", tmp_path / "store", "Gate 3", "checkpoint")
    update_store(tree, tmp_path / "store", NOON)
    return tmp_path / "store", authority


def test_what_did_not_change_is_not_read_again(store):
    current = CurrentTrust(store[0])

    assert current.load() is current.load()


def test_what_was_promoted_is_there_at_once(store, tmp_path):
    current = CurrentTrust(store[0])
    assert 1 == current.load().version

    promote(store[1], store[0], tmp_path / "tree2", NOON + timedelta(hours=1))

    assert 2 == current.load().version


def test_a_store_that_vanished_is_a_fault_and_nothing_old_is_given_out(store):
    current = CurrentTrust(store[0])
    current.load()
    link = (store[0] / "active").readlink()
    (store[0] / "active").unlink()

    with pytest.raises(Fault) as missing:
        current.load()
    (store[0] / "active").symlink_to(link)

    assert Reason.TRUST_MISSING is missing.value.reason
    assert 1 == current.load().version


def test_a_purpose_switched_in_a_text_file_takes_the_kiosk_out_of_service(store):
    current = CurrentTrust(store[0])
    current.load()
    station = store[0] / "station.json"
    station.write_text(station.read_text().replace("checkpoint", "hotel"))

    with pytest.raises(Fault, match="start it again") as switched:
        current.load()

    assert Reason.TRUST_INVALID is switched.value.reason
    with pytest.raises(Fault):
        current.load()


def test_another_root_in_the_same_place_takes_the_kiosk_out_of_service(store, tmp_path):
    current = CurrentTrust(store[0])
    current.load()
    store[0].rename(tmp_path / "old store")
    impostor = Authority()
    tree = impostor.write(tmp_path / "tree of another")
    init_store(tree / "root.json", store[0], "Gate 3", "checkpoint")
    update_store(tree, store[0], NOON)

    with pytest.raises(Fault, match="root, station or purpose"):
        current.load()
