"""What was asked of a camera, and what came: pixel format, size and rate, told apart in words.

A camera takes every wish and gives what it can. What came is therefore read from its pictures: their size,
and the rate they arrive at. Only the pixel format is the driver's word. Decides and says; opens nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

Size = tuple[int, int]

MJPG = "MJPG"
_LEAST_RATE = 0.8  # of the rate asked; cameras halve theirs in the dark
_SMALLER: tuple[tuple[str | None, Size], ...] = ((MJPG, (1280, 720)), (None, (1280, 720)), (None, (640, 480)))


@dataclass(frozen=True, slots=True)
class Ask:
    """One way to ask: `fourcc` are the four letters of a pixel format, None for whatever the driver likes.

    `size` is (width, height), `fps` pictures a second.
    """

    fourcc: str | None
    size: Size
    fps: float

    def __str__(self) -> str:
        return f"{self.fourcc or 'any format'} {_words(self.size)} {self.fps:g} fps"


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a camera gives, by its first picture: `camera` is its stable name, `asked` what was wished for.

    `pin` is what a signed policy would name it: vendor:product:serial, None off USB and for a virtual device.
    """

    camera: str
    asked: Ask
    fourcc: str
    size: Size
    pin: str | None = None

    def describe(self, fps: float, size: Size | None = None) -> str:
        """Say what was asked and what came, at the measured `fps` and, if it has changed, `size`."""
        came = f"{self.fourcc or 'unknown format'} {_words(size or self.size)} {fps:.1f} fps"
        return f"{self.camera}: asked {self.asked}, came {came}"

    def shortfalls(self, fps: float, size: Size | None = None) -> tuple[str, ...]:
        """Name what is less than asked; empty when all is well. A larger picture is well."""
        width, height = size or self.size
        found = []
        if width < self.asked.size[0] or height < self.asked.size[1]:
            found.append(f"{width}x{height} instead of {_words(self.asked.size)}")
        if fps < _LEAST_RATE * self.asked.fps:
            found.append(f"{fps:.1f} instead of {self.asked.fps:g} pictures a second")
        if self.fourcc and self.asked.fourcc not in {None, self.fourcc}:
            found.append(f"{self.fourcc} instead of {self.asked.fourcc}")
        return tuple(found)


@runtime_checkable
class Negotiated(Protocol):
    """A source that was asked for something, and knows what came; None before the first picture."""

    delivery: Delivery | None


def plan_asks(size: Size, fps: float) -> tuple[Ask, ...]:
    """Return the ways to ask a camera, the wish first, for one that gives nothing to the ones before.

    MJPG first because raw 1080p over USB 2 is about 5 pictures a second; smaller next because two cameras
    may share one bus; the driver's own format last, because some offer no other.
    """
    smaller = (Ask(fourcc, least, fps) for fourcc, least in _SMALLER if _is_smaller(least, size))
    return (Ask(MJPG, size, fps), *smaller, Ask(None, size, fps))


def fourcc_letters(code: float) -> str:
    """Return the four letters of OpenCV's number for a pixel format; empty when it is none."""
    number = int(code) if 0 < code < 2**32 else 0
    letters = number.to_bytes(4, "little").decode("latin-1")
    return letters if letters.isascii() and letters.isprintable() else ""


def _is_smaller(least: Size, size: Size) -> bool:
    return least[0] * least[1] < size[0] * size[1]


def _words(size: Size) -> str:
    return f"{size[0]}x{size[1]}"
