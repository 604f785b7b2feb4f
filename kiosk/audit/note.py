"""Signed notes and the checkpoints in them: text that one person can read and many keys can sign. Pure.

Rules kept here: the exact bytes of the C2SP formats, so that other people's tools read ours and we read
theirs; foreign text is bounded, and anything but a note of that form is refused; nothing in a note counts
before `verify_note` has agreed. Only Ed25519 is known: signature type 1, a log's own, and type 4, the
timestamped cosignature of a head office or witness. Who signs is left to `signer`, what for to `checkpoints`.

Source: c2sp.org/signed-note, c2sp.org/tlog-checkpoint, c2sp.org/tlog-cosignature (each v1.0.0).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from kiosk.audit.merkle import HASH_BYTES

MAX_NOTE = 64 * 1024  # bytes; ours take about 600
MAX_SIGNATURES = 32  # the specification asks verifiers to take at least 16
MAX_SIZE = 2**63 - 1  # rows; what SQLite counts to

_ID_BYTES, _KEY_BYTES, _TIME_BYTES = 4, 32, 8
_NAME = re.compile(r"[^\s+]+")
_SIGNATURE_LINE = re.compile(r"— ([^\s+]+) (\S+)")
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")


class NoteError(Exception):
    """A text is no note of this form, or no trusted key signed it. The message is for people."""


class SignatureType(IntEnum):
    """What a key signs: the note's text alone, or a time and the text."""

    ED25519 = 1
    COSIGNATURE = 4


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """One key that signs notes. `public` is the 32 bytes of RFC 8032; `name` has no space and no plus."""

    name: str
    public: bytes
    type: SignatureType = SignatureType.ED25519

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name) or len(self.public) != _KEY_BYTES:
            raise NoteError("a key has a name without spaces or plus, and 32 bytes")

    @property
    def id(self) -> bytes:
        """The 4 bytes that find the key, and prove nothing."""
        named = self.name.encode() + b"\n" + bytes([self.type]) + self.public
        return hashlib.sha256(named).digest()[:_ID_BYTES]

    def __str__(self) -> str:
        """Return the key in the one line that people exchange: name, id and key, joined by plus."""
        return f"{self.name}+{self.id.hex()}+{_encode(bytes([self.type]) + self.public)}"

    def verifies(self, text: str, signature: bytes) -> bool:
        """Tell whether `signature`, without the key's id, is this key's over `text`."""
        signed = text.encode()
        if self.type is SignatureType.COSIGNATURE:
            signed = cosigned_bytes(text, int.from_bytes(signature[:_TIME_BYTES], "big"))
            signature = signature[_TIME_BYTES:]
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, signed)
        except (InvalidSignature, ValueError):  # ValueError: the 32 bytes are no point of the curve
            return False
        return True


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line. `content` is what follows the key's id: 64 bytes, for a cosignature 8 more."""

    name: str
    key_id: bytes
    content: bytes

    @property
    def time(self) -> int:
        """The seconds since 1970 that a cosignature begins with; meaningless for another type."""
        return int.from_bytes(self.content[:_TIME_BYTES], "big")


@dataclass(frozen=True, slots=True)
class Note:
    """A text and the signatures under it, none of them believed yet. `text` ends with a newline."""

    text: str
    signatures: tuple[Signature, ...]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log says it holds: `size` rows under `root`. `extensions` are lines for people."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()


def parse_verifier_key(text: str) -> VerifierKey:
    """Parse the one line of a verifier key. Raises NoteError for anything else, a wrong id included."""
    name, _, rest = text.partition("+")
    key_id, _, encoded = rest.partition("+")
    content = decode_base64(encoded)
    if not content or content[0] not in set(SignatureType):
        raise NoteError("not a verifier key of a known type")
    key = VerifierKey(name, content[1:], SignatureType(content[0]))
    if key.id.hex() != key_id:
        raise NoteError("the verifier key's id does not fit its name and bytes")
    return key


