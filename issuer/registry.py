"""The registry of one authority: a folder with its settings, ledger, keys, photos and signed copies.

Everything is plain files, each written whole. What the ledger names is written before the ledger, so a
crash leaves at most files nobody names. One lock file keeps writers apart; readers need none.

This is a sandbox: it keeps the holders' private keys (`copies/<id>.pem`), because it also plays the phones
(`present`). A real phone makes its key in its own hardware and never gives it away.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from issuer.dates import parse_instant, write_instant
from issuer.errors import Refused
from issuer.files import PRIVATE, locked, write_file
from issuer.keys import SigningKey, load_key, make_key, save_key
from issuer.ledger import Copy, Ledger
from issuer.records import FORMAT, encode_json, encode_ledger, parse_json, parse_ledger
from kiosk.cose.keys import Algorithm

ENVIRONMENTS = ("sandbox", "pilot")
ALGORITHMS = {"ed25519": Algorithm.EDDSA, "es256": Algorithm.ES256}
LIST_ENTRIES = 100_000
MAX_LIST_ENTRIES = 40_000_000
TUF_ROLES = ("root", "targets", "snapshot", "timestamp")
_OWNER_ONLY = 0o700
_REPOSITORY = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Authority:
    """Who issues: fixed when the registry is made. `list_entries` is the size of each status list."""

    environment: str
    created: datetime
    list_entries: int

    @property
    def issuer(self) -> str:
        """The `iss` of every credential. The name `.invalid` can never belong to anybody (RFC 2606)."""
        return f"https://{self.environment}.mudaqqiq.invalid/issuer"

    def status_uri(self, cohort: int) -> str:
        """Return the name of the status list of one cohort."""
        return f"https://{self.environment}.mudaqqiq.invalid/status/{cohort}"


class Registry:
    """The files of one authority. Make one with `create_registry`, open one with `Registry(directory)`."""

    def __init__(self, directory: Path) -> None:
        """Open the registry in `directory`. Raises Refused when there is none."""
        self.directory = directory
        self.authority = _read_authority(directory)

    def read(self) -> Ledger:
        """Return the ledger as it stands. Raises Refused when the file is missing or damaged."""
        return parse_ledger(_read(self.directory / "registry.json"))

    @contextmanager
    def changing(self) -> Iterator[Ledger]:
        """Hold the registry alone and give its ledger; `commit` writes the changed one."""
        with locked(self.directory / "lock"):
            yield self.read()

    def commit(self, ledger: Ledger) -> None:
        """Make `ledger` the registry's; only inside `changing`."""
        write_file(self.directory / "registry.json", encode_ledger(ledger), PRIVATE)

    def key(self, name: str) -> SigningKey:
        """Return one of the authority's own keys: credential, status, or a TUF role."""
        return load_key(self.directory / "keys" / f"{name}.pem")

    def holder_key(self, copy: Copy) -> SigningKey:
        """Return the key of a phone copy, which a real phone would keep to itself."""
        return load_key(self.directory / "copies" / f"{copy.id}.pem")

    def credential(self, copy: Copy) -> bytes:
        """Return the signed COSE_Sign1 of a copy, without live proof."""
        return _read(self.directory / "copies" / f"{copy.id}.cbor")

    def keep_copy(self, copy: Copy, credential: bytes, holder_key: SigningKey | None) -> None:
        """Write a copy's credential and key; the ledger names them afterwards."""
        if holder_key is not None:
            save_key(self.directory / "copies" / f"{copy.id}.pem", holder_key)
        write_file(self.directory / "copies" / f"{copy.id}.cbor", credential, PRIVATE)

    def photo(self, name: str) -> bytes:
        """Return the photo that `keep_photo` named."""
        return _read(self.directory / "photos" / f"{name}.webp")

    def keep_photo(self, content: bytes) -> str:
        """Write a photo under the name of its digest, and return that name."""
        name = hashlib.sha256(content).hexdigest()[:32]
        write_file(self.directory / "photos" / f"{name}.webp", content, PRIVATE)
        return name


def create_registry(
    directory: Path, environment: str, algorithm: str, now: datetime, list_entries: int = LIST_ENTRIES
) -> Registry:
    """Make a new authority in `directory`, with all its keys.

    Raises Refused: an environment that is not for tests, a folder in use, or one inside the program's own.
    """
    if environment not in ENVIRONMENTS:
        raise Refused("this authority is for tests and pilots: --environment is sandbox or pilot")
    if directory.resolve().is_relative_to(_REPOSITORY):
        raise Refused("private keys must not lie inside the program's own folder")
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise Refused("the folder is not empty; a registry needs a folder of its own")
    for part in (directory, directory / "keys", directory / "copies", directory / "photos"):
        part.mkdir(mode=_OWNER_ONLY, parents=True, exist_ok=True)
    directory.chmod(_OWNER_ONLY)
    save_key(directory / "keys" / "credential.pem", make_key(ALGORITHMS[algorithm]))
    for name in ("status", *TUF_ROLES):
        save_key(directory / "keys" / f"{name}.pem", make_key(Algorithm.EDDSA))
    write_file(directory / "registry.json", encode_ledger(Ledger()), PRIVATE)
    record = {
        "format": FORMAT,
        "environment": environment,
        "created": write_instant(now),
        "list_entries": list_entries,
    }
    write_file(directory / "authority.json", encode_json(record), PRIVATE)
    return Registry(directory)


def _read_authority(directory: Path) -> Authority:
    if not (directory / "authority.json").is_file():
        raise Refused(f"there is no registry in {directory.name or directory}; `issuer init` makes one")
    record = parse_json(_read(directory / "authority.json"), "authority.json")
    try:
        entries = record["list_entries"]
        authority = Authority(record["environment"], parse_instant(record["created"]), entries)
    except (KeyError, TypeError, ValueError) as err:
        raise Refused("authority.json is damaged") from err
    served = type(entries) is int and 1 <= entries <= MAX_LIST_ENTRIES
    if authority.environment not in ENVIRONMENTS or not served:
        raise Refused("authority.json names an environment or a list size that this authority does not serve")
    return authority


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as err:
        raise Refused(f"{path.name} cannot be read") from err
