"""The program's own log: a line says what happened and where, never what an error quotes."""

import json
import logging
import sys
import threading
from contextlib import contextmanager

import pytest

from kiosk.applog import MAX_BYTES, OLD_FILES, hush_bugs, start_logging

QUOTED = "Amal Sami Haddad 2345678417 أمل"


@contextmanager
def logging_into(folder):
    """The program's logging, alone, as long as the block lasts."""
    root = logging.getLogger()
    before, level = root.handlers, root.level
    root.handlers = []
    start_logging(folder)
    undo = hush_bugs()
    try:
        yield
    finally:
        undo()
        for handler in root.handlers:
            handler.close()
        root.handlers = before
        root.setLevel(level)


def lines(folder):
    return [json.loads(line) for line in (folder / "kiosk.log").read_text("utf-8").splitlines()]


def fail():
    raise RuntimeError(QUOTED)


def test_a_line_is_one_json_object_with_time_level_part_and_thread(tmp_path):
    with logging_into(tmp_path / "state"):
        logging.getLogger("kiosk.desk").warning("out of service: %s", "DISK_LOW\nsecond line")

    (line,) = lines(tmp_path / "state")
    assert ("WARNING", "kiosk.desk", "MainThread") == (line["level"], line["part"], line["thread"])
    assert "out of service: DISK_LOW\nsecond line" == line["says"]
    assert line["at"].endswith("Z")


def test_the_file_is_for_this_user_alone(tmp_path):
    with logging_into(tmp_path / "state"):
        logging.getLogger("kiosk").error("x")

    assert 0o600 == (tmp_path / "state" / "kiosk.log").stat().st_mode & 0o777
    assert 0o700 == (tmp_path / "state").stat().st_mode & 0o777


def test_of_an_exception_only_class_and_places_are_written(tmp_path):
    with logging_into(tmp_path):
        try:
            fail()
        except RuntimeError:
            logging.getLogger("kiosk.x").exception("bug")

    (line,) = lines(tmp_path)
    assert ("bug", "RuntimeError") == (line["says"], line["error"])
    assert line["places"].startswith("test_applog.py:")
    assert QUOTED not in str(line)


def test_what_another_library_says_is_not_repeated(tmp_path):
    with logging_into(tmp_path):
        logging.getLogger("tuf.client").warning("refused: %s", QUOTED)
        logging.getLogger("tuf.client").info("refused: %s", QUOTED)

    (line,) = lines(tmp_path)
    assert ("tuf.client", "WARNING") == (line["part"], line["level"])
    assert line["says"].startswith("test_applog.py:")


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_bug_that_no_thread_caught_is_logged_and_not_printed(tmp_path, capsys):
    with logging_into(tmp_path):
        thread = threading.Thread(target=fail)
        thread.start()
        thread.join()

    (line,) = lines(tmp_path)
    assert "bug in a thread: RuntimeError at test_applog.py" in line["says"]
    assert QUOTED not in str(line) + "".join(capsys.readouterr())


def test_a_bug_while_tidying_up_is_logged_and_not_printed(tmp_path, capsys):
    class Untidy:
        def __del__(self):
            fail()

    with logging_into(tmp_path):
        Untidy()

    (line,) = lines(tmp_path)
    assert "bug while tidying up: RuntimeError" in line["says"]
    assert QUOTED not in str(line) + "".join(capsys.readouterr())


def test_the_hooks_go_back_to_where_they_were(tmp_path):
    before = threading.excepthook, sys.unraisablehook

    with logging_into(tmp_path):
        assert before != (threading.excepthook, sys.unraisablehook)

    assert before == (threading.excepthook, sys.unraisablehook)


def test_old_lines_make_room_for_new_ones(tmp_path):
    with logging_into(tmp_path):
        for _ in range(8 * MAX_BYTES // 50_000):
            logging.getLogger("kiosk").info("x" * 50_000)

    files = list(tmp_path.iterdir())
    assert OLD_FILES + 1 == len(files)
    assert all(path.stat().st_size <= MAX_BYTES for path in files)


def test_a_disk_that_takes_no_line_silences_the_log_and_nothing_else(tmp_path, capsys):
    (tmp_path / "kiosk.log").mkdir()

    with logging_into(tmp_path):
        logging.getLogger("kiosk").error("x")

    assert "" == "".join(capsys.readouterr())
