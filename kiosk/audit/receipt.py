"""The head office's answer to a batch: how many rows it holds, and its cosignature under our checkpoint.

Rules kept here: foreign bytes are bounded and read strictly; nothing in an answer counts before the key of
the signed policy has agreed and everything in it equals what this log itself says; an answer that differs is
an alarm (a fork, or a log put back), never a receipt. Keeping the receipt is left to `log`.

Source: c2sp.org/tlog-cosignature v1.0.0; the form of the answer: docs/audit-batch.md.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from kiosk.audit.checkpoints import LogName
from kiosk.audit.merkle import leaf_hash
from kiosk.audit.note import (
    Checkpoint,
    Note,
    NoteError,
    SignatureType,
    VerifierKey,
    find_signatures,
    parse_checkpoint,
    parse_note,
    verify_note,
)
from kiosk.audit.tiles import RowTree
from kiosk.model import Environment

RECEIPT_FORMAT = "mudaqqiq-audit-receipt/1"
MAX_RECEIPT = 16 * 1024  # bytes, as many as the log keeps of one; a usual one takes about 900

_KEYS = {"format", "environment", "epoch", "have", "head", "cosignature"}
_HASH = re.compile(r"[0-9a-f]{64}")
_EPOCH = re.compile(r"[0-9a-f]{32}")
_MAX_SIZE = 2**63 - 1
_LATEST = 253402300799  # the last second of the year 9999
_ALARM = "ALARM: the head office"
_KEEP = "keep both as they are and report it"


class ReceiptError(Exception):
    """An answer is no receipt for this log. The text is one sentence for whoever brought it."""


class Alarm(ReceiptError):
    """The head office's own answer shows that this log was cut, put back or rewritten."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a head office says, none of it believed yet: rows it holds, the last one's hash, a signed note."""

    environment: Environment
    epoch: bytes
    have: int
    head: bytes
    note: Note


def parse_receipt(content: bytes) -> Answer:
    """Parse an answer; no trust is gained. Raises ReceiptError."""
    if len(content) > MAX_RECEIPT:
        raise ReceiptError(f"the receipt is larger than {MAX_RECEIPT // 1024} KiB")
    table = _parse_table(content)
    if table["format"] != RECEIPT_FORMAT:
        raise ReceiptError("the receipt is of another format")
    try:
        environment = Environment(table["environment"])
        note = parse_note(_text(table, "cosignature").encode("utf-8"))
    except NoteError as err:
        raise ReceiptError(f"the receipt's cosignature: {err}") from err
    except ValueError as err:  # also a lone surrogate, which JSON can write and UTF-8 cannot
        raise ReceiptError("the receipt names no environment, or no text") from err
    have = table["have"]
    if type(have) is not int or not 1 <= have <= _MAX_SIZE:
        raise ReceiptError("the receipt's `have` is not a number of rows")
    epoch, head = _hex(table, "epoch", _EPOCH), _hex(table, "head", _HASH)
    return Answer(environment, epoch, have, head, note)


def _parse_table(content: bytes) -> dict[str, Any]:
    try:
        pairs = json.loads(content.decode("utf-8"), object_pairs_hook=list)
    except (ValueError, RecursionError) as err:
        raise ReceiptError("the receipt is not JSON") from err
    is_object = isinstance(pairs, list) and all(isinstance(each, tuple) for each in pairs)
    if not is_object or len(pairs) != len(_KEYS) or {name for name, _ in pairs} != _KEYS:
        raise ReceiptError(f"the receipt is not an object with {', '.join(sorted(_KEYS))}")
    return dict(pairs)


def _text(table: dict[str, Any], name: str) -> str:
    value = table[name]
    if not isinstance(value, str):
        raise ReceiptError(f"the receipt's `{name}` is not text")
    return value


def _hex(table: dict[str, Any], name: str, form: re.Pattern[str]) -> bytes:
    text = _text(table, name)
    if not form.fullmatch(text):
        raise ReceiptError(f"the receipt's `{name}` is not hexadecimal of that length")
    return bytes.fromhex(text)


def verify_receipt(answer: Answer, key: VerifierKey, name: LogName, tree: RowTree) -> datetime:
    """Compare an answer with this log, `name` with its `tree`; return when it was cosigned, aware UTC.

    Raises ReceiptError when the answer is not to be trusted or of another log, Alarm when it is and the two
    hold different rows; Fault when the log cannot be read.
    """
    try:
        verify_note(answer.note, key)
        checkpoint = parse_checkpoint(answer.note.text)
    except NoteError as err:
        raise ReceiptError(f"the receipt does not count: {err}") from err
    if checkpoint.origin != name.origin or (answer.environment, answer.epoch) != (
        name.environment,
        name.epoch,
    ):
        raise ReceiptError("the receipt is for another kiosk, or for a log this kiosk had before")
    if answer.have != checkpoint.size:
        raise ReceiptError("the receipt names other rows than the checkpoint it cosigns")
    _compare(checkpoint, answer.head, tree)
    seconds = max(each.time for each in find_signatures(answer.note, key))
    if key.type is not SignatureType.COSIGNATURE or seconds > _LATEST:
        raise ReceiptError("the receipt does not count: its cosignature carries no time")
    return datetime.fromtimestamp(seconds, UTC)


def _compare(checkpoint: Checkpoint, head: bytes, tree: RowTree) -> None:
    """Sound the alarm when a trusted head office holds other rows, or more of them."""
    size = checkpoint.size
    if size > tree.size:
        raise Alarm(f"{_ALARM} has {size} rows, this log {tree.size}: rows were deleted; {_KEEP}")
    if checkpoint.root != tree.root(size) or leaf_hash(head) != tree.subtree(size - 1, size):
        raise Alarm(f"{_ALARM} holds other rows than this log; {_KEEP}")
