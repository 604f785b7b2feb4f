"""Read the public test vectors; each file states its origin."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from kiosk.cose.keys import PublicKey, parse_cose_key

_CURVES = {"EC2": (2, 1), "OKP": (1, 6)}


def load(name: str) -> Any:
    return json.loads((Path(__file__).parent / f"{name}.json").read_text(encoding="utf-8"))


def key_of(fields: dict[str, str]) -> PublicKey:
    kty, crv = _CURVES[fields["kty"]]
    cose = {1: kty, -1: crv, -2: bytes.fromhex(fields["x"])}
    if "y" in fields:
        cose[-3] = bytes.fromhex(fields["y"])
    return parse_cose_key(cose)
