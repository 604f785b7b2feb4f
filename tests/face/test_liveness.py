"""The movements of simulated people (portraits warped by their mesh; no living person was filmed)."""

import cv2
import numpy as np
import pytest

from kiosk.face.liveness import MAX_REPEATS, LastSeen, LivenessCheck
from kiosk.face.puppet import Posture
from kiosk.model import Box, CodeSighting, Hint, LivenessLimits, Movement, Note, Outcome, Reason
from tests.face.acting import (
    AHEAD,
    SMALL,
    START,
    STEP_S,
    Chosen,
    Film,
    Lens,
    Obedient,
    Still,
    a_check,
    engine,
    play,
    refused,
)
from tests.face.makers import ASTRONAUT, OFFICER, a_frame, empty_film, side_by_side

LEFT, RIGHT, BLINK, CLOSER = Movement
ALL = (BLINK, RIGHT, CLOSER, LEFT)


def a_check_of(person, lens, movements, chance):
    return LivenessCheck(
        engine(),
        LivenessLimits(movements=movements),
        chance,
        LastSeen(lens.film(person=person), START),
        code_absent_s=0.7,
        min_eye_distance_px=60.0,
    )


@pytest.mark.parametrize("person", [ASTRONAUT, OFFICER])
def test_a_person_who_follows_every_movement_passes_and_what_was_seen_is_named(person):
    lens = Lens()
    check = a_check_of(person, lens, 4, Chosen(*ALL))

    result = play(check, Obedient(), picture=lambda _now, posture: lens.film(posture, person))[0].result

    assert (Outcome.PASS, None) == refused(result)
    assert (Note.LIVENESS_MOVEMENTS,) == result.check.notes
    assert ALL == result.asked == result.made
    assert 1 == result.tries
    assert engine().continuity < result.least_likeness < 1


def test_a_sensors_noise_changes_nothing():
    lens = Lens(grainy=True)
    check = a_check_of(ASTRONAUT, lens, 2, Chosen(LEFT, BLINK))

    result = play(check, Obedient(), lens)[0].result

    assert Outcome.PASS is result.check.outcome


def test_each_movement_is_asked_for_only_after_the_person_looked_ahead_for_a_while():
    check, lens, actor, asked_at = a_check(LEFT, BLINK), Lens(), Obedient(), []
    asked = None
    for step in range(1, 80):
        now = START + step * STEP_S
        progress = check.observe(a_frame(lens.film(actor.posture(now, asked)), now), None)
        if progress.movement not in {None, asked}:
            asked_at.append(now)
        asked = progress.movement

    first, second = asked_at
    assert first - START >= 0.6
    assert second - first >= 0.6 + 0.5


@pytest.mark.parametrize(("asked", "done"), [(LEFT, RIGHT), (RIGHT, LEFT), (BLINK, LEFT), (CLOSER, RIGHT)])
def test_another_movement_than_the_one_asked_for_is_referred(asked, done):
    result = play(a_check(asked, BLINK), Obedient({asked: done}))[0].result

    assert (Outcome.REFER, Reason.LIVENESS_NOT_PASSED) == refused(result)
    assert "another movement" in result.check.detail
    assert ((asked,), ()) == (result.asked, result.made)


@pytest.mark.parametrize("asked", list(Movement))
def test_a_person_or_a_picture_that_does_not_move_is_referred(asked):
    result = play(a_check(asked, BLINK if asked is not BLINK else LEFT), Still())[0].result

    assert (Outcome.REFER, Reason.LIVENESS_NOT_PASSED) == refused(result)
    assert "in time" in result.check.detail


def test_after_a_mistake_another_challenge_is_drawn_and_can_be_passed():
    check = a_check(LEFT, BLINK, tries=2)

    progress, hints = play(check, _Learner(Obedient({LEFT: RIGHT})))

    assert Outcome.PASS is progress.result.check.outcome
    assert 2 == progress.result.tries
    assert Hint.TRY_AGAIN in hints


