"""A scanner's keys never reach a window, a shortcut or a button; a person's always do."""

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QLineEdit

from kiosk.model import Presentation, Source
from kiosk.sections import Files, Scanner
from kiosk.ui.language import Language
from kiosk.ui.ways import Ways, rules_of
from kiosk.ui.wedge import WedgeFilter
from kiosk.view import Request, ScanView
from kiosk.wedge.burst import FOREIGN, TAIL_MS, BurstRules
from kiosk.wedge.keys import OFFSET, End, character_at
from tests.ui.samples import a_pass, a_refer

CODE = "6BFOXN%TS3DH0YOJ58S S-W5HDC *M0II5XHC9B5G2+$N IOP-IA%NFQ:"
CONTROL, ALT, SHIFT, NO = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.NoModifier,
)
PLACES = {
    character_at(code, shifted=shifted): (code, shifted)
    for shifted in (True, False)
    for code in range(OFFSET, 100)
}
ARABIC = dict(zip(range(24, 36), "ضصثقفغعهخحجد", strict=True))


class Keyboard:
    """Presses keys on a window as the system does, at times of its own."""

    def __init__(self, window, *, arabic=False):
        self.window, self.now, self.arabic = window, 50_000, arabic

    def press(self, key, text="", mods=NO, *, place=0, gap_ms=2, repeated=False):
        """Press and let go; what the system does, in its order."""
        self.now += gap_ms
        kinds = (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress, QEvent.Type.KeyRelease)
        for kind in kinds:
            event = QKeyEvent(kind, key, mods, place, 0, 0, text, repeated, 1)
            event.setTimestamp(self.now)
            QCoreApplication.sendEvent(self.window.windowHandle(), event)

    def type(self, text, gap_ms=2):
        for char in text:
            place, shifted = PLACES[char]
            shown = ARABIC.get(place, char) if self.arabic else char
            self.press(ord(shown.upper()), shown, SHIFT if shifted else NO, place=place, gap_ms=gap_ms)

    def enter(self, gap_ms=2):
        self.press(Qt.Key.Key_Return, "\r", place=36, gap_ms=gap_ms)

    def wait(self):
        self.now += 1000


@pytest.fixture
def scanned():
    return []


@pytest.fixture
def asked():
    return []


@pytest.fixture
def kiosk_window(a_window, scanned, asked):
    """A window behind the filter, which reads the places of the keys as on a real screen."""
    filters = []

    def build(**rules):
        window = a_window()
        window.requested.connect(asked.append)
        made = WedgeFilter(BurstRules(**rules), scanned.append)
        made._by_place = True
        made.install()
        filters.append(made)
        return window

    yield build
    for each in filters:
        each.remove()


class Seen:
    """Notes every key that reaches a widget."""

    def __init__(self, window):
        self.keys = []
        before = window.keyPressEvent
        window.keyPressEvent = lambda event: (self.keys.append(event.key()), before(event))


def settled(qtbot, check):
    qtbot.waitUntil(check, timeout=30_000)


@pytest.mark.parametrize("view", [ScanView, a_pass, a_refer])
def test_a_scan_reaches_nothing_but_the_worker(kiosk_window, scanned, asked, view):
    window = kiosk_window()
    window.render_view(view())
    seen, keyboard = Seen(window), Keyboard(window)

    keyboard.type(CODE)
    keyboard.enter()

    assert ([CODE], [], []) == (scanned, asked, seen.keys)
    assert Language.ARABIC is window.language


def test_a_focused_button_is_not_pressed_by_the_scanners_enter(kiosk_window, scanned, asked):
    window = kiosk_window()
    window.render_view(a_pass())
    window.result.next.setFocus()
    keyboard = Keyboard(window)

    keyboard.type(CODE.replace(":", " "))
    keyboard.enter()
    keyboard.enter(gap_ms=100)

    assert [CODE.replace(":", " ")] == scanned
    assert [] == asked


def test_a_persons_keys_arrive_a_moment_later(kiosk_window, qtbot, scanned, asked):
    window = kiosk_window()
    window.render_view(a_pass())

    Keyboard(window).enter()
    assert [] == asked

    settled(qtbot, lambda: asked == [Request.NEXT])
    assert [] == scanned


def test_after_a_scan_a_person_can_type_again(kiosk_window, qtbot, asked):
    window = kiosk_window()
    window.render_view(a_refer())
    keyboard = Keyboard(window)
    keyboard.type(CODE)
    keyboard.enter()

    keyboard.enter(gap_ms=TAIL_MS + 100)

    settled(qtbot, lambda: asked == [Request.NEXT])


def test_what_a_person_types_into_a_field_arrives_complete_and_in_order(kiosk_window, qtbot, scanned):
    window = kiosk_window()
    field = QLineEdit(window)
    field.show()
    field.setFocus()

    Keyboard(window).type("STAFF 4711-B", gap_ms=90)

    settled(qtbot, lambda: field.text() == "STAFF 4711-B")
    assert [] == scanned


def test_a_scan_writes_nothing_into_a_field(kiosk_window, scanned):
    window = kiosk_window()
    field = QLineEdit(window)
    field.show()
    field.setFocus()
    keyboard = Keyboard(window)

    keyboard.type(CODE)
    keyboard.enter()

    assert ([CODE], "") == (scanned, field.text())


