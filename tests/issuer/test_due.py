"""What an operator sees of the keys: all of them, which work, when they end, and what is due."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from issuer.ceremony import Change, rotate_root
from issuer.due import find_warnings
from issuer.errors import Refused
from issuer.keyring import KeyRecord, Keyring, Role, encode_keyring, parse_keyring
from issuer.keys import make_key
from issuer.levers import distrust_key, make_new_key
from issuer.publish import publish
from issuer.rootkeys import FOLDER, RootKeys
from kiosk.cose.keys import Algorithm
from tests.issuer.makers import NOON, PILOTS, a_pilot

DAY = timedelta(days=1)
AT = ("--at", "2026-11-22T09:00:00Z")


def test_a_new_authority_has_nothing_due(registry, tmp_path):
    publish(registry, tmp_path / "tree", NOON)

    assert () == find_warnings(registry, NOON)


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (6, ["timestamp ends on 2026-11-29: `refresh-timestamp`"]),
        (7, ["timestamp ended on 2026-11-29: `refresh-timestamp`"]),
        (10, ["status ends on 2026-12-06: `publish`", "snapshot ends on 2026-12-06: `publish`"]),
        (61, ["targets ends on 2027-02-20: `publish`"]),
        (246, ["root ends on 2027-11-22: `rotate-root`"]),
        (276, ["status-1 is due on 2027-11-22: `keys new status`"]),
        (276, ["snapshot-1 is due on 2027-11-22: `rotate-root --replace snapshot`"]),
        (5 * 365 - 10, ["credential-1 is due on 2031-11-21: `keys new credential`"]),
        (5 * 365 - 10, ["root-1 is due on 2031-11-21: `rotate-root --new 1 --remove NAME`"]),
        (5 * 365 + 10, ["no credential key may sign now: `keys new credential`"]),
    ],
)
def test_what_ends_is_said_beforehand(registry, tmp_path, days, said):
    publish(registry, tmp_path / "tree", NOON)

    warnings = find_warnings(registry, NOON + days * DAY)

    assert set(said) <= set(warnings)


def test_a_root_that_one_lost_key_would_end_is_said(registry):
    keys = RootKeys((registry.directory / FOLDER,))
    rotate_root(registry, keys, Change(remove=frozenset({"root-1"})), NOON)

    (said,) = find_warnings(registry, NOON)
    assert "one lost root key more ends this authority: `rotate-root --new 1`" == said


def test_a_pilot_s_root_keys_beside_the_others_are_said(tmp_path):
    pilot = a_pilot(tmp_path / "a")
    (said,) = find_warnings(pilot, NOON)
    (pilot.directory / FOLDER).rename(tmp_path / "sticks")

    assert "root-1, root-2, root-3 lie beside the keys of every day" in said
    assert () == find_warnings(pilot, NOON)
    assert 2 == rotate_root(pilot, RootKeys((tmp_path / "sticks",), PILOTS), Change(), NOON).version


def test_a_distrusted_key_without_a_successor_is_said(registry):
    distrust_key(registry, "credential-1", NOON)

    assert ("no credential key may sign now: `keys new credential`",) == find_warnings(registry, NOON)


def test_the_list_names_every_key_and_which_of_them_work(issuer, registry, tmp_path):
    publish(registry, tmp_path / "tree", NOON)
    make_new_key(registry, Role.CREDENTIAL, "es256", NOON)
    distrust_key(registry, "credential-1", NOON)

    listed = issuer("keys", "list", registry.directory, "--json", *AT).json
    table = issuer("keys", "list", registry.directory, *AT)

    works = {key["name"]: key["works"] for key in listed["keys"]}
    names = ["credential-1", "status-list-1", "targets-1", "status-1", "snapshot-1", "timestamp-1"]
    assert [*names, "root-1", "root-2", "root-3", "credential-2"] == list(works)
    assert ["credential-1"] == [name for name, working in works.items() if not working]
    assert {"root", "targets", "status", "snapshot", "timestamp"} == listed["ends"].keys()
    assert "2026-11-29T09:00:00Z" == listed["ends"]["timestamp"]
    rows = table.out.splitlines()
    assert 15 == len(rows)
    assert "not used, distrusted from 2026-11-22 09:00 UTC" in rows[0]
    assert listed["keys"][9]["kid"] in rows[9]


def test_the_list_needs_no_passphrase_and_no_private_key(issuer, registry, monkeypatch):
    monkeypatch.delenv("MUDAQQIQ_ISSUER_PASSPHRASE")
    for path in registry.directory.rglob("*.pem"):
        path.unlink()

    assert 0 == issuer("keys", "list", registry.directory, *AT).code


def test_publish_says_what_is_due(issuer, registry, tmp_path):
    answer = issuer("publish", registry.directory, "--to", tmp_path / "tree", "--at", "2027-08-01T09:00:00Z")

    assert "root ends on 2027-11-22: `rotate-root`" == answer.json["due"][0]


def test_a_new_key_is_made_by_command_and_signs_from_then_on(issuer, registry):
    answer = issuer("keys", "new", registry.directory, "credential", "--alg", "es256", *AT)
    refused = issuer("keys", "new", registry.directory, "timestamp", *AT)

    assert (0, "credential-2") == (answer.code, answer.json["name"])
    chosen = registry.key(Role.CREDENTIAL, NOON)
    assert (Algorithm.ES256, answer.json["kid"]) == (chosen.public.algorithm, chosen.public.kid.hex())
    assert (1, 1) == (refused.code, refused.err.count("\n"))
    assert "rotate-root" in refused.err


def some_keyring():
    keyring = Keyring()
    for role in Role:
        keyring, record = keyring.with_new(role, make_key(Algorithm.EDDSA), NOON)
    return keyring.with_changed(record, min_iat=NOON + DAY)


def test_the_register_is_read_as_it_was_written():
    keyring = some_keyring()

    assert keyring == parse_keyring(encode_keyring(keyring))
    assert b"PRIVATE" not in encode_keyring(keyring)


def spoiled(**changes):
    document = json.loads(encode_keyring(some_keyring()))
    document["keys"][0] |= changes
    return document


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"format": 1},
        {"format": 1, "keys": 3},
        {"format": 1, "keys": [3]},
        {"format": 1, "keys": [{}]},
        spoiled(name="../root-1"),
        spoiled(name="credential-"),
        spoiled(name="credential-1/../x"),
        spoiled(name="timestamp-1"),
        spoiled(role="dancer"),
        spoiled(cose_key="00"),
        spoiled(cose_key="a0"),
        spoiled(cose_key=7),
        spoiled(created="noon"),
        spoiled(min_iat=3),
    ],
)
def test_a_damaged_register_is_refused_in_one_sentence(registry, document):
    (registry.directory / "keys.json").write_text(json.dumps(document))

    with pytest.raises(Refused, match=r"keys\.json"):
        registry.keyring()


def test_two_keys_of_one_name_are_a_damaged_register():
    keyring = some_keyring()

    with pytest.raises(Refused, match="damaged"):
        parse_keyring(encode_keyring(Keyring((*keyring.records, keyring.records[0]))))


@pytest.mark.parametrize(
    ("record", "days", "may"),
    [
        ({}, 0, True),
        ({}, -1, False),
        ({}, 5 * 365, True),
        ({}, 5 * 365 + 1, False),
        ({"distrusted_from": NOON + DAY}, 0, True),
        ({"distrusted_from": NOON + DAY}, 1, False),
        ({"min_iat": NOON + DAY}, 0, False),
        ({"min_iat": NOON + DAY}, 1, True),
    ],
)
def test_an_issuer_s_key_signs_within_its_dates_alone(record, days, may):
    _, made = Keyring().with_new(Role.CREDENTIAL, make_key(Algorithm.EDDSA), NOON)
    fields = {name: getattr(made, name) for name in ("name", "role", "cose_key", "created", "valid_until")}

    assert may == KeyRecord(**fields, **record).may_sign_at(NOON + days * DAY)
