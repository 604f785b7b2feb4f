"""The auditors' keys of an authority: published 13 months ahead, the private ones never."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from issuer.auditors import FOLDER, find_auditors, take_auditors
from issuer.errors import Refused
from issuer.passphrase import SANDBOX_PASSPHRASE
from issuer.publish import publish
from kiosk.audit.auditors import encode_public_keys, make_pair, months_from, parse_private_key
from kiosk.trust.store import init_store, load_trust
from kiosk.trust.update import update_store
from tests.issuer.makers import NOON, a_pilot


def some_auditors(tmp_path, *months):
    pairs = [make_pair(month) for month in months]
    path = tmp_path / "from-auditors.json"
    path.write_bytes(encode_public_keys(pair.public for pair in pairs))
    return path, tuple(pair.public for pair in pairs)


def policy_of(registry, tmp_path, now=NOON):
    tree, store = tmp_path / "tree", tmp_path / "store"
    publish(registry, tree, now)
    if not store.exists():
        init_store(tree / "root.json", store, "gate 1", "checkpoint")
    update_store(tree, store, now)
    return load_trust(store).policy


def test_a_sandbox_publishes_a_key_for_each_of_the_next_thirteen_months(registry, tmp_path):
    audit = policy_of(registry, tmp_path).audit

    assert months_from(NOON, 13) == tuple(key.month for key in audit.keys)
    assert audit.seal


def test_a_later_publication_keeps_the_keys_and_adds_the_months_to_come(registry, tmp_path):
    first = policy_of(registry, tmp_path).audit.keys

    later = policy_of(registry, tmp_path, NOON + timedelta(days=45)).audit.keys

    assert first[2:] == later[:11]
    assert 13 == len(later)


def test_the_sandbox_plays_its_auditors_under_a_passphrase_that_everybody_knows(registry):
    keys = find_auditors(registry, NOON)

    folder = registry.directory / FOLDER
    private = parse_private_key((folder / "auditor-2026-11.pem").read_bytes(), SANDBOX_PASSPHRASE)

    assert keys[0].public == private.public_key().public_bytes_raw()
    assert [0o600] * 13 == [path.stat().st_mode & 0o777 for path in folder.glob("*.pem")]
    assert 0o700 == folder.stat().st_mode & 0o777


def test_what_real_auditors_hand_over_is_published_alone(registry, tmp_path):
    find_auditors(registry, NOON)
    file, given = some_auditors(tmp_path, "2026-10", "2026-11", "2026-12")
    take_auditors(registry, file)

    assert given[1:] == policy_of(registry, tmp_path).audit.keys
    assert given[2:] == policy_of(registry, tmp_path, NOON + timedelta(days=20)).audit.keys


def test_when_every_given_month_is_past_the_last_key_is_published_still(registry, tmp_path):
    file, given = some_auditors(tmp_path, "2026-10", "2026-11")
    take_auditors(registry, file)

    assert given[-1:] == find_auditors(registry, NOON + timedelta(days=400))


def test_a_pilot_has_no_keys_until_its_auditors_bring_them(tmp_path):
    pilot = a_pilot(tmp_path / "pilot")

    assert not policy_of(pilot, tmp_path).audit.stated

    file, given = some_auditors(tmp_path, "2026-11")
    take_auditors(pilot, file)
    assert given == policy_of(pilot, tmp_path, NOON + timedelta(hours=1)).audit.keys
    assert not list((pilot.directory / FOLDER).glob("*.pem"))


@pytest.mark.parametrize(
    "content",
    [b"", b"{}", b'{"format": 1, "keys": []}', b'{"format": 1, "keys": [{}]}', b" " * 20_000],
)
def test_another_file_than_the_auditors_is_refused_and_changes_nothing(registry, tmp_path, content):
    before = find_auditors(registry, NOON)
    (tmp_path / "file.json").write_bytes(content)

    with pytest.raises(Refused, match=r"file\.json"):
        take_auditors(registry, tmp_path / "file.json")

    assert before == find_auditors(registry, NOON)


def test_a_missing_or_damaged_file_is_refused(registry, tmp_path):
    with pytest.raises(Refused, match="cannot be read"):
        take_auditors(registry, tmp_path / "none.json")

    find_auditors(registry, NOON)
    (registry.directory / FOLDER / "auditors.json").write_bytes(b"[]")
    with pytest.raises(Refused, match=r"auditors\.json"):
        find_auditors(registry, NOON)


def test_the_command_takes_the_keys(issuer, registry, tmp_path):
    file, given = some_auditors(tmp_path, "2026-11")
    tree, at = tmp_path / "tree", ("--at", "2026-11-22T09:00:00Z")

    published = issuer("publish", registry.directory, "--to", tree, "--auditors", file, *at)

    assert 0 == published.code
    (policy,) = (tree / "targets").glob("*.policy.json")
    assert [given[0].public.hex()] == [
        key["public"] for key in json.loads(policy.read_bytes())["audit"]["keys"]
    ]
    assert 1 == issuer("publish", registry.directory, "--to", tree, "--auditors", tmp_path / "x", *at).code
