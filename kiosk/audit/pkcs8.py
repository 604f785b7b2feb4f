"""A private key as an encrypted PEM file whose passphrase is slow to guess: PKCS #8 with scrypt.

Rules kept here: any program that knows the standard opens the file (`openssl pkey` does); a guess costs
16 MiB and tens of milliseconds. The library reads this form but writes only PBKDF2 with 2,048 rounds, too
fast to guess for a key that opens a month of names: so the few bytes around it are written here.
Source: RFC 5958 section 3 (EncryptedPrivateKeyInfo), RFC 8018 section 6.2 (PBES2), RFC 7914 section 7
(scrypt), RFC 3565 section 4.1 (AES-256-CBC), RFC 7468 section 11 (PEM).
"""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from cryptography.hazmat.primitives.padding import PKCS7
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

PrivateKey = X25519PrivateKey | Ed25519PrivateKey | EllipticCurvePrivateKey
_SEQUENCE, _INTEGER, _OCTETS = 0x30, 0x02, 0x04
_PBES2 = bytes.fromhex("06092a864886f70d01050d")  # 1.2.840.113549.1.5.13
_SCRYPT = bytes.fromhex("06092b06010401da47040b")  # 1.3.6.1.4.1.11591.4.11
_AES_256_CBC = bytes.fromhex("060960864801650304012a")  # 2.16.840.1.101.3.4.1.42
_SALT_BYTES = _BLOCK_BYTES = 16
_KEY_BYTES = 32
_BLOCK_BITS = 128
_ONE_BYTE_LENGTH = 0x80
_PEM = "-----{} ENCRYPTED PRIVATE KEY-----\n"
_PEM_LINE = 64


@dataclass(frozen=True, slots=True)
class Work:
    """How dear one guess is: the parameters of scrypt. Memory is 128 * cost * block bytes."""

    cost: int
    block: int = 8
    parallel: int = 1


# Source: OWASP Password Storage Cheat Sheet, scrypt; the largest cost that `openssl` reads by default.
STRONG = Work(2**14, 8, 5)
QUICK = Work(2**4)  # where the passphrase is no secret: the sandbox


def encrypt_private_key(key: PrivateKey, passphrase: bytes, work: Work) -> bytes:
    """Return `key` as PEM, encrypted with `passphrase`."""
    salt, block = secrets.token_bytes(_SALT_BYTES), secrets.token_bytes(_BLOCK_BYTES)
    derived = Scrypt(salt, _KEY_BYTES, work.cost, work.block, work.parallel).derive(passphrase)
    plain = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    padder = PKCS7(_BLOCK_BITS).padder()
    encryptor = Cipher(algorithms.AES(derived), modes.CBC(block)).encryptor()
    encrypted = encryptor.update(padder.update(plain) + padder.finalize()) + encryptor.finalize()
    numbers = (_integer(number) for number in (work.cost, work.block, work.parallel))
    slow = _der(_SEQUENCE, _SCRYPT, _der(_SEQUENCE, _der(_OCTETS, salt), *numbers))
    cipher = _der(_SEQUENCE, _AES_256_CBC, _der(_OCTETS, block))
    scheme = _der(_SEQUENCE, _PBES2, _der(_SEQUENCE, slow, cipher))
    return _pem(_der(_SEQUENCE, scheme, _der(_OCTETS, encrypted)))


def _der(tag: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    size = len(content)
    length = bytes([size]) if size < _ONE_BYTE_LENGTH else bytes([0x81, size])  # nothing here reaches 256
    return bytes([tag]) + length + content


def _integer(number: int) -> bytes:
    return _der(_INTEGER, number.to_bytes(number.bit_length() // 8 + 1))


def _pem(content: bytes) -> bytes:
    text = base64.b64encode(content).decode()
    lines = "".join(f"{text[at : at + _PEM_LINE]}\n" for at in range(0, len(text), _PEM_LINE))
    return (_PEM.format("BEGIN") + lines + _PEM.format("END")).encode()
