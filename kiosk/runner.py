"""The worker thread of the kiosk: gives the desk its requests, frames and times, one turn after another.

Rules kept here: whatever goes wrong in a turn ends in a REFER or out of service, never in a PASS, and never
ends the thread or keeps it busy. No Qt. What a turn means is decided by `desk.py`.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from kiosk.desk import Desk
from kiosk.gaze import take_frame
from kiosk.gear import Gear
from kiosk.model import Fault
from kiosk.tray import Brought
from kiosk.view import Request, StatusLine, View
from kiosk.visit import State

FRAME_WAIT_S = 0.1
PAUSE_S = 0.2  # after a turn that went wrong, for the next may go wrong at once
STUCK_AFTER_S = 15.0  # far above the slowest turn of a slow machine
_log = logging.getLogger(__name__)


class Runner:
    """The worker. `request`, `stop` and the properties: any thread; the rest is the worker's own."""

    def __init__(self, gear: Gear, post: Callable[[View | StatusLine], None]) -> None:
        self._gear = gear
        self._desk = Desk(gear, post)
        self._requests: queue.SimpleQueue[Request | Fault | Brought] = queue.SimpleQueue()
        self._stopping = threading.Event()
        self._turned_at = time.monotonic()
        self._thread = threading.Thread(target=self.run, name="worker", daemon=True)

    @property
    def state(self) -> State:
        """Where the visit stands."""
        return self._desk.state

    @property
    def ended(self) -> bool:
        """Whether the visit was closed for good."""
        return self._desk.state is State.CLOSING

    @property
    def is_stuck(self) -> bool:
        """Whether the worker died or hangs, so that what the screen shows may be old."""
        if self._thread.ident is None or self.ended:
            return False
        return not self._thread.is_alive() or time.monotonic() - self._turned_at > STUCK_AFTER_S

    def start(self) -> None:
        """Start the thread; once only."""
        self._thread.start()

    def request(self, request: Request) -> None:
        """Ask something of the visit; does not wait."""
        self._requests.put(request)

    def bring(self, brought: Brought) -> None:
        """Hand in what came by another way than the camera; does not wait."""
        self._requests.put(brought)

    def report(self, fault: Fault) -> None:
        """Take the kiosk out of service for what went wrong elsewhere, until a RETRY; does not wait."""
        self._requests.put(fault)

    def stop(self, timeout_s: float = 10.0) -> bool:
        """Ask the worker to close the log and end; False when it is still busy."""
        self.request(Request.CLOSE)
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def run(self) -> None:
        """Turn until closed."""
        while not self.ended:
            if not self.turn():
                self._stopping.wait(PAUSE_S)

    def turn(self) -> bool:
        """Do one round; False when it did not go well."""
        self._turned_at = time.monotonic()
        try:
            self._go_round()
        except Fault as fault:
            self._go_out(partial(self._desk.on_fault, fault))
        except Exception as err:  # noqa: BLE001 - top of the thread: a bug refers the visitor and stops the kiosk
            self._go_out(partial(self._desk.on_bug, err))
        else:
            return True
        return False

    def _go_round(self) -> None:
        """Do what was asked, see to our own parts, judge one frame, look at the time."""
        self._serve_requests()
        if self.ended:
            return
        self._desk.check_parts()
        self._desk.see_to_brought()
        frame = take_frame(self._gear, self.state, FRAME_WAIT_S)
        if frame is not None:
            self._desk.on_frame(frame)
        self._desk.on_time(self._gear.monotonic() if frame is None else frame.taken_at)

    def _go_out(self, of_service: Callable[[], None]) -> None:
        try:
            of_service()
        except Exception as err:  # noqa: BLE001 - top of the thread: a bug in what answers to bugs
            _log.error("out of service the hard way: %s", type(err).__name__)
            with suppress(Exception):  # nothing is left to tell anybody; the next turn tries again
                self._desk.give_up()

    def _serve_requests(self) -> None:
        with suppress(queue.Empty):
            while True:
                asked = self._requests.get_nowait()
                if isinstance(asked, Fault):
                    self._desk.take_out(asked)
                elif isinstance(asked, Request):
                    self._desk.serve(asked)
                else:
                    self._desk.bring(asked)
