from __future__ import annotations

import json
from datetime import timedelta
from functools import partial

import pytest
from tuf.api.metadata import Metadata, Root, Snapshot, Targets, Timestamp

from issuer import issuing
from issuer.errors import Refused
from issuer.founding import create_registry
from issuer.keyring import Role
from issuer.ledger import State
from issuer.levers import make_new_key
from issuer.publish import publish
from issuer.registry import Registry
from issuer.statuslist import pack_entries, sign_status_list
from issuer.targets import make_policy
from kiosk.model import Environment, FaceLimits
from kiosk.trust.issuers import Usage, parse_issuers
from kiosk.trust.policy import parse_policy
from kiosk.trust.statuslist import parse_status_list
from kiosk.trust.store import init_store, load_trust
from kiosk.trust.update import update_store
from tests.issuer.makers import NOON, a_person, a_photo, a_pilot, with_check_digit

URI = "https://sandbox.mudaqqiq.invalid/status/2031"


def files_of(tree):
    return {
        path.relative_to(tree).as_posix(): path.read_bytes() for path in tree.rglob("*") if path.is_file()
    }


def signed(tree, name, kind):
    return Metadata[kind].from_bytes((tree / "metadata" / name).read_bytes()).signed


def pinned_store(tmp_path, tree, name="store"):
    store = tmp_path / name
    init_store(tree / "root.json", store, "gate 1", "checkpoint")
    return store


def statuses(registry, tree, store, now):
    publish(registry, tree, now)
    update_store(tree, store, now)
    lists = load_trust(store).lists
    return {
        copy.id: lists[registry.authority.status_uri(copy.cohort)].status_at(copy.index)
        for copy in registry.read().copies.values()
    }


def test_a_tree_has_the_plain_files_of_a_consistent_snapshot(enrolled, tmp_path):
    published = publish(enrolled, tmp_path / "tree", NOON)

    files = files_of(tmp_path / "tree")
    metadata = {"1.root.json", "1.snapshot.json", "1.targets.json", "1.status.json", "timestamp.json"}
    assert {f"metadata/{name}" for name in metadata} == {
        name for name in files if name.startswith("metadata")
    }
    assert files["root.json"] == files["metadata/1.root.json"]
    names = {"issuers.json", "policy.json", "status/2026.cwt", "status/2027.cwt", "status/2031.cwt"}
    assert (1, names) == (published.version, set(published.targets))
    targets, status = (signed(tmp_path / "tree", f"1.{role}.json", Targets) for role in ("targets", "status"))
    assert {"issuers.json", "policy.json"} == targets.targets.keys()
    assert names - targets.targets.keys() == status.targets.keys()


def test_the_root_is_signed_for_its_environment_and_by_roles_of_their_own(tmp_path):
    registry = a_pilot(tmp_path / "a")
    publish(registry, tmp_path / "tree", NOON)

    root = signed(tmp_path / "tree", "1.root.json", Root)

    assert "pilot" == root.unrecognized_fields["x-mudaqqiq-environment"]
    assert root.consistent_snapshot
    assert (3, 2) == (len(root.roles["root"].keyids), root.roles["root"].threshold)
    assert 6 == len({key for role in root.roles.values() for key in role.keyids})
    assert "pilot" == make_policy(registry.authority)["environment"]


def test_the_kiosk_takes_the_tree_and_grades_its_parts(enrolled, tmp_path):
    publish(enrolled, tmp_path / "tree", NOON)
    store = pinned_store(tmp_path, tmp_path / "tree")

    update_store(tmp_path / "tree", store, NOON)
    trust = load_trust(store)

    assert (Environment.SANDBOX, 1) == (trust.environment, trust.version)
    assert [enrolled.key(Role.CREDENTIAL, NOON).public.kid] == list(trust.issuers)
    assert {"checkpoint", "bank", "hotel"} == trust.policy.purposes.keys()
    assert 100_000 == trust.lists[URI].size


def test_the_kiosk_learns_every_state_with_the_next_publication(enrolled, tmp_path):
    tree = tmp_path / "tree"
    publish(enrolled, tree, NOON)
    store = pinned_store(tmp_path, tree)
    issuing.renew(enrolled, "c000001", NOON)
    issuing.print_copy(enrolled, "c000002", NOON)

    first = statuses(enrolled, tree, store, NOON + timedelta(hours=1))
    issuing.change_state(enrolled, "c000002", State.SUSPENDED)
    second = statuses(enrolled, tree, store, NOON + timedelta(hours=2))
    issuing.reinstate(enrolled, "c000002")
    issuing.change_state(enrolled, "c000003", State.REVOKED)
    third = statuses(enrolled, tree, store, NOON + timedelta(hours=3))

    assert {"c000001": 3, "c000002": 0, "c000003": 0} == first
    assert {"c000001": 3, "c000002": 2, "c000003": 0} == second
    assert {"c000001": 3, "c000002": 0, "c000003": 1} == third


def test_versions_and_times_only_go_up_even_from_another_process(enrolled, tmp_path):
    tree = tmp_path / "tree"
    times = [NOON, NOON, NOON + timedelta(days=1), NOON + timedelta(days=1, minutes=-4)]

    published = [publish(Registry(enrolled.directory), tree, now) for now in times]

    assert [1, 2, 3, 4] == [one.version for one in published]
    assert [NOON, NOON, times[2], times[2]] == [one.at for one in published]
    assert 4 == signed(tree, "timestamp.json", Timestamp).snapshot_meta.version
    assert 4 == signed(tree, "4.snapshot.json", Snapshot).meta["status.json"].version
    with pytest.raises(Refused, match="go back"):
        publish(enrolled, tree, NOON)


