"""Probes of the cameras: which there are, which may be used, and what the chosen ones really give.

Each takes what it looks at as an argument, so that a test can break it for real. Only `probe_picture` opens
a camera, for a few seconds; a kiosk that runs at the same time keeps it, and is not disturbed.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

from kiosk.camera.capture import Capture
from kiosk.camera.devices import CameraInfo, find_camera, find_refusal, list_cameras
from kiosk.camera.source import Clock, FrameSource
from kiosk.camera.stream import is_stream
from kiosk.health.finding import Finding, Mark, fine, red, warn
from kiosk.model import Fault

SYS_ROOT = Path("/sys/class/video4linux")
DEV_ROOT = Path("/dev")
_MEASURED_PICTURES = 31
_MEASURED_S = 6.0


def probe_cameras(
    code: str, face: str, sys_root: Path = SYS_ROOT, dev_root: Path = DEV_ROOT
) -> Iterator[Finding]:
    """Which cameras are there, and can those of the settings be used? `face` is empty without a second."""
    yield probe_found(list_cameras(sys_root, dev_root))
    yield probe_camera("camera", code, sys_root, dev_root)
    if not face:
        return
    second = probe_camera("face camera", face, sys_root, dev_root)
    if second.mark is not Mark.RED and _are_one(code, face, sys_root, dev_root):
        action = 'set face_camera.device in config.toml to another camera, or to ""'
        second = red("face camera", f'"{face}" is the camera for codes too', action)
    yield second


def probe_found(cameras: tuple[CameraInfo, ...]) -> Finding:
    """Which cameras are connected, and which of them may not be used, and why?"""
    lines = []
    for camera in cameras:
        refusal = find_refusal(camera)
        usb = f", {camera.usb}" if camera.usb else ""
        lines.append(f'"{camera.id}" ({camera.name}{usb})' + (f" refused, {refusal}" if refusal else ""))
    return fine("cameras", "; ".join(lines) or "none")


def probe_camera(name: str, wanted: str, sys_root: Path = SYS_ROOT, dev_root: Path = DEV_ROOT) -> Finding:
    """Is the camera of the settings there, real, stable, and may this user open it?"""
    key = f"{name.replace(' ', '_')}.device"
    if is_stream(wanted):
        return warn(name, "on the network, counts as simulated", "production needs a camera on this machine")
    cameras = list_cameras(sys_root, dev_root)
    if not cameras:
        return red(name, "no video device", "connect a camera")
    try:
        camera = find_camera(wanted, sys_root, dev_root)
    except Fault:
        return red(name, f'no camera "{wanted}"', f"set {key} in config.toml to {_choice(cameras)}")
    found = _judge(name, camera, dev_root)
    if found.mark is Mark.OK and len(cameras) > 1 and not _is_meant_for_good(wanted, camera):
        action = f'set {key} in config.toml to "{camera.id}"'
        return warn(name, f'{found.found}, but "{wanted}" may be another one after a restart', action)
    return found


def _judge(name: str, camera: CameraInfo, dev_root: Path) -> Finding:
    shown = f"{camera.name}, {camera.id}"
    if not os.access(dev_root / f"video{camera.index}", os.R_OK | os.W_OK):
        return red(name, f"{shown} may not be opened", "add this user to the group video, then log in again")
    refusal = find_refusal(camera)
    if refusal is not None:
        return red(name, f"{shown} {refusal}", "connect a real camera")
    return fine(name, shown)


def _is_meant_for_good(wanted: str, camera: CameraInfo) -> bool:
    """Whether `wanted` is a name that stays with the camera; one without such a name has no better."""
    return not camera.is_stable or Path(wanted).name in {camera.id, camera.socket}


def probe_picture(name: str, source: FrameSource, clock: Clock = time.monotonic) -> Finding:
    """What does the camera give, measured over two seconds, and is it what was asked?"""
    capture = Capture(source, clock=clock, sleep=lambda _: None)
    until, pictures = clock() + _MEASURED_S, 0
    try:
        while pictures < _MEASURED_PICTURES and clock() < until:
            capture.step()
            frame = capture.take(0)
            pictures = pictures if frame is None else frame.number
            if capture.status.lost:
                break
    finally:
        source.close()
    status = capture.status
    delivery = status.delivery
    if status.lost or delivery is None:
        return warn(
            name, status.detail or "no picture", "stop the kiosk while this is measured, or replug it"
        )
    found = delivery.describe(status.fps, status.frame_size)
    short = delivery.shortfalls(status.fps, status.frame_size)
    if short:
        return warn(name, f"{found}: {', '.join(short)}", "more light, another USB socket, or another camera")
    return fine(name, found)


def _are_one(code: str, face: str, sys_root: Path, dev_root: Path) -> bool:
    if code == face:
        return False  # then one camera does both, as is meant
    if is_stream(code) or is_stream(face):
        return False
    try:
        indices = {find_camera(each, sys_root, dev_root).index for each in (code, face)}
    except Fault:
        return False
    return len(indices) == 1


def _choice(cameras: tuple[CameraInfo, ...]) -> str:
    return " or ".join(f'"{each.id}" ({each.name})' for each in cameras if find_refusal(each) is None) or (
        "a real camera, once one is connected"
    )
