"""Through which camera the worker looks, and what about the cameras keeps the kiosk from serving.

Rules kept here: codes and faces each have their camera, which may be one and the same; losing either is out
of service, and so is, in production, a picture that comes from no sensor of this machine, and anywhere a
camera that the signed policy does not name, where it names any.
"""

from __future__ import annotations

from kiosk.gear import Camera, Gear
from kiosk.model import Environment, Fault, Frame, Reason
from kiosk.trust.trustset import TrustSet
from kiosk.view import Caution
from kiosk.visit import State


def take_frame(gear: Gear, state: State, timeout_s: float) -> Frame | None:
    """Return the newest frame of the camera that `state` looks through, None after `timeout_s`."""
    eye = gear.face_eye
    camera = gear.camera if eye is None or state is not State.FACE else eye.camera
    return camera.take(timeout_s)


def find_camera_fault(gear: Gear, trust: TrustSet | None) -> Fault | None:
    """Return what is wrong with a camera now, None when all is well.

    `trust` is the one in force, None while there is none.
    """
    if trust is not None and trust.environment is Environment.PRODUCTION and gear.simulated:
        return Fault(Reason.CAMERA_REFUSED, "no camera of this machine")
    allowed = trust.policy.cameras if trust is not None else frozenset()
    refused = [name for camera in cameras_of(gear) if (name := _find_refused(camera, allowed))]
    if allowed and refused:
        return Fault(Reason.CAMERA_NOT_ALLOWED, f"{refused[0]} is not one the signed policy names")
    seen = gear.camera.status
    if seen.lost:
        return Fault(Reason.CAMERA_LOST, f"for codes: {seen.detail}" if gear.face_eye else seen.detail)
    face = gear.face_eye.camera.status if gear.face_eye else None
    return Fault(Reason.FACE_CAMERA_LOST, f"for faces: {face.detail}") if face and face.lost else None


def find_camera_cautions(gear: Gear) -> tuple[Caution, ...]:
    """Return what the supervisor should see to: a camera that gives less than it was asked for."""
    return (Caution.CAMERA_WEAK,) if any(camera.status.shortfalls for camera in cameras_of(gear)) else ()


def cameras_of(gear: Gear) -> tuple[Camera, ...]:
    """Return the camera for codes, and the one for faces where that is another."""
    return (gear.camera,) if gear.face_eye is None else (gear.camera, gear.face_eye.camera)


def _find_refused(camera: Camera, allowed: frozenset[str]) -> str | None:
    """Return the name of a camera that is not among `allowed`, None for one that is, or gave nothing yet.

    `allowed` are names like "vendor:product:serial"; one with nothing behind the last colon allows its make.
    """
    status, delivery = camera.status, camera.status.delivery
    if camera.simulated:
        return "a simulated camera"
    if delivery is None:
        return None if status.frame_size is None else "a camera without a number of its own"
    if delivery.pin is None:
        return delivery.camera
    vendor, product, _ = delivery.pin.split(":", 2)
    return None if {delivery.pin, f"{vendor}:{product}:"} & allowed else delivery.pin
