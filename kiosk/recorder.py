"""The rows of a running kiosk: opens the log of the environment in force and writes each visit into it.

Rules kept here: a verdict becomes a row before anybody sees it (`record_visit` returns the row's number), a
holder is a pseudonym, and is named only to the auditors (`sealing`), as is the key of the pseudonyms; codes
that begin no visit are counted; start, stop, changed trust and what the clock did are rows. A log that
contradicts its checkpoints is not written on; new checkpoints are made between visits. A Fault from the log
goes to the caller, who then shows nothing.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from kiosk.audit.auditors import choose_key
from kiosk.audit.checkpointer import Checkpointer
from kiosk.audit.checkpoints import Stamp
from kiosk.audit.entry import (
    MAX_TEXT,
    CameraChanged,
    CodeMeasure,
    CodesCounted,
    Entry,
    FaceMeasure,
    Fact,
    KeySealed,
    ListUsed,
    LivenessMeasure,
    Start,
    Stop,
    Visit,
    record_notes,
    record_steps,
)
from kiosk.audit.log import AuditLog
from kiosk.audit.pseudonym import PseudonymKeys
from kiosk.audit.seal import Sealed, SealedPseudonymKey
from kiosk.audit.tally import CodeTally
from kiosk.gaze import cameras_of
from kiosk.gear import Gear
from kiosk.logfloor import write_floor
from kiosk.model import ClockReading, ClockState, Fault, Reason, Source, Verdict
from kiosk.sealing import find_cautions, holder_of, seal_entry
from kiosk.tidings import Tidings
from kiosk.trust.grading import grade_list
from kiosk.trust.logged import LoggedFloor, raise_logged
from kiosk.trust.trustset import TrustSet
from kiosk.verify.credential import Credential
from kiosk.view import Caution

_LOG_FAULTS = frozenset({Reason.LOG_UNWRITABLE, Reason.LOG_BROKEN})


@dataclass(frozen=True, slots=True)
class Moment:
    """The trust and the time one row is written under."""

    trust: TrustSet
    clock: ClockReading


@dataclass(frozen=True, slots=True)
class Measures:
    """The numbers of one visit: of its face, its code and the movements; None where there are none."""

    face: FaceMeasure | None = None
    code: CodeMeasure | None = None
    liveness: LivenessMeasure | None = None


class Recorder:
    """Writes rows; belongs to the worker's thread."""

    def __init__(self, gear: Gear) -> None:
        self._gear = gear
        self._log: AuditLog | None = None
        self._checkpointer: Checkpointer | None = None
        self._pseudonyms: PseudonymKeys | None = None
        self._tally = CodeTally()
        self._trust_seen: tuple[int, int] | None = None
        self._floor: LoggedFloor | None = None
        self._tidings = Tidings(gear.refusals)
        self._cameras_seen: dict[bool, str] = {}  # by: does it see faces only

    def open(self, moment: Moment) -> None:
        """Open the log of the environment in force, once; write START, and what is news. Raises Fault.

        News are changed trust, with the floor it leaves, and what `tidings` has. Each moment is for one call.
        """
        self._tidings.hear(moment.clock)
        environment = moment.trust.environment
        if self._log is not None and self._log.environment is not environment:
            self.close(moment)
        if self._log is None:
            self._pseudonyms = self._gear.open_pseudonyms(environment)
            self._log = self._gear.open_log(environment)
            try:
                self._begin(moment, self._log)
            except Fault:
                self.drop()  # else the next call would write on a log that was refused
                raise
        if moment.clock.state is not ClockState.DOUBTFUL:  # a wrong clock must destroy no key
            self._pseudonyms_of().destroy_due(moment.clock.now)
        version = (moment.trust.root_version, moment.trust.version)
        if self._trust_seen != version:
            floor = raise_logged(self._floor, moment.trust)
            self._append(moment, write_floor(floor, moment.trust))
            self._trust_seen, self._floor = version, floor
        while (fact := self._tidings.first()) is not None:
            self._append(moment, fact)
            self._tidings.written()
        self._note_cameras(moment)

    def _note_cameras(self, moment: Moment) -> None:
        """Write which cameras look, once they gave a picture and whenever one is another than before."""
        for faces, camera in enumerate(cameras_of(self._gear)):
            delivery = camera.status.delivery
            name = None if delivery is None else (delivery.pin or delivery.camera)[:MAX_TEXT]
            before = self._cameras_seen.get(bool(faces))
            if name is not None and name != before:
                self._append(moment, CameraChanged(before, name, bool(faces)))
                self._cameras_seen[bool(faces)] = name

    def record_visit(
        self,
        moment: Moment,
        verdict: Verdict,
        *,
        purpose: str,
        source: Source | None = None,
        credential: Credential | None = None,
        measures: Measures | None = None,
    ) -> int:
        """Write one visit and return the number of its row, now on disk. Raises Fault: then show nothing."""
        pseudonym, measured = None, measures or Measures()
        if credential is not None and credential.identity.number:
            pseudonym = self._pseudonyms_of().pseudonym_of(credential.identity.number, moment.clock.now)
            self._seal_pseudonym_key(moment)
        visit = Visit(
            purpose=purpose,
            outcome=verdict.outcome,
            reasons=verdict.reasons,
            steps=record_steps(verdict.checks),
            notes=record_notes(verdict),
            source=source,
            issuer_key_id=credential.issuer_kid if credential else None,
            status_list=_list_used(moment, credential),
            policy_id=moment.trust.policy.id,
            face=measured.face,
            code=measured.code,
            pseudonym=pseudonym,
            simulated_camera=self._gear.camera.simulated,
            simulated_face_camera=self._gear.face_simulated,
            liveness=measured.liveness,
        )
        return self._append(moment, visit, holder_of(credential) if credential else None)

    def find_cautions(self, moment: Moment) -> tuple[Caution, ...]:
        """Return what the supervisor should see to while the log is open. Raises Fault."""
        return find_cautions(moment.trust, moment.clock, self._open_log().room())

    def count_unreadable(self, moment: Moment) -> None:
        """Count a code that stayed in view unread."""
        self._tally = self._tally.add_unreadable(moment.clock.now)

    def count_foreign(self, moment: Moment, digest: bytes) -> None:
        """Count a code that is no credential and got no row of its own, by the SHA-256 of its text."""
        self._tally = self._tally.add_foreign(digest, moment.clock.now)

    def write_due(self, moment: Moment) -> None:
        """Write the counted codes when a minute has passed, and a checkpoint when one is due."""
        due = self._tally.find_due(moment.clock.now)
        if due is not None:
            self._write_counted(moment, due)
        if self._log is not None and self._checkpointer is not None:
            self._checkpointer.write_if_due(self._log, self._stamp(moment), self._gear.monotonic())

    def close(self, moment: Moment | None, reason: Reason | None = None) -> None:
        """Write what is counted, STOP and a checkpoint as far as the log still takes them; close the log."""
        if self._log is None:
            return
        if moment is not None:
            with suppress(Fault):  # each by itself: a low disk takes STOP alone, on the reserve
                counted = self._tally.total(moment.clock.now)
                if counted is not None:
                    self._write_counted(moment, counted)
            with suppress(Fault):
                self._append(moment, Stop(reason))
                if self._checkpointer is not None:
                    self._checkpointer.write(self._log, self._stamp(moment))
            if self._checkpointer is not None:
                self._checkpointer.close()
        self.drop()

    def let_go(self, moment: Moment | None, reason: Reason) -> None:
        """Make a log that failed prove itself before the kiosk goes on; a full disk takes a last row."""
        if reason is Reason.DISK_LOW:
            self.close(moment, reason)
        elif reason in _LOG_FAULTS:
            self.drop()

    def drop(self) -> None:
        """Let go of a log that failed, so that the next `open` has to prove that it takes rows again."""
        log, self._log, self._checkpointer = self._log, None, None
        self._trust_seen = None  # each log that is opened says what is trusted, and from where on
        self._cameras_seen = {}  # the next log hears of them again
        if log is not None:
            with suppress(Fault):
                log.close()

    def _begin(self, moment: Moment, log: AuditLog) -> None:
        """Ask the checkpoints left earlier about the log, and write START with what they say."""
        self._floor = self._gear.find_logged()
        self._checkpointer = self._gear.open_checkpointer(log.environment)
        after = self._checkpointer.check_start(log)
        self._append(moment, Start(self._checkpointer.signer.key.id, after))

    def _stamp(self, moment: Moment) -> Stamp:
        return Stamp(
            at=moment.clock.now,
            station=moment.trust.station.name,
            config_hash=self._gear.config_hash,
            trust_root=moment.trust.root_fingerprint,
            version=self._gear.app_version,
        )

    def _write_counted(self, moment: Moment, counted: CodesCounted) -> None:
        self._append(moment, counted)
        self._tally = CodeTally()

    def _seal_pseudonym_key(self, moment: Moment) -> None:
        """Give the auditors the month's pseudonym key, once for each log and each key of theirs."""
        log, pseudonyms = self._open_log(), self._pseudonyms_of()
        chosen = choose_key(moment.trust.policy.audit.keys, moment.clock.now)
        if chosen is None:
            return
        key, mark = pseudonyms.month_key(moment.clock.now), log.epoch + chosen.key.id
        if not pseudonyms.is_sealed(key.month, mark):
            self._append(moment, KeySealed(key.month), SealedPseudonymKey(key.month, key.secret))
            pseudonyms.mark_sealed(key.month, mark)

    def _append(self, moment: Moment, fact: Fact, content: Sealed | None = None) -> int:
        log, sealed = self._open_log(), None
        entry = Entry(
            at=moment.clock.now,
            clock_state=moment.clock.state,
            environment=log.environment,
            station=moment.trust.station.name,
            app_version=self._gear.app_version,
            config_hash=self._gear.config_hash,
            fact=fact,
        )
        if content is not None:
            keys = moment.trust.policy.audit.keys
            entry, sealed = seal_entry(entry, content, keys, log.epoch, log.next_seq)
        return log.append(entry, sealed).seq

    def _open_log(self) -> AuditLog:
        if self._log is None:
            raise Fault(Reason.LOG_UNWRITABLE, "the log is not open")
        return self._log

    def _pseudonyms_of(self) -> PseudonymKeys:
        if self._pseudonyms is None:
            raise Fault(Reason.LOG_UNWRITABLE, "the pseudonym keys are not open")
        return self._pseudonyms


def _list_used(moment: Moment, credential: Credential | None) -> ListUsed | None:
    if credential is None:
        return None
    uri = credential.claims.status.uri
    found, grade = moment.trust.lists.get(uri), grade_list(moment.trust, uri, moment.clock)
    if found is None or grade is None:
        return None
    age = moment.trust.list_age(uri, max(moment.clock.now, moment.clock.floor)) or timedelta(0)
    return ListUsed(moment.trust.version, found.issued_at, int(age.total_seconds()), grade)
