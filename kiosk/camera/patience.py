"""How often the costly stages look at frame after frame in which nothing is read.

Something new before the camera is searched at once and in every frame; what has been searched in vain for a
second more rarely, and a room without any texture not at all. Pure but for what it remembers.
"""

from __future__ import annotations

import math

from kiosk.model import Box

SECOND_OPINION_EVERY_S = 0.5
_SLOW_FRAME_S = 0.1  # one picture was missed, and of the next one the worker would be late too
_EAGER, _LATER_EVERY = 15, 4  # frames
_GUIDE_EVERY = 4  # frames
_ASK_AFTER = 3  # frames searched in vain; a code that is brought near is read by then
_MOVED = 0.25  # of its size; a patch of texture that has moved so far is another one


class Patience:
    """Decides for one reader; call `spent` once for every frame that was looked at."""

    def __init__(self) -> None:
        self._last_s = 0.0
        self._vain = 0
        self._texture: Box | None = None
        self._asked_at = -math.inf

    @property
    def guide_too(self) -> bool:
        """Whether the guide square has its turn beside the texture, which may be something else."""
        return self._vain % _GUIDE_EVERY == _GUIDE_EVERY - 1

    @property
    def is_eager(self) -> bool:
        """Whether something that may be a code came into view only just now: no frame of it is left out."""
        return self._texture is not None and self._vain < _EAGER

    def may_search(self, texture: Box | None) -> bool:
        """Tell whether to search a frame with its largest patch of texture at `texture`, None without any."""
        new = texture is None or self._texture is None or _is_elsewhere(texture, self._texture)
        self._vain = 0 if new else self._vain + 1
        self._texture = texture
        if texture is None or self._last_s > _SLOW_FRAME_S:
            return False
        return self._vain < _EAGER or self._vain % _LATER_EVERY == _LATER_EVERY - 1

    def may_ask(self, at: float) -> bool:
        """Tell whether zbar may be asked about the frame of `at`, in seconds; only where there is texture.

        It takes as long as all else, so what came into view only just now is left to the other stages.
        """
        asked_lately = 0 <= at - self._asked_at < SECOND_OPINION_EVERY_S
        if self._texture is None or self._vain < _ASK_AFTER or asked_lately:
            return False
        self._asked_at = at
        return True

    def rest(self) -> None:
        """Begin anew: something was read."""
        self._vain, self._texture = 0, None

    def spent(self, seconds: float) -> None:
        """Note how long a frame was looked at, 0 for one left out; behind a slow one none is searched."""
        self._last_s = seconds


def _is_elsewhere(a: Box, b: Box) -> bool:
    size = max(a.width, a.height)
    return (
        math.hypot(a.left - b.left, a.top - b.top) > _MOVED * size
        or abs(a.width - b.width) > _MOVED * size
        or abs(a.height - b.height) > _MOVED * size
    )
