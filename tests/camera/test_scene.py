import itertools
import threading
from concurrent.futures import Executor, Future

import cv2
import numpy as np
import pytest

from kiosk.camera.capture import Capture
from kiosk.camera.film import HD, Film, Look
from kiosk.camera.phone import PHONE_LOOK, code_scale, draw_phone
from kiosk.camera.qr import QrReader
from kiosk.camera.scene import SceneSource, Shot, ShotKind
from tests.camera.makers import ManualClock, a_code, a_text, portrait

SMALL = (320, 180)


class AtOnce(Executor):
    """Does the work while it is submitted."""

    def submit(self, work, /, *args, **kwargs):
        future = Future()
        try:
            future.set_result(work(*args, **kwargs))
        except RuntimeError as err:
            future.set_exception(err)
        return future


@pytest.fixture
def clock():
    return ManualClock()


def empty(caption, seconds=1.0, **options):
    return Shot(ShotKind.EMPTY, seconds, caption, **options)


def a_scene(clock, *shots, **options):
    options = {"size": SMALL, "background": AtOnce()} | options
    scene = SceneSource(shots, clock=clock, sleep=clock.sleep, **options)
    scene.open()
    return scene


def captions(scene, clock, seconds):
    """The captions that came up within `seconds`, each once in a row."""
    seen, until = [], clock.now + seconds
    while clock.now < until:
        scene.read()
        if not seen or seen[-1] != scene.current_caption:
            seen.append(scene.current_caption)
    return seen


def test_shots_follow_each_other_and_the_last_one_stays(clock):
    scene = a_scene(clock, empty("one"), empty("two"))

    assert ["one", "two"] == captions(scene, clock, 5)
    assert scene.finished
    assert scene.read() is not None


def test_a_looping_scene_begins_again_and_never_finishes(clock):
    scene = a_scene(clock, empty("one"), empty("two"), loop=True)

    assert ["one", "two", "one", "two", "one"] == captions(scene, clock, 4.9)
    assert not scene.finished


def test_a_held_shot_waits_for_its_release(clock):
    scene = a_scene(clock, empty("one", held=True), empty("two"))

    before = captions(scene, clock, 20)
    scene.release()
    captions(scene, clock, 0.2)

    assert ["one"] == before
    assert "two" == scene.current_caption


def test_a_release_skips_what_is_left_of_the_group(clock):
    scene = a_scene(clock, empty("phone", 60), empty("face", held=True), empty("next", 60))
    captions(scene, clock, 1)

    scene.release()
    captions(scene, clock, 0.2)

    assert "next" == scene.current_caption


def test_a_second_release_before_the_next_group_began_skips_nothing(clock):
    waiting = SlowBackground()
    scene = a_scene(clock, empty("a", held=True), empty("b", held=True), empty("c"), background=waiting)
    scene.release()
    captions(scene, clock, 0.2)
    scene.release()

    waiting.finish()
    captions(scene, clock, 5)

    assert "b" == scene.current_caption


def test_releasing_the_last_held_shot_finishes_the_scene(clock):
    scene = a_scene(clock, empty("only", held=True))
    scene.release()

    captions(scene, clock, 0.2)

    assert scene.finished


class SlowBackground(Executor):
    """Does the work only when told to."""

    def __init__(self):
        self.waiting = []

    def submit(self, work, /, *args, **kwargs):
        future = Future()
        self.waiting.append((future, lambda: work(*args, **kwargs)))
        return future

    def finish(self):
        for future, work in self.waiting:
            future.set_result(work())
        self.waiting.clear()


def test_a_picture_is_asked_for_when_its_turn_comes_and_the_shot_before_goes_on_meanwhile(clock):
    asked_at = []

    def picture():
        asked_at.append(clock.now)
        return np.full((90, 90, 3), 255, np.uint8)

    background = SlowBackground()
    later = Shot(ShotKind.PHONE, 1.0, "later", picture)
    scene = a_scene(clock, empty("first"), later, background=background)

    meanwhile = captions(scene, clock, 3)
    background.finish()
    captions(scene, clock, 0.2)

    assert ["first"] == meanwhile
    assert "later" == scene.current_caption
    assert asked_at[0] >= 102


def test_two_pictures_in_a_row_are_never_equal(clock):
    scene = a_scene(clock, empty("one", 60))
    pictures = [scene.read() for _ in range(30)]

    assert not any(np.array_equal(a, b) for a, b in itertools.pairwise(pictures))


