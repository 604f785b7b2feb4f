"""Probe of the settings for a hardware scanner: what it must be set to, since no machine can ask it."""

from __future__ import annotations

from kiosk.health.finding import Finding, fine
from kiosk.sections import Scanner


def probe_scanner(scanner: Scanner) -> Finding:
    """Say how a hardware scanner has to type for this kiosk to read it."""
    if not scanner.enabled:
        return fine("scanner", "switched off in config.toml: its keys are a person's")
    before = f'"{scanner.prefix}" before a code, ' if scanner.prefix else ""
    after = f"{scanner.suffix.title()} after a code" if scanner.suffix != "none" else "no key after a code"
    return fine(
        "scanner",
        f"a scanner must be a USB keyboard with US layout, {before}{after}, "
        f"at most {scanner.max_gap_ms} ms between keys; the layout of this machine does not matter",
    )
