"""Who reads in the benchmark: our chain, and the bare decoders as their own users would call them.

Each takes a shot and returns every text it read in it, as bytes.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import zxingcpp

from kiosk.bench.shots import Shot
from kiosk.camera.decoders import load_zbar
from kiosk.camera.qr import QrReader

Read = Callable[[Shot], tuple[bytes, ...]]

OURS = "ours"
ZXING_COLOUR, ZXING_GREY = "zxing-cpp, colour frame", "zxing-cpp, grey frame"
PYZBAR, OPENCV, OPENCV_ARUCO = "pyzbar", "OpenCV", "OpenCV Aruco"
PEERS = (ZXING_COLOUR, ZXING_GREY, PYZBAR, OPENCV, OPENCV_ARUCO)


def make_peers() -> dict[str, Read]:
    """Return the bare decoders that are installed, each restricted to QR codes where it knows others."""
    formats = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    peers: dict[str, Read] = {
        ZXING_COLOUR: lambda shot: _valid(zxingcpp.read_barcodes(shot.frame.pixels, formats=formats)),
        ZXING_GREY: lambda shot: _valid(zxingcpp.read_barcodes(shot.grey, formats=formats)),
        OPENCV: _opencv(cv2.QRCodeDetector()),
        OPENCV_ARUCO: _opencv(cv2.QRCodeDetectorAruco()),
    }
    zbar = load_zbar()
    if zbar is not None:
        peers[PYZBAR] = lambda shot: tuple(code.raw for code in zbar(shot.grey) if code.raw is not None)
    return peers


def read_alone(reader: QrReader) -> Read:
    """Let our chain read each frame as one that stands alone: what it said before is no help."""

    def read(shot: Shot) -> tuple[bytes, ...]:
        seen = reader.read_all(shot.frame.pixels)
        return tuple(code.text.encode("latin-1") for code in seen if code.text is not None)

    return read


def _valid(codes: list[zxingcpp.Barcode]) -> tuple[bytes, ...]:
    return tuple(bytes(code.bytes) for code in codes if code.valid)


def _opencv(detector: cv2.QRCodeDetector | cv2.QRCodeDetectorAruco) -> Read:
    def read(shot: Shot) -> tuple[bytes, ...]:
        try:
            _, texts, _, _ = detector.detectAndDecodeMulti(shot.grey)
        except (cv2.error, UnicodeDecodeError):
            return ()
        return tuple(text.encode("utf-8", "surrogateescape") for text in texts if text)

    return read
