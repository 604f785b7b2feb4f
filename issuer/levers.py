"""The emergency levers on an issuer's key: distrust from a date on, refuse what is older, and take it back.

Rules kept here: only keys of the issuer have them (a role of the tree loses its keys through the root or a
new key); nothing reaches a kiosk before the next publication.
"""

from __future__ import annotations

from datetime import datetime

from issuer.errors import Refused
from issuer.keyring import ISSUER_ROLES, KeyRecord, Role
from issuer.keys import make_key
from issuer.registry import ALGORITHMS, Registry

MADE_HERE = (*ISSUER_ROLES, Role.STATUS)


def distrust_key(registry: Registry, name: str, since: datetime | None) -> KeyRecord:
    """Distrust what the key signs from `since` on; None trusts it again. Raises Refused."""
    return _change(registry, name, distrusted_from=since)


def set_min_iat(registry: Registry, name: str, earliest: datetime | None) -> KeyRecord:
    """Refuse what the key signed before `earliest`; None accepts it again. Raises Refused."""
    return _change(registry, name, min_iat=earliest)


def _change(registry: Registry, name: str, **dates: datetime | None) -> KeyRecord:
    with registry.alone():
        keyring = registry.keyring()
        record = keyring.find(name)
        if record.role not in ISSUER_ROLES:
            raise Refused(f"{record.name} is a key of the tree: `rotate-root` or `keys new` replaces it")
        changed = keyring.with_changed(record, **dates)
        registry.keep_keyring(changed)
        return changed.find(record.name)


def make_new_key(registry: Registry, role: Role, algorithm: str, now: datetime) -> KeyRecord:
    """Make the next key of an issuer's role, or of the status role; it signs from now on. Raises Refused."""
    if role not in MADE_HERE:
        raise Refused(f"the root lists the {role.value} key: `rotate-root` replaces it")
    with registry.alone():
        key = make_key(ALGORITHMS[algorithm if role is Role.CREDENTIAL else "ed25519"])
        keyring, record = registry.keyring().with_new(role, key, now)
        registry.keep_key(record, key)
        registry.keep_keyring(keyring)
    return record
