"""Strict CBOR: one encoding a value, no tag, no key that two readers could take for different ones."""

from __future__ import annotations

import contextlib
import struct

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.cose.cbor import MAX_DEPTH, encode_cbor, parse_cbor
from kiosk.cose.layers import Layer, LayerError

plain_items = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**64), 2**64 - 1)
    | st.binary(max_size=20)
    | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.integers(-100, 70000) | st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=15,
)


def refused(content: bytes) -> bool:
    try:
        parse_cbor(content)
    except LayerError:
        return True
    return False


@given(plain_items)
def test_what_is_written_deterministically_is_read_back(item):
    assert item == parse_cbor(encode_cbor(item))


@pytest.mark.parametrize(
    ("value", "packed"),
    [
        (1.7e9, b"\xfb" + struct.pack(">d", 1.7e9)),
        (1.5, b"\xf9" + struct.pack(">e", 1.5)),
        (100000.0, b"\xfa" + struct.pack(">f", 100000.0)),
        (1e300, b"\xfb" + struct.pack(">d", 1e300)),
        (float("-inf"), b"\xf9\xfc\x00"),
    ],
)
def test_a_float_is_read_in_full_width_or_in_its_shortest(value, packed):
    assert value == parse_cbor(packed)


def test_two_floats_of_two_widths_are_read_when_each_is_its_shortest():
    content = b"\x82\xf9" + struct.pack(">e", 1.5) + b"\xfb" + struct.pack(">d", 1.1)

    assert [1.5, 1.1] == parse_cbor(content)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\x00",
        b"\x18\x01",
        b"\x19\x00\x01",
        b"\x1b\x00\x00\x00\x00\x00\x00\x00\x01",
        b"\x58\x01a",
        b"\xb8\x01\x01\x01",
        b"\xfa" + struct.pack(">f", 1.5),
        b"\xf9\x7e\x01",
        b"\xa2\x01\x01\x01\x02",
        b"\x9f\xff",
        b"\x5f\x41a\xff",
        b"\xff",
        b"\x81" * (MAX_DEPTH + 1) + b"\x00",
        b"\x5b\x7f\xff\xff\xff\xff\xff\xff\xff",
        b"\x9b\x00\x00\x00\xff\xff\xff\xff\xff",
        b"\x61\xff",
        b"\x63\xed\xa0\x80",
        b"\x1c",
    ],
)
def test_every_other_way_of_writing_is_refused(content):
    assert refused(content)


@pytest.mark.parametrize(
    "key", [b"\xf5", b"\xf9\x3c\x00", b"\xf9\x7e\x00", b"\xf6", b"\x41a", b"\x80", b"\xa0"]
)
def test_a_key_that_is_no_integer_or_text_is_refused_at_any_depth(key):
    assert refused(b"\xa1" + key + b"\x00")
    assert refused(b"\x81\xa1\x01\xa1" + key + b"\x00")
    assert refused(b"\xa1\xa1" + key + b"\x00\x00")


@pytest.mark.parametrize(
    "tag", [*range(64), 100, 256, 258, 260, 261, 1004, 1040, 43000, 55799, 2**32, 2**64 - 1]
)
def test_every_tag_is_refused_whatever_it_holds(tag):
    for inside in (0, "1990-01-01", b"\x01", [0, 1], {}):
        assert refused(cbor2.dumps(cbor2.CBORTag(tag, inside)))
        assert refused(cbor2.dumps({1: [cbor2.CBORTag(tag, inside)]}))


def test_a_hostile_key_set_does_not_cost_more_than_its_length():
    many = {index << 40: 0 for index in range(5000)}

    assert many == parse_cbor(encode_cbor(many))


@given(st.binary(max_size=100))
def test_any_bytes_are_one_item_without_a_byte_to_spare_or_refused(content):
    with contextlib.suppress(LayerError):
        assert len(content) >= len(encode_cbor(parse_cbor(content)))


@given(st.binary(min_size=1, max_size=40))
def test_a_refusal_names_the_layer_asked_for(content):
    with pytest.raises(LayerError) as refusal:
        parse_cbor(b"\x00" + content, Layer.CWT)

    assert Layer.CWT is refusal.value.layer
