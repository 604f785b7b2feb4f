"""Probes of the machine: system libraries, screen, second decoder, disk.

Each takes what it looks at as an argument, so that a test can break it for real. Nothing is opened or
changed.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from kiosk.audit.space import MIB, Room, SpaceLimits, read_total_bytes
from kiosk.health.finding import Finding, fine, red, warn
from kiosk.health.libraries import ALWAYS, ON_WAYLAND, ON_X11, Library, find_missing


def probe_libraries(needed: Sequence[Library]) -> Finding:
    """Are the system libraries there that Qt and OpenCV load?"""
    missing = find_missing(needed)
    if missing:
        names = ", ".join(library.soname for library in missing)
        return red("libraries", f"missing: {names}", apt_line(missing))
    return fine("libraries", f"{len(needed)} load")


def needed_libraries(environment: Mapping[str, str]) -> tuple[Library, ...]:
    """Return the libraries that a start with this `environment` loads."""
    x11 = ON_X11 if environment.get("DISPLAY") else ()
    wayland = ON_WAYLAND if environment.get("WAYLAND_DISPLAY") else ()
    return (*ALWAYS, *x11, *wayland)


def apt_line(libraries: Sequence[Library]) -> str:
    """Return the one line that brings `libraries`, by their names in Debian 12."""
    return "sudo apt-get install -y " + " ".join(library.packages[0] for library in libraries)


def probe_screen(environment: Mapping[str, str]) -> Finding:
    """Is there a screen to open a window on?"""
    for name in ("QT_QPA_PLATFORM", "WAYLAND_DISPLAY", "DISPLAY"):
        if environment.get(name):
            return fine("screen", f"{name}={environment[name]}")
    action = "start it inside a desktop session; `make run` shows the demo without a screen"
    return red("screen", "neither DISPLAY nor WAYLAND_DISPLAY is set", action)


def probe_second_decoder(library: Library) -> Finding:
    """Is zbar there, the second opinion on codes that are hard to read?"""
    if find_missing([library]):
        return warn(
            "second decoder", f"{library.soname} is missing, zxing-cpp reads alone", apt_line([library])
        )
    return fine("second decoder", library.soname)


def probe_disk(folder: Path, free_bytes: Callable[[Path], int], limits: SpaceLimits) -> Finding:
    """Is there room for the log? `folder` need not exist yet; its nearest existing parent is asked."""
    place = next((each for each in (folder, *folder.parents) if each.exists()), Path("/"))
    if not place.is_dir():
        return red("disk", f"{place} is no folder", "set paths.log in config.toml to a folder")
    if not os.access(place, os.W_OK):
        return red("disk", f"{place} may not be written", "give this user the folder")
    try:
        free, asked = free_bytes(place), limits.on_disk(read_total_bytes(place))
    except OSError as err:
        return red("disk", f"{place} does not answer ({err.strerror})", "check the disk")
    shown = f"{free // MIB} MiB free for the log"
    if asked.grade(free) is Room.LOW:
        return red("disk", f"{shown}, {asked.stop_bytes // MIB} MiB needed", "make room")
    if asked.grade(free) is Room.FILLING:
        return warn("disk", shown, f"make room before {asked.stop_bytes // MIB} MiB, where the kiosk stops")
    return fine("disk", shown)
