"""A still picture in place of the live face: for the command line, off the counter.

Rules kept here: a still counts with one picture, because there is no more; nobody can be asked to come
closer, so it may be smaller than a live face; whatever is not one usable face is not a presented face, and
the kiosk cannot tell (REFER NOT_PRESENTED). That a still proves no living person is said by its caller.
"""

from __future__ import annotations

from dataclasses import replace

from kiosk.face.crop import LIVE_CROP_HEIGHT, upright_crop
from kiosk.face.faces import FaceEngine, main_faces
from kiosk.face.match import FaceResult, decide_visit, refer
from kiosk.face.portrait import Portrait
from kiosk.face.quality import first_problem, is_covered, measure_face
from kiosk.model import FaceLimits, Hint, Note, Pixels, Reason

MIN_EYE_DISTANCE_PX = 36.0  # the matcher's own crop has 35


def compare_still(engine: FaceEngine, portrait: Portrait, pixels: Pixels, limits: FaceLimits) -> FaceResult:
    """Compare the one face in `pixels` (BGR) with the credential's.

    No face, several faces or a face too poor to judge: REFER NOT_PRESENTED, with the cause as detail; a
    covered one REFER FACE_COVERED. The check carries the note STILL_FACE.
    """
    result = _compare(engine, portrait, pixels, limits)
    return replace(result, check=replace(result.check, notes=(Note.STILL_FACE,)))


def _compare(engine: FaceEngine, portrait: Portrait, pixels: Pixels, limits: FaceLimits) -> FaceResult:
    faces = main_faces(engine.find_faces(pixels))
    if len(faces) != 1:
        return FaceResult(refer(Reason.NOT_PRESENTED, f"{len(faces)} faces"))
    face = faces[0]
    quality = measure_face(engine, pixels, face)
    problem = first_problem(quality, limits, MIN_EYE_DISTANCE_PX)
    if problem is Hint.UNCOVER_FACE:
        return FaceResult(refer(Reason.FACE_COVERED), None, quality)
    live = None if is_covered(quality.bareness, limits) else upright_crop(pixels, face, LIVE_CROP_HEIGHT)
    if problem is not None:
        check = refer(Reason.NOT_PRESENTED, f"face not usable: {problem.value}")
        return FaceResult(check, None, quality, face.box, live)
    score = engine.similarity(portrait.embedding, engine.embed(pixels, face))
    decision = decide_visit([[score]], replace(limits, frames=1), ended=True)
    return FaceResult(decision.check, score, quality, face.box, live, decision.frames, decision.tries)