def test_pictures_come_fifteen_times_a_second(clock):
    scene = a_scene(clock, empty("one", 60))
    for _ in range(31):
        scene.read()

    assert clock.now == pytest.approx(102, abs=0.01)


def test_a_scene_closed_and_opened_again_goes_on_with_its_shot(clock):
    scene = a_scene(clock, empty("one"), empty("two", 60))
    captions(scene, clock, 1.5)

    scene.close()
    assert scene.read() is None
    scene.open()

    assert ["two"] == captions(scene, clock, 1)


def test_a_picture_that_cannot_be_made_is_tried_again_by_the_capture(clock):
    answers = [RuntimeError("authority not up yet"), np.full((90, 90, 3), 255, np.uint8)]

    def picture():
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    shots = [empty("first"), Shot(ShotKind.PHONE, 60, "phone", picture)]
    scene = SceneSource(shots, size=SMALL, clock=clock, sleep=clock.sleep, background=AtOnce())
    capture = Capture(scene, clock=clock, sleep=clock.sleep)
    while clock.now < 110:
        capture._step_guarded()

    assert "phone" == scene.current_caption
    assert not capture.status.lost


def test_a_scene_with_its_own_background_thread_leaves_none_behind():
    clock = ManualClock()
    scene = SceneSource([empty("one", 0.1), empty("two", 60)], size=SMALL, clock=clock, sleep=clock.sleep)
    scene.open()
    while scene.current_caption == "one":
        scene.read()
    scene.close()
    for thread in threading.enumerate():
        if thread.name.startswith("scene"):
            thread.join(20)

    assert not any(thread.name.startswith("scene") for thread in threading.enumerate())


def test_a_scene_without_shots_is_refused():
    with pytest.raises(ValueError, match="at least one shot"):
        SceneSource([])


def test_a_phone_played_to_the_capture_is_read(clock):
    text = a_text()
    phone = Shot(ShotKind.PHONE, 60, "phone", lambda: draw_phone(a_code(text, version=25)), PHONE_LOOK)
    scene = SceneSource([phone], clock=clock, sleep=clock.sleep, background=AtOnce())
    capture = Capture(scene, clock=clock, sleep=clock.sleep)
    for _ in range(3):
        capture.step()

    assert text == QrReader().read(capture.take(0)).text


@pytest.mark.parametrize("px", [1, 3, 4])
def test_a_phone_shows_a_code_as_large_whatever_size_it_was_drawn_in(px):
    code = a_code(a_text(), version=25)

    assert code_scale(code) == code_scale(np.kron(code, np.ones((px, px), np.uint8)))


def test_a_phone_shows_the_photo_beside_the_code():
    code = a_code("HELLO")
    plain, with_photo = draw_phone(code), draw_phone(code, portrait())

    changed = np.argwhere(np.any(plain != with_photo, axis=2))
    assert changed[:, 0].max() < plain.shape[0] // 3
    assert QrReader().read(with_photo).text == "HELLO"


def test_the_same_seed_films_the_same_photographs():
    films = [Film(portrait(), Look(scale=0.5), SMALL, seed=4) for _ in range(2)]

    first, second = ([film.frame(n / 4) for n in range(4)] for film in films)

    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))
    assert not np.array_equal(first[0], first[1])


def test_a_portrait_fades_into_the_room_without_a_straight_edge():
    def strongest_column(soft_edge):
        look = Look(scale=0.25, soft_edge=soft_edge, tilt_deg=0, roll_deg=0, noise=0)
        frame = Film(np.full((512, 512, 3), 255, np.uint8), look, SMALL).frame()
        slopes = cv2.Sobel(cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY), cv2.CV_32F, 1, 0)
        return float(np.abs(slopes[60:120]).mean(axis=0).max())

    assert strongest_column(0.15) < 0.3 * strongest_column(0.0)


@pytest.mark.parametrize("centre", [(-3.0, 0.5), (0.0, 0.0), (1.0, 1.0), (9.0, 9.0)])
def test_a_picture_partly_or_wholly_out_of_view_is_filmed(centre):
    frame = Film(np.full((90, 90, 3), 255, np.uint8), Look(centre=centre, scale=0.1), HD).frame()

    assert (720, 1280, 3) == frame.shape
