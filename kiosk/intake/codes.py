"""The codes in a picture or PDF that somebody brought.

Rules kept here: what the bytes are is decided by the bytes, never by a name; every refusal is one of the
reasons below. Decoding foreign bytes may crash or take for ever: the kiosk does it in a process of its own,
see `child.py`. Which code is the one to verify is left to `choice.py`.
"""

from __future__ import annotations

from collections.abc import Iterator

from kiosk.camera.qr import QrReader
from kiosk.imaging import FILE_LIMITS, ImageRefused, ImageTooLarge, decode_image
from kiosk.intake.choice import MAX_BYTES
from kiosk.model import CheckFailed, CodeSighting, Pixels, Reason
from kiosk.pdf import PdfProblem, PdfRefused, draw_pages, is_pdf

_MAX_CODES = 64  # different ones; a page of stickers is no ID
_REASONS = {
    PdfProblem.LOCKED: Reason.FILE_LOCKED,
    PdfProblem.DAMAGED: Reason.FILE_UNREADABLE,
    PdfProblem.TOO_LARGE: Reason.FILE_TOO_LARGE,
}


def find_codes(content: bytes) -> tuple[str, ...]:
    """Return every different text of a QR code in a picture or PDF, as `find_sightings` does."""
    return tuple(seen.text for seen in find_sightings(content) if seen.text is not None)


def find_sightings(content: bytes) -> tuple[CodeSighting, ...]:
    """Return every different QR code read in a picture or PDF, in the order found.

    Raises CheckFailed: FILE_UNREADABLE, FILE_LOCKED, FILE_TOO_LARGE.
    """
    if len(content) > MAX_BYTES:
        raise CheckFailed(Reason.FILE_TOO_LARGE, f"more than {MAX_BYTES} bytes")
    found: dict[str | None, CodeSighting] = {}
    reader = QrReader()
    try:
        for picture in _pictures(content):
            for seen in reader.read_still_all(picture):
                found.setdefault(seen.text, seen)
            if len(found) > _MAX_CODES:
                raise CheckFailed(Reason.FILE_TOO_LARGE, f"more than {_MAX_CODES} codes")
    except PdfRefused as err:
        raise CheckFailed(_REASONS[err.problem], str(err)) from err
    except ImageTooLarge as err:
        raise CheckFailed(Reason.FILE_TOO_LARGE, str(err)) from err
    except ImageRefused as err:
        raise CheckFailed(Reason.FILE_UNREADABLE, str(err)) from err
    return tuple(found.values())


def _pictures(content: bytes) -> Iterator[Pixels]:
    if is_pdf(content):
        yield from draw_pages(content)
    else:
        yield decode_image(content, FILE_LIMITS)
