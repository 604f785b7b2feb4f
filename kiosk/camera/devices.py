"""The video devices of this machine, named so that a camera is found again after it was unplugged.

Reads Linux's own listings (/sys/class/video4linux, /dev/v4l/by-id and by-path) and opens nothing. A device
without hardware behind it (v4l2loopback, vivid) is marked: what it shows was made by a program.
Source: Linux kernel, Documentation/ABI/stable/sysfs-devices and drivers/media/v4l2-core/v4l2-dev.c
(attributes `name` and `index` of a video4linux device).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from kiosk.model import Fault, Reason

_SYS = Path("/sys/class/video4linux")
_DEV = Path("/dev")
_SERIAL = re.compile(r"[!-~]{1,64}")
_NODE = re.compile(r"video(\d{1,3})")
_USB_ANCESTORS = 3  # interface, device, and one for hubs that add a level


@dataclass(frozen=True, slots=True)
class CameraInfo:
    """One video device. `id` is its name in /dev/v4l/by-id where it has one, else in by-path, else "videoN".

    Two cameras of one make without serial numbers share one name in by-id; the sockets they are plugged into
    (by-path, `socket`) tell them apart. `usb` is "vendor:product" in hexadecimal, None off USB.
    """

    id: str
    index: int
    name: str
    virtual: bool
    usb: str | None = None
    socket: str | None = None
    serial: str | None = None

    @property
    def pin(self) -> str | None:
        """What a signed policy names this camera: "vendor:product:serial"; None off USB or for a virtual one.

        That of a camera without a serial number ends in the colon.
        """
        if self.usb is None or self.virtual:
            return None
        return f"{self.usb}:{self.serial or ''}"

    @property
    def is_stable(self) -> bool:
        """Whether `id` means the same camera after it was plugged in anew."""
        return _NODE.fullmatch(self.id) is None


def list_cameras(sys_root: Path = _SYS, dev_root: Path = _DEV) -> tuple[CameraInfo, ...]:
    """Return the video devices that can give pictures, by their number; empty where there are none."""
    by_id, by_path = (_links(dev_root / "v4l" / kind) for kind in ("by-id", "by-path"))
    cameras = []
    for entry in _entries(sys_root):
        node = _NODE.fullmatch(entry.name)
        if node is None or _attribute(entry / "index") not in {None, "0"}:  # others carry metadata
            continue
        index = int(node[1])
        name = _attribute(entry / "name") or entry.name
        socket = by_path.get(index)
        identity = by_id.get(index) or socket or entry.name
        usb, serial = _usb_id(entry)
        cameras.append(CameraInfo(identity, index, name, _is_virtual(entry), usb, socket, serial))
    return tuple(sorted(cameras, key=lambda camera: camera.index))


def find_camera(wanted: str, sys_root: Path = _SYS, dev_root: Path = _DEV) -> CameraInfo:
    """Return the camera meant by a number ("0"), a /dev path, or a name in /dev/v4l/by-id or by-path.

    Raises Fault: CAMERA_LOST when there is no such camera now.
    """
    cameras = list_cameras(sys_root, dev_root)
    name = Path(wanted).name
    for camera in cameras:
        if name in {camera.id, camera.socket, str(camera.index), f"video{camera.index}"}:
            return camera
    raise Fault(Reason.CAMERA_LOST, f"no camera {wanted!r} among {len(cameras)} video devices")


def find_refusal(camera: CameraInfo) -> str | None:
    """Return why `camera` may not be used, None for one that may."""
    return "is a virtual device: a program, not a sensor" if camera.virtual else None


def _entries(folder: Path) -> tuple[Path, ...]:
    try:
        return tuple(sorted(folder.iterdir()))
    except OSError:  # no video device was ever seen: the folder does not exist
        return ()


def _links(folder: Path) -> dict[int, str]:
    names: dict[int, str] = {}
    for link in _entries(folder):
        node = _NODE.fullmatch(link.resolve().name)
        if node is not None:
            names.setdefault(int(node[1]), link.name)
    return names


def _attribute(file: Path) -> str | None:
    try:
        return file.read_text("utf-8", "replace").strip()
    except OSError:
        return None


def _is_virtual(entry: Path) -> bool:
    """Devices without a parent in hardware live below /sys/devices/virtual."""
    return not (entry / "device").exists() or "/devices/virtual/" in str(entry.resolve())


def _usb_id(entry: Path) -> tuple[str | None, str | None]:
    """Return vendor:product and the serial number; a number that is no plain word counts as none."""
    folder = (entry / "device").resolve()
    for _ in range(_USB_ANCESTORS):
        vendor, product = _attribute(folder / "idVendor"), _attribute(folder / "idProduct")
        if vendor and product:
            serial = _attribute(folder / "serial") or ""
            return f"{vendor}:{product}", serial if _SERIAL.fullmatch(serial) else None
        folder = folder.parent
    return None, None
