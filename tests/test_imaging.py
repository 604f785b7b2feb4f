import io
import struct
import warnings
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from kiosk.imaging import (
    CREDENTIAL_LIMITS,
    FILE_LIMITS,
    ImageLimits,
    ImageRefused,
    ImageTooLarge,
    decode_image,
    read_image_file,
)

RED, WHITE = (0, 0, 255), (255, 255, 255)  # BGR
SMALL = np.random.default_rng(0).integers(0, 256, (24, 16, 3), dtype=np.uint8)


def encoded(image, kind, **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


SAMPLES = {
    kind: encoded(Image.fromarray(SMALL), kind) for kind in ("PNG", "JPEG", "JPEG2000", "AVIF", "WEBP", "BMP")
}


def a_red_image(mode="RGB", size=(12, 8)):
    return Image.new("RGB", size, "red").convert(mode)


@pytest.mark.parametrize("kind", SAMPLES)
def test_every_format_gives_upright_bgr_pixels(kind):
    pixels = decode_image(encoded(a_red_image(), kind), FILE_LIMITS)

    assert (8, 12, 3) == pixels.shape
    assert np.uint8 == pixels.dtype
    assert np.abs(pixels.astype(int) - RED).max() < 20


@pytest.mark.parametrize(
    ("kind", "mode"), [("PNG", "P"), ("PNG", "RGBA"), ("JPEG", "CMYK"), ("BMP", "P"), ("WEBP", "RGBA")]
)
def test_every_colour_mode_becomes_bgr(kind, mode):
    pixels = decode_image(encoded(a_red_image(mode), kind), FILE_LIMITS)

    assert np.abs(pixels.astype(int) - RED).max() < 20


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_what_is_transparent_becomes_white(mode):
    clear = Image.new(mode, (4, 4), (0, 0, 0, 0) if mode == "RGBA" else (0, 0))

    assert (decode_image(encoded(clear, "PNG"), FILE_LIMITS) == WHITE).all()


def test_a_transparent_palette_colour_becomes_white():
    image = Image.new("P", (4, 4), 0)
    image.putpalette([0, 0, 0])

    assert (decode_image(encoded(image, "PNG", transparency=0), FILE_LIMITS) == WHITE).all()


def test_sixteen_bits_keep_their_upper_eight():
    wide = Image.fromarray(np.array([[0, 0x80FF, 0xFFFF]], np.uint16))

    assert [0, 128, 255] == decode_image(encoded(wide, "PNG"), FILE_LIMITS)[0, :, 0].tolist()


def test_a_phone_picture_is_turned_upright():
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held on its side
    half = Image.new("RGB", (16, 8), "white")
    half.paste((255, 0, 0), (0, 0, 8, 8))

    pixels = decode_image(encoded(half, "PNG", exif=exif), FILE_LIMITS)

    assert (16, 8, 3) == pixels.shape
    assert (pixels[0] == RED).all()
    assert (pixels[-1] == WHITE).all()


@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_an_orientation_that_does_not_exist_changes_nothing(orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation

    assert (8, 12, 3) == decode_image(encoded(a_red_image(), "JPEG", exif=exif), FILE_LIMITS).shape


def test_a_broken_exif_block_is_read_without_a_warning():
    content = encoded(a_red_image(), "JPEG", exif=b"Exif\x00\x00MM\x00*\x00\x00\x00\x08\xff\xff")

    with warnings.catch_warnings():
        warnings.simplefilter("error")

        assert (8, 12, 3) == decode_image(content, FILE_LIMITS).shape


def test_more_bytes_than_allowed_are_refused_unread():
    with pytest.raises(ImageRefused, match="65537 bytes"):
        decode_image(b"\x89PNG" + bytes(65533), CREDENTIAL_LIMITS)


@pytest.mark.parametrize("kind", SAMPLES)
def test_more_pixels_than_allowed_are_refused_in_every_format(kind):
    with pytest.raises(ImageRefused):
        decode_image(SAMPLES[kind], ImageLimits(100_000, 16 * 24 - 1))


def a_png_header(width, height):
    def chunk(name, content):
        return (
            struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
        )

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")


@pytest.mark.parametrize(("width", "height"), [(20_000, 20_000), (2**31 - 1, 2**31 - 1), (60_000, 900)])
def test_a_decompression_bomb_is_refused_by_its_header(width, height):
    with pytest.raises(ImageRefused):
        decode_image(a_png_header(width, height), FILE_LIMITS)


def test_a_webp_that_claims_a_huge_canvas_is_refused():
    canvas = (16383 - 1).to_bytes(3, "little")
    body = b"VP8X" + struct.pack("<I", 10) + bytes(4) + canvas + canvas

    with pytest.raises(ImageRefused):
        decode_image(b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body, FILE_LIMITS)


def test_a_jpeg_2000_whose_code_stream_is_larger_than_its_box_says_is_refused():
    content = bytearray(SAMPLES["JPEG2000"])
    start = content.index(b"\xff\x4f\xff\x51") + 8
    content[start : start + 24] = struct.pack(">6I", 60_000, 60_000, 0, 0, 60_000, 60_000)

    with pytest.raises(ImageTooLarge, match="60000 x 60000 pixels inside"):
        decode_image(bytes(content), FILE_LIMITS)


def test_a_second_code_stream_of_a_jpeg_2000_counts_too():
    content = bytearray(SAMPLES["JPEG2000"])
    start = content.index(b"\xff\x4f\xff\x51")
    large = content[start : start + 8] + struct.pack(">6I", 60_000, 60_000, 0, 0, 60_000, 60_000)

    with pytest.raises(ImageTooLarge):
        decode_image(bytes(content + large), FILE_LIMITS)


def test_a_jpeg_2000_of_no_size_is_refused():
    content = bytearray(SAMPLES["JPEG2000"])
    start = content.index(b"\xff\x4f\xff\x51") + 16
    content[start : start + 4] = struct.pack(">I", 60_000)

    with pytest.raises(ImageRefused, match="no size"):
        decode_image(bytes(content), FILE_LIMITS)


def test_a_jpeg_2000_of_a_million_tiles_is_refused():
    content = bytearray(SAMPLES["JPEG2000"])
    start = content.index(b"\xff\x4f\xff\x51") + 8
    content[start : start + 24] = struct.pack(">6I", 1000, 1000, 0, 0, 1, 1)

    with pytest.raises(ImageRefused, match="tiles"):
        decode_image(bytes(content), FILE_LIMITS)


def test_a_jpeg_of_a_thousand_scans_is_refused():
    content = SAMPLES["JPEG"][:-2] + 1000 * b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00" + b"\xff\xd9"

    with pytest.raises(ImageRefused, match="scans"):
        decode_image(content, FILE_LIMITS)


@pytest.mark.parametrize("kind", ["WEBP", "PNG", "AVIF"])
def test_an_animation_is_refused(kind):
    content = encoded(
        a_red_image(), kind, save_all=True, append_images=[Image.new("RGB", (12, 8), "blue")], duration=100
    )

    with pytest.raises(ImageRefused, match="animated"):
        decode_image(content, FILE_LIMITS)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "AVIF", "WEBP", "BMP"])
