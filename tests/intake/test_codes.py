"""Codes in pictures and PDFs: all are found, the one ID is chosen, and every refusal has its reason."""

import struct
import zlib

import numpy as np
import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st

from kiosk.intake.choice import MAX_BYTES, choose_code, distinct_ids
from kiosk.intake.codes import find_codes, find_sightings
from kiosk.model import CheckFailed, ReadStage, Reason
from tests.builders import NOON, a_live_text, a_print_text, first_failure, verify
from tests.camera.makers import a_code
from tests.intake.makers import a_pdf, a_picture, png

LINK = "https://example.org/hello"


def refusal(call, *args):
    with pytest.raises(CheckFailed) as refused:
        call(*args)
    return refused.value.reason


def test_one_code_in_a_picture():
    assert (a_live_text(),) == find_codes(a_picture(a_live_text()))


def test_all_codes_of_a_picture_are_found():
    assert {a_live_text(), LINK, "7"} == set(find_codes(a_picture(a_live_text(), LINK, "7")))


def test_the_codes_of_all_pages_of_a_pdf_are_found_in_order():
    pdf = a_pdf(a_code(LINK), None, a_code(a_live_text()))

    assert (LINK, a_live_text()) == find_codes(pdf)


def test_a_code_as_small_as_a_printer_makes_it_is_read_from_a_pdf():
    assert (a_live_text(),) == find_codes(a_pdf(a_code(a_live_text()), side_pt=90))


def test_a_negative_or_turned_picture_is_read_too():
    code = np.rot90(255 - np.pad(a_code(a_live_text(), 3), 40, constant_values=255))

    assert (a_live_text(),) == find_codes(png(np.ascontiguousarray(code)))


@pytest.mark.parametrize("content", [png(np.full((300, 300), 255, np.uint8)), a_pdf(None)])
def test_no_code_is_no_refusal(content):
    assert () == find_codes(content)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", Reason.FILE_UNREADABLE),
        (b"hello", Reason.FILE_UNREADABLE),
        (b"GIF89a", Reason.FILE_UNREADABLE),
        (a_picture("A")[:90], Reason.FILE_UNREADABLE),
        (a_pdf(None)[:90], Reason.FILE_UNREADABLE),
        (a_pdf(None, lock=b"secret"), Reason.FILE_LOCKED),
        (a_pdf(None, copies=21), Reason.FILE_TOO_LARGE),
        (bytes(MAX_BYTES + 1), Reason.FILE_TOO_LARGE),
        (png(np.zeros((8000, 8000), np.uint8)), Reason.FILE_TOO_LARGE),
    ],
    ids=["empty", "text", "gif", "cut picture", "cut pdf", "locked", "pages", "bytes", "pixels"],
)
def test_what_cannot_be_read_is_refused_by_its_reason(content, reason):
    assert reason is refusal(find_codes, content)


def test_a_sheet_of_stickers_is_refused():
    sheet = [a_code(f"{number:06}", 2) for number in range(81)]
    rows = [np.hstack(sheet[start : start + 9]) for start in range(0, 81, 9)]

    assert Reason.FILE_TOO_LARGE is refusal(find_codes, png(np.vstack(rows)))


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_or_hold_no_code(content):
    try:
        found = find_codes(content)
    except CheckFailed as err:
        found = err.reason

    assert found in {(), Reason.FILE_UNREADABLE, Reason.FILE_LOCKED, Reason.FILE_TOO_LARGE}


HOSTILE = {
    "binary": bytes(range(256)),
    "as long as a code can be": "0" * 4296,
    "digits": "7" * 7089,
    "link": LINK,
    "small letters": "not base45 at all",
    "invisible": "\u200b\u2066\u202e\ufeff\u00ad",
    "control": "\x00\x1b[2J\r\n\t\x7f",
    "empty zlib": "NCF",
}


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_hostile_code_in_a_file_is_handed_on_as_it_is_and_no_credential(hostile):
    content = HOSTILE[hostile]
    raw = content if isinstance(content, bytes) else content.encode()

    (text,) = find_codes(a_picture(content))

    assert raw.decode("latin-1")[:4296] == text
    assert text == choose_code((text,))
    assert Reason.NOT_A_CREDENTIAL is first_failure(verify(text))


# Which one


def test_the_only_id_is_chosen_whatever_stands_beside_it():
    assert a_live_text() == choose_code((LINK, a_live_text(), "7"))


def test_one_id_shown_twice_is_one():
    assert a_live_text() == choose_code((a_live_text(), a_live_text(NOON.replace(minute=1))))


def test_of_several_ids_none_is_chosen():
    assert Reason.SEVERAL_CODES is refusal(choose_code, (a_live_text(), a_print_text()))
    assert (a_live_text(), a_print_text()) == distinct_ids((a_live_text(), LINK, a_print_text()))


def test_without_an_id_a_foreign_code_is_named():
    assert LINK == choose_code((LINK, "7"))


def test_without_any_code_there_is_no_code():
    assert Reason.NO_CODE is refusal(choose_code, ())


@pytest.mark.parametrize("picture_first", [True, False])
def test_of_a_picture_and_a_pdf_in_one_file_what_a_viewer_shows_is_read(picture_first):
    picture, pdf = a_picture("PICTURE"), a_pdf(a_code("PDF"))

    assert (("PICTURE",) if picture_first else ("PDF",)) == find_codes(
        picture + pdf if picture_first else pdf + picture
    )


@pytest.mark.parametrize(("kind", "text"), [("MicroQRCode", "12345"), ("RMQRCode", "HELLO 12")])
def test_a_small_relative_of_the_code_in_a_file_is_no_credential_and_not_silence(kind, text):
    made = zxingcpp.create_barcode(text, getattr(zxingcpp.BarcodeFormat, kind)).to_image(scale=4)

    (found,) = find_codes(png(np.pad(np.array(made), 40, constant_values=255)))

    assert text == choose_code((found,))
    assert Reason.NOT_A_CREDENTIAL is first_failure(verify(found))


def test_how_well_a_code_was_read_comes_with_it():
    (seen,) = find_sightings(a_picture(a_live_text(), px=4))

    assert ("zxing-cpp", ReadStage.PLAIN) == (seen.decoder, seen.stage)
    assert 4.0 == pytest.approx(seen.px_per_module, rel=0.05)
    assert 1 == seen.unused_ec


BOMBS = {
    "a pixel wide": (1, 100_000),
    "a pixel high": (100_000, 1),
    "more than memory": (2**31 - 1, 2**31 - 1),
    "no pixel": (0, 0),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_picture_of_an_odd_size_is_refused_or_holds_no_code(bomb):
    width, height = BOMBS[bomb]
    head = struct.pack(">II5B", width, height, 8, 0, 0, 0, 0)
    pixels = zlib.compress(bytes((width + 1) * height if width * height < 1 << 20 else 9))

    def chunk(name, content):
        return (
            struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
        )

    content = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    try:
        found = find_codes(content)
    except CheckFailed as err:
        found = err.reason

    assert found in {(), Reason.FILE_TOO_LARGE, Reason.FILE_UNREADABLE}
