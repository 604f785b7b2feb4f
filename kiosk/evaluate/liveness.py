"""One evaluation of the liveness step: labelled clips in, errors by kind of attack out.

Words as in ISO/IEC 30107-3: APCER is the share of attack presentations of one kind that are taken for bona
fide ones, BPCER the share of bona fide ones that are not. Rules kept here: a clip is one presentation and one
try, played through the kiosk's own check with what was asked then; a clip that cannot be played is counted
apart (non-response) and never as a success of anybody. This is a measuring tool, no certified test.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from kiosk.evaluate.clips import BONA_FIDE, Clip, ClipUnusable, Script, ScriptedChance, play, read_script
from kiosk.evaluate.rates import Rate, rate
from kiosk.face.faces import FaceEngine
from kiosk.face.liveness import LastSeen, LivenessCheck, LivenessResult
from kiosk.face.mesh import MESH_ID
from kiosk.model import FaceLimits, Frame, LivenessLimits, Outcome, Pixels

PASSED = "PASSED"


@dataclass(frozen=True, slots=True)
class KindFigures:
    """One kind of presentation: how many were classified wrongly, and how all of them ended.

    `errors` is the APCER of an attack (passed) or the BPCER of bona fide clips (not passed).
    `unplayable` counts clips that gave nothing to classify, by reason.
    """

    kind: str
    errors: Rate
    endings: tuple[tuple[str, int], ...]
    unplayable: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class LivenessFigures:
    """All figures of one evaluation; `bona_fide` is None without such clips."""

    model_id: str
    limits: LivenessLimits
    bona_fide: KindFigures | None
    attacks: tuple[KindFigures, ...]


def evaluate_liveness(
    engine: FaceEngine, clips: Iterable[Clip], limits: LivenessLimits, step: Callable[[], None]
) -> LivenessFigures:
    """Play every clip and count; `step` is called after each."""
    endings: dict[str, Counter[str]] = {}
    unplayable: dict[str, Counter[str]] = {}
    for clip in clips:
        ended = endings.setdefault(clip.kind, Counter())
        failed = unplayable.setdefault(clip.kind, Counter())
        try:
            ended[classify(engine, clip, limits)] += 1
        except ClipUnusable as err:
            failed[str(err)] += 1
        step()
    kinds = {kind: _figures(kind, endings[kind], unplayable[kind]) for kind in sorted(endings)}
    bona_fide = kinds.pop(BONA_FIDE, None)
    return LivenessFigures(f"{MESH_ID}+{engine.model_id}", limits, bona_fide, tuple(kinds.values()))


def classify(engine: FaceEngine, clip: Clip, limits: LivenessLimits) -> str:
    """Return how the check ended: PASSED, or the reason why not. Raises ClipUnusable."""
    script = read_script(clip)
    check: LivenessCheck | None = None
    for number, pixels in enumerate(play(clip)):
        at = number / script.frames_per_second
        if check is None:
            check = _begin(engine, script, limits, pixels)
            continue
        pixels.flags.writeable = False
        result = check.observe(Frame(pixels, at, number), None).result
        if result is not None:
            return _ending(result)
    if check is None:
        raise ClipUnusable("UNREADABLE")
    return _ending(check.conclude())


def _begin(engine: FaceEngine, script: Script, limits: LivenessLimits, first: Pixels) -> LivenessCheck:
    """Begin with the person in the first picture: whoever was compared is whoever the clip begins with."""
    face = FaceLimits()
    return LivenessCheck(
        engine,
        replace(limits, movements=len(script.movements), tries=1),
        ScriptedChance(script),
        LastSeen(first, 0.0),
        code_absent_s=face.code_absent_s,
        min_eye_distance_px=face.min_eye_distance_px,
    )


def _ending(result: LivenessResult) -> str:
    if result.check.outcome is Outcome.PASS:
        return PASSED
    return result.check.reason.value if result.check.reason is not None else "NOT_PASSED"


def _figures(kind: str, ended: Counter[str], unplayable: Counter[str]) -> KindFigures:
    played = sum(ended.values())
    wrong = played - ended[PASSED] if kind == BONA_FIDE else ended[PASSED]
    return KindFigures(
        kind,
        rate(wrong, played),
        tuple(sorted((name, count) for name, count in ended.items() if count)),
        tuple(sorted(unplayable.items())),
    )
