"""The worker thread of the kiosk: gives the desk its requests, frames and times, one turn after another.

Rules kept here: whatever goes wrong in a turn ends in a REFER or out of service, never in a PASS, and never
ends the thread. No Qt. What a turn means is decided by `desk.py`.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from contextlib import suppress

from kiosk.desk import Desk
from kiosk.gear import Gear
from kiosk.model import Fault
from kiosk.view import Request, StatusLine, View
from kiosk.visit import State

FRAME_WAIT_S = 0.1


class Runner:
    """The worker. `request`, `stop` and the properties: any thread; the rest is the worker's own."""

    def __init__(self, gear: Gear, post: Callable[[View | StatusLine], None]) -> None:
        self._gear = gear
        self._desk = Desk(gear, post)
        self._requests: queue.SimpleQueue[Request] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self.run, name="worker", daemon=True)

    @property
    def state(self) -> State:
        """Where the visit stands."""
        return self._desk.state

    @property
    def ended(self) -> bool:
        """Whether the visit was closed for good."""
        return self._desk.state is State.CLOSING

    def start(self) -> None:
        """Start the thread; once only."""
        self._thread.start()

    def request(self, request: Request) -> None:
        """Ask something of the visit; does not wait."""
        self._requests.put(request)

    def stop(self, timeout_s: float = 10.0) -> bool:
        """Ask the worker to close the log and end; False when it is still busy."""
        self.request(Request.CLOSE)
        if self._thread.ident is not None:
            self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def run(self) -> None:
        """Turn until closed."""
        while not self.ended:
            self.turn()

    def turn(self) -> None:
        """Do one round: what was asked, our own parts, one frame, the times."""
        try:
            self._serve_requests()
            if self.ended:
                return
            self._desk.check_parts()
            frame = self._gear.camera.take(FRAME_WAIT_S)
            if frame is not None:
                self._desk.on_frame(frame)
            self._desk.on_time(self._gear.monotonic() if frame is None else frame.taken_at)
        except Fault as fault:
            self._desk.on_fault(fault)
        except Exception as err:  # noqa: BLE001 - top of the thread: a bug refers the visitor and stops the kiosk
            self._desk.on_bug(err)

    def _serve_requests(self) -> None:
        with suppress(queue.Empty):
            while True:
                self._desk.serve(self._requests.get_nowait())
