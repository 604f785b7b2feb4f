"""The TUF client under our time and our readers."""

import inspect
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tuf.ngclient._internal.trusted_metadata_set import TrustedMetadataSet
from tuf.ngclient.updater import Updater

from kiosk.trust.client import ClientRefused, Places, TufClient
from kiosk.trust.errors import MissingFileError, Refusal, TrustError
from kiosk.trust.metadata import MAX_TARGET_BYTES
from tests.trust.trees import NOON, Authority, files_of

DAY = timedelta(days=1)
PART = st.sampled_from(["timestamp.json", "1.snapshot.json", "1.targets.json", "2.root.json"])


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """The files of a tree by name, and its root."""
    folder = Authority().write(tmp_path_factory.mktemp("client") / "tree")
    return {f"tree:{name}": content for name, content in files_of(folder).items()}


def a_client(tree, folder, now=NOON, limits=None):
    def read(url, limit):
        if limits is not None:
            limits[url] = limit
        if url not in tree:
            raise MissingFileError(url)
        if len(tree[url]) > limit:
            raise TrustError(f"{url} is too large")
        return tree[url]

    folder.mkdir(exist_ok=True)
    places = Places(folder, "tree:metadata", folder / "targets", "tree:targets")
    return TufClient(places, read, now, tree["tree:root.json"])


def refusal_of(tree, folder, now=NOON):
    with pytest.raises(TrustError) as caught:
        a_client(tree, folder, now).refresh()
    return caught.value


def test_the_library_still_keeps_its_time_where_we_set_it():
    assert "self._trusted_set = TrustedMetadataSet(" in inspect.getsource(Updater.__init__)
    source = inspect.getsource(TrustedMetadataSet)
    assert 1 == source.count("datetime.now")
    assert "self.reference_time = datetime.datetime.now(" in source
    assert source.count("is_expired(") == source.count("is_expired(self.reference_time)") == 4


@pytest.mark.parametrize("machine_is", ["before", "after"])
def test_expiry_is_judged_by_the_time_given_and_not_by_the_machines(tmp_path, machine_is):
    machine = datetime.now(UTC).replace(microsecond=0)
    at = machine + 400 * DAY if machine_is == "before" else machine - 400 * DAY
    authority = Authority()
    authority.roots = [authority.sign("root", authority.make_root(1, at + 300 * DAY))]
    folder = authority.write(tmp_path / "tree", at)
    tree = {f"tree:{name}": content for name, content in files_of(folder).items()}

    a_client(tree, tmp_path / "fresh", at).refresh()
    late = refusal_of(tree, tmp_path / "late", at + 8 * DAY)

    assert Refusal.EXPIRED is late.refusal
    assert isinstance(late, ClientRefused)


def test_a_missing_file_and_a_large_one_keep_the_readers_reason(tree, tmp_path):
    without = {name: content for name, content in tree.items() if "snapshot" not in name}
    huge = {**tree, "tree:metadata/1.targets.json": bytes(2_000_000)}

    assert Refusal.INCOMPLETE is refusal_of(without, tmp_path / "a").refusal
    assert Refusal.TAMPERED is refusal_of(huge, tmp_path / "b").refusal


def test_a_tree_of_another_authority_or_an_older_one_is_told_apart(tree, tmp_path):
    other = files_of(Authority().write(tmp_path / "other"))
    foreign = {**tree, "tree:metadata/timestamp.json": other["metadata/timestamp.json"]}
    authority = Authority()
    first, second = (files_of(authority.write(tmp_path / name)) for name in ("first", "second"))
    newer, older = ({f"tree:{k}": v for k, v in files.items()} for files in (second, first))
    a_client(newer, tmp_path / "cache").refresh()

    assert Refusal.AUTHORITY is refusal_of(foreign, tmp_path / "a").refusal
    assert Refusal.OLD is refusal_of(older, tmp_path / "cache").refusal


def test_a_target_is_fetched_once_and_never_beyond_what_may_be(tree, tmp_path):
    limits = {}
    client = a_client(tree, tmp_path / "cache", limits=limits)
    client.refresh()

    assert client.fetch_target("policy.json")
    assert not client.fetch_target("policy.json")
    assert all(limit <= MAX_TARGET_BYTES for limit in limits.values())
    with pytest.raises(MissingFileError):
        client.fetch_target("nobody.json")


def test_a_pinned_root_that_is_none_is_refused(tree, tmp_path):
    for content in (b"", b"{}", json.dumps({"signed": {}, "signatures": []}).encode()):
        with pytest.raises(TrustError):
            a_client({**tree, "tree:root.json": content}, tmp_path)


@given(
    part=PART, content=st.binary(max_size=200) | st.text(alphabet='{}[]":,0123456789 aetgsnd', max_size=80)
)
def test_any_bytes_in_the_place_of_a_file_are_refused_and_nothing_else(tree, tmp_path_factory, part, content):
    content = content.encode() if isinstance(content, str) else content
    broken = {**tree, f"tree:metadata/{part}": content}

    assert isinstance(refusal_of(broken, tmp_path_factory.mktemp("any")), TrustError)


def test_metadata_nested_without_end_is_refused(tree, tmp_path):
    deep = {**tree, "tree:metadata/timestamp.json": b"[" * 16_000}

    assert Refusal.TAMPERED is refusal_of(deep, tmp_path).refusal
