"""Through which camera the worker looks, and what about the cameras keeps the kiosk from serving.

Rules kept here: codes and faces each have their camera, which may be one and the same; losing either is out
of service, and so is, in production, a picture that comes from no sensor of this machine.
"""

from __future__ import annotations

from kiosk.gear import Gear
from kiosk.model import Environment, Fault, Frame, Reason
from kiosk.view import Caution
from kiosk.visit import State


def take_frame(gear: Gear, state: State, timeout_s: float) -> Frame | None:
    """Return the newest frame of the camera that `state` looks through, None after `timeout_s`."""
    eye = gear.face_eye
    camera = gear.camera if eye is None or state is not State.FACE else eye.camera
    return camera.take(timeout_s)


def find_camera_fault(gear: Gear, environment: Environment | None) -> Fault | None:
    """Return what is wrong with a camera now, None when all is well.

    `environment` is that of the trust in force, None while there is none.
    """
    if environment is Environment.PRODUCTION and gear.simulated:
        return Fault(Reason.CAMERA_REFUSED, "no camera of this machine")
    seen = gear.camera.status
    if seen.lost:
        return Fault(Reason.CAMERA_LOST, f"for codes: {seen.detail}" if gear.face_eye else seen.detail)
    face = gear.face_eye.camera.status if gear.face_eye else None
    return Fault(Reason.FACE_CAMERA_LOST, f"for faces: {face.detail}") if face and face.lost else None


def find_camera_cautions(gear: Gear) -> tuple[Caution, ...]:
    """Return what the supervisor should see to: a camera that gives less than it was asked for."""
    cameras = [gear.camera, *([gear.face_eye.camera] if gear.face_eye else [])]
    return (Caution.CAMERA_WEAK,) if any(camera.status.shortfalls for camera in cameras) else ()
