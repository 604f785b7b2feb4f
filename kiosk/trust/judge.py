"""May this tree be promoted here and now? One answer from its bytes, the floors and the time.

Rules kept here: expired, older, foreign or future-dated trees are refused, by the latest time that trusted
signatures have shown; a withdrawn key's versions hold up nobody. Pure but for the given reader; fetching and
writing are left to `update.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from kiosk.trust.assemble import assemble
from kiosk.trust.errors import Refusal, TrustError
from kiosk.trust.floor import Floor, check_not_older, lower_floor
from kiosk.trust.logged import LoggedFloor, check_above_log, find_renewed, mark_keys
from kiosk.trust.metadata import Reader, VerifiedTree, root_fingerprint, verify_tree
from kiosk.trust.station import Station
from kiosk.trust.trustset import BUILD_TIME, TrustSet

BEHIND_FLOOR = timedelta(seconds=60)
AHEAD_OF_CLOCK = timedelta(seconds=300)


@dataclass(frozen=True, slots=True)
class Judge:
    """Judges trees for one store. `before` is the tree in use, None where there is none that verifies.

    `floor` is what the store remembers, `logged` what the log does; `now` is aware UTC.
    """

    pinned: bytes
    station: Station
    floor: Floor | None
    before: VerifiedTree | None
    now: datetime
    logged: LoggedFloor | None

    @property
    def floor_time(self) -> datetime:
        """The latest time that trusted signatures have shown."""
        shown = (each.time for each in (self.floor, self.logged) if each is not None)
        return max((BUILD_TIME, *shown))

    @property
    def trusted_time(self) -> datetime:
        """The time by which things expire: never before what trusted signatures have shown."""
        return max(self.now, self.floor_time)

    def check_clock(self) -> None:
        """Refuse a clock behind what trusted signatures have shown: expired trees would look good to it.

        Raises TrustError(CLOCK).
        """
        if self.now < self.floor_time - BEHIND_FLOOR:
            raise TrustError(
                f"it reads {self.now:%Y-%m-%d %H:%M} UTC, before {self.floor_time:%Y-%m-%d %H:%M}",
                Refusal.CLOCK,
            )

    def judge(self, read: Reader) -> None:
        """Refuse the tree behind `read` if it may not be promoted. Raises TrustError."""
        self.weigh(self.verify(read))

    def verify(self, read: Reader) -> VerifiedTree:
        """Return the tree behind `read`, every byte signed and nothing expired. Raises TrustError."""
        return verify_tree(self.pinned, read, self.trusted_time)

    def weigh(self, fresh: VerifiedTree) -> TrustSet:
        """Return what a verified tree says, if it may be promoted. Raises TrustError."""
        trust = assemble(fresh, self.station, root_fingerprint(self.pinned))
        check_not_older(trust, self.floor_for(fresh))
        check_above_log(trust, self.logged)
        self._check_not_ahead(trust)
        return trust

    def floor_for(self, fresh: VerifiedTree) -> Floor | None:
        """Return the floor that holds for `fresh`, whose root or targets may have withdrawn keys."""
        if self.floor is None:
            return None
        return lower_floor(self.floor, fresh.versions, self._find_renewed(fresh.versions, fresh.keys))

    def _find_renewed(
        self, versions: Mapping[str, int], keys: Mapping[str, frozenset[str]]
    ) -> tuple[str, ...]:
        """Return the roles whose keys were withdrawn since the tree in use; if that is lost, the log's."""
        before, logged = self.before, self.logged
        if before is not None:
            return find_renewed(before.versions, before.keys, versions, keys)
        if logged is not None and logged.root == root_fingerprint(self.pinned):
            return find_renewed(logged.versions, logged.keys, versions, mark_keys(keys))
        return ()

    def _check_not_ahead(self, trust: TrustSet) -> None:
        """Refuse a tree from the future: its times would become the floor and expire everybody."""
        if trust.floor > self.now + AHEAD_OF_CLOCK:
            raise TrustError(
                f"it reads {self.now:%Y-%m-%d %H:%M} UTC, the tree is dated {trust.floor:%Y-%m-%d %H:%M}",
                Refusal.CLOCK,
            )
