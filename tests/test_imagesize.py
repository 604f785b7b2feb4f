"""The sizes inside foreign pictures: real files of each writer, and files that lie about themselves."""

import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from kiosk.imagesize import OddStructure, find_sizes
from kiosk.imaging import CREDENTIAL_LIMITS, ImageRefused, ImageTooLarge, decode_image

SIZE = (320, 200)


def encoded(kind, size=SIZE, mode="RGB", **options):
    out = io.BytesIO()
    Image.new(mode, size, 99).save(out, kind, **options)
    return out.getvalue()


PICTURES = {
    "WebP": encoded("WEBP"),
    "WebP without loss": encoded("WEBP", lossless=True),
    "WebP with transparency": encoded("WEBP", mode="LA"),
    "AVIF": encoded("AVIF", speed=10),
    "JPEG 2000 in boxes": encoded("JPEG2000"),
    "JPEG 2000 alone": encoded("JPEG2000", no_jp2=True),
    "JPEG 2000 in tiles": encoded("JPEG2000", tile_size=(64, 64)),
}
AVIF = PICTURES["AVIF"]


def box(content, kind):
    """Where the content of the first box of this kind begins."""
    return content.index(kind) + len(kind)


def with_bytes(content, at, new):
    return content[:at] + new + content[at + len(new) :]


@pytest.mark.parametrize("name", PICTURES)
def test_the_size_inside_is_the_pictures_own(name):
    assert (SIZE,) == find_sizes(PICTURES[name])
    assert (SIZE[1], SIZE[0], 3) == decode_image(PICTURES[name], CREDENTIAL_LIMITS).shape


@pytest.mark.parametrize("size", [(1, 1), (64, 80), (65, 129), (999, 1001)])
def test_every_size_of_an_avif_is_read_whatever_its_bits(size):
    assert (size,) == find_sizes(encoded("AVIF", size, speed=10))


def test_a_transparent_avif_names_the_size_of_both_its_pictures():
    assert (SIZE, SIZE) == find_sizes(encoded("AVIF", mode="RGBA", speed=10))


def test_a_kilobyte_of_avif_that_claims_to_be_small_is_refused_by_what_is_inside():
    bomb = encoded("AVIF", (3000, 2000), speed=10)

    lying = with_bytes(bomb, box(bomb, b"ispe") + 4, struct.pack(">II", 64, 80))

    assert len(lying) < 1000
    with pytest.raises(ImageTooLarge, match="3000 x 2000 pixels inside"):
        decode_image(lying, CREDENTIAL_LIMITS)


@pytest.mark.parametrize("kind", ["WEBP", "JPEG2000", "PNG", "JPEG", "AVIF"])
def test_two_megapixels_in_a_few_bytes_are_refused_for_a_credential(kind):
    options = {"speed": 10} if kind == "AVIF" else {}
    bomb = encoded(kind, (1500, 1500), **options)

    assert len(bomb) < CREDENTIAL_LIMITS.max_bytes
    with pytest.raises(ImageTooLarge):
        decode_image(bomb, CREDENTIAL_LIMITS)


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        (with_bytes(AVIF, box(AVIF, b"infe\x02\0\0\0\0\1\0\0"), b"grid"), "tiles"),
        (with_bytes(AVIF, AVIF.index(b"pitm"), b"iloc"), "twice"),
        (with_bytes(AVIF, AVIF.index(b"iloc"), b"free"), "without items"),
        (with_bytes(AVIF, AVIF.index(b"meta"), b"moov"), "animated"),
        (with_bytes(AVIF, AVIF.index(b"meta"), b"free"), "without meta"),
        (with_bytes(AVIF, AVIF.index(b"meta") - 4, b"\x7f\0\0\0"), "does not fit"),
        (with_bytes(AVIF, AVIF.index(b"meta") - 4, b"\0\0\0\7"), "does not fit"),
        (with_bytes(AVIF, box(AVIF, b"iloc") + 12, b"\0\2"), "pieces"),
        (with_bytes(AVIF, box(AVIF, b"infe"), b"\1"), "old form"),
        (with_bytes(AVIF, box(AVIF, b"mdat"), b"\x12\0\x12\0" + b"\x12\0" * 8), "sequence header"),
        (with_bytes(AVIF, box(AVIF, b"mdat") + 3, b"\xff" * 9), "endless"),
        (AVIF[: box(AVIF, b"iloc") + 9], "does not fit"),
        (AVIF[:24] + 300 * b"\0\0\0\x08free", "too many boxes"),
        (with_bytes(PICTURES["WebP"], 12, b"EXIF"), "picture first"),
        (PICTURES["WebP"][:24], "cut short"),
        (PICTURES["JPEG 2000 alone"][:20], "cut short"),
    ],
)
def test_what_no_common_writer_makes_is_refused(changed, why):
    with pytest.raises(OddStructure, match=why):
        find_sizes(changed)
    with pytest.raises(ImageRefused):
        decode_image(changed, CREDENTIAL_LIMITS)


def sequence_header(*fields):
    """An AV1 sequence header unit of (value, bits) fields, in an AVIF."""
    bits = "".join(f"{value:0{count}b}" for value, count in fields)
    body = int(bits.ljust(-(-len(bits) // 8) * 8, "0"), 2).to_bytes(-(-len(bits) // 8))
    at = box(AVIF, b"mdat")
    unit = b"\x0a" + bytes([len(body)]) + body
    rest = len(AVIF) - at - len(unit)
    return AVIF[:at] + unit + b"\x7a" + bytes([rest - 2]) + bytes(rest - 2)


FILM = [(0, 3), (0, 1), (0, 1)]  # profile, not a still picture, not its reduced header
POINT = [(0, 5), (0, 12), (9, 5), (0, 1)]  # one operating point of a high level
PLAIN = [*FILM, (0, 1), (0, 1), *POINT]
DELAYED = [*FILM, (0, 1), (1, 1), *POINT, (1, 1), (3, 4)]


@pytest.mark.parametrize("start", [PLAIN, DELAYED])
def test_the_long_sequence_header_is_read_too(start):
    assert ((640, 480),) == find_sizes(sequence_header(*start, (9, 4), (8, 4), (639, 10), (479, 9)))


def test_a_film_is_refused_for_its_timing_and_for_room_to_grow():
    timed = sequence_header(*FILM, (1, 1), (0, 64))
    roomy = sequence_header(*PLAIN, (15, 4), (15, 4), (63, 16), (79, 16))

    for content, why in ((timed, "timing"), (roomy, "larger frames")):
        with pytest.raises(OddStructure, match=why):
            find_sizes(content)


def is_answered(content):
    try:
        return all(width > 0 and height >= 0 for width, height in find_sizes(content))
    except OddStructure:
        return True


@given(
    st.sampled_from([b"RIFF\0\0\0\0WEBP", b"\0\0\0\x08ftyp", b"\xff\x4f\xff\x51"]), st.binary(max_size=200)
)
def test_any_bytes_give_sizes_or_a_refusal(start, content):
    assert is_answered(start + content)


@given(
    st.sampled_from(sorted(PICTURES)),
    st.lists(st.tuples(st.integers(0, 600), st.integers(0, 255)), max_size=6),
    st.integers(0, 900),
)
def test_any_damage_gives_sizes_or_a_refusal(name, changes, length):
    content = bytearray(PICTURES[name])
    for place, value in changes:
        content[place % len(content)] = value

    assert is_answered(bytes(content[:length] if length < 500 else content))
