"""`python -m kiosk doctor`: what this machine lacks, one line each, and what to do about it.

Changes nothing. Exit codes: 0 when the kiosk can serve, 1 when any line is RED, 2 usage.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from kiosk.config import Camera, FaceCamera, Settings
from kiosk.health.finding import Finding, Mark, red
from kiosk.health.libraries import SECOND_DECODER
from kiosk.health.packages import (
    REPAIR,
    probe_font,
    probe_opencv,
    probe_packages,
    probe_python,
    probe_settings,
)
from kiosk.health.scanner import probe_scanner

EXIT_RED = 1
FONT_PACKAGE = "fontpkg_ibm_plex_sans_arabic"


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `doctor`."""
    parser = subparsers.add_parser("doctor", help="say what this machine lacks, and what to do")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(func=run)


def run(args: argparse.Namespace) -> int:
    """Print what every probe found."""
    findings = examine(args.config)
    print(as_json(findings) if args.json else as_text(findings))
    return EXIT_RED if any(each.mark is Mark.RED for each in findings) else 0


def examine(config: Path) -> tuple[Finding, ...]:
    """Run every probe; those that need a package only as far as it can be loaded."""
    finding, settings = probe_settings(config)
    return (
        probe_python(sys.version_info[:3]),
        probe_packages(),
        probe_opencv(),
        probe_font(_find_font_folder()),
        finding,
        *_attempt("machine", lambda: _examine_machine(settings)),
        *_attempt("face models", lambda: _examine_models(settings)),
        *_attempt("log", lambda: _examine_log(settings)),
        *_attempt("trust store", lambda: _examine_trust(settings)),
    )


def _examine_machine(settings: Settings) -> Iterable[Finding]:
    from kiosk.audit.space import SpaceLimits, read_free_bytes  # noqa: PLC0415 - what a probe needs may be missing
    from kiosk.health import machine  # noqa: PLC0415 - as above

    yield machine.probe_libraries(machine.needed_libraries(os.environ))
    yield machine.probe_screen(os.environ)
    yield machine.probe_second_decoder(SECOND_DECODER)
    yield from _examine_cameras(settings)
    yield probe_scanner(settings.scanner)
    yield machine.probe_disk(settings.paths.log, read_free_bytes, SpaceLimits())


def _examine_cameras(settings: Settings) -> Iterable[Finding]:
    from kiosk.compose import make_source  # noqa: PLC0415 - needs OpenCV, which may be missing
    from kiosk.health.cameras import probe_cameras, probe_picture  # noqa: PLC0415 - as above

    chosen: dict[str, Camera | FaceCamera] = {"camera": settings.camera, "face camera": settings.face_camera}
    for finding in probe_cameras(settings.camera.device, settings.face_camera.device):
        yield finding
        if finding.name in chosen and finding.mark is not Mark.RED:
            yield probe_picture(f"{finding.name} picture", make_source(chosen[finding.name]))


def _examine_models(settings: Settings) -> Iterable[Finding]:
    from kiosk.health.models import probe_models, probe_second_engine  # noqa: PLC0415 - need OpenCV, which may be missing

    yield probe_models(None)
    yield probe_second_engine(settings.paths.store)


def _examine_log(settings: Settings) -> Iterable[Finding]:
    from kiosk.health.log import probe_log, probe_sqlite  # noqa: PLC0415 - needs pysqlite3, which may be missing

    yield probe_sqlite(None)
    yield probe_log(settings.paths.log)


def _examine_trust(settings: Settings) -> Iterable[Finding]:
    from kiosk.health import trust  # noqa: PLC0415 - needs tuf, which may be missing
    from kiosk.logfloor import LogFloor  # noqa: PLC0415 - as above
    from kiosk.trust.system_clock import CLOCK_FILE, observe_machine, peek_clock  # noqa: PLC0415 - as above

    seen, paths = observe_machine(), settings.paths
    findings, floor = trust.probe_trust(paths.store, seen.wall, LogFloor(paths.log, paths.store).find)
    yield from findings
    yield trust.probe_clock(peek_clock(paths.state / CLOCK_FILE, seen, floor))


def _find_font_folder() -> Path | None:
    spec = importlib.util.find_spec(FONT_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0]) / "files"


def _attempt(name: str, probes: Callable[[], Iterable[Finding]]) -> tuple[Finding, ...]:
    """Run probes that load packages; one that cannot be loaded is a finding too."""
    try:
        return tuple(probes())
    except ImportError as err:
        return (red(name, f"cannot be examined, {err}", REPAIR),)


def as_text(findings: Sequence[Finding]) -> str:
    """Write one line a finding."""
    width = max(len(each.name) for each in findings)
    lines = (
        f"{each.mark.value:<5} {each.name:<{width}}  {each.found}"
        + (f" -> {each.action}" if each.action else "")
        for each in findings
    )
    return "\n".join(lines)


def as_json(findings: Sequence[Finding]) -> str:
    """Write the findings for a program."""
    rows = [
        {"name": each.name, "mark": each.mark.value.lower(), "found": each.found, "action": each.action}
        for each in findings
    ]
    healthy = all(each.mark is not Mark.RED for each in findings)
    return json.dumps({"healthy": healthy, "findings": rows}, ensure_ascii=False, indent=1)
