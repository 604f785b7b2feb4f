"""What of a visit is sealed to the auditors, to which of their keys, and what the supervisor should know.

Rules kept here: without a key nothing is sealed and the kiosk goes on; only what the issuer signed is sealed,
and of that what names the holder and his credential, never a photo. Encrypting is left to `audit.seal`,
choosing the key to `audit.auditors`, writing the row to the recorder.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from kiosk.audit.auditors import choose_key
from kiosk.audit.entry import Entry
from kiosk.audit.seal import Place, Sealed, SealedHolder, seal
from kiosk.audit.space import Room
from kiosk.model import AuditorKey, ClockReading, ClockState, Environment
from kiosk.trust.trustset import TrustSet
from kiosk.verify.credential import Credential
from kiosk.view import Caution


def holder_of(credential: Credential) -> SealedHolder:
    """Return what an auditor may need of the holder."""
    identity, status = credential.identity, credential.claims.status
    return SealedHolder(identity.name_arabic, identity.name_latin, identity.number, status.uri, status.index)


def seal_entry(
    entry: Entry, content: Sealed, keys: Sequence[AuditorKey], epoch: bytes, seq: int
) -> tuple[Entry, bytes | None]:
    """Seal `content` to the key of the entry's month for row `seq` of the log named by `epoch`.

    Returns the entry marked with the key, and the sealed part; both as they were when there is no key.
    """
    chosen = choose_key(keys, entry.at)
    if chosen is None:
        return entry, None
    sealed = seal(content, chosen.key, Place(entry.environment, epoch, seq))
    return replace(entry, sealed_key=chosen.key.id, key_overdue=chosen.overdue), sealed


def find_cautions(trust: TrustSet, clock: ClockReading, room: Room) -> tuple[Caution, ...]:
    """Return what the supervisor should see to while the kiosk goes on.

    A sandbox seals nothing worth a warning; a clock in doubt cannot tell that a key is late.
    """
    audit = trust.policy.audit
    chosen = choose_key(audit.keys, clock.now)
    late = chosen is not None and chosen.long_overdue and clock.state is not ClockState.DOUBTFUL
    found = {
        Caution.NOT_SEALED: not audit.stated and trust.environment is not Environment.SANDBOX,
        Caution.AUDIT_KEY_OVERDUE: late,
        Caution.DISK_FILLING: room is not Room.ENOUGH,
    }
    return tuple(caution for caution, is_so in found.items() if is_so)
