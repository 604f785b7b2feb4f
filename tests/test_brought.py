"""Visits that begin by another way than the camera: scanner, files, clipboard; and families in one car."""

from datetime import timedelta

import cv2
import pytest

from kiosk.audit.entry import CodeMeasure, CodesCounted
from kiosk.desk import LEAST_SHOWN_S
from kiosk.model import Box, CodeSighting, Hint, Outcome, Presentation, ReadStage, Reason, Source, Unread
from kiosk.tray import ADVICE_S, SCANNED_AGAIN_S
from kiosk.view import AttentionView, FaceView, Request, ResultView, ScanView
from tests.builders import NOON
from tests.camera.makers import a_code
from tests.journeys import pictures
from tests.journeys.kiosk import STEP_S, told

LINK = "https://example.org/hello"
BROUGHT = [Source.FILE, Source.PASTE]
EVERY_WAY = [Source.SCANNER, *BROUGHT]


def scan(kiosk, text):
    """Scan `text` with the hardware scanner."""
    return kiosk.bring(Presentation(text, Source.SCANNER))


def scan_now(kiosk, town, copy="live"):
    """Scan what the phone of `copy` shows at this moment."""
    return scan(kiosk, town.text(copy, at=kiosk.wall))


def later(seconds):
    return NOON + timedelta(seconds=seconds)


# The hardware scanner


def test_a_code_from_the_scanner_and_the_holders_face_pass(kiosk, town):
    assert isinstance(scan(kiosk, town.text()), FaceView)

    result = kiosk.until(ResultView, pictures.holder())

    assert ("PASS",) == told(result.verdict) == told(kiosk.visits()[0])
    assert Source.SCANNER is kiosk.visits()[0].source


def test_a_code_from_the_camera_is_a_row_of_the_camera(kiosk, town):
    kiosk.visit(town.text(), pictures.holder())

    assert Source.CAMERA is kiosk.visits()[0].source


@pytest.mark.parametrize("reason", ["superseded", "revoked", "suspended"])
def test_a_copy_that_is_no_longer_good_fails_from_the_scanner_too(kiosk, town, reason):
    result = scan(kiosk, town.text(reason))

    assert ("FAIL", reason.upper()) == told(result.verdict)


def test_the_next_scan_replaces_a_result_that_could_be_read(kiosk, town):
    first = scan(kiosk, town.text("revoked"))
    assert first is scan(kiosk, town.text("superseded"))

    result = kiosk.show(pictures.nobody(), LEAST_SHOWN_S)

    assert ("FAIL", "SUPERSEDED") == told(result.verdict)
    assert 2 == len(kiosk.visits())


def test_a_foreign_scan_does_not_replace_a_result(kiosk, town):
    first = scan(kiosk, town.text("revoked"))
    kiosk.show(pictures.nobody(), LEAST_SHOWN_S)

    assert first is scan(kiosk, LINK)


def test_a_scanner_that_reads_on_and_on_makes_one_visit(kiosk, town):
    scan(kiosk, town.text())
    kiosk.until(ResultView, pictures.holder())
    for second in range(1, 21):
        kiosk.show(pictures.nobody(), 1.0)
        scan(kiosk, town.text(at=later(second)))

    assert isinstance(kiosk.last, ScanView)
    assert 1 == len(kiosk.visits())


def test_after_a_while_the_same_code_is_scanned_anew(kiosk, town):
    scan(kiosk, town.text())
    kiosk.until(ResultView, pictures.holder())
    kiosk.show(pictures.nobody(), 3 * SCANNED_AGAIN_S)

    assert isinstance(scan_now(kiosk, town), FaceView)


def test_after_next_the_same_code_is_scanned_anew(kiosk, town):
    scan(kiosk, town.text("revoked"))
    kiosk.ask(Request.NEXT)

    scan(kiosk, town.text("revoked"))

    assert 2 == len(kiosk.visits())


def test_a_phone_that_was_scanned_and_is_then_filmed_is_one_visit(kiosk, town):
    scan(kiosk, town.text("revoked"))

    kiosk.show(pictures.phone(town.text("revoked", at=later(10))), 6.0)

    assert 1 == len(kiosk.visits())


def test_a_proof_that_served_a_visit_must_change_before_the_scanner_may_use_it(kiosk, town):
    kiosk.visit(town.text(), pictures.holder())
    kiosk.ask(Request.NEXT)
    kiosk.show(pictures.nobody(), 2.0)

    waiting = scan(kiosk, town.text())
    assert Hint.WAIT_FOR_NEW_CODE is waiting.hint
    assert 1 == len(kiosk.visits())
    assert isinstance(scan(kiosk, town.text(at=later(10))), FaceView)


def test_a_scan_that_lost_characters_on_the_way_asks_for_another(kiosk, town):
    text = town.text()

    view = scan(kiosk, text[:40] + text[41:])

    assert Hint.SCAN_AGAIN is view.hint
    assert [] == kiosk.visits()
    kiosk.show(pictures.nobody(), 70.0)
    assert [1] == [fact.unreadable for fact in kiosk.facts() if isinstance(fact, CodesCounted)]


