"""Foreign PDF bytes to pictures of their pages, each bounded before it is drawn.

Rules kept here: any bytes give pages or `PdfRefused`; no form, script or annotation is run or drawn; a page
has at most so many pixels, whatever size it claims. How long a page takes cannot be bounded from within: the
callers draw foreign files in a process of their own (`intake/child.py`). One thread at a time: PDFium's rule.
"""

from __future__ import annotations

import ctypes
import math
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from enum import Enum

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium

from kiosk.model import Pixels

SIGNATURE = b"%PDF-"
_SIGNATURE_WITHIN = 1024  # where readers look for it. Source: ISO 32000-1, Annex H.3, note 13

_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"RIFF", b"BM")  # what every viewer shows as a picture


class PdfProblem(Enum):
    """Why a PDF was refused."""

    LOCKED = "locked with a password"
    DAMAGED = "damaged"
    TOO_LARGE = "too large"


class PdfRefused(ValueError):
    """These bytes are no PDF that the kiosk draws. The text says why, without content."""

    def __init__(self, problem: PdfProblem, detail: str = "") -> None:
        super().__init__(f"{problem.value}: {detail}" if detail else problem.value)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class PdfLimits:
    """How much of a PDF is drawn. `long_side_px` of A4 is 300 dots an inch, `max_scale` is for tiny pages."""

    max_bytes: int = 20 * 1000 * 1000
    max_pages: int = 20
    long_side_px: int = 3508
    max_scale: float = 12.0  # pixels a point: a page of two inches still fills 1700 pixels


PDF_LIMITS = PdfLimits()


def is_pdf(content: bytes) -> bool:
    """Say whether these bytes set out to be a PDF, and not a picture with a PDF hidden behind it."""
    return SIGNATURE in content[:_SIGNATURE_WITHIN] and not content.startswith(_PICTURES)


def draw_pages(content: bytes, limits: PdfLimits = PDF_LIMITS) -> Iterator[Pixels]:
    """Draw one page after another: uint8 H x W, grey, on white.

    Raises PdfRefused: LOCKED, DAMAGED, or TOO_LARGE (bytes, pages).
    """
    if len(content) > limits.max_bytes:
        raise PdfRefused(PdfProblem.TOO_LARGE, f"{len(content)} bytes, at most {limits.max_bytes}")
    try:
        with closing(_open(content)) as document:
            count = len(document)
            if count > limits.max_pages:
                raise PdfRefused(PdfProblem.TOO_LARGE, f"{count} pages, at most {limits.max_pages}")
            for number in range(count):
                yield _draw(document, number, limits)
    except pypdfium2.PdfiumError as err:
        raise PdfRefused(PdfProblem.DAMAGED, "a page cannot be drawn") from err


def _open(content: bytes) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as err:
        if err.err_code in {pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY}:
            raise PdfRefused(PdfProblem.LOCKED) from err
        raise PdfRefused(PdfProblem.DAMAGED) from err


def _draw(document: pypdfium2.PdfDocument, number: int, limits: PdfLimits) -> Pixels:
    try:
        with closing(document[number]) as page:
            longest = max(page.get_size())
            if not math.isfinite(longest) or longest <= 0:
                raise PdfRefused(PdfProblem.DAMAGED, "a page without a size")
            scale = min(limits.long_side_px / longest, limits.max_scale)
            with closing(
                page.render(scale=scale, grayscale=True, may_draw_forms=False, draw_annots=False)
            ) as drawn:
                pixels = np.array(drawn.to_numpy(), dtype=np.uint8)
    except (ctypes.ArgumentError, OverflowError, ValueError, MemoryError) as err:
        if isinstance(err, PdfRefused):
            raise
        raise PdfRefused(PdfProblem.DAMAGED, "a page of an impossible size") from err
    return pixels[:, :, 0] if pixels.ndim > 2 else pixels  # noqa: PLR2004 - a channel of its own
