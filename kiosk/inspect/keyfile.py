"""Key files: PEM or DER (public key or certificate), JWK, COSE_Key as CBOR; binary, hex or base64.

Rules kept here: the kind is decided by the content, never by the name; a certificate is only a wrapping of
its key, its dates and signer are not looked at.
"""

from __future__ import annotations

import base64
import json
import warnings
from collections.abc import Mapping
from typing import Any

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_der_public_key, load_pem_public_key
from cryptography.utils import CryptographyDeprecationWarning

from kiosk.cose.layers import LayerError
from kiosk.inspect.cbor import parse_any_cbor
from kiosk.inspect.keys import KeyUnreadableError, VerificationKey, parse_any_cose_key, wrap_key

MAX_KEY_FILE = 64 * 1024
_DER_SEQUENCE = b"\x30"
_JWK_KINDS = {"OKP": 1, "EC": 2, "RSA": 3}
_JWK_CURVES = {"P-256": 1, "P-384": 2, "P-521": 3, "Ed25519": 6}
_JWK_ALGORITHMS = {"EdDSA": -8, "Ed25519": -19, "ES256": -7, "ES384": -35, "ES512": -36, "PS256": -37}


def parse_key_file(content: bytes) -> VerificationKey:
    """Read one public key of whatever form. Raises KeyUnreadableError."""
    if len(content) > MAX_KEY_FILE:
        raise KeyUnreadableError("larger than any key")
    if b"-----BEGIN " in content:
        return _parse_x509(content, pem=True)
    if content.lstrip().startswith(b"{"):
        return _parse_jwk(content)
    binary = unwrap_text(content)
    if binary.startswith(_DER_SEQUENCE):
        return _parse_x509(binary, pem=False)
    try:
        return parse_any_cose_key(parse_any_cbor(binary).item)
    except LayerError as err:
        raise KeyUnreadableError("neither PEM, DER, JWK nor COSE_Key") from err


def unwrap_text(content: bytes) -> bytes:
    """Return the bytes that `content` spells in hex or base64, or `content` itself when it spells none."""
    word = b"".join(content.split())
    try:
        return bytes.fromhex(word.decode("ascii")) or content
    except ValueError:
        pass  # not hex
    bare = word.rstrip(b"=")
    try:
        return base64.b64decode(bare + b"=" * (-len(bare) % 4), altchars=b"-_", validate=True) or content
    except ValueError:
        return content


def _parse_x509(content: bytes, *, pem: bool) -> VerificationKey:
    load_certificate = x509.load_pem_x509_certificate if pem else x509.load_der_x509_certificate
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CryptographyDeprecationWarning)  # old certificates are read too
        try:
            return wrap_key(load_certificate(content).public_key())
        except KeyUnreadableError:
            raise
        except (ValueError, UnsupportedAlgorithm):
            pass  # not a certificate
        try:
            return wrap_key(load_pem_public_key(content) if pem else load_der_public_key(content))
        except KeyUnreadableError:
            raise
        except (ValueError, UnsupportedAlgorithm) as err:
            raise KeyUnreadableError("not a public key or certificate that can be read") from err


def _parse_jwk(content: bytes) -> VerificationKey:
    """Turn a JWK into a COSE_Key and read that. Source: RFC 7518 section 6, RFC 8037 section 2."""
    try:
        fields = json.loads(content)
    except (ValueError, RecursionError) as err:
        raise KeyUnreadableError("not JSON") from err
    if not isinstance(fields, dict):
        raise KeyUnreadableError("a JWK is an object")
    kind = _JWK_KINDS.get(_text(fields, "kty"))
    coded: dict[int, Any] = {1: kind}
    if kind == _JWK_KINDS["RSA"]:
        coded |= {-1: _coordinate(fields, "n"), -2: _coordinate(fields, "e")}
    else:
        coded |= {-1: _JWK_CURVES.get(_text(fields, "crv")), -2: _coordinate(fields, "x")}
        if kind == _JWK_KINDS["EC"]:
            coded[-3] = _coordinate(fields, "y")
    if "alg" in fields:
        coded[3] = _JWK_ALGORITHMS.get(_text(fields, "alg"))
    return parse_any_cose_key(coded)


def _text(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str):
        raise KeyUnreadableError(f"no {name} in the JWK")
    return value


def _coordinate(fields: Mapping[str, Any], name: str) -> bytes:
    text = _text(fields, name).rstrip("=")
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError as err:
        raise KeyUnreadableError(f"{name} is not base64url") from err
