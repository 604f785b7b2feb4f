"""What must never be found in a kiosk's files and output, in every form it might be written by mistake."""

from __future__ import annotations

import base64
import hashlib
import json

CHUNK = 24  # bytes of something long that are enough to know it again
_EASTERN = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
_DIGESTS = ("md5", "sha1", "sha256", "sha512")
_TRUNCATED = 8
_LEAST = 7  # letters of base64 that cannot be there by chance


def forms_of(value: bytes) -> set[bytes]:
    """The bytes as they are, in hexadecimal, and in base64 wherever in a longer text they begin."""
    forms = {value, value.hex().encode(), value.hex().upper().encode()}
    for before in range(3):
        inside = base64.b64encode(bytes(before) + value + bytes(-(before + len(value)) % 3))
        whole = inside[(0, 2, 3)[before] : len(inside) - (4 if (before + len(value)) % 3 else 0)]
        forms |= {whole, whole.replace(b"+", b"-").replace(b"/", b"_")}
    return {form for form in forms if form == value or len(form) >= _LEAST}


def forms_of_text(text: str) -> set[bytes]:
    """A name or number in every form, as UTF-8, UTF-16 and with the escapes of JSON."""
    encodings = [text.encode(), text.encode("utf-16-le"), text.encode("utf-16-be")]
    escaped = json.dumps(text)[1:-1].encode()
    percent = "".join(f"%{byte:02X}" for byte in text.encode()).encode()
    return {form for each in encodings for form in forms_of(each)} | {escaped, percent, repr(text).encode()}


def forms_of_number(number: str) -> set[bytes]:
    """An ID number as it is typed and shown, and its plain hashes, whole and cut short."""
    gap = "\u00a0"
    written = [number, number.translate(_EASTERN)]
    written += [space.join((number[:4], number[4:7], number[7:])) for space in (" ", gap)]
    forms = {form for each in written for form in forms_of_text(each)}
    for name in _DIGESTS:
        forms |= forms_of(hashlib.new(name, number.encode()).digest()[:_TRUNCATED])
    return forms


def forms_of_long(value: bytes) -> set[bytes]:
    """The beginning, middle and end of a code, a photo or a picture, and its digest."""
    places = {0, len(value) // 3, len(value) // 2, len(value) - CHUNK}
    chunks = [value[place : place + CHUNK] for place in places if len(set(value[place : place + CHUNK])) > 4]
    return {form for each in (*chunks, hashlib.sha256(value).digest()) for form in forms_of(each)}


def find(needles: dict[str, set[bytes]], hay: bytes) -> set[str]:
    """The names of the needles that are in `hay`."""
    return {name for name, forms in needles.items() if any(form in hay for form in forms)}
