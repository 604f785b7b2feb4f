"""Pages of a PDF: drawn within bounds, or refused with the one problem they have."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.pdf import PdfLimits, PdfProblem, PdfRefused, draw_pages, is_pdf
from tests.camera.makers import a_code, a_text
from tests.intake.makers import A4, a_pdf

CODE = a_code(a_text(300))


def problem(content, **limits):
    with pytest.raises(PdfRefused) as refused:
        list(draw_pages(content, PdfLimits(**limits)))
    return refused.value.problem


def test_each_page_is_drawn_at_300_dots_an_inch():
    pages = list(draw_pages(a_pdf(CODE, None)))

    assert [(3508, 2479)] * 2 == [page.shape for page in pages]
    assert pages[0].min() < 10
    assert 255 == pages[1].min()


@pytest.mark.parametrize("size", [(14400, 14400), (10_000_000, 10), (1, 1), (72, 72)])
def test_a_page_of_any_size_has_a_bounded_number_of_pixels(size):
    (page,) = draw_pages(a_pdf(None, size=size))

    assert max(page.shape) <= 3509
    assert min(page.shape) >= 1


def test_a_page_without_a_size_is_drawn_as_a_letter_page():
    (page,) = draw_pages(a_pdf(None, size=(0, 0)))

    assert max(page.shape) <= 3509


def test_a_locked_pdf_is_refused_as_locked():
    assert PdfProblem.LOCKED is problem(a_pdf(CODE, lock=b"secret"))


def test_a_pdf_that_is_locked_against_printing_alone_is_drawn():
    assert 1 == len(list(draw_pages(a_pdf(None, lock=b""))))


def test_too_many_bytes_or_pages_are_refused_before_anything_is_drawn():
    assert PdfProblem.TOO_LARGE is problem(a_pdf(CODE), max_bytes=100)
    assert PdfProblem.TOO_LARGE is problem(a_pdf(CODE, copies=21))
    assert PdfProblem.TOO_LARGE is problem(a_pdf(None, copies=3), max_pages=2)


@pytest.mark.parametrize("content", [b"", b"%PDF-", b"%PDF-1.4\n%%EOF", b"hello", a_pdf(CODE)[:300]])
def test_damaged_bytes_are_refused_as_damaged(content):
    assert PdfProblem.DAMAGED is problem(content)


def test_a_pdf_is_known_by_its_beginning():
    assert is_pdf(b"\n\n%PDF-1.7")
    assert not is_pdf(b"\x89PNG" + b" " * 2000 + b"%PDF-")


WHOLE = a_pdf(CODE, None, size=A4)


@given(st.data())
def test_any_bytes_give_pages_or_a_refusal(data):
    broken = bytearray(WHOLE)
    for _ in range(data.draw(st.integers(1, 6))):
        broken[data.draw(st.integers(0, len(broken) - 1))] = data.draw(st.integers(0, 255))
    try:
        pages = list(draw_pages(bytes(broken), PdfLimits(long_side_px=64)))
    except PdfRefused as err:
        pages = [err.problem]

    assert len(pages) <= 20


@given(st.binary(max_size=300))
def test_any_bytes_behind_a_head_give_pages_or_a_refusal(content):
    assert PdfProblem.DAMAGED is problem(b"%PDF-1.4\n" + content)
