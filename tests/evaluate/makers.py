"""Small data sets for the tests of the evaluation: two public-domain portraits, warped and spoilt."""

import json
from functools import lru_cache

import cv2
import numpy as np

from kiosk.face.puppet import Posture, Puppet
from tests.face.makers import ASTRONAUT, OFFICER, picture_of

STEP_S = 0.1


def a_variant(person, number):
    """The portrait as it is, or mirrored, darker and leaning: another picture of the same person."""
    picture = picture_of(person)
    if number == 0:
        return picture
    height, width = picture.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), 4.0 * number, 1.0)
    turned = cv2.warpAffine(picture[:, ::-1], turn, (width, height), borderMode=cv2.BORDER_REPLICATE)
    return (turned * (1 - 0.1 * number)).astype(np.uint8)


def a_town(folder, traits="identity,age,gender,group\nmission,40,female,white\nnavy,78,female,white\n"):
    """Two people with two pictures each, one of nobody, one that is no picture."""
    for name, person in (("mission", ASTRONAUT), ("navy", OFFICER)):
        (folder / name).mkdir(parents=True)
        for number in range(2):
            cv2.imwrite(str(folder / name / f"{number}.png"), a_variant(person, number))
    (folder / "wall").mkdir()
    cv2.imwrite(str(folder / "wall" / "grey.png"), np.full((300, 300, 3), 120, np.uint8))
    (folder / "broken").mkdir()
    (folder / "broken" / "torn.jpg").write_bytes(b"\xff\xd8 torn")
    if traits is not None:
        (folder / "info.csv").write_text(traits, "utf-8")
    return folder


def a_clip(folder, pictures, movements=("TURN_LEFT",), pauses_s=(0.5,), speed=1 / STEP_S):
    """A clip as a folder of pictures, with the challenge inside."""
    folder.mkdir(parents=True)
    for number, picture in enumerate(pictures):
        cv2.imwrite(str(folder / f"{number:04}.jpg"), picture)
    challenge = {"movements": list(movements), "pauses_s": list(pauses_s), "frames_per_second": speed}
    (folder / "challenge.json").write_text(json.dumps(challenge), "utf-8")
    return folder


def a_simulated_turn(engine, yaw_deg, seconds=2.6, seed=1):
    """A simulated person who looks ahead for a second, turns, and ahead again; each picture has noise."""
    puppet, rng = a_puppet(engine), np.random.default_rng(seed)
    for number in range(round(seconds / STEP_S)):
        at = number * STEP_S
        turned = min(max((at - 1.0) / 0.3, 0.0), 1.0) * min(max((1.9 - at) / 0.3, 0.0), 1.0)
        yield noisy(puppet.posed(Posture(yaw_deg=yaw_deg * turned)), rng)


@lru_cache
def a_puppet(engine):
    return Puppet(picture_of(ASTRONAUT), engine)


def noisy(picture, rng):
    return np.clip(picture + rng.normal(0, 2.0, picture.shape), 0, 255).astype(np.uint8)
