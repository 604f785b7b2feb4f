"""The rival libraries reading the same print copy; stands alone and runs in an environment of its own.

It imports nothing of the kiosk. Lines of JSON come in, one line goes out for each. The first has
"libraries", "algorithm", "key", "kid", "number", and as "text" the copy, as "content" its COSE_Sign1 (bytes
in hexadecimal), as "tampered" a text with a wrong signature. The answer names every way of reading whose
library is installed, after that library read the holder's number and refused the tampered text. Then come
lines of "way" and "count": the answer has the seconds each of `count` calls took. Every way ends with a
checked signature and decoded claims:
"text" begins with the base45 text, through the package `base45` where the library itself takes bytes;
"bytes" begins with the COSE_Sign1, so that nobody is charged for a slow base45 that is not his.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import importlib.metadata
import json
import sys
import time
import zlib
from collections.abc import Callable
from typing import Any

Read = Callable[[Any], Any]
"""Reads a text or bytes and returns the claims, or raises."""

_ED25519 = -8
_OWN_DECODER = "claim169"


def main() -> int:
    """Answer until the input closes."""
    ways: dict[str, tuple[Read, Any]] = {}
    for line in sys.stdin:
        question = json.loads(line)
        if "text" in question:
            ways, answer = _set_up(question)
        else:
            answer = _time(*ways[question["way"]], count=question["count"])
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
    return 0


def _set_up(case: dict[str, Any]) -> tuple[dict[str, tuple[Read, Any]], dict[str, Any]]:
    """Make every way of reading whose library is here, and try it."""
    text, content = case["text"], bytes.fromhex(case["content"])
    ways: dict[str, tuple[Read, Any]] = {}
    versions: dict[str, str] = {}
    for library in case["libraries"]:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            versions[library] = importlib.metadata.version(library)
            read, refusal = _MAKE[library](
                case["algorithm"], bytes.fromhex(case["key"]), bytes.fromhex(case["kid"])
            )
            from_text = read if library == _OWN_DECODER else _after_base45(read)
            ways[f"{library} text"] = from_text, text
            if library != _OWN_DECODER:
                ways[f"{library} bytes"] = read, content
            _try(library, from_text, case, refusal)
    return ways, {"ways": sorted(ways), "versions": versions}


def _try(library: str, read: Read, case: dict[str, Any], refusal: type[Exception]) -> None:
    """Make sure that the library reads the text and refuses it when the signature is wrong."""
    if _number(read(case["text"])) != case["number"]:
        raise SystemExit(f"{library} read something else")
    try:
        read(case["tampered"])
    except refusal:
        return
    raise SystemExit(f"{library} accepted a wrong signature")


def _number(claims: Any) -> object:  # noqa: ANN401 - what a library makes of claims
    return claims[169][1] if isinstance(claims, dict) else claims.claim169.id


def _time(read: Read, given: Any, count: int) -> dict[str, list[float]]:  # noqa: ANN401 - a text or bytes
    """Time each of `count` calls, garbage collected before and not during."""
    gc.collect()
    gc.disable()
    clock = time.perf_counter
    taken = []
    for _ in range(count):
        began = clock()
        read(given)
        taken.append(clock() - began)
    gc.enable()
    return {"seconds": taken}


def _after_base45(read: Read) -> Read:
    decode = importlib.import_module("base45").b45decode
    return lambda text: read(zlib.decompress(decode(text)))


def _make_cwt(algorithm: int, key: bytes, kid: bytes) -> tuple[Read, type[Exception]]:
    cwt = importlib.import_module("cwt")
    if algorithm == _ED25519:
        fields: dict[int, object] = {1: 1, 2: kid, 3: algorithm, -1: 6, -2: key}
    else:
        fields = {1: 2, 2: kid, 3: algorithm, -1: 1, -2: key[1:33], -3: key[33:]}
    known = cwt.COSEKey.new(fields)
    decode = cwt.decode
    return lambda content: decode(content, known), cwt.VerifyError


def _make_pycose(algorithm: int, key: bytes, kid: bytes) -> tuple[Read, type[Exception]]:
    del kid  # its user looks the key up
    message = importlib.import_module("pycose.messages")
    keys = importlib.import_module("pycose.keys")
    loads = importlib.import_module("cbor2").loads
    if algorithm == _ED25519:
        known = keys.OKPKey(crv="ED25519", x=key)
    else:
        known = keys.EC2Key(crv="P_256", x=key[1:33], y=key[33:])

    def read(content: bytes) -> object:
        decoded = message.CoseMessage.decode(content)
        decoded.key = known
        if not decoded.verify_signature():
            raise ValueError("the signature does not fit")
        return loads(decoded.payload)

    return read, ValueError


def _make_claim169(algorithm: int, key: bytes, kid: bytes) -> tuple[Read, type[Exception]]:
    del kid  # it takes one key
    library = importlib.import_module("claim169")
    decode = library.decode_with_ed25519 if algorithm == _ED25519 else library.decode_with_ecdsa_p256
    return lambda text: decode(text, key), library.SignatureError


_MAKE = {"cwt": _make_cwt, "pycose": _make_pycose, _OWN_DECODER: _make_claim169}

if __name__ == "__main__":
    sys.exit(main())
