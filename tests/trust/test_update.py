"""Updates: every way a tree can be wrong is refused in its own words, and the old set stays in use."""

import fcntl
import json
import shutil
from datetime import timedelta

import pytest
from securesystemslib.signer import CryptoSigner

from kiosk.model import Fault, Reason
from kiosk.trust.errors import Refusal, UpdateRefused
from kiosk.trust.floor import FloorFile
from kiosk.trust.store import init_store, load_trust
from kiosk.trust.update import update_store
from tests.trust.refusals import refusal_of
from tests.trust.trees import NOON, ROLES, URI, Authority, a_list, a_policy

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def test_a_first_update_reports_everything_as_new(pinned):
    report = pinned.update(pinned.tree, NOON + HOUR)

    assert (report.old_version, report.new_version) == (None, 1)
    assert report.changed == ("issuers.json", "policy.json", "status/2031.cwt")
    assert report.list_ages == {URI: HOUR}


def test_an_update_names_what_changed(kiosk):
    report = kiosk.update(kiosk.publish(at=NOON + HOUR), NOON + 2 * HOUR)

    assert (report.old_version, report.new_version) == (1, 2)
    assert report.changed == ("status/2031.cwt",)
    assert load_trust(kiosk.store).lists[URI].issued_at == NOON + HOUR


def test_the_same_tree_again_changes_nothing(kiosk):
    active = (kiosk.store / "active").readlink()

    report = kiosk.update(kiosk.tree)

    assert (report.old_version, report.new_version, report.changed) == (1, 1, ())
    assert active == (kiosk.store / "active").readlink()


def test_ten_updates_in_a_row_use_two_slots(kiosk):
    for version in range(2, 12):
        kiosk.update(kiosk.publish(f"tree{version}"))
        assert version == load_trust(kiosk.store).version

    assert ["a", "b"] == sorted(slot.name for slot in (kiosk.store / "slots").iterdir())


@pytest.mark.parametrize("tree", ["nowhere", "file"])
def test_a_tree_that_is_not_there_is_incomplete_or_refused(kiosk, tree):
    (kiosk.folder / "file").write_bytes(b"")

    assert refusal_of(kiosk, kiosk.folder / tree) in {Refusal.INCOMPLETE, Refusal.TAMPERED}


def test_another_authoritys_tree_is_refused(kiosk):
    tree = Authority().write(kiosk.folder / "foreign")

    assert refusal_of(kiosk, tree) is Refusal.AUTHORITY


@pytest.mark.parametrize("role", ["timestamp", "snapshot", "targets"])
def test_one_signature_of_two_is_refused(tmp_path, role):
    authority = Authority(threshold=2)
    good = authority.write(tmp_path / "good")
    short = authority.write(tmp_path / "short", signers={role: authority.signers[role][:1]})
    twice = authority.write(tmp_path / "twice", signers={role: authority.signers[role][:1] * 2})
    store = tmp_path / "store"
    init_store(good / "root.json", store, "desk-1", "checkpoint")
    update_store(good, store, NOON)

    for tree in (short, twice):
        with pytest.raises(UpdateRefused):
            update_store(tree, store, NOON)
    assert load_trust(store).version == 1


@pytest.mark.parametrize("role", ["timestamp", "snapshot", "targets"])
def test_a_role_signed_by_another_roles_key_is_refused(kiosk, role):
    tree = kiosk.publish(signers={role: kiosk.authority.signers["root"]})

    assert refusal_of(kiosk, tree) is Refusal.AUTHORITY


def test_a_stranger_signing_everything_below_the_root_is_refused(kiosk):
    stranger = [CryptoSigner.generate_ed25519()]
    tree = kiosk.publish(signers=dict.fromkeys(("timestamp", "snapshot", "targets"), stranger))

    assert refusal_of(kiosk, tree) is Refusal.AUTHORITY


def test_roots_rotate_from_one_to_three_in_one_update(kiosk):
    kiosk.authority.rotate_root()
    kiosk.authority.rotate_root()

    report = kiosk.update(kiosk.publish())

    assert report.changed == ("root",)
    assert load_trust(kiosk.store).root_version == 3
    assert load_trust(kiosk.store).versions["root"] == 3


