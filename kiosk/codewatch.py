"""Which code in view is a new one: one code held in view is one visit, and the next replaces it.

Several may be in view, two phones of a family or a phone before a poster: each is one visit, and an ID goes
before a code of another kind. Pure: times are the frames' own seconds. The phone redraws its proof every ten
seconds, so a code is known by its signed payload, not by its text.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from enum import Enum

from kiosk.cose.encoding import decode_base45, inflate
from kiosk.cose.layers import LayerError
from kiosk.cose.sign1 import parse_sign1
from kiosk.model import CodeSighting, Hint

GONE_AFTER_S = 1.5
UNREADABLE_AFTER_S = 4.0
UNREAD_GAP_S = 1.0  # decoders see what they cannot read in one frame and not in the next
_MOST_KNOWN = 4
HINT_STAYS_S = 0.7


@dataclass(frozen=True, slots=True)
class Identity:
    """What makes two reads the same code. `foreign` codes are no COSE_Sign1 at all."""

    digest: bytes
    foreign: bool


class Sight(Enum):
    """What the code in view means now."""

    NOTHING = "NOTHING"
    UNREAD = "UNREAD"
    UNREADABLE = "UNREADABLE"
    SAME = "SAME"
    NEW = "NEW"


@dataclass(frozen=True, slots=True)
class Known:
    """A code whose visit has begun or ended, and when it was last in view."""

    identity: Identity
    seen_at: float


@dataclass(frozen=True, slots=True)
class CodeWatch:
    """What was in view of late: codes that are `known`, when any code was, and since when one is unread."""

    known: tuple[Known, ...] = ()
    seen_at: float = float("-inf")
    unread_since: float | None = None
    unread_at: float = float("-inf")


def identify(text: str) -> Identity:
    """Name a code by the digest of its signed payload, or of its text when it is foreign."""
    try:
        return Identity(
            hashlib.sha256(parse_sign1(inflate(decode_base45(text))).payload).digest(), foreign=False
        )
    except LayerError:
        return Identity(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest(), foreign=True)


def is_cut(text: str) -> bool:
    """Tell whether a text begins as a credential's does, base45 around zlib, but does not hold together.

    Source: RFC 1950 section 2.2 for the first two bytes.
    """
    try:
        head = decode_base45(text[:3])
    except LayerError:
        return False
    packed = len(head) == 2 and head[0] & 0x8F == 0x08 and int.from_bytes(head) % 31 == 0  # noqa: PLR2004 - the head's own sizes
    return packed and identify(text).foreign


def prefer_id(sighting: CodeSighting | None) -> CodeSighting | None:
    """Return the ID that was read beside a foreign or unread code; else what is presented."""
    if sighting is None or (sighting.text is not None and not identify(sighting.text).foreign):
        return sighting
    for each in sighting.beside:
        if each.text is not None and not identify(each.text).foreign:
            return _in_front(each, sighting)
    return sighting


def prefer_new(watch: CodeWatch, sighting: CodeSighting | None, at: float) -> CodeSighting | None:
    """Return the ID beside one whose visit has been, so that of two phones held up neither is left out."""
    known = {each.identity for each in watch.known if at - each.seen_at <= GONE_AFTER_S}
    if sighting is None or sighting.text is None or identify(sighting.text) not in known:
        return sighting
    for each in sighting.beside[:_MOST_KNOWN]:
        identity = None if each.text is None else identify(each.text)
        if identity is not None and not identity.foreign and identity not in known:
            return _in_front(each, sighting)
    return sighting


def _in_front(each: CodeSighting, sighting: CodeSighting) -> CodeSighting:
    others = tuple(one for one in (replace(sighting, beside=()), *sighting.beside) if one is not each)
    return replace(each, beside=others)


def look(watch: CodeWatch, sighting: CodeSighting | None, at: float) -> tuple[CodeWatch, Sight]:
    """Fold one frame's sighting into the memory; `at` is the frame's time in seconds."""
    known = tuple(each for each in watch.known if at - each.seen_at <= GONE_AFTER_S)
    if sighting is None or sighting.text is None:
        return _look_at_unread(replace(watch, known=known), sighting is not None, at)
    identity = identify(sighting.text)
    sight = Sight.SAME if any(each.identity == identity for each in known) else Sight.NEW
    beside = (each.text for each in sighting.beside[:_MOST_KNOWN])
    in_view = {identity, *(identify(text) for text in beside if text is not None)}
    known = tuple(replace(each, seen_at=at) if each.identity in in_view else each for each in known)
    return CodeWatch(known, at), sight


def _look_at_unread(watch: CodeWatch, in_sight: bool, at: float) -> tuple[CodeWatch, Sight]:  # noqa: FBT001 - private
    """Fold in a frame in which nothing was read; `in_sight` says that something is there to be read."""
    since = watch.unread_since
    if since is None or at - watch.unread_at > UNREAD_GAP_S:
        since = at if in_sight else None
    lasting = since is not None and at - since >= UNREADABLE_AFTER_S
    watch = replace(watch, unread_since=since)
    if not in_sight:
        return watch, Sight.UNREADABLE if lasting else Sight.NOTHING
    # A blurred frame of the codes at hand keeps them at hand.
    known = tuple(replace(each, seen_at=at) for each in watch.known)
    sight = Sight.UNREADABLE if lasting else Sight.UNREAD
    return replace(watch, known=known, seen_at=at, unread_at=at), sight


def handled(watch: CodeWatch, identity: Identity) -> CodeWatch:
    """Remember that the visit of this code has begun: while it stays in view it is not new."""
    others = (each for each in watch.known if each.identity != identity)
    return replace(watch, known=(Known(identity, watch.seen_at), *others)[:_MOST_KNOWN])


@dataclass(frozen=True, slots=True)
class ShownHint:
    """The hint on the screen, and since when, in seconds of the frames' clock."""

    hint: Hint | None = None
    since: float = float("-inf")


def keep_hint(shown: ShownHint, hint: Hint | None, at: float) -> ShownHint:
    """Return what to show at `at` where `hint` would fit now: none changes sooner than it can be read."""
    if hint is shown.hint or 0 <= at - shown.since < HINT_STAYS_S:
        return shown
    return ShownHint(hint, at)
