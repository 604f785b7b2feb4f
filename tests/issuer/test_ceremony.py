"""Root keys come and go by the word of enough of those before, and every kiosk follows."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from tuf.api.metadata import Metadata, Root

from issuer import issuing
from issuer.ceremony import Change, rotate_root
from issuer.errors import Refused
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

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
AT = ("--at", "2026-11-22T10:00:00Z")


@pytest.fixture
def tree(enrolled, tmp_path):
    publish(enrolled, tmp_path / "tree", NOON)
    return tmp_path / "tree"


@pytest.fixture
def store(tree, tmp_path):
    init_store(tree / "root.json", tmp_path / "store", "gate 1", "checkpoint")
    update_store(tree, tmp_path / "store", NOON)
    return tmp_path / "store"


def keys_in(*folders):
    return RootKeys(tuple(folders), Known(SANDBOX))


def here(registry):
    return keys_in(registry.directory / FOLDER)


def root_of(registry, version):
    return Metadata[Root].from_bytes((registry.directory / "root" / f"{version}.json").read_bytes())


def follow(registry, tree, store, now):
    publish(registry, tree, now)
    update_store(tree, store, now)
    return load_trust(store).root_version


def test_a_renewal_is_the_same_keys_for_another_year(enrolled, tree, store):
    later = NOON + timedelta(days=300)

    rotated = rotate_root(enrolled, here(enrolled), Change(), later)

    assert (2, ("root-1", "root-2", "root-3"), 2) == (rotated.version, rotated.keys, rotated.threshold)
    assert later + timedelta(days=365) == rotated.expires
    assert 2 == follow(enrolled, tree, store, later)
    assert (tree / "root.json").read_bytes() == (tree / "metadata" / "2.root.json").read_bytes()


def test_a_key_comes_and_a_key_goes_signed_by_both_thresholds(enrolled, tree, store):
    before = root_of(enrolled, 1)

    rotated = rotate_root(enrolled, here(enrolled), Change(new=1, remove=frozenset({"root-2"})), NOON + HOUR)

    after = root_of(enrolled, 2)
    for judge in (before, after):
        judge.signed.verify_delegate("root", after.signed_bytes, after.signatures)
    assert (("root-1", "root-3", "root-4"), ("root-4",)) == (rotated.keys, rotated.made)
    assert len(after.signed.roles["root"].keyids) == 3
    assert before.signed.roles["root"].keyids[1] not in after.signed.roles["root"].keyids
    assert 2 == follow(enrolled, tree, store, NOON + HOUR)


def test_a_kiosk_that_slept_through_many_ceremonies_follows_the_whole_chain(enrolled, tree, store):
    for number in range(1, 5):
        change = Change(new=1, remove=frozenset({f"root-{number}"}))
        rotate_root(enrolled, here(enrolled), change, NOON + number * HOUR)

    assert 5 == follow(enrolled, tree, store, NOON + DAY)
    chain = sorted(path.name for path in (tree / "metadata").glob("*.root.json"))
    assert [f"{number}.root.json" for number in range(1, 6)] == chain


def test_a_lost_key_is_dropped_by_the_other_two(enrolled, tree, store):
    (enrolled.directory / FOLDER / "root-3.pem").unlink()

    rotated = rotate_root(enrolled, here(enrolled), Change(new=1, remove=frozenset({"root-3"})), NOON + HOUR)

    assert ("root-1", "root-2", "root-4") == rotated.signed_by
    assert 2 == follow(enrolled, tree, store, NOON + HOUR)


def test_one_key_alone_changes_nothing(enrolled):
    for name in ("root-1", "root-2"):
        (enrolled.directory / FOLDER / f"{name}.pem").unlink()
    before = enrolled.keyring()

    for change in (Change(), Change(new=3), Change(remove=frozenset({"root-1"}), new=2)):
        with pytest.raises(Refused, match=r"it takes 2 keys of .*; there: root-3 "):
            rotate_root(enrolled, here(enrolled), change, NOON + HOUR)

    assert before == enrolled.keyring()
    assert ["1.json"] == [path.name for path in (enrolled.directory / "root").iterdir()]


def test_too_few_that_stay_cannot_sign_for_the_new_threshold(enrolled):
    (enrolled.directory / FOLDER / "root-3.pem").unlink()

    with pytest.raises(Refused, match="it takes 3 keys"):
        rotate_root(enrolled, here(enrolled), Change(threshold=3), NOON + HOUR)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (Change(remove=frozenset({"root-1", "root-2"})), "1 root keys would be left"),
        (Change(remove=frozenset({"root-9"})), "lists no key 'root-9'"),
        (Change(remove=frozenset({"timestamp-1"})), "lists no key 'timestamp-1'"),
        (Change(threshold=1), "at least 2"),
        (Change(threshold=4), "3 root keys would be left"),
        (Change(new=14), "17 root keys would be left"),
    ],
)
def test_a_root_that_one_person_or_nobody_could_sign_is_refused(enrolled, change, said):
    with pytest.raises(Refused, match=said):
        rotate_root(enrolled, here(enrolled), change, NOON + HOUR)


@pytest.mark.parametrize("role", [Role.TARGETS, Role.SNAPSHOT, Role.TIMESTAMP])
def test_a_role_gets_a_new_key_through_the_root_and_the_old_one_ends(enrolled, tree, store, role):
    old = (enrolled.directory / "keys" / f"{role.value}-1.pem").read_bytes()

    rotated = rotate_root(enrolled, here(enrolled), Change(replace=frozenset({role})), NOON + HOUR)

    assert (f"{role.value}-2",) == rotated.made
    assert 2 == follow(enrolled, tree, store, NOON + HOUR)
    (enrolled.directory / "keys" / f"{role.value}-1.pem").unlink()
    assert 2 == follow(enrolled, tree, store, NOON + 2 * HOUR)
    (enrolled.directory / "keys" / f"{role.value}-2.pem").write_bytes(old)
    forge_targets(enrolled, role)
    publish(enrolled, tree, NOON + 3 * HOUR)
    with pytest.raises(UpdateRefused) as caught:
        update_store(tree, store, NOON + 3 * HOUR)
    assert Refusal.AUTHORITY is caught.value.refusal


def forge_targets(registry, role):
    """Make the next publication sign targets again, which it does only when they change."""
    if role is Role.TARGETS:
        make_new_key(registry, Role.CREDENTIAL, "ed25519", NOON + 2 * HOUR)


def test_the_status_role_gets_a_new_key_without_the_root(enrolled, tree, store):
    record = make_new_key(enrolled, Role.STATUS, "ed25519", NOON + HOUR)
    (enrolled.directory / "keys" / "status-1.pem").unlink()

    assert "status-2" == record.name
    assert 1 == follow(enrolled, tree, store, NOON + HOUR)
    assert 2 == load_trust(store).versions["status"]


def test_the_ceremony_needs_three_public_things_and_the_keepers_sticks(enrolled, tree, store, tmp_path):
    offline, ali, sara = tmp_path / "offline", tmp_path / "ali", tmp_path / "sara"
    shutil.copytree(enrolled.directory / "root", offline / "root")
    for name in ("authority.json", "keys.json"):
        shutil.copy(enrolled.directory / name, offline / name)
    for stick, name in ((ali, "root-1.pem"), (sara, "root-2.pem")):
        stick.mkdir()
        shutil.move(enrolled.directory / FOLDER / name, stick / name)
    shutil.rmtree(enrolled.directory / FOLDER)

    change = Change(new=1, replace=frozenset({Role.TIMESTAMP}))
    rotated = rotate_root(Registry(offline), keys_in(ali, sara), change, NOON + HOUR)

    assert ("root-1", "root-2", "root-4") == rotated.signed_by
    assert ["root-1.pem", "root-4.pem"] == sorted(path.name for path in ali.iterdir())
    shutil.copy(offline / "keys" / "timestamp-2.pem", enrolled.directory / "keys")
    shutil.copy(offline / "keys.json", enrolled.directory / "keys.json")
    shutil.copy(offline / "root" / "2.json", enrolled.directory / "root" / "2.json")
    assert 2 == follow(enrolled, tree, store, NOON + HOUR)
    assert not list(Path(enrolled.directory).rglob("root-*.pem"))


def test_a_file_with_the_name_of_another_key_is_refused(enrolled):
    folder = enrolled.directory / FOLDER
    shutil.copy(folder / "root-1.pem", folder / "root-2.pem")

    with pytest.raises(Refused, match=r"root-2\.pem is another key"):
        rotate_root(enrolled, here(enrolled), Change(), NOON + HOUR)


def test_a_new_key_is_never_written_over_a_file(enrolled):
    (enrolled.directory / FOLDER / "root-4.pem").write_bytes(b"somebody's")

    with pytest.raises(Refused, match=r"root-4\.pem already"):
        rotate_root(enrolled, here(enrolled), Change(new=1), NOON + HOUR)

    assert b"somebody's" == (enrolled.directory / FOLDER / "root-4.pem").read_bytes()


def test_a_time_stamp_under_a_new_root_waits_for_the_publication(enrolled, tree):
    rotate_root(enrolled, here(enrolled), Change(replace=frozenset({Role.TIMESTAMP})), NOON + HOUR)

    with pytest.raises(Refused, match="has not the newest root"):
        refresh_timestamp(enrolled, tree, NOON + HOUR)


def test_an_ended_root_publishes_nothing_until_it_is_renewed(enrolled, tree):
    issuing.print_copy(enrolled, "c000001", NOON)
    later = NOON + timedelta(days=365)

    with pytest.raises(Refused, match="rotate-root"):
        publish(enrolled, tree, later)

    rotate_root(enrolled, here(enrolled), Change(), later)
    assert 2 == publish(enrolled, tree, later).root_version


def test_the_command_rotates_and_says_who_signed(issuer, enrolled, tree):
    words = ("--new", "1", "--remove", "root-1", "--replace", "snapshot")
    answer = issuer("rotate-root", enrolled.directory, *words, *AT)
    refused = issuer("rotate-root", enrolled.directory, "--remove", "root-1", *AT)

    assert (0, 2, ["root-2", "root-3", "root-4"]) == (
        answer.code,
        answer.json["root_version"],
        answer.json["root_keys"],
    )
    assert ["root-4", "snapshot-2"] == answer.json["made"]
    assert ["root-1", "root-2", "root-3", "root-4"] == answer.json["signed_by"]
    assert (1, 1) == (refused.code, refused.err.count("\n"))
    assert 0 == issuer("publish", enrolled.directory, "--to", tree, *AT).code


def test_a_name_that_is_taken_uses_up_nothing(enrolled):
    (enrolled.directory / FOLDER / "root-4.pem").write_bytes(b"somebody's")
    before = enrolled.keyring()

    with pytest.raises(Refused, match="put it elsewhere"):
        rotate_root(enrolled, here(enrolled), Change(new=1, replace=frozenset({Role.TIMESTAMP})), NOON + HOUR)

    assert before == enrolled.keyring()
    assert not (enrolled.directory / "keys" / "timestamp-2.pem").exists()


def test_a_ceremony_that_breaks_off_uses_up_a_name_and_the_next_goes_on(enrolled):
    (enrolled.directory / "root" / "2.json").mkdir()
    with pytest.raises(IsADirectoryError):
        rotate_root(enrolled, here(enrolled), Change(new=1), NOON + HOUR)
    (enrolled.directory / "root" / "2.json").rmdir()

    rotated = rotate_root(enrolled, here(enrolled), Change(new=1), NOON + HOUR)

    assert ("root-1", "root-2", "root-3", "root-5") == rotated.keys


def test_a_private_key_outlives_a_register_that_was_put_back(enrolled):
    register = (enrolled.directory / "keys.json").read_bytes()
    make_new_key(enrolled, Role.CREDENTIAL, "ed25519", NOON)
    used = (enrolled.directory / "keys" / "credential-2.pem").read_bytes()
    (enrolled.directory / "keys.json").write_bytes(register)

    make_new_key(enrolled, Role.CREDENTIAL, "ed25519", NOON)

    kept = [path.read_bytes() for path in (enrolled.directory / "keys").glob("credential-2*.pem")]
    assert 2 == len(kept)
    assert used in kept
