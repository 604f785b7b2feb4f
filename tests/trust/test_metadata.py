"""The chain from the pinned root to the targets' bytes, without any disk."""

import json
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tuf.api.metadata import Metadata, MetaFile, Snapshot, TargetFile, Targets, Timestamp

from kiosk.model import Environment
from kiosk.trust.errors import MissingFileError, Refusal, TrustError
from kiosk.trust.files import read_given, read_plain
from kiosk.trust.metadata import MAX_ROOT_BYTES, parse_root, verify_tree
from tests.trust.trees import NOON, Authority, files_of

LATER = NOON + timedelta(days=1)


def reader(files):
    def read(name, limit):
        del limit
        if name not in files:
            raise MissingFileError(name)
        return files[name]

    return read


@pytest.fixture(scope="module")
def authority():
    return Authority()


@pytest.fixture(scope="module")
def files(authority, tmp_path_factory):
    return files_of(authority.write(tmp_path_factory.mktemp("tree") / "tree"))


def refusal_of(authority, files, now=None):
    with pytest.raises(TrustError) as caught:
        verify_tree(authority.roots[0], reader(files), now)
    return caught.value.refusal


def a_snapshot(version=1, names=("targets.json", "status.json")):
    return Snapshot(version, expires=LATER, meta={name: MetaFile(1) for name in names})


def chain(authority, targets=None, snapshot=None, timestamp=None, status=None, delegations=None):
    """Sign a chain by hand; each part may be replaced by a wrong one."""
    targets = targets or Targets(1, expires=LATER)
    targets.delegations = delegations or authority.delegations()
    targets = authority.sign("targets", targets)
    status = authority.sign("status", status or Targets(1, expires=LATER))
    snapshot = authority.sign("snapshot", snapshot or a_snapshot())
    timestamp = authority.sign(
        "timestamp", timestamp or Timestamp(1, expires=LATER, snapshot_meta=MetaFile(1))
    )
    parts = {
        "1.targets.json": targets,
        "1.status.json": status,
        "1.snapshot.json": snapshot,
        "timestamp.json": timestamp,
    }
    return {f"metadata/{name}": content for name, content in parts.items()}


def test_a_whole_tree_gives_targets_versions_expiry_and_every_byte_read(authority, files):
    tree = verify_tree(authority.roots[0], reader(files))

    assert tree.environment is Environment.SANDBOX
    assert set(tree.targets) == {"policy.json", "issuers.json", "status/2031.cwt"}
    assert set(tree.versions.values()) == {1}
    assert tree.expires["targets"] == NOON + timedelta(days=90)
    assert set(tree.files) == set(files) - {"root.json", "metadata/1.root.json"}


def test_expiry_refuses_only_when_a_time_is_given(authority, files):
    after = NOON + timedelta(days=400)

    assert verify_tree(authority.roots[0], reader(files)).versions["root"] == 1
    assert refusal_of(authority, files, after) is Refusal.EXPIRED


def test_a_minimal_chain_made_by_hand_holds(authority):
    assert verify_tree(authority.roots[0], reader(chain(authority)), NOON).targets == {}


def a_target(length=3, digest="0" * 64, algorithm="sha256", names=("policy.json",)):
    return Targets(
        1, expires=LATER, targets={name: TargetFile(length, {algorithm: digest}, name) for name in names}
    )


def a_timestamp(**meta):
    return Timestamp(1, expires=LATER, snapshot_meta=MetaFile(1, **meta))


@pytest.mark.parametrize(
    "wrong",
    [
        {"timestamp": a_timestamp(length=5)},
        {"timestamp": a_timestamp(hashes={"sha256": "00"})},
        {"timestamp": a_timestamp(hashes={"none": "00"})},
        {"snapshot": a_snapshot(2)},
        {"snapshot": a_snapshot(names=[])},
        {"snapshot": a_snapshot(names=["other.json"])},
        {"snapshot": a_snapshot(names=["targets.json"])},
        {"targets": Targets(2, expires=LATER)},
        {"status": Targets(2, expires=LATER)},
        {"targets": a_target(algorithm="md5")},
        {"targets": a_target(digest="../x")},
        {"targets": a_target(length=1 << 40)},
        {"targets": a_target(names=[f"t{n}" for n in range(257)])},
    ],
)
def test_a_signed_chain_with_a_wrong_link_is_refused(authority, wrong):
    assert refusal_of(authority, chain(authority, **wrong)) is Refusal.TAMPERED


