"""Nothing a kiosk writes or prints says who was there; only the auditors' key opens what it sealed."""

import base64
import hashlib
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from issuer.auditors import SANDBOX_PASSPHRASE
from kiosk.audit.auditors import parse_private_key
from kiosk.audit.entry import EntryKind
from kiosk.audit.rows import open_outgoing
from kiosk.audit.seal import Place, SealedHolder, SealedPseudonymKey, unseal
from tests.journeys.needles import CHUNK, find, forms_of, forms_of_long, forms_of_number, forms_of_text

ROOT = Path(__file__).parents[1]
PICTURES = {"a PNG": {b"\x89PNG\r\n"}, "a JPEG": {b"JFIF\x00"}, "a WebP": {b"WEBPVP8"}}
NAME, NUMBER = "أمل سامي حداد", "2345678417"


@dataclass
class Life:
    """What became of a kiosk's whole life: its folder, its output, and whom it met."""

    folder: Path
    out: bytes
    secrets: dict

    @property
    def files(self):
        return {path: path.read_bytes() for path in (self.folder / "kiosk").rglob("*") if path.is_file()}

    def found(self, needles):
        """Where each needle is, in files, in their names, and in the output."""
        hay = {
            "output": self.out,
            **{str(path): bytes(path) + b"\n" + what for path, what in self.files.items()},
        }
        return {place: names for place, content in hay.items() if (names := find(needles, content))}


@pytest.fixture(scope="module")
def life(tmp_path_factory):
    folder = tmp_path_factory.mktemp("life")
    home = folder / "kiosk" / "home"
    home.mkdir(parents=True)
    variables = {**os.environ, "TMPDIR": str(home), "HOME": str(home), "XDG_CACHE_HOME": str(home)}
    command = [sys.executable, "-m", "tests.journeys.privacy", str(folder)]
    ended = subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, timeout=300, check=False)
    assert 0 == ended.returncode, ended.stderr.decode()[-2000:]
    return Life(folder, ended.stdout + ended.stderr, json.loads((folder / "secrets.json").read_text()))


def named(kind, values, forms):
    return {f"{kind} {number}": forms(value) for number, value in enumerate(values)}


def from_hex(values):
    return [bytes.fromhex(value) for value in values]


pytestmark = pytest.mark.slow


def test_every_action_on_the_log_was_carried_out(life):
    said = [line.decode() for line in life.out.splitlines() if line.startswith(b"# audit ")]

    assert [] == [line for line in said if not line.endswith(": 0")]
    assert 10 == len(said)


def test_the_life_was_a_whole_one(life):
    with open_outgoing(life.folder / "kiosk" / "state" / "log" / "sandbox.db") as log:
        rows = list(log.rows(log.span))
    kinds = {row.entry.kind for row in rows}
    said = {reason.value for row in rows for reason in getattr(row.entry.fact, "reasons", ())}

    kept = {EntryKind.VISIT, EntryKind.START, EntryKind.STOP, EntryKind.CODES_COUNTED, EntryKind.KEY_SEALED}
    assert kept | {EntryKind.EXPORTED, EntryKind.TRUST_CHANGED} <= kinds
    refused = {"FACE_MISMATCH", "SUPERSEDED", "REVOKED", "PROOF_STALE", "PROOF_MISSING", "MINOR", "INTERNAL"}
    assert refused | {"CAMERA_LOST", "NOT_A_CREDENTIAL"} <= said
    log_lines = (life.folder / "kiosk" / "state" / "kiosk.log").read_text()
    assert "bug in a thread: RuntimeError" in log_lines
    assert "DISK_LOW" in log_lines
    assert "TRUST_MISSING" in log_lines
    written = {path.name for path in life.files}
    assert {"rows.csv", "rows.jsonl", "batch.jsonl", "sandbox.checkpoint", "sandbox.db-wal"} <= written


