"""The command line of the public conformance suite, driven the way the suite drives it: by a web server.

Told by exit codes, the files in the metadata folder, the files in the targets folder and what was asked for.
"""

import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tuf.api.metadata import Metadata

from kiosk.trust.conformance import main
from tests.trust.servers import Server, serving
from tests.trust.trees import Authority

NOW = datetime.now(UTC).replace(microsecond=0)  # the protocol has no word for the time
DAY = timedelta(days=1)
REPOSITORY = Path(__file__).resolve().parents[2]


@dataclass
class Client:
    """The client under test, its folders, and the repository it talks to."""

    authority: Authority
    server: Server
    metadata: Path
    targets: Path

    def words(self, *more):
        return [str(w) for w in ("--metadata-url", f"{self.server.url}/metadata", *self.place, *more)]

    @property
    def place(self):
        return "--metadata-dir", str(self.metadata)

    def init(self):
        return main([*self.place, "init", str(self.server.folder / "root.json")])

    def refresh(self):
        return main(self.words("refresh"))

    def download(self, *names):
        asked = [word for name in names for word in ("--target-name", name)]
        where = ("--target-base-url", f"{self.server.url}/targets", "--target-dir", self.targets)
        return main(self.words(*asked, *where, "download"))

    def publish(self, at=NOW, **knobs):
        number = self.authority.version + 1
        self.server.folder = self.authority.write(self.metadata.parent / f"tree{number}", at, **knobs)

    def versions(self):
        files = [path for path in self.metadata.iterdir() if path.suffix == ".json"]
        return {path.stem: Metadata.from_bytes(path.read_bytes()).signed.version for path in files}

    def downloaded(self):
        return sorted(path.read_bytes() for path in self.targets.rglob("*") if path.is_file())


@pytest.fixture
def client(tmp_path):
    """A client that has a root and nothing else."""
    authority = Authority()
    authority.roots = [authority.sign("root", authority.make_root(1, NOW + 365 * DAY))]
    for name in ("metadata", "targets"):
        (tmp_path / name).mkdir()
    with serving(authority.write(tmp_path / "tree1", NOW)) as server:
        made = Client(authority, server, tmp_path / "metadata", tmp_path / "targets")
        assert 0 == made.init()
        yield made


def test_init_takes_the_root_and_asks_nobody(client):
    assert [] == client.server.asked
    assert {"root": 1} == client.versions()


def test_init_without_a_root_is_exit_code_1(client):
    assert 1 == main([*client.place, "init", str(client.targets / "nothing")])


def test_refresh_asks_in_the_order_of_the_specification_and_keeps_unversioned_names(client):
    assert 0 == client.refresh()

    names = ["2.root.json", "timestamp.json", "1.snapshot.json", "1.targets.json"]
    assert [f"/metadata/{name}" for name in names] == client.server.asked
    assert {"root": 1, "timestamp": 1, "snapshot": 1, "targets": 1} == client.versions()
    assert (client.metadata / "root.json").read_bytes() == client.authority.roots[0]


def test_a_second_refresh_asks_only_for_what_may_be_new(client):
    client.refresh()
    client.server.asked.clear()

    assert 0 == client.refresh()
    assert ["/metadata/2.root.json", "/metadata/timestamp.json"] == client.server.asked


def test_root_rotations_are_followed_and_kept_even_when_the_rest_fails(client):
    for _ in range(3):
        client.authority.rotate_root()
    client.authority.roots = [
        *client.authority.roots[:3],
        client.authority.sign("root", client.authority.make_root(4, NOW + 365 * DAY)),
    ]
    client.publish()
    (client.server.folder / "metadata" / "timestamp.json").unlink()

    assert 1 == client.refresh()
    assert 3 == client.versions()["root"]


@pytest.mark.parametrize("role", ["timestamp", "snapshot", "targets"])
def test_metadata_that_is_expired_or_unsigned_fails_and_what_was_there_stays(client, role):
    client.refresh()
    client.publish(expires={role: NOW - DAY})
    assert 1 == client.refresh()
    assert 1 == client.versions()["targets"]
    client.publish(signers={role: []})
    assert 1 == client.refresh()

    client.publish()
    assert 0 == client.refresh()
    assert 4 == client.versions()["targets"]


def test_an_older_repository_fails(client):
    client.publish()
    client.refresh()
    client.server.folder = client.metadata.parent / "tree1"

    assert 1 == client.refresh()
    assert 2 == client.versions()["timestamp"]


def test_download_brings_targets_in_order_and_not_again(client):
    assert 0 == client.download("status/2031.cwt", "policy.json")
    asked = [path for path in client.server.asked if path.startswith("/targets")]
    fetched = [path.rpartition(".")[0].rpartition(".")[2] for path in asked]
    client.server.asked.clear()

    assert ["2031", "policy"] == fetched
    assert 2 == len(client.downloaded())
    assert 0 == client.download("policy.json", "status/2031.cwt")
    assert not [path for path in client.server.asked if path.startswith("/targets")]


def test_a_changed_target_has_the_same_file_name(client):
    client.download("status/2031.cwt")
    before = client.downloaded()
    client.publish(targets=client.authority.targets(NOW + DAY))

    assert 0 == client.download("status/2031.cwt")
    assert 1 == len(client.downloaded())
    assert before != client.downloaded()


def test_download_stops_at_the_first_failure(client):
    assert 1 == client.download("policy.json", "nobody.json", "issuers.json")
    assert 1 == len(client.downloaded())


def test_a_substituted_target_is_never_stored(client):
    path = next(path for path in client.server.folder.rglob("*policy.json"))
    path.write_bytes(path.read_bytes().replace(b"sandbox-1", b"sandbox-2"))

    assert 1 == client.download("policy.json")
    assert [] == client.downloaded()


@pytest.mark.parametrize("words", [[], ["refresh"], ["--metadata-dir", "x"]])
def test_wrong_usage_is_not_taken_for_a_result(words):
    with pytest.raises(SystemExit) as caught:
        main(words)

    assert 2 == caught.value.code


@pytest.mark.slow
def test_it_runs_as_a_program_of_its_own(client):
    program = [sys.executable, "-m", "kiosk.trust.conformance"]

    def run(words):
        return subprocess.run([*program, *words], check=False, timeout=60, cwd=REPOSITORY).returncode

    assert 0 == run(client.words("refresh"))
    client.server.folder = client.targets
    assert 1 == run(client.words("refresh"))
