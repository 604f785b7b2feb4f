"""CBOR as the standard allows it, and nothing that two readers could understand differently."""

from __future__ import annotations

import math
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.cose.cbor import encode_cbor
from kiosk.cose.layers import Layer, LayerError
from kiosk.inspect.cbor import MAX_DEPTH, OddKey, Simple, Tag, parse_any_cbor


def parse(hexed):
    return parse_any_cbor(bytes.fromhex(hexed))


# Source: RFC 8949 appendix A, and section 3 for the liberties.
@pytest.mark.parametrize(
    ("hexed", "item", "liberties"),
    [
        ("00", 0, ()),
        ("1bffffffffffffffff", 2**64 - 1, ()),
        ("3bffffffffffffffff", -(2**64), ()),
        ("1801", 1, ("numbers longer than needed",)),
        ("190001", 1, ("numbers longer than needed",)),
        ("1a0000ffff", 65535, ("numbers longer than needed",)),
        ("1b00000000ffffffff", 2**32 - 1, ("numbers longer than needed",)),
        ("580100", b"\0", ("numbers longer than needed",)),
        ("f93c00", 1.0, ()),
        ("fa47c35000", 100000.0, ()),
        ("fb7ff0000000000000", math.inf, ()),
        ("f4", False, ()),
        ("f6", None, ()),
        ("f7", Simple(23), ()),
        ("f8ff", Simple(255), ()),
        ("c11a514b67b0", Tag(1, 1363896240), ()),
        ("81c100", [Tag(1, 0)], ("tags inside",)),
        ("c249010000000000000000", Tag(2, bytes.fromhex("010000000000000000")), ()),
        ("62c3bc", "ü", ()),
        ("5f42010243030405ff", b"\1\2\3\4\5", ("indefinite lengths",)),
        ("7f657374726561646d696e67ff", "streaming", ("indefinite lengths",)),
        ("9f01820203ff", [1, [2, 3]], ("indefinite lengths",)),
        ("bf6346756ef563416d7421ff", {"Fun": True, "Amt": -2}, ("indefinite lengths",)),
        ("a2010af50b", {1: 10, OddKey(b"\xf5"): 11}, ()),
        ("a18001", {OddKey(b"\x80"): 1}, ()),
        ("a14101f6", {b"\1": None}, ()),
    ],
)
def test_what_is_well_formed_is_read_and_its_liberties_are_named(hexed, item, liberties):
    parsed = parse(hexed)

    assert (item, liberties) == (parsed.item, parsed.liberties)


# Source: RFC 8949 appendix F, and section 5.6 for keys that stand twice.
MALFORMED = """
    18 19ff 1bffffffffffffff 41 62c3 62c328 61ff 63eda080 81 8201 a1 a101 a2010101 a2010118 a201001801
    a20100180100 a2f500f501 1c 1d 1e 3c 5c 7d 9e bc dc fc fd fe ff 81ff a1ff a100ff 1f 3f df00 5f00ff
    5f6161ff 5f5f4100ffff 5f41 7f4161ff 7f61c361bcff 9f 9f01 bf01ff bf 0000 f800 f81f f8 f9 9affffffff
    bbffffffffffffffff 5bffffffffffffffff
"""
TOO_DEEP = ("81" * (MAX_DEPTH + 1) + "00", "c1" * 50_000 + "00", "9f" * 50_000)
TOO_MANY = ("9a00100000" + "00" * 0x100000, "5f" + "40" * 300_000 + "ff")


@pytest.mark.parametrize(
    "hexed", ["", *MALFORMED.split(), *TOO_DEEP, *TOO_MANY], ids=lambda hexed: hexed[:20] or "empty"
)
def test_what_is_malformed_is_refused(hexed):
    with pytest.raises(LayerError) as refused:
        parse(hexed)

    assert Layer.CBOR is refused.value.layer


ITEMS = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**64), 2**64 - 1)
    | st.binary(max_size=40)
    | st.text(string.printable + "شخص", max_size=20)
    | st.floats(allow_nan=False),
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(st.integers(-300, 70_000) | st.text(max_size=5), inner, max_size=5)
    ),
    max_leaves=15,
)


@given(ITEMS)
def test_whatever_is_encoded_deterministically_is_read_without_a_liberty(item):
    parsed = parse_any_cbor(encode_cbor(item))

    assert (item, ()) == (parsed.item, parsed.liberties)


@given(st.binary(max_size=60))
def test_any_bytes_give_an_item_or_a_refusal(content):
    try:
        parse_any_cbor(content, Layer.CWT)
    except LayerError as err:
        assert Layer.CWT is err.layer  # noqa: PT017 - either end is right
