"""Claims as JSON shows them: known labels by name, instants as dates, bytes as hex, pictures only in outline.

Rules kept here: every value becomes something JSON can say; no two labels share a name; a photo or a
biometric leaves only its length, its digest and what it looks like.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from typing import Any

from kiosk.inspect.cbor import OddKey, Simple, Tag, is_number
from kiosk.inspect.claims import EXP, HEALTH_PASS, IAT, IDENTITY, NBF, STATUS, STATUS_LIST, describe_instant

_CLAIMS = {
    1: "iss", 2: "sub", 3: "aud", 4: "exp", 5: "nbf", 6: "iat", 7: "cti", 8: "cnf", 10: "nonce",
    IDENTITY: "claim169", STATUS: "status", STATUS_LIST: "status_list", 65534: "ttl", HEALTH_PASS: "hcert",
}  # fmt: skip
# Source: MOSIP 169 QR Code Specification 1.2.0, section 3.1.
_IDENTITY = {
    1: "id", 2: "version", 3: "language", 4: "full_name", 5: "first_name", 6: "middle_name", 7: "last_name",
    8: "date_of_birth", 9: "gender", 10: "address", 11: "email", 12: "phone", 13: "nationality",
    14: "marital_status", 15: "guardian", 16: "photo", 17: "photo_format", 18: "best_quality_fingers",
    19: "secondary_full_name", 20: "secondary_language", 21: "location_code", 22: "legal_status",
    23: "country_of_issuance", 62: "face",
}  # fmt: skip
_PHOTO, _BIOMETRICS, _BIOMETRIC_CONTENT = 16, range(50, 66), 0
_DATES = frozenset({EXP, NBF, IAT})
_MAGIC = {
    b"\x89PNG": "png",
    b"\xff\xd8\xff": "jpeg",
    b"\xff\x4f\xff\x51": "jpeg2000",
    b"\x00\x00\x00\x0cjP  ": "jpeg2000",
}


def describe_claims(claims: Mapping[Any, Any]) -> dict[str, Any]:
    """Return the claims of a CWT, safe for JSON."""
    shown: dict[str, Any] = {}
    for label, value in claims.items():
        _put(shown, _CLAIMS.get(label, label) if type(label) is int else label, _claim(label, value))
    return shown


def _claim(label: object, value: object) -> Any:  # noqa: ANN401 - any JSON value
    if type(label) is int and label in _DATES and is_number(value):
        return describe_instant(value)  # type: ignore[arg-type] # is_number has looked
    if label == IDENTITY and isinstance(value, dict):
        return _describe_identity(value)
    if label == STATUS_LIST and isinstance(value, dict):
        return {"bits": plain(value.get("bits")), "lst": outline(value.get("lst"))}
    return plain(value)


def _describe_identity(fields: Mapping[Any, Any]) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    for key, value in fields.items():
        name = _IDENTITY.get(key, key) if type(key) is int else key
        if key == _PHOTO:
            _put(shown, name, outline(value))
        elif type(key) is int and key in _BIOMETRICS:
            _put(shown, name, _describe_biometrics(value))
        else:
            _put(shown, name, plain(value))
    return shown


def _describe_biometrics(value: object) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, list):
        return [_describe_biometrics(each) for each in value]
    if not isinstance(value, dict):
        return outline(value)
    shown: dict[str, Any] = {}
    for key, part in value.items():
        _put(shown, key, outline(part) if key == _BIOMETRIC_CONTENT else plain(part))
    return shown


def outline(value: object) -> Any:  # noqa: ANN401 - any JSON value
    """Return length, digest and format of a byte string, and any other value as it is."""
    if not isinstance(value, bytes):
        return plain(value)
    return {"bytes": len(value), "format": _name_format(value), "sha256": hashlib.sha256(value).hexdigest()}


def _name_format(content: bytes) -> str | None:
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "webp"
    if content[4:12] == b"ftypavif":
        return "avif"
    return next((name for magic, name in _MAGIC.items() if content.startswith(magic)), None)


def plain(value: object) -> Any:  # noqa: ANN401 - any JSON value
    """Turn any parsed CBOR item into what JSON can say."""
    if isinstance(value, dict):
        shown: dict[str, Any] = {}
        for key, part in value.items():
            _put(shown, key, plain(part))
        return shown
    if isinstance(value, list):
        return [plain(each) for each in value]
    if isinstance(value, Tag):
        return {"tag": value.number, "value": plain(value.value)}
    return _plain_scalar(value)


def _plain_scalar(value: object) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, Simple):
        return "undefined" if value.number == 23 else f"simple({value.number})"  # noqa: PLR2004 - RFC 8949 3.3
    return value


def _put(shown: dict[str, Any], key: object, value: object) -> None:
    """Add `value` under a name nothing else has: the text "1" must not hide the number 1."""
    match key:
        case bytes():
            name = f"h'{key.hex()}'"
        case OddKey():
            name = f"cbor'{key.encoded.hex()}'"
        case _:
            name = str(key)
    while name in shown:
        name = f'"{name}"'
    shown[name] = value
