"""The trust and the time of each visit, and what holders' phones say of the kiosk's clock.

Rules kept here: trust and time are taken together, once; whoever shows a valid live proof at the counter is
one voice about the clock, heard only when enough different holders agree; a clock that was set makes what was
heard before worthless. Judging the voices is left to `verify.drift`, the rows to the recorder.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from kiosk.gear import Gear
from kiosk.recorder import Moment
from kiosk.session import Session
from kiosk.verify.credential import Credential
from kiosk.verify.drift import DriftMemory

SET_S = 1.0  # a step this large makes the offsets of earlier proofs wrong


class Timekeeper:
    """Gives the moment a visit begins with; belongs to the worker's thread."""

    def __init__(self, gear: Gear) -> None:
        self._gear = gear
        self._voices = DriftMemory()

    def moment(self) -> Moment:
        """Take the trust and the time in force now. Raises Fault."""
        trust = self._gear.trust()
        reading = self._gear.clock(trust.floor)
        if abs(reading.step_s) >= SET_S:
            self._voices.forget()
        return Moment(trust, replace(reading, ahead_s=self._voices.find_offset(self._gear.monotonic())))

    def hear(self, session: Session) -> None:
        """Take what the phone of a visit says of the clock, if it proved anything here."""
        credential, signed_at, moment = session.credential, session.signed_at, session.moment
        at_counter = session.source in moment.trust.policy.proof_sources
        if credential is None or signed_at is None or not at_counter:
            return
        ahead_s = (moment.clock.now - signed_at).total_seconds()
        self._voices.note(_names_of(credential), ahead_s, self._gear.monotonic())


def _names_of(credential: Credential) -> Iterator[bytes]:
    """Return what a holder cannot be two people by: the phone's key, the number, the head of the family."""
    key, identity = credential.claims.holder_key, credential.identity
    if key is not None:
        yield b"key " + key.thumbprint
    for number in (identity.number, identity.guardian):
        if number:
            yield b"number " + number.encode()
