"""The capture thread: owns the camera, keeps the newest frame for others, and brings a lost camera back.

Nobody else ever waits for a camera. The worker and the preview have a slot each; a frame they do not fetch
in time is replaced, one that grew old is not given out. A source that fails, stalls, freezes or raises is
let go of, and opened again after a pause that grows to two seconds; the thread itself outlives every error.
While nothing moves before the camera, or nobody looks, every second picture is let pass undecoded.
What a camera was asked for and what it gives is logged once it is known.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from enum import Enum, auto

import numpy as np

from kiosk.camera.delivery import Delivery, Negotiated, Size
from kiosk.camera.fresh import MAX_AGE_S
from kiosk.camera.mailbox import Mailbox
from kiosk.camera.source import MOST_PIXELS, Clock, FrameSource, Sleep, Sparing
from kiosk.camera.watch import REMEMBERED, CaptureStatus, Watch, WatchLimits
from kiosk.model import Fault, Frame, Pixels

_UNWATCHED_S = 2.0
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.25, 2.0
_COLOUR_DIMS, _COLOURS = 3, 3
_SMALLEST = 32  # pixels on a side: below is a broken driver, not a picture

_log = logging.getLogger(__name__)


class _Phase(Enum):
    CLOSED = auto()
    OPEN = auto()
    BROKEN = auto()  # to be closed


class Capture:
    """Runs `source` on a thread of its own between `start` and `stop`; all other methods: any thread.

    `clock` is monotonic; it stamps the frames and must be the one they are judged by. `sleep` is called
    between attempts to open (default: wait, but wake for `stop`). `expect_noise` says that two equal
    pictures in a row mean a frozen camera (default: for all but simulated sources).
    """

    def __init__(
        self,
        source: FrameSource,
        *,
        clock: Clock = time.monotonic,
        sleep: Sleep | None = None,
        expect_noise: bool | None = None,
        limits: WatchLimits | None = None,
    ) -> None:
        self._source = source
        self._clock = clock
        self._stopping = threading.Event()
        self._sleep: Sleep = sleep or self._stopping.wait
        noisy = not source.simulated if expect_noise is None else expect_noise
        self._watch = Watch(clock(), limits or WatchLimits(), expect_noise=noisy)
        self._watch_lock = threading.Lock()
        self._for_worker = Mailbox(clock, MAX_AGE_S)
        self._for_preview = Mailbox(clock, MAX_AGE_S)
        self._phase = _Phase.CLOSED
        self._pause_s = _FIRST_PAUSE_S
        self._number = 0
        self._is_calm: Callable[[], bool] = bool
        self._asked_at = clock()
        self._passed = False
        self._to_read = 0
        self._reported: tuple[Delivery, Size | None] | None = None
        self._thread = threading.Thread(target=self._run, name="camera", daemon=True)

    @property
    def source(self) -> FrameSource:
        """The source that is run; others may read its `name` and `simulated`."""
        return self._source

    @property
    def simulated(self) -> bool:
        """Whether the pictures come from anything but a sensor."""
        return self._source.simulated

    @property
    def status(self) -> CaptureStatus:
        """The camera's state now."""
        with self._watch_lock:
            return self._watch.status(self._clock(), self._delivery)

    @property
    def _delivery(self) -> Delivery | None:
        return self._source.delivery if isinstance(self._source, Negotiated) else None

    def rest_while(self, is_calm: Callable[[], bool]) -> None:
        """Let every second picture pass while `is_calm`, which the capture thread asks; before `start`."""
        self._is_calm = is_calm

    def start(self) -> None:
        """Start the thread; once only."""
        self._thread.start()

    def stop(self, timeout_s: float = 5.0) -> bool:
        """Ask the thread to close the camera and end; False when a driver still blocks it."""
        self._stopping.set()
        self._for_worker.close()
        self._for_preview.close()
        if self._thread.ident is not None:
            self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def take(self, timeout_s: float) -> Frame | None:
        """Take the newest frame for the worker, waiting up to `timeout_s`; never one older than 300 ms."""
        self._asked_at = self._clock()
        return self._for_worker.take(timeout_s)

    def preview(self) -> Frame | None:
        """Take the newest frame for the preview without waiting; None when it was shown already."""
        self._asked_at = self._clock()
        return self._for_preview.take(0)

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._step_guarded()
        if self._phase is not _Phase.CLOSED:
            self._close_at_the_end()

    def _step_guarded(self) -> None:
        try:
            self.step()
        except Exception as err:  # noqa: BLE001 - top of the thread: whatever a source does, go on
            _log.error("camera source failed: %s", type(err).__name__)
            self._recover_from(type(err).__name__)

    def step(self) -> None:
        """Do one thing to the source: open it, read one picture from it, or close it and pause.

        Called by the thread; tests call it instead of starting one. What a source raises comes through.
        """
        if self._phase is _Phase.CLOSED:
            self._open()
        elif self._phase is _Phase.BROKEN:
            self._phase = _Phase.CLOSED
            self._source.close()
            self._pause()
        elif isinstance(self._source, Sparing) and self._may_pass_over():
            self._pass_over(self._source)
        else:
            self._passed, self._to_read = False, max(0, self._to_read - 1)
            self._read()

    def _may_pass_over(self) -> bool:
        if self._passed or self._to_read:
            return False
        return self._is_calm() or self._clock() - self._asked_at > _UNWATCHED_S

    def _pass_over(self, source: Sparing) -> None:
        self._passed = True
        if not source.pass_over():
            self._break("the camera gave no picture")
            return
        with self._watch_lock:
            self._watch.saw_pass(self._clock())

    def _open(self) -> None:
        try:
            self._source.open()
        except Fault as fault:
            self._trouble(fault.detail, lost=True)
            self._pause()
        else:
            self._phase = _Phase.OPEN
            with self._watch_lock:
                self._watch.opened(self._clock())

    def _read(self) -> None:
        pixels = self._source.read()
        now = self._clock()
        if pixels is None:
            self._break("the camera gave no picture")
        elif not _is_colour_picture(pixels):
            self._break(f"not a colour picture: {pixels.dtype} {pixels.shape}")
        elif self._watch.is_new(pixels):
            self._deliver(_owned(pixels), now)
        else:
            self._to_read = REMEMBERED  # it may have come round by those that were let pass
            if self._watch.is_silent(now):
                self._break("the picture does not change", lost=True)

    def _deliver(self, pixels: Pixels, now: float) -> None:
        self._pause_s = _FIRST_PAUSE_S
        with self._watch_lock:
            self._watch.saw_new(pixels, now)
            measured = self._watch.rate_is_known
        if measured:
            self._report()
        self._number += 1
        frame = Frame(pixels, now, self._number)
        self._for_worker.put(frame)
        self._for_preview.put(frame)

    def _report(self) -> None:
        """Log what the camera gives, whenever that is another thing than before."""
        status = self.status
        delivery, size = status.delivery, status.frame_size
        if delivery is None or (delivery, size) == self._reported:
            return
        self._reported = (delivery, size)
        level = logging.WARNING if status.shortfalls else logging.INFO
        _log.log(level, "camera %s", "; ".join((delivery.describe(status.fps, size), *status.shortfalls)))

    def _break(self, detail: str, *, lost: bool = False) -> None:
        self._phase = _Phase.BROKEN
        self._trouble(detail, lost=lost)

    def _trouble(self, detail: str, *, lost: bool) -> None:
        with self._watch_lock:
            self._watch.saw_trouble(detail, self._clock(), lost=lost)

    def _pause(self) -> None:
        self._sleep(self._pause_s)
        self._pause_s = min(2 * self._pause_s, _LONGEST_PAUSE_S)

    def _recover_from(self, name: str) -> None:
        """Go on after an error of any kind; `open` and `close` that raise are not tried twice in a row."""
        if self._phase is _Phase.OPEN:
            self._break(f"source raised {name}", lost=True)
            return
        self._trouble(f"source raised {name}", lost=True)
        self._pause()

    def _close_at_the_end(self) -> None:
        self._phase = _Phase.CLOSED
        try:
            self._source.close()
        except Exception as err:  # noqa: BLE001 - top of the thread: it ends here
            _log.error("camera source did not close: %s", type(err).__name__)


def _is_colour_picture(pixels: Pixels) -> bool:
    colour = pixels.ndim == _COLOUR_DIMS and pixels.shape[2] == _COLOURS and pixels.dtype == np.uint8
    return colour and min(pixels.shape[:2]) >= _SMALLEST and pixels.shape[0] * pixels.shape[1] <= MOST_PIXELS


def _owned(pixels: Pixels) -> Pixels:
    """Return `pixels` read-only and safe from whoever made them."""
    own = pixels if pixels.flags.owndata and pixels.flags.c_contiguous else pixels.copy()
    own.flags.writeable = False
    return own
