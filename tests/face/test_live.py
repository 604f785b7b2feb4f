from dataclasses import replace
from itertools import chain

import cv2
import numpy as np
import pytest

from kiosk.face.live import LiveComparison
from kiosk.model import Box, CodeSighting, FaceLimits, Hint, Outcome, Reason
from tests.face.cloths import masked, veiled
from tests.face.makers import (
    ASTRONAUT,
    OFFICER,
    a_frame,
    a_portrait,
    a_sighting,
    empty_film,
    frames,
    person_film,
    phone_film,
    side_by_side,
    watch,
)
from tests.face.remembering import an_engine

LIMITS = replace(FaceLimits(), timeout_s=2.4)


@pytest.fixture(scope="session")
def engine():
    return an_engine()


def begun(engine, portrait, **options):
    return LiveComparison(engine, portrait, LIMITS, 100.0, **options)


def ended(progress):
    check = progress.result.check
    return check.outcome, check.reason


@pytest.mark.parametrize("person", [ASTRONAUT, OFFICER])
def test_the_holder_passes_within_two_seconds(engine, person):
    comparison = begun(engine, a_portrait(engine, person))

    progress, hints = watch(comparison, frames(person_film(person), 100.1, 2))

    assert (Outcome.PASS, None) == ended(progress)
    assert [Hint.PUT_PHONE_AWAY] * 3 == hints[:3]  # the code was seen at 100.0
    assert 1.0 == progress.progress
    assert progress.result.score > 0.6
    assert (3, 1) == (progress.result.frames, progress.result.tries)
    assert (400, 320, 3) == progress.result.live.shape
    assert progress.result.quality.eye_distance_px > 60


def test_an_impostor_is_a_mismatch(engine, portrait):
    progress, _ = watch(begun(engine, portrait), frames(person_film(OFFICER), 100.1, 2))

    assert (Outcome.FAIL, Reason.FACE_MISMATCH) == ended(progress)


def test_between_the_thresholds_a_person_decides_after_three_tries(engine, portrait):
    limits = replace(LIMITS, accept=0.99, window_s=0.2, timeout_s=4.0)

    progress, _ = watch(
        LiveComparison(engine, portrait, limits, 100.0), frames(person_film(ASTRONAUT), 100.9, 2)
    )

    assert (Outcome.REFER, Reason.FACE_UNCERTAIN) == ended(progress)
    assert (3, 9) == (progress.result.tries, progress.result.frames)


def test_someone_else_after_an_uncertain_try_ends_the_visit(engine, portrait):
    limits = replace(LIMITS, accept=0.99, window_s=0.2)
    holder, impostor = frames(person_film(ASTRONAUT), 100.9, 0.6), frames(person_film(OFFICER), 101.5, 0.6)

    progress, _ = watch(LiveComparison(engine, portrait, limits, 100.0), chain(holder, impostor))

    assert (Outcome.REFER, Reason.PERSON_CHANGED) == ended(progress)
    assert 3 == progress.result.frames


@pytest.mark.parametrize("cover", [masked, veiled])
def test_a_face_that_stays_covered_is_left_to_a_person_without_a_picture(engine, portrait, cover):
    film = person_film(ASTRONAUT, picture=cover(engine, ASTRONAUT))
    limits = replace(LIMITS, covered_s=0.5)

    progress, hints = watch(LiveComparison(engine, portrait, limits, 100.0), frames(film, 100.9, 1))

    assert (Outcome.REFER, Reason.FACE_COVERED) == ended(progress)
    assert {Hint.UNCOVER_FACE} == set(hints)
    assert (None, None, None) == (progress.result.live, progress.result.face, progress.result.score)
    assert progress.result.quality is not None


def test_a_washed_out_face_is_told_of_the_light_and_is_no_covered_face(engine, portrait):
    film = [np.uint8(0.25 * frame + 0.75 * 215) for frame in (person_film(ASTRONAUT).frame(),) * 3]
    pictures = (a_frame(film[number % 3], 100.9 + number * 0.2) for number in range(10))
    limits = replace(LIMITS, covered_s=0.5)

    progress, hints = watch(LiveComparison(engine, portrait, limits, 100.0), pictures)

    assert (Outcome.REFER, Reason.FACE_TIMEOUT) == ended(progress)
    assert {Hint.LESS_LIGHT} == set(hints[:-1])
    assert progress.result.live is None  # for all that can be seen, it might be covered