def test_an_arabic_layout_does_not_change_the_code(kiosk_window, scanned):
    keyboard = Keyboard(kiosk_window(), arabic=True)

    keyboard.type(CODE)
    keyboard.enter()

    assert [CODE] == scanned


def test_caps_lock_does_not_change_the_code(kiosk_window, scanned):
    keyboard = Keyboard(kiosk_window())

    keyboard.type(CODE.lower())
    keyboard.enter()

    assert [CODE] == scanned


def test_where_the_system_gives_no_places_its_characters_are_taken(a_window, scanned):
    window = a_window()
    made = WedgeFilter(BurstRules(), scanned.append)
    made.install()
    keyboard = Keyboard(window)
    keyboard.type(CODE)
    keyboard.press(Qt.Key.Key_F1)
    keyboard.enter()
    made.remove()

    assert [CODE + FOREIGN] == scanned


def test_a_scan_without_its_ending_key_ends_by_itself(kiosk_window, qtbot, scanned):
    Keyboard(kiosk_window(suffix=None)).type(CODE)

    settled(qtbot, lambda: scanned == [CODE])


def test_a_key_held_down_is_a_persons(kiosk_window, qtbot, scanned):
    window = kiosk_window()
    seen, keyboard = Seen(window), Keyboard(window)
    for number in range(30):
        keyboard.press(Qt.Key.Key_A, "A", place=38, gap_ms=25, repeated=number > 0)

    settled(qtbot, lambda: len(seen.keys) == 30)
    assert [] == scanned


# Shortcuts


def with_shortcut(window, keys):
    ran = []
    shortcut = QShortcut(QKeySequence(keys), window)
    shortcut.activated.connect(lambda: ran.append(keys))
    return ran


def test_a_shortcut_works_for_a_person(kiosk_window, qtbot):
    window = kiosk_window()
    ran = with_shortcut(window, "Ctrl+K")

    Keyboard(window).press(Qt.Key.Key_K, "\x0b", CONTROL, place=45)

    settled(qtbot, lambda: ran == ["Ctrl+K"])


def test_f2_and_h_work_for_a_person(kiosk_window, qtbot, asked):
    window = kiosk_window()
    window.render_view(a_pass())
    keyboard = Keyboard(window)

    keyboard.press(Qt.Key.Key_F2, place=68)
    keyboard.wait()
    keyboard.press(Qt.Key.Key_H, "h", place=43)

    settled(qtbot, lambda: asked == [Request.HOLD])
    assert Language.ENGLISH is window.language


HOSTILE = {
    "close": (Qt.Key.Key_F4, "", ALT, 70),
    "control": (Qt.Key.Key_K, "\x0b", CONTROL, 45),
    "escape": (Qt.Key.Key_Escape, "\x1b", NO, 9),
    "language": (Qt.Key.Key_F2, "", NO, 68),
    "tab": (Qt.Key.Key_Tab, "\t", NO, 23),
    "arrow": (Qt.Key.Key_Down, "", NO, 116),
    "delete": (Qt.Key.Key_Delete, "\x7f", NO, 119),
}


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize("at", [0, len(CODE)])
def test_keys_of_command_in_a_code_start_nothing_and_spoil_the_code(
    kiosk_window, qtbot, scanned, asked, hostile, at
):
    window = kiosk_window()
    window.render_view(a_refer())
    ran = with_shortcut(window, "Ctrl+K")
    seen, keyboard = Seen(window), Keyboard(window)
    key, text, mods, place = HOSTILE[hostile]

    keyboard.type(CODE[:at])
    keyboard.press(key, text, mods, place=place)
    keyboard.type(CODE[at:])
    keyboard.enter()
    qtbot.wait(80)

    assert ([], [], []) == (ran, asked, seen.keys)
    assert window.isVisible()
    assert Language.ARABIC is window.language
    ends_with_tab = hostile == "tab" and at == len(CODE)
    assert [CODE[:at] + ("" if ends_with_tab else FOREIGN) + CODE[at:]] == scanned


def test_a_code_full_of_ends_of_lines_presses_nothing(kiosk_window, qtbot, scanned, asked):
    window = kiosk_window()
    window.render_view(a_refer())
    keyboard = Keyboard(window)

    keyboard.type(CODE)
    for _ in range(50):
        keyboard.enter()
    qtbot.wait(80)

    assert ([CODE], []) == (scanned, asked)


# As the settings say


def test_the_settings_say_how_the_scanner_types():
    rules = rules_of(Scanner(prefix="~", suffix="tab", max_gap_ms=50, min_keys=9))

    assert BurstRules(50, 9, "~", End.TAB) == rules
    assert None is rules_of(Scanner(suffix="none")).suffix


def test_what_is_scanned_is_brought_as_the_scanners(a_window):
    brought = []
    window = a_window()
    ways = Ways(window, brought.append, Scanner(), Files("never"))
    keyboard = Keyboard(window)

    keyboard.type(CODE)
    keyboard.enter()
    ways.close()
    keyboard.wait()
    keyboard.type(CODE)

    assert [Presentation(CODE, Source.SCANNER)] == brought


def test_a_scanner_that_is_switched_off_is_a_keyboard(a_window, asked):
    window = a_window()
    window.requested.connect(asked.append)
    window.render_view(a_pass())
    ways = Ways(window, asked.append, Scanner(enabled=False), Files("never"))

    Keyboard(window).enter()
    ways.close()

    assert [Request.NEXT] == asked
