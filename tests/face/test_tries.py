from dataclasses import replace

import numpy as np
import pytest

from kiosk.face.tries import Sample, Tries, is_continuous
from kiosk.model import FaceLimits, Outcome, Reason

LIMITS = replace(FaceLimits(), frames=3, tries=3, window_s=0.5, try_s=2.0)
HOLDER, OTHER = np.eye(4, dtype=np.float32)[:2]


class Cosines:
    """The part of a matcher that tells people apart."""

    continuity = 0.6

    def similarity(self, a, b):
        return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))


def a_sample(taken_at, score=0.4, rank=1.0, person=HOLDER):
    return Sample(taken_at, rank, person, score)


def tries_of(*samples, limits=LIMITS):
    tries = Tries(Cosines(), limits)
    for sample in samples:
        tries.add(sample)
        tries.close(sample.taken_at)
    return tries


def unsure(start):
    """A full try between the thresholds."""
    return [a_sample(start + 0.25 * number) for number in range(3)]


def ended(decision):
    return decision.outcome, decision.reason


def test_a_window_goes_on_until_it_has_lasted_long_enough():
    tries = tries_of(*(a_sample(number / 10, 0.9) for number in range(5)))

    assert tries.close(0.49).outcome is None
    assert Outcome.PASS is tries.close(0.5).outcome


def test_the_best_frames_count_by_their_quality_and_not_by_their_score():
    ranks_and_scores = [(9, 0.1), (1, 0.9), (8, 0.1), (2, 0.9), (7, 0.1)]
    tries = tries_of(
        *(a_sample(number / 10, score, rank) for number, (rank, score) in enumerate(ranks_and_scores))
    )

    decision = tries.close(0.6)

    assert (Outcome.FAIL, Reason.FACE_MISMATCH) == ended(decision)
    assert (3, pytest.approx(0.1)) == (decision.frames, decision.score)


def test_an_uncertain_try_is_repeated_and_its_frames_stay_in_the_mean():
    better = [a_sample(1.0 + 0.25 * number, 0.48) for number in range(3)]

    decision = tries_of(*unsure(0), *better).close(1.5)

    assert (None, 2, 6) == (decision.outcome, decision.tries, decision.frames)
    assert pytest.approx(0.44) == decision.score


def test_three_uncertain_tries_are_left_to_a_person():
    tries = tries_of(*unsure(0), *unsure(1), *unsure(2))

    assert (Outcome.REFER, Reason.FACE_UNCERTAIN) == ended(tries.close(2.5))


def test_a_try_with_too_few_frames_ends_and_counts():
    tries = tries_of(a_sample(0, 0.9))

    assert tries.close(1.9).tries == 0
    assert (None, 1) == (tries.close(2.0).outcome, tries.close(2.0).tries)
    assert 0.0 == tries.progress


def test_another_person_before_the_first_judgement_starts_the_counting_again():
    tries = Tries(Cosines(), LIMITS)
    tries.add(a_sample(0, 0.9))

    assert not tries.add(a_sample(0.2, 0.1, person=OTHER))
    assert (0.1, 1) == (tries.conclude().score, tries.conclude().frames)


def test_another_person_after_a_try_with_too_few_frames_starts_the_counting_again():
    tries = tries_of(a_sample(0, 0.9))
    tries.close(2.0)

    assert not tries.add(a_sample(3.0, 0.1, person=OTHER))
    assert (0.1, 1, 1) == (tries.conclude().score, tries.conclude().frames, tries.conclude().tries)


def test_another_person_after_a_judged_try_ends_the_visit():
    tries = tries_of(*unsure(0))

    tries.add(a_sample(1.0, 0.99, person=OTHER))

    assert (Outcome.REFER, Reason.PERSON_CHANGED) == ended(tries.close(1.0))
    assert (Outcome.REFER, Reason.PERSON_CHANGED) == ended(tries.conclude())
    assert pytest.approx(0.4) == tries.conclude().score


def test_what_was_judged_cannot_be_forgotten():
    tries = tries_of(*unsure(0))
    tries.add(a_sample(1.0, 0.99))

    tries.start_again()

    assert (1, 3) == (tries.conclude().tries, tries.conclude().frames)
    assert 3 == len(tries.person)


def test_frames_of_a_try_that_was_cut_off_count_at_the_end():
    tries = tries_of(*unsure(0), a_sample(1.0, 0.9))

    decision = tries.conclude()

    assert (Outcome.REFER, Reason.FACE_UNCERTAIN) == ended(decision)
    assert (2, 4, pytest.approx(0.525)) == (decision.tries, decision.frames, decision.score)


def test_nobody_is_a_time_out():
    assert (Outcome.REFER, Reason.FACE_TIMEOUT) == ended(Tries(Cosines(), LIMITS).conclude())


def test_frames_of_one_instant_add_nothing():
    tries = tries_of(a_sample(1.0))

    assert not tries.is_due(1.05)
    assert tries.is_due(1.1)


def test_continuity_is_to_the_mean_of_what_was_seen():
    between = (HOLDER + OTHER) / 2

    assert is_continuous(Cosines(), [], OTHER)
    assert is_continuous(Cosines(), [HOLDER, between], between)
    assert not is_continuous(Cosines(), [HOLDER, HOLDER], OTHER)


def test_a_full_try_is_not_judged_while_somebody_else_may_be_in_view():
    tries = tries_of(*(a_sample(number / 10, 0.9) for number in range(4)))

    assert tries.close(0.6, in_view=False).outcome is None
    assert tries.close(9.0, in_view=False).outcome is None
    assert Outcome.PASS is tries.close(9.1, in_view=True).outcome


@pytest.mark.parametrize("score", [0.9, 0.1])
def test_the_end_of_the_time_never_passes_or_refuses(score):
    tries = tries_of(*(a_sample(number / 10, score) for number in range(4)))

    assert (Outcome.REFER, Reason.FACE_UNCERTAIN) == ended(tries.conclude())
    assert (3, pytest.approx(score)) == (tries.conclude().frames, tries.conclude().score)