def test_what_there_is_to_say_stays_for_a_while_and_then_goes(kiosk, town):
    scan(kiosk, town.text()[:-9])

    assert Hint.SCAN_AGAIN is kiosk.show(pictures.nobody(), ADVICE_S - 2 * STEP_S).hint
    assert None is kiosk.show(pictures.nobody(), 2.0).hint


def test_a_scan_while_a_face_is_looked_at_changes_nothing(kiosk, town):
    scan(kiosk, town.text())
    scan(kiosk, town.text("revoked"))

    result = kiosk.until(ResultView, pictures.holder())

    assert ("PASS",) == told(result.verdict)
    kiosk.show(pictures.nobody(), 10.0)
    assert 1 == len(kiosk.visits())


@pytest.mark.parametrize("source", EVERY_WAY)
def test_another_code_while_a_face_is_looked_at_is_told_to_wait_its_turn(kiosk, town, source):
    scan(kiosk, town.text())
    kiosk.bring(Presentation(town.text("revoked"), source))

    view = kiosk.show(pictures.nobody())

    assert isinstance(view, FaceView)
    assert Hint.ONE_AFTER_ANOTHER is view.hint
    assert Hint.ONE_AFTER_ANOTHER is not kiosk.show(pictures.nobody(), ADVICE_S + STEP_S).hint


def test_another_code_before_the_camera_while_a_face_is_looked_at_is_told_to_wait_its_turn(kiosk, town):
    scan(kiosk, town.text())

    view = kiosk.show(pictures.phone(town.text("revoked")))

    assert isinstance(view, FaceView)
    assert Hint.ONE_AFTER_ANOTHER is view.hint


def test_the_visits_own_code_while_a_face_is_looked_at_needs_no_word(kiosk, town):
    scan(kiosk, town.text())
    scan(kiosk, town.text(at=later(10)))

    view = kiosk.show(pictures.phone(town.text(at=later(10))))

    assert isinstance(view, FaceView)
    assert Hint.PUT_PHONE_AWAY is view.hint


def test_a_scan_out_of_service_is_not_kept_for_later(kiosk, town):
    kiosk.camera.lost = True
    kiosk.show(pictures.nobody())
    assert isinstance(scan(kiosk, town.text("revoked")), AttentionView)
    kiosk.camera.lost = False

    kiosk.show(pictures.nobody(), 10.0)

    assert isinstance(kiosk.last, ScanView)
    assert [] == kiosk.visits()


def test_a_flood_of_scans_is_one_visit_a_turn(kiosk, town):
    for number in range(200):
        kiosk.runner.bring(Presentation(f"{LINK}/{number}", Source.SCANNER))
    kiosk.runner.bring(Presentation(town.text("revoked"), Source.SCANNER))

    kiosk.show(pictures.nobody())

    assert [("FAIL", "REVOKED")] == [told(visit) for visit in kiosk.visits()]


# Files and the clipboard


@pytest.mark.parametrize("source", BROUGHT)
def test_a_phones_code_from_a_file_is_compared_with_the_face_and_never_passes(kiosk, town, source):
    assert isinstance(kiosk.bring(Presentation(town.text(), source)), FaceView)

    result = kiosk.until(ResultView, pictures.holder())

    assert ("REFER", "NOT_PRESENTED") == told(result.verdict) == told(kiosk.visits()[0])
    assert source is kiosk.visits()[0].source
    assert result.likeness is not None


@pytest.mark.parametrize("source", BROUGHT)
def test_a_print_from_a_file_never_passes_either(open_kiosk, town, source):
    kiosk = open_kiosk("hotel")
    kiosk.bring(Presentation(town.text("print"), source))

    result = kiosk.until(ResultView, pictures.holder())

    assert ("REFER", "NOT_PRESENTED") == told(result.verdict)


@pytest.mark.parametrize("source", BROUGHT)
def test_an_old_screenshot_from_a_file_fails(kiosk, town, source):
    result = kiosk.bring(Presentation(town.text(at=NOON - timedelta(hours=1)), source))

    assert ("FAIL", "PROOF_STALE") == told(result.verdict)


def test_a_file_uses_no_proof_up(kiosk, town):
    kiosk.bring(Presentation(town.text(), Source.FILE))
    kiosk.until(ResultView, pictures.holder())
    kiosk.ask(Request.NEXT)
    kiosk.show(pictures.nobody(), 2.0)

    result = kiosk.visit(town.text(at=later(1)), pictures.holder())

    assert ("PASS",) == told(result.verdict)


@pytest.mark.parametrize(
    "reason",
    [
        Reason.FILE_UNREADABLE,
        Reason.FILE_LOCKED,
        Reason.FILE_TOO_LARGE,
        Reason.SEVERAL_CODES,
        Reason.NO_CODE,
    ],
)
@pytest.mark.parametrize("source", BROUGHT)
def test_a_file_without_a_code_to_verify_is_referred_by_its_reason(kiosk, reason, source):
    result = kiosk.bring(Unread(reason, source))

    assert ("REFER", reason.value) == told(result.verdict) == told(kiosk.visits()[0])
    assert (source, None) == (kiosk.visits()[0].source, result.holder)


