"""The decoder chain: from one camera picture to what was seen of a code in it.

In order, each stage only when those before did not read and the frame's time allows it:
1. plain: zxing-cpp on the grey frame.
2. enlarged: the place of a code it saw but could not read, twice as large.
3. grid: the modules of that code, sampled one by one on its own grid (`grid.py`).
4. sharpened: its place again, three times as large with its edges lifted.
5. texture: where fine texture is, or the guide square, sharpened until a code shows, and its grid; at least
   whether something there looks like a code to people (`lookalike.py`).
6. second opinion: zbar, a few times a second, where nothing at all was seen.
Plain is never left out: a frame nobody looked at must not count as empty. Other codes in the same picture
are handed on beside the one that is presented. The text is handed on as it is: whether it is a credential,
and what to say of a code that stays unread, is for others. Figures behind the chain: docs/performance.md.
"""

from __future__ import annotations

import time
from functools import partial

import cv2
import numpy as np

from kiosk.camera.budget import Budget, NoteStage
from kiosk.camera.calm import Calm
from kiosk.camera.crowd import is_crowded, is_walled
from kiosk.camera.decoders import (
    FindCodes,
    Found,
    find_every_kind,
    find_with_zxing,
    load_zbar,
    outline,
    to_grey,
)
from kiosk.camera.enlarge import bordered, fitted, middle_of
from kiosk.camera.grid import read_on_grid
from kiosk.camera.lookalike import find_lookalike
from kiosk.camera.patience import Patience
from kiosk.camera.presented import find_presented, find_unread, find_weightiest
from kiosk.camera.seen import Seen, others_near, tell, tell_read
from kiosk.camera.source import Clock
from kiosk.camera.stages import core_of, guide_box, looks_around, read_enlarged, read_in_views, read_sharpened
from kiosk.camera.texture import find_texture
from kiosk.model import Box, CodeSighting, Frame, Pixels, ReadStage

