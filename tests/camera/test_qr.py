import sys

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from kiosk.camera.decoders import Found, find_with_zxing, to_grey
from kiosk.camera.enlarge import crop_around, views_of_a_still
from kiosk.camera.film import FULL_HD, HD, Film, Look
from kiosk.camera.qr import QrReader
from kiosk.model import Box, CodeSighting, Frame, Hint, ReadStage
from tests.camera.makers import ManualClock, a_code, a_text, filmed, noise_picture, portrait

DENSE = a_text()
DENSE_CODE = a_code(DENSE, version=25)


@pytest.fixture(scope="module")
def reader():
    return QrReader()


def text_of(sighting):
    return None if sighting is None else sighting.text


@pytest.mark.parametrize(("px", "size"), [(3.0, FULL_HD), (3.0, HD), (2.5, FULL_HD), (5.0, FULL_HD)])
def test_a_dense_code_on_a_phone_is_read_from_a_single_frame(reader, px, size):
    frame = Frame(filmed(DENSE_CODE, px, size), 1.0, 1)

    sighting = reader.read(frame)

    assert text_of(sighting) == DENSE
    assert sighting.px_per_module == pytest.approx(px, rel=0.05)
    assert sighting.hint is None


def test_a_code_too_small_for_the_plain_picture_is_read_from_its_enlarged_place(reader):
    picture = filmed(DENSE_CODE, 2.0, blur_px=0.8, noise=4)

    plainly = [code.raw for code in find_with_zxing(to_grey(picture))]

    assert not any(plainly)
    assert text_of(reader.read(picture)) == DENSE


@pytest.mark.parametrize(
    ("px", "blur_px", "stage"),
    [(3.0, 0.5, ReadStage.PLAIN), (1.9, 0.8, ReadStage.GRID), (1.9, 1.2, ReadStage.TEXTURE)],
)
def test_how_a_code_was_read_comes_with_its_text(reader, px, blur_px, stage):
    sighting = reader.read(filmed(DENSE_CODE, px, HD, blur_px=blur_px, noise=4))

    assert (DENSE, stage, "zxing-cpp", 25) == (
        sighting.text,
        sighting.stage,
        sighting.decoder,
        sighting.version,
    )
    assert 0 < sighting.unused_ec <= 1
    assert sighting.px_per_module == pytest.approx(px, rel=0.05)


def test_a_code_that_only_its_texture_gives_away_is_read_from_the_first_of_many_frames():
    frame = Frame(filmed(DENSE_CODE, 1.9, HD, blur_px=1.2, noise=4), 1.0, 1)

    assert DENSE == text_of(QrReader(clock=ManualClock()).read(frame))


def test_a_code_that_is_located_but_stays_unread_is_in_sight_in_every_frame():
    reader = QrReader(clock=ManualClock())
    picture = filmed(damaged(DENSE_CODE, 0.4), 1.9, HD, blur_px=1.2, noise=4)

    sightings = [reader.read(Frame(picture, number / 15, number)) for number in range(1, 24)]

    assert {(None, Hint.CLOSER)} == {(sighting.text, sighting.hint) for sighting in sightings}


def test_the_box_surrounds_the_code_also_after_enlarging(reader):
    picture = np.full((720, 1280, 3), 200, np.uint8)
    code = cv2.cvtColor(a_code("HELLO", px=6), cv2.COLOR_GRAY2BGR)
    picture[100 : 100 + code.shape[0], 300 : 300 + code.shape[1]] = code

    box = reader.read(picture).box

    assert (300 + 24, 100 + 24) == pytest.approx((box.left, box.top), abs=3)
    assert (21 * 6, 21 * 6) == pytest.approx((box.width, box.height), abs=4)


@pytest.mark.parametrize("scene", ["room", "portrait"])
def test_nothing_is_seen_where_there_is_no_code(reader, scene):
    picture = portrait() if scene == "portrait" else None

    assert reader.read(Film(picture, Look(scale=2.0), HD).frame()) is None


def test_an_inverted_code_is_read(reader):
    assert text_of(reader.read(255 - a_code("DARK MODE", px=4))) == "DARK MODE"


@pytest.mark.parametrize(
    "content",
    [
        "https://example.com/?q=1",
        "A",
        "0",
        "A" * 4296,
        b"\x00\xff\xfe\x80 binary \x00",
        "هوية مقيم".encode(),
        bytes(range(256)) * 11,
    ],
    ids=["link", "one letter", "one digit", "4,296 letters", "binary", "arabic", "binary v40"],
)
def test_any_content_comes_out_as_text_one_character_a_byte(reader, content):
    frame = filmed(a_code(content), 3.5)

    raw = content if isinstance(content, bytes) else content.encode("latin-1")
    assert raw == text_of(reader.read(frame)).encode("latin-1")


def test_the_text_is_never_longer_than_4296_characters(reader):
    assert len(text_of(reader.read(a_code("7" * 7089, px=3)))) == 4296


