"""What the screen says of a person it could not judge: covered, in doubt, a minor, or who does not move."""

import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtTest import QTest

from kiosk.model import Check, Movement, Note, Outcome, Reason, Step, Verdict
from kiosk.ui.fields import Field, lines_of
from kiosk.ui.language import Language
from kiosk.ui.pictogram import draw_movement
from kiosk.ui.text import Writer
from kiosk.ui.words import BY_EYE_SOON, FOLLOW, LIKENESSES, PASSED, PICTURES_ALIKE
from kiosk.view import Likeness, Request, ScanView
from tests.ui.samples import a_covered, a_face, a_holder, a_minor, a_pass, a_refer, a_result

PRIVATE = (Reason.FACE_COVERED, Reason.FACE_TIMEOUT)
IN_DOUBT = (
    Reason.LIVENESS_NOT_PASSED,
    Reason.LIVENESS_SKIPPED,
    Reason.PERSON_CHANGED,
    Reason.PICTURE_REPEATED,
)


def asked(liveness, notes=()):
    """A verdict of a purpose that asks for movements; `liveness` is why they were not enough, or None."""
    outcome = liveness.outcome if liveness else Outcome.PASS
    checks = [Check(step, Outcome.PASS) for step in Step if step is not Step.LIVENESS]
    return Verdict((*checks, Check(Step.LIVENESS, outcome, liveness, 1.0, notes)), frozenset(Step))


def touch(widget):
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)


@pytest.mark.parametrize("reason", PRIVATE)
def test_the_photo_of_a_face_that_is_covered_here_is_kept_back_until_a_touch(a_window, reason):
    window = a_window()
    window.render_view(a_covered(reason))
    portrait = window.result.person.photos.portrait
    assert portrait.is_empty

    touch(portrait)
    assert not portrait.is_empty

    touch(portrait)
    assert portrait.is_empty


@pytest.mark.parametrize("size", [(800, 480), (1024, 600), (1920, 1080), (800, 1280)])
def test_the_photo_kept_back_is_found_by_a_gloved_finger(a_window, size):
    window = a_window(size)
    window.render_view(a_covered())
    portrait = window.result.person.photos.portrait

    assert min(portrait.width(), portrait.height()) / 5.9 >= 12


def test_the_photo_kept_back_is_shown_by_a_key_too(a_window):
    window = a_window()
    window.render_view(a_covered())

    QTest.keyClick(window, Qt.Key.Key_P)

    assert not window.result.person.photos.portrait.is_empty


def test_a_touch_on_the_photo_also_holds_the_result(a_window, qtbot):
    window = a_window()
    window.render_view(a_covered())

    with qtbot.waitSignal(window.requested) as said:
        touch(window.result.person.photos.portrait)

    assert [Request.HOLD] == said.args


def test_the_next_visitors_photo_is_kept_back_again(a_window):
    window = a_window()
    window.render_view(a_covered())
    touch(window.result.person.photos.portrait)

    window.render_view(ScanView())
    window.render_view(a_covered())

    assert window.result.person.photos.portrait.is_empty


def test_two_pictures_to_compare_stand_side_by_side_at_once(a_window):
    window = a_window()
    window.render_view(a_refer())
    photos = window.result.person.photos

    touch(photos.portrait)

    assert not photos.portrait.is_empty
    assert not photos.live.is_empty
    assert photos.portrait.size() == photos.live.size()


def test_a_covered_photo_that_is_not_there_is_not_offered(a_window):
    window = a_window()
    window.render_view(a_covered(holder=a_holder(portrait=None)))

    touch(window.result.person.photos.portrait)

    assert window.result.person.photos.portrait.is_empty


def test_the_screen_turned_to_everybody_holds_no_photo_of_the_id(a_window):
    window = a_window()

    window.render_view(a_face())

    assert not [part for part in vars(window.face).values() if hasattr(part, "show_pixels")]
    assert "مريم" in window.face.name_arabic.text()


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("reason", IN_DOUBT)
def test_like_pictures_are_not_called_the_same_person_while_it_is_open_who_was_there(
    a_window, reason, language
):
    window = a_window(language=language)

    window.render_view(a_result(asked(reason), likeness=Likeness.SAME))

    word = window.result.person.photos.likeness
    assert PICTURES_ALIKE.say(language) == word.text()
    assert Likeness.UNSURE.value == word.property("likeness")


