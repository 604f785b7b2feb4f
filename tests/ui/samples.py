"""Values for the tests of the screens: verdicts, holders, pictures, views."""

import importlib.util
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path

import numpy as np
from PySide6.QtGui import QImage

from kiosk.model import Check, ClockState, Environment, Frame, Grade, Note, Outcome, Reason, Step, Verdict
from kiosk.view import FaceView, Holder, HolderClass, Likeness, ResultView, StatusLine

NOON = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
ARABIC_NAME = "مريم عبدالرحمن خان"
LATIN_NAME = "MARYAM ABDULRAHMAN KHAN"
NUMBER = "2345678417"
PERSONAL = (ARABIC_NAME, LATIN_NAME, "2345", "678", "417", "محمد", "KHAN", "1990", "1410", "GULF WORKS")


@cache
def picture(package, *path):
    """Read a public-domain portrait of an installed package as BGR pixels."""
    spec = importlib.util.find_spec(package)
    image = QImage(str(Path(spec.submodule_search_locations[0]).joinpath(*path)))
    image = image.convertToFormat(QImage.Format.Format_BGR888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : image.width() * 3].reshape(image.height(), image.width(), 3).copy()


def astronaut():
    return picture("skimage", "data", "astronaut.png")


def admiral():
    return picture("matplotlib", "mpl-data", "sample_data", "grace_hopper.jpg")


@cache
def a_frame(number=1, width=1280, height=720):
    """Return a camera frame with a portrait in its middle."""
    face = astronaut()
    pixels = np.full((height, width, 3), (96, 104, 110), np.uint8)
    side = min(512, height)
    pixels[height - side :, (width - side) // 2 : (width + side) // 2] = face[:side, :side]
    pixels.setflags(write=False)
    return Frame(pixels, 1.0, number)


def a_holder(**changes):
    fields = {
        "name_arabic": ARABIC_NAME,
        "name_latin": LATIN_NAME,
        "number": NUMBER,
        "born": date(1990, 4, 18),
        "gender": 1,
        "nationality": "PAK",
        "holder_class": HolderClass.RESIDENT,
        "valid_until": date(2027, 3, 14),
        "occupation": "مهندس كهرباء",
        "employer": "GULF WORKS",
        "portrait": astronaut()[20:240, 130:330],
    }
    return Holder(**(fields | changes))


def a_verdict(failing=None, step=Step.FACE, outcome=None, notes=(Note.LIVENESS_NOT_CHECKED,)):
    """Return a verdict that passes, or stops at `step` with `failing`."""
    required = frozenset(set(Step) - {Step.LIVENESS})
    checks = []
    for each in Step:
        if failing and each == step:
            checks.append(Check(each, outcome or failing.outcome, failing, 1.0))
        elif each is Step.LIVENESS or (failing and each > step):
            checks.append(Check(each, None))
        else:
            checks.append(Check(each, Outcome.PASS, None, 1.2))
    return Verdict(tuple(checks), required, tuple(notes))


def a_result(verdict=None, **changes):
    fields = {
        "verdict": verdict or a_verdict(),
        "row": 1248,
        "decided_at": NOON,
        "holder": a_holder(),
        "live": astronaut()[0:300, 80:380],
        "likeness": Likeness.SAME,
        "score": 0.7134,
        "clears_in_s": 30.0,
        "masks_in_s": 15.0,
        "advances_in_s": None,
    }
    return ResultView(**(fields | changes))


def a_pass(**changes):
    return a_result(**({"advances_in_s": 5.0} | changes))


def a_refer(**changes):
    fields = {"likeness": Likeness.UNSURE, "live": admiral(), "score": 0.4021, "clears_in_s": 120.0}
    return a_result(a_verdict(Reason.FACE_UNCERTAIN), **(fields | changes))


def a_covered(reason=Reason.FACE_COVERED, **changes):
    """A face that the kiosk could not see; what the camera took of it is a picture without a face here."""
    late = {"likeness": None, "score": None, "live": None, "clears_in_s": 120.0, "masks_in_s": 120.0}
    return a_result(a_verdict(reason), **(late | changes))


def a_minor(**changes):
    """A dependant of ten years; there is no portrait of a child to show."""
    son = a_holder(
        holder_class=HolderClass.FAMILY,
        born=date(2016, 4, 18),
        guardian="1098765432",
        occupation=None,
        employer=None,
        portrait=None,
    )
    return a_covered(Reason.MINOR, **({"holder": son} | changes))


def a_mismatch(**changes):
    fields = {"likeness": Likeness.DIFFERENT, "live": admiral(), "score": 0.0712}
    return a_result(a_verdict(Reason.FACE_MISMATCH), **(fields | changes))


def a_forgery(**changes):
    nobody = {"holder": None, "live": None, "likeness": None, "score": None}
    return a_result(a_verdict(Reason.SIGNATURE_INVALID, Step.SIGNATURE, notes=()), **(nobody | changes))


def a_link(**changes):
    nobody = {"holder": None, "live": None, "likeness": None, "score": None}
    return a_result(a_verdict(Reason.NOT_A_CREDENTIAL, Step.PARSE, notes=()), **(nobody | changes))


def a_face(**changes):
    fields = {"hint": None, "progress": 0.62, "seconds_left": 8.0, "holder": a_holder()}
    return FaceView(**(fields | changes))


def a_status(**changes):
    fields = {
        "environment": Environment.SANDBOX,
        "station": "RUH-01",
        "purpose": "checkpoint",
        "list_age": timedelta(days=3, hours=2),
        "grade": Grade.AGEING,
        "clock_state": ClockState.HOLDING,
        "root_fingerprint": "3F2A 91C0 77DE",
        "simulated_camera": True,
    }
    return StatusLine(**(fields | changes))
