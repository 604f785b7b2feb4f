"""What the kiosk makes of one person's pictures: the photo of a credential, and a visit before the camera.

Rules kept here: the credential's photo is made and read by the product's own writer and reader; a frame
counts by the same gate as at the counter, and those that count in a try are chosen as there. Each frame is
worked on once, whoever it is compared with. What cannot be used is a reason in a count, never an exception.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from kiosk.evaluate.people import Picture
from kiosk.evaluate.pictures import read_picture
from kiosk.evaluate.webcam import SimulatedVisit
from kiosk.face.faces import Embedding, Face, FaceEngine, main_faces
from kiosk.face.photo import PHOTO_LIMITS, PhotoUnfit, write_photo
from kiosk.face.portrait import find_closely, read_portrait
from kiosk.face.quality import first_problem, measure_face
from kiosk.face.screen import is_on_screen
from kiosk.face.tries import Sample, best_samples, is_continuous
from kiosk.imaging import ImageRefused
from kiosk.model import CheckFailed, FaceLimits, Hint, Photo, PhotoFormat, Pixels

SPARE_FRAMES = 6  # simulated beyond those a try counts, before the person gives up on it


@dataclass(frozen=True, slots=True)
class Enrolled:
    """The credential of one picture, or why there is none."""

    embedding: Embedding | None
    photo_bytes: int = 0
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class Visit:
    """The frames that count in each try of one simulated visit, and why others do not.

    Whoever is taken for another person between two frames ends the visit: `changed`.
    `refusals` counts hints by frame; `missing` says why there is no visit at all.
    """

    tries: tuple[tuple[Embedding, ...], ...] = ()
    frames: int = 0
    refusals: Counter[str] = field(default_factory=Counter)
    changed: bool = False
    missing: str = ""

    @property
    def usable(self) -> bool:
        """Whether anything was acquired that can be compared."""
        return any(self.tries)


@dataclass(frozen=True, slots=True)
class Capture:
    """All that is made of one picture."""

    picture: Picture
    enrolled: Enrolled
    visit: Visit


def capture(engine: FaceEngine, picture: Picture, limits: FaceLimits, photo_bytes: int) -> Capture:
    """Make the credential of one picture, and the first try of its visit."""
    try:
        pixels = read_picture(picture.path)
    except ImageRefused:
        return Capture(picture, Enrolled(None, refusal="UNREADABLE"), Visit(missing="UNREADABLE"))
    return Capture(
        picture, _enrol(engine, pixels, limits, photo_bytes), _visit(engine, pixels, picture, limits)
    )


def _enrol(engine: FaceEngine, pixels: Pixels, limits: FaceLimits, photo_bytes: int) -> Enrolled:
    try:
        content = write_photo(engine, pixels, photo_bytes, replace(PHOTO_LIMITS, accept=limits.accept))
        portrait = read_portrait(engine, Photo(content, PhotoFormat.WEBP))
    except PhotoUnfit as err:
        return Enrolled(None, refusal=err.problem.value)
    except CheckFailed as err:
        return Enrolled(None, refusal=err.reason.value)
    return Enrolled(portrait.embedding, len(content))


def capture_further(engine: FaceEngine, made: Capture, limits: FaceLimits) -> Capture:
    """Let the same visitor have all the tries of a visit; without any if the picture has gone meanwhile."""
    try:
        pixels = read_picture(made.picture.path)
    except ImageRefused:
        return replace(made, visit=Visit(missing="UNREADABLE"))
    return replace(made, visit=_visit(engine, pixels, made.picture, limits, made.visit))


def _visit(
    engine: FaceEngine, pixels: Pixels, picture: Picture, limits: FaceLimits, before: Visit | None = None
) -> Visit:
    """Take the first try, or all that follow those of `before`."""
    view, faces = find_closely(engine, pixels)
    if not faces:
        return Visit(missing="NO_FACE")
    person, visit = SimulatedVisit(view, faces[0], picture.name), before or Visit()
    last = 1 if before is None else limits.tries
    for attempt in range(len(visit.tries), last):
        film = _Film(engine, limits, person, attempt)
        window = film.run()
        seen = [embedding for counted in visit.tries for embedding in counted]
        visit = Visit(
            tries=(*visit.tries, tuple(each.embedding for each in best_samples(window, limits.frames))),
            frames=visit.frames + film.frames,
            refusals=visit.refusals + Counter(film.refusals),
            changed=visit.changed or not _is_one_person(engine, seen, window),
        )
    return visit


def _is_one_person(engine: FaceEngine, seen: list[Embedding], window: list[Sample]) -> bool:
    for sample in window:
        if not is_continuous(engine, seen, sample.embedding):
            return False
        seen = [*seen, sample.embedding]
    return True


class _Film:
    """One try: frames until enough of them count over the window, or until patience ends."""

    def __init__(self, engine: FaceEngine, limits: FaceLimits, person: SimulatedVisit, attempt: int) -> None:
        self._engine, self._limits = engine, limits
        self._frame: Callable[[int], Pixels] = lambda number: person.frame(attempt, number)
        self.frames = 0
        self.refusals: list[str] = []

    def run(self) -> list[Sample]:
        """Return the frames that may count, in their order."""
        step_s = max(self._limits.window_s / self._limits.frames, 0.1)
        window: list[Sample] = []
        for number in range(self._limits.frames + 1 + SPARE_FRAMES):
            at = number * step_s
            found = self._look(self._frame(number), at)
            self.frames += 1
            if isinstance(found, Hint):
                self.refusals.append(found.value)
                continue
            window.append(found)
            lasted_s = at - window[0].taken_at
            if len(window) >= self._limits.frames and lasted_s >= self._limits.window_s - 1e-9:
                break
        return window

    def _look(self, pixels: Pixels, at: float) -> Sample | Hint:
        """Let the frame pass the same gate as at the counter."""
        faces = main_faces(self._engine.find_faces(pixels))
        if len(faces) != 1:
            return Hint.ONE_PERSON if faces else Hint.LOOK_AT_CAMERA
        return self._judge(pixels, faces[0], at)

    def _judge(self, pixels: Pixels, face: Face, at: float) -> Sample | Hint:
        quality = measure_face(self._engine, pixels, face)
        problem = first_problem(quality, self._limits, self._limits.min_eye_distance_px)
        if problem is not None:
            return problem
        if is_on_screen(pixels, face):
            return Hint.PUT_PHONE_AWAY
        return Sample(at, quality.rank, self._engine.embed(pixels, face), 0.0)
