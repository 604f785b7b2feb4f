"""What the worker works with: protocols for the camera and the clocks, and the settings of a running kiosk.

The composition root (`app.py`) makes the real ones, the demo and the tests make theirs. Nothing acts here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from queue import SimpleQueue
from random import SystemRandom
from typing import Protocol

from kiosk.audit.checkpointer import Checkpointer
from kiosk.audit.entry import TrustRefused
from kiosk.audit.log import AuditLog
from kiosk.audit.pseudonym import PseudonymKeys
from kiosk.camera.watch import CaptureStatus
from kiosk.face.challenge import Chance
from kiosk.face.engine import load_engine
from kiosk.face.faces import FaceEngine
from kiosk.model import ClockReading, CodeSighting, EngineKind, Environment, Frame
from kiosk.trust.logged import FindFloor, find_nothing
from kiosk.trust.trustset import TrustSet


class Camera(Protocol):
    """The newest frame, and how the camera is. `simulated` is said in every row."""

    @property
    def simulated(self) -> bool:
        """Whether the pictures come from anything but a sensor."""
        ...

    @property
    def status(self) -> CaptureStatus:
        """How the camera is now."""
        ...

    def take(self, timeout_s: float) -> Frame | None:
        """Return the newest frame not yet taken, at most 300 ms old, or None after `timeout_s`."""
        ...


class CodeReader(Protocol):
    """Finds a code in a frame."""

    def read(self, picture: Frame) -> CodeSighting | None:
        """Return what is seen of a code, or None."""
        ...


@dataclass(frozen=True, slots=True)
class FaceEye:
    """A second camera, which sees faces only, and a reader for the codes that must not be in its view."""

    camera: Camera
    reader: CodeReader


@dataclass(frozen=True, slots=True)
class Times:
    """How long a result stays, in seconds; see `[screen]` in config.toml."""

    pass_s: float = 5.0
    mask_s: float = 15.0
    clear_s: float = 30.0
    hold_s: float = 120.0
    visit_s: float = 60.0


def _open_engine(kind: EngineKind) -> FaceEngine:
    return load_engine(kind=kind)


@dataclass(frozen=True, slots=True)
class Gear:
    """Everything the worker is given. Callables raise Fault when their part cannot serve.

    `trust` gives the set in force now; `clock` reads the wall clock against a floor; `monotonic` is the clock
    that stamps the frames; `open_log` opens the log of an environment. `camera` sees codes, and faces too
    unless there is a `face_eye`. `engine` is the usual face engine, `open_engine` gives another one, the same
    at every call. `chance` draws the order and the moments of movements. `find_logged` finds the floor that
    the log keeps; `refusals` brings the updates that were refused, for their rows.
    """

    camera: Camera
    reader: CodeReader
    engine: FaceEngine
    trust: Callable[[], TrustSet]
    clock: Callable[[datetime], ClockReading]
    open_log: Callable[[Environment], AuditLog]
    open_pseudonyms: Callable[[Environment], PseudonymKeys]
    open_checkpointer: Callable[[Environment], Checkpointer]
    monotonic: Callable[[], float]
    config_hash: bytes
    app_version: str
    times: Times = Times()
    face_accept: float = 0.0
    store: Path | None = None
    face_eye: FaceEye | None = None
    find_logged: FindFloor = find_nothing
    refusals: SimpleQueue[TrustRefused] = field(default_factory=SimpleQueue)
    open_engine: Callable[[EngineKind], FaceEngine] = field(default_factory=lambda: cache(_open_engine))
    chance: Chance = field(default_factory=SystemRandom)

    def engine_for(self, kind: EngineKind) -> FaceEngine:
        """Return the face engine that the signed policy names.

        Raises Fault: MODEL_ALTERED where it cannot be loaded: no other engine takes its place.
        """
        return self.engine if kind is self.engine.kind else self.open_engine(kind)

    @property
    def simulated(self) -> bool:
        """Whether any of the pictures come from anything but a sensor."""
        return self.camera.simulated or self.face_simulated

    @property
    def face_simulated(self) -> bool:
        """Whether there is a second camera for faces, and its pictures come from anything but a sensor."""
        return self.face_eye is not None and self.face_eye.camera.simulated