def two_codes(left_px, right_px):
    picture = np.full((720, 1280), 220, np.uint8)
    for text, px, middle in (("LEFT", left_px, 320), ("RIGHT", right_px, 960)):
        code = a_code(text, px=px)
        x, y = middle - code.shape[1] // 2, 360 - code.shape[0] // 2
        picture[y : y + code.shape[0], x : x + code.shape[1]] = code
    return picture


@pytest.mark.parametrize(("left", "right", "expected"), [(8, 4, "LEFT"), (4, 8, "RIGHT")])
def test_of_several_codes_the_largest_is_the_one_presented(reader, left, right, expected):
    assert expected == text_of(reader.read(two_codes(left, right)))


def test_all_codes_of_a_picture_are_read_the_one_presented_first(reader):
    texts = [sighting.text for sighting in reader.read_all(two_codes(4, 8))]

    assert ["RIGHT", "LEFT"] == texts
    assert () == reader.read_all(np.full((96, 128), 128, np.uint8))


def test_in_a_picture_that_stands_alone_a_readable_code_is_not_given_up_for_an_unread_one(reader):
    picture = filmed(damaged(DENSE_CODE), 5.0)
    sticker = cv2.cvtColor(a_code("STICKER", px=3), cv2.COLOR_GRAY2BGR)
    picture[20 : 20 + sticker.shape[0], 20 : 20 + sticker.shape[1]] = sticker

    assert "STICKER" == text_of(reader.read(picture))


def test_of_two_equal_codes_always_the_same_one_is_read(reader):
    texts = {text_of(reader.read(two_codes(6, 6))) for _ in range(3)}

    assert len(texts) == 1


