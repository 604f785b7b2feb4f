"""The challenge alone, fed with numbers: what was asked, when, and what counts as having done it."""

import random
from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.face.challenge import CLOSER as CLOSER_BY
from kiosk.face.challenge import (
    GATHER_S,
    PAUSE_S,
    REACTION_S,
    TURN_DEG,
    Sight,
    Stage,
    draw_challenge,
)
from kiosk.model import Movement
from tests.face.acting import RISE_S, Chosen

LEFT, RIGHT, BLINK, CLOSER = Movement
STEP_S = 0.1
AHEAD = Sight(0.0, 0.0, 0.3, 200.0)
DOING = {
    LEFT: {"yaw_deg": 18.0},
    RIGHT: {"yaw_deg": -18.0},
    BLINK: {"openness": 0.15},
    CLOSER: {"size_px": 260.0},
}
assert RISE_S > STEP_S  # so that a movement is seen on its way too


def a_challenge(*movements, pause_s=0.6):
    return draw_challenge(len(movements), 4.0, Chosen(*movements, pause_s=pause_s), 0.0)


def ahead(challenge, start, seconds):
    for step in range(1, round(seconds / STEP_S) + 1):
        challenge = challenge.after(replace(AHEAD, taken_at=start + step * STEP_S))
    return challenge


def asked(*movements):
    """A challenge whose first movement was just asked for, at about 0.7 s."""
    challenge = ahead(a_challenge(*movements), 0.0, 0.8)
    assert (Stage.ASKED, movements[0]) == (challenge.stage, challenge.prompt)
    return challenge


def doing(challenge, movement, start, seconds):
    for step in range(1, round(seconds / STEP_S) + 1):
        challenge = challenge.after(replace(AHEAD, taken_at=start + step * STEP_S, **DOING[movement]))
    return challenge


@pytest.mark.parametrize("movement", list(Movement))
def test_a_movement_made_in_time_counts_and_the_last_one_ends_it(movement):
    challenge = asked(movement)

    done = ahead(doing(ahead(challenge, 0.8, 0.3), movement, 1.1, 0.5), 1.6, 0.1)
    passed = ahead(done, 1.7, 0.8)

    assert (Stage.GATHER, (movement,), None) == (done.stage, done.done, done.prompt)
    assert (Stage.PASSED, (movement,)) == (passed.stage, passed.asked)


@pytest.mark.parametrize(
    ("movement", "other"), [(a, b) for a, b in permutations(Movement, 2) if BLINK not in {a, b}]
)
def test_any_other_movement_fails_at_once(movement, other):
    challenge = doing(ahead(asked(movement), 0.8, 0.3), other, 1.1, 0.1)

    assert Stage.FAILED is challenge.stage
    assert "another movement" in challenge.why


def test_a_short_blink_is_nobodys_mistake_and_no_answer():
    challenge = ahead(doing(ahead(asked(BLINK), 0.8, 0.3), BLINK, 1.1, 0.2), 1.3, 0.3)

    assert (Stage.ASKED, ()) == (challenge.stage, challenge.done)
    assert Stage.ASKED is doing(ahead(asked(LEFT), 0.8, 0.3), BLINK, 1.1, 0.2).stage


def test_eyes_that_stay_shut_when_something_else_is_asked_for_fail():
    assert Stage.FAILED is doing(asked(LEFT), BLINK, 0.8, 0.9).stage


def test_eyes_that_stay_shut_do_not_count_until_they_open():
    challenge = doing(ahead(asked(BLINK), 0.8, 0.3), BLINK, 1.1, 1.5)

    assert (Stage.ASKED, ()) == (challenge.stage, challenge.done)
    assert (BLINK,) == ahead(challenge, 2.6, 0.2).done


@pytest.mark.parametrize(("movement", "seconds"), [(LEFT, 0.1), (RIGHT, 0.1), (CLOSER, 0.1), (BLINK, 0.6)])
def test_a_movement_that_began_before_it_was_asked_for_fails(movement, seconds):
    challenge = doing(asked(movement), movement, 0.75, seconds)

    assert Stage.FAILED is challenge.stage
    assert "before it was asked for" in challenge.why
    assert STEP_S < REACTION_S


@pytest.mark.parametrize("movement", list(Movement))
def test_a_movement_that_comes_too_late_fails(movement):
    challenge = ahead(asked(movement), 0.8, 4.2)

    assert (Stage.FAILED, f"no {movement.value} in time") == (challenge.stage, challenge.why)


@pytest.mark.parametrize("movement", [LEFT, RIGHT, CLOSER])
def test_a_movement_nobody_asked_for_between_two_prompts_fails(movement):
    challenge = asked(BLINK, LEFT)
    challenge = ahead(doing(ahead(challenge, 0.8, 0.3), BLINK, 1.1, 0.5), 1.6, 0.5)
    assert (Stage.GATHER, (BLINK,)) == (challenge.stage, challenge.done)

    challenge = doing(challenge, movement, 2.1, 0.1)

    assert (Stage.FAILED, (BLINK,)) == (challenge.stage, challenge.asked)


def test_before_the_first_prompt_nothing_is_held_against_anybody():
    challenge = doing(ahead(a_challenge(LEFT), 0.0, 0.4), RIGHT, 0.4, 0.3)

    assert Stage.ASKED is ahead(challenge, 0.7, 0.8).stage