def test_an_interrupted_publication_leaves_the_old_tree_and_the_next_one_works(enrolled, tmp_path):
    tree = tmp_path / "tree"
    publish(enrolled, tree, NOON)
    store = pinned_store(tmp_path, tree)
    obstacle = tree / "metadata" / "2.snapshot.json"
    obstacle.mkdir()

    with pytest.raises(IsADirectoryError):
        publish(enrolled, tree, NOON + timedelta(hours=1))

    assert 1 == update_store(tree, store, NOON + timedelta(hours=1)).new_version
    obstacle.rmdir()
    publish(enrolled, tree, NOON + timedelta(hours=2))
    assert 3 == update_store(tree, store, NOON + timedelta(hours=2)).new_version
    assert not [name for name in files_of(tree) if name.rpartition("/")[2].startswith(".")]


def test_the_same_copies_and_time_give_the_same_list(enrolled):
    copies = enrolled.read().copies.values()
    key = enrolled.key(Role.STATUS_LIST, NOON)

    first, second = (sign_status_list(URI, pack_entries(copies, 100_000), NOON, key) for _ in range(2))

    assert first == second
    assert len(first) < 500


def test_entries_are_packed_from_the_least_significant_bits(enrolled):
    from dataclasses import replace  # noqa: PLC0415 - only here

    copy = enrolled.read().copies["c000001"]
    states = [State.VALID, State.REVOKED, State.SUSPENDED, State.SUPERSEDED]

    packed = pack_entries([replace(copy, index=n, state=state) for n, state in enumerate(states)], 6)

    assert bytes([0b11100100, 0]) == packed


def test_the_targets_are_what_the_kiosk_parses(enrolled, tmp_path):
    publish(enrolled, tmp_path / "tree", NOON)
    contents = {
        name.split(".", 1)[1]: content for name, content in files_of(tmp_path / "tree" / "targets").items()
    }

    policy = parse_policy(contents["policy.json"])
    keys = parse_issuers(contents["issuers.json"])
    status = parse_status_list(contents["2031.cwt"], keys)

    assert (FaceLimits(), "sandbox-1", NOON) == (policy.face, policy.id, policy.issued)
    assert [Usage.CREDENTIAL, Usage.STATUS] == [key.usage for key in keys]
    assert (URI, NOON, NOON + timedelta(days=60)) == (status.uri, status.issued_at, status.expires_at)
    assert {*make_policy(enrolled.authority), "audit"} == set(json.loads(contents["policy.json"]))


def versions_after(registry, tree, now, change=lambda: None):
    change()
    published = publish(registry, tree, now)
    meta = signed(tree, f"{published.version}.snapshot.json", Snapshot).meta
    return published.version, meta["targets.json"].version, meta["status.json"].version


def test_targets_are_signed_anew_only_when_they_change_or_near_their_end(enrolled, tmp_path):
    tree, day = tmp_path / "tree", timedelta(days=1)

    assert (1, 1, 1) == versions_after(enrolled, tree, NOON)
    assert (2, 1, 2) == versions_after(enrolled, tree, NOON + day)
    renewed = NOON + 60 * day  # the month's keys of the auditors are others, too
    assert (3, 3, 3) == versions_after(enrolled, tree, renewed)
    assert (4, 3, 4) == versions_after(enrolled, tree, renewed + day)
    new_key = partial(make_new_key, enrolled, Role.CREDENTIAL, "ed25519", renewed + 2 * day)
    assert (5, 5, 5) == versions_after(enrolled, tree, renewed + 2 * day, new_key)


def test_the_key_of_the_targets_is_not_needed_where_only_lists_change(enrolled, tmp_path):
    publish(enrolled, tmp_path / "tree", NOON)
    (enrolled.directory / "keys" / "targets-1.pem").unlink()
    store = pinned_store(tmp_path, tmp_path / "tree")
    issuing.change_state(enrolled, "c000001", State.REVOKED)

    later = NOON + timedelta(hours=1)
    found = statuses(enrolled, tmp_path / "tree", store, later)

    assert {"c000001": 1} == found
    make_new_key(enrolled, Role.CREDENTIAL, "ed25519", later)
    with pytest.raises(Refused, match=r"targets-1\.pem"):
        publish(enrolled, tmp_path / "tree", later)


@pytest.mark.parametrize("where", ["the registry itself", "a folder in use", "another authority's tree"])
def test_a_tree_is_never_written_over_something_else(enrolled, tmp_path, where):
    tree = tmp_path / "tree"
    if where == "the registry itself":
        tree = enrolled.directory
    elif where == "a folder in use":
        tree.mkdir()
        (tree / "letter.txt").write_text("mine")
    else:
        publish(create_registry(tmp_path / "b", "sandbox", "ed25519", NOON), tree, NOON)
    before = files_of(tmp_path)

    with pytest.raises(Refused):
        publish(enrolled, tree, NOON)

    changed = {name for name, content in files_of(tmp_path).items() if before.get(name) != content}
    assert changed <= {"authority/lock"}


def test_a_tree_never_holds_a_private_key_a_name_or_a_number(registry, tmp_path):
    issuing.enrol(registry, a_person(number=with_check_digit("277777777")), a_photo, NOON)
    publish(registry, tmp_path / "tree", NOON)

    everything = b"".join(files_of(tmp_path / "tree").values())

    assert b"PRIVATE" not in everything
    assert b"277777777" not in everything
    assert b"Person" not in everything


def test_damaged_root_metadata_is_refused_in_one_sentence(enrolled, tmp_path):
    publish(enrolled, tmp_path / "tree", NOON)
    (enrolled.directory / "root" / "1.json").write_bytes(b"{}")

    with pytest.raises(Refused, match="root metadata"):
        publish(enrolled, tmp_path / "tree", NOON)
