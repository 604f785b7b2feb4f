"""Is the credential in force now? The rules of time, for every state of the kiosk's own clock.

Rules kept here: the end has no leeway and is checked at the latest time known to be past, the beginnings have
a few minutes; a doubtful clock refuses only what signed times alone prove to be over, and accepts nothing.
"""

from __future__ import annotations

from datetime import timedelta

from kiosk.model import CheckFailed, ClockReading, ClockState, Reason
from kiosk.trust.issuers import IssuerKey
from kiosk.verify.cwt import Claims


def check_dates(claims: Claims, issuer: IssuerKey, clock: ClockReading, leeway: timedelta) -> None:
    """Check `exp`, `nbf` and `iat` against the clock, and `iat` against the issuer's emergency brake.

    `leeway` is for beginnings only. Raises CheckFailed: ISSUED_BEFORE_MINIMUM, EXPIRED, CLOCK_DOUBTFUL,
    NOT_YET_VALID, ISSUED_IN_FUTURE. Source: RFC 8392 sections 3.1.4 to 3.1.6.
    """
    if issuer.min_iat is not None and claims.issued_at < issuer.min_iat:
        raise CheckFailed(Reason.ISSUED_BEFORE_MINIMUM)
    doubtful = clock.state is ClockState.DOUBTFUL
    surely_past = clock.floor if doubtful else max(clock.floor, clock.now)
    if claims.expires_at <= surely_past:
        raise CheckFailed(Reason.EXPIRED)
    if doubtful:
        raise CheckFailed(Reason.CLOCK_DOUBTFUL)
    if claims.not_before is not None and claims.not_before > clock.now + leeway:
        raise CheckFailed(Reason.NOT_YET_VALID)
    if claims.issued_at > clock.now + leeway:
        raise CheckFailed(Reason.ISSUED_IN_FUTURE)
