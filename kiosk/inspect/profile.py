"""What the kiosk's stricter profile would mind in a code that the standards allow, in sentences.

Rules kept here: a sentence never changes a layer; the last one is the answer of the kiosk's own reader, so
that nothing it refuses goes unsaid.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from kiosk.cose.keys import Algorithm
from kiosk.cose.sign1 import ALG, COUNTERSIGNATURE_V2, KID
from kiosk.inspect.claims import CNF, EXP, IAT, IDENTITY, ISS, STATUS
from kiosk.inspect.message import TAG_SIGN1, Message
from kiosk.inspect.signatures import name_algorithm
from kiosk.model import CheckFailed
from kiosk.verify.reading import parse_token

_REQUIRED = {ISS: "iss (1)", EXP: "exp (4)", IAT: "iat (6)", STATUS: "status (65535)", IDENTITY: "169"}


def say_profile(
    content: bytes, message: Message, claims: Mapping[Any, Any] | None, liberties: Iterable[str]
) -> tuple[str, ...]:
    """Return one sentence for each thing; `claims` is None where the payload is no claims set."""
    said = [*_of_wrapping(message, liberties), *_of_headers(message)]
    if claims is not None:
        said += _of_claims(message, claims)
    return (*said, *say_own_reader(content))


def _of_wrapping(message: Message, liberties: Iterable[str]) -> Iterator[str]:
    if TAG_SIGN1 not in message.tags:
        yield "not tagged as COSE_Sign1 (18)"
    for where, found in (("message", message.liberties), ("payload", liberties)):
        for liberty in dict.fromkeys(found):
            yield f"{where}: {liberty}"


def _of_headers(message: Message) -> Iterator[str]:
    for label in message.unprotected:
        if label != COUNTERSIGNATURE_V2:
            yield f"label {label if type(label) is int else 'of text'} in the unprotected header"
    if ALG not in message.headers:
        yield "no algorithm in the protected header"
    elif not any(known.is_named(message.headers[ALG]) for known in Algorithm):
        yield f"{name_algorithm(message.headers[ALG])} is outside the profile (EdDSA, ES256)"
    if KID not in message.headers:
        yield "no kid (4) in the protected header"
    elif not isinstance(message.headers[KID], bytes):
        yield "kid (4) is not a byte string"


def _of_claims(message: Message, claims: Mapping[Any, Any]) -> Iterator[str]:
    for label, name in _REQUIRED.items():
        if label not in claims:
            yield f"no claim {name}"
    if CNF in claims and COUNTERSIGNATURE_V2 not in message.unprotected:
        yield "a holder key (cnf) without a live proof (label 11)"


def say_own_reader(content: bytes) -> tuple[str, ...]:
    """Return what the kiosk's own reader says of these bytes, nothing when it reads them."""
    try:
        parse_token(content)
    except CheckFailed as err:
        return (f"the kiosk's own reader says {err}",)
    return ()
