"""Makes a log's checkpoints and leaves them where the log is not; at a start, asks them about the log.

Rules kept here: the newest checkpoint lies in a file beside the log's folder and in the log itself, and one
for each day goes to the outbox; a log that contradicts one of them is refused, and a log begun anew says in
its first row what was there before. A checkpoint is made between visits: no result waits for one. When one
is due is left to `checkpoints`, who signs to `signer`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from kiosk.audit.canonical import parse_entry
from kiosk.audit.checkpoints import Agreement, LogName, Stamp, compare, is_due, parse_origin
from kiosk.audit.facts import LastKnown, Start
from kiosk.audit.log import AuditLog
from kiosk.audit.note import (
    MAX_NOTE,
    Checkpoint,
    NoteError,
    format_checkpoint,
    parse_checkpoint,
    parse_note,
    verify_note,
)
from kiosk.audit.outbox import Outbox
from kiosk.audit.private import PRIVATE_FOLDER, write_whole
from kiosk.audit.signer import Signer, sign_note
from kiosk.model import Environment, Fault, Reason

SUFFIX = ".checkpoint"
RETRY_S = 60.0  # how often an outbox that was away is tried

_REMEMBERED_DAYS = 8


def find_checkpoint_path(folder: Path, environment: Environment) -> Path:
    """Return where the newest checkpoint of a log lies in `folder`, whether or not it exists."""
    return folder / f"{environment.value}{SUFFIX}"


class Checkpointer:
    """The checkpoints of one log; used on the thread that writes it."""

    def __init__(self, folder: Path, signer: Signer, outbox: Outbox | None = None) -> None:
        self._folder = folder
        self._signer = signer
        self._outbox = outbox
        self._covered = 0
        self._note = b""
        self._made_at_s = float("-inf")
        self._tried_at_s = float("-inf")

    @property
    def signer(self) -> Signer:
        """Who signs."""
        return self._signer

    @property
    def note(self) -> bytes:
        """The signed note of the checkpoint made last, empty before the first."""
        return self._note

    def check_start(self, log: AuditLog) -> LastKnown | None:
        """Compare a log with the checkpoints that were left; say what was before a log begun anew.

        Raises Fault: LOG_BROKEN when the log contradicts one, LOG_UNWRITABLE.
        """
        name = LogName(log.environment, log.epoch)
        kept = self._load_kept(log.environment)
        sent = list(self._load_sent(log.environment, log.epoch))
        for each in (*sent, *([kept] if kept else [])):
            agreement = compare(each, name, log.tree.size, log.tree.root)
            if agreement in {Agreement.SHORTER, Agreement.DIFFERENT}:
                raise Fault(Reason.LOG_BROKEN, f"the checkpoint over {each.size} rows: {agreement.value}")
        before = kept or (sent[-1] if sent else None)
        if before is None or before.origin == name.origin:
            return None
        if log.tree.size == 0:
            return _last_known(before)
        if kept and _last_known(kept) != _read_after(log):
            raise Fault(Reason.LOG_BROKEN, "another log was put in the place of the one this kiosk wrote")
        return None

    def write_if_due(self, log: AuditLog, stamp: Stamp, now_s: float) -> None:
        """Make a checkpoint when enough rows or time have passed; `now_s` is a steady clock.

        Raises Fault: LOG_UNWRITABLE, LOG_BROKEN.
        """
        if is_due(log.head.seq, self._covered, now_s - self._made_at_s):
            self.write(log, stamp)
            self._made_at_s = now_s
        if self._outbox and now_s - self._tried_at_s >= RETRY_S:
            self._outbox.deliver()
            self._tried_at_s = now_s

    def write(self, log: AuditLog, stamp: Stamp) -> Checkpoint:
        """Make a checkpoint over all rows there are. Raises Fault: LOG_UNWRITABLE, LOG_BROKEN."""
        name, tree = LogName(log.environment, log.epoch), log.tree
        checkpoint = Checkpoint(name.origin, tree.size, tree.root(), stamp.lines)
        note = sign_note(format_checkpoint(checkpoint), self._signer)
        if tree.size > self._covered:
            log.save_checkpoint(tree.size, stamp.at, note.decode())
        self._keep(find_checkpoint_path(self._folder, log.environment), note)
        self._covered, self._note = tree.size, note
        if self._outbox:
            self._outbox.offer(f"{self._prefix_of(log.epoch)}{stamp.at:%Y-%m-%d}{SUFFIX}", note)
            self._outbox.deliver()
        return checkpoint

    def close(self) -> None:
        """Give the outbox a last short time to take what is left."""
        if self._outbox:
            self._outbox.close()

    @property
    def _prefix(self) -> str:
        return "-".join(self._signer.key.name.split("/")[1:])

    def _prefix_of(self, epoch: bytes) -> str:
        return f"{self._prefix}-{epoch.hex()[:8]}-"

    def _keep(self, path: Path, note: bytes) -> None:
        try:
            path.parent.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
            write_whole(path, note)
        except OSError as err:
            raise Fault(Reason.LOG_UNWRITABLE, f"the checkpoint {path}: {err.strerror}") from err

    def _load_kept(self, environment: Environment) -> Checkpoint | None:
        """Read what this kiosk left; by whichever key, because a new key must not hide an old log."""
        path = find_checkpoint_path(self._folder, environment)
        try:
            if not path.exists():
                return None
            with path.open("rb") as file:
                return parse_checkpoint(parse_note(file.read(MAX_NOTE + 1)).text)
        except OSError as err:
            raise Fault(Reason.LOG_UNWRITABLE, f"the checkpoint {path}: {err.strerror}") from err
        except NoteError as err:
            raise Fault(Reason.LOG_BROKEN, f"{path} is damaged: keep it, and move it away") from err

    def _find_sent(self, prefixes: Sequence[str]) -> Iterator[bytes]:
        if self._outbox:
            for prefix in prefixes:
                yield from self._outbox.load_newest(prefix, _REMEMBERED_DAYS)

    def _load_sent(self, environment: Environment, epoch: bytes) -> Iterator[Checkpoint]:
        """Read what this kiosk sent out and finds again; what its key did not sign is somebody else's.

        This log's own are asked for by themselves: those of earlier logs may be many and sort after them.
        """
        prefixes = (self._prefix_of(epoch), self._prefix)
        for content in self._find_sent(prefixes):
            with suppress(NoteError):
                note = parse_note(content)
                verify_note(note, self._signer.key)
                checkpoint = parse_checkpoint(note.text)
                name = parse_origin(checkpoint.origin)
                if name is not None and name.environment is environment:
                    yield checkpoint


def _last_known(checkpoint: Checkpoint) -> LastKnown | None:
    name = parse_origin(checkpoint.origin)
    return LastKnown(name.epoch, checkpoint.size, checkpoint.root) if name else None


def _read_after(log: AuditLog) -> LastKnown | None:
    row = log.load_row(1)
    if row is None or type(row.body) is not bytes:
        return None
    fact = parse_entry(row.body).fact
    return fact.after if isinstance(fact, Start) else None
