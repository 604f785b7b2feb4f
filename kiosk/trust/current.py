"""The trust set in force now: loaded when the promoted slot changes, otherwise the one already verified.

A running kiosk asks before each visit, so an update counts from the next visit on without a restart. Whose
root is pinned and what the station is for do not change while it runs: that would switch the purpose or the
authority by writing a file.
"""

from __future__ import annotations

from pathlib import Path

from kiosk.model import Fault, Reason
from kiosk.trust.logged import FindFloor, find_nothing
from kiosk.trust.station import Station
from kiosk.trust.store import load_trust
from kiosk.trust.trustset import TrustSet

Stamp = tuple[str, int, int] | None


class CurrentTrust:
    """Gives the trust set of `store`; belongs to one thread."""

    def __init__(self, store: Path, find_logged: FindFloor = find_nothing) -> None:
        self._store = store
        self._find_logged = find_logged
        self._stamp: Stamp = None
        self._trust: TrustSet | None = None
        self._set_up: tuple[str, Station] | None = None

    def load(self) -> TrustSet:
        """Return the verified set in force.

        Raises Fault as `load_trust`, and TRUST_INVALID when the store was set up anew meanwhile; then nothing
        is kept.
        """
        stamp = _stamp_of(self._store)
        if self._trust is None or stamp is None or stamp != self._stamp:
            self._trust = None
            self._trust = self._check_set_up(load_trust(self._store, self._find_logged))
            self._stamp = stamp
        return self._trust

    def _check_set_up(self, trust: TrustSet) -> TrustSet:
        self._set_up = self._set_up or (trust.root_fingerprint, trust.station)
        if self._set_up != (trust.root_fingerprint, trust.station):
            raise Fault(
                Reason.TRUST_INVALID, "root, station or purpose changed while the kiosk runs: start it again"
            )
        return trust


def _stamp_of(store: Path) -> Stamp:
    """Name what is promoted: which slot, and when the link and the station file last changed."""
    link = store / "active"
    try:
        changed = link.lstat().st_mtime_ns
        return str(link.readlink()), changed, (store / "station.json").stat().st_mtime_ns
    except OSError:
        return None