def test_a_covered_face_at_the_time_out_is_a_covered_face(engine, portrait):
    film = person_film(ASTRONAUT, picture=masked(engine, ASTRONAUT))

    progress, _ = watch(begun(engine, portrait), frames(film, 100.9, 2, step=0.4))

    assert (Outcome.REFER, Reason.FACE_COVERED) == ended(progress)


def test_whoever_uncovers_the_face_in_time_passes(engine, portrait):
    covered = frames(person_film(ASTRONAUT, picture=masked(engine, ASTRONAUT)), 100.9, 0.4)

    progress, _ = watch(begun(engine, portrait), chain(covered, frames(person_film(ASTRONAUT), 101.3, 1)))

    assert (Outcome.PASS, None) == ended(progress)


def test_a_phone_with_code_and_photo_held_in_view_never_passes(engine, portrait):
    pictures = frames(phone_film(engine, ASTRONAUT), 100.1, 3, step=0.4)

    progress, hints = watch(begun(engine, portrait), pictures, code=a_sighting())

    assert (Outcome.REFER, Reason.FACE_TIMEOUT) == ended(progress)
    assert {Hint.PUT_PHONE_AWAY} == set(hints[:-1])
    assert progress.result.score is None
    assert progress.result.live is None


def test_a_code_that_is_in_sight_but_not_read_holds_the_face_step_up(engine, portrait):
    unread = CodeSighting(None, Box(400, 200, 300, 300))

    progress, _ = watch(
        begun(engine, portrait), frames(person_film(ASTRONAUT), 100.1, 3, step=0.4), code=unread
    )

    assert (Outcome.REFER, Reason.FACE_TIMEOUT) == ended(progress)


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("eyes_px", [65, 90])
def test_a_photo_on_a_phone_whose_code_is_hidden_is_not_used(engine, portrait, seed, eyes_px):
    film = phone_film(engine, ASTRONAUT, eyes_px, seed, code_hidden=True)

    progress, hints = watch(begun(engine, portrait), frames(film, 100.9, 2, step=0.3))

    assert (Outcome.REFER, Reason.FACE_TIMEOUT) == ended(progress)
    assert {Hint.PUT_PHONE_AWAY} == set(hints[:-1])


def test_a_small_face_beside_the_place_of_the_last_code_is_not_used(engine, portrait):
    comparison = begun(engine, portrait)
    comparison.observe(a_frame(empty_film().frame(), 100.1), a_sighting(left=500, top=300, side=380))

    progress, hints = watch(comparison, frames(person_film(ASTRONAUT, 75), 101, 2, step=0.4))

    assert (Outcome.REFER, Reason.FACE_TIMEOUT) == ended(progress)
    assert {Hint.COME_CLOSER} == set(hints[:-1])


def test_a_code_that_was_seen_only_once_has_its_place_too(engine, portrait):
    comparison = begun(engine, portrait, code=a_sighting(left=500, top=300, side=380).box)

    progress, hints = watch(comparison, frames(person_film(ASTRONAUT, 75), 101, 2, step=0.4))

    assert (Outcome.REFER, Reason.FACE_TIMEOUT) == ended(progress)
    assert {Hint.COME_CLOSER} == set(hints[:-1])


def test_the_place_of_the_code_follows_a_camera_that_changes_its_size(engine, portrait):
    comparison = begun(engine, portrait)
    comparison.observe(a_frame(np.zeros((1440, 2560, 3), np.uint8), 100.1), a_sighting(1000, 600, 760))

    progress, hints = watch(comparison, frames(person_film(ASTRONAUT, 75), 101, 2, step=0.4))

    assert (Outcome.REFER, Reason.FACE_TIMEOUT) == ended(progress)
    assert {Hint.COME_CLOSER} == set(hints[:-1])


def test_whoever_asks_later_gets_the_place_of_the_code_in_pictures_of_the_present_size(engine, portrait):
    comparison = begun(engine, portrait)
    comparison.observe(a_frame(np.zeros((1440, 2560, 3), np.uint8), 100.1), a_sighting(1000, 600, 760))

    comparison.observe(a_frame(empty_film().frame(), 100.3), None)

    assert Box(500, 300, 380, 380) == comparison.code


