"""The store: what it pins, what it loads, and that it loads nothing else."""

import contextlib
import json
import shutil
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kiosk.model import Environment, Fault, Grade, Reason
from kiosk.trust.errors import TrustError
from kiosk.trust.floor import parse_floor
from kiosk.trust.metadata import parse_root, root_fingerprint
from kiosk.trust.station import Station, encode_station, parse_station
from kiosk.trust.store import init_store, load_trust
from kiosk.trust.trustset import BUILD_TIME
from tests.trust.trees import ISSUER, NOON, URI, Authority, a_list, a_policy, files_of

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


def reason_of(call, *args):
    with pytest.raises(Fault) as caught:
        call(*args)
    return caught.value.reason


def test_a_promoted_set_is_loaded_with_all_its_parts(kiosk):
    trust = load_trust(kiosk.store)

    assert trust.environment is Environment.SANDBOX
    assert trust.station == Station("desk-1", "checkpoint", "sandbox")
    assert list(trust.issuers) == [kiosk.authority.credential.key.kid]
    assert trust.lists[URI].issuer == ISSUER
    assert (trust.version, trust.root_version, trust.floor) == (1, 1, NOON)
    assert trust.expires["timestamp"] == NOON + 7 * DAY
    assert trust.purpose().name == "checkpoint"
    assert trust.purpose("hotel").mask_number


def test_the_fingerprint_is_of_what_the_root_signs_in_groups_of_four(kiosk):
    root = (kiosk.store / "root.json").read_bytes()
    other_layout = json.dumps(json.loads(root), separators=(",", ":")).encode()

    fingerprint = load_trust(kiosk.store).root_fingerprint

    assert fingerprint == root_fingerprint(root) == root_fingerprint(other_layout)
    assert [4] * 16 == [len(group) for group in fingerprint.split()]


def test_a_folder_without_a_root_is_trust_missing(tmp_path):
    assert reason_of(load_trust, tmp_path) is Reason.TRUST_MISSING
    assert reason_of(load_trust, tmp_path / "nowhere") is Reason.TRUST_MISSING


def test_a_root_without_a_promoted_set_is_trust_missing(pinned):
    assert reason_of(load_trust, pinned.store) is Reason.TRUST_MISSING


def test_a_store_with_a_root_is_never_pinned_again(kiosk):
    before = files_of(kiosk.store)

    refused = reason_of(init_store, kiosk.tree / "root.json", kiosk.store, "desk-2", "hotel")

    assert refused is Reason.TRUST_INVALID
    assert before == files_of(kiosk.store)


def test_a_root_below_its_own_threshold_is_not_pinned(tmp_path):
    authority = Authority(threshold=2)
    one = authority.sign("root", authority.make_root(1), authority.signers["root"][:1])
    (tmp_path / "root.json").write_bytes(one)

    assert reason_of(init_store, tmp_path / "root.json", tmp_path / "s", "d", "p") is Reason.TRUST_INVALID
    assert not (tmp_path / "s").exists()


@pytest.mark.parametrize(
    "content", [b"", b"{}", b'{"signed": {"_type": "root"}}', b"[" * 9999, b"x" * 600_000]
)
def test_something_else_than_a_root_is_not_pinned(tmp_path, content):
    (tmp_path / "root.json").write_bytes(content)

    assert reason_of(init_store, tmp_path / "root.json", tmp_path / "s", "d", "p") is Reason.TRUST_INVALID


def test_timestamp_metadata_is_not_pinned_as_a_root(pinned, tmp_path):
    timestamp = pinned.tree / "metadata" / "timestamp.json"

    assert reason_of(init_store, timestamp, tmp_path / "s", "d", "p") is Reason.TRUST_INVALID


def test_a_root_with_one_key_under_two_names_is_refused():
    authority = Authority()
    root = authority.make_root(1)
    (keyid,) = root.roles["targets"].keyids
    twin = type(root.keys[keyid]).from_dict("f" * 64, root.keys[keyid].to_dict())
    root.add_key(twin, "targets")

    with pytest.raises(TrustError, match="one key twice"):
        parse_root(authority.sign("root", root))


