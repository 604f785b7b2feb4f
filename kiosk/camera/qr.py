"""The decoder chain: from one camera picture to what was seen of a code in it.

In order, each stage only when those before did not read and the frame's time allows it:
1. plain: zxing-cpp on the grey frame.
2. enlarged: the place of a code it saw but could not read, twice as large.
3. grid: the modules of that code, sampled one by one on its own grid (`grid.py`).
4. sharpened: its place again, three times as large with its edges lifted.
5. texture: where fine texture is, or the guide square, sharpened until a code shows, and its grid.
6. second opinion: zbar, a few times a second, where nothing at all was seen.
The text is handed on as it is: whether it is a credential, and what to say of a code that stays unread, is
for others. Figures behind the chain: docs/performance.md.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import partial

import cv2
import numpy as np

from kiosk.camera.budget import Budget, NoteStage
from kiosk.camera.calm import Calm
from kiosk.camera.decoders import FindCodes, Found, find_with_zxing, load_zbar, to_grey
from kiosk.camera.enlarge import bordered, fitted
from kiosk.camera.grid import read_on_grid
from kiosk.camera.hints import find_hint
from kiosk.camera.patience import Patience
from kiosk.camera.presented import find_presented
from kiosk.camera.source import Clock
from kiosk.camera.stages import guide_box, looks_around, read_enlarged, read_in_views, read_sharpened
from kiosk.camera.texture import find_texture
from kiosk.model import Box, CodeSighting, Frame, Pixels, ReadStage

FRAME_LIMIT_S = 0.12
ZXING, ZBAR = "zxing-cpp", "zbar"
_MAX_GRIDS = 2  # a code that two grids do not give is not given by a third
_ZBAR_SIDE = 1280  # pixels; the damaged codes that zbar adds are large, and at 1080p it takes 70 ms
_ZBAR_STILL_SIDE = 3000
_NOTHING: tuple[Found, ...] = ()


@dataclass(frozen=True, slots=True)
class _Seen:
    """A code and the stage that saw it last."""

    code: Found
    stage: ReadStage

    @property
    def is_read(self) -> bool:
        return self.code.raw is not None


class QrReader:
    """Reads QR codes for one thread; of the frames before it remembers only what may be left out now."""

    def __init__(
        self,
        zbar: FindCodes | None = None,
        *,
        use_zbar: bool = True,
        clock: Clock = time.perf_counter,
        note: NoteStage | None = None,
    ) -> None:
        """`note` is told of every stage and the seconds it took."""
        self._zbar = zbar if zbar or not use_zbar else load_zbar()
        self._budget = Budget(clock, note)
        self._patience = Patience()
        self._calm = Calm()
        self._located: _Seen | None = None

    @property
    def zbar_available(self) -> bool:
        """True when the second opinion can be asked; without it the chain is zxing-cpp alone."""
        return self._zbar is not None

    def read(self, picture: Frame | Pixels) -> CodeSighting | None:
        """Return what is seen of the code in one camera picture, None when there is none in sight.

        A Frame is one of many: its time is limited, and what is costly is not done in every one of them. Bare
        pixels (grey, BGR or BGRA) stand alone: every stage may look at them.
        """
        if isinstance(picture, Frame):
            return self._read_frame(picture)
        grey = to_grey(picture)
        if grey is None:
            return None
        self._budget.begin(None)
        return _sighting(self._look(grey, None, self._look_plainly(grey)), grey)

    def read_all(self, pixels: Pixels) -> tuple[CodeSighting, ...]:
        """Return every code read in a picture that stands alone; the one presented comes first."""
        grey = to_grey(pixels)
        if grey is None:
            return ()
        self._budget.begin(None)
        found = self._look_plainly(grey)
        presented = self._look(grey, None, found)
        if presented is None or not presented.is_read:
            return ()
        beside = (code for code in found if code.raw not in {None, presented.code.raw})
        seen = (presented, *(_Seen(code, ReadStage.PLAIN) for code in beside))
        return tuple(sighting for one in seen if (sighting := _sighting(one, grey)) is not None)

    def read_still(self, pixels: Pixels) -> CodeSighting | None:
        """Return what is seen of the code in a file's picture; spends up to seconds where `read` may not."""
        grey = to_grey(pixels)
        if grey is None:
            return None
        self._budget.begin(None)
        seen = self._look(grey, None, self._look_plainly(grey), ask_zbar=False)
        if seen is None or not seen.is_read:
            read = read_in_views(grey)
            seen = _Seen(read, ReadStage.ENLARGED) if read else self._ask_zbar_of_a_still(grey) or seen
        return _sighting(seen, grey)

    def _read_frame(self, frame: Frame) -> CodeSighting | None:
        if self._calm.may_skip(frame.pixels):
            return None
        self._budget.begin(FRAME_LIMIT_S)
        grey = to_grey(frame.pixels)
        if grey is None:
            return None
        seen = self._look(grey, frame.taken_at, self._look_plainly(grey))
        self._calm.looked(frame.pixels, empty=seen is None)
        self._patience.spent(self._budget.spent_s)
        return _sighting(seen, grey)

    def _look_plainly(self, grey: Pixels) -> tuple[Found, ...]:
        return self._budget.run(ReadStage.PLAIN, partial(find_with_zxing, grey), _NOTHING)

    def _look(
        self, grey: Pixels, at: float | None, found: tuple[Found, ...], *, ask_zbar: bool = True
    ) -> _Seen | None:
        """Go through the stages behind the plain one, which `found` codes.

        `at` is the time of one frame of many, None for a picture alone.
        """
        code = find_presented(found, grey, alone=at is None)
        if code is not None:
            seen = _Seen(code, ReadStage.PLAIN)
            if not seen.is_read:
                seen = self._look_closer(grey, code)
            if seen.is_read:
                self._rest()
                return seen
            around = self._search(grey, at)
            return around if around is not None and around.is_read else seen
        return self._search(grey, at) or (self._second_opinion(grey, at) if ask_zbar else None)

    def _look_closer(self, grey: Pixels, code: Found) -> _Seen:
        """Try to read a code that was only seen."""
        for stage, look in (
            (ReadStage.ENLARGED, read_enlarged),
            (ReadStage.GRID, read_on_grid),
            (ReadStage.SHARPENED, read_sharpened),
        ):
            read = self._budget.run(stage, partial(look, grey, code), None)
            if read is not None:
                return _Seen(read, stage)
        return _Seen(code, ReadStage.PLAIN)

    def _search(self, grey: Pixels, at: float | None) -> _Seen | None:
        """Look where the decoder sees nothing to read; what is found may be only located."""
        texture = find_texture(grey)
        if at is not None and not self._patience.may_search(texture):
            return self._located if texture else None  # what was located there is still in sight
        places = [] if texture is None else [texture]
        if at is None or self._patience.guide_too:
            places.append(guide_box(grey))
        self._located = None
        for place in places:
            seen = self._look_around(grey, place)
            if seen is not None and seen.is_read:
                self._rest()
                return seen
            if seen is not None:
                self._located = seen
                break
        return self._located

    def _rest(self) -> None:
        self._patience.rest()
        self._located = None

    def _look_around(self, grey: Pixels, place: Box) -> _Seen | None:
        located: list[Found] = []
        for look in looks_around(grey, place):
            code: Found | None = self._budget.run(ReadStage.TEXTURE, look, None)
            if code is not None and code.raw is None:
                located.append(code)
                code = self._budget.run(ReadStage.GRID, partial(read_on_grid, grey, code), None)
            if code is not None:
                return _Seen(code, ReadStage.TEXTURE)
            if len(located) == _MAX_GRIDS:
                break
        return _Seen(located[0], ReadStage.TEXTURE) if located else None

    def _second_opinion(self, grey: Pixels, at: float | None) -> _Seen | None:
        if self._zbar is None or (at is not None and not self._patience.may_ask(at)):
            return None
        view = fitted(grey, _ZBAR_SIDE)
        found = self._budget.run(ReadStage.SECOND_OPINION, partial(self._zbar, view.grey), _NOTHING)
        code = find_presented((code.mapped(view.back) for code in found), grey, alone=at is None)
        return None if code is None else _Seen(code, ReadStage.SECOND_OPINION)

    def _ask_zbar_of_a_still(self, grey: Pixels) -> _Seen | None:
        """Ask zbar, also about the negative, because it reads only dark on light."""
        if self._zbar is None:
            return None
        view = bordered(fitted(grey, _ZBAR_STILL_SIDE))
        for shown in (view.grey, np.asarray(cv2.bitwise_not(view.grey), np.uint8)):
            found = (code.mapped(view.back) for code in self._zbar(shown))
            code = find_presented(found, grey, alone=True)
            if code is not None:
                return _Seen(code, ReadStage.SECOND_OPINION)
        return None


def _sighting(seen: _Seen | None, grey: Pixels) -> CodeSighting | None:
    if seen is None:
        return None
    code = seen.code
    if not seen.is_read:
        return CodeSighting(None, code.box, code.px_per_module, find_hint(code, grey), version=code.version)
    return CodeSighting(
        text=code.text,
        box=code.box,
        px_per_module=code.px_per_module,
        stage=seen.stage,
        decoder=ZBAR if seen.stage is ReadStage.SECOND_OPINION else ZXING,
        version=code.version,
        unused_ec=code.unused_ec,
    )
