"""The live face against the credential's photo, frame by frame, until there is a result.

Rules kept here: a frame counts only while no code has been in view for `limits.code_absent_s`, with exactly
one face in front, large and good enough, neither beside the last code nor on a screen; the counted frames
are different pictures of one and the same person, else counting starts again; their median decides. Time is
the frames' own; there is no clock here, and no picture is kept but the one crop for the officer.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from statistics import median

from kiosk.face.crop import LIVE_CROP_HEIGHT, upright_crop
from kiosk.face.faces import Embedding, Face, FaceEngine, main_faces
from kiosk.face.match import FaceResult, decide, similarity
from kiosk.face.portrait import Portrait
from kiosk.face.quality import FaceQuality, first_problem, measure_face
from kiosk.face.screen import is_beside_code, is_on_screen
from kiosk.model import Box, CodeSighting, FaceLimits, Frame, Hint, Pixels

# Lowest cosine between counted frames. One person turning or moving stayed above 0.70, two people below 0.5.
MIN_CONTINUITY = 0.6
MIN_GAP_S = 0.1  # frames closer in time are nearly the same picture


@dataclass(frozen=True, slots=True)
class FaceProgress:
    """What the person should do now, how far it is (0 to 1), where the face is, and the result at the end."""

    hint: Hint | None
    progress: float
    face: Box | None = None
    result: FaceResult | None = None


@dataclass(frozen=True, slots=True)
class _Counted:
    taken_at: float
    embedding: Embedding
    score: float


@dataclass(frozen=True, slots=True)
class _Shot:
    """The best picture of the face so far; one that counted outweighs a sharper one that did not."""

    counted: bool
    quality: FaceQuality
    face: Box
    live: Pixels


class LiveComparison:
    """One visitor's face step. Lives on the thread that owns `engine`; made anew for each visit."""

    def __init__(
        self,
        engine: FaceEngine,
        portrait: Portrait,
        limits: FaceLimits,
        started_at: float,
        *,
        code: Box | None = None,
        minor: bool = False,
    ) -> None:
        """Start at `started_at`, in seconds on the clock of the frames, with the code just seen at `code`.

        For a `minor` the frames are gathered for the officer, and the result is always REFER MINOR.
        """
        self._engine = engine
        self._portrait = portrait
        self._limits = limits
        self._started_at = started_at
        self._minor = minor
        self._code_seen_at = started_at
        self._code = code
        self._size: tuple[int, ...] = ()
        self._seen_until = float("-inf")
        self._counted: list[_Counted] = []
        self._digests: set[bytes] = set()
        self._best: _Shot | None = None
        self._result: FaceResult | None = None

    def observe(self, frame: Frame, code: CodeSighting | None) -> FaceProgress:
        """Take in one frame and what the decoder saw of a code in it.

        Once there is a result, every later call returns the same one.
        """
        if self._result is not None:
            return self._progress(None)
        if frame.taken_at - self._started_at >= self._limits.timeout_s:
            return self._progress(None, result=self.conclude())
        if frame.taken_at <= self._seen_until:  # an old frame says nothing about now
            return self._progress(Hint.LOOK_AT_CAMERA)
        self._seen_until = frame.taken_at
        self._follow_size(frame.pixels.shape[:2])
        if code is not None:
            self._code, self._code_seen_at = code.box, frame.taken_at
            self._start_again()
        if frame.taken_at - self._code_seen_at < self._limits.code_absent_s:
            return self._progress(Hint.PUT_PHONE_AWAY)
        return self._look(frame)

    def conclude(self) -> FaceResult:
        """End the comparison with what has been counted so far: for the time-out, or a camera that stopped.

        Fewer counted frames than the policy asks for never pass: FACE_TIMEOUT, or FACE_UNCERTAIN with some.
        """
        if self._result is None:
            scores = [counted.score for counted in self._counted]
            check = decide(scores, self._limits, minor=self._minor)
            score = None if self._minor or not scores else median(scores)
            best = self._best
            self._result = FaceResult(check, score, frames=len(scores))
            if best is not None:
                self._result = replace(self._result, quality=best.quality, face=best.face, live=best.live)
        return self._result

    def _follow_size(self, size: tuple[int, ...]) -> None:
        """Keep the code in its place when the pictures go over to another `size`: height, width."""
        before, self._size = self._size, size
        if not before or before == size:
            return
        self._start_again()
        if self._code is not None:
            down, across = size[0] / before[0], size[1] / before[1]
            code = self._code
            self._code = Box(code.left * across, code.top * down, code.width * across, code.height * down)

    def _look(self, frame: Frame) -> FaceProgress:
        faces = main_faces(self._engine.find_faces(frame.pixels))
        if not faces:
            return self._progress(Hint.LOOK_AT_CAMERA)
        if len(faces) > 1:
            return self._progress(Hint.ONE_PERSON)
        face = faces[0]
        quality = measure_face(self._engine, frame.pixels, face)
        problem = first_problem(quality, self._limits, self._limits.min_eye_distance_px)
        if problem is None and self._code is not None and is_beside_code(face, self._code):
            problem = Hint.COME_CLOSER  # a person can, a photo beside the code cannot
        if problem is None and is_on_screen(frame.pixels, face):
            self._start_again()
            self._code_seen_at = frame.taken_at  # a phone is in view, with or without its code
            return self._progress(Hint.PUT_PHONE_AWAY)
        if problem is None:
            self._count(frame, face, quality)
        else:
            self._keep_best(frame.pixels, face, quality, counted=False)
        if len(self._counted) >= self._limits.frames:
            self.conclude()
        return self._progress(problem, face.box)

    def _count(self, frame: Frame, face: Face, quality: FaceQuality) -> None:
        last = self._counted[-1].taken_at if self._counted else float("-inf")
        digest = hashlib.blake2b(frame.pixels.tobytes(), digest_size=16).digest()
        if frame.taken_at - last < MIN_GAP_S or digest in self._digests:
            return
        self._digests.add(digest)
        embedding = self._engine.embed(frame.pixels, face)
        if any(similarity(counted.embedding, embedding) < MIN_CONTINUITY for counted in self._counted):
            self._start_again()
        score = similarity(self._portrait.embedding, embedding)
        self._counted.append(_Counted(frame.taken_at, embedding, score))
        self._keep_best(frame.pixels, face, quality, counted=True)

    def _start_again(self) -> None:
        """Forget what was counted: the next frame may show someone else."""
        self._counted.clear()
        self._best = None

    def _keep_best(self, pixels: Pixels, face: Face, quality: FaceQuality, *, counted: bool) -> None:
        best = self._best
        rank = (counted, quality.sharpness_var)
        if best is None or rank > (best.counted, best.quality.sharpness_var):
            live = upright_crop(pixels, face, LIVE_CROP_HEIGHT)
            self._best = _Shot(counted, quality, face.box, live)

    def _progress(
        self, hint: Hint | None, face: Box | None = None, result: FaceResult | None = None
    ) -> FaceProgress:
        share = min(1.0, len(self._counted) / self._limits.frames)
        return FaceProgress(hint, share, face, result or self._result)
