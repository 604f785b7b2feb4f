"""Makes the real parts of a kiosk from its settings. No Qt: the command line and the tests use it too."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable

from kiosk import __version__
from kiosk.audit.checkpointer import Checkpointer
from kiosk.audit.entry import TrustRefused
from kiosk.audit.log import AuditLog
from kiosk.audit.outbox import Outbox
from kiosk.audit.pseudonym import PseudonymKeys
from kiosk.audit.signer import KioskKey
from kiosk.camera.capture import Capture
from kiosk.camera.qr import QrReader
from kiosk.camera.source import FrameSource
from kiosk.camera.stream import StreamSource, is_stream
from kiosk.camera.webcam import WebcamSource
from kiosk.config import Camera, FaceCamera, Settings
from kiosk.face.engine import load_engine
from kiosk.gear import FaceEye, Gear, Times
from kiosk.logfloor import LogFloor
from kiosk.model import Environment
from kiosk.trust.current import CurrentTrust
from kiosk.trust.errors import Refusal
from kiosk.trust.system_clock import CLOCK_FILE, SystemClock
from kiosk.trust.watch import Places, UpdateWatch
from kiosk.view import UpdateNotice


def make_source(camera: Camera | FaceCamera) -> FrameSource:
    """Make the camera the settings name; it is opened later, by the capture thread."""
    size = (camera.width, camera.height)
    if is_stream(camera.device):
        return StreamSource(camera.device, size, camera.fps)
    return WebcamSource(camera.device, size, camera.fps)


def make_captures(settings: Settings) -> tuple[Capture, Capture | None]:
    """Make the capture of the camera for codes, and one for faces where that is another camera.

    Both expect a sensor's noise: a stream that repeats its last picture is as frozen as a camera.
    """
    code, face = settings.camera, settings.face_camera
    capture = Capture(make_source(code), expect_noise=True)
    if face.device in {"", code.device}:
        return capture, None
    return capture, Capture(make_source(face), expect_noise=True)


def make_face_eye(capture: Capture | None) -> FaceEye | None:
    """Make the second eye of the worker, None where one camera sees all."""
    return None if capture is None else FaceEye(capture, QrReader())


def make_gear(settings: Settings, capture: Capture) -> Gear:
    """Make everything the worker needs. Raises Fault(MODEL_ALTERED); the rest is opened by the worker.

    Called on the thread that calls it, used on the worker's alone.
    """
    paths, screen = settings.paths, settings.screen
    leaving = [paths.outbox_folder] if paths.outbox_folder else []
    clock = SystemClock(paths.state / CLOCK_FILE)
    logged = LogFloor(paths.log, paths.store)
    reader = QrReader()
    capture.rest_while(lambda: reader.is_calm)
    return Gear(
        camera=capture,
        reader=reader,
        engine=load_engine(),
        trust=CurrentTrust(paths.store, logged.find).load,
        clock=clock.read,
        open_log=lambda environment: AuditLog.open(paths.log, environment),
        open_pseudonyms=lambda environment: PseudonymKeys.open(
            paths.state / "pseudonyms" / environment.value, paths.log, *leaving
        ),
        open_checkpointer=lambda environment: open_checkpointer(settings, environment),
        monotonic=time.monotonic,
        config_hash=hash_settings(settings),
        app_version=__version__,
        times=Times(screen.pass_seconds, screen.mask_seconds, screen.clear_seconds),
        face_accept=settings.tighten.face_accept,
        find_logged=logged.find,
    )


def make_update_watch(
    settings: Settings, post: Callable[[UpdateNotice], None], refused: Callable[[TrustRefused], None]
) -> UpdateWatch:
    """Make what looks for newer trust data by itself; `post` takes what people should read of it.

    `refused` takes the rows of what was refused; neither may wait. Its clock remembers within the process
    only: the memory on disk is the worker's.
    """
    update, paths = settings.update, settings.paths
    places = Places(paths.store, update.stick, update.url, update.minutes * 60.0)

    def record(refusal: Refusal, source: str) -> None:
        refused(TrustRefused(refusal.name, source))

    return UpdateWatch(
        places, SystemClock().read, post, record=record, find_logged=LogFloor(paths.log, paths.store).find
    )


def open_checkpointer(settings: Settings, environment: Environment) -> Checkpointer:
    """Open what makes the checkpoints of a log, with the kiosk's key made if missing. Raises Fault."""
    paths = settings.paths
    keys = paths.state / "keys" / environment.value
    leaving = [paths.outbox_folder] if paths.outbox_folder else []
    key = KioskKey.open(keys, environment, paths.log, *leaving)
    return Checkpointer(paths.state / "checkpoints", key, *(Outbox(folder) for folder in leaving))


def hash_settings(settings: Settings) -> bytes:
    """Return the SHA-256 of the settings in force, wherever they came from."""
    sections = (
        settings.camera,
        settings.face_camera,
        settings.screen,
        settings.scanner,
        settings.files,
        settings.tighten,
        settings.update,
    )
    return hashlib.sha256(repr(sections).encode()).digest()
