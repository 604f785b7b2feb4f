"""`kiosk run`: start the kiosk, or the demo where no root is pinned and it was asked for."""

from __future__ import annotations

import argparse
import os
import sys
from functools import partial
from pathlib import Path

from kiosk.config import load_settings

PICTURES = Path("demo-screenshots")


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `run`."""
    parser = subparsers.add_parser("run", help="start the kiosk")
    parser.add_argument("--demo", action="store_true", help="a sandbox authority and a simulated camera")
    parser.add_argument("--screenshots", type=Path, metavar="DIR", help="play the demo once, with pictures")
    parser.set_defaults(func=run)


def run(args: argparse.Namespace) -> int:
    """Start; returns the exit code. Raises Fault and ConfigError."""
    settings = load_settings(args.config)
    pictures: Path | None = args.screenshots
    if args.demo and pictures is None and not _has_display():
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        pictures = PICTURES
        print(f"no display: playing one round of the demo, pictures in {pictures}/")
    if pictures is not None and not args.demo:
        print("kiosk: --screenshots goes with --demo", file=sys.stderr)
        return 2
    from kiosk import app  # noqa: PLC0415 - Qt only where there is a window to open

    if not args.demo:
        return app.run_kiosk(settings)
    if pictures is not None:
        pictures.mkdir(parents=True, exist_ok=True)
        for old in pictures.glob("[0-9]*_*.png"):
            old.unlink()
    return app.run_demo(settings, pictures, partial(print, flush=True))


def _has_display() -> bool:
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
