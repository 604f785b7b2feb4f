"""Short ways to inspect in tests, and one line to compare."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from typing import Any

import segno
from PIL import Image

from kiosk.cose.cbor import encode_cbor
from kiosk.inspect.code import code_of_bytes, code_of_text
from kiosk.inspect.keyfile import parse_key_file
from kiosk.inspect.keys import VerificationKey
from kiosk.inspect.report import Report
from kiosk.inspect.walk import GivenKeys, inspect_code
from tests.builders import AUTHORITY, HOLDER, NOON, Signer


def key_of(signer: Signer) -> VerificationKey:
    return parse_key_file(encode_cbor(signer.cose_key()))


BOTH_KEYS = GivenKeys(key_of(AUTHORITY), key_of(HOLDER))
ISSUER_KEY = GivenKeys(key_of(AUTHORITY))
NO_KEYS = GivenKeys()


def inspect_bytes(content: bytes, keys: GivenKeys = ISSUER_KEY, now: datetime = NOON) -> Report:
    return inspect_code(code_of_bytes(content), keys, now)


def inspect_text(text: str, keys: GivenKeys = ISSUER_KEY, now: datetime = NOON) -> Report:
    return inspect_code(code_of_text(text), keys, now)


def broken(report: Report) -> tuple[str, str] | None:
    """The first broken layer and its reason."""
    for each in report.layers:
        if not each.ok:
            return each.layer.value, each.reason.value
    return None


def detail_of(report: Report, name: str) -> Any:
    return next((each.detail for each in report.layers if each.layer.value == name), None)


def names(report: Report) -> list[str]:
    return [each.layer.value for each in report.layers]


def a_picture_of(content: str | bytes) -> bytes:
    """A PNG of the code that carries `content`."""
    file = BytesIO()
    segno.make(content, error="L", mode="byte" if isinstance(content, bytes) else None).save(
        file, kind="png", scale=4
    )
    return file.getvalue()


def a_blank_picture() -> bytes:
    file = BytesIO()
    Image.new("L", (200, 200), 255).save(file, format="PNG")
    return file.getvalue()
