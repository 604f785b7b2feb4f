"""What a key of a keyboard writes by its place, whatever layout the system is set to.

A scanner that poses as a USB keyboard sends places of keys, not characters, and leaves the factory with the
US layout. Where an Arabic layout is active the system would make Arabic letters of them; the places stay.
Source: linux/input-event-codes.h for the numbers; X11 and Wayland give them raised by 8.
"""

from __future__ import annotations

from enum import Enum

OFFSET = 8  # X11 key codes begin at 8, and Wayland's text protocol keeps that
_ROWS = (
    (2, "1234567890-=", "!@#$%^&*()_+"),
    (16, "qwertyuiop[]", "QWERTYUIOP{}"),
    (30, "asdfghjkl;'`", 'ASDFGHJKL:"~'),
    (43, "\\zxcvbnm,./", "|ZXCVBNM<>?"),
    (57, " ", " "),
    (71, "789-456+1230.", "789-456+1230."),  # the keypad, whatever Num Lock says
    (55, "*", "*"),
    (98, "/", "/"),
)
_CHARACTERS = {
    first + place: pair
    for first, plain, shifted in _ROWS
    for place, pair in enumerate(zip(plain, shifted, strict=True))
}


class End(Enum):
    """A key that a scanner presses when its code is complete."""

    ENTER = "enter"
    TAB = "tab"


_ENDS = {28: End.ENTER, 96: End.ENTER, 15: End.TAB}


def character_at(native_code: int, *, shifted: bool) -> str:
    """Return what the key writes on a US keyboard, "" for one that writes nothing."""
    pair = _CHARACTERS.get(native_code - OFFSET)
    return "" if pair is None else pair[shifted]


def end_at(native_code: int) -> End | None:
    """Return which ending key this is, None for any other."""
    return _ENDS.get(native_code - OFFSET)