@pytest.mark.parametrize(
    ("knobs", "refusal"),
    [
        ({"old_signs": False}, Refusal.AUTHORITY),
        ({"version": 3}, Refusal.TAMPERED),
        ({"version": 1}, Refusal.TAMPERED),
    ],
)
def test_a_root_that_does_not_follow_the_last_is_refused(kiosk, knobs, refusal):
    kiosk.authority.rotate_root(**knobs)

    assert refusal_of(kiosk, kiosk.publish()) is refusal


def test_a_tree_without_the_newest_root_never_takes_the_kiosk_back_to_the_root_before(kiosk):
    kiosk.authority.rotate_root()
    kiosk.update(kiosk.publish())
    kiosk.authority.roots.pop()

    kiosk.update(kiosk.publish("remembered"))
    assert load_trust(kiosk.store).root_version == 2
    shutil.rmtree(kiosk.store / "cache")
    assert refusal_of(kiosk, kiosk.publish("cut")) is Refusal.OLD


def test_a_root_that_changes_the_environment_is_refused(kiosk):
    kiosk.authority.environment = "production"
    kiosk.authority.rotate_root()

    assert refusal_of(kiosk, kiosk.publish()) is Refusal.ENVIRONMENT


@pytest.mark.parametrize(
    ("root", "policy"), [("sandbox", "production"), (None, "sandbox"), ("pilot", "sandbox")]
)
def test_a_policy_of_another_environment_than_the_roots_is_refused(tmp_path, root, policy):
    authority = Authority(root)
    classes = {"station_classes": {authority.environment or "production": ["checkpoint"]}}
    content = json.dumps(a_policy(environment=policy, **classes)).encode()
    tree = authority.write(tmp_path / "tree", targets=authority.targets(**{"policy.json": content}))
    init_store(tree / "root.json", tmp_path / "store", "desk-1", "checkpoint")

    with pytest.raises(UpdateRefused) as caught:
        update_store(tree, tmp_path / "store", NOON)

    assert caught.value.refusal is Refusal.ENVIRONMENT


@pytest.mark.parametrize("role", ROLES)
def test_expired_metadata_is_refused_from_its_second_on(kiosk, role):
    end = NOON + HOUR
    if role == "root":
        kiosk.authority.roots.append(kiosk.authority.sign("root", kiosk.authority.make_root(2, end)))
    tree = kiosk.publish(expires={role: end})

    refused = refusal_of(kiosk, tree, end)

    assert refused is Refusal.EXPIRED
    assert refused.reason is Reason.TRUST_EXPIRED
    assert kiosk.update(tree, end - timedelta(seconds=1)).new_version == 2


def test_an_older_tree_is_refused(kiosk):
    kiosk.update(kiosk.publish("second"))

    assert refusal_of(kiosk, kiosk.tree) is Refusal.OLD


def test_an_older_tree_is_refused_even_when_the_slots_are_gone(kiosk):
    kiosk.update(kiosk.publish("second"))
    (kiosk.store / "active").unlink()

    with pytest.raises(UpdateRefused) as caught:
        kiosk.update(kiosk.tree)

    assert caught.value.refusal is Refusal.OLD


def test_a_newer_tree_with_an_older_status_list_is_refused(kiosk):
    targets = kiosk.authority.targets(NOON - HOUR)

    assert refusal_of(kiosk, kiosk.publish(targets=targets)) is Refusal.OLD


def test_a_status_list_that_changes_its_bits_is_refused(kiosk):
    targets = kiosk.authority.targets(**{"status/2031.cwt": a_list(kiosk.authority.status, bits=4)})

    assert refusal_of(kiosk, kiosk.publish(targets=targets)) is Refusal.FORMAT


def test_two_lists_of_one_uri_are_refused(kiosk):
    targets = kiosk.authority.targets(**{"status/2032.cwt": a_list(kiosk.authority.status)})

    assert refusal_of(kiosk, kiosk.publish(targets=targets)) is Refusal.TAMPERED


def test_a_policy_that_takes_the_stations_purpose_away_is_refused(kiosk):
    policy = json.dumps(a_policy(station_classes={"sandbox": ["hotel"]})).encode()
    targets = kiosk.authority.targets(**{"policy.json": policy})

    assert refusal_of(kiosk, kiosk.publish(targets=targets)) is Refusal.STATION


