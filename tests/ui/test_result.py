"""What a result shows and when it forgets; a FAIL is never green."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from kiosk.model import Outcome, Reason, Step
from kiosk.ui import theme
from kiosk.ui.language import Language
from kiosk.ui.picture import Picture
from kiosk.ui.screens.result import HOLD_LIMIT_S, Stage, age
from kiosk.view import AttentionView, Request, ScanView
from tests.ui.samples import (
    NUMBER,
    PERSONAL,
    a_face,
    a_forgery,
    a_frame,
    a_holder,
    a_link,
    a_mismatch,
    a_pass,
    a_refer,
    a_result,
    a_status,
    a_verdict,
)


class Watch:
    """A clock that moves when told."""

    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def shown(a_window):
    """Build a window whose result screen runs on a watch."""
    window = a_window()
    watch = window.result._clock = Watch()

    def wait(seconds):
        watch.now += seconds
        window.result.tick()

    return window, wait


def texts(window):
    """Return every text, title, tip and accessible name of every widget, shown or hidden."""
    found = []
    for widget in window.findChildren(QWidget):
        found += [
            widget.accessibleName(),
            widget.toolTip(),
            widget.windowTitle(),
            widget.accessibleDescription(),
        ]
        if isinstance(widget, QLabel):
            found += [widget.text(), getattr(widget, "_whole", "")]
    return [text for text in found if text]


def personal(window):
    said = [text for text in texts(window) if any(part in text for part in PERSONAL)]
    pictures = [x for x in window.findChildren(Picture) if not x.is_empty]
    return said, pictures


def test_a_result_shows_both_names_number_dates_and_both_pictures(shown):
    window, _ = shown
    window.render_view(a_pass())

    said, pictures = personal(window)
    assert any("مريم عبدالرحمن خان" in text for text in said)
    assert any("MARYAM ABDULRAHMAN KHAN" in text for text in said)
    assert any("2345\u00a0678\u00a0417" in text for text in said)
    assert any("14 مارس 2027" in text and "1448" in text for text in texts(window))
    assert 2 == len(pictures)
    assert pictures[0].size() == pictures[1].size()


@pytest.mark.parametrize(
    ("view", "colour", "word"),
    [
        (a_pass, theme.PASS_GROUND, "مقبول"),
        (a_mismatch, theme.FAIL_GROUND, "مرفوض"),
        (a_refer, theme.REFER_GROUND, "إحالة للمراجعة"),
    ],
)
def test_each_outcome_has_its_colour_and_its_word(shown, view, colour, word):
    window, _ = shown
    window.render_view(view())

    assert colour.lower() == ground_colour(window)
    assert word == window.result.banner.word.text()
    assert word == window.result.banner.sign.accessibleName()


def ground_colour(window):
    banner = window.result.banner
    return banner.grab().toImage().pixelColor(banner.width() // 2, 3).name()


def test_a_fail_after_a_pass_is_never_green(shown):
    window, _ = shown
    for view in (a_pass, a_mismatch, a_pass, a_forgery, a_pass, a_link):
        window.render_view(view())
        green = ground_colour(window) == theme.PASS_GROUND.lower()
        assert green is (view is a_pass)


def test_an_optional_blue_pass_is_told_apart_without_green(a_window):
    window = a_window(blue_pass=True)
    window.render_view(a_pass())

    assert theme.PASS_BLUE.lower() == ground_colour(window)


def test_after_a_failed_signature_nothing_personal_is_in_any_widget(shown):
    window, _ = shown
    window.render_view(a_pass())

    window.render_view(a_forgery())

    assert ([], []) == personal(window)
    assert "SIGNATURE_INVALID" in window.result.reason.meta.text()
    assert "1248" in window.result.reason.meta.text()


def test_only_a_fail_has_the_striped_edge(shown):
    window, _ = shown
    edges = {}
    for view in (a_pass, a_refer, a_mismatch, a_forgery):
        window.render_view(view())
        image = window.result.frame.grab().toImage()
        edges[view.__name__] = {image.pixelColor(3, y).name() for y in range(0, image.height(), 2)}
    striped = {name for name, colours in edges.items() if theme.FAIL_GROUND.lower() in colours}

    assert {"a_mismatch", "a_forgery"} == striped


def test_number_and_pictures_are_masked_in_time_and_the_names_stay(shown):
    window, wait = shown
    window.render_view(a_mismatch())
    wait(14.9)
    assert any("678" in text for text in personal(window)[0])

    wait(0.2)

    said, pictures = personal(window)
    assert not [text for text in said if "678" in text or "1410" in text]
    assert any("KHAN" in text for text in said)
    assert [] == pictures


def test_after_clearing_no_personal_data_remain_in_any_widget_or_in_the_screen(shown):
    window, wait = shown
    window.render_view(a_mismatch())
    window.result.toggle_details()

    wait(30.1)

    assert ([], []) == personal(window)
    assert not [text for text in texts(window) if "0.071" in text]
    assert window.result._view.holder is None
    assert window.result._view.live is None
    assert window.result._view.score is None
    assert "مرفوض" == window.result.banner.word.text()
    assert "FACE_MISMATCH" in window.result.reason.meta.text()


def test_changing_the_language_after_clearing_brings_nothing_back(shown):
    window, wait = shown
    window.render_view(a_mismatch())
    wait(30.1)

    window.switch_language()

    assert ([], []) == personal(window)


@pytest.mark.parametrize("after", [ScanView(), AttentionView(Reason.CAMERA_LOST)])
@pytest.mark.parametrize("before", [a_pass, a_face])
def test_leaving_a_screen_empties_it(shown, before, after):
    window, _ = shown
    window.render_view(before())
    assert personal(window)[0]

    window.render_view(after)

    assert ([], []) == personal(window)


def test_no_stale_result_is_shown_after_a_change_of_state(shown):
    window, _ = shown
    window.render_view(a_pass())
    window.render_view(ScanView())

    window.render_view(a_forgery())

    assert window.result is window.stack.currentWidget()
    assert "مرفوض" == window.result.banner.word.text()
    assert window.result.reason is window.result.body.currentWidget()
    assert ([], []) == personal(window)


def test_a_touch_stops_the_countdown_once_and_asks_to_hold(shown, qtbot):
    window, wait = shown
    asked = []
    window.requested.connect(asked.append)
    window.render_view(a_mismatch())
    wait(5)
    left = window.result.bar.left
    assert left < 1

    qtbot.mouseClick(window.result.banner.word, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(window.result.person.card, Qt.MouseButton.LeftButton)
    wait(60)

    assert [Request.HOLD] == asked
    assert window.result.bar.isHidden()
    assert any(NUMBER[4:7] in text for text in personal(window)[0])


def test_a_held_result_is_cleared_after_two_minutes_all_the_same(shown):
    window, wait = shown
    window.render_view(a_mismatch())
    window.result.hold()

    wait(HOLD_LIMIT_S + 0.1)

    assert ([], []) == personal(window)


def test_the_countdown_empties_towards_the_next_visitor(shown):
    window, wait = shown
    window.render_view(a_pass(advances_in_s=5.0))
    wait(2)

    assert 0.6 == pytest.approx(window.result.bar.left)
    assert "3 ثوانٍ" in window.result.left.text()


def test_a_result_that_shows_nobody_counts_down_to_nothing(shown):
    window, _ = shown
    window.render_view(a_forgery())

    assert window.result.bar.isHidden()
    assert "" == window.result.left.text()


@pytest.mark.parametrize(
    ("passed", "masked", "cleared"),
    [(0, False, False), (14.9, False, False), (15, True, False), (30, True, True)],
)
def test_a_result_ages_by_the_view_s_own_limits(passed, masked, cleared):
    stage = age(Stage(100.0), a_result(), 100.0 + passed)

    assert (masked, cleared) == (stage.masked, stage.cleared)


def test_a_cleared_result_stays_cleared():
    gone = Stage(100.0, cleared=True)

    assert gone == age(gone, a_result(), 100.0)


def test_details_tell_every_step_and_that_liveness_was_not_checked(shown):
    window, _ = shown
    window.set_language(Language.ENGLISH)
    window.render_view(a_refer())

    window.result.toggle_details()

    rows = window.result.details.rows
    assert len(Step) == len(rows)
    assert "not checked" == rows[Step.LIVENESS - 1].state.text()
    assert "passed" == rows[0].state.text()
    assert "Face match is not certain" == rows[Step.FACE - 1].state.text()
    assert "dash" != rows[0].sign.accessibleName()


def test_steps_after_a_fail_say_not_checked(shown):
    window, _ = shown
    window.set_language(Language.ENGLISH)
    window.render_view(a_forgery())

    states = [row.state.text() for row in window.result.details.rows]

    assert ["passed", "passed", "Signature is not valid"] == states[:3]
    assert {"not checked"} == set(states[3:])


def test_the_number_of_the_likeness_stands_in_the_details_alone(shown):
    window, _ = shown
    window.render_view(a_refer())

    with_score = [x for x in window.findChildren(QLabel) if "0.402" in x.text()]

    assert [window.result.details.facts] == with_score
    assert "غير مؤكد" == window.result.person.photos.likeness.text()


def test_a_pass_names_only_the_steps_that_ran_and_passed(shown):
    window, _ = shown
    window.set_language(Language.ENGLISH)
    verdict = a_verdict()
    checks = tuple(c for c in verdict.checks if c.step is not Step.LIVE_PROOF)
    window.render_view(a_pass(verdict=type(verdict)(checks, verdict.required - {Step.LIVE_PROOF}, ())))

    said = window.result.banner.headline.text().replace("\n", " ")
    assert "Signature valid" in said
    assert "live" not in said


def test_a_holder_without_a_live_picture_has_an_outline_and_says_so(shown):
    window, _ = shown
    window.set_language(Language.ENGLISH)
    window.render_view(a_result(a_verdict(Reason.FACE_TIMEOUT), live=None, likeness=None, score=None))

    photos = window.result.person.photos
    assert photos.live.is_empty
    assert "No live picture taken" == photos.live.accessibleName()
    assert photos.likeness.isHidden()


def test_a_refusal_with_a_good_signature_does_not_claim_that_nothing_is_proven(shown):
    window, _ = shown
    window.set_language(Language.ENGLISH)
    expired = a_verdict(Reason.EXPIRED, Step.DATES)
    window.render_view(a_result(expired, holder=None, live=None, likeness=None, score=None))

    assert Outcome.FAIL is expired.outcome
    assert "proven" not in window.result.reason.notice.text()


def test_the_ribbon_and_the_status_line_stand_on_every_screen(shown):
    window, _ = shown
    window.set_status(a_status())
    for view in (ScanView(), a_face(holder=a_holder()), a_pass(), AttentionView(Reason.LOG_BROKEN)):
        window.render_view(view)
        assert window.ribbon.isVisible()
        assert window.bar.list_age.isVisible()
        assert "قبل" in window.bar.list_age.text()


def test_the_camera_s_picture_is_let_go_when_the_result_comes(a_window):
    window = a_window(latest=a_frame)
    window.render_view(a_face())
    assert window.face.preview.has_picture

    window.render_view(a_pass())

    assert not window.face.preview.has_picture
    assert not window.scan.preview.has_picture
