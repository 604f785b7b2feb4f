"""Somebody is there who answers: movements asked for at random, made by the person whose face was compared.

Rules kept here: one face in front, without a code or a screen in view; whoever moves is the person who was
compared, by the matcher: at each prompt, when a movement is first seen and when it was made, and wherever a
face jumps in the picture or was out of sight; a picture that comes a second time, byte for byte, is a film
and no camera. What is interrupted begins anew with another challenge and uses up a try. Whatever is not seen
is a REFER: this raises the cost of an attack, it is no certified protection, and a person can always do it
instead.

The challenge itself is in `challenge.py`; time is the frames' own, chance is an argument.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np

from kiosk.face.challenge import Challenge, Chance, Sight, Stage, draw_challenge
from kiosk.face.faces import Embedding, Face, FaceEngine, Mesh, main_faces
from kiosk.face.mesh import MESH_ID
from kiosk.face.pose import eye_openness, head_pose
from kiosk.face.screen import follow_size, is_beside_code, is_on_screen
from kiosk.face.tries import is_continuous
from kiosk.model import (
    Box,
    Check,
    CodeSighting,
    Frame,
    Hint,
    LivenessLimits,
    Movement,
    Note,
    Outcome,
    Pixels,
    Reason,
    Step,
)

LOST_S = 0.7  # a face may be out of sight for so long, or two in sight, before the try is over
SHOW_AGAIN_S = 1.5
MAX_REPEATS = 2  # equal pictures; noise makes those of a sensor all different
LEAST_PRESENCE = 0.5  # below, the mesh has no face
_TURNED = 0.75  # of the matcher's continuity, for a face that is turned away or shuts its eyes
_SAME_PLACE = 0.2  # common share of the boxes of one face in two pictures
_FARTHER = 0.7  # of the eye distance asked for: a turned head's eyes are nearer to each other
_TOP, _CHIN = 10, 152


@dataclass(frozen=True, slots=True)
class LivenessResult:
    """What was asked of the person in the last try, and what was seen of it. All but `check` is for the log.

    `least_likeness` is the lowest score between the person compared and whoever moved, None if never taken.
    """

    check: Check
    asked: tuple[Movement, ...] = ()
    made: tuple[Movement, ...] = ()
    tries: int = 1
    least_likeness: float | None = None
    model_id: str = MESH_ID


@dataclass(frozen=True, slots=True)
class LivenessProgress:
    """What the person should do now, how far it is (0 to 1), where the face is; the result at the end."""

    movement: Movement | None
    hint: Hint | None
    progress: float
    seconds_left: float
    face: Box | None = None
    result: LivenessResult | None = None


@dataclass(frozen=True, slots=True)
class LastSeen:
    """The last picture of the comparison, where the last code was, and what was counted of the `person`.

    Without a `person` it is whoever the picture shows: for clips, which no comparison went before.
    """

    pixels: Pixels
    at: float
    code: Box | None = None
    person: tuple[Embedding, ...] = ()


class LivenessCheck:
    """One visitor's movements. Lives on the thread that owns `engine`; made anew each time."""

    def __init__(
        self,
        engine: FaceEngine,
        limits: LivenessLimits,
        chance: Chance,
        last: LastSeen,
        *,
        code_absent_s: float,
        min_eye_distance_px: float,
    ) -> None:
        """Begin with the person in `last`, the picture with which the comparison ended."""
        self._engine = engine
        self._limits = limits
        self._chance = chance
        self._code, self._code_absent_s = last.code, code_absent_s
        self._size: tuple[int, ...] = last.pixels.shape[:2]
        self._least_eyes_px = _FARTHER * min_eye_distance_px
        self._tries, self._repeats = 1, 0
        self._likeness: float | None = None
        self._digests: set[bytes] = set()
        self._result: LivenessResult | None = None
        self._code_seen_at = float("-inf")
        self._again_until = float("-inf")
        self._seen_until = self._face_at = last.at
        self._box: Box | None = None
        self._challenge = self._draw(last.at)
        self._person = self._find_person(last)

    def _find_person(self, last: LastSeen) -> Embedding | None:
        faces = main_faces(self._engine.find_faces(last.pixels))
        if len(faces) != 1:
            self._end(Reason.PERSON_CHANGED, f"{len(faces)} faces where one was compared")
            return None
        self._box = faces[0].box
        seen = self._engine.embed(last.pixels, faces[0])
        if not is_continuous(self._engine, last.person, seen):
            self._end(Reason.PERSON_CHANGED, "another face than the one compared")
            return None
        return np.asarray(np.mean(last.person, axis=0), np.float32) if last.person else seen

    def _draw(self, at: float) -> Challenge:
        self._try_began_at = at
        return draw_challenge(self._limits.movements, self._limits.answer_s, self._chance, at)

    # What comes in

    def observe(self, frame: Frame, code: CodeSighting | None) -> LivenessProgress:
        """Take in one frame and what the decoder saw of a code in it."""
        if self._result is not None or frame.taken_at <= self._seen_until:
            return self._progress(frame.taken_at, None)
        self._seen_until = frame.taken_at
        self._follow_size(frame)
        if frame.taken_at - self._try_began_at >= self._limits.timeout_s:
            self._fail_try("took too long", frame.taken_at)
        elif code is not None:
            self._code, self._code_seen_at = code.box, frame.taken_at
            self._interrupt("a code in view", frame.taken_at)
        if frame.taken_at - self._code_seen_at < self._code_absent_s:
            return self._progress(frame.taken_at, Hint.PUT_PHONE_AWAY)
        return self._look(frame)

    def _follow_size(self, frame: Frame) -> None:
        """Begin anew when the pictures change their size: a larger picture is nobody who came closer."""
        before, self._size = self._size, frame.pixels.shape[:2]
        if before == self._size:
            return
        if self._code is not None:
            self._code = follow_size(self._code, before, self._size)
        self._box = None
        self._interrupt("pictures of another size", frame.taken_at)

    def compare_by_eye(self) -> LivenessResult:
        """End without movements: an officer compares instead. Never a PASS."""
        return self._end(Reason.LIVENESS_SKIPPED, "an officer compares instead")

    def conclude(self, reason: Reason = Reason.LIVENESS_NOT_PASSED) -> LivenessResult:
        """End with what has been seen so far, for a visit that is over."""
        return self._end(reason, "the visit ended")

    def _look(self, frame: Frame) -> LivenessProgress:
        now = frame.taken_at
        faces = main_faces(self._engine.find_faces(frame.pixels))
        if len(faces) != 1:
            self._box = None  # whoever comes back must be the same person
            if now - self._face_at > LOST_S:
                self._interrupt(f"{len(faces)} faces in front", now)
            return self._progress(now, Hint.ONE_PERSON if faces else Hint.LOOK_AT_CAMERA)
        face = faces[0]
        if now - self._face_at > LOST_S:
            self._interrupt("nobody seen for a while", now)
            if self._result is not None:
                return self._progress(now, None)
        if self._repeats_itself(frame.pixels):
            return self._progress(now, None, face.box)
        if face.eye_distance_px < self._least_eyes_px or self._is_beside(face):
            return self._progress(now, Hint.COME_CLOSER, face.box)
        mesh = self._engine.fit_mesh(frame.pixels, face)
        if mesh.presence < LEAST_PRESENCE:
            return self._progress(now, Hint.LOOK_AT_CAMERA, face.box)
        self._follow(frame, face, mesh)
        self._face_at = now
        return self._progress(now, None, face.box)

    def _is_beside(self, face: Face) -> bool:
        part = _FARTHER if self._challenge.asked else 1.0
        return self._code is not None and is_beside_code(face, self._code, part)

    def _repeats_itself(self, pixels: Pixels) -> bool:
        digest = hashlib.blake2b(pixels.tobytes(), digest_size=16).digest()
        known = digest in self._digests
        self._digests.add(digest)
        self._repeats += known
        if self._repeats > MAX_REPEATS:
            self._end(Reason.PICTURE_REPEATED, f"{self._repeats} pictures came twice")
        return known

    def _follow(self, frame: Frame, face: Face, mesh: Mesh) -> None:
        """Let the challenge see the face, and see to it that it is still the same one."""
        before, jumped = self._challenge, self._box is None or _common(self._box, face.box) < _SAME_PLACE
        self._box = face.box
        self._challenge = after = before.after(_sight(frame.taken_at, mesh))
        came_on = after.stage is not before.stage or (after.held > 0 and before.held == 0)
        if self._challenge.stage is Stage.FAILED:
            self._fail_try(self._challenge.why, frame.taken_at)
        elif jumped or came_on:
            turned = before.stage is Stage.ASKED
            self._check_person(frame, face, _TURNED if turned else 1.0)
        if self._result is None and self._challenge.stage is Stage.PASSED:
            self._pass()

    def _check_person(self, frame: Frame, face: Face, part: float) -> None:
        if self._person is None:
            return
        likeness = self._engine.similarity(self._person, self._engine.embed(frame.pixels, face))
        self._likeness = likeness if self._likeness is None else min(self._likeness, likeness)
        if not likeness >= part * self._engine.continuity:
            self._end(Reason.PERSON_CHANGED, f"likeness {likeness:.3f} to the person compared")
        elif part == 1.0 and is_on_screen(frame.pixels, face):
            self._code_seen_at = frame.taken_at  # a phone is in view, with or without its code
            self._interrupt("a face on a screen", frame.taken_at)

    # How it ends

    def _interrupt(self, why: str, now: float) -> None:
        """Begin anew; once anything was asked for, that is another try."""
        if self._challenge.asked:
            self._fail_try(why, now)
        else:
            self._challenge = self._draw(self._try_began_at)
        self._face_at = now

    def _fail_try(self, why: str, now: float) -> None:
        if self._tries >= self._limits.tries:
            self._end(Reason.LIVENESS_NOT_PASSED, why)
            return
        self._tries += 1
        self._challenge, self._again_until = self._draw(now), now + SHOW_AGAIN_S

    def _pass(self) -> None:
        detail = f"{_words(self._challenge.done)} in try {self._tries}"
        check = Check(Step.LIVENESS, Outcome.PASS, None, 0.0, (Note.LIVENESS_MOVEMENTS,), detail)
        self._result = self._result_of(check)

    def _end(self, reason: Reason, why: str) -> LivenessResult:
        if self._result is None:
            detail = f"{why}; asked {_words(self._challenge.asked)}, made {_words(self._challenge.done)}"
            self._result = self._result_of(Check(Step.LIVENESS, Outcome.REFER, reason, detail=detail))
        return self._result

    def _result_of(self, check: Check) -> LivenessResult:
        challenge = self._challenge
        return LivenessResult(check, challenge.asked, challenge.done, self._tries, self._likeness)

    def _progress(self, now: float, hint: Hint | None, face: Box | None = None) -> LivenessProgress:
        challenge = self._challenge
        if hint is None and now < self._again_until and challenge.prompt is None:
            hint = Hint.TRY_AGAIN
        done = len(challenge.done) / len(challenge.prompts)
        left = max(0.0, self._limits.timeout_s - (now - self._try_began_at))
        return LivenessProgress(challenge.prompt, hint, done, left, face, self._result)


def _sight(at: float, mesh: Mesh) -> Sight:
    """Measure the height of the face in three dimensions, so that a nod does not look like a step back."""
    height = float(np.linalg.norm(mesh.points[_CHIN] - mesh.points[_TOP]))
    return Sight(at, head_pose(mesh).yaw_deg, sum(eye_openness(mesh)) / 2, height)


def _words(movements: tuple[Movement, ...]) -> str:
    return " ".join(movement.value for movement in movements) or "nothing"


def _common(a: Box, b: Box) -> float:
    """Return the common area of two boxes as a share of the smaller one."""
    across = min(a.left + a.width, b.left + b.width) - max(a.left, b.left)
    down = min(a.top + a.height, b.top + b.height) - max(a.top, b.top)
    smaller = min(a.width * a.height, b.width * b.height)
    return max(across, 0.0) * max(down, 0.0) / max(smaller, 1e-6)
