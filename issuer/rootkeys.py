"""Where the root's private keys lie: on sticks of their keepers, away from the keys that work every day.

Rules kept here: a key is opened only for a ceremony, and only when it is the one that the register names.
"""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from issuer.errors import Refused
from issuer.keyring import KeyRecord
from issuer.keys import SigningKey, load_key, save_key
from issuer.passphrase import ROOT_VARIABLE, Asked, Passphrases, check_secret

FOLDER = "root-keys"
_OWNER_ONLY = 0o700


@dataclass(frozen=True, slots=True)
class RootKeys:
    """The folders that are there now, and who knows the passphrases. New keys go into the first folder."""

    folders: tuple[Path, ...]
    passphrases: Passphrases = field(default_factory=lambda: Asked(ROOT_VARIABLE, each=True))

    def find(self, records: Iterable[KeyRecord]) -> dict[str, SigningKey]:
        """Return the private halves of those `records` whose file is in one of the folders, by name.

        Raises Refused for a file that does not open, or that is another key.
        """
        found: dict[str, SigningKey] = {}
        for record in records:
            paths = (folder / f"{record.name}.pem" for folder in self.folders)
            path = next((path for path in paths if path.is_file()), None)
            if path is None:
                continue
            found[record.name] = load_key(path, self.passphrases.find(record.name))
            if found[record.name].public.kid != record.public.kid:
                raise Refused(f"{path.name} is another key than the register names")
        return found

    def ask_for(self, records: Iterable[KeyRecord], environment: str) -> None:
        """Have the passphrases of new keys chosen, before any of them is written. Raises Refused."""
        for record in records:
            check_secret(environment, self.passphrases.choose(record.name))

    def check_free(self, records: Iterable[KeyRecord]) -> None:
        """Refuse when a file already has the name of one of the new `records`."""
        for record in records:
            path = self.folders[0] / f"{record.name}.pem"
            if os.path.lexists(path):
                said = f"there is a {path.name} already in {self.folders[0]}"
                raise Refused(f"{said}: put it elsewhere, and keep it while any `keys list` names it")

    def keep(self, record: KeyRecord, key: SigningKey, environment: str) -> None:
        """Write the private half of a new key, never over a file that is there. Raises Refused."""
        self.check_free([record])
        folder = self.folders[0]
        folder.mkdir(mode=_OWNER_ONLY, parents=True, exist_ok=True)
        path = folder / f"{record.name}.pem"
        save_key(path, key, check_secret(environment, self.passphrases.choose(record.name)))


def choose_root_keys(args: Namespace) -> RootKeys:
    """Return the folders that `--root-keys` named, or the one in the registry."""
    return RootKeys(tuple(args.root_keys)) if args.root_keys else default_root_keys(args.directory)


def default_root_keys(directory: Path) -> RootKeys:
    """Return the root keys beside the others in the registry, which is good enough for a sandbox."""
    return RootKeys((directory / FOLDER,))
