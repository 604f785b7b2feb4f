"""One visitor's way through the kiosk, as one table: (State, Event) -> State and what to do on the way.

Pure: no clock, camera, file or screen. `runner.py` reports the events and carries out the effects. The only
way into RESULT is RECORDED, which the runner reports after the row is durable: nothing is shown unlogged.
"""

from __future__ import annotations

from enum import Enum


class State(Enum):
    """Where the visit stands."""

    SCAN = "SCAN"
    FACE = "FACE"
    RESULT = "RESULT"
    ATTENTION = "ATTENTION"
    CLOSING = "CLOSING"


class Event(Enum):
    """What happened, as the runner reports it."""

    CREDENTIAL_GOOD = "CREDENTIAL_GOOD"
    RECORDED = "RECORDED"
    NEXT = "NEXT"
    CLEARED = "CLEARED"
    NEW_CODE = "NEW_CODE"
    FAULT = "FAULT"
    RECOVERED = "RECOVERED"
    CLOSE = "CLOSE"


class Effect(Enum):
    """What the runner does because of a step."""

    START_FACE = "START_FACE"
    SHOW_RESULT = "SHOW_RESULT"
    RECORD_ABANDONED = "RECORD_ABANDONED"
    FORGET = "FORGET"
    SHOW_SCAN = "SHOW_SCAN"
    SHOW_ATTENTION = "SHOW_ATTENTION"
    STOP = "STOP"


Way = tuple[State, tuple[Effect, ...]]

_TO_SCAN: Way = (State.SCAN, (Effect.FORGET, Effect.SHOW_SCAN))
_TO_RESULT: Way = (State.RESULT, (Effect.SHOW_RESULT,))
_TO_ATTENTION: Way = (State.ATTENTION, (Effect.FORGET, Effect.SHOW_ATTENTION))
_TO_CLOSING: Way = (State.CLOSING, (Effect.FORGET, Effect.STOP))

WAYS: dict[tuple[State, Event], Way] = {
    (State.SCAN, Event.CREDENTIAL_GOOD): (State.FACE, (Effect.START_FACE,)),
    (State.SCAN, Event.RECORDED): _TO_RESULT,
    (State.SCAN, Event.FAULT): _TO_ATTENTION,
    (State.SCAN, Event.CLOSE): _TO_CLOSING,
    (State.FACE, Event.RECORDED): _TO_RESULT,
    (State.FACE, Event.NEXT): (State.SCAN, (Effect.RECORD_ABANDONED, *_TO_SCAN[1])),
    (State.FACE, Event.FAULT): (State.ATTENTION, (Effect.RECORD_ABANDONED, *_TO_ATTENTION[1])),
    (State.FACE, Event.CLOSE): (State.CLOSING, (Effect.RECORD_ABANDONED, *_TO_CLOSING[1])),
    (State.RESULT, Event.NEXT): _TO_SCAN,
    (State.RESULT, Event.CLEARED): _TO_SCAN,
    (State.RESULT, Event.NEW_CODE): _TO_SCAN,
    (State.RESULT, Event.CLOSE): _TO_CLOSING,
    (State.ATTENTION, Event.FAULT): (State.ATTENTION, (Effect.SHOW_ATTENTION,)),
    (State.ATTENTION, Event.RECOVERED): _TO_SCAN,
    (State.ATTENTION, Event.CLOSE): _TO_CLOSING,
}


def advance(state: State, event: Event) -> Way:
    """Return the next state and the effects, in order; a pair not in the table changes nothing.

    A fault while a result is shown waits: the committed verdict stays readable until it is cleared.
    """
    return WAYS.get((state, event), (state, ()))


def diagram() -> str:
    """Return the table as a Mermaid state diagram, for docs/architecture.md."""
    lines = ["stateDiagram-v2", "    [*] --> SCAN"]
    lines += [f"    {at.value} --> {to.value}: {event.value}" for (at, event), (to, _) in WAYS.items()]
    return "\n".join([*lines, f"    {State.CLOSING.value} --> [*]"])
