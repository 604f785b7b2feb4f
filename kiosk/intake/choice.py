"""Which of the codes in a file is the one to verify, and how large a file may be. Decodes no picture.

Rule kept here: of several different IDs none is chosen.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kiosk.codewatch import identify
from kiosk.model import CheckFailed, Reason

MAX_BYTES = 20 * 1000 * 1000  # of any file


def distinct_ids(texts: Iterable[str]) -> tuple[str, ...]:
    """Return one text for each different credential among `texts`, leaving out codes of other kinds."""
    named = [(identify(text), text) for text in texts]
    return tuple({who.digest: text for who, text in reversed(named) if not who.foreign}.values())[::-1]


def choose_code(texts: Sequence[str]) -> str:
    """Return the one text to verify: the only ID, or else a foreign code, to be named as such.

    Raises CheckFailed: NO_CODE, SEVERAL_CODES.
    """
    ids = distinct_ids(texts)
    if len(ids) > 1:
        raise CheckFailed(Reason.SEVERAL_CODES, f"{len(ids)} different IDs")
    if not texts:
        raise CheckFailed(Reason.NO_CODE)
    return (*ids, *texts)[0]