def test_metadata_of_one_role_in_the_place_of_another_is_refused(authority):
    files = chain(authority)
    files["metadata/timestamp.json"] = files["metadata/1.snapshot.json"]

    assert refusal_of(authority, files) is Refusal.TAMPERED


def test_a_reader_that_returns_more_than_asked_is_caught(authority):
    files = chain(authority)
    files["metadata/timestamp.json"] = b" " * (1 << 21)

    assert refusal_of(authority, files) is Refusal.TAMPERED


def test_a_root_without_consistent_snapshots_is_refused(authority):
    root = authority.make_root(1)
    root.consistent_snapshot = False

    with pytest.raises(TrustError, match="consistent"):
        parse_root(authority.sign("root", root))


def test_a_root_too_large_is_refused():
    with pytest.raises(TrustError, match="larger"):
        parse_root(b" " * (MAX_ROOT_BYTES + 1))


@pytest.mark.parametrize(
    ("field", "environment"), [(None, Environment.PRODUCTION), ("pilot", Environment.PILOT), ("test", None)]
)
def test_the_environment_is_what_the_root_is_signed_for(field, environment):
    authority = Authority("sandbox")
    authority.environment = field
    content = authority.sign("root", authority.make_root(1))
    files = chain(authority)

    if environment is None:
        with pytest.raises(TrustError) as caught:
            parse_root(content)
        assert caught.value.refusal is Refusal.ENVIRONMENT
    else:
        assert verify_tree(content, reader(files)).environment is environment


@pytest.mark.parametrize("value", [1.5, {"a": 0.1}])
def test_signed_metadata_without_a_canonical_form_is_refused(authority, files, value):
    timestamp = json.loads(files["metadata/timestamp.json"])
    timestamp["signed"]["x"] = value

    assert refusal_of(authority, {**files, "metadata/timestamp.json": json.dumps(timestamp).encode()}) is (
        Refusal.TAMPERED
    )


def test_two_signatures_of_one_key_are_refused(authority, files):
    timestamp = json.loads(files["metadata/timestamp.json"])
    timestamp["signatures"] *= 2

    assert refusal_of(authority, {**files, "metadata/timestamp.json": json.dumps(timestamp).encode()}) is (
        Refusal.TAMPERED
    )


def test_an_unsigned_root_with_the_right_content_is_refused(authority):
    root = Metadata(authority.make_root(2)).to_bytes()

    with pytest.raises(TrustError) as caught:
        parse_root(root)
    assert caught.value.refusal is Refusal.AUTHORITY


@pytest.mark.parametrize("name", ["../x", "/x", "a/../b", ".hidden", "a//b", "", "a\0b", "é", "x" * 256])
def test_a_name_that_is_not_plain_is_never_opened(tmp_path, name):
    with pytest.raises(TrustError, match="plain"):
        read_plain(tmp_path, name, 10)


def test_a_folder_and_a_missing_file_named_by_a_person_are_refused(tmp_path):
    with pytest.raises(TrustError, match="regular"):
        read_given(tmp_path, 10)
    with pytest.raises(MissingFileError):
        read_given(tmp_path / "nowhere", 10)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_any_bytes_in_the_place_of_any_file_are_refused_with_a_trust_error(authority, files, data):
    name = data.draw(st.sampled_from(sorted(set(files) - {"root.json", "metadata/1.root.json"})))
    content = data.draw(st.binary(max_size=100) | st.sampled_from([b"[" * 50_000, b'{"signed": 1}', b"null"]))

    refusal_of(authority, {**files, name: content})


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_a_tree_with_any_signed_field_replaced_is_refused(authority, files, data):
    name = data.draw(st.sampled_from(sorted(name for name in files if name.startswith("metadata/"))))
    document = json.loads(files[name])
    field = data.draw(st.sampled_from(sorted(document["signed"])))
    document["signed"][field] = data.draw(
        st.none() | st.integers() | st.text(max_size=5) | st.lists(st.integers(), max_size=2) | st.just({})
    )
    changed = json.dumps(document).encode()

    if document == json.loads(files[name]):
        return
    with pytest.raises(TrustError):
        verify_tree(changed if "root" in name else authority.roots[0], reader({**files, name: changed}))
