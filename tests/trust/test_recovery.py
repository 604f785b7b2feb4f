"""No mistaken or stolen signature and no damage at rest leaves a kiosk that nothing brings back."""

import os
from datetime import timedelta

import pytest
from securesystemslib.signer import Signature, SSlibKey

from kiosk.model import Fault, Reason
from kiosk.trust.errors import Refusal, UpdateRefused
from kiosk.trust.files import read_plain
from kiosk.trust.floor import MAX_LISTS, Floor, ListFloor, encode_floor, parse_floor, raise_floor
from kiosk.trust.metadata import MAX_VERSION
from kiosk.trust.statuslist import MAX_URI
from kiosk.trust.store import init_store, load_trust
from tests.trust.refusals import refusal_of
from tests.trust.trees import NOON, Authority, a_list

HOUR = timedelta(hours=1)


@pytest.mark.parametrize("version", [MAX_VERSION + 1, 2**64, 10**60])
def test_a_version_that_the_floor_cannot_keep_is_refused_and_the_next_tree_is_taken(kiosk, version):
    assert refusal_of(kiosk, kiosk.publish("far", version=version)) is Refusal.TAMPERED
    assert kiosk.update(kiosk.publish("next", version=2)).new_version == 2


def test_the_highest_version_there_is_can_be_kept_and_loaded(kiosk):
    kiosk.update(kiosk.publish(version=MAX_VERSION))

    assert load_trust(kiosk.store).version == MAX_VERSION


@pytest.mark.parametrize("letter", ["a", "م", "😀"])
def test_a_list_whose_name_the_floor_cannot_keep_is_refused(kiosk, letter):
    def tree(name, length):
        targets = {"status/2031.cwt": a_list(kiosk.authority.status, uri=letter * length)}
        return kiosk.publish(name, targets=kiosk.authority.targets(**targets))

    assert refusal_of(kiosk, tree("long", MAX_URI + 1)) is Refusal.TAMPERED
    kiosk.update(tree("longest", MAX_URI))
    assert letter * MAX_URI in load_trust(kiosk.store).lists


def test_a_floor_full_of_the_longest_names_can_be_read_again():
    lists = {f"{n:03}".ljust(MAX_URI, "😀"): ListFloor(NOON, 2) for n in range(MAX_LISTS)}
    floor = Floor({"root": 1, "timestamp": 1, "snapshot": 1, "targets": 1}, NOON, lists)

    assert floor == parse_floor(encode_floor(floor))


def test_a_full_floor_forgets_the_oldest_list_first(kiosk):
    lists = {f"z{n}": ListFloor(NOON - HOUR, 2) for n in range(MAX_LISTS)}
    trust = load_trust(kiosk.store)

    assert trust.lists.keys() <= raise_floor(Floor({}, NOON, lists), trust).lists.keys()


@pytest.mark.parametrize("mended", [True, False])
def test_a_root_that_breaks_our_rules_does_not_keep_out_the_trees_after_it(kiosk, mended):
    good = kiosk.authority.clone()
    root = kiosk.authority.make_root(2)
    root.unrecognized_fields["x-mudaqqiq-environment"] = "pilot"
    kiosk.authority.roots.append(kiosk.authority.sign("root", root))
    assert refusal_of(kiosk, kiosk.publish("mistaken")) is Refusal.ENVIRONMENT

    if mended:
        good.roots.append(good.sign("root", good.make_root(2, NOON + timedelta(days=300))))
    tree = good.write(kiosk.folder / "good", version=5)

    assert kiosk.update(tree).new_version == load_trust(kiosk.store).version == 5


class SecondId:
    """The same private key under another id, its public half spelled otherwise."""

    def __init__(self, signer, change):
        self._signer = signer
        public = signer.public_key
        keyval = {"public": public.keyval["public"], **change(public.keyval["public"])}
        self.public_key = SSlibKey("ab" * 32, public.keytype, public.scheme, keyval)

    def sign(self, payload):
        return Signature(self.public_key.keyid, self._signer.sign(payload).signature)


