"""Strict CBOR: one item, deterministic lengths, no tag, no duplicate key, bounded depth.

Everything a signature may cover is read here, so what two readers could understand differently is refused.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

import cbor2

from kiosk.cose.layers import Layer, LayerError

MAX_DEPTH = 8


def _refuse_tag(*_: object) -> NoReturn:
    raise ValueError("tag")


class _RefuseEveryTag(dict[int, Callable[..., Any]]):
    """Stands for a table of decoders in which every tag has the decoder that refuses."""

    def __missing__(self, tag: int) -> Callable[..., Any]:
        return _refuse_tag


_NO_TAGS = _RefuseEveryTag()


def _check_keys(item: Mapping[Any, Any], immutable: object) -> Mapping[Any, Any]:
    """Refuse map keys that Python would take for a number: true is 1 to it, and so is 1.0."""
    del immutable
    for key in item:
        if type(key) is not int and type(key) is not str:
            raise ValueError("key")
    return item


def parse_cbor(content: bytes, layer: Layer = Layer.CBOR) -> Any:  # noqa: ANN401 - any CBOR item
    """Parse one CBOR item whose re-encoding is the input again, floats in their own width.

    Gives int, bytes, str, list, dict (keys int or str), bool, None, float, or what cbor2 has for other
    simple values. Raises LayerError(layer).
    Source: RFC 8949 sections 4.2.1 (deterministic encoding, without its order of map keys) and 5.3.
    """
    try:
        item = cbor2.loads(
            content,
            semantic_decoders=_NO_TAGS,
            tag_hook=_refuse_tag,
            object_hook=_check_keys,
            max_depth=MAX_DEPTH,
            allow_indefinite=False,
            allow_duplicate_keys=False,
        )
        again = cbor2.dumps(item)
        if again != content:
            again = cbor2.dumps(item, encoders={float: _encode_short_float})
    except (cbor2.CBORError, ValueError, TypeError, OverflowError, RecursionError, MemoryError) as err:
        raise LayerError(layer, "not strict CBOR") from err
    if again != content:
        raise LayerError(layer, "not the one canonical encoding, or bytes after it")
    return item


def _encode_short_float(encoder: cbor2.CBOREncoder, value: float) -> None:
    """Write `value` in the shortest width that keeps it. Source: RFC 8949 section 4.2.2."""
    for head, form in ((b"\xf9", ">e"), (b"\xfa", ">f")):
        try:
            packed = struct.pack(form, value)
        except OverflowError:
            continue
        if struct.unpack(form, packed)[0] == value:
            encoder.write(head + packed)
            return
    encoder.write(b"\xfb" + struct.pack(">d", value))


def encode_cbor(item: object) -> bytes:
    """Encode in deterministic CBOR with sorted keys. Source: RFC 8949 section 4.2.1."""
    return cbor2.dumps(item, canonical=True)
