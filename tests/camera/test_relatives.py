"""Whatever zxing-cpp reads by itself in a picture that stands alone, the chain reads too."""

import cv2
import numpy as np
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.camera.qr import QrReader
from kiosk.model import Frame
from tests.camera.makers import a_code


@pytest.fixture(scope="module")
def reader():
    return QrReader()


def text_of(sighting):
    return None if sighting is None else sighting.text


def a_relative(kind, text):
    """A clean code of one of the small relatives of the QR code, with a quiet zone."""
    made = zxingcpp.create_barcode(text, getattr(zxingcpp.BarcodeFormat, kind))
    return np.pad(np.array(made.to_image(scale=4)), 40, constant_values=255)


@pytest.mark.parametrize(("kind", "text"), [("MicroQRCode", "12345"), ("RMQRCode", "HELLO 12")])
@pytest.mark.parametrize("shown", ["as it is", "inverted", "turned", "coloured"])
def test_the_small_relatives_are_read_in_a_picture_that_stands_alone(reader, kind, text, shown):
    grey = a_relative(kind, text)
    colours = np.array([[60, 20, 120], [210, 250, 190]], np.uint8)
    picture = {
        "as it is": grey,
        "inverted": 255 - grey,
        "turned": np.ascontiguousarray(np.rot90(grey)),
        "coloured": colours[(grey > 127).astype(int)],
    }[shown]

    assert text == text_of(reader.read(picture)) == text_of(reader.read_still(picture))
    assert [text] == [seen.text for seen in reader.read_all(picture)]
    assert [text] == [seen.text for seen in reader.read_still_all(picture)]


def test_in_one_frame_of_many_the_small_relatives_do_not_count():
    picture = cv2.cvtColor(a_relative("MicroQRCode", "12345"), cv2.COLOR_GRAY2BGR)

    assert text_of(QrReader().read(Frame(picture, 1.0, 1))) is None


def bare(picture):
    formats = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    return {bytes(code.bytes) for code in zxingcpp.read_barcodes(picture, formats=formats) if code.valid}


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6))
def test_whatever_zxing_reads_by_itself_in_a_collage_is_read(seed):
    rng = np.random.default_rng(seed)
    picture = rng.integers(90, 250) + rng.normal(0, 6, (420, 560))
    for _ in range(rng.integers(1, 5)):
        text = "".join(rng.choice(list("0123456789"), rng.integers(1, 40)))
        code = a_relative("MicroQRCode", text[:5]) if rng.random() < 0.3 else a_code(text, px=4)
        side = round(len(code) * rng.uniform(0.4, 1.2))
        code = cv2.resize(code, (side, side), interpolation=cv2.INTER_AREA)
        code = 255 - code if rng.random() < 0.3 else code
        code = code[:, ::-1] if rng.random() < 0.3 else np.rot90(code, rng.integers(0, 4))
        top, left = rng.integers(0, 420 - side), rng.integers(0, 560 - side)
        picture[top : top + side, left : left + side] = code
    grey = np.clip(picture, 0, 255).astype(np.uint8)

    ours = {seen.text.encode("latin-1") for seen in QrReader(use_zbar=False).read_all(grey)}

    assert bare(grey) <= ours