def test_faces_counted_before_a_change_of_size_are_not_counted_on(engine, portrait):
    comparison = begun(engine, portrait)
    watch(comparison, frames(person_film(ASTRONAUT), 100.9, 0.4))

    progress = comparison.observe(a_frame(np.zeros((480, 640, 3), np.uint8), 101.5), None)

    assert 0 == progress.progress


def test_a_person_who_comes_closer_than_a_photo_could_passes_at_the_place_of_the_code(engine, portrait):
    comparison = begun(engine, portrait)
    comparison.observe(a_frame(empty_film().frame(), 100.1), a_sighting(left=500, top=300, side=380))

    progress, _ = watch(comparison, frames(person_film(ASTRONAUT, 125), 101, 1))

    assert (Outcome.PASS, None) == ended(progress)


def test_counting_starts_again_when_a_code_comes_back(engine, portrait):
    comparison = begun(engine, portrait)
    film = person_film(ASTRONAUT)
    before, _ = watch(comparison, frames(film, 100.9, 0.4))

    back = comparison.observe(a_frame(film.frame(), 101.5), a_sighting(left=0, top=0, side=100))

    assert pytest.approx(2 / 3) == before.progress
    assert (0.0, Hint.PUT_PHONE_AWAY) == (back.progress, back.hint)


def test_people_who_change_places_are_never_counted_together(engine, portrait):
    comparison = begun(engine, portrait)
    holder = frames(person_film(ASTRONAUT), 100.9, 0.4)
    impostor = frames(person_film(OFFICER), 101.3, 1)

    progress, _ = watch(comparison, chain(holder, impostor))

    assert (Outcome.FAIL, Reason.FACE_MISMATCH) == ended(progress)
    assert 3 == progress.result.frames
    assert progress.result.score < LIMITS.refer


def test_people_who_take_turns_are_never_decided(engine, portrait):
    films = person_film(ASTRONAUT), person_film(OFFICER)
    pictures = (a_frame(films[turn % 2].frame(), 101 + 0.2 * turn) for turn in range(8))

    progress, _ = watch(begun(engine, portrait), pictures)

    assert (Outcome.REFER, Reason.FACE_UNCERTAIN) == ended(progress)
    assert progress.result.frames < LIMITS.frames


def test_two_people_are_asked_to_come_alone(engine, portrait):
    both = side_by_side(person_film(ASTRONAUT), person_film(OFFICER))
    pictures = (a_frame(np.roll(both, number, axis=0), 101 + 0.35 * number) for number in range(5))

    progress, hints = watch(begun(engine, portrait), pictures)

    assert (Outcome.REFER, Reason.FACE_TIMEOUT) == ended(progress)
    assert {Hint.ONE_PERSON} == set(hints[:-1])
    assert 2 == progress.result.faces


def test_someone_who_queues_behind_does_not_stop_the_visit(engine, portrait):
    both = side_by_side(person_film(ASTRONAUT, 120), person_film(OFFICER, 40))
    pictures = (a_frame(np.roll(both, number, axis=0), 101 + 0.25 * number) for number in range(3))

    progress, _ = watch(begun(engine, portrait), pictures)

    assert (Outcome.PASS, None) == ended(progress)


def test_nobody_is_a_time_out(engine, portrait):
    progress, hints = watch(begun(engine, portrait), frames(empty_film(), 101, 2, step=0.4))

    assert (Outcome.REFER, Reason.FACE_TIMEOUT) == ended(progress)
    assert {Hint.LOOK_AT_CAMERA} == set(hints[:-1])


def test_a_repeated_picture_counts_once(engine, portrait):
    still = person_film(ASTRONAUT).frame()
    pictures = (a_frame(still, 101 + 0.35 * number) for number in range(5))

    progress, _ = watch(begun(engine, portrait), pictures)

    assert (Outcome.REFER, Reason.FACE_UNCERTAIN) == ended(progress)
    assert 1 == progress.result.frames


def test_frames_of_one_instant_count_once(engine, portrait):
    progress, _ = watch(begun(engine, portrait), frames(person_film(ASTRONAUT), 101, 0.08, step=0.02))

    assert pytest.approx(1 / 3) == progress.progress


