"""New root keys: a chain of roots, each signed by the threshold of the one before and by its own."""

import shutil
from datetime import timedelta

import pytest
from securesystemslib.signer import CryptoSigner

from kiosk.trust.errors import Refusal, UpdateRefused
from kiosk.trust.logged import raise_logged
from kiosk.trust.store import init_store, load_trust
from kiosk.trust.update import update_store
from tests.trust.servers import serving
from tests.trust.test_power_cut import FailingOps, PowerCut, count_steps
from tests.trust.trees import NOON, Authority

HOUR = timedelta(hours=1)


class Ceremony(Authority):
    """An authority whose root has three keys, of which two must sign."""

    def __init__(self):
        super().__init__(threshold=2)
        self.signers["root"].append(CryptoSigner.generate_ed25519())
        self.roots = [self.sign("root", self.make_root(1), self.signers["root"][:2])]

    def rotate(self, old=2, new=2, keep=0):
        """Replace the root's keys but `keep` of them; `old` and `new` of each set sign."""
        before = self.signers["root"]
        fresh = [CryptoSigner.generate_ed25519() for _ in range(3 - keep)]
        self.signers["root"] = [*before[:keep], *fresh]
        root = self.make_root(len(self.roots) + 1)
        signers = {signer.public_key.keyid: signer for signer in before[3 - old :] + fresh[:new]}
        self.roots.append(self.sign("root", root, list(signers.values())))


@pytest.fixture
def ceremony(tmp_path):
    """An authority, and a store that has promoted its first tree."""
    authority = Ceremony()
    tree = authority.write(tmp_path / "tree1")
    init_store(tree / "root.json", tmp_path / "store", "desk-1", "checkpoint")
    update_store(tree, tmp_path / "store", NOON)
    return authority


@pytest.fixture(params=["stick", "web"])
def update(request, tmp_path):
    """Update the store from a tree, by a stick or by a server."""

    def bring(tree, now=NOON):
        if request.param == "stick":
            return update_store(tree, tmp_path / "store", now)
        with serving(tree) as server:
            return update_store(server.url, tmp_path / "store", now)

    return bring


def refusal_of(update, tree):
    with pytest.raises(UpdateRefused) as caught:
        update(tree)
    return caught.value.refusal


def test_one_rotation_signed_by_both_thresholds_is_followed(ceremony, update, tmp_path):
    ceremony.rotate()

    report = update(ceremony.write(tmp_path / "tree2"))

    assert "root" in report.changed
    assert load_trust(tmp_path / "store").root_version == 2


def test_a_kiosk_that_missed_several_rotations_follows_them_all(ceremony, update, tmp_path):
    for keep in (0, 1, 2, 0, 0):
        ceremony.rotate(keep=keep, new=2 if keep < 2 else 1, old=2)

    update(ceremony.write(tmp_path / "tree2"))

    trust = load_trust(tmp_path / "store")
    assert (trust.root_version, trust.version) == (6, 2)


def test_rotations_are_followed_again_without_cache_and_slots(ceremony, update, tmp_path):
    ceremony.rotate()
    tree = ceremony.write(tmp_path / "tree2")
    update(tree)
    for name in ("cache", "slots"):
        shutil.rmtree(tmp_path / "store" / name)
    (tmp_path / "store" / "active").unlink()

    update(tree)

    assert load_trust(tmp_path / "store").root_version == 2


@pytest.mark.parametrize(("old", "new"), [(1, 2), (2, 1), (0, 2), (2, 0)])
def test_a_root_short_of_one_signature_on_either_side_is_refused(ceremony, update, tmp_path, old, new):
    ceremony.rotate(old=old, new=new)

    assert refusal_of(update, ceremony.write(tmp_path / "tree2")) is Refusal.AUTHORITY
    assert load_trust(tmp_path / "store").root_version == 1


def test_a_short_root_in_the_middle_of_a_chain_stops_it(ceremony, update, tmp_path):
    ceremony.rotate()
    ceremony.rotate(old=1)
    ceremony.rotate()

    assert refusal_of(update, ceremony.write(tmp_path / "tree2")) is Refusal.AUTHORITY
    assert load_trust(tmp_path / "store").version == 1


