"""The layers a code is peeled through, and the one error that names where it broke."""

from __future__ import annotations

from enum import Enum


class Layer(Enum):
    """The layers of a code from the outside in, as `kiosk inspect` names them."""

    IMAGE = "image"
    PREFIX = "prefix"
    BASE45 = "base45"
    ZLIB = "zlib"
    CBOR = "cbor"
    COSE = "cose"
    SIGNATURE = "signature"
    COUNTERSIGNATURE = "countersignature"
    CWT = "cwt"
    DATES = "dates"
    CLAIM169 = "claim169"
    STATUSLIST = "statuslist"


class LayerError(ValueError):
    """Some bytes are not what this layer allows. The text never quotes the bytes themselves."""

    def __init__(self, layer: Layer, detail: str) -> None:
        super().__init__(f"{layer.value}: {detail}")
        self.layer = layer
        self.detail = detail
