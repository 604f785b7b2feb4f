"""The auditors' public keys that an authority publishes, and in the sandbox the auditors themselves.

Rules kept here: only public keys are published; real auditors make their keys elsewhere and hand over the
public file (`publish --auditors`), which is then used alone. A sandbox plays its auditors too, and its
private keys are under a passphrase that everybody knows: nothing sealed in a sandbox is secret.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from issuer.errors import Refused
from issuer.files import PRIVATE, write_file
from issuer.passphrase import SANDBOX_PASSPHRASE
from issuer.registry import Registry
from kiosk.audit.auditors import (
    MONTHS_AHEAD,
    PUBLIC_FILE,
    encode_private_key,
    encode_public_keys,
    make_pair,
    month_of,
    months_from,
)
from kiosk.audit.pkcs8 import QUICK
from kiosk.model import AuditorKey
from kiosk.trust.errors import TrustError
from kiosk.trust.sealing import MAX_FILE, parse_auditors

FOLDER = "auditors"
_GIVEN = "given.json"


def take_auditors(registry: Registry, file: Path) -> None:
    """Keep the public file of real auditors in the registry. Raises Refused when it is none."""
    try:
        with file.open("rb") as source:
            content = source.read(MAX_FILE + 1)
    except OSError as err:
        raise Refused(f"{file.name} cannot be read") from err
    if not _parse(content, file.name):
        raise Refused(f"{file.name} holds no key")
    write_file(_folder(registry) / _GIVEN, content)


def find_auditors(registry: Registry, now: datetime) -> tuple[AuditorKey, ...]:
    """Return the keys to publish: from the month of `now` on, or the last one when all are past.

    A sandbox without given keys makes its own, 13 months ahead; a pilot without given keys has none.
    """
    folder = _folder(registry)
    if (folder / _GIVEN).is_file():
        keys = _read(folder / _GIVEN)
    elif registry.authority.environment == "sandbox":
        keys = _make_missing(folder, now)
    else:
        return ()
    return tuple(key for key in keys if key.month >= month_of(now)) or keys[-1:]


def _make_missing(folder: Path, now: datetime) -> tuple[AuditorKey, ...]:
    """Make the sandbox's keys of the months to come that it has none for, and return all it has."""
    path = folder / PUBLIC_FILE
    known = {key.month: key for key in (_read(path) if path.is_file() else ())}
    missing = [month for month in months_from(now, MONTHS_AHEAD) if month not in known]
    for month in missing:
        pair = make_pair(month)
        private = encode_private_key(pair, SANDBOX_PASSPHRASE, QUICK)
        write_file(folder / f"auditor-{month}.pem", private, PRIVATE)
        known[month] = pair.public
    keys = tuple(known[month] for month in sorted(known))
    if missing:
        write_file(path, encode_public_keys(keys))
    return keys


def _folder(registry: Registry) -> Path:
    folder = registry.directory / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def _read(path: Path) -> tuple[AuditorKey, ...]:
    try:
        return _parse(path.read_bytes(), path.name)
    except OSError as err:
        raise Refused(f"{path.name} cannot be read") from err


def _parse(content: bytes, name: str) -> tuple[AuditorKey, ...]:
    try:
        return parse_auditors(content)
    except TrustError as err:
        raise Refused(f"{name} is no file of auditors' keys: {err.detail}") from err
