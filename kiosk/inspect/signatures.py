"""The signature and the countersignatures of a message, checked with the keys an integrator gives.

Rules kept here: no key, no word on the signature; the algorithm must stand in the protected header, which
RFC 9052 section 3.1 demands ("MUST be authenticated"), and must be the key's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from kiosk.cose.cbor import encode_cbor
from kiosk.cose.countersign import countersignature_input
from kiosk.cose.layers import Layer, LayerError
from kiosk.cose.sign1 import ALG, COUNTERSIGNATURE_V2, signature1_input
from kiosk.inspect.keys import KeyUnreadableError, SignatureAlgorithm, VerificationKey, parse_any_cose_key
from kiosk.inspect.message import COUNTERSIGNATURE0_V2, CWT_CLAIMS, Message, check_headers, parse_any_header
from kiosk.inspect.report import LayerBroken
from kiosk.model import Reason

NOT_CHECKED = "not checked"
_OTHER_ALGORITHMS = {-37: "PS256", -38: "PS384", -39: "PS512", -47: "ES256K", -53: "Ed448", -257: "RS256"}
_CNF, _COSE_KEY, _IAT = 8, 1, 6
_PARTS = 3
_LAST_SECOND = 253402300799  # 9999-12-31T23:59:59Z, the last that datetime can say


def name_algorithm(identifier: object) -> str:
    """Return the name of a COSE algorithm, or its number; a text only as "a text"."""
    for known in SignatureAlgorithm:
        if known.is_named(identifier):
            return known.name.replace("EDDSA", "EdDSA")
    if type(identifier) is int:
        return _OTHER_ALGORITHMS.get(identifier, f"algorithm {identifier}")
    return "no algorithm" if identifier is None else "an algorithm named by a text"


def check_signature(message: Message, key: VerificationKey | None) -> str:
    """Check the signature with `key`. Returns a detail. Raises LayerError(SIGNATURE).

    Source: RFC 9052 section 4.4.
    """
    if key is None:
        return NOT_CHECKED
    sign1 = message.sign1
    fits = key.is_signature(sign1.signature, signature1_input(sign1.protected, sign1.payload))
    _check_algorithm(message.headers, message.unprotected, key, Layer.SIGNATURE)
    if not fits:
        raise LayerError(Layer.SIGNATURE, f"does not fit this {name_algorithm(key.algorithm.value[0])} key")
    return f"fits the key given, {name_algorithm(message.headers[ALG])}"


def _check_algorithm(
    headers: Mapping[Any, Any], unprotected: Mapping[Any, Any], key: VerificationKey, layer: Layer
) -> None:
    own = name_algorithm(key.algorithm.value[0])
    if ALG not in headers:
        where = (
            "only in the unprotected header, where anybody can change it" if ALG in unprotected else "missing"
        )
        raise LayerError(layer, f"the algorithm is {where}; the key is for {own}")
    if not key.algorithm.is_named(headers[ALG]):
        raise LayerError(layer, f"the header says {name_algorithm(headers[ALG])}, the key is for {own}")


def check_countersignatures(
    message: Message, given: VerificationKey | None, claims: Mapping[Any, Any], *, signed: bool
) -> str:
    """Check labels 11 and 12 with the key `given`, else with the one that `cnf` in the claims names.

    `signed` says whether a key vouched for those claims. Raises LayerError(COUNTERSIGNATURE).
    Source: RFC 9338 sections 3.1 to 3.3, RFC 8747 section 3.2.
    """
    full = _several(message.unprotected.get(COUNTERSIGNATURE_V2))
    short = _several_short(message.unprotected.get(COUNTERSIGNATURE0_V2))
    if not full and not short:
        reason = Reason.PROOF_MISSING
        raise LayerBroken(
            Layer.COUNTERSIGNATURE, "a holder key was given, but nothing is countersigned", reason
        )
    parts = [_take_apart(each) for each in full]
    made = _time_of(parts[0][1]) if len(parts) == 1 else ""
    key, whose = (given, "the key given") if given else _confirmed(claims, signed=signed)
    if key is None:
        return f"{NOT_CHECKED}, {whose}{made}"
    failures = [err for each in parts if (err := _flaw(each, message, key))]
    unfit = [each for each in short if not _fits_short(each, message, key)]
    if len(failures) + len(unfit) == len(parts) + len(short):
        raise LayerError(Layer.COUNTERSIGNATURE, f"{failures[0] if failures else 'does not fit'}, by {whose}")
    count = len(parts) + len(short)
    number = "" if count == 1 else f"{count - len(failures) - len(unfit)} of {count} "
    return f"{number}fits {whose}{made}"


Part = tuple[bytes, Mapping[Any, Any], Mapping[Any, Any], bytes]


def _several(item: object) -> list[object]:
    """Return the countersignatures of label 11: one, or an array of one or more. Source: RFC 9338, 3.1."""
    if item is None:
        return []
    if isinstance(item, list) and item and all(isinstance(each, list) for each in item):
        return item
    return [item]


def _several_short(item: object) -> list[bytes]:
    if item is None:
        return []
    if not isinstance(item, bytes):
        raise LayerBroken(Layer.COUNTERSIGNATURE, "label 12 is not a byte string", Reason.MALFORMED)
    return [item]


def _take_apart(item: object) -> Part:
    layer = Layer.COUNTERSIGNATURE
    if not isinstance(item, list) or len(item) != _PARTS:
        raise LayerBroken(layer, "label 11 is not a countersignature", Reason.MALFORMED)
    protected, unprotected, signature = item
    if (
        not isinstance(protected, bytes)
        or not isinstance(unprotected, dict)
        or not isinstance(signature, bytes)
    ):
        raise LayerBroken(layer, "parts of the wrong type", Reason.MALFORMED)
    try:
        headers, _ = parse_any_header(protected, layer)
    except LayerError as err:
        raise LayerBroken(layer, err.detail, Reason.MALFORMED) from err
    check_headers(headers, unprotected, layer)
    return protected if headers else b"", headers, unprotected, signature


def _flaw(part: Part, message: Message, key: VerificationKey) -> str | None:
    """Say why a full countersignature does not count, None when it does."""
    protected, headers, unprotected, signature = part
    try:
        _check_algorithm(headers, unprotected, key, Layer.COUNTERSIGNATURE)
    except LayerError as err:
        return err.detail
    covered = countersignature_input(message.sign1, protected)
    return None if key.is_signature(signature, covered) else "does not fit"


def _fits_short(signature: bytes, message: Message, key: VerificationKey) -> bool:
    """Check an abbreviated countersignature. Source: RFC 9338 sections 3.2 and 3.3."""
    sign1 = message.sign1
    others = [sign1.signature]
    covered = encode_cbor(["CounterSignature0V2", sign1.protected, b"", sign1.payload, others])
    return key.is_signature(signature, covered)


def _confirmed(claims: Mapping[Any, Any], *, signed: bool) -> tuple[VerificationKey | None, str]:
    """Return the key of `cnf` and how to call it; no key, and why, where there is none."""
    confirmation = claims.get(_CNF)
    if not isinstance(confirmation, dict) or _COSE_KEY not in confirmation:
        return None, "no holder key was given and the payload names none (cnf)"
    try:
        key = parse_any_cose_key(confirmation[_COSE_KEY])
    except KeyUnreadableError as err:
        raise LayerBroken(Layer.COUNTERSIGNATURE, f"the key in cnf: {err}", Reason.MALFORMED) from err
    vouched = "which the signature covers" if signed else "which nothing vouches for yet"
    return key, f"the key in cnf ({vouched})"


def _time_of(headers: Mapping[Any, Any]) -> str:
    """Return when a live proof says it was made. Source: RFC 9597 section 2."""
    claims = headers.get(CWT_CLAIMS)
    made = claims.get(_IAT) if isinstance(claims, dict) else None
    if type(made) is not int or not 0 <= made <= _LAST_SECOND:
        return ""
    return f", made {datetime.fromtimestamp(made, UTC):%Y-%m-%dT%H:%M:%SZ}"
