"""The live face against the credential's photo, frame by frame, until there is a result.

Rules kept here: a frame counts only while no code has been in view for `limits.code_absent_s`, with exactly
one face in front, large and good enough, neither beside the last code nor on a screen; the counted frames are
different pictures of one and the same person (`tries.py`), who is in view when it is decided. A face that
stays covered is left to a person, and no picture of it is kept. Time is the frames' own; there is no clock
here, and no picture is kept but the one crop for the officer.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

from kiosk.face.crop import LIVE_CROP_HEIGHT, upright_crop
from kiosk.face.faces import Embedding, Face, FaceEngine, main_faces
from kiosk.face.match import FaceResult, VisitDecision, refer
from kiosk.face.portrait import Portrait
from kiosk.face.quality import FaceQuality, first_problem, is_covered, measure_face
from kiosk.face.screen import follow_size, is_beside_code, is_on_screen
from kiosk.face.tries import Sample, Tries
from kiosk.model import Box, Check, CodeSighting, FaceLimits, Frame, Hint, Pixels, Reason


@dataclass(frozen=True, slots=True)
class FaceProgress:
    """What the person should do now, how far it is (0 to 1), where the face is, and the result at the end."""

    hint: Hint | None
    progress: float
    face: Box | None = None
    result: FaceResult | None = None


@dataclass(frozen=True, slots=True)
class _Shot:
    """The best picture of the face so far; one that counted outweighs a better one that did not.

    `live` is None of a face that may be covered: it is measured and not shown.
    """

    rank: tuple[bool, bool, float]  # whether it counted, whether it may be shown, how good it is
    quality: FaceQuality
    face: Box
    live: Pixels | None


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
    ) -> None:
        """Start at `started_at`, in seconds on the clock of the frames, with the code just seen at `code`."""
        self._engine = engine
        self._portrait = portrait
        self._limits = limits
        self._started_at = started_at
        self._code_seen_at = started_at
        self._code = code
        self._size: tuple[int, ...] = ()
        self._seen_until = float("-inf")
        self._tries = Tries(engine, limits)
        self._digests: set[bytes] = set()
        self._covered_since: float | None = None
        self._best: _Shot | None = None
        self._counted_at = float("-inf")
        self._most_faces = 0
        self._result: FaceResult | None = None

    @property
    def person(self) -> tuple[Embedding, ...]:
        """What was counted of the person so far, for whoever must know whether it is still the same one."""
        return self._tries.person

    @property
    def code(self) -> Box | None:
        """Where the last code was, in pixels of the last frame; None if none was seen."""
        return self._code

    def observe(self, frame: Frame, code: CodeSighting | None) -> FaceProgress:
        """Take in one frame and what the decoder saw of a code in it.

        Once there is a result, every later call returns the same one.
        """
        if self._result is not None:
            return self._progress(None)
        if frame.taken_at - self._started_at >= self._limits.timeout_s:
            self.conclude()
            return self._progress(None)
        if frame.taken_at <= self._seen_until:  # an old frame says nothing about now
            return self._progress(Hint.LOOK_AT_CAMERA)
        self._seen_until = frame.taken_at
        self._follow_size(frame.pixels.shape[:2])
        if code is not None:
            self._code, self._code_seen_at = code.box, frame.taken_at
            self._start_again()
        if frame.taken_at - self._code_seen_at < self._limits.code_absent_s:
            return self._progress(Hint.PUT_PHONE_AWAY)
        hint, face = self._look(frame)
        self._judge(frame.taken_at)
        return self._progress(hint, face)

    def conclude(self) -> FaceResult:
        """End the comparison with what has been counted so far: for the time-out, or a camera that stopped.

        Never a PASS and never a FAIL: FACE_UNCERTAIN, FACE_TIMEOUT without any frame; FACE_COVERED where a
        covered face was the last thing seen.
        """
        if self._result is None:
            decision = self._tries.conclude()
            if decision.score is None and self._covered_since is not None:
                self._end_covered()
            else:
                self._end(decision)
        return self._result or FaceResult(refer(Reason.FACE_TIMEOUT))

    def _judge(self, now: float) -> None:
        covered_s = 0.0 if self._covered_since is None else now - self._covered_since
        if self._covered_since is not None and covered_s >= self._limits.covered_s:
            self._end_covered()
            return
        decision = self._tries.close(now, in_view=self._counted_at == now)
        if decision.outcome is not None:
            self._end(decision)

    def _end(self, decision: VisitDecision) -> None:
        best = self._best
        result = self._result_of(decision, decision.check)
        if best is not None and best.live is not None:
            result = replace(result, face=best.face, live=best.live)
        self._result = result

    def _end_covered(self) -> None:
        """Leave it to a person, without a picture: whoever covers herself is not shown on a screen."""
        self._result = self._result_of(self._tries.conclude(), refer(Reason.FACE_COVERED))

    def _result_of(self, decision: VisitDecision, check: Check) -> FaceResult:
        quality = self._best.quality if self._best else None
        counted = decision.frames, decision.tries, self._most_faces
        return FaceResult(check, decision.score, quality, None, None, *counted)

    def _follow_size(self, size: tuple[int, ...]) -> None:
        """Keep the code in its place when the pictures go over to another `size`: height, width."""
        before, self._size = self._size, size
        if not before or before == size:
            return
        self._start_again()
        if self._code is not None:
            self._code = follow_size(self._code, before, size)

    def _look(self, frame: Frame) -> tuple[Hint | None, Box | None]:
        faces = main_faces(self._engine.find_faces(frame.pixels))
        self._most_faces = max(self._most_faces, len(faces))
        if len(faces) != 1:
            return Hint.ONE_PERSON if faces else Hint.LOOK_AT_CAMERA, None
        face = faces[0]
        quality = measure_face(self._engine, frame.pixels, face)
        problem = first_problem(quality, self._limits, self._limits.min_eye_distance_px)
        self._follow_covering(frame.taken_at, quality, problem)
        if problem is None and self._code is not None and is_beside_code(face, self._code):
            problem = Hint.COME_CLOSER  # a person can, a photo beside the code cannot
        if problem is None and is_on_screen(frame.pixels, face):
            self._start_again()
            self._code_seen_at = frame.taken_at  # a phone is in view, with or without its code
            return Hint.PUT_PHONE_AWAY, None
        if problem is None:
            self._count(frame, face, quality)
        else:
            self._keep_best(frame.pixels, face, quality, counted=False)
        return problem, face.box

    def _follow_covering(self, taken_at: float, quality: FaceQuality, problem: Hint | None) -> None:
        if not is_covered(quality.bareness, self._limits):
            self._covered_since = None
        elif self._covered_since is None and problem is Hint.UNCOVER_FACE:
            self._covered_since = taken_at

    def _count(self, frame: Frame, face: Face, quality: FaceQuality) -> None:
        if not self._tries.is_due(frame.taken_at):
            return
        digest = hashlib.blake2b(frame.pixels.tobytes(), digest_size=16).digest()
        if digest in self._digests:
            return
        self._digests.add(digest)
        embedding = self._engine.embed(frame.pixels, face)
        score = self._engine.similarity(self._portrait.embedding, embedding)
        if not self._tries.add(Sample(frame.taken_at, quality.rank, embedding, score)):
            self._best = None
        self._counted_at = frame.taken_at
        self._keep_best(frame.pixels, face, quality, counted=True)

    def _start_again(self) -> None:
        """Forget the running try: the next frame may show someone else."""
        self._tries.start_again()
        self._covered_since = None
        self._best = None

    def _keep_best(self, pixels: Pixels, face: Face, quality: FaceQuality, *, counted: bool) -> None:
        shown = counted or not is_covered(quality.bareness, self._limits)
        rank = (counted, shown, quality.rank)
        if self._best is None or rank > self._best.rank:
            live = upright_crop(pixels, face, LIVE_CROP_HEIGHT) if shown else None
            self._best = _Shot(rank, quality, face.box, live)

    def _progress(self, hint: Hint | None, face: Box | None = None) -> FaceProgress:
        share = 1.0 if self._result is not None and self._result.frames else self._tries.progress
        return FaceProgress(hint, share, face, self._result)
