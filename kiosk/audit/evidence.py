"""What checkpoints show about a log whose rows have been walked: those kept outside, and those in the log.

Rules kept here: roots are made from the rows as they are now, never from what is stored beside them; a
checkpoint from outside counts with the signature of the key that came from outside, or on the word of whoever
kept it, and which of the two is said. Walking is left to `check`, reading notes to `note`, words to
`commands.audit_check`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from kiosk.audit.check import CheckedLog
from kiosk.audit.checkpoints import (
    Agreement,
    Compared,
    LogName,
    Suspect,
    compare,
    find_fork,
    find_suspect,
    parse_origin,
)
from kiosk.audit.note import (
    Checkpoint,
    Note,
    NoteError,
    VerifierKey,
    parse_checkpoint,
    parse_note,
    verify_note,
)
from kiosk.audit.notes import load_checkpoints
from kiosk.model import Environment


@dataclass(frozen=True, slots=True)
class Outside:
    """A checkpoint that somebody kept. `label` is its file; `signer` the key from outside that signed it."""

    label: str
    checkpoint: Checkpoint
    signer: VerifierKey | None

    def is_about(self, environment: Environment) -> bool:
        """Tell whether it is of a kiosk's log of `environment`, or of no log that a kiosk writes."""
        name = parse_origin(self.checkpoint.origin)
        return name is None or name.environment is environment


@dataclass(frozen=True, slots=True)
class Shown:
    """One checkpoint from outside, and what the log shows about it."""

    outside: Outside
    agreement: Agreement


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that checkpoints show about one log.

    `own` is how many checkpoints the log holds itself, `newest` what it shows about the last of them that can
    be read, and `newest_signed` whether the kiosk's key signed that one: None where nobody knows the key.
    `fork` are two checkpoints that no one log can have.
    """

    shown: tuple[Shown, ...]
    own: int
    newest: Compared | None
    suspect: Suspect | None
    fork: tuple[Checkpoint, Checkpoint] | None
    newest_signed: bool | None = None

    @property
    def holds(self) -> bool:
        """True when no checkpoint contradicts the log, and each from outside is of this log."""
        agreed = all(each.agreement is Agreement.HOLDS for each in self.shown)
        return agreed and self.suspect is None and self.fork is None

    @property
    def known_rows(self) -> int:
        """How many rows, from the first, are those that a checkpoint from outside names and none disputes."""
        disputed = [e.outside.checkpoint.size for e in self.shown if e.agreement is Agreement.DIFFERENT]
        agreed = [e.outside.checkpoint.size for e in self.shown if e.agreement is Agreement.HOLDS]
        return max((size for size in agreed if all(size < each for each in disputed)), default=0)

    @property
    def signed(self) -> bool:
        """Whether there are checkpoints from outside and the key from outside signed each."""
        return bool(self.shown) and all(each.outside.signer is not None for each in self.shown)


def read_outside(label: str, content: bytes, key: VerifierKey | None) -> Outside:
    """Read a checkpoint that somebody kept; with a `key`, it must be signed by it. Raises NoteError."""
    note = parse_note(content)
    signer = verify_note(note, key)[0] if key else None
    return Outside(label, parse_checkpoint(note.text), signer)


def weigh_checkpoints(
    checked: CheckedLog, outside: Sequence[Outside], key: VerifierKey | None = None
) -> Evidence:
    """Compare a walked log with its own checkpoints and with those from outside. Raises Fault.

    `key` is the kiosk's, where it is known: who can write the file can put checkpoints into it.
    """
    name = LogName(checked.report.identity.environment, checked.report.identity.epoch)
    tree = checked.tree

    def show(checkpoint: Checkpoint) -> Compared:
        return Compared(checkpoint, compare(checkpoint, name, tree.size, tree.root))

    about = [each for each in outside if each.is_about(name.environment)]
    compared = [show(each.checkpoint) for each in about]
    own, newest_note = _load_own(checked, name)
    own_compared = [show(own[-1])] if own else []
    suspect = find_suspect([*compared, *own_compared])
    if suspect is not None:  # only now ask the others, so that the span becomes as short as it can
        inner = [each for each in own if suspect.first <= each.size < suspect.last]
        suspect = find_suspect([*compared, *own_compared, *_around_first_bad(inner, show)])
    return Evidence(
        shown=tuple(Shown(each, c.agreement) for each, c in zip(about, compared, strict=True)),
        own=len(own),
        newest=own_compared[0] if own_compared else None,
        suspect=suspect,
        fork=find_fork([*(each.checkpoint for each in about), *own]),
        newest_signed=_is_signed(newest_note, key) if newest_note and key else None,
    )


def _is_signed(note: Note, key: VerifierKey) -> bool:
    try:
        return verify_note(note, key) == (key,)
    except NoteError:
        return False


def _load_own(checked: CheckedLog, name: LogName) -> tuple[list[Checkpoint], Note | None]:
    """Return the checkpoints that the log holds of itself, and the note of the last.

    What is none says nothing. The last alone keeps its lines for people: there may be many.
    """
    own: list[Checkpoint] = []
    newest = None
    for saved in load_checkpoints(checked.database):
        with suppress(NoteError, UnicodeEncodeError):
            note = parse_note(saved.text.encode())
            checkpoint = parse_checkpoint(note.text)
            if checkpoint.origin == name.origin:
                if own:
                    own[-1] = replace(own[-1], origin=name.origin, extensions=())
                own.append(checkpoint)
                newest = note
    return own, newest


def _around_first_bad(own: Sequence[Checkpoint], show: Callable[[Checkpoint], Compared]) -> list[Compared]:
    """Return the last that holds and the first that does not, of checkpoints in order of size."""
    good, bad = -1, len(own)
    found: dict[int, Compared] = {}
    while bad - good > 1:
        middle = (good + bad) // 2
        found[middle] = show(own[middle])
        if found[middle].agreement is Agreement.HOLDS:
            good = middle
        else:
            bad = middle
    return list(found.values())
