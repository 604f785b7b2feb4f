"""A COSE_Sign1 as RFC 9052 allows it: tagged or not, any label, kid in either header.

Rules kept here: other COSE messages are named and not opened; a label in both headers, a critical label that
is not understood and a header that is no map break the layer. What the kiosk would mind is left to `profile`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from kiosk.cose.layers import Layer
from kiosk.cose.sign1 import ALG, COUNTERSIGNATURE_V2, CRIT, KID, TYP, Sign1
from kiosk.inspect.cbor import Parsed, Tag, parse_any_cbor
from kiosk.inspect.report import LayerBroken
from kiosk.model import Reason

CONTENT_TYPE, COUNTERSIGNATURE0_V2, CWT_CLAIMS = 3, 12, 15
TAG_SIGN1, TAG_CWT, TAG_SELF_DESCRIBED = 18, 61, 55799
_UNDERSTOOD = frozenset({ALG, CRIT, CONTENT_TYPE, KID, TYP})
_OTHER_MESSAGES = {
    16: "COSE_Encrypt0",
    17: "COSE_Mac0",
    96: "COSE_Encrypt",
    97: "COSE_Mac",
    98: "COSE_Sign",
}
_ENCRYPTED = frozenset({16, 96})
_PARTS = 4


@dataclass(frozen=True, slots=True)
class Message:
    """A COSE_Sign1. `sign1.protected` is as it is signed: an empty map written out counts as nothing.

    `tags` from the outside in. `liberties` are those of the message's and the protected header's encoding.
    """

    sign1: Sign1
    tags: tuple[int, ...]
    liberties: tuple[str, ...]

    @property
    def headers(self) -> Mapping[Any, Any]:
        """The protected header."""
        return self.sign1.headers

    @property
    def unprotected(self) -> Mapping[Any, Any]:
        """The unprotected header."""
        return self.sign1.unprotected

    @property
    def kid(self) -> object:
        """The key's name, from the protected header if it is there."""
        return self.headers.get(KID, self.unprotected.get(KID))


def open_message(parsed: Parsed) -> Message:
    """Take a COSE_Sign1 apart. Raises LayerBroken(COSE): NOT_A_CREDENTIAL for what is something else.

    Source: RFC 9052 sections 2 (tags) and 4.2, RFC 8392 section 6 (the CWT tag).
    """
    tags, item = _untag(parsed.item)
    last = tags[-1] if tags else None
    if last in _OTHER_MESSAGES:
        kind = "encrypted, " if last in _ENCRYPTED else ""
        _refuse(
            f"{_OTHER_MESSAGES[last]} (tag {last}), {kind}not a credential this reader opens", foreign=True
        )
    if last not in {None, TAG_SIGN1, TAG_SELF_DESCRIBED}:
        _refuse(f"tag {last} is not COSE_Sign1 (18)", foreign=True)
    if not isinstance(item, list) or len(item) != _PARTS:
        _refuse("not an array of four, as a COSE_Sign1 is", foreign=last != TAG_SIGN1)
    protected, unprotected, payload, signature = item
    if not isinstance(protected, bytes) or not isinstance(unprotected, dict):
        _refuse("headers of the wrong type", foreign=last != TAG_SIGN1)
    if payload is None:
        _refuse("the payload is detached: there is nothing here to read or to check")
    if not isinstance(payload, bytes) or not isinstance(signature, bytes):
        _refuse("payload or signature is not a byte string", foreign=last != TAG_SIGN1)
    headers, liberties = parse_any_header(protected)
    check_headers(headers, unprotected)
    signed = protected if headers else b""
    return Message(
        Sign1(signed, headers, unprotected, payload, signature), tags, (*parsed.liberties, *liberties)
    )


def _untag(item: object) -> tuple[tuple[int, ...], Any]:
    """Take off the tags that may stand around a COSE message, each at most once and in order."""
    tags: list[int] = []
    for allowed in (TAG_SELF_DESCRIBED, TAG_CWT, None):
        if isinstance(item, Tag) and allowed in {None, item.number}:
            tags.append(item.number)
            item = item.value
    return tuple(tags), item


def _refuse(detail: str, *, foreign: bool = False) -> NoReturn:
    raise LayerBroken(Layer.COSE, detail, Reason.NOT_A_CREDENTIAL if foreign else Reason.MALFORMED)


def parse_any_header(
    protected: bytes, layer: Layer = Layer.COSE
) -> tuple[Mapping[Any, Any], tuple[str, ...]]:
    """Decode a protected header into its map and its liberties. Raises LayerError(layer).

    Source: RFC 9052 section 3: an empty map may be the empty string or be written out.
    """
    if not protected:
        return {}, ()
    parsed = parse_any_cbor(protected, layer)
    if not isinstance(parsed.item, dict):
        raise LayerBroken(layer, "the protected header is not a map", Reason.MALFORMED)
    return parsed.item, parsed.liberties


def check_headers(
    headers: Mapping[Any, Any], unprotected: Mapping[Any, Any], layer: Layer = Layer.COSE
) -> None:
    """Check what every reader must. Raises LayerBroken(layer). Source: RFC 9052 sections 3 and 3.1."""
    for label in (*headers, *unprotected):
        if type(label) not in {int, str}:
            raise LayerBroken(layer, "a header label that is no integer and no text", Reason.MALFORMED)
    if headers.keys() & unprotected.keys():
        raise LayerBroken(layer, "a label stands in both headers", Reason.MALFORMED)
    if type(headers.get(ALG, unprotected.get(ALG, 0))) not in {int, str}:
        raise LayerBroken(layer, "alg (1) is no integer and no text", Reason.MALFORMED)
    if CRIT in unprotected:
        raise LayerBroken(layer, "crit (2) stands in the unprotected header", Reason.MALFORMED)
    critical = headers.get(CRIT)
    if CRIT not in headers:
        return
    if (
        not isinstance(critical, list)
        or not critical
        or any(type(each) not in {int, str} for each in critical)
    ):
        raise LayerBroken(layer, "crit (2) is not a list of labels", Reason.MALFORMED)
    if any(label not in _UNDERSTOOD for label in critical):
        raise LayerBroken(layer, "a critical label that is not understood", Reason.MALFORMED)
    if any(label not in headers for label in critical):
        raise LayerBroken(layer, "a critical label that is not there", Reason.MALFORMED)


def countersigned(message: Message) -> bool:
    """Say whether a V2 countersignature, full or abbreviated, stands in the unprotected header."""
    return bool({COUNTERSIGNATURE_V2, COUNTERSIGNATURE0_V2} & message.unprotected.keys())
