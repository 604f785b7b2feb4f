"""`kiosk run`: start the kiosk, or the demo where no root is pinned and it was asked for."""

from __future__ import annotations

import argparse
import os
import re
import sys
from functools import partial
from pathlib import Path

from kiosk.config import load_settings
from kiosk.model import Fault, Reason

PICTURES = Path("demo-screenshots")
_PICTURE = re.compile(r"\d+_(PASS|FAIL|REFER)\.png")


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `run`."""
    parser = subparsers.add_parser("run", help="start the kiosk")
    parser.add_argument("--demo", action="store_true", help="a sandbox authority and a simulated camera")
    parser.add_argument(
        "--purpose",
        choices=("checkpoint", "bank", "hotel"),
        help="what the demo plays: an officer, a bank that asks for movements, a hotel",
    )
    parser.add_argument("--screenshots", type=Path, metavar="DIR", help="play the demo once, with pictures")
    parser.set_defaults(func=run)


def run(args: argparse.Namespace) -> int:
    """Start; returns the exit code. Raises Fault and ConfigError."""
    settings = load_settings(args.config)
    pictures: Path | None = args.screenshots
    if args.demo and not _has_display():
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        pictures = pictures or PICTURES
        print(f"no display: playing one round of the demo, pictures in {pictures}/")
    if pictures is not None and not args.demo:
        print("kiosk: --screenshots goes with --demo", file=sys.stderr)
        return 2
    if args.purpose is not None and not args.demo:
        print("kiosk: --purpose goes with --demo; a kiosk's own is pinned with its root", file=sys.stderr)
        return 2
    from kiosk import app  # noqa: PLC0415 - Qt only where there is a window to open
    from kiosk.demo.stage import DemoStage  # noqa: PLC0415 - as above

    if not args.demo:
        return app.run_kiosk(settings)
    if pictures is not None:
        _make_room(pictures)
    purpose = args.purpose or "checkpoint"
    if purpose != "bank":
        print(
            f"demo: a {purpose} asks for no movements; --purpose bank plays a counter that does", flush=True
        )
    return app.run_demo(settings, pictures, partial(print, flush=True), partial(DemoStage, purpose=purpose))


def _make_room(folder: Path) -> None:
    """Make `folder` and remove the pictures of an earlier demo, and nothing else. Raises Fault."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.iterdir():
            if _PICTURE.fullmatch(old.name):
                old.unlink()
    except OSError as err:
        raise Fault(Reason.INTERNAL, f"{folder} does not take pictures: {err.strerror}") from err


def _has_display() -> bool:
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
