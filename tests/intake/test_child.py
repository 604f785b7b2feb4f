"""A foreign file in a process of its own: its codes come back, and nothing it does reaches the kiosk."""

import json
import sys
import threading

import pytest

from kiosk.intake.child import ROOT, CodeReading, _parse_answer, _tell_code
from kiosk.model import Box, CheckFailed, CodeSighting, ReadStage, Reason
from tests.builders import a_live_text
from tests.camera.makers import a_code
from tests.intake.makers import a_pdf, a_picture


def reading(code, wall_s=20.0):
    """A reading whose process runs `code` instead."""
    made = CodeReading(wall_s)
    made.command = (sys.executable, "-c", code)
    return made


def refusal(made, content=b""):
    with pytest.raises(CheckFailed) as refused:
        made.read(content)
    return refused.value.reason


@pytest.mark.slow
@pytest.mark.parametrize("content", [a_picture(a_live_text()), a_pdf(None, a_code(a_live_text()))])
def test_the_codes_of_a_file_come_back(content):
    assert (a_live_text(),) == CodeReading().read(content)


@pytest.mark.slow
def test_a_binary_code_comes_back_byte_for_byte():
    content = bytes(range(256))

    assert (content.decode("latin-1"),) == CodeReading().read(a_picture(content))


@pytest.mark.slow
def test_a_refusal_comes_back_as_its_reason():
    assert Reason.FILE_LOCKED is refusal(CodeReading(), a_pdf(None, lock=b"secret"))


@pytest.mark.parametrize(
    "code",
    [
        "import os; os.kill(os.getpid(), 11)",
        "raise SystemExit(1)",
        "print('{')",
        "print('[' * 100000)",
        "print('{}')",
        "print('{\"codes\": [1]}')",
        'print(\'{"codes": ["A"]}\')',
        'print(\'{"codes": [["A", [1.0, 1.0, 1.0], 1.0, "plain", "zbar", 1, 0.5]]}\')',
        'print(\'{"codes": [["A", [1.0, 1.0, 1.0, 1.0], 1.0, "magic", "zbar", 1, 0.5]]}\')',
        'print(\'{"codes": [["A", [1.0, 1.0, 1.0, 1.0], 1.0, "plain", "a lens", 1, 0.5]]}\')',
        'print(\'{"refused": "PASS"}\')',
        "print('[]' + ' ' * (5 << 20))",
        "pass",
    ],
)
def test_a_process_that_crashes_or_talks_nonsense_leaves_an_unreadable_file(code):
    assert Reason.FILE_UNREADABLE is refusal(reading(code), bytes(1 << 20))


@pytest.mark.parametrize(
    ("code", "wall_s"),
    [
        ("import time; time.sleep(60)", 0.3),
        (
            "import resource; resource.setrlimit(resource.RLIMIT_CPU, (1, 1))\nwhile True: pass",
            20.0,
        ),
    ],
)
def test_a_file_that_takes_too_long_is_too_large(code, wall_s):
    assert Reason.FILE_TOO_LARGE is refusal(reading(code, wall_s))


def test_a_process_that_never_stops_talking_is_not_listened_to():
    made = reading("import sys\nwhile True: sys.stdout.write('x' * 65536)", wall_s=600.0)

    assert Reason.FILE_UNREADABLE is refusal(made, bytes(1 << 20))


def test_a_process_that_takes_no_byte_is_waited_for_no_longer_than_one_that_says_nothing():
    assert Reason.FILE_TOO_LARGE is refusal(reading("import time; time.sleep(60)", 0.3), bytes(1 << 20))


def test_a_process_may_write_no_file_and_take_no_memory_without_end(tmp_path):
    limits = "from kiosk.intake import child, codes; codes.find_sightings = lambda _: {}; child.main()\n"
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r})\n" + limits.replace("{}", "bytearray(4 << 30)")

    assert Reason.FILE_TOO_LARGE is refusal(reading(code))

    target = tmp_path / "written"
    code = code.replace("bytearray(4 << 30)", f"open({str(target)!r}, 'w').write('x' * 9)")
    assert Reason.FILE_UNREADABLE is refusal(reading(code))
    assert "" == target.read_text()


def test_a_reading_is_stopped_from_another_thread():
    made = reading("import time; time.sleep(60)")
    timer = threading.Timer(0.3, made.stop)
    timer.start()

    assert Reason.FILE_TOO_LARGE is refusal(made)
    timer.join()


def test_a_reading_that_was_stopped_does_not_begin():
    made = reading("import time; time.sleep(60)")
    made.stop()

    assert Reason.FILE_TOO_LARGE is refusal(made)


def test_codes_are_taken_as_they_stand():
    told = CodeSighting("A", Box(1.0, 2.0, 3.0, 4.0), 2.5, None, ReadStage.GRID, "zxing-cpp", 25, 0.5)
    bare = CodeSighting("B", Box(0.0, 0.0, 9.0, 9.0), None, None, ReadStage.SECOND_OPINION, "zbar")

    answer = json.dumps({"codes": [_tell_code(told), _tell_code(bare)]}).encode()

    assert (told, bare) == _parse_answer(answer, 0)


def test_a_refusal_is_taken_as_it_stands():
    with pytest.raises(CheckFailed, match="FILE_LOCKED"):
        _parse_answer(b'{"refused": "FILE_LOCKED"}', 0)
