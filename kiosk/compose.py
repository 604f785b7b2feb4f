"""Makes the real parts of a kiosk from its settings. No Qt: the command line and the tests use it too."""

from __future__ import annotations

import hashlib
import logging
import logging.handlers
import time
from pathlib import Path

from kiosk import __version__
from kiosk.audit.log import AuditLog
from kiosk.audit.pseudonym import PseudonymKeys
from kiosk.camera.capture import Capture
from kiosk.camera.qr import QrReader
from kiosk.camera.source import FrameSource
from kiosk.camera.webcam import WebcamSource
from kiosk.config import Settings
from kiosk.face.engine import load_engine
from kiosk.gear import Gear, Times
from kiosk.trust.current import CurrentTrust
from kiosk.trust.system_clock import SystemClock

_LOG_BYTES, _LOG_FILES = 1_000_000, 5


def make_source(settings: Settings) -> FrameSource:
    """Make the camera the settings name; it is opened later, by the capture thread."""
    camera = settings.camera
    return WebcamSource(camera.device, (camera.width, camera.height), camera.fps)


def make_gear(settings: Settings, capture: Capture) -> Gear:
    """Make everything the worker needs. Raises Fault(MODEL_ALTERED); the rest is opened by the worker.

    Called on the thread that calls it, used on the worker's alone.
    """
    paths, screen = settings.paths, settings.screen
    clock = SystemClock(paths.state / "clock.json")
    return Gear(
        camera=capture,
        reader=QrReader(),
        engine=load_engine(),
        trust=CurrentTrust(paths.store).load,
        clock=clock.read,
        open_log=lambda environment: AuditLog.open(paths.log, environment),
        open_pseudonyms=lambda environment: PseudonymKeys.open(
            paths.state / "pseudonyms" / environment.value, paths.log
        ),
        monotonic=time.monotonic,
        config_hash=_hash_settings(settings),
        app_version=__version__,
        times=Times(screen.pass_seconds, screen.mask_seconds, screen.clear_seconds),
        face_accept=settings.tighten.face_accept,
    )


def _hash_settings(settings: Settings) -> bytes:
    """Return the SHA-256 of the settings in force, wherever they came from."""
    return hashlib.sha256(repr((settings.camera, settings.screen, settings.tighten)).encode()).digest()


def start_logging(folder: Path) -> None:
    """Write warnings of the program (never about people) to `folder`/kiosk.log, rotated."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handler: logging.Handler = logging.handlers.RotatingFileHandler(
            folder / "kiosk.log", maxBytes=_LOG_BYTES, backupCount=_LOG_FILES, encoding="utf-8", delay=True
        )
    except OSError:
        handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
