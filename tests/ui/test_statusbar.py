"""What the supervisor should see to: amber on the line that is always there, in words, and never cut."""

from datetime import timedelta

import pytest
from PySide6.QtCore import QEvent, QObject

from kiosk.model import ClockState
from kiosk.ui.language import Language
from kiosk.ui.words import CAUTIONS
from kiosk.view import Caution
from tests.ui.samples import a_status

SIZES = [(1280, 800), (1024, 600), (800, 1280), (640, 480)]
EVERY = tuple(Caution)


def shown(window):
    return [chip for chip in window.bar.chips if chip.isVisible()]


def texts(window):
    return {chip.text() for chip in shown(window)}


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("caution", Caution)
def test_each_warning_is_said_in_amber_and_in_words(a_window, caution, language):
    window = a_window(language=language)

    window.set_status(a_status(warnings=(caution,)))

    chip = window.bar.cautions[caution]
    assert (CAUTIONS[caution].say(language), "amber") == (chip.text(), chip.property("level"))
    assert chip.isVisible()
    assert [caution] == [each for each, other in window.bar.cautions.items() if other.isVisible()]


@pytest.mark.parametrize(
    ("language", "minutes", "said"),
    [
        (Language.ENGLISH, 20, "Clock seems 20 minutes fast"),
        (Language.ENGLISH, -3, "Clock seems 3 minutes slow"),
        (Language.ARABIC, 20, "تبدو الساعة متقدمة بنحو 20 دقيقة"),
        (Language.ARABIC, -3, "تبدو الساعة متأخرة بنحو 3 دقائق"),
        (Language.ARABIC, 2, "تبدو الساعة متقدمة بنحو دقيقتين"),
    ],
)
@pytest.mark.parametrize("seconds", [-20, 20])
def test_a_clock_that_phones_say_is_off_is_told_in_amber_and_by_how_much(
    a_window, language, minutes, said, seconds
):
    window = a_window(language=language)

    window.set_status(a_status(clock_ahead=timedelta(minutes=minutes, seconds=seconds)))

    assert said == "".join(letter for letter in window.bar.clock.text() if letter.isprintable())
    assert ("amber", True) == (window.bar.clock.property("level"), window.bar.clock.isVisible())


def test_a_clock_in_doubt_is_said_to_be_in_doubt_whatever_phones_say(a_window):
    window = a_window(language=Language.ENGLISH)

    window.set_status(a_status(clock_state=ClockState.DOUBTFUL, clock_ahead=timedelta(minutes=20)))

    assert ("Clock in doubt", "red") == (window.bar.clock.text(), window.bar.clock.property("level"))


def test_a_warning_goes_when_it_is_over(a_window):
    window = a_window()
    window.set_status(a_status(warnings=EVERY))

    window.set_status(a_status())

    assert not texts(window) & {word.ar for word in CAUTIONS.values()}


def test_a_warning_changes_its_language_with_the_screen(a_window):
    window = a_window()
    window.set_status(a_status(warnings=EVERY))

    window.set_language(Language.ENGLISH)

    assert {word.en for word in CAUTIONS.values()} <= texts(window)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("warnings", [(), EVERY[:1], EVERY])
def test_no_chip_is_cut_on_any_screen(a_window, qapp, size, language, warnings):
    window = a_window(size, language)

    window.set_status(a_status(warnings=warnings))
    qapp.processEvents()

    assert 5 + len(warnings) == len(shown(window))
    for chip in shown(window):
        assert chip.sizeHint().width() <= chip.width()
        assert window.bar.rect().contains(chip.geometry())


def test_without_warnings_the_chips_need_one_row_of_their_own_at_most(a_window, qapp):
    window = a_window((800, 1280))

    window.set_status(a_status())
    qapp.processEvents()

    assert 1 == len({chip.geometry().top() for chip in shown(window)})


class Shows(QObject):
    """Notes which widgets are shown, be it for a moment."""

    def __init__(self):
        super().__init__()
        self.seen = []

    def eventFilter(self, watched, event):  # noqa: N802 - the name is Qt's
        if event.type() is QEvent.Type.Show:
            self.seen.append(watched)
        return False


def test_a_warning_that_does_not_apply_is_not_shown_even_for_a_moment(a_window):
    window, shows = a_window(), Shows()
    for chip in window.bar.cautions.values():
        chip.installEventFilter(shows)

    window.set_status(a_status())
    window.set_status(a_status(warnings=EVERY[:1]))

    assert [window.bar.cautions[EVERY[0]]] == shows.seen


def test_every_word_has_its_room_as_soon_as_the_status_is_set(a_window):
    window = a_window()
    window.set_status(a_status())

    window.set_status(a_status(purpose="bank", station="a longer name", list_age=timedelta(minutes=1)))

    for chip in (window.bar.name, *shown(window)):
        assert chip.width() >= chip.sizeHint().width()