def test_a_picture_cut_short_is_refused(kind):
    with pytest.raises(ImageRefused):
        decode_image(SAMPLES[kind][: len(SAMPLES[kind]) * 2 // 3], FILE_LIMITS)


@pytest.mark.parametrize(
    "content", [b"", b"GIF89a", b"%PDF-1.7", b"<svg/>"], ids=["nothing", "gif", "pdf", "svg"]
)
def test_other_formats_are_refused(content):
    with pytest.raises(ImageRefused):
        decode_image(content, FILE_LIMITS)


def is_picture_or_refused(content):
    try:
        pixels = decode_image(content, CREDENTIAL_LIMITS)
    except ImageRefused:
        return True
    return pixels.ndim == 3 and pixels.dtype == np.uint8 and pixels.flags.c_contiguous


@given(st.binary(max_size=200))
def test_any_bytes_give_a_picture_or_a_refusal(content):
    assert is_picture_or_refused(content)


@given(
    st.sampled_from(sorted(SAMPLES)),
    st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), max_size=8),
    st.integers(0, 3000),
)
def test_any_damaged_picture_gives_a_picture_or_a_refusal(kind, changes, length):
    content = bytearray(SAMPLES[kind])
    for place, value in changes:
        content[place % len(content)] = value

    assert is_picture_or_refused(bytes(content[: len(content) if length > 2000 else length]))


def test_a_file_is_read_like_its_bytes(tmp_path):
    path = tmp_path / "photo.webp"
    path.write_bytes(SAMPLES["WEBP"])

    assert (decode_image(SAMPLES["WEBP"], FILE_LIMITS) == read_image_file(path)).all()


def test_a_path_that_is_no_readable_file_is_refused(tmp_path):
    for path in (tmp_path, tmp_path / "absent.png", tmp_path / "nul\0.png"):
        with pytest.raises(ImageRefused):
            read_image_file(path)


def test_a_file_over_the_limit_is_not_read_to_its_end(tmp_path):
    path = tmp_path / "long.png"
    path.write_bytes(bytes(101))

    with pytest.raises(ImageRefused, match="more than 100 bytes"):
        read_image_file(path, ImageLimits(100, 100))
