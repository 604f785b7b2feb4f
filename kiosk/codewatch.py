"""Which code in view is a new one: one code held in view is one visit, and the next replaces it.

Pure: times are the frames' own seconds. The phone redraws its proof every ten seconds, so a code is known by
its signed payload, not by its text.
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
class CodeWatch:
    """What was last in view. `handled` is the code whose visit has begun or ended."""

    handled: Identity | None = None
    seen_at: float = float("-inf")
    unread_since: float | None = None


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


def look(watch: CodeWatch, sighting: CodeSighting | None, at: float) -> tuple[CodeWatch, Sight]:
    """Fold one frame's sighting into the memory; `at` is the frame's time in seconds."""
    if watch.handled is not None and at - watch.seen_at > GONE_AFTER_S:
        watch = replace(watch, handled=None)
    if sighting is None:
        return replace(watch, unread_since=None), Sight.NOTHING
    if sighting.text is None:
        since = at if watch.unread_since is None else watch.unread_since
        # A blurred frame of the code at hand keeps it at hand.
        sight = Sight.UNREADABLE if at - since >= UNREADABLE_AFTER_S else Sight.UNREAD
        return replace(watch, unread_since=since, seen_at=at), sight
    seen = replace(watch, unread_since=None, seen_at=at)
    return seen, Sight.SAME if identify(sighting.text) == watch.handled else Sight.NEW


def handled(watch: CodeWatch, identity: Identity) -> CodeWatch:
    """Remember that the visit of this code has begun: while it stays in view it is not new."""
    return replace(watch, handled=identity)


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
