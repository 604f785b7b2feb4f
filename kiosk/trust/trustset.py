"""The trust set: everything one visit trusts, in one frozen value.

Rules kept here: ages are graded by the signed policy and nothing else, the floor of time comes from signed
times alone, and "no list" is never fresh. Verifying the bytes behind it is left to `metadata.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from kiosk.model import Environment, Fault, Grade, Reason
from kiosk.trust.issuers import IssuerKey
from kiosk.trust.policy import Policy, PurposePolicy
from kiosk.trust.station import Station
from kiosk.trust.statuslist import StatusList

__all__ = ["BUILD_TIME", "Station", "TrustSet", "signed_floor"]

BUILD_TIME = datetime(2026, 11, 20, tzinfo=UTC)
"""No honest clock reads earlier than the day this code was written."""


@dataclass(frozen=True, slots=True)
class TrustSet:
    """What the kiosk trusts. `issuers` holds the credential keys by kid, `lists` the status lists by uri.

    `version` is the promoted timestamp's; `versions`, `expires` and `keys` (the ids of a role's keys) have an
    entry for each of root, timestamp, snapshot, targets and status. `floor` is the latest time a trusted
    signature has shown. Times are aware UTC.
    """

    environment: Environment
    policy: Policy
    issuers: Mapping[bytes, IssuerKey]
    lists: Mapping[str, StatusList]
    station: Station
    version: int
    root_fingerprint: str
    root_version: int
    expires: Mapping[str, datetime]
    floor: datetime
    versions: Mapping[str, int] = field(default_factory=dict)
    keys: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def purpose(self, name: str | None = None) -> PurposePolicy:
        """Return the rules of the purpose `name`, or of the station's own.

        Raises Fault(TRUST_INVALID) when the policy has no such purpose or forbids it to the station's class.
        """
        wanted = name or self.station.purpose
        allowed = self.policy.station_classes.get(self.station.station_class, frozenset())
        if wanted not in allowed:
            raise Fault(
                Reason.TRUST_INVALID,
                f"the signed policy does not allow the purpose {wanted} "
                f"at a station of class {self.station.station_class}",
            )
        return self.policy.purposes[wanted]

    def list_age(self, uri: str, now: datetime) -> timedelta | None:
        """Return the age of the list `uri` at `now`, at least zero; None when there is no such list."""
        found = self.lists.get(uri)
        return None if found is None else max(timedelta(0), now - found.issued_at)

    def oldest_age(self, now: datetime) -> timedelta | None:
        """Return the age of the oldest list at `now`, None when there is none."""
        ages = [age for uri in self.lists if (age := self.list_age(uri, now)) is not None]
        return max(ages, default=None)

    def grade(self, uri: str, now: datetime) -> Grade | None:
        """Grade the list `uri` by the policy; None when there is no such list.

        EXPIRED whatever its age from its own `exp` on, or from the end of the root on.
        """
        found = self.lists.get(uri)
        if found is None:
            return None
        if now >= self.expires["root"] or (found.expires_at is not None and now >= found.expires_at):
            return Grade.EXPIRED
        age, limits = now - found.issued_at, self.policy.list_age
        if age <= limits.fresh:
            return Grade.FRESH
        if age <= limits.ageing:
            return Grade.AGEING
        return Grade.STALE if age <= limits.stale else Grade.EXPIRED

    def oldest_grade(self, now: datetime) -> Grade:
        """Grade the worst of the lists; EXPIRED when there is none."""
        grades = [grade for uri in self.lists if (grade := self.grade(uri, now)) is not None]
        return max(grades, default=Grade.EXPIRED)


def signed_floor(policy: Policy, lists: Iterable[StatusList]) -> datetime:
    """Return the latest time that the authority's own signatures prove to be past.

    Keys' dates are left out: a key may be published before it becomes valid.
    """
    return max(BUILD_TIME, policy.issued, *(found.issued_at for found in lists))


def with_floor(trust: TrustSet, *remembered: datetime) -> TrustSet:
    """Return `trust` with its floor of time at least each of `remembered`, floors of earlier times."""
    return replace(trust, floor=max(trust.floor, *remembered)) if remembered else trust