def test_a_file_replaces_a_result_that_could_be_read(kiosk, town):
    scan(kiosk, town.text("revoked"))
    kiosk.bring(Unread(Reason.FILE_LOCKED, Source.FILE))

    result = kiosk.show(pictures.nobody(), LEAST_SHOWN_S)

    assert ("REFER", "FILE_LOCKED") == told(result.verdict)


def test_that_a_file_is_being_read_is_said_until_it_is(kiosk):
    assert Hint.READING_FILE is kiosk.bring(Hint.READING_FILE) or kiosk.show(pictures.nobody()).hint

    kiosk.bring(Unread(Reason.NO_CODE, Source.FILE))
    kiosk.ask(Request.NEXT)

    assert None is kiosk.show(pictures.nobody()).hint


# Hostile codes

HOSTILE = {
    "empty": "",
    "binary": bytes(range(256)).decode("latin-1"),
    "as long as a code can be": "0" * 4296,
    "longer than any code": "0" * 100_000,
    "small letters": "not base45 at all",
    "link": LINK,
    "invisible": "\u200b\u2066\u202e\ufeff\u00ad",
    "control": "\x00\x1b[2J\r\n\t\x7f",
    "half a pair": "\ud800",
    "base45 of nothing": "000",
    "a bomb's head": "6BF" + "0" * 3000,
}


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize("source", EVERY_WAY)
def test_a_hostile_code_gets_a_clean_answer_by_every_way(kiosk, hostile, source):
    kiosk.bring(Presentation(HOSTILE[hostile], source))
    view = kiosk.last

    if isinstance(view, ResultView):
        assert ("REFER", "NOT_A_CREDENTIAL") == told(view.verdict)
        assert None is view.holder
    else:
        assert Hint.SCAN_AGAIN is view.hint
    assert not any(isinstance(each, AttentionView) for each in kiosk.views)


HOSTILE_FOR_A_LENS = {
    "binary": bytes(range(256)),
    "as long as a code can be": "0" * 4296,
    "digits": "7" * 7000,
    "link": LINK,
    "invisible": "\u200b\u2066\u202e\ufeff",
    "control": "\x00\x1b[2J\r\n\t\x7f",
}


@pytest.mark.parametrize("hostile", HOSTILE_FOR_A_LENS)
def test_a_hostile_code_gets_a_clean_answer_before_the_camera(kiosk, hostile):
    code = a_code(HOSTILE_FOR_A_LENS[hostile], px=4)

    result = kiosk.until(ResultView, pictures.Still(cv2.cvtColor(code, cv2.COLOR_GRAY2BGR)), 2.0)

    assert ("REFER", "NOT_A_CREDENTIAL") == told(result.verdict) == told(kiosk.visits()[0])


# A family in one car

FAMILY = {
    "live": (pictures.holder, ("PASS",)),
    "wife": (pictures.impostor, ("PASS",)),
    "minor": (pictures.holder, ("REFER", "MINOR")),
    "son": (pictures.holder, ("REFER", "MINOR")),
    "other": (pictures.impostor, ("PASS",)),
}


@pytest.mark.parametrize("way", ["camera", "scanner"])
def test_a_family_in_one_car_is_seen_to_without_a_touch(kiosk, town, way):
    got = {}
    for name, (person, _) in FAMILY.items():
        text = town.text(name, at=kiosk.wall)
        seen_to = len(kiosk.visits())
        kiosk.show(pictures.nobody(), LEAST_SHOWN_S)
        if way == "scanner":
            scan(kiosk, text)
        else:
            kiosk.show(pictures.phone(text), 1.0)
        for _ in range(80):
            if len(kiosk.visits()) > seen_to:
                break
            kiosk.show(person())
        got[name] = told(kiosk.last.verdict)

    assert {name: expected for name, (_, expected) in FAMILY.items()} == got
    assert list(got.values()) == [told(visit) for visit in kiosk.visits()]
    assert 5 == len({visit.pseudonym for visit in kiosk.visits()})


def test_a_dependants_result_names_the_guardian_and_each_result_only_its_own_person(kiosk, town):
    scan(kiosk, town.text("son"))
    son = kiosk.last
    kiosk.show(pictures.nobody(), LEAST_SHOWN_S)
    scan(kiosk, town.text("revoked", at=kiosk.wall))

    assert (Outcome.REFER, "2345678417") == (son.verdict.outcome, son.holder.guardian)
    assert None is kiosk.last.holder.guardian


def test_how_well_a_files_code_was_read_is_in_its_row(kiosk, town):
    seen = CodeSighting("?", Box(0, 0, 9, 9), 4.0, None, ReadStage.GRID, "zxing-cpp", 25, 0.5)

    kiosk.bring(Presentation(town.text("revoked"), Source.FILE, seen))
    kiosk.show(pictures.nobody())

    assert CodeMeasure("zxing-cpp, grid", 4.0, 0.5, 25) == kiosk.visits()[0].code