def cosigned_bytes(text: str, time_s: int) -> bytes:
    """Return what a cosignature at `time_s` (seconds since 1970) over the note's `text` signs."""
    return f"cosignature/v1\ntime {time_s}\n{text}".encode()


def format_signature(key: VerifierKey, content: bytes) -> str:
    """Return the line, with its newline, that adds one signature to a note."""
    return f"— {key.name} {_encode(key.id + content)}\n"


def format_note(text: str, signatures: Sequence[str]) -> bytes:
    """Return the note of `text`, which ends with a newline, and signature lines."""
    return f"{text}\n{''.join(signatures)}".encode()


def parse_note(content: bytes) -> Note:
    """Parse a signed note; no trust is gained. Raises NoteError for anything else."""
    if len(content) > MAX_NOTE:
        raise NoteError(f"a note of more than {MAX_NOTE // 1024} KiB")
    try:
        whole = content.decode("utf-8")
    except UnicodeDecodeError as err:
        raise NoteError("a note that is not UTF-8 text") from err
    if any(letter < " " and letter != "\n" for letter in whole):
        raise NoteError("a note with control characters")
    text, blank, signed = whole.rpartition("\n\n")
    if not blank or not signed.endswith("\n"):
        raise NoteError("a note without signatures")
    lines = signed[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise NoteError(f"a note with more than {MAX_SIGNATURES} signatures")
    return Note(f"{text}\n", tuple(_parse_signature(line) for line in lines))


def _parse_signature(line: str) -> Signature:
    found = _SIGNATURE_LINE.fullmatch(line)
    content = decode_base64(found[2]) if found else b""
    if not found or len(content) <= _ID_BYTES:
        raise NoteError("a note with a signature line of another form")
    return Signature(found[1], content[:_ID_BYTES], content[_ID_BYTES:])


def find_signatures(note: Note, key: VerifierKey) -> tuple[Signature, ...]:
    """Return the signatures that name `key`; what they are worth is `verify_note`'s to say."""
    return tuple(each for each in note.signatures if (each.name, each.key_id) == (key.name, key.id))


def verify_note(note: Note, *keys: VerifierKey) -> tuple[VerifierKey, ...]:
    """Return the keys among `keys` that signed the note; signatures of all others are passed over.

    Raises NoteError when none of them did, or when a signature that names one of them is false.
    """
    signers = []
    for key in keys:
        found = find_signatures(note, key)
        if not all(key.verifies(note.text, each.content) for each in found):
            raise NoteError(f"the signature of {key.name}+{key.id.hex()} is false")
        if found:
            signers.append(key)
    if not signers:
        raise NoteError("no trusted key signed the note")
    return tuple(signers)


def format_checkpoint(checkpoint: Checkpoint) -> str:
    """Return the text of a checkpoint, which a note carries. Raises NoteError for what no line can hold."""
    lines = (checkpoint.origin, str(checkpoint.size), _encode(checkpoint.root), *checkpoint.extensions)
    text = "".join(f"{line}\n" for line in lines)
    if parse_checkpoint(text) != checkpoint:
        raise NoteError("a checkpoint with a line that is empty or broken")
    return text


def parse_checkpoint(text: str) -> Checkpoint:
    """Parse the text of a note as a checkpoint. Raises NoteError for anything else."""
    lines = text.split("\n")
    if len(lines) < 4 or lines.pop() or not all(lines):  # noqa: PLR2004 - three lines, and the end of the last
        raise NoteError("a checkpoint has origin, size and root in a line each, and no empty line")
    origin, size, encoded, *extensions = lines
    root = decode_base64(encoded)
    if not _SIZE.fullmatch(size) or int(size) > MAX_SIZE or len(root) != HASH_BYTES:
        raise NoteError("a checkpoint whose size or root is none")
    return Checkpoint(origin, int(size), root, tuple(extensions))


def _encode(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")


def decode_base64(text: str) -> bytes:
    """Return the bytes of standard base64 in its one canonical form. Raises NoteError."""
    try:
        content = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as err:
        raise NoteError("text that is not base64") from err
    if _encode(content) != text:
        raise NoteError("base64 in another than its canonical form")
    return content
