"""base45 and zlib: right on others' examples, strict on everything else, bounded in memory."""

from __future__ import annotations

import tracemalloc
import zlib

import base45
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.cose.encoding import INFLATE_LIMIT, decode_base45, encode_base45, inflate
from kiosk.cose.layers import Layer, LayerError
from tests.vectors import load

VECTORS = load("base45")


def broken_layer(peel, outside):
    try:
        peel(outside)
    except LayerError as err:
        return err.layer
    return None


@pytest.mark.parametrize(("plain", "text"), VECTORS["examples"])
def test_base45_agrees_with_the_standards_examples(plain, text):
    assert plain.encode() == decode_base45(text)
    assert text == encode_base45(plain.encode())


@pytest.mark.parametrize("text", VECTORS["refused"])
def test_base45_refuses_what_the_standard_forbids(text):
    with pytest.raises(LayerError) as refusal:
        decode_base45(text)

    assert Layer.BASE45 is refusal.value.layer


@given(st.binary(max_size=300))
def test_base45_writes_and_reads_what_another_library_does(content):
    text = encode_base45(content)

    assert base45.b45encode(content).decode() == text
    assert content == decode_base45(text)


@given(st.text(alphabet="0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:", max_size=60))
def test_base45_takes_no_text_that_it_would_not_write_itself(text):
    try:
        content = decode_base45(text)
    except LayerError:
        return

    assert text == encode_base45(content)
    assert content == base45.b45decode(text)


@given(st.text(max_size=60))
def test_any_text_gives_bytes_or_the_base45_layer(text):
    assert broken_layer(decode_base45, text) in {None, Layer.BASE45}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"plain",
        zlib.compress(b"x" * 100)[:-1],
        zlib.compress(b"x" * 100) + b"\0",
        zlib.compress(b"one") + zlib.compress(b"two"),
        zlib.compress(b"x" * (INFLATE_LIMIT + 1)),
        zlib.compressobj(zdict=b"secret").compress(b"secret") + b"\x03\x00",
    ],
    ids=["empty", "no zlib", "cut", "byte after", "two streams", "too long", "needs a dictionary"],
)
def test_only_one_whole_zlib_stream_within_the_limit_is_inflated(content):
    with pytest.raises(LayerError) as refusal:
        inflate(content)

    assert Layer.ZLIB is refusal.value.layer


def test_a_stream_that_fills_the_limit_exactly_is_inflated():
    assert INFLATE_LIMIT == len(inflate(zlib.compress(b"x" * INFLATE_LIMIT, 9)))


def test_a_bomb_is_refused_within_a_megabyte_of_memory():
    bomb = zlib.compress(b"\0" * 3_000_000, 9)
    tracemalloc.start()

    with pytest.raises(LayerError):
        inflate(bomb)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak <= 1_000_000


@given(st.binary(max_size=200))
def test_any_bytes_inflate_or_name_the_zlib_layer(content):
    assert broken_layer(inflate, content) in {None, Layer.ZLIB}