def test_no_name_is_anywhere(life):
    names = life.secrets["names"]
    parts = {part for name in names for part in (name, *name.split()) if len(part.encode()) > 5}  # not "Amal"

    assert {"Haddad", "حداد"} <= parts
    assert {} == life.found(named("name", sorted(parts), forms_of_text))


def test_no_number_is_anywhere_nor_a_plain_hash_of_one(life):
    assert NUMBER in life.secrets["numbers"]
    assert {} == life.found(named("number", life.secrets["numbers"], forms_of_number))


def test_no_code_is_anywhere_nor_the_credential_in_it(life):
    codes = [text.encode() for text in life.secrets["codes"]]

    assert {} == life.found(named("code", codes, forms_of_long))
    assert {} == life.found(named("credential", from_hex(life.secrets["credentials"]), forms_of_long))


def test_no_photo_and_no_camera_picture_is_anywhere(life):
    assert {} == life.found(named("photo", from_hex(life.secrets["photos"]), forms_of_long))
    assert {} == life.found(named("frame", from_hex(life.secrets["frames"]), forms_of_long))
    assert {} == life.found(PICTURES)


def test_the_key_of_the_pseudonyms_is_in_its_own_file_alone(life):
    (path,) = (life.folder / "kiosk" / "state").rglob("pseudonym-*.key")

    found = life.found({"key": forms_of(path.read_bytes())})

    assert {str(path), str(path).replace("state", "while-running")} == found.keys()


def test_everything_in_the_state_folder_is_for_the_kiosks_user_alone(life):
    state = life.folder / "kiosk" / "state"

    open_to_others = [path for path in state.rglob("*") if path.is_file() and path.stat().st_mode & 0o077]
    assert [] == open_to_others


def test_the_auditors_key_and_only_that_finds_the_holder_in_the_sealed_part(life):
    pem = (life.folder / "town" / "authority" / "auditors" / "auditor-2026-12.pem").read_bytes()
    private = parse_private_key(pem, SANDBOX_PASSPHRASE)

    with open_outgoing(life.folder / "kiosk" / "state" / "log" / "sandbox.db") as log:
        place = log.identity
        opened = [
            unseal(row.sealed, private, Place(place.environment, place.epoch, row.seq))
            for row in log.rows(log.span, with_sealed=True)
            if row.sealed is not None
        ]
    people = {(each.name_arabic, each.number) for each in opened if isinstance(each, SealedHolder)}
    assert (NAME, NUMBER) in people
    assert 1 == sum(isinstance(each, SealedPseudonymKey) for each in opened)


@pytest.mark.parametrize(
    "planted",
    [
        NUMBER.encode(),
        b"2345 678 417",
        "٢٣٤٥٦٧٨٤١٧".encode(),
        NUMBER.encode().hex().encode(),
        base64.b64encode(b"id=" + NUMBER.encode() + b";"),
        base64.urlsafe_b64encode(b"number " + NUMBER.encode()),
        bytes.fromhex("3c") + hashlib.sha256(NUMBER.encode()).digest()[:8],
        hashlib.md5(NUMBER.encode(), usedforsecurity=False).hexdigest().encode(),
    ],
)
def test_the_search_finds_a_number_in_every_disguise(planted):
    assert {"number"} == find({"number": forms_of_number(NUMBER)}, b"before " + planted + b" after")


@pytest.mark.parametrize(
    "planted",
    [NAME.encode(), json.dumps(NAME).encode(), NAME.encode("utf-16-le"), base64.b64encode(NAME.encode())],
)
def test_the_search_finds_a_name_in_every_disguise(planted):
    assert {"name"} == find({"name": forms_of_text(NAME)}, b"before" + planted + b"after")


@pytest.mark.parametrize("place", [0, 333, 500, 1000 - CHUNK])
def test_the_search_finds_a_part_of_something_long(place):
    long = bytes(number * number % 251 for number in range(1000))

    assert {"photo"} == find(
        {"photo": forms_of_long(long)}, b"x" + long[place : place + CHUNK].hex().encode()
    )
