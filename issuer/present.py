"""The code as a phone or a sheet of paper shows it: a fresh live proof where there is a holder key.

The sandbox plays the phone here with the key it keeps for it. Nothing is written; the same copy and time
draw the same code.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import datetime

import segno

from issuer.errors import Refused
from issuer.keys import SigningKey
from issuer.ledger import Copy, Kind
from issuer.registry import Registry
from issuer.wire import code_text, with_countersignature
from kiosk.cose.cbor import encode_cbor
from kiosk.cose.countersign import countersignature_input
from kiosk.cose.sign1 import parse_sign1

PIXELS_PER_MODULE = 6
QUIET_MODULES = 4
_LARGEST_PRINT = 25  # above this version a print falls back from ECC M to L
_CWT_CLAIMS, _IAT, _ALG = 15, 6, 1


@dataclass(frozen=True, slots=True)
class Drawing:
    """A drawn code: its text, the PNG, and how large it is."""

    text: str
    png: bytes
    version: int
    modules: int
    error_correction: str


def present_text(registry: Registry, copy: Copy, at: datetime, *, proof: bool = True) -> str:
    """Return the text that the holder shows `at` an instant; `proof=False` strips the live proof."""
    credential = registry.credential(copy)
    if copy.kind is Kind.PHONE and proof:
        credential = add_proof(credential, registry.holder_key(copy), at)
    return code_text(credential)


def add_proof(credential: bytes, holder_key: SigningKey, at: datetime) -> bytes:
    """Return `credential` countersigned by the holder's key, the time of the proof in its protected header.

    Source: RFC 9338 section 3.3 (CounterSignatureV2), RFC 9597 (header parameter 15, CWT claims).
    """
    protected = encode_cbor({_ALG: holder_key.algorithm_id, _CWT_CLAIMS: {_IAT: int(at.timestamp())}})
    signature = holder_key.sign(countersignature_input(parse_sign1(credential), protected))
    return with_countersignature(credential, [protected, {}, signature])


def draw(text: str, kind: Kind) -> Drawing:
    """Draw `text` dark on light: alphanumeric mode, whole pixels per module, a quiet zone of four modules.

    Phones use ECC L, prints M where that stays at version 25 or below.
    Raises Refused when no code holds the text. Source: ISO/IEC 18004.
    """
    try:
        code = _make(text, "m" if kind is Kind.PRINT else "l")
        if kind is Kind.PRINT and int(code.version) > _LARGEST_PRINT:
            code = _make(text, "l")
    except segno.DataOverflowError as err:
        raise Refused("the credential does not fit into a code") from err
    picture = io.BytesIO()
    code.save(picture, kind="png", scale=PIXELS_PER_MODULE, border=QUIET_MODULES)
    modules = len(code.matrix)
    return Drawing(text, picture.getvalue(), int(code.version), modules, str(code.error))


def _make(text: str, error: str) -> segno.QRCode:
    return segno.make(text, error=error, mode="alphanumeric", micro=False, boost_error=False)
