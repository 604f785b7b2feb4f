"""The code and its photo together, with the real face engine, and what each purpose may see."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, date, datetime

import cv2
import pytest

from kiosk.examination import Examination, examine_code, examine_still_face, holder_view, mask, tightened
from kiosk.face.engine import load_engine
from kiosk.model import FaceLimits, Note, Outcome, Presentation, Reason, Source, Step
from kiosk.verify.pipeline import conclude
from kiosk.view import Holder, HolderClass
from tests.builders import (
    NOON,
    SHOW_ALL,
    SteppingTimer,
    a_clock,
    a_live_text,
    a_print_text,
    a_purpose,
    a_trust,
    identity,
    seconds,
    verify,
)
from tests.face.makers import ASTRONAUT, OFFICER, a_photo, picture_of

LIMITS = FaceLimits()


@pytest.fixture(scope="module")
def engine():
    return load_engine()


@pytest.fixture(scope="module")
def photo(engine):
    return a_photo(engine, ASTRONAUT).content


def examine(engine, text, name="checkpoint", **changes):
    return examine_code(
        Presentation(text, Source.CAMERA),
        a_trust(),
        a_purpose(name, **changes),
        a_clock(),
        engine,
        SteppingTimer(),
    )


def with_photo(photo, **changes):
    return a_live_text(k169=identity(k16=photo, **changes))


def reasons(examination: Examination):
    return conclude(examination.examined, examination.later_checks).reasons


def test_the_same_person_passes_and_another_is_refused(engine, photo):
    examination = examine(engine, with_photo(photo))

    assert examination.wants_face
    for person, outcome, why in (
        (ASTRONAUT, Outcome.PASS, ()),
        (OFFICER, Outcome.FAIL, (Reason.FACE_MISMATCH,)),
    ):
        compared = examine_still_face(examination, picture_of(person), LIMITS, engine, SteppingTimer())
        verdict = conclude(compared.examined, compared.later_checks)
        assert (outcome, why) == (verdict.outcome, verdict.reasons)
        assert {Note.STILL_FACE, Note.LIVENESS_NOT_CHECKED} <= set(verdict.notes)
        assert not compared.wants_face
        assert compared is examine_still_face(compared, picture_of(person), LIMITS, engine, SteppingTimer())


def test_a_picture_of_the_face_that_matches_nobody_is_asked_again(engine, photo):
    empty = picture_of(ASTRONAUT) * 0

    compared = examine_still_face(examine(engine, with_photo(photo)), empty, LIMITS, engine, SteppingTimer())

    assert (Reason.NOT_PRESENTED,) == reasons(compared)


def test_a_photo_that_is_no_face_refers(engine):
    sleeve = cv2.imencode(".webp", picture_of(ASTRONAUT)[300:340, :40], [cv2.IMWRITE_WEBP_QUALITY, 1])[1]

    examination = examine(engine, with_photo(sleeve.tobytes()))

    assert (Reason.PHOTO_UNUSABLE,) == reasons(examination)
    assert (None, False) == (examination.portrait, examination.wants_face)


@pytest.mark.parametrize("born", ["20161201", "20111202"])
def test_below_the_policys_age_a_person_looks_and_the_matcher_does_not(engine, photo, born):
    examination = examine(engine, with_photo(photo, k8=born))

    assert (Reason.MINOR,) == reasons(examination)
    assert examination.portrait is not None
    assert not examination.wants_face


@pytest.mark.parametrize("born", ["20111201", None])
def test_from_the_policys_birthday_in_riyadh_on_the_face_is_compared(engine, photo, born):
    assert examine(engine, with_photo(photo, k8=born)).wants_face


def test_where_no_face_is_needed_the_photo_is_shown_but_not_judged(engine, photo):
    shown = examine(engine, with_photo(photo), "hotel", face=False)
    unusable = examine(engine, a_live_text(), "hotel", face=False)

    assert shown.portrait is not None
    assert () == reasons(shown) == reasons(unusable)
    assert None is unusable.portrait
    assert not shown.wants_face


@pytest.mark.parametrize("text", ["https://absher.sa", a_live_text(k4=seconds(NOON))])
def test_no_photo_is_read_from_what_is_refused(engine, text):
    examination = examine(engine, text)

    assert ((), None) == (examination.later_checks, examination.portrait)


def test_a_purpose_sees_its_fields_and_no_other(engine, photo):
    everything = identity(k15="Guardian", k16=photo, k24="مهندس", k25="شركة", k26="7001234567")
    examination = examine(
        engine, a_live_text(k169=everything, k4=seconds(datetime(2031, 5, 1, 21, tzinfo=UTC)))
    )
    credential, portrait = examination.examined.credential, examination.portrait

    whole = holder_view(credential, a_purpose("checkpoint"), portrait)
    names = {
        "names": {"name_arabic", "name_latin"},
        "class": {"holder_class"},
        "sponsor": {"sponsor_number"},
        "photo": {"portrait"},
    }

    assert ("شخص تجريبي", "Test Person", "2345678417") == (whole.name_arabic, whole.name_latin, whole.number)
    assert (HolderClass.RESIDENT, date(2031, 5, 1)) == (whole.holder_class, whole.valid_until)
    assert portrait.pixels is whole.portrait
    for word in SHOW_ALL:
        some = holder_view(credential, a_purpose("checkpoint", show=frozenset({word})), portrait)
        filled = {each.name for each in fields(Holder) if getattr(some, each.name) is not None}
        assert names.get(word, {word}) == filled


def test_a_hotel_sees_the_number_masked():
    credential = verify(a_print_text(), purpose=a_purpose("hotel")).credential

    assert "••••••8417" == holder_view(credential, a_purpose("hotel"), None).number


@pytest.mark.parametrize(("purpose", "guardian"), [("bank", "1098765432"), ("hotel", "••••••5432")])
def test_of_a_minor_every_purpose_sees_the_guardian(purpose, guardian):
    rule = a_purpose(purpose, show=frozenset({"number"}))
    credential = verify(a_print_text(k169=identity(k15="1098765432")), purpose=rule).credential

    assert holder_view(credential, rule, None).guardian is None
    assert guardian == holder_view(credential, rule, None, minor=True).guardian


@pytest.mark.parametrize(("number", "shown"), [(None, None), ("", ""), ("8417", "••••"), ("18417", "•8417")])
def test_a_mask_shows_at_most_the_last_four(number, shown):
    assert shown == mask(number)


def test_the_last_day_there_is_can_be_shown():
    credential = verify(a_live_text(k4=253402300799)).credential

    assert date(9999, 12, 31) == holder_view(credential, a_purpose(), None).valid_until


@pytest.mark.parametrize(("local", "used"), [(0.0, 0.45), (0.4, 0.45), (0.6, 0.6)])
def test_a_local_threshold_can_only_be_stricter(local, used):
    assert used == tightened(FaceLimits(accept=0.45), local).accept


def test_the_photo_step_has_its_outcome_in_the_order_of_the_steps(engine, photo):
    examination = examine(engine, with_photo(photo))

    verdict = conclude(examination.examined, examination.later_checks)

    assert list(Step) == [check.step for check in verdict.checks]
