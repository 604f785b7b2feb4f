"""Who moves is the person who was compared, and what a camera that changes or stops does (simulated)."""

import cv2
import numpy as np
import pytest

from kiosk.face.challenge import TURN_DEG
from kiosk.face.liveness import LastSeen, LivenessCheck
from kiosk.face.pose import head_pose
from kiosk.face.puppet import Posture
from kiosk.model import Box, Hint, LivenessLimits, Movement, Outcome, Reason
from tests.face.acting import (
    SMALL,
    START,
    STEP_S,
    Chosen,
    Lens,
    Obedient,
    Still,
    a_check,
    engine,
    play,
    refused,
)
from tests.face.makers import ASTRONAUT, OFFICER, a_frame, empty_film, person_film

LEFT, RIGHT, BLINK, CLOSER = Movement


@pytest.mark.parametrize("counted", [OFFICER, ASTRONAUT])
def test_whoever_moves_is_the_person_that_was_counted_and_not_whoever_was_there_at_the_end(counted):
    lens = Lens()
    pictures = [lens.film(person=counted) for _ in range(3)]
    person = tuple(engine().embed(each, engine().find_faces(each)[0]) for each in pictures)
    check = LivenessCheck(
        engine(),
        LivenessLimits(movements=2),
        Chosen(LEFT, BLINK),
        LastSeen(lens.film(), START, person=person),
        code_absent_s=0.7,
        min_eye_distance_px=60.0,
    )

    result = play(check, Obedient())[0].result

    assert (Outcome.PASS if counted is ASTRONAUT else Outcome.REFER) is result.check.outcome
    assert (None if counted is ASTRONAUT else Reason.PERSON_CHANGED) is result.check.reason


def test_somebody_else_who_only_shuts_the_eyes_is_referred():
    """The pictures between prompt and answer are looked at too, not only the last one."""
    lens = Lens()

    def helper(_now, posture):
        return lens.film(posture, OFFICER if posture.closed == 1 else ASTRONAUT)

    result = play(a_check(BLINK, LEFT), Obedient(), picture=helper)[0].result

    assert (Outcome.REFER, Reason.PERSON_CHANGED) == refused(result)


def test_whoever_comes_back_into_view_must_be_the_same_person():
    lens, room = Lens(), empty_film()

    def swapped(now, posture):
        if 1.0 <= now - START < 1.3:
            return cv2.resize(room.frame(), SMALL)
        return lens.film(posture, ASTRONAUT if now - START < 1.0 else OFFICER)

    result = play(a_check(LEFT, BLINK), Still(), picture=swapped)[0].result

    assert (Outcome.REFER, Reason.PERSON_CHANGED) == refused(result)


def test_a_camera_that_goes_over_to_a_larger_size_is_nobody_who_came_closer():
    check, lens = a_check(CLOSER, LEFT), Lens()
    at = START
    while check.observe(a_frame(lens.film(), at := at + STEP_S), None).movement is None:
        pass

    for _ in range(4):
        larger = cv2.resize(lens.film(), None, fx=1.5, fy=1.5)
        progress = check.observe(a_frame(larger, at := at + STEP_S), None)

    assert (Outcome.REFER, Reason.LIVENESS_NOT_PASSED) == refused(progress.result)
    assert () == progress.result.made
    assert "another size" in progress.result.check.detail


def test_the_place_of_the_code_follows_a_camera_that_changes_its_size_while_moving():
    check, lens = a_check(LEFT, BLINK, code=Box(170, 90, 300, 300)), Lens()

    for step in range(
        1, 4
    ):  # eyes 72 px apart beside a code of 300 are a photo's, at any size of the picture
        larger = cv2.resize(lens.film(), None, fx=2, fy=2)
        progress = check.observe(a_frame(larger, START + step * STEP_S), None)

    assert Hint.COME_CLOSER is progress.hint


def test_the_visit_that_a_lost_camera_ends_leaves_the_movements_to_a_person():
    result = a_check(LEFT, BLINK).conclude(Reason.CAMERA_LOST)

    assert (Outcome.REFER, Reason.CAMERA_LOST) == refused(result)


def test_a_camera_that_stands_still_after_a_prompt_uses_up_the_try():
    check, lens = a_check(LEFT, BLINK), Lens()
    at = START
    while check.observe(a_frame(lens.film(), at := at + STEP_S), None).movement is None:
        pass

    result = check.observe(a_frame(lens.film(Posture(yaw_deg=36)), at + 1.5), None).result

    assert (Outcome.REFER, Reason.LIVENESS_NOT_PASSED) == refused(result)


@pytest.mark.parametrize("person", [ASTRONAUT, OFFICER])
@pytest.mark.parametrize("tilt_deg", [-55, -40, 40, 55])
def test_a_flat_photo_that_is_tilted_does_not_look_turned(person, tilt_deg):
    film = person_film(person, 95, sway_px=0).frame()
    straight, tilted = (_yaw_of(picture) for picture in (film, _tilted(film, tilt_deg)))

    assert abs(tilted - straight) < TURN_DEG - 1


def _yaw_of(picture):
    return head_pose(engine().fit_mesh(picture, engine().find_faces(picture)[0])).yaw_deg


def _tilted(picture, degrees):
    """The picture as a flat sheet, turned about its upright middle and seen from 1200 px away."""
    height, width = picture.shape[:2]
    x, y = engine().find_faces(picture)[0].landmarks[2]
    corners = 350.0 * np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])
    turn = np.deg2rad(degrees)
    nearer = 1200.0 / (1200.0 - corners[:, 0] * np.sin(turn))
    seen = np.column_stack((corners[:, 0] * np.cos(turn) * nearer, corners[:, 1] * nearer))
    there, here = corners + np.array([x, y]), seen + np.array([width / 2, height / 2])
    warp = cv2.getPerspectiveTransform(there.astype(np.float32), here.astype(np.float32))
    return cv2.warpPerspective(picture, warp, (width, height), borderMode=cv2.BORDER_REPLICATE)