def test_a_frame_from_the_past_is_not_used(engine, portrait):
    comparison = begun(engine, portrait)
    comparison.observe(a_frame(empty_film().frame(), 102.0), None)

    progress = comparison.observe(a_frame(person_film(ASTRONAUT).frame(), 101.5), None)

    assert 0.0 == progress.progress


def test_a_face_too_far_away_is_shown_to_the_officer_but_not_judged(engine, portrait):
    progress, hints = watch(begun(engine, portrait), frames(person_film(ASTRONAUT, 45), 101, 2, step=0.4))

    assert (Outcome.REFER, Reason.FACE_TIMEOUT) == ended(progress)
    assert {Hint.COME_CLOSER} == set(hints[:-1])
    assert (400, 320, 3) == progress.result.live.shape


def test_a_result_does_not_change_any_more(engine, portrait):
    comparison = begun(engine, portrait)
    progress, _ = watch(comparison, frames(person_film(ASTRONAUT), 101, 2))

    later = comparison.observe(a_frame(person_film(OFFICER).frame(), 103), None)

    assert progress.result is later.result
    assert progress.result is comparison.conclude()


def test_a_camera_that_stops_ends_the_visit_without_a_pass(engine, portrait):
    comparison = begun(engine, portrait)
    watch(comparison, frames(person_film(ASTRONAUT), 101, 0.4))

    assert (Outcome.REFER, Reason.FACE_UNCERTAIN) == (
        comparison.conclude().check.outcome,
        comparison.conclude().check.reason,
    )


def test_the_live_picture_shows_the_one_who_was_counted(engine, portrait):
    progress, _ = watch(begun(engine, portrait), frames(person_film(ASTRONAUT), 101, 2))

    live = progress.result.live
    (face,) = engine.find_faces(live)
    assert engine.similarity(portrait.embedding, engine.embed(live, face)) > engine.continuity
    assert pytest.approx(0.4 * 320, abs=8) == face.eye_distance_px
    assert pytest.approx(0.42 * 400, abs=8) == face.landmarks[0][1]


@pytest.mark.parametrize("after", ["nobody", "somebody else", "both"])
def test_nothing_is_decided_while_the_person_counted_is_out_of_view(engine, portrait, after):
    other = cv2.resize(person_film(OFFICER).frame(), None, fx=0.5, fy=0.5)  # too small to be counted himself
    last = {
        "nobody": empty_film().frame(),
        "somebody else": np.pad(other, ((0, 360), (0, 640), (0, 0))),
        "both": side_by_side(person_film(ASTRONAUT), person_film(OFFICER)),
    }[after]
    comparison = begun(engine, portrait)
    watch(comparison, frames(person_film(ASTRONAUT), 100.9, 0.36, step=0.12))

    gone = [comparison.observe(a_frame(last, 101.4 + 0.2 * number), None) for number in range(3)]
    ended_so = comparison.conclude().check

    assert {None} == {progress.result for progress in gone}
    assert (Outcome.REFER, Reason.FACE_UNCERTAIN) == (ended_so.outcome, ended_so.reason)


def test_the_picture_of_a_covered_face_is_not_kept_whatever_comes_after(engine, portrait):
    covered = frames(person_film(ASTRONAUT, picture=masked(engine, ASTRONAUT)), 100.9, 0.6)
    far = frames(person_film(ASTRONAUT, 50, blur_px=1.5), 101.5, 2, step=0.4)  # less sharp than the cloth

    progress, hints = watch(begun(engine, portrait), chain(covered, far))

    assert (Outcome.REFER, Reason.FACE_TIMEOUT) == ended(progress)
    assert Hint.UNCOVER_FACE in hints
    assert pytest.approx(50, abs=4) == progress.result.quality.eye_distance_px
    assert progress.result.live is not None


def test_whoever_covers_the_face_after_an_uncertain_try_keeps_its_numbers(engine, portrait):
    limits = replace(LIMITS, accept=0.99, window_s=0.2, covered_s=0.3)
    bare = frames(person_film(ASTRONAUT), 100.9, 0.6)
    covered = frames(person_film(ASTRONAUT, picture=masked(engine, ASTRONAUT)), 101.5, 0.8)

    progress, _ = watch(LiveComparison(engine, portrait, limits, 100.0), chain(bare, covered))

    assert (Outcome.REFER, Reason.FACE_COVERED) == ended(progress)
    assert (1, 3) == (progress.result.tries, progress.result.frames)
    assert progress.result.live is None
