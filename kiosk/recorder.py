"""The rows of a running kiosk: opens the log of the environment in force and writes each visit into it.

Rules kept here: a verdict becomes a row before anybody sees it (`record_visit` returns the row's number), a
holder is a pseudonym, codes that begin no visit are counted, start, stop and changed trust are rows. A Fault
from the log goes to the caller, who then shows nothing.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from kiosk.audit.entry import (
    CodesCounted,
    Entry,
    FaceMeasure,
    Fact,
    ListUsed,
    Start,
    Stop,
    TrustChanged,
    Visit,
    record_notes,
    record_steps,
)
from kiosk.audit.log import AuditLog
from kiosk.audit.pseudonym import PseudonymKeys
from kiosk.audit.tally import CodeTally
from kiosk.gear import Gear
from kiosk.model import ClockReading, ClockState, Fault, Reason, Source, Verdict
from kiosk.trust.trustset import TrustSet
from kiosk.verify.credential import Credential


@dataclass(frozen=True, slots=True)
class Moment:
    """The trust and the time one row is written under."""

    trust: TrustSet
    clock: ClockReading


class Recorder:
    """Writes rows; belongs to the worker's thread."""

    def __init__(self, gear: Gear) -> None:
        self._gear = gear
        self._log: AuditLog | None = None
        self._pseudonyms: PseudonymKeys | None = None
        self._tally = CodeTally()
        self._trust_seen: tuple[int, int] | None = None

    def open(self, moment: Moment) -> None:
        """Open the log of the environment in force, once; write START, and changed trust. Raises Fault."""
        environment = moment.trust.environment
        if self._log is not None and self._log.environment is not environment:
            self.close(moment)
        if self._log is None:
            self._pseudonyms = self._gear.open_pseudonyms(environment)
            self._log = self._gear.open_log(environment)
            self._append(moment, Start())
        if moment.clock.state is not ClockState.DOUBTFUL:  # a wrong clock must destroy no key
            self._pseudonyms_of().destroy_due(moment.clock.now)
        version = (moment.trust.root_version, moment.trust.version)
        if self._trust_seen != version:
            self._append(moment, TrustChanged(*version, policy_id=moment.trust.policy.id))
            self._trust_seen = version

    def record_visit(
        self,
        moment: Moment,
        verdict: Verdict,
        *,
        purpose: str,
        credential: Credential | None = None,
        face: FaceMeasure | None = None,
    ) -> int:
        """Write one visit and return the number of its row, now on disk. Raises Fault: then show nothing."""
        pseudonym = None
        if credential is not None and credential.identity.number:
            pseudonym = self._pseudonyms_of().pseudonym_of(credential.identity.number, moment.clock.now)
        visit = Visit(
            purpose=purpose,
            outcome=verdict.outcome,
            reasons=verdict.reasons,
            steps=record_steps(verdict.checks),
            notes=record_notes(verdict),
            source=Source.CAMERA,
            issuer_key_id=credential.issuer_kid if credential else None,
            status_list=_list_used(moment, credential),
            policy_id=moment.trust.policy.id,
            face=face,
            pseudonym=pseudonym,
            simulated_camera=self._gear.camera.simulated,
        )
        return self._append(moment, visit)

    def count_unreadable(self, moment: Moment) -> None:
        """Count a code that stayed in view unread."""
        self._tally = self._tally.add_unreadable(moment.clock.now)

    def count_foreign(self, moment: Moment, digest: bytes) -> None:
        """Count a code that is no credential and got no row of its own, by the SHA-256 of its text."""
        self._tally = self._tally.add_foreign(digest, moment.clock.now)

    def write_due(self, moment: Moment) -> None:
        """Write the counted codes when a minute has passed."""
        due = self._tally.find_due(moment.clock.now)
        if due is not None:
            self._write_counted(moment, due)

    def close(self, moment: Moment | None, reason: Reason | None = None) -> None:
        """Write what is counted and STOP as far as the log still takes it, and close the log."""
        if self._log is None:
            return
        if moment is not None:
            with suppress(Fault):
                counted = self._tally.total(moment.clock.now)
                if counted is not None:
                    self._write_counted(moment, counted)
                self._append(moment, Stop(reason))
        self.drop()

    def drop(self) -> None:
        """Let go of a log that failed, so that the next `open` has to prove that it takes rows again."""
        log, self._log = self._log, None
        if log is not None:
            with suppress(Fault):
                log.close()

    def _write_counted(self, moment: Moment, counted: CodesCounted) -> None:
        self._append(moment, counted)
        self._tally = CodeTally()

    def _append(self, moment: Moment, fact: Fact) -> int:
        if self._log is None:
            raise Fault(Reason.LOG_UNWRITABLE, "the log is not open")
        entry = Entry(
            at=moment.clock.now,
            clock_state=moment.clock.state,
            environment=self._log.environment,
            station=moment.trust.station.name,
            app_version=self._gear.app_version,
            config_hash=self._gear.config_hash,
            fact=fact,
        )
        return self._log.append(entry).seq

    def _pseudonyms_of(self) -> PseudonymKeys:
        if self._pseudonyms is None:
            raise Fault(Reason.LOG_UNWRITABLE, "the pseudonym keys are not open")
        return self._pseudonyms


def _list_used(moment: Moment, credential: Credential | None) -> ListUsed | None:
    if credential is None:
        return None
    uri = credential.claims.status.uri
    found, grade = moment.trust.lists.get(uri), moment.trust.grade(uri, moment.clock.now)
    if found is None or grade is None:
        return None
    age = moment.trust.list_age(uri, moment.clock.now) or timedelta(0)
    return ListUsed(moment.trust.version, found.issued_at, int(age.total_seconds()), grade)
