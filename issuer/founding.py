"""A new authority: its folder, its settings, all its keys, and the first root that they sign.

Rules kept here: only environments for tests and pilots, never a private key under the program's own folder or
in the clear, and root keys apart from the others, in a folder of the founder's choice.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from issuer.dates import write_instant
from issuer.errors import Refused
from issuer.files import PRIVATE, write_file
from issuer.keyring import Keyring, Role
from issuer.keys import SigningKey, make_key
from issuer.ledger import Ledger
from issuer.passphrase import Asked, Passphrases, check_secret
from issuer.records import FORMAT, encode_json, encode_ledger
from issuer.registry import ALGORITHMS, ENVIRONMENTS, LIST_ENTRIES, Registry
from issuer.root import keep_root, make_root, sign_root
from issuer.rootkeys import RootKeys, default_root_keys
from kiosk.cose.keys import Algorithm

ROOT_KEYS = 3
ROOT_THRESHOLD = 2
_ROLES = (Role.CREDENTIAL, Role.STATUS_LIST, Role.TARGETS, Role.STATUS, Role.SNAPSHOT, Role.TIMESTAMP)
_OWNER_ONLY = 0o700
_REPOSITORY = Path(__file__).resolve().parents[1]


def create_registry(
    directory: Path,
    environment: str,
    algorithm: str,
    now: datetime,
    list_entries: int = LIST_ENTRIES,
    passphrases: Passphrases | None = None,
    root_keys: RootKeys | None = None,
) -> Registry:
    """Make a new authority in `directory`, with all its keys and its first root.

    Raises Refused: an environment that is not for tests, a folder in use or inside the program's own, a
    passphrase too short, or one that everybody knows for a pilot.
    """
    root_keys = root_keys or default_root_keys(directory)
    passphrases = passphrases or Asked()
    _check_place(directory, environment, root_keys)
    check_secret(environment, passphrases.choose("the authority's keys"))
    for number in range(ROOT_KEYS):  # all is asked before anything is made
        check_secret(environment, root_keys.passphrases.choose(f"{Role.ROOT.value}-{number + 1}"))
    for part in (directory, directory / "keys", directory / "copies", directory / "photos"):
        part.mkdir(mode=_OWNER_ONLY, parents=True, exist_ok=True)
    directory.chmod(_OWNER_ONLY)
    record = {
        "format": FORMAT,
        "environment": environment,
        "created": write_instant(now),
        "list_entries": list_entries,
    }
    write_file(directory / "authority.json", encode_json(record), PRIVATE)
    write_file(directory / "registry.json", encode_ledger(Ledger()), PRIVATE)
    registry = Registry(directory, passphrases)
    _make_keys(registry, algorithm, root_keys, now)
    return registry


def _check_place(directory: Path, environment: str, root_keys: RootKeys) -> None:
    if environment not in ENVIRONMENTS:
        raise Refused("this authority is for tests and pilots: --environment is sandbox or pilot")
    if any(place.resolve().is_relative_to(_REPOSITORY) for place in (directory, *root_keys.folders)):
        raise Refused("private keys must not lie inside the program's own folder")
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise Refused("the folder is not empty; a registry needs a folder of its own")


def _make_keys(registry: Registry, algorithm: str, root_keys: RootKeys, now: datetime) -> None:
    """Make all keys; the register comes after the files it names, the root last."""
    keyring = Keyring()
    for role in _ROLES:
        chosen = ALGORITHMS[algorithm] if role is Role.CREDENTIAL else Algorithm.EDDSA
        key = make_key(chosen)
        keyring, record = keyring.with_new(role, key, now)
        registry.keep_key(record, key)
    signers: list[SigningKey] = []
    for _ in range(ROOT_KEYS):
        key = make_key(Algorithm.EDDSA)
        keyring, record = keyring.with_new(Role.ROOT, key, now)
        root_keys.keep(record, key, registry.authority.environment)
        signers.append(key)
    registry.keep_keyring(keyring)
    root = make_root(1, registry.authority.environment, keyring.records, ROOT_THRESHOLD, now)
    keep_root(registry.directory, 1, sign_root(root, signers))