@pytest.mark.parametrize(
    "change", [lambda _: {}, lambda value: {"public": value.upper()}, lambda _: {"note": "second"}]
)
def test_one_key_spelled_in_two_ways_is_one_key(kiosk, change):
    authority = kiosk.authority
    (signer,) = authority.signers["timestamp"]
    second = SecondId(signer, change)
    root = authority.make_root(2)
    root.add_key(second.public_key, "timestamp")
    root.roles["timestamp"].threshold = 2
    authority.signers["timestamp"] = [signer, second]
    authority.roots.append(authority.sign("root", root))

    assert refusal_of(kiosk, kiosk.publish()) is Refusal.TAMPERED


def _put_pipe(path):
    path.unlink()
    os.mkfifo(path)


def _put_link(path):
    path.unlink()
    path.symlink_to("/etc/hostname")


@pytest.mark.timeout(20)
@pytest.mark.parametrize("put", [_put_pipe, _put_link])
@pytest.mark.parametrize("name", ["metadata/timestamp.json", "metadata/targets.json", "targets/policy.json"])
def test_what_no_client_made_in_the_cache_neither_holds_up_nor_spoils_an_update(kiosk, put, name):
    put(kiosk.store / "cache" / name)

    assert kiosk.update(kiosk.publish()).new_version == 2


@pytest.mark.parametrize("name", ["root.json", "station.json"])
@pytest.mark.parametrize("damage", ["garbage", "folder"])
def test_a_damaged_pin_can_be_set_up_again_and_the_old_tree_stays_refused(kiosk, name, damage):
    kiosk.update(kiosk.publish())
    path = kiosk.store / name
    path.unlink()
    path.mkdir() if damage == "folder" else path.write_bytes(b"{}")
    with pytest.raises(Fault) as caught:
        load_trust(kiosk.store)

    init_store(kiosk.tree / "root.json", kiosk.store, "desk-1", "checkpoint")

    assert "trust init" in caught.value.detail
    assert load_trust(kiosk.store).version == 2
    assert refusal_of(kiosk, kiosk.tree) is Refusal.OLD


def test_a_whole_pin_is_not_set_up_again(kiosk):
    root = Authority().write(kiosk.folder / "other") / "root.json"

    with pytest.raises(Fault) as caught:
        init_store(root, kiosk.store, "desk-1", "checkpoint")

    assert caught.value.reason is Reason.TRUST_INVALID
    assert load_trust(kiosk.store).version == 1


def test_an_expired_tree_is_refused_with_the_time_that_the_kiosk_has(kiosk):
    with pytest.raises(UpdateRefused) as caught:
        kiosk.update(kiosk.publish(), NOON + timedelta(days=400))

    assert "here it is 2027-12-27 12:00" in caught.value.detail


@pytest.mark.parametrize("size", [11, 10**9])
def test_a_file_that_is_too_large_is_never_taken_for_one_that_is_not_there(tmp_path, size):
    with (tmp_path / "2.root.json").open("wb") as file:
        file.truncate(size)

    with pytest.raises(ValueError, match="larger") as caught:
        read_plain(tmp_path, "2.root.json", 10)

    assert caught.value.refusal is Refusal.TAMPERED


@pytest.mark.parametrize(
    ("where", "refusal", "words"),
    [
        ("/no/such/folder", Refusal.INCOMPLETE, "there is no folder /no/such/folder"),
        ("", Refusal.INCOMPLETE, "there is no folder"),
        ("file:///tmp", Refusal.UNREACHABLE, "no address of http or https"),
        ("a\0b", Refusal.INCOMPLETE, "there is no folder"),
    ],
)
def test_a_place_that_is_not_there_is_named(kiosk, where, refusal, words):
    with pytest.raises(UpdateRefused) as caught:
        kiosk.update(where)

    assert refusal is caught.value.refusal
    assert words in caught.value.detail
