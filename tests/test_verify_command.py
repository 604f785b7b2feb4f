"""`python -m kiosk verify`, from pictures and texts that a real authority wrote to exit code and JSON."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from issuer.cli import main as issuer_main
from issuer.dates import parse_instant
from issuer.founding import create_registry
from kiosk.__main__ import main
from kiosk.config import DEFAULT_CONFIG
from kiosk.trust.update import update_store
from tests.builders import NOON, text_of
from tests.face.makers import ASTRONAUT, OFFICER
from tests.intake.makers import a_pdf

AT = "2026-12-01T12:00:00+03:00"


def picture(person):
    package, path = person
    return Path(importlib.util.find_spec(package).submodule_search_locations[0]) / path


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """An authority with one phone copy and its print, a store that trusts it, and pictures of both codes."""
    folder = tmp_path_factory.mktemp("desk")
    authority, tree, store = (str(folder / name) for name in ("authority", "tree", "store"))

    def run(tool, *words):
        assert tool([str(word) for word in words]) == 0

    person = (
        "--id",
        "2345678417",
        "--name-en",
        "Test Person",
        "--name-ar",
        "شخص تجريبي",
        "--dob",
        "1990-04-18",
    )
    create_registry(Path(authority), "sandbox", "ed25519", parse_instant(AT))
    run(issuer_main, "enrol", authority, *person, "--nationality", "PAK", "--class", "resident",
        "--photo", picture(ASTRONAUT), "--at", AT)  # fmt: skip
    run(issuer_main, "print-copy", authority, "c000001", "--at", AT)
    run(issuer_main, "present", authority, "c000001", "--png", folder / "live.png", "--at", AT)
    run(issuer_main, "present", authority, "c000002", "--png", folder / "print.png", "--at", AT)
    run(issuer_main, "publish", authority, "--to", tree, "--at", AT)
    run(main, "trust", "init", "--root", f"{tree}/root.json", "--store", store)
    update_store(Path(tree), Path(store), NOON)
    return SimpleNamespace(folder=folder, live=folder / "live.png", printed=folder / "print.png", store=store)


@pytest.fixture
def ask(desk, capsys):
    """Run `verify` with the desk's store at the time the code was shown."""

    def run(*words, at=AT, store=None):
        capsys.readouterr()
        try:
            code = main(["verify", *map(str, words), "--trust", store or desk.store, "--at", at])
        except SystemExit as left:
            code = left.code
        out, err = capsys.readouterr()
        return SimpleNamespace(code=code, out=out, err=err, json=json.loads(out) if out[:1] == "{" else None)

    return run


def test_the_holders_own_face_passes(desk, ask):
    answer = ask(desk.live, "--purpose", "hotel", "--face", picture(ASTRONAUT), "--json")

    assert (0, "PASS", []) == (answer.code, answer.json["verdict"], answer.json["reasons"])
    assert False is answer.json["authoritative"]
    assert ("sandbox", "hotel", "fresh") == tuple(
        answer.json[key] for key in ("environment", "purpose", "grade")
    )
    steps = {check["step"]: check["outcome"] for check in answer.json["checks"]}
    assert 9 == len(steps)
    assert {"LIVENESS"} == {step for step, outcome in steps.items() if outcome == "NOT_RUN"}
    assert {"NOT_PRODUCTION", "CLOCK_GIVEN", "STILL_FACE"} <= set(answer.json["notes"])


def test_at_a_time_before_the_signed_data_every_list_counts_as_expired(desk, ask):
    answer = ask(desk.live, "--json", at="2026-11-21T12:00:00+00:00")

    assert (3, "REFER", "CLOCK_DOUBTFUL") == (answer.code, answer.json["verdict"], answer.json["reasons"][0])
    assert ("expired", "doubtful") == (answer.json["grade"], answer.json["clock"]["state"])


def test_another_face_fails(desk, ask):
    answer = ask(desk.live, "--face", picture(OFFICER), "--json")

    assert (1, "FAIL", ["FACE_MISMATCH"]) == (answer.code, answer.json["verdict"], answer.json["reasons"])


def test_without_a_face_a_purpose_that_needs_one_refers(desk, ask):
    answer = ask(desk.live, "--json")

    assert (3, "checkpoint", ["NOT_PRESENTED"]) == (
        answer.code,
        answer.json["purpose"],
        answer.json["reasons"],
    )


def test_an_old_screenshot_fails(desk, ask):
    answer = ask(desk.live, "--json", at="2026-12-01T13:00:00+03:00")

    assert (1, ["PROOF_STALE"]) == (answer.code, answer.json["reasons"])


def test_a_print_passes_at_the_hotel_with_a_note_and_refers_at_the_checkpoint(desk, ask):
    hotel = ask(desk.printed, "--purpose", "hotel", "--face", picture(ASTRONAUT), "--json")
    checkpoint = ask(desk.printed, "--purpose", "checkpoint", "--face", picture(ASTRONAUT), "--json")

    assert (0, True) == (hotel.code, "PRINT_COPY" in hotel.json["notes"])
    assert (3, ["LIVE_PROOF_REQUIRED"]) == (checkpoint.code, checkpoint.json["reasons"])


