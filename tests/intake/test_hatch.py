"""Whatever is handed in is answered: by a code, or by the reason why there is none."""

import os
import threading

import pytest

from kiosk.intake.hatch import Hatch, read_bounded
from kiosk.model import CheckFailed, Hint, Presentation, Reason, Source, Unread
from kiosk.verify.reading import MAX_TEXT
from tests.builders import a_live_text, a_print_text
from tests.camera.makers import a_code
from tests.intake.makers import a_pdf, a_picture

LIMIT_S = 30.0


class Answers(list):
    """What was brought, and a wait for the answer to a file."""

    def __init__(self):
        super().__init__()
        self._there = threading.Event()

    def take(self, brought):
        self.append(brought)
        if not isinstance(brought, Hint):
            self._there.set()

    def wait(self):
        assert self._there.wait(LIMIT_S)
        return self[-1]


class SlowReading:
    """A reading that goes on until it is stopped."""

    def __init__(self):
        self._stopped = threading.Event()

    def read_seen(self, content):
        self._stopped.wait(LIMIT_S)
        raise CheckFailed(Reason.FILE_TOO_LARGE, f"{len(content)} bytes, stopped")

    def stop(self):
        self._stopped.set()


class BrokenReading(SlowReading):
    def read_seen(self, content):
        raise RuntimeError(content)


@pytest.fixture
def answers():
    return Answers()


def of_the_child(content, answers, source=Source.FILE):
    hatch = Hatch(answers.take)
    hatch.hand_in_file(content, source)
    answer = answers.wait()
    hatch.stop()
    return answer


@pytest.mark.slow
@pytest.mark.parametrize(
    "content", [a_picture(a_live_text()), a_pdf(None, a_code(a_live_text()))], ids=["picture", "pdf"]
)
def test_the_id_in_a_file_is_brought(answers, content):
    assert Presentation(a_live_text(), Source.FILE) == of_the_child(content, answers)
    assert Hint.READING_FILE is answers[0]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (a_picture(a_live_text(), a_print_text()), Reason.SEVERAL_CODES),
        (a_picture(), Reason.NO_CODE),
        (a_pdf(None, lock=b"secret"), Reason.FILE_LOCKED),
        (b"hello", Reason.FILE_UNREADABLE),
    ],
    ids=["several", "none", "locked", "text"],
)
def test_a_file_without_a_code_to_verify_is_brought_with_its_reason(answers, content, reason):
    assert Unread(reason, Source.PASTE) == of_the_child(content, answers, Source.PASTE)


def test_a_path_that_is_no_readable_file_is_answered_too(answers, tmp_path):
    os.mkfifo(tmp_path / "pipe")

    for path in (tmp_path, tmp_path / "none.png", tmp_path / "pipe", tmp_path / ("x" * 300)):
        hatch = Hatch(answers.take)
        hatch.hand_in_file(path, Source.FILE)
        hatch.stop()

    assert [Unread(Reason.FILE_UNREADABLE, Source.FILE)] * 4 == [
        each for each in answers if each is not Hint.READING_FILE
    ]


def test_a_file_that_is_too_large_is_not_read_whole(tmp_path):
    path = tmp_path / "large"
    with path.open("wb") as file:
        file.truncate(1 << 40)

    with pytest.raises(CheckFailed) as refused:
        read_bounded(path)

    assert Reason.FILE_TOO_LARGE is refused.value.reason


def test_while_a_file_is_read_another_one_waits_for_nobody(answers):
    hatch = Hatch(answers.take, SlowReading)
    hatch.hand_in_file(b"1", Source.FILE)
    hatch.hand_in_file(b"22", Source.FILE)

    assert [Hint.READING_FILE] * 2 == answers
    assert hatch.is_busy
    hatch.stop()
    assert [Unread(Reason.FILE_TOO_LARGE, Source.FILE)] == answers[2:]
    assert not hatch.is_busy


def test_a_bug_while_reading_is_answered_and_says_nothing_of_the_file(answers, caplog):
    hatch = Hatch(answers.take, BrokenReading)

    hatch.hand_in_file(b"Amal Sami Haddad", Source.FILE)
    hatch.stop()

    assert Unread(Reason.INTERNAL, Source.FILE) == answers.wait()
    assert "Amal" not in caplog.text


def test_stopping_what_never_began_does_nothing(answers):
    Hatch(answers.take).stop()

    assert [] == answers


@pytest.mark.parametrize(
    ("text", "brought"),
    [
        ("6BF%TS\r\n", Presentation("6BF%TS", Source.PASTE)),
        (" 6BF ", Presentation(" 6BF ", Source.PASTE)),
        ("", Unread(Reason.NO_CODE, Source.PASTE)),
        (" \n\t", Unread(Reason.NO_CODE, Source.PASTE)),
        ("\u200b", Presentation("\u200b", Source.PASTE)),
    ],
)
def test_a_text_is_brought_as_it_is_or_as_no_code(answers, text, brought):
    Hatch(answers.take).hand_in_text(text, Source.PASTE)

    assert [brought] == answers


def test_an_endless_text_is_cut_where_it_is_too_long_anyway(answers):
    Hatch(answers.take).hand_in_text("0" * 10_000_000, Source.PASTE)

    assert MAX_TEXT < len(answers[0].text) < MAX_TEXT + 200
