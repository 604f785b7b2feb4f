"""PDF files written byte by byte: plain, locked, cut short, endless, of odd sizes; and pictures of codes."""

from __future__ import annotations

import hashlib
import io
import zlib

import numpy as np
from PIL import Image

from tests.camera.makers import a_code

_PADDING = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")
A4 = (595, 842)


def a_picture(*codes, px=4, gap=60):
    """PNG bytes of codes side by side on white."""
    drawn = [a_code(code, px) for code in codes]
    height = max([len(code) for code in drawn], default=200)
    page = np.full((height + 2 * gap, sum(len(code) + gap for code in drawn) + gap), 255, np.uint8)
    left = gap
    for code in drawn:
        page[gap : gap + len(code), left : left + len(code)] = code
        left += len(code) + gap
    return png(page)


def png(pixels):
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def a_pdf(*pages, size=A4, side_pt=150, copies=1, lock=None):
    """A PDF with a code (grey pixels, one a module) on each page; None is an empty page."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b""]
    kids = []
    for code in pages:
        content, resources = b"", b"<< >>"
        if code is not None:
            objects.append(_image(code))
            resources = b"<< /XObject << /C %d 0 R >> >>" % len(objects)
            content = b"q %d 0 0 %d 40 40 cm /C Do Q" % (side_pt, side_pt)
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Resources %s /Contents %d 0 R >>"
            % (*size, resources, len(objects))
        )
        kids += [len(objects)] * copies
    objects[1] = b"<< /Type /Pages /Count %d /Kids [%s] >>" % (
        len(kids),
        b" ".join(b"%d 0 R" % kid for kid in kids),
    )
    return _written(objects, lock)


def _image(code):
    packed = zlib.compress(code.tobytes())
    return (
        b"<< /Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceGray"
        b" /BitsPerComponent 8 /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream"
        % (code.shape[1], code.shape[0], len(packed), packed)
    )


def _written(objects, lock):
    trailer = b""
    if lock is not None:
        objects, trailer = [*objects, _locking(lock)], b" /Encrypt %d 0 R /ID [<00><00>]" % (len(objects) + 1)
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, content in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R%s >>\nstartxref\n%d\n%%%%EOF" % (
        len(objects) + 1,
        trailer,
        start,
    )
    return bytes(out)


def _locking(password):
    """The standard security handler, revision 2, for a user's password. Source: ISO 32000-1, 7.6.3."""
    padded = (password + _PADDING)[:32]
    owner = _rc4(hashlib.md5(padded).digest()[:5], padded)  # noqa: S324 - as the old standard has it
    rights = (-4).to_bytes(4, "little", signed=True)
    key = hashlib.md5(padded + owner + rights + b"\0").digest()[:5]  # noqa: S324 - as above
    user = _rc4(key, _PADDING)
    return b"<< /Filter /Standard /V 1 /R 2 /P -4 /O <%s> /U <%s> >>" % (
        owner.hex().encode(),
        user.hex().encode(),
    )


def _rc4(key, content):
    box, j, out = list(range(256)), 0, bytearray()
    for i in range(256):
        j = (j + box[i] + key[i % len(key)]) % 256
        box[i], box[j] = box[j], box[i]
    i = j = 0
    for byte in content:
        i = (i + 1) % 256
        j = (j + box[i]) % 256
        box[i], box[j] = box[j], box[i]
        out.append(byte ^ box[(box[i] + box[j]) % 256])
    return bytes(out)