@pytest.mark.parametrize(
    ("station", "purpose"),
    [("", "hotel"), ("a\nb", "hotel"), ("x" * 256, "hotel"), ("\udcff", "hotel"), ("d", "")],
)
def test_a_station_that_cannot_be_shown_is_not_pinned(pinned, tmp_path, station, purpose):
    root = pinned.tree / "root.json"

    assert reason_of(init_store, root, tmp_path / "s", station, purpose) is Reason.TRUST_INVALID
    assert not (tmp_path / "s" / "root.json").exists()


@pytest.mark.parametrize("name", ["root.json", "station.json", "floor.json"])
@pytest.mark.parametrize("content", [b"", b"{}", b"\0" * 100, b"x" * 700_000])
def test_a_damaged_local_file_is_trust_invalid(kiosk, name, content):
    (kiosk.store / name).write_bytes(content)

    assert reason_of(load_trust, kiosk.store) is Reason.TRUST_INVALID


@pytest.mark.parametrize("target", ["slots/c", "/etc", "../store/slots/a", "slots/b"])
def test_an_active_link_that_points_elsewhere_is_trust_invalid(kiosk, target):
    (kiosk.store / "active").unlink()
    (kiosk.store / "active").symlink_to(target)

    assert reason_of(load_trust, kiosk.store) is Reason.TRUST_INVALID


def test_a_slot_in_the_place_of_the_link_is_trust_invalid(kiosk):
    (kiosk.store / "active").unlink()
    shutil.copytree(kiosk.store / "slots" / "a", kiosk.store / "active")

    assert reason_of(load_trust, kiosk.store) is Reason.TRUST_INVALID


def test_the_other_slots_older_set_is_refused_by_the_floor(kiosk):
    kiosk.update(kiosk.publish())
    (kiosk.store / "active").unlink()
    (kiosk.store / "active").symlink_to("slots/a")

    assert reason_of(load_trust, kiosk.store) is Reason.TRUST_INVALID


def test_a_root_swapped_for_another_authoritys_is_trust_invalid(kiosk):
    (kiosk.store / "root.json").write_bytes(Authority().roots[0])

    assert reason_of(load_trust, kiosk.store) is Reason.TRUST_INVALID


def test_a_purpose_written_into_the_station_file_must_be_allowed_to_its_class(kiosk):
    station = encode_station(Station("desk-1", "checkpoint", "lobby"))
    (kiosk.store / "station.json").write_bytes(station)

    assert reason_of(load_trust, kiosk.store) is Reason.TRUST_INVALID


@pytest.mark.parametrize("name", ["casino", "bank"])
def test_a_purpose_that_the_policy_does_not_know_is_a_fault(kiosk, name):
    assert reason_of(load_trust(kiosk.store).purpose, name) is Reason.TRUST_INVALID


def test_an_expired_set_still_loads_and_is_graded_expired(kiosk):
    trust = load_trust(kiosk.store)

    assert trust.grade(URI, NOON + 366 * DAY) is Grade.EXPIRED
    assert trust.oldest_grade(NOON + 366 * DAY) is Grade.EXPIRED


@pytest.mark.parametrize(
    ("age", "grade"),
    [
        (-HOUR, Grade.FRESH),
        (24 * HOUR, Grade.FRESH),
        (24 * HOUR + SECOND, Grade.AGEING),
        (7 * DAY, Grade.AGEING),
        (7 * DAY + SECOND, Grade.STALE),
        (30 * DAY, Grade.STALE),
        (30 * DAY + SECOND, Grade.EXPIRED),
    ],
)
def test_a_list_is_graded_by_the_policys_exact_borders(kiosk, age, grade):
    trust = load_trust(kiosk.store)

    assert grade is trust.grade(URI, NOON + age)
    assert grade is trust.oldest_grade(NOON + age)
    assert trust.list_age(URI, NOON + age) == max(age, timedelta(0))


