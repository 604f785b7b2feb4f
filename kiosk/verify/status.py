"""Is the credential still good? Its entry in the issuer's signed status list, then the age of that list.

Rules kept here: the status comes first and the age second, so that an old list still stops what it names; no
list is never fresh; a list speaks only for credentials of its own issuer.
"""

from __future__ import annotations

from kiosk.model import CheckFailed, Grade, Note, Reason
from kiosk.trust.trustset import TrustSet
from kiosk.verify.cwt import StatusRef

_VALID = 0
# Source: draft-ietf-oauth-status-list-21 section 7.1; 3 is application-specific there, superseded here.
_REFUSED = {1: Reason.REVOKED, 2: Reason.SUSPENDED, 3: Reason.SUPERSEDED}


def check_status(ref: StatusRef, issuer: str, trust: TrustSet, grade: Grade | None) -> Note | None:
    """Look up `ref` in the list of `issuer`, and return the note that the list's age calls for.

    `grade` is that list's, by the latest time known to be past. Raises CheckFailed: STATUS_UNKNOWN,
    STATUS_INDEX_OUT_OF_RANGE, REVOKED (also for a word of no meaning), SUSPENDED, SUPERSEDED, LIST_STALE.
    """
    found = trust.lists.get(ref.uri)
    if found is None or found.issuer != issuer:
        raise CheckFailed(Reason.STATUS_UNKNOWN)
    try:
        word = found.status_at(ref.index)
    except IndexError as err:
        raise CheckFailed(Reason.STATUS_INDEX_OUT_OF_RANGE) from err
    if word != _VALID:
        raise CheckFailed(_REFUSED.get(word, Reason.REVOKED))
    return _judge_age(grade, accepts_stale=trust.policy.stale_list_accepted)


def _judge_age(grade: Grade | None, *, accepts_stale: bool) -> Note | None:
    if grade is Grade.FRESH:
        return None
    if grade is Grade.AGEING:
        return Note.LIST_AGEING
    if grade is Grade.STALE and accepts_stale:
        return Note.LIST_STALE_ACCEPTED
    raise CheckFailed(Reason.LIST_STALE)