def test_a_gap_in_the_chain_ends_it_and_what_the_later_root_signs_is_refused(ceremony, update, tmp_path):
    ceremony.rotate()
    ceremony.signers["timestamp"] = [CryptoSigner.generate_ed25519() for _ in range(2)]
    ceremony.rotate()
    tree = ceremony.write(tmp_path / "tree2")
    (tree / "metadata" / "2.root.json").unlink()

    assert refusal_of(update, tree) is Refusal.AUTHORITY


def test_a_withdrawn_time_stamp_key_stays_withdrawn_after_half_a_stick(ceremony, update, tmp_path):
    stolen = ceremony.signers["timestamp"]
    ceremony.signers["timestamp"] = [CryptoSigner.generate_ed25519() for _ in range(2)]
    ceremony.rotate()
    half = ceremony.write(tmp_path / "half", NOON)
    next((half / "targets" / "status").iterdir()).write_bytes(b"")
    (tmp_path / "store" / "cache" / "targets" / "status" / "2031.cwt").unlink()
    assert refusal_of(update, half) is Refusal.TAMPERED
    ceremony.roots.pop()

    forged = ceremony.write(tmp_path / "forged", signers={"timestamp": stolen})

    assert refusal_of(update, forged) is Refusal.AUTHORITY
    assert load_trust(tmp_path / "store").version == 1


def with_new_keys(authority, *roles):
    for role in roles:
        authority.signers[role] = [CryptoSigner.generate_ed25519() for _ in range(2)]
    authority.rotate()


def test_a_version_far_ahead_signed_with_a_stolen_key_ends_with_the_key(ceremony, update, tmp_path):
    update(ceremony.write(tmp_path / "far", version=2**31))
    ceremony.version = 1
    assert refusal_of(update, ceremony.write(tmp_path / "second")) is Refusal.OLD
    with_new_keys(ceremony, "timestamp", "snapshot", "targets", "status")

    assert update(ceremony.write(tmp_path / "third")).new_version == 3
    assert load_trust(tmp_path / "store").version == 3
    assert refusal_of(update, ceremony.write(tmp_path / "again", version=2)) is Refusal.OLD


def test_such_a_version_ends_with_the_key_also_where_the_set_in_use_is_lost(ceremony, update, tmp_path):
    update(ceremony.write(tmp_path / "far", version=2**31))
    store = tmp_path / "store"
    logged = raise_logged(None, load_trust(store))
    shutil.rmtree(store / "slots")
    with_new_keys(ceremony, "timestamp", "snapshot", "targets", "status")

    update_store(ceremony.write(tmp_path / "third", version=3), store, NOON, find_logged=lambda: logged)

    assert load_trust(store, lambda: logged).version == 3


def test_new_root_keys_alone_do_not_let_an_older_tree_in(ceremony, update, tmp_path):
    update(ceremony.write(tmp_path / "far", version=9))
    ceremony.rotate()

    assert refusal_of(update, ceremony.write(tmp_path / "older", version=8)) is Refusal.OLD


def test_new_keys_do_not_let_an_older_list_in(ceremony, update, tmp_path):
    update(ceremony.write(tmp_path / "newer", NOON + HOUR), NOON + HOUR)
    with_new_keys(ceremony, "timestamp", "snapshot", "targets")

    with pytest.raises(UpdateRefused) as caught:
        update(ceremony.write(tmp_path / "older list", NOON), NOON + HOUR)

    assert caught.value.refusal is Refusal.OLD


@pytest.mark.slow
def test_a_cut_while_the_floor_is_lowered_leaves_a_set_that_loads(ceremony, tmp_path):
    store = tmp_path / "store"
    update_store(ceremony.write(tmp_path / "far", version=2**31), store, NOON)
    with_new_keys(ceremony, "timestamp", "snapshot", "targets", "status")
    tree = ceremony.write(tmp_path / "third", version=3)
    steps = count_steps(store, tree, tmp_path / "count")

    for step in range(1, steps + 1):
        copy = tmp_path / f"cut{step}"
        shutil.copytree(store, copy, symlinks=True)
        with pytest.raises(PowerCut):
            update_store(tree, copy, NOON, FailingOps(step, half=True))
        assert load_trust(copy).version in {3, 2**31}
        assert update_store(tree, copy, NOON).new_version == load_trust(copy).version == 3