def damaged(code, share=0.5):
    """The code with a grey block over its middle: seen, but beyond repair."""
    picture = code.copy()
    height, width = code.shape
    h, w = int(height * share / 2), int(width * share / 2)
    rng = np.random.default_rng(3)
    block = rng.integers(0, 2, (2 * h, 2 * w)) * 255
    picture[height // 2 - h : height // 2 + h, width // 2 - w : width // 2 + w] = block
    return picture


def test_a_code_that_cannot_be_read_is_still_sighted(reader):
    sighting = reader.read(filmed(damaged(DENSE_CODE), 3.5))

    assert isinstance(sighting, CodeSighting)
    assert sighting.text is None
    assert sighting.box.width > 300


def test_a_small_code_beside_a_large_unread_one_does_not_take_its_place(reader):
    picture = filmed(damaged(DENSE_CODE), 5.0)
    sticker = cv2.cvtColor(a_code("STICKER", px=3), cv2.COLOR_GRAY2BGR)
    picture[20 : 20 + sticker.shape[0], 20 : 20 + sticker.shape[1]] = sticker

    sighting = reader.read(Frame(picture, 1.0, 1))

    assert text_of(sighting) is None
    assert sighting.box.width > 400


@pytest.mark.parametrize(
    ("hint", "px", "look"),
    [
        (Hint.CLOSER, 2.2, {}),
        (Hint.HOLD_STILL, 3.2, {"blur_px": 1.3}),
        (Hint.DIM_PHONE, 3.5, {"exposure": 3.0, "light": 0.0}),
        (Hint.TILT_LESS, 6.0, {"tilt_deg": 62.0, "tilt_axis_deg": 90.0, "roll_deg": 0.0}),
    ],
)
def test_an_unread_code_comes_with_what_would_help(reader, hint, px, look):
    sighting = reader.read(filmed(damaged(DENSE_CODE), px, **look))

    assert (None, hint) == (sighting.text, sighting.hint)


class AskedZbar:
    """A second decoder that counts how often it is asked and finds what it was made with."""

    def __init__(self, *answers):
        self.asked = 0
        self.answers = list(answers)

    def __call__(self, _grey):
        self.asked += 1
        return (self.answers.pop(0),) if self.answers else ()


def noise_frame(number):
    """A frame full of fine texture without a code, each another."""
    return Frame(noise_picture(number, (320, 180)), number / 15, number)


def test_the_second_opinion_is_asked_twice_a_second_at_most():
    zbar = AskedZbar()
    reader = QrReader(zbar, clock=ManualClock())

    for number in range(1, 31):
        reader.read(noise_frame(number))

    assert 4 == zbar.asked


def test_the_second_opinion_is_not_asked_about_what_was_read():
    zbar = AskedZbar()

    QrReader(zbar).read(a_code("HELLO", px=4))

    assert 0 == zbar.asked


FOUND = Found(b"SECOND", ((10, 10), (110, 10), (110, 110), (10, 110)), None)


def test_what_only_the_second_opinion_sees_has_its_place_in_the_frame():
    blank = np.full((1080, 1920, 3), 128, np.uint8)

    sighting = QrReader(AskedZbar(FOUND)).read(blank)

    assert ("SECOND", None) == (sighting.text, sighting.px_per_module)
    assert (15, 15, 150, 150) == (
        sighting.box.left,
        sighting.box.top,
        sighting.box.width,
        sighting.box.height,
    )


def test_the_second_opinion_is_asked_about_a_still_and_its_negative():
    zbar = AskedZbar()

    assert QrReader(zbar).read_still(np.full((96, 128), 128, np.uint8)) is None
    assert 2 == zbar.asked
    assert "SECOND" == QrReader(AskedZbar(FOUND)).read_still(np.full((96, 128), 128, np.uint8)).text


def test_without_zbar_a_still_without_a_code_gives_none():
    assert QrReader(use_zbar=False).read_still(np.full((96, 128), 128, np.uint8)) is None


@given(st.integers(8, 5000), st.integers(8, 700), st.booleans())
@settings(max_examples=25)
def test_the_views_of_a_still_are_few_bounded_and_know_their_way_back(width, height, turned):
    picture = np.zeros((width, height) if turned else (height, width), np.uint8)

    views = list(views_of_a_still(picture))

    assert 1 <= len(views) <= 6
    for view in views:
        assert max(view.grey.shape) <= 4000
        middle = np.array(view.grey.shape[::-1]) / 2
        there = view.back[:, :2] @ middle + view.back[:, 2]
        assert there == pytest.approx(np.array(picture.shape[::-1]) / 2, abs=4)


def test_a_place_outside_the_picture_is_no_crop():
    assert crop_around(np.zeros((50, 50), np.uint8), Box(500, 500, 10, 10)) is None


def test_zbar_reads_a_code_through_the_same_type(reader):
    assert reader.zbar_available
    found = reader._zbar(a_code("SECOND", px=5))

    assert [b"SECOND"] == [code.raw for code in found]
    assert (21 * 5, 21 * 5) == pytest.approx((found[0].box.width, found[0].box.height), abs=8)


def test_without_the_zbar_library_the_chain_still_reads(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyzbar", None)
    reader = QrReader()

    assert not reader.zbar_available
    assert text_of(reader.read(a_code("ALONE", px=4))) == "ALONE"
    assert reader.read(np.full((96, 128, 3), 128, np.uint8)) is None


PICTURES = st.tuples(st.integers(0, 40), st.integers(0, 40)).flatmap(
    lambda size: st.sampled_from([size, (*size, 1), (*size, 3), (*size, 4)]).flatmap(
        lambda shape: arrays(np.uint8, shape)
    )
)


@given(PICTURES)
def test_any_picture_gives_a_sighting_or_none(picture):
    assert isinstance(QrReader().read(picture), CodeSighting | None)


@settings(max_examples=30)
@given(arrays(np.uint8, (33, 33)), st.integers(1, 6))
def test_any_pattern_of_blocks_gives_a_sighting_or_none(pattern, px):
    picture = np.kron(np.where(pattern > 127, 255, 0).astype(np.uint8), np.ones((px, px), np.uint8))
    code = a_code("SCRAP", px=px)
    picture[: code.shape[0] // 2, : code.shape[1]] = code[: picture.shape[0] // 2, : picture.shape[1]][
        : code.shape[0] // 2
    ]

    assert isinstance(QrReader().read_still(picture), CodeSighting | None)


@pytest.mark.parametrize("picture", [np.zeros((9, 9), np.float32), np.zeros((2, 2, 2, 2), np.uint8)])
def test_what_is_no_picture_is_no_sighting(reader, picture):
    assert reader.read(picture) is None
    assert reader.read_still(picture) is None


@pytest.mark.parametrize(
    "picture",
    [
        DENSE_CODE,
        a_code(DENSE, version=25, border=0),
        a_code(DENSE, version=25, border=0, px=3),
        255 - DENSE_CODE,
        np.rot90(DENSE_CODE),
        a_code(DENSE, version=25, px=25),
    ],
    ids=["1 px a module", "cut at its edge", "cut, larger", "inverted", "turned", "very large"],
)
def test_a_drawn_file_is_read(reader, picture):
    assert text_of(reader.read_still(picture)) == DENSE


@pytest.mark.parametrize("degrees", [20, 45, 70])
def test_a_slanted_file_is_read_and_its_place_is_right(reader, degrees):
    code = np.pad(a_code("SLANTED", px=4), 60, constant_values=255)
    turn = cv2.getRotationMatrix2D((code.shape[1] / 2, code.shape[0] / 2), degrees, 1)
    picture = cv2.warpAffine(code, turn, code.shape[::-1], borderValue=(255,))

    sighting = reader.read_still(picture)

    middle = sighting.box.left + sighting.box.width / 2, sighting.box.top + sighting.box.height / 2
    assert text_of(sighting) == "SLANTED"
    assert middle == pytest.approx((code.shape[1] / 2, code.shape[0] / 2), abs=6)


def test_a_small_photograph_of_a_phone_in_a_file_is_read(reader):
    picture = filmed(DENSE_CODE, 2.25, size=HD)

    assert text_of(reader.read_still(picture)) == DENSE


def test_a_file_without_a_code_gives_none(reader):
    assert reader.read_still(portrait()) is None