def test_coming_back_from_a_movement_is_no_movement():
    challenge = doing(ahead(asked(LEFT, RIGHT), 0.8, 0.3), LEFT, 1.1, 0.2)

    for step, yaw_deg in enumerate((18.0, 16.0, 9.0, -2.0, 0.0, 0.0)):
        challenge = challenge.after(replace(AHEAD, taken_at=1.4 + step / 10, yaw_deg=yaw_deg))

    assert (Stage.GATHER, (LEFT,)) == (challenge.stage, challenge.done)


def test_a_head_that_is_turned_away_is_asked_nothing_and_the_time_ends():
    challenge = a_challenge(LEFT)

    for step in range(round((GATHER_S + 0.5) / STEP_S)):
        challenge = challenge.after(replace(AHEAD, taken_at=step * STEP_S, yaw_deg=20.0))

    assert (Stage.FAILED, ()) == (challenge.stage, challenge.asked)


def test_the_pause_before_a_prompt_is_as_long_as_chance_drew_it():
    times = []
    for pause_s in PAUSE_S:
        challenge, step = a_challenge(LEFT, pause_s=pause_s), 0
        while challenge.stage is Stage.GATHER:
            step += 1
            challenge = challenge.after(replace(AHEAD, taken_at=step * STEP_S))
        times.append(round(step * STEP_S, 1))

    assert [pytest.approx(pause + STEP_S, abs=0.11) for pause in PAUSE_S] == times


def test_every_order_of_the_movements_is_drawn_about_equally_often():
    chance = random.Random(5)  # noqa: S311 - a test that must be the same each time
    drawn = [draw_challenge(3, 4.0, chance, 0.0).prompts for _ in range(2400)]

    orders = [tuple(prompt.movement for prompt in prompts) for prompts in drawn]

    assert 24 == len(set(orders))
    assert 60 < min(orders.count(order) for order in set(orders))
    assert all(PAUSE_S[0] <= prompt.pause_s <= PAUSE_S[1] for prompts in drawn for prompt in prompts)


def filmed(order, at, every_s):
    """What an endless film of `order` shows at a time: a movement of 0.6 s, then looking ahead."""
    number, since = divmod(at, every_s)
    busy = 0.3 <= since < 0.9
    return replace(AHEAD, taken_at=at, **(DOING[order[int(number) % len(order)]] if busy else {}))


JUST_ENOUGH = (
    {"yaw_deg": TURN_DEG + 0.5},
    {"yaw_deg": -TURN_DEG - 0.5},
    {"size_px": (CLOSER_BY + 0.01) * AHEAD.size_px},
    {"openness": 0.15},
)


def just_enough(of, at, still_s):
    """An endless film that looks ahead, and then does all of it one after the other, as little as counts."""
    since = at % (still_s + 0.7 * len(of))
    number, busy_s = divmod(since - still_s, 0.7)
    busy = since >= still_s and busy_s < 0.5
    return replace(AHEAD, taken_at=at, **(of[int(number)] if busy else {}))


@pytest.mark.parametrize("still_s", [0.9, 1.6, 2.0])
@pytest.mark.parametrize(
    "of", [JUST_ENOUGH, JUST_ENOUGH[::-1], ({name: v for each in JUST_ENOUGH for name, v in each.items()},)]
)
def test_no_film_of_everything_at_once_answers_every_challenge(still_s, of):
    chance, passed = random.Random(4), 0  # noqa: S311 - as above
    for _ in range(120):
        began_at = chance.uniform(0.0, 10.0)
        challenge, step = draw_challenge(3, 4.0, chance, began_at), 0
        while challenge.stage in {Stage.GATHER, Stage.ASKED}:
            step += 1
            challenge = challenge.after(just_enough(of, began_at + step * STEP_S, still_s))
        passed += challenge.stage is Stage.PASSED

    assert passed <= 120 / 24


@pytest.mark.parametrize("every_s", [1.6, 2.4, 3.2])
def test_an_endless_film_of_all_movements_passes_no_more_often_than_its_order_is_drawn(every_s):
    """A perfect film, seen without any noise: what is left is luck, one order in 24."""
    chance, passed, film = random.Random(9), 0, (LEFT, BLINK, RIGHT, CLOSER)  # noqa: S311 - as above
    for _ in range(240):
        began_at = chance.uniform(0.0, 4 * every_s)
        challenge = draw_challenge(3, 4.0, chance, began_at)
        step = 0
        while challenge.stage in {Stage.GATHER, Stage.ASKED}:
            step += 1
            challenge = challenge.after(filmed(film, began_at + step * STEP_S, every_s))
        passed += challenge.stage is Stage.PASSED

    assert passed <= 240 / 24 + 3 * (240 / 24) ** 0.5


SIGHTS = st.builds(
    Sight,
    st.floats(0.0, 60.0),
    st.floats(-90.0, 90.0),
    st.floats(0.0, 1.0),
    st.floats(0.0, 2000.0),
)


@settings(max_examples=100, deadline=None)
@given(st.lists(SIGHTS, max_size=60), st.permutations(list(Movement)))
def test_whatever_is_seen_nothing_is_done_that_was_not_asked_for(sights, movements):
    challenge = draw_challenge(3, 4.0, Chosen(*movements), 0.0)

    for sight in sorted(sights, key=lambda each: each.taken_at):
        challenge = challenge.after(sight)

    assert challenge.done == challenge.asked[: len(challenge.done)]
    assert len(challenge.asked) - len(challenge.done) <= 1
    assert (challenge.stage is Stage.PASSED) <= (len(challenge.done) == 3)
