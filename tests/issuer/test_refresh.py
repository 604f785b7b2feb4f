"""A time stamp for the tree of yesterday: one key, one file, and nothing that a kiosk would not follow."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tuf.api.metadata import Metadata, Timestamp

from issuer.errors import Refused
from issuer.founding import create_registry
from issuer.publish import publish, refresh_timestamp
from kiosk.trust.errors import Refusal, UpdateRefused
from kiosk.trust.store import init_store, load_trust
from kiosk.trust.update import update_store
from tests.issuer.makers import NOON
from tests.issuer.test_publish import files_of

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
URI = "https://sandbox.mudaqqiq.invalid/status/2031"


@pytest.fixture
def tree(enrolled, tmp_path):
    publish(enrolled, tmp_path / "tree", NOON)
    return tmp_path / "tree"


@pytest.fixture
def store(tree, tmp_path):
    init_store(tree / "root.json", tmp_path / "store", "gate 1", "checkpoint")
    update_store(tree, tmp_path / "store", NOON)
    return tmp_path / "store"


def test_only_the_time_stamp_changes(enrolled, tree):
    before = files_of(tree)

    refreshed = refresh_timestamp(enrolled, tree, NOON + DAY)

    after = files_of(tree)
    assert {"metadata/timestamp.json"} == {name for name in after if after[name] != before.get(name)}
    assert before.keys() == after.keys()
    assert (2, NOON + 8 * DAY) == (refreshed.version, refreshed.expires)
    stamp = Metadata[Timestamp].from_bytes(after["metadata/timestamp.json"]).signed
    assert (2, 1) == (stamp.version, stamp.snapshot_meta.version)


def test_no_other_key_is_needed(enrolled, tree):
    for path in (enrolled.directory / "keys").iterdir():
        if path.name != "timestamp-1.pem":
            path.unlink()

    assert 2 == refresh_timestamp(enrolled, tree, NOON + DAY).version


def test_a_tree_that_ended_is_accepted_again_and_its_lists_stay_as_old_as_they_are(enrolled, tree, store):
    later = NOON + 8 * DAY
    with pytest.raises(UpdateRefused) as caught:
        update_store(tree, store, later)
    assert Refusal.EXPIRED is caught.value.refusal

    refresh_timestamp(enrolled, tree, later)
    update_store(tree, store, later)

    trust = load_trust(store)
    assert (2, 8 * DAY) == (trust.version, trust.list_age(URI, later))


def test_publications_and_refreshments_share_one_row_of_versions(enrolled, tree, store):
    versions = []
    for hours in range(1, 7):
        act = publish if hours % 3 == 0 else refresh_timestamp
        versions.append(act(enrolled, tree, NOON + hours * HOUR).version)
        update_store(tree, store, NOON + hours * HOUR)

    assert [2, 3, 4, 5, 6, 7] == versions
    assert 7 == load_trust(store).version


def test_nothing_is_refreshed_before_the_first_publication(enrolled, tmp_path):
    with pytest.raises(Refused, match="nothing was published yet"):
        refresh_timestamp(enrolled, tmp_path / "tree", NOON)


def test_a_tree_with_an_ended_part_wants_a_publication(enrolled, tree):
    with pytest.raises(Refused, match="its status has ended: `publish`"):
        refresh_timestamp(enrolled, tree, NOON + 14 * DAY)


def test_a_tree_of_an_earlier_publication_is_not_stamped(enrolled, tree, tmp_path):
    publish(enrolled, tmp_path / "elsewhere", NOON + HOUR)

    with pytest.raises(Refused, match=r"2\.status\.json"):
        refresh_timestamp(enrolled, tree, NOON + 2 * HOUR)


def test_a_tree_of_another_authority_is_not_stamped(tree, tmp_path):
    other = create_registry(tmp_path / "b", "sandbox", "ed25519", NOON)
    publish(other, tmp_path / "other", NOON)
    before = files_of(tree)

    with pytest.raises(Refused, match="another authority"):
        refresh_timestamp(other, tree, NOON + HOUR)

    assert before == files_of(tree)


def test_an_interrupted_publication_can_be_stamped_as_what_it_was(enrolled, tree, store):
    (tree / "metadata" / "2.snapshot.json").mkdir()
    with pytest.raises(IsADirectoryError):
        publish(enrolled, tree, NOON + HOUR)

    refresh_timestamp(enrolled, tree, NOON + 2 * HOUR)

    assert 3 == update_store(tree, store, NOON + 2 * HOUR).new_version


def test_the_command_answers_in_one_line(issuer, enrolled, tree):
    at = ("--at", "2026-11-29T09:00:00Z")

    answer = issuer("refresh-timestamp", enrolled.directory, "--to", tree, *at)

    assert (0, 2, "2026-12-06T09:00:00Z", []) == (
        answer.code,
        answer.json["version"],
        answer.json["expires"],
        answer.json["due"],
    )
    late = issuer("refresh-timestamp", enrolled.directory, "--to", tree, "--at", "2026-12-03T09:00:00Z")
    ends = "ends on 2026-12-06: `publish`"
    assert [f"status {ends}", f"snapshot {ends}"] == late.json["due"]
