"""Which of the codes in a picture is the one being shown: weighed by size and by nearness to the middle."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Sequence

from kiosk.camera.decoders import Found
from kiosk.model import Box, Pixels

_MIN_UNREAD_SIDE = 48.0  # pixels; smaller "codes" that nothing reads are clutter
_MOST_UNREAD = 16  # a wall of codes shows hundreds, each to be held against all that were read
_RIVAL = 2.0  # an unread code this many times as weighty as a read one is what is being presented


def find_presented(found: Iterable[Found], grey: Pixels, *, alone: bool) -> Found | None:
    """Choose the weightiest code read, unless a far weightier one is unread; None without any.

    What was seen but not read counts only where it is large enough and apart from every code read: parts
    of a code that was read are seen a second time now and then. In a picture that stands `alone` nothing
    better comes after it, and whatever was read is taken.
    """
    codes = list(found)
    read = [code for code in codes if code.raw is not None]
    best, rival = find_weightiest(read, grey), find_unread(codes, grey)
    if best is None or rival is None:
        return best or rival
    return rival if not alone and _weight(rival, grey) > _RIVAL * _weight(best, grey) else best


def find_unread(codes: Sequence[Found], grey: Pixels) -> Found | None:
    """Return the weightiest code that was only seen, large enough and apart from every code read."""
    read = [code.box for code in codes if code.raw is not None]
    unread = [code for code in codes if code.raw is None and code.side >= _MIN_UNREAD_SIDE]
    apart = (code for code in find_heaviest(unread, grey, _MOST_UNREAD) if not _touches_any(code.box, read))
    return next(apart, None)


def find_heaviest(codes: Iterable[Found], grey: Pixels, most: int) -> list[Found]:
    """Return at most so many codes, those with the most weight, in this order."""
    return heapq.nlargest(most, codes, key=lambda code: (_weight(code, grey), code.corners))


def find_weightiest(codes: list[Found], grey: Pixels) -> Found | None:
    """Return the code with the most weight, always the same one of equals."""
    return max(codes, key=lambda code: (_weight(code, grey), code.corners), default=None)


def _touches_any(p: Box, others: list[Box]) -> bool:
    return any(
        p.left < q.left + q.width
        and q.left < p.left + p.width
        and p.top < q.top + q.height
        and q.top < p.top + p.height
        for q in others
    )


def _weight(code: Found, grey: Pixels) -> float:
    """Return the code's side in pixels, down to half of it towards the corners of the picture."""
    middle = grey.shape[1] / 2, grey.shape[0] / 2
    return code.side * (1 - 0.5 * min(1.0, math.dist(code.centre, middle) / math.hypot(*middle)))
