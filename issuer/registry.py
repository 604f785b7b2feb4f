"""The registry of one authority: a folder with its settings, ledger, keys, photos and signed copies.

Layout: authority.json, registry.json (the ledger), keys.json (the register of keys), keys/ (private keys,
all under a passphrase), root/ (every root so far), signed/ (what was published last), copies/, photos/ and
auditors/.

Everything is plain files, each written whole. What the ledger names is written before the ledger, so a
crash leaves at most files nobody names. One lock file keeps writers apart; readers need none.

This is a sandbox: it keeps the holders' private keys (`copies/<id>.pem`), because it also plays the phones
(`present`). A real phone makes its key in its own hardware and never gives it away.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from issuer.dates import parse_instant
from issuer.errors import Refused
from issuer.files import PRIVATE, locked, write_file
from issuer.keyring import FILE_NAME, KeyRecord, Keyring, Role, encode_keyring, parse_keyring
from issuer.keys import SigningKey, load_key, save_key
from issuer.ledger import Copy, Ledger
from issuer.passphrase import Asked, Passphrase, Passphrases, check_secret
from issuer.records import encode_ledger, parse_json, parse_ledger
from kiosk.cose.keys import Algorithm

ENVIRONMENTS = ("sandbox", "pilot")
ALGORITHMS = {"ed25519": Algorithm.EDDSA, "es256": Algorithm.ES256}
LIST_ENTRIES = 100_000
MAX_LIST_ENTRIES = 40_000_000


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
    """The files of one authority. `founding.py` makes one, `Registry(directory)` opens it."""

    def __init__(self, directory: Path, passphrases: Passphrases | None = None) -> None:
        """Open the registry in `directory`. Raises Refused when there is none.

        `passphrases` knows that of its keys; by default the environment or the person at the keyboard.
        """
        self.directory = directory
        self.passphrases = passphrases or Asked()
        self.authority = _read_authority(directory)

    def read(self) -> Ledger:
        """Return the ledger as it stands. Raises Refused when the file is missing or damaged."""
        return parse_ledger(_read(self.directory / "registry.json"))

    @contextmanager
    def changing(self) -> Iterator[Ledger]:
        """Hold the registry alone and give its ledger; `commit` writes the changed one."""
        with self.alone():
            yield self.read()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the registry alone, across processes; the register of keys changes only inside."""
        with locked(self.directory / "lock"):
            yield

    def commit(self, ledger: Ledger) -> None:
        """Make `ledger` the registry's; only inside `changing`."""
        write_file(self.directory / "registry.json", encode_ledger(ledger), PRIVATE)

    def keyring(self) -> Keyring:
        """Return the register of keys as it stands. Raises Refused when the file is missing or damaged."""
        return parse_keyring(_read(self.directory / FILE_NAME))

    def keep_keyring(self, keyring: Keyring) -> None:
        """Make `keyring` the registry's; only inside `alone` or `changing`."""
        write_file(self.directory / FILE_NAME, encode_keyring(keyring), PRIVATE)

    def key(self, role: Role, now: datetime) -> SigningKey:
        """Return the issuer's newest key of `role` that may sign at `now`. Raises Refused."""
        return self.open_key(self.keyring().choose(role, now))

    def open_key(self, record: KeyRecord) -> SigningKey:
        """Return the private half of a key that lies in the registry. Raises Refused."""
        path = self.directory / "keys" / f"{record.name}.pem"
        return load_key(path, self.passphrases.find(record.name))

    def keep_key(self, record: KeyRecord, key: SigningKey) -> None:
        """Write the private half of a new key; a file that has its name is kept under another one."""
        passphrase = self._choose_passphrase(record.name)
        folder = self.directory / "keys"
        folder.mkdir(mode=0o700, exist_ok=True)
        path = folder / f"{record.name}.pem"
        if path.exists():  # of an interrupted command, or of a register that was put back to an earlier one
            path.replace(path.with_name(f"{record.name}.{secrets.token_hex(4)}.pem"))
        save_key(path, key, passphrase)

    def ask_for_passphrase(self) -> None:
        """Have the passphrase for new keys named, before any of them is written. Raises Refused."""
        self._choose_passphrase("a new key")

    def _choose_passphrase(self, name: str) -> Passphrase:
        return check_secret(self.authority.environment, self.passphrases.choose(name))

    def holder_key(self, copy: Copy) -> SigningKey:
        """Return the key of a phone copy, which a real phone would keep to itself."""
        return load_key(self.directory / "copies" / f"{copy.id}.pem", self.passphrases.find(copy.id))

    def credential(self, copy: Copy) -> bytes:
        """Return the signed COSE_Sign1 of a copy, without live proof."""
        return _read(self.directory / "copies" / f"{copy.id}.cbor")

    def keep_copy(self, copy: Copy, credential: bytes, holder_key: SigningKey | None) -> None:
        """Write a copy's credential and key; the ledger names them afterwards."""
        if holder_key is not None:
            passphrase = self.passphrases.find(copy.id)
            save_key(self.directory / "copies" / f"{copy.id}.pem", holder_key, passphrase)
        write_file(self.directory / "copies" / f"{copy.id}.cbor", credential, PRIVATE)

    def photo(self, name: str) -> bytes:
        """Return the photo that `keep_photo` named."""
        return _read(self.directory / "photos" / f"{name}.webp")

    def keep_photo(self, content: bytes) -> str:
        """Write a photo under the name of its digest, and return that name."""
        name = hashlib.sha256(content).hexdigest()[:32]
        write_file(self.directory / "photos" / f"{name}.webp", content, PRIVATE)
        return name


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
