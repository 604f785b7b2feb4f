from __future__ import annotations

import json
import threading
from dataclasses import replace
from datetime import date

import pytest

from issuer import issuing
from issuer.errors import Refused
from issuer.founding import create_registry
from issuer.ledger import Ledger, State, move
from issuer.records import encode_ledger, parse_ledger
from issuer.registry import Registry
from tests.issuer.makers import NOON, a_person, a_photo, with_check_digit

ALLOWED = {
    (State.VALID, State.REVOKED),
    (State.VALID, State.SUSPENDED),
    (State.VALID, State.SUPERSEDED),
    (State.SUSPENDED, State.VALID),
    (State.SUSPENDED, State.REVOKED),
    (State.SUPERSEDED, State.REVOKED),
}


@pytest.mark.parametrize("before", State)
@pytest.mark.parametrize("after", State)
def test_a_copy_moves_only_along_the_table(enrolled, before, after):
    copy = replace(enrolled.read().copies["c000001"], state=before)

    if (before, after) in ALLOWED:
        assert after is move(copy, after).state
    else:
        with pytest.raises(Refused):
            move(copy, after)


def test_indices_are_unique_unguessable_and_fill_the_list(enrolled):
    ledger = Ledger()
    first = enrolled.read().copies["c000001"]
    for _ in range(20):
        index = ledger.next_index(first.cohort, 20)
        ledger = ledger.with_copy(replace(first, id=ledger.next_copy_id(), index=index))
    drawn = [copy.index for copy in ledger.copies.values()]

    assert set(range(20)) == set(drawn)
    assert drawn != sorted(drawn)
    with pytest.raises(Refused, match="full"):
        ledger.next_index(first.cohort, 20)
    assert 0 <= ledger.next_index(first.cohort + 1, 20) < 20


def test_the_same_acts_draw_another_index_in_every_registry(tmp_path):
    registries = [create_registry(tmp_path / name, "sandbox", "ed25519", NOON) for name in "abc"]

    indices = {issuing.enrol(registry, a_person(), a_photo, NOON).copy.index for registry in registries}

    assert len(indices) > 1
    assert max(indices) > 100


def test_a_full_list_refuses_before_anything_is_registered(tmp_path):
    registry = create_registry(tmp_path / "a", "sandbox", "ed25519", NOON, list_entries=1)
    issuing.enrol(registry, a_person(), a_photo, NOON)

    with pytest.raises(Refused, match="full"):
        issuing.enrol(registry, a_person(number=with_check_digit("211111111")), a_photo, NOON)

    assert ["2345678417"] == list(registry.read().persons)


def test_a_renewal_has_a_new_key_index_and_version_and_supersedes_the_old(enrolled):
    new = issuing.renew(enrolled, "c000001", NOON).copy
    ledger = enrolled.read()
    old = ledger.copies["c000001"]

    assert (State.SUPERSEDED, State.VALID) == (old.state, ledger.copies[new.id].state)
    assert (old.version + 1, True) == (new.version, new.index != old.index)
    assert enrolled.holder_key(old).public.kid != enrolled.holder_key(new).public.kid


def test_a_renewal_may_move_to_the_list_of_another_year(enrolled):
    new = issuing.renew(enrolled, "c000001", NOON, date(2033, 1, 1)).copy

    assert (2033, date(2033, 1, 1)) == (new.cohort, enrolled.read().persons[new.number].expires)


def test_a_person_may_carry_two_phones_but_not_two_birthdays(enrolled):
    second = issuing.enrol(enrolled, a_person(name_latin="Test B Person"), a_photo, NOON).copy

    assert (2, "valid") == (second.version, enrolled.read().copies["c000001"].state.value)
    with pytest.raises(Refused, match="date of birth"):
        issuing.enrol(enrolled, a_person(born=date(1991, 4, 18)), a_photo, NOON)


def test_what_is_written_is_what_is_read(enrolled):
    issuing.print_copy(enrolled, "c000001", NOON)
    ledger = enrolled.read()

    assert ledger == parse_ledger(encode_ledger(ledger))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"[]",
        b'{"format": 2}',
        b'{"format": 1}',
        b'{"format": 1, "persons": [1], "copies": []}',
        b"\xff",
    ],
)
def test_a_damaged_registry_is_refused_in_one_sentence(enrolled, content):
    (enrolled.directory / "registry.json").write_bytes(content)

    with pytest.raises(Refused, match=r"registry\.json"):
        enrolled.read()


@pytest.mark.parametrize(
    ("part", "key", "value"),
    [
        ("persons", "name_latin", True),
        ("persons", "nationality", 3),
        ("persons", "guardian", 1.5),
        ("persons", "holder_class", "king"),
        ("copies", "version", {}),
        ("copies", "index", [5]),
        ("copies", "index", -1),
    ],
)
def test_a_value_of_another_kind_is_a_damaged_registry(enrolled, part, key, value):
    record = json.loads((enrolled.directory / "registry.json").read_bytes())
    record[part][0][key] = value

    with pytest.raises(Refused, match="damaged"):
        parse_ledger(json.dumps(record).encode())


def test_writers_in_parallel_lose_nothing(enrolled):
    def write():
        issuing.print_copy(Registry(enrolled.directory), "c000001", NOON)

    writers = [threading.Thread(target=write) for _ in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    copies = enrolled.read().copies
    assert [f"c{n:06}" for n in range(1, 10)] == sorted(copies)
    assert 9 == len({copy.index for copy in copies.values()})
    assert list(range(1, 10)) == sorted(copy.version for copy in copies.values())


def test_private_keys_are_readable_by_their_owner_alone(enrolled):
    keys = list(enrolled.directory.rglob("*.pem"))

    assert 10 == len(keys)
    assert {0o600} == {path.stat().st_mode & 0o777 for path in keys}
    assert 0o700 == enrolled.directory.stat().st_mode & 0o777


def test_nothing_is_issued_before_the_authority_existed(enrolled):
    early = NOON.replace(hour=8)

    for act in (issuing.renew, issuing.print_copy):
        with pytest.raises(Refused, match="before"):
            act(enrolled, "c000001", early)


def test_a_missing_key_is_refused_in_one_sentence(enrolled):
    (enrolled.directory / "keys" / "credential-1.pem").write_bytes(b"no key")

    with pytest.raises(Refused, match="credential"):
        issuing.print_copy(enrolled, "c000001", NOON)


@pytest.mark.parametrize(
    "change",
    [
        {"environment": "production"},
        {"list_entries": True},
        {"list_entries": 0},
        {"created": "noon"},
        {"format": 9},
    ],
)
def test_damaged_settings_of_an_authority_are_refused_in_one_sentence(enrolled, change):
    path = enrolled.directory / "authority.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))

    with pytest.raises(Refused, match=r"authority\.json"):
        Registry(enrolled.directory)


def test_a_copy_of_nobody_is_a_damaged_registry(enrolled):
    path = enrolled.directory / "registry.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"persons": []}))

    with pytest.raises(Refused, match="damaged"):
        issuing.renew(enrolled, "c000001", NOON)
