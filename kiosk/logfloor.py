"""The floor of trust in the audit log: the newest TRUST_CHANGED row, and the head office's receipts after it.

Rules kept here: rows are read on a connection of its own that cannot write, so that the updater and the
command line may ask while the kiosk writes; a log that does not hold is a Fault, never "no floor". What the
floor forbids is left to `trust.logged`, writing the rows to the recorder.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from kiosk.audit.entry import Fact, ListSeen, Receipted, RoleSeen, TrustChanged
from kiosk.audit.facts_trust import KEY_MARK_BYTES
from kiosk.audit.newest import load_since_newest
from kiosk.audit.place import find_log_path
from kiosk.model import Environment, Fault, Reason
from kiosk.trust.floor import ListFloor
from kiosk.trust.logged import LoggedFloor
from kiosk.trust.metadata import parse_root, root_environment
from kiosk.trust.store import load_pinned
from kiosk.trust.trustset import TrustSet

_KEPT_IN = (TrustChanged, Receipted)


class LogFloor:
    """Finds the floor of `store` in the log of its environment in `folder`. Any thread may ask."""

    def __init__(self, folder: Path, store: Path) -> None:
        self._folder = folder
        self._store = store

    def find(self) -> LoggedFloor | None:
        """Return the floor, None while there is no log or it has no such row.

        Raises Fault: LOG_BROKEN, LOG_UNWRITABLE; as `load_pinned` when no root is pinned.
        """
        path = find_log_path(self._folder, self.environment)
        try:
            if not path.exists():
                return None
        except OSError as err:
            raise Fault(Reason.LOG_UNWRITABLE, f"log folder {self._folder}: {err.strerror}") from err
        return read_floor(load_since_newest(path, *_KEPT_IN))

    @property
    def environment(self) -> Environment:
        """Whose log counts: that of the pinned root. Raises Fault as `load_pinned`."""
        return root_environment(parse_root(load_pinned(self._store)[0]))


def read_floor(facts: tuple[Fact, ...]) -> LoggedFloor | None:
    """Return what `facts` say: at most one TRUST_CHANGED, and receipts."""
    trust = next((each for each in facts if isinstance(each, TrustChanged)), None)
    times = [each.cosigned_at for each in facts if isinstance(each, Receipted) and each.cosigned_at]
    if trust is not None and trust.floor is not None:
        times.append(trust.floor)
    if not times:
        return None
    if trust is None or trust.root is None:
        return LoggedFloor("", {}, {}, {}, max(times))
    return LoggedFloor(
        root=trust.root,
        versions={each.role: each.version for each in trust.roles},
        keys={each.role: _split(each.keys) for each in trust.roles},
        lists={each.mark: ListFloor(each.issued_at, each.bits) for each in trust.lists},
        time=max(times),
    )


def find_floor_row(path: Path) -> TrustChanged | None:
    """Return the newest fact that keeps a floor in the log at `path`, with the time of later receipts.

    Raises Fault: LOG_BROKEN, LOG_UNWRITABLE.
    """
    facts = load_since_newest(path, *_KEPT_IN)
    trust, floor = next((each for each in facts if isinstance(each, TrustChanged)), None), read_floor(facts)
    return replace(trust, floor=floor.time) if trust is not None and floor is not None else None


def _split(marks: bytes) -> frozenset[bytes]:
    return frozenset(marks[at : at + KEY_MARK_BYTES] for at in range(0, len(marks), KEY_MARK_BYTES))


def write_floor(floor: LoggedFloor, trust: TrustSet) -> TrustChanged:
    """Return the fact that `trust` is in use, with `floor`, which was raised by it."""
    return TrustChanged(
        root_version=trust.root_version,
        timestamp_version=trust.version,
        policy_id=trust.policy.id,
        root=floor.root,
        floor=floor.time,
        roles=tuple(
            RoleSeen(role, version, b"".join(sorted(floor.keys.get(role, ()))))
            for role, version in sorted(floor.versions.items())
        ),
        lists=tuple(
            ListSeen(mark, found.issued_at, found.bits) for mark, found in sorted(floor.lists.items())
        ),
    )