def test_a_list_past_its_own_end_is_expired_however_young(kiosk):
    ends = a_list(kiosk.authority.status, exp=NOON + HOUR)
    targets = kiosk.authority.targets(**{"status/2031.cwt": ends})
    kiosk.update(kiosk.publish(targets=targets))

    trust = load_trust(kiosk.store)

    assert trust.grade(URI, NOON + HOUR - SECOND) is Grade.FRESH
    assert trust.grade(URI, NOON + HOUR) is Grade.EXPIRED


def test_a_root_past_its_end_makes_a_young_list_expired(kiosk):
    authority = kiosk.authority
    authority.roots.append(authority.sign("root", authority.make_root(2, NOON + HOUR)))
    kiosk.update(kiosk.publish())

    trust = load_trust(kiosk.store)

    assert trust.root_version == 2
    assert trust.grade(URI, NOON + HOUR - SECOND) is Grade.FRESH
    assert trust.grade(URI, NOON + HOUR) is Grade.EXPIRED


def test_without_any_list_the_grade_is_expired_and_an_unknown_list_has_none(kiosk):
    targets = kiosk.authority.targets(**{"status/2031.cwt": None})
    kiosk.update(kiosk.publish(targets=targets))

    trust = load_trust(kiosk.store)

    assert trust.oldest_grade(NOON) is Grade.EXPIRED
    assert trust.oldest_age(NOON) is None
    assert trust.grade(URI, NOON) is None
    assert trust.list_age(URI, NOON) is None


def test_the_oldest_of_several_lists_gives_the_grade(kiosk):
    older = a_list(kiosk.authority.status, NOON - 2 * DAY, uri=f"{URI}-b")
    targets = kiosk.authority.targets(**{"status/2032.cwt": older})
    kiosk.update(kiosk.publish(targets=targets))

    trust = load_trust(kiosk.store)

    assert trust.oldest_grade(NOON) is Grade.AGEING
    assert trust.oldest_age(NOON) == 2 * DAY
    assert trust.floor == NOON


def test_the_floor_is_never_before_the_build(pinned):
    early = a_list(pinned.authority.status, BUILD_TIME - 9 * DAY)
    policy = json.dumps(a_policy(issued="2026-10-01T00:00:00Z")).encode()
    targets = pinned.authority.targets(**{"status/2031.cwt": early, "policy.json": policy})
    pinned.update(pinned.publish(targets=targets))

    assert load_trust(pinned.store).floor == BUILD_TIME


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_one_flipped_bit_in_a_slot_never_changes_what_is_trusted(kiosk, data):
    files = sorted(path for path in (kiosk.store / "slots" / "a").rglob("*") if path.is_file())
    path = data.draw(st.sampled_from(files))
    content = path.read_bytes()
    place = data.draw(st.integers(0, 8 * len(content) - 1))
    expected = load_trust(kiosk.store)
    changed = bytearray(content)
    changed[place // 8] ^= 1 << place % 8
    path.write_bytes(changed)

    found = expected  # what no signature covers may change, as a letter's case in hex
    with contextlib.suppress(Fault):
        found = load_trust(kiosk.store)
    path.write_bytes(content)

    assert expected == found


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=100))
def test_any_bytes_of_a_station_or_a_floor_are_refused_with_a_trust_error(content):
    with pytest.raises(TrustError):
        parse_station(content)
    with pytest.raises(TrustError):
        parse_floor(content)


@pytest.mark.parametrize(
    "change",
    [
        {"versions": {"root": 1, "timestamp": 0, "snapshot": 1, "targets": 1}},
        {"versions": {"root": 1}},
        {"time": "yesterday"},
        {"lists": {"u": {"iat": "2026-11-22T00:00:00Z", "bits": 3}}},
        {"lists": []},
    ],
)
def test_a_floor_with_a_wrong_part_is_refused(kiosk, change):
    values = json.loads((kiosk.store / "floor.json").read_bytes())

    with pytest.raises(TrustError):
        parse_floor(json.dumps({**values, **change}).encode())