FRAME_LIMIT_S = 0.12
_MAX_GRIDS = 2  # a code that two grids do not give is not given by a third
_MOST_SOUGHT = 640  # pixels a side of what is searched in one frame: v40 at 2.5 pixels a module, tilted
_ZBAR_SIDE = 960  # pixels; the damaged codes that zbar adds are large, and at 1080p it takes 70 ms
_ZBAR_ALONE_SIDE = 1280
_ZBAR_STILL_SIDE = 3000
_CROWDED_SIDES = 512, 400  # pixels of the whole made smaller, and of the middle: 80 ms of corner squares
_WALLED_SIDES = 960, 900  # the same: 90 ms of codes side by side
_NOTHING: tuple[Found, ...] = ()


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
        self._located: Seen | None = None
        self._read_last: bytes | None = None
        self._middle_next = False

    @property
    def zbar_available(self) -> bool:
        """True when the second opinion can be asked; without it the chain is zxing-cpp alone."""
        return self._zbar is not None

    @property
    def is_calm(self) -> bool:
        """Whether there has been nothing to look at for seconds; any thread may ask."""
        return self._calm.is_lasting

    def read(self, picture: Frame | Pixels) -> CodeSighting | None:
        """Return what is seen of the code in one camera picture, None when there is none in sight.

        A Frame is one of many: its time is limited, and what is costly is not done in every one of them. Bare
        pixels (grey, BGR or BGRA) stand alone: every stage may look at them, and the code's small relatives
        count too.
        """
        if isinstance(picture, Frame):
            return self._read_frame(picture)
        grey = to_grey(picture)
        return None if grey is None else tell(self._look_alone(picture, grey)[0], grey)

    def read_all(self, pixels: Pixels) -> tuple[CodeSighting, ...]:
        """Return every code read in a picture that stands alone; the one presented comes first."""
        grey = to_grey(pixels)
        return () if grey is None else tell_read(*self._look_alone(pixels, grey), grey)

    def read_still(self, pixels: Pixels) -> CodeSighting | None:
        """Return what is seen of the code in a file's picture; spends up to seconds where `read` may not."""
        grey = to_grey(pixels)
        return None if grey is None else tell(self._look_hard(pixels, grey)[0], grey)

    def read_still_all(self, pixels: Pixels) -> tuple[CodeSighting, ...]:
        """Return every code read in a file's picture; only where there is none is one looked for harder."""
        grey = to_grey(pixels)
        return () if grey is None else tell_read(*self._look_hard(pixels, grey), grey)

    def _look_hard(self, pixels: Pixels, grey: Pixels) -> tuple[Seen | None, tuple[Found, ...]]:
        seen, found = self._look_alone(pixels, grey, ask_zbar=False)
        if seen is None or not seen.is_read:
            read = read_in_views(grey)
            seen = Seen(read, ReadStage.ENLARGED) if read else self._ask_zbar_of_a_still(grey) or seen
        return seen, found

    def _look_alone(
        self, pixels: Pixels, grey: Pixels, *, ask_zbar: bool = True
    ) -> tuple[Seen | None, tuple[Found, ...]]:
        """Look at one picture alone: the code presented, and all that the plain look found.

        Whatever zxing-cpp by itself would read, in colour too, is read.
        """
        self._budget.begin(None)
        found = self._budget.measure(ReadStage.PLAIN, partial(find_every_kind, grey))
        seen = self._look(grey, None, tuple(code for code in found if code.full), ask_zbar=ask_zbar)
        if seen is not None and seen.is_read:
            return seen, found
        if pixels.ndim > grey.ndim:
            found = (*found, *find_every_kind(pixels))
        read = find_weightiest([code for code in found if code.raw is not None], grey)
        return Seen(read, ReadStage.PLAIN) if read else seen, found

    def _read_frame(self, frame: Frame) -> CodeSighting | None:
        if self._calm.may_skip(frame.pixels, frame.taken_at):
            self._patience.spent(0.0)
            return None
        self._budget.begin(FRAME_LIMIT_S)
        grey = to_grey(frame.pixels)
        if grey is None:
            return None
        seen, beside = self._look_at_frame(grey, frame.taken_at)
        self._calm.looked(frame.pixels, frame.taken_at, empty=seen is None and not self._patience.is_eager)
        self._patience.spent(self._budget.spent_s)
        return tell(seen, grey, beside)

    def _look_at_frame(self, grey: Pixels, at: float) -> tuple[Seen | None, tuple[Seen, ...]]:
        """Return what is presented in one frame of many, and what was read beside it."""
        if is_crowded(grey):
            return self._look_through(grey, *_CROWDED_SIDES), ()
        if is_walled(grey):
            return self._look_through(grey, *_WALLED_SIDES), ()
        found = self._budget.measure(ReadStage.PLAIN, partial(find_with_zxing, grey))
        seen = self._look(grey, at, found)
        return seen, self._look_beside(grey, seen, found)

    def _look_through(self, grey: Pixels, longest: int, middle: int) -> Seen:
        """Look at a frame full of squares or codes: at all of it made smaller and at its middle, by turns.

        Something that may be meant as a code is in sight there, whether or not one is read.
        """
        self._middle_next = not self._middle_next
        view = fitted(grey, longest) if self._middle_next else middle_of(grey, middle)
        found = self._budget.measure(ReadStage.PLAIN, partial(find_with_zxing, view.grey))
        code = find_presented((code.mapped(view.back) for code in found), grey, alone=True)
        if code is None:
            return Seen(outline(guide_box(grey)), ReadStage.PLAIN)
        seen = Seen(code, ReadStage.PLAIN)
        return seen if seen.is_read else self._look_closer(grey, code)

    def _look_beside(self, grey: Pixels, seen: Seen | None, found: tuple[Found, ...]) -> tuple[Seen, ...]:
        """Return the other codes read in a frame: behind the one presented there may be the one that counts.

        One that was only seen is looked at closer as soon as the one presented is known.
        """
        known, self._read_last = self._read_last, seen.code.raw if seen is not None else None
        if seen is None:
            return ()
        beside = others_near(seen, found, grey)
        unread = find_unread(found, grey)
        if beside or unread is None or known is None or known != seen.code.raw:
            return beside
        closer = self._look_closer(grey, unread)
        return (closer,) if closer.is_read else ()

    def _look(
        self, grey: Pixels, at: float | None, found: tuple[Found, ...], *, ask_zbar: bool = True
    ) -> Seen | None:
        """Go through the stages behind the plain one, which `found` codes.

        `at` is the time of one frame of many, None for a picture alone.
        """
        code = find_presented(found, grey, alone=at is None)
        if code is not None:
            seen = Seen(code, ReadStage.PLAIN)
            if not seen.is_read:
                seen = self._look_closer(grey, code)
            if seen.is_read:
                self._rest()
                return seen
            around = self._search(grey, at)
            return around if around is not None and around.is_read else seen
        return self._search(grey, at) or (self._second_opinion(grey, at) if ask_zbar else None)

    def _look_closer(self, grey: Pixels, code: Found) -> Seen:
        """Try to read a code that was only seen."""
        for stage, look in (
            (ReadStage.ENLARGED, read_enlarged),
            (ReadStage.GRID, read_on_grid),
            (ReadStage.SHARPENED, read_sharpened),
        ):
            read = self._budget.run(stage, partial(look, grey, code), None)
            if read is not None:
                return Seen(read, stage)
        return Seen(code, ReadStage.PLAIN)

    def _search(self, grey: Pixels, at: float | None) -> Seen | None:
        """Look where the decoder sees nothing to read; what is found may be only located."""
        texture = find_texture(grey)
        if at is not None and not self._patience.may_search(texture):
            return self._located if texture else None  # what was located there is still in sight
        places = [] if texture is None else [texture]
        if at is None or self._patience.guide_too:
            places.append(guide_box(grey))
        places = [each if at is None else core_of(each, _MOST_SOUGHT) for each in places]
        self._located = None
        for place in places:
            seen = self._look_around(grey, place)
            if seen is not None and seen.is_read:
                self._rest()
                return seen
            if seen is not None:
                self._located = seen
                break
        self._located = self._located or self._find_alike(grey, places)
        return self._located

    def _find_alike(self, grey: Pixels, places: list[Box]) -> Seen | None:
        for place in places:
            alike = self._budget.run(ReadStage.TEXTURE, partial(find_lookalike, grey, place), None)
            if alike is not None:
                return Seen(alike, ReadStage.TEXTURE)
        return None

    def _rest(self) -> None:
        self._patience.rest()
        self._located = None

    def _look_around(self, grey: Pixels, place: Box) -> Seen | None:
        located: list[Found] = []
        for look in looks_around(grey, place):
            code: Found | None = self._budget.run(ReadStage.TEXTURE, look, None)
            if code is not None and code.raw is None:
                located.append(code)
                code = self._budget.run(ReadStage.GRID, partial(read_on_grid, grey, code), None)
            if code is not None:
                return Seen(code, ReadStage.TEXTURE)
            if len(located) == _MAX_GRIDS:
                break
        return Seen(located[0], ReadStage.TEXTURE) if located else None

    def _second_opinion(self, grey: Pixels, at: float | None) -> Seen | None:
        if self._zbar is None or (at is not None and not self._patience.may_ask(at)):
            return None
        view = fitted(grey, _ZBAR_ALONE_SIDE if at is None else _ZBAR_SIDE)
        found = self._budget.run(ReadStage.SECOND_OPINION, partial(self._zbar, view.grey), _NOTHING)
        code = find_presented((code.mapped(view.back) for code in found), grey, alone=at is None)
        return None if code is None else Seen(code, ReadStage.SECOND_OPINION)

    def _ask_zbar_of_a_still(self, grey: Pixels) -> Seen | None:
        """Ask zbar, also about the negative, because it reads only dark on light."""
        if self._zbar is None:
            return None
        view = bordered(fitted(grey, _ZBAR_STILL_SIDE))
        for shown in (view.grey, np.asarray(cv2.bitwise_not(view.grey), np.uint8)):
            found = (code.mapped(view.back) for code in self._zbar(shown))
            code = find_presented(found, grey, alone=True)
            if code is not None:
                return Seen(code, ReadStage.SECOND_OPINION)
        return None