class _Learner:
    """Makes the first movement wrongly, and everything rightly from then on."""

    def __init__(self, wrong):
        self._wrong, self._right = wrong, Obedient()
        self._asked, self._prompts = None, 0

    def posture(self, now, asked):
        self._prompts += asked is not None and asked is not self._asked
        self._asked = asked
        right = self._right.posture(now, asked)
        return self._wrong.posture(now, asked) if self._prompts <= 1 else right


@pytest.mark.parametrize("order", [(RIGHT, CLOSER, LEFT, BLINK), (LEFT, CLOSER, RIGHT, BLINK)])
def test_a_film_of_another_challenge_is_referred(order):
    result = play(a_check(*ALL, tries=2), Film(*order))[0].result

    assert (Outcome.REFER, Reason.LIVENESS_NOT_PASSED) == refused(result)


def test_a_film_of_the_same_movements_at_other_moments_is_referred():
    result = play(a_check(*ALL), Film(*ALL, every_s=1.3))[0].result

    assert (Outcome.REFER, Reason.LIVENESS_NOT_PASSED) == refused(result)


def test_a_frozen_picture_is_named_as_repeated():
    frozen = Lens().film()

    result = play(a_check(LEFT, BLINK), Still(), picture=lambda _now, _posture: frozen)[0].result

    assert (Outcome.REFER, Reason.PICTURE_REPEATED) == refused(result)


def test_a_looped_film_is_named_as_repeated():
    lens = Lens()
    loop = [lens.film() for _ in range(5)]
    pictures = (loop[number % len(loop)] for number in range(1000))

    result = play(a_check(LEFT, BLINK), Still(), picture=lambda _now, _posture: next(pictures))[0].result

    assert (Outcome.REFER, Reason.PICTURE_REPEATED) == refused(result)


def test_one_picture_that_came_twice_is_not_held_against_anybody():
    lens, kept = Lens(), []

    def stutter(_now, posture):
        kept.append(lens.film(posture))
        return kept[-2] if 1 < len(kept) <= 1 + MAX_REPEATS else kept[-1]

    assert Outcome.PASS is play(a_check(LEFT, BLINK), Obedient(), picture=stutter)[0].result.check.outcome


@pytest.mark.parametrize("after_s", [0.2, 2.0, 3.0])
def test_a_person_swapped_in_the_middle_is_referred(after_s):
    lens = Lens()

    def swapped(now, posture):
        return lens.film(posture, ASTRONAUT if now - START < after_s else OFFICER)

    result = play(a_check(*ALL), Obedient(), picture=swapped)[0].result

    assert (Outcome.REFER, Reason.PERSON_CHANGED) == refused(result)
    assert result.least_likeness < engine().continuity


def test_somebody_else_who_only_makes_the_movements_is_referred():
    """One face for the comparison, another one behind it that turns and blinks."""
    lens = Lens()

    def helper(_now, posture):
        return lens.film(posture, ASTRONAUT if posture == AHEAD else OFFICER)

    result = play(a_check(LEFT, RIGHT), Obedient(), picture=helper)[0].result

    assert (Outcome.REFER, Reason.PERSON_CHANGED) == refused(result)


def test_two_faces_stop_the_challenge_and_are_told():
    lens = Lens()
    both = [side_by_side(_Wide(lens, ASTRONAUT), _Wide(lens, OFFICER)) for _ in range(40)]
    pictures = iter(both * 10)

    def crowd(now, posture):
        return lens.film(posture) if now - START < 1.0 else next(pictures)

    progress, hints = play(a_check(LEFT, BLINK), Obedient(), picture=crowd)

    assert (Outcome.REFER, Reason.LIVENESS_NOT_PASSED) == refused(progress.result)
    assert Hint.ONE_PERSON in hints


class _Wide:
    """Somebody in the middle of a picture 1280 pixels wide, of which the middle half is used."""

    def __init__(self, lens, person):
        self._lens, self._person = lens, person

    def frame(self):
        half = self._lens.film(person=self._person)
        return np.pad(half, ((0, 0), (320, 320), (0, 0)))