@pytest.mark.parametrize("name", ["policy.json", "issuers.json"])
def test_a_signed_tree_without_a_needed_target_is_incomplete(kiosk, name):
    tree = kiosk.publish(targets=kiosk.authority.targets(**{name: None}))

    assert refusal_of(kiosk, tree) is Refusal.INCOMPLETE


@pytest.mark.parametrize("name", ["policy.json", "issuers.json", "status/2031.cwt"])
def test_a_signed_target_of_the_wrong_form_is_refused(kiosk, name):
    tree = kiosk.publish(targets=kiosk.authority.targets(**{name: b"{}"}))

    assert refusal_of(kiosk, tree) is Refusal.TAMPERED


@pytest.mark.parametrize(
    "name", ["../policy.json", "status/../../x.cwt", "/etc/passwd", "a\\b", "status/.x.cwt"]
)
def test_a_signed_target_name_that_leaves_the_tree_is_refused(kiosk, name):
    tree = kiosk.publish(targets=kiosk.authority.targets(**{name: b"boo"}))

    assert refusal_of(kiosk, tree) is Refusal.TAMPERED


def test_an_unknown_plain_target_is_left_alone(kiosk):
    targets = kiosk.authority.targets(**{"models/face.onnx": b"later"})

    assert kiosk.update(kiosk.publish(targets=targets)).changed == ()
    assert load_trust(kiosk.store).version == 2


def test_a_clock_before_what_was_already_trusted_is_refused(kiosk):
    later = NOON + 5 * DAY
    kiosk.update(kiosk.publish("second", later), later)

    assert refusal_of(kiosk, kiosk.publish("third", later), later - timedelta(seconds=61)) is Refusal.CLOCK


def test_a_tree_from_the_future_is_refused(kiosk):
    ahead = kiosk.publish(at=NOON + timedelta(seconds=301))

    assert refusal_of(kiosk, ahead) is Refusal.CLOCK
    assert kiosk.update(ahead, NOON + timedelta(seconds=1)).new_version == 2


def test_a_second_updater_is_told_to_wait(kiosk):
    with (kiosk.store / "lock").open("rb+") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        refused = refusal_of(kiosk, kiosk.publish())

    assert refused is Refusal.BUSY


def test_a_store_without_a_root_cannot_be_updated(tmp_path):
    with pytest.raises(Fault) as caught:
        update_store(Authority().write(tmp_path / "tree"), tmp_path / "store", NOON)

    assert caught.value.reason is Reason.TRUST_MISSING


def test_a_store_whose_lock_cannot_be_taken_is_refused_in_words(kiosk):
    (kiosk.store / "lock").unlink()
    (kiosk.store / "lock").mkdir()

    assert refusal_of(kiosk, kiosk.publish()) is Refusal.STORE


def test_an_update_heals_a_damaged_link(kiosk):
    (kiosk.store / "active").unlink()
    (kiosk.store / "active").symlink_to("slots/c")

    report = kiosk.update(kiosk.publish())

    assert report.old_version is None
    assert load_trust(kiosk.store).version == 2


def test_an_update_heals_a_folder_where_the_link_should_be(kiosk):
    (kiosk.store / "active").unlink()
    (kiosk.store / "active" / "x").mkdir(parents=True)

    kiosk.update(kiosk.publish())

    assert load_trust(kiosk.store).version == 2


@pytest.mark.parametrize("damage", [b"{}", b"", None])
def test_a_damaged_or_lost_floor_is_that_of_the_set_in_use_and_is_written_anew(kiosk, damage):
    kiosk.update(kiosk.publish())
    (kiosk.store / "floor.json").unlink()
    if damage is not None:
        (kiosk.store / "floor.json").write_bytes(damage)

    with pytest.raises(UpdateRefused) as caught:
        kiosk.update(kiosk.tree)
    report = kiosk.update(kiosk.publish("third"))

    assert caught.value.refusal is Refusal.OLD
    assert report.new_version == load_trust(kiosk.store).version == 3
    assert FloorFile(kiosk.store).load().versions["timestamp"] == 3
