"""What a stage of the chain saw of a code, and how it is told to whoever asked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kiosk.camera.decoders import Found
from kiosk.camera.hints import find_hint
from kiosk.camera.presented import find_heaviest
from kiosk.model import CodeSighting, Pixels, ReadStage

_MOST_BESIDE = 8
ZXING, ZBAR = "zxing-cpp", "zbar"


@dataclass(frozen=True, slots=True)
class Seen:
    """A code and the stage that saw it last."""

    code: Found
    stage: ReadStage

    @property
    def is_read(self) -> bool:
        """Whether its text is known."""
        return self.code.raw is not None


def others_than(presented: Seen, found: Iterable[Found]) -> tuple[Seen, ...]:
    """Return what the plain look read besides the code presented, each content once."""
    read = {code.raw: code for code in found if code.raw not in {None, presented.code.raw}}
    return tuple(Seen(code, ReadStage.PLAIN) for code in read.values())


def others_near(presented: Seen, found: Iterable[Found], grey: Pixels) -> tuple[Seen, ...]:
    """Return the weightiest of them, as many as one frame of many hands on: a wall may show hundreds."""
    others = (each.code for each in others_than(presented, found))
    return tuple(Seen(code, ReadStage.PLAIN) for code in find_heaviest(others, grey, _MOST_BESIDE))


def tell(seen: Seen | None, grey: Pixels, beside: tuple[Seen, ...] = ()) -> CodeSighting | None:
    """Return what others may know of a code in the picture `grey`, and of those beside it."""
    if seen is None:
        return None
    code, others = seen.code, tuple(told for each in beside if (told := tell(each, grey)) is not None)
    if not seen.is_read:
        hint = find_hint(code, grey)
        return CodeSighting(None, code.box, code.px_per_module, hint, version=code.version, beside=others)
    return CodeSighting(
        text=code.text,
        box=code.box,
        px_per_module=code.px_per_module,
        stage=seen.stage,
        decoder=ZBAR if seen.stage is ReadStage.SECOND_OPINION else ZXING,
        version=code.version,
        unused_ec=code.unused_ec,
        beside=others,
    )


def tell_read(presented: Seen | None, found: Iterable[Found], grey: Pixels) -> tuple[CodeSighting, ...]:
    """Return the code presented, if it was read, and whatever else was read in the picture `grey`."""
    if presented is None or not presented.is_read:
        return ()
    seen = (presented, *others_than(presented, found))
    return tuple(told for each in seen if (told := tell(each, grey)) is not None)
