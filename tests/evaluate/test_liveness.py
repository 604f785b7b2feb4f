import json

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.evaluate.clips import BONA_FIDE, Clip, ClipUnusable, find_clips, parse_script, play, read_script
from kiosk.evaluate.liveness import evaluate_liveness
from kiosk.model import LivenessLimits, Movement
from tests.evaluate.makers import a_clip, a_simulated_turn, noisy
from tests.face.makers import ASTRONAUT, picture_of

TURNED_DEG = 28.0


@pytest.fixture(scope="module")
def clips(engine, tmp_path_factory):
    """Simulated clips: one turns as asked, one the other way, a print is held still, two cannot be played."""
    folder = tmp_path_factory.mktemp("clips")
    a_clip(folder / BONA_FIDE / "one", a_simulated_turn(engine, TURNED_DEG))
    a_clip(folder / "replay" / "other_way", a_simulated_turn(engine, -TURNED_DEG))
    rng, portrait = np.random.default_rng(2), picture_of(ASTRONAUT)
    a_clip(folder / "print" / "still", (noisy(portrait, rng) for _ in range(30)))
    (folder / "print" / "torn").mkdir()
    (folder / "print" / "torn" / "0.png").write_bytes(b"torn")
    (folder / "print" / "torn.json").write_text(
        json.dumps({"movements": ["BLINK"], "pauses_s": [1], "frames_per_second": 10})
    )
    (folder / "print" / "empty").mkdir()
    return folder


@pytest.mark.slow
def test_errors_are_counted_by_kind_of_attack(engine, clips):
    steps = []

    figures = evaluate_liveness(
        engine, find_clips(clips), LivenessLimits(answer_s=1.5), lambda: steps.append(1)
    )

    assert 5 == len(steps)
    assert (0, 1) == (figures.bona_fide.errors.errors, figures.bona_fide.errors.trials)
    assert (("PASSED", 1),) == figures.bona_fide.endings
    attacks = {kind.kind: kind for kind in figures.attacks}
    assert {"print", "replay"} == set(attacks)
    assert (0, 1) == (attacks["replay"].errors.errors, attacks["replay"].errors.trials)
    assert (0, 1) == (attacks["print"].errors.errors, attacks["print"].errors.trials)
    assert (("NO_CHALLENGE", 1), ("UNREADABLE", 1)) == attacks["print"].unplayable


def test_a_video_file_is_played_like_a_folder(tmp_path):
    path = tmp_path / "clip.avi"
    film = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"MJPG"), 10, (64, 48))
    for level in (0, 100, 200):
        film.write(np.full((48, 64, 3), level, np.uint8))
    film.release()

    pictures = list(play(Clip("print", path)))

    assert [0, 100, 200] == [pytest.approx(int(picture.mean()), abs=3) for picture in pictures]


def test_a_file_that_is_no_video_gives_no_picture(tmp_path):
    (tmp_path / "clip.avi").write_bytes(b"RIFF torn")

    assert [] == list(play(Clip("print", tmp_path / "clip.avi")))


def test_the_challenge_stands_beside_a_video(tmp_path):
    (tmp_path / "clip.avi").write_bytes(b"")
    (tmp_path / "clip.json").write_text('{"movements":["BLINK"],"pauses_s":[0.7],"frames_per_second":15}')

    script = read_script(Clip("print", tmp_path / "clip.avi"))

    assert ((Movement.BLINK,), (0.7,), 15.0) == (script.movements, script.pauses_s, script.frames_per_second)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b'{"movements":[],"pauses_s":[],"frames_per_second":10}',
        b'{"movements":["JUMP"],"pauses_s":[1],"frames_per_second":10}',
        b'{"movements":["BLINK"],"pauses_s":[],"frames_per_second":10}',
        b'{"movements":["BLINK","BLINK"],"pauses_s":[1,1],"frames_per_second":10}',
        b'{"movements":["BLINK"],"pauses_s":[1e999],"frames_per_second":10}',
        b'{"movements":["BLINK"],"pauses_s":[1],"frames_per_second":0}',
        b'{"movements":["BLINK"],"pauses_s":[1],"frames_per_second":NaN}',
    ],
)
def test_a_challenge_that_nobody_was_asked_is_refused(content):
    with pytest.raises(ClipUnusable, match="BAD_CHALLENGE"):
        parse_script(content)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_challenge_or_a_refusal(content):
    try:
        parse_script(content)
    except ClipUnusable as err:
        assert "BAD_CHALLENGE" == str(err)  # noqa: PT017 - either is right, nothing else is
