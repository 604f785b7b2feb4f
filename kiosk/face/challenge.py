"""Movements asked for in a random order at random moments, and whether they were made when they were asked.

Pure: what the head does comes in as `Sight`, chance as an argument, time is the frames' own. Rules kept here:
before each prompt the person looks ahead, still, for a time nobody knows; then the one movement asked for
must come within the limit, not sooner than anybody reacts, and no other before it; from the first prompt on a
movement that nobody asked for is a mistake, and what would answer one prompt is a mistake at every other, so
that no film answers them all. A still picture fails by this alone, and so does a film unless chance draws its
very order: that raises the cost of an attack and is no certified protection against one. Short blinks are
nobody's mistake, so it is long ones that are asked for.

Whether it is one and the same person, and pictures that repeat, is left to `liveness.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from statistics import median
from typing import Protocol

from kiosk.model import Movement

# Measured on portraits turned by a warp, 28 degrees of a head read as 15 to 20; people look ahead within 6. A
# flat photo reads at most 12 however it is tilted, one bent as tightly as round a bottle at most 14.5.
TURN_DEG = 14.0
CALM_DEG = 7.0
CALM_SIZE = 0.08
AHEAD_DEG = 15.0  # the most a head may be turned that looks ahead, by the shape of the face ...
AGAIN_DEG = 8.0  # ... and how near to that first look it must come back after a movement
CLOSER = 1.18  # times as large
ASTRAY_CLOSER = 1.26  # of a head that is turned as asked: the mesh's size is not sure then
SHUT = 0.68  # of the open eyes' own openness; measured on painted lids, shut ones read 0.45 to 0.6
REOPENED = 0.82
SHUT_S = 0.35  # the shortest time the eyes are shut on request; a blink by itself is over sooner
ASTRAY_SHUT_S = 0.6  # of a head that is turned or nearer as asked, whose lids may hang
HELD = 2  # pictures in a row that show a turned or a nearer head
REACTION_S = 0.2  # whoever has done it by then began before he was asked
LEAST_CALM = 3  # pictures
PAUSE_S = (0.5, 1.5)  # of looking ahead before a prompt, drawn for each
LAST_PAUSE_S = 0.4
GATHER_S = 8.0  # the longest time given to look ahead (again)


class Chance(Protocol):
    """Where the order and the moments come from: `random.SystemRandom` in a kiosk."""

    def sample(self, population: Sequence[Movement], k: int) -> list[Movement]:
        """Return `k` different ones in random order."""
        ...

    def uniform(self, a: float, b: float) -> float:
        """Return a number between `a` and `b`."""
        ...


class Stage(Enum):
    """Where a challenge stands."""

    GATHER = "GATHER"  # looks ahead, until the pause is over
    ASKED = "ASKED"
    PASSED = "PASSED"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True)
class Prompt:
    """One movement, and how long the person must look ahead before it is asked for."""

    movement: Movement
    pause_s: float


@dataclass(frozen=True, slots=True)
class Sight:
    """What one picture says of the head: yaw as in `pose.Pose`, how far the eyes are open, its size."""

    taken_at: float
    yaw_deg: float
    openness: float
    size_px: float


@dataclass(frozen=True, slots=True)
class Rest:
    """The head as it looked ahead just before a prompt."""

    yaw_deg: float
    openness: float
    size_px: float


@dataclass(frozen=True, slots=True)
class Challenge:
    """One challenge as far as it has come. `since` is when the present stage began.

    `shown` counts the prompts given so far. `rest` is the head when it last looked ahead, None before it has
    since the last movement; `first_yaw_deg` is its yaw when it did so first. `why` says in technical words
    what failed, never anything of the person.
    """

    prompts: tuple[Prompt, ...]
    answer_s: float
    since: float
    stage: Stage = Stage.GATHER
    done: tuple[Movement, ...] = ()
    shown: int = 0
    calm: tuple[Sight, ...] = ()
    rest: Rest | None = None
    first_yaw_deg: float | None = None
    held: int = 0
    shut: tuple[float, float] | None = None  # since when, and until when, the eyes have been shut
    why: str = ""

    @property
    def asked(self) -> tuple[Movement, ...]:
        """Every movement asked for so far, in order."""
        return tuple(prompt.movement for prompt in self.prompts[: self.shown])

    @property
    def prompt(self) -> Movement | None:
        """The movement to be made now."""
        return self.prompts[len(self.done)].movement if self.stage is Stage.ASKED else None

    def after(self, sight: Sight) -> Challenge:
        """Return the challenge after one more picture."""
        if self.stage not in {Stage.GATHER, Stage.ASKED}:
            return self
        seen = replace(self, shut=_shut(self, sight))
        return _gather(seen, sight) if self.stage is Stage.GATHER else _answer(seen, sight)


def draw_challenge(count: int, answer_s: float, chance: Chance, began_at: float) -> Challenge:
    """Return a new challenge of `count` different movements, beginning at `began_at`."""
    movements = chance.sample(tuple(Movement), count)
    prompts = tuple(Prompt(movement, chance.uniform(*PAUSE_S)) for movement in movements)
    return Challenge(prompts, answer_s, began_at)


def _shut(challenge: Challenge, sight: Sight) -> tuple[float, float] | None:
    """Return since when and until when the eyes are shut; a lid halfway counts as it was before."""
    rest, shut = challenge.rest, challenge.shut
    if rest is None:
        return None
    opened = sight.openness / max(rest.openness, 1e-6)
    if opened <= SHUT:
        return (shut[0] if shut else sight.taken_at, sight.taken_at)
    return None if opened >= REOPENED else shut


def _fail(challenge: Challenge, why: str) -> Challenge:
    return replace(challenge, stage=Stage.FAILED, why=why)


def _gather(challenge: Challenge, sight: Sight) -> Challenge:
    """Wait until the head has looked ahead for long enough; then ask, or be done."""
    if sight.taken_at - challenge.since > GATHER_S:
        return _fail(challenge, "did not look ahead")
    if (
        challenge.shown
        and challenge.rest is not None
        and _goes_astray(None, challenge, challenge.rest, sight)
    ):
        return _fail(challenge, "a movement that was not asked for")
    calm = (*challenge.calm, sight) if _is_calm(challenge.calm, sight) else (sight,)
    if not _is_ahead(challenge, sight):
        calm = ()
    challenge = replace(challenge, calm=calm)
    if len(calm) < LEAST_CALM:
        return challenge
    rest = _rest(calm) if challenge.shut is None else challenge.rest
    challenge = replace(challenge, rest=rest)
    over = len(challenge.done) == len(challenge.prompts)
    pause_s = LAST_PAUSE_S if over else challenge.prompts[len(challenge.done)].pause_s
    if sight.taken_at - calm[0].taken_at < pause_s or challenge.shut is not None:
        return challenge
    if over:
        return replace(challenge, stage=Stage.PASSED, since=sight.taken_at)
    first = sight.yaw_deg if challenge.first_yaw_deg is None else challenge.first_yaw_deg
    shown = challenge.shown + 1
    return replace(
        challenge, stage=Stage.ASKED, since=sight.taken_at, shown=shown, held=0, first_yaw_deg=first
    )


def _is_ahead(challenge: Challenge, sight: Sight) -> bool:
    if challenge.first_yaw_deg is None:
        return abs(sight.yaw_deg) <= AHEAD_DEG
    return abs(sight.yaw_deg - challenge.first_yaw_deg) <= AGAIN_DEG


def _rest(calm: tuple[Sight, ...]) -> Rest:
    return Rest(
        median(each.yaw_deg for each in calm),
        median(each.openness for each in calm),
        median(each.size_px for each in calm),
    )


def _is_calm(before: tuple[Sight, ...], sight: Sight) -> bool:
    if not before:
        return True
    first = before[0]
    return (
        abs(sight.yaw_deg - first.yaw_deg) <= CALM_DEG
        and abs(sight.size_px / max(first.size_px, 1e-6) - 1.0) <= CALM_SIZE
    )


def _answer(challenge: Challenge, sight: Sight) -> Challenge:
    """Look whether the movement asked for was made, or another one."""
    movement, rest = challenge.prompt, challenge.rest
    if movement is None or rest is None:
        return challenge
    waited_s = sight.taken_at - challenge.since
    if waited_s > challenge.answer_s:
        return _fail(challenge, f"no {movement.value} in time")
    if _goes_astray(movement, challenge, rest, sight):
        return _fail(challenge, f"another movement than {movement.value}")
    if movement is Movement.BLINK:
        return _answer_blink(challenge, sight, rest)
    made = _makes(movement, rest, sight)
    if made and waited_s < REACTION_S:
        return _fail(challenge, f"{movement.value} before it was asked for")
    held = challenge.held + 1 if made else 0
    return replace(challenge, held=held) if held < HELD else _done(challenge, movement, sight)


def _answer_blink(challenge: Challenge, sight: Sight, rest: Rest) -> Challenge:
    """The eyes were shut long enough (`held`), and are open again."""
    shut = challenge.shut
    if shut is None:
        reopened = sight.openness >= REOPENED * rest.openness
        return _done(challenge, Movement.BLINK, sight) if challenge.held and reopened else challenge
    if shut[1] - shut[0] < SHUT_S:
        return challenge
    if shut[0] - challenge.since < REACTION_S:
        return _fail(challenge, f"{Movement.BLINK.value} before it was asked for")
    return replace(challenge, held=1)


def _done(challenge: Challenge, movement: Movement, sight: Sight) -> Challenge:
    done = (*challenge.done, movement)
    return replace(
        challenge, stage=Stage.GATHER, since=sight.taken_at, done=done, calm=(), rest=None, shut=None
    )


def _goes_astray(asked: Movement | None, challenge: Challenge, rest: Rest, sight: Sight) -> bool:
    """Tell whether the head does something else than was asked for.

    Whatever would answer another prompt is something else; only of what a head does while it is already
    turned or nearer as asked a little more is let pass.
    """
    turned, shut = sight.yaw_deg - rest.yaw_deg, challenge.shut
    if asked is Movement.TURN_LEFT:  # his own left is the right of the picture
        turned = min(0.0, turned)
    elif asked is Movement.TURN_RIGHT:
        turned = max(0.0, turned)
    obeys = asked is not None and asked is not Movement.BLINK and _makes(asked, rest, sight)
    most_closer, most_shut_s = (ASTRAY_CLOSER, ASTRAY_SHUT_S) if obeys else (CLOSER, SHUT_S)
    grows = asked is not Movement.COME_CLOSER and sight.size_px >= most_closer * rest.size_px
    long_shut = shut is not None and shut[1] - shut[0] >= most_shut_s
    return abs(turned) >= TURN_DEG or grows or (long_shut and asked is not Movement.BLINK)


def _makes(movement: Movement, rest: Rest, sight: Sight) -> bool:
    """Tell whether a head is turned or nearer as `movement` says; the eyes are not looked at."""
    turned = sight.yaw_deg - rest.yaw_deg
    if movement is Movement.COME_CLOSER:
        return sight.size_px >= CLOSER * rest.size_px
    return turned >= TURN_DEG if movement is Movement.TURN_LEFT else turned <= -TURN_DEG