def test_who_made_the_movements_and_matches_is_called_the_same_person(a_window):
    window = a_window(language=Language.ENGLISH)

    window.render_view(a_pass(verdict=asked(None, (Note.LIVENESS_MOVEMENTS,))))

    assert LIKENESSES[Likeness.SAME].en == window.result.person.photos.likeness.text()
    assert "raises the cost" in window.result.banner.sentence.text().replace("\n", " ")


@pytest.mark.parametrize("language", Language)
def test_the_list_says_that_movements_were_made_and_not_that_a_living_person_was_proven(a_window, language):
    window = a_window(language=language)
    window.render_view(a_pass(verdict=asked(None, (Note.LIVENESS_MOVEMENTS,))))

    window.result.toggle_details()

    row = window.result.details.rows[list(Step).index(Step.LIVENESS)]
    assert PASSED[Step.LIVENESS].say(language) == row.state.text()


@pytest.mark.parametrize("language", Language)
def test_who_asked_for_an_officer_is_told_what_comes(a_window, language):
    window = a_window(language=language)
    window.render_view(a_face(may_skip=True))

    touch(window.face.by_eye)
    window.render_view(a_face(may_skip=True))

    assert BY_EYE_SOON.say(language) == window.face.privacy.text().replace("\n", " ")
    assert not window.face.by_eye.isVisible()

    window.render_view(ScanView())
    window.render_view(a_face(may_skip=True))
    assert window.face.by_eye.isVisible()
    assert BY_EYE_SOON.say(language) != window.face.privacy.text().replace("\n", " ")


@pytest.mark.parametrize("language", Language)
def test_the_step_says_to_look_ahead_again_after_a_movement(a_window, language):
    window = a_window(language=language)
    said = [label.text().replace("\n", " ") for label in window.face.steps._sentences]

    window.render_view(a_face(movement=Movement.TURN_LEFT))
    assert FOLLOW.say(language) == window.face.steps._sentences[1].text().replace("\n", " ")

    window.render_view(a_face())
    assert said == [label.text().replace("\n", " ") for label in window.face.steps._sentences]


@pytest.mark.parametrize("movement", Movement)
def test_no_sign_reaches_into_the_instruction_above_the_oval(movement):
    image = QImage(800, 600, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.gray)
    painter = QPainter(image)
    draw_movement(painter, QRectF(0, 0, 800, 600), QRectF(250, 100, 300, 400), movement)
    painter.end()

    plain = image.pixelColor(0, 0)
    assert {plain.rgb()} == {image.pixelColor(x, y).rgb() for y in range(100) for x in range(0, 800, 2)}


@pytest.mark.parametrize(
    ("guardian", "shown"),
    [
        ("1098765432", "1098\u00a0765\u00a0432"),
        ("••••••5432", "••••\u00a0••5\u00a0432"),
        ("عبدالرحمن خان", "عبدالرحمن خان"),
    ],
)
def test_a_minors_guardian_is_written_as_a_number_or_as_a_name(guardian, shown):
    holder = a_holder(guardian=guardian)

    lines = lines_of(holder, Writer(Language.ARABIC), masked=False)

    value = next(line.value for line in lines if line.label == Field.GUARDIAN.value.ar)
    assert shown == value.strip("\u200f\u2066\u2067\u2068\u2069")


@pytest.mark.parametrize("size", [(1024, 600), (1024, 640), (1280, 800)])
def test_of_a_minor_the_guardian_and_the_date_of_birth_have_their_place(a_window, size):
    window = a_window(size, Language.ENGLISH)

    window.render_view(a_minor())

    shown = [label.text() for label in window.result.person.card.labels if label.isVisible()]
    assert {Field.GUARDIAN.value.en, Field.BORN.value.en} <= set(shown)