def test_a_face_that_is_lost_after_a_prompt_uses_up_the_try():
    lens, room = Lens(), empty_film()

    def leaves(now, posture):
        return lens.film(posture) if now - START < 1.2 else cv2.resize(room.frame(), SMALL)

    progress, hints = play(a_check(LEFT, BLINK), Still(), picture=leaves)

    assert (Outcome.REFER, Reason.LIVENESS_NOT_PASSED) == refused(progress.result)
    assert "0 faces" in progress.result.check.detail
    assert Hint.LOOK_AT_CAMERA in hints


def test_a_code_shown_again_begins_another_challenge_and_a_phone_that_stays_ends_it():
    sighting = CodeSighting("a text", Box(0, 0, 20, 20))

    progress, hints = play(
        a_check(LEFT, BLINK, timeout_s=6.0), Still(), code=lambda now: sighting if now - START > 1.5 else None
    )

    assert (Outcome.REFER, Reason.LIVENESS_NOT_PASSED) == refused(progress.result)
    assert Hint.PUT_PHONE_AWAY in hints


def test_a_code_that_goes_away_before_anything_was_asked_costs_nothing():
    sighting = CodeSighting("a text", Box(0, 0, 20, 20))

    progress, _ = play(
        a_check(LEFT, BLINK), Obedient(), code=lambda now: sighting if now - START < 0.5 else None
    )

    assert (Outcome.PASS, 1) == (progress.result.check.outcome, progress.result.tries)


@pytest.mark.parametrize("movement", [LEFT, RIGHT])
def test_the_nearer_eyes_of_a_turned_head_are_no_photo_beside_the_code(movement):
    code = Box(100, 60, 220, 220)  # eyes 72 px apart are too far for a photo there, turned ones are not

    result = play(a_check(movement, code=code), Obedient())[0].result

    assert Outcome.PASS is result.check.outcome


def test_a_try_that_takes_too_long_is_over():
    result = play(a_check(LEFT, BLINK, timeout_s=3.0, answer_s=10.0), Still())[0].result

    assert "took too long" in result.check.detail


def test_who_never_looks_ahead_is_asked_nothing():
    class Turned:
        def posture(self, now, asked):
            del asked
            return Posture(yaw_deg=25.0 if int(2 * (now - START)) % 2 else -25.0)

    result = play(a_check(LEFT, BLINK), Turned())[0].result

    assert (Outcome.REFER, Reason.LIVENESS_NOT_PASSED) == refused(result)
    assert () == result.asked


def test_the_alternative_without_movements_is_always_referred_and_says_so():
    check = a_check(LEFT, BLINK)

    result = check.compare_by_eye()

    assert (Outcome.REFER, Reason.LIVENESS_SKIPPED) == refused(result)
    assert result is check.observe(a_frame(Lens().film(), START + 1), None).result


def test_a_challenge_that_was_passed_stays_passed():
    check = a_check(LEFT, BLINK)
    passed = play(check, Obedient())[0].result

    assert passed is check.compare_by_eye() is check.conclude()


def test_a_comparison_that_ended_without_exactly_one_face_is_referred():
    check = LivenessCheck(
        engine(),
        LivenessLimits(),
        Chosen(*ALL),
        LastSeen(empty_film().frame(), START),
        code_absent_s=0.7,
        min_eye_distance_px=60.0,
    )

    progress = check.observe(a_frame(Lens().film(), START + 1), None)

    assert (Outcome.REFER, Reason.PERSON_CHANGED) == refused(progress.result)


def test_pictures_older_than_the_last_one_say_nothing():
    check = a_check(LEFT, BLINK)

    for _ in range(20):
        progress = check.observe(a_frame(Lens().film(), START - 1), None)

    assert (None, None, 0.0) == (progress.movement, progress.result, progress.progress)