@pytest.mark.parametrize("text", ["https://absher.sa", "", "\n", text_of(b"x"), "-"])
def test_a_foreign_text_refers(ask, text):
    answer = ask(f"--text={text}", "--json")

    assert (3, ["NOT_A_CREDENTIAL"]) == (answer.code, answer.json["reasons"])


def test_a_picture_without_a_code_refers(desk, ask):
    blank = desk.folder / "blank.png"
    cv2.imwrite(str(blank), np.full((200, 200, 3), 255, np.uint8))

    answer = ask(blank, "--json")

    assert (3, ["NO_CODE"]) == (answer.code, answer.json["reasons"])


def in_pdf(*pictures):
    """A PDF with one of the pictures on each page."""
    return a_pdf(*(cv2.imread(str(each), cv2.IMREAD_GRAYSCALE) for each in pictures))


@pytest.mark.slow
def test_a_pdf_is_read_like_a_picture(desk, ask):
    path = desk.folder / "print.pdf"
    path.write_bytes(in_pdf(desk.printed))

    answer = ask(path, "--purpose", "hotel", "--face", picture(ASTRONAUT), "--json")

    assert (0, True) == (answer.code, "PRINT_COPY" in answer.json["notes"])


@pytest.mark.slow
def test_of_several_ids_one_is_chosen_by_its_number(desk, ask):
    path = desk.folder / "both.pdf"
    path.write_bytes(in_pdf(desk.printed, desk.live))

    assert (3, ["SEVERAL_CODES"]) == (ask(path).code, ask(path, "--json").json["reasons"])
    assert "LIVE_PROOF_REQUIRED" in ask(path, "--code", 1, "--json").json["reasons"]
    assert ["NOT_PRESENTED"] == ask(path, "--code", 2, "--json").json["reasons"]
    assert 2 == ask(path, "--code", 3).code


@pytest.mark.slow
@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (a_pdf(None, lock=b"secret"), "FILE_LOCKED"),
        (a_pdf(None)[:90], "FILE_UNREADABLE"),
        (a_pdf(None, copies=21), "FILE_TOO_LARGE"),
        (a_pdf(None), "NO_CODE"),
    ],
    ids=["locked", "damaged", "pages", "empty"],
)
def test_a_pdf_that_cannot_be_read_refers_with_its_reason_in_one_sentence(desk, ask, content, reason):
    path = desk.folder / "hostile.pdf"
    path.write_bytes(content)

    answer, plain = ask(path, "--json"), ask(path, "--language", "en")

    assert (3, [reason]) == (answer.code, answer.json["reasons"])
    assert f"({reason})" in plain.out.splitlines()[1]


def test_a_clock_before_the_authoritys_own_times_refers(desk, ask):
    answer = ask(desk.live, "--json", at="2026-11-25T12:00:00Z")

    assert (3, "doubtful") == (answer.code, answer.json["clock"]["state"])
    assert "CLOCK_DOUBTFUL" in answer.json["reasons"]


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["--text", "x", "picture.png"],
        ["no-such-file.png"],
        [DEFAULT_CONFIG],
        ["--text", "x", "--face", "no-such-file.png"],
        ["--text", "x", "--purpose", "wedding"],
    ],
)
def test_arguments_that_name_nothing_usable_are_one_sentence(ask, words):
    answer = ask(*words)

    assert (2, "") == (answer.code, answer.out)
    assert 1 == answer.err.count("\n")


@pytest.mark.parametrize("at", ["yesterday", "2026-12-01", "2026-12-01T12:00:00", "9999-12-31T23:59:59Z", ""])
def test_a_time_needs_its_offset(ask, at):
    assert 2 == ask("--text", "x", at=at).code


def test_without_a_trust_store_the_kiosk_is_out_of_service(ask, tmp_path):
    answer = ask("--text", "x", "--json", store=str(tmp_path))
    plain = ask("--text", "x", store=str(tmp_path))

    assert (4, None, "TRUST_MISSING") == (answer.code, answer.json["verdict"], answer.json["fault"])
    assert "out of service" in answer.err
    assert (4, "") == (plain.code, plain.out)


@pytest.mark.parametrize(
    ("language", "verdict", "force"), [("en", "FAIL", "Off the counter"), ("ar", "مرفوض", "لا يُعتدّ به")]
)
def test_a_person_reads_one_line_a_step(desk, ask, language, verdict, force):
    answer = ask(desk.live, "--language", language, at="2026-12-01T13:00:00+03:00")

    lines = answer.out.splitlines()
    assert lines[0].startswith(verdict)
    assert [str(step) for step in range(1, 10)] == [line.split()[0] for line in lines[1:10]]
    assert "(PROOF_STALE)" in lines[6]
    assert force in lines[-1]


def test_the_answer_holds_nothing_personal(desk, ask):
    for words in (["--json"], ["--language", "ar"]):
        answer = ask(desk.live, "--purpose", "checkpoint", *words)
        for personal in ("2345678417", "Test Person", "تجريبي", "1990", "PAK"):
            assert personal not in answer.out.replace("بيئة تجريبية", "")


def test_the_clock_of_the_machine_is_used_when_no_time_is_given(desk, capsys):
    code = main(["verify", "--text", "x", "--trust", desk.store, "--json"])

    answer = json.loads(capsys.readouterr().out)
    assert (3, False) == (code, answer["clock"]["given"])
    assert "CLOCK_GIVEN" not in answer["notes"]
