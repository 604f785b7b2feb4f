"""Cameras that fail again and again: `python -m tests.camera.soak 3600` prints what became of an hour of it.

Two captures run as in a kiosk with two cameras: one on a simulated camera, one on a real stream over the
loopback. Each meets a fault every ten seconds. The main thread does the worker's and the window's part.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path

import cv2
import numpy as np

from kiosk.camera.capture import Capture
from kiosk.camera.film import FULL_HD, Film, Look
from kiosk.camera.qr import QrReader
from kiosk.camera.stream import StreamSource
from kiosk.model import Fault, Reason
from kiosk.ui.preview import image_for_drawing
from tests.camera.sender import Sender, as_jpeg, moving_pictures

KINDS = ("unplug", "stall", "freeze", "loop", "size", "exception", "garbage", "unclosable")
STREAM_KINDS = ("stall", "die", "freeze", "away", "garbage", "size")
PERIOD_S, FAULT_S = 10.0, 3.0
_FPS = 15.0
_GARBAGE = (
    np.zeros((48, 64), np.uint8),
    np.zeros((48, 64, 3), np.float32),
    np.zeros((0, 0, 3), np.uint8),
    "?",
)


@dataclass
class Trouble:
    """One fault: what, and from when to when it lasted; `back_s` is how long after its end a frame came."""

    kind: str
    began: float
    ended: float
    back_s: float | None = None


class Diary:
    """The faults of one camera, and which of them were recovered from."""

    def __init__(self):
        self.troubles = []

    def begin(self, kind, began, ended):
        self.troubles.append(Trouble(kind, began, ended))

    def saw(self, frame):
        for trouble in reversed(self.troubles):
            if trouble.back_s is not None:
                return
            if frame.taken_at >= trouble.ended:
                trouble.back_s = frame.taken_at - trouble.ended

    def finished(self, now):
        """Those that ended long enough ago to be recovered from."""
        return [
            each
            for each in self.troubles
            if each.ended + (PERIOD_S - FAULT_S) <= now or each.back_s is not None
        ]


class FaultySource:
    """A camera at 15 pictures a second, with the next of `KINDS` every `period_s` for `fault_s` seconds."""

    name, simulated = "faulty", False

    def __init__(self, jpegs, small, clock, sleep, *, period_s=PERIOD_S, fault_s=FAULT_S, decode=None):
        self.diary = Diary()
        self._pictures, self._small = cycle(jpegs), cycle(small)
        self._clock, self._sleep = clock, sleep
        self._period_s, self._fault_s = period_s, fault_s
        self._decode = decode or (lambda jpeg: cv2.imdecode(jpeg, cv2.IMREAD_COLOR))
        self._kinds, self._garbage = cycle(KINDS), cycle(_GARBAGE)
        self._began = clock()
        self._recent = []

    def _fault(self):
        """The fault that goes on now, None in good times."""
        now, diary = self._clock(), self.diary
        due = self._began + self._period_s * (len(diary.troubles) + 1)
        if now >= due:
            diary.begin(next(self._kinds), now, now + self._fault_s)
        last = diary.troubles[-1] if diary.troubles else None
        return last if last is not None and now < last.ended else None

    def open(self):
        fault = self._fault()
        if fault is not None and fault.kind == "unplug":
            raise Fault(Reason.CAMERA_LOST, "unplugged")
        if fault is not None and fault.kind == "exception":
            raise OSError("no such device")

    def read(self):
        self._sleep(1 / _FPS)
        fault = self._fault()
        if fault is None:
            return self._new()
        if fault.kind == "stall":
            self._sleep(max(0.0, fault.ended - self._clock()))
            return self._new()
        return self._odd(fault.kind)

    def _odd(self, kind):
        match kind:
            case "freeze":
                return self._recent[-1].copy()
            case "loop":
                self._recent = self._recent[1:] + self._recent[:1]
                return self._recent[0].copy()
            case "size":
                return self._decode(next(self._small))
            case "exception":
                raise RuntimeError("driver went away")
            case "garbage":
                return next(self._garbage)
        return None

    def _new(self):
        picture = self._decode(next(self._pictures))
        self._recent = [*self._recent[-3:], picture]
        return picture

    def close(self):
        fault = self._fault()
        if fault is not None and fault.kind == "unclosable":
            raise OSError("device or resource busy")


class StreamFaults(threading.Thread):
    """Makes a sender fail every `period_s`."""

    def __init__(self, sender, small, *, period_s=PERIOD_S, fault_s=FAULT_S):
        super().__init__(name="faults", daemon=True)
        self.diary = Diary()
        self._sender, self._small, self._good = sender, small, sender.parts
        self._period_s, self._fault_s = period_s, fault_s
        self._over = threading.Event()

    def run(self):
        for kind in cycle(STREAM_KINDS):
            if self._over.wait(self._period_s - self._fault_s):
                return
            now = time.monotonic()
            self.diary.begin(kind, now, now + self._fault_s)
            self._begin(kind)
            self._over.wait(self._fault_s)
            self._end(kind)

    def _begin(self, kind):
        sender = self._sender
        match kind:
            case "stall":
                sender.stall()
            case "die":
                sender.die()
            case "freeze":
                sender.parts = self._good[:1]
            case "away":
                sender.go_away()
            case "garbage":
                sender.parts = [b"\xff\xd8 no picture \xff\xd9", bytes(range(256)) * 20]
            case "size":
                sender.parts = self._small

    def _end(self, kind):
        sender = self._sender
        sender.parts = self._good
        sender.go_on()
        if kind == "away":
            sender.come_back()

    def stop(self):
        self._over.set()
        self.join(20)


@dataclass
class Soak:
    """What became of it. Memory in MB, resident.

    `threads` is the system's count of them, `alive` the names of those left when all is well again.
    """

    seconds: float
    troubles: dict[str, list[Trouble]]
    frames: int
    memory: list[float] = field(default_factory=list)
    threads: list[int] = field(default_factory=list)
    alive: tuple[str, ...] = ()
    stopped: bool = False

    @property
    def growth_mb(self):
        """From the first settled sample to the last, each the median of a tenth of all."""
        tenth = max(1, len(self.memory) // 10)
        return float(np.median(self.memory[-tenth:]) - np.median(self.memory[:tenth]))

    @property
    def unrecovered(self):
        return [each for all_of in self.troubles.values() for each in all_of if each.back_s is None]

    def table(self):
        lines = ["| camera | fault | times | recovered | worst, s |", "|---|---|---|---|---|"]
        for camera, troubles in self.troubles.items():
            for kind, times in Counter(each.kind for each in troubles).items():
                backs = [each.back_s for each in troubles if each.kind == kind and each.back_s is not None]
                lines.append(f"| {camera} | {kind} | {times} | {len(backs)} | {max(backs, default=0):.2f} |")
        tenths = self.memory[:: max(1, len(self.memory) // 10)]
        summary = (
            f"{self.seconds:.0f} s, {self.frames} frames read, {len(self.unrecovered)} faults not recovered; "
            f"resident MB {' '.join(f'{each:.1f}' for each in tenths)}, growth {self.growth_mb:+.1f}; "
            f"threads {self.threads[0]} to {self.threads[-1]}"
        )
        return "\n".join([*lines, "", summary])


def resident_mb():
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def thread_count():
    return len(list(Path("/proc/self/task").iterdir()))


def run_soak(seconds, *, period_s=PERIOD_S, fault_s=FAULT_S, limits=None, size=FULL_HD, settle_s=None):
    """Run both cameras for `seconds`; samples are taken from `settle_s` on, by default one round of all."""
    film = Film(None, Look(), size)
    jpegs = [np.frombuffer(as_jpeg(film.frame()), np.uint8) for _ in range(12)]
    small = [np.frombuffer(as_jpeg(picture), np.uint8) for picture in moving_pictures(12, (640, 360))]
    source = FaultySource(jpegs, small, time.monotonic, time.sleep, period_s=period_s, fault_s=fault_s)
    small_parts = [as_jpeg(picture) for picture in moving_pictures(12, (160, 120))]
    with Sender([as_jpeg(picture) for picture in moving_pictures(40)]) as sender:
        faults = StreamFaults(sender, small_parts, period_s=period_s, fault_s=fault_s)
        stream = StreamSource(sender.url, (320, 240), _FPS)
        captures = [Capture(source, limits=limits), Capture(stream, expect_noise=True, limits=limits)]
        for each in (*captures, faults):
            each.start()
        diaries = {"simulated": source.diary, "stream": faults.diary}
        soak = _serve(captures, diaries, seconds, settle_s or period_s * len(KINDS))
        faults.stop()
        soak.alive = tuple(sorted(thread.name for thread in threading.enumerate()))
        soak.threads.append(thread_count())
        soak.stopped = min(each.stop(20) for each in captures)
    return soak


def _serve(captures, diaries, seconds, settle_s):
    """Do what worker and window do, and take samples."""
    readers = [QrReader() for _ in captures]
    began = sampled = time.monotonic()
    soak = Soak(seconds, {}, 0)
    while (now := time.monotonic()) - began < seconds:
        for capture, reader, diary in zip(captures, readers, diaries.values(), strict=True):
            frame, shown = capture.take(0.03), capture.preview()
            if frame is not None:
                diary.saw(frame)
                reader.read(frame)
                soak.frames += 1
            if shown is not None:
                image_for_drawing(shown.pixels)
            assert capture.status is not None
        if now - began >= settle_s and now - sampled >= 1.0:
            soak.threads.append(thread_count())
            soak.memory.append(resident_mb())
            sampled = now
    soak.troubles = {name: diary.finished(time.monotonic()) for name, diary in diaries.items()}
    return soak


if __name__ == "__main__":
    print(run_soak(float(sys.argv[1])).table())  # noqa: T201 - a command
