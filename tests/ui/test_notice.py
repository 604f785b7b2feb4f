"""The line that tells how an update went: between visits only, in the language shown, whole."""

import pytest

from kiosk.model import Reason
from kiosk.ui.bridge import Bridge
from kiosk.ui.controller import Controller
from kiosk.ui.language import Language
from kiosk.ui.words import UPDATES
from kiosk.view import AttentionView, FaceView, ScanView, UpdateNotice, UpdateOutcome


@pytest.mark.parametrize("outcome", UpdateOutcome)
@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("size", [(1280, 800), (800, 1280), (1024, 600)])
def test_every_sentence_is_shown_whole_in_both_languages(a_window, outcome, language, size):
    window = a_window(size, language)

    window.set_notice(UpdateNotice(outcome))

    assert window.notice.isVisible()
    assert UPDATES[outcome].say(language) == window.notice.accessibleName()
    assert window.notice.is_whole
    assert ("good" if outcome.is_good else "") == window.notice.property("level")


def test_it_is_hidden_while_somebody_is_looked_at_and_comes_back(a_window):
    window = a_window()
    window.set_notice(UpdateNotice(UpdateOutcome.OLD))

    window.render_view(FaceView(None, 0.0, 10.0))
    hidden = window.notice.isVisible()
    window.render_view(ScanView())

    assert (False, True) == (hidden, window.notice.isVisible())


def test_it_is_shown_where_the_kiosk_waits_for_its_first_trust_data(a_window):
    window = a_window()
    window.render_view(AttentionView(Reason.TRUST_MISSING))

    window.set_notice(UpdateNotice(UpdateOutcome.AUTHORITY))

    assert window.notice.isVisible()


def test_it_changes_language_with_the_window_and_goes_when_it_is_over(a_window):
    window = a_window()
    window.set_notice(UpdateNotice(UpdateOutcome.PROMOTED))

    window.switch_language()
    said = window.notice.accessibleName()
    window.set_notice(UpdateNotice(None))

    assert UPDATES[UpdateOutcome.PROMOTED].en == said
    assert ("", False) == (window.notice.accessibleName(), window.notice.isVisible())


def test_it_comes_over_the_bridge_like_every_view(a_window, qtbot):
    window, bridge = a_window(), Bridge()
    controller = Controller(bridge, window, lambda _: None)

    bridge.post(UpdateNotice(UpdateOutcome.EXPIRED))

    qtbot.waitUntil(window.notice.isVisible)
    assert controller.parent() is window
