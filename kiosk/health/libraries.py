"""The system libraries that the Python packages need, and the Debian packages that bring them.

Used by `run_kiosk.py` before there is a virtual environment, so: standard library only. Loading a library
is the test; a missing one would end the process inside Qt, where Python cannot catch it.
Source: found with ldd on a Debian 12 minbase, then installed and run.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Library:
    """One shared library by its soname, and the Debian packages that may bring it, newest name last."""

    soname: str
    packages: tuple[str, ...]


ALWAYS = (
    Library("libGL.so.1", ("libgl1",)),
    Library("libEGL.so.1", ("libegl1",)),
    Library("libdbus-1.so.3", ("libdbus-1-3",)),
    Library("libfontconfig.so.1", ("libfontconfig1",)),
    Library("libgthread-2.0.so.0", ("libglib2.0-0", "libglib2.0-0t64")),  # renamed in Debian 13
    Library("libxkbcommon.so.0", ("libxkbcommon0",)),
)
ON_X11 = (
    Library("libxcb-cursor.so.0", ("libxcb-cursor0",)),
    Library("libxcb-icccm.so.4", ("libxcb-icccm4",)),
    Library("libxcb-keysyms.so.1", ("libxcb-keysyms1",)),
    Library("libxcb-randr.so.0", ("libxcb-randr0",)),
    Library("libxcb-shape.so.0", ("libxcb-shape0",)),
    Library("libxcb-xkb.so.1", ("libxcb-xkb1",)),
    Library("libxkbcommon-x11.so.0", ("libxkbcommon-x11-0",)),
    Library("libX11-xcb.so.1", ("libx11-xcb1",)),
)
ON_WAYLAND = (Library("libwayland-cursor.so.0", ("libwayland-cursor0",)),)
ON_A_SCREEN = ON_X11 + ON_WAYLAND
SECOND_DECODER = Library("libzbar.so.0", ("libzbar0",))


def find_missing(libraries: Iterable[Library]) -> tuple[Library, ...]:
    """Return those of `libraries` that the system's loader cannot load."""
    return tuple(library for library in libraries if not _loads(library.soname))


def _loads(soname: str) -> bool:
    try:
        ctypes.CDLL(soname)
    except OSError:
        return False
    return True
