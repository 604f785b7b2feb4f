from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import cv2
import pytest
import zxingcpp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from issuer import issuing
from issuer.cli import main
from issuer.present import present_text
from tests.issuer.makers import ASTRONAUT, NOON, a_person, a_photo, with_check_digit

ROOT = Path(__file__).resolve().parents[2]
AT = ("--at", "2026-11-22T12:00:00+03:00")
PERSON = {
    "--id": "2345678417",
    "--name-en": "Test Person",
    "--name-ar": "شخص تجريبي",
    "--dob": "1990-04-18",
    "--nationality": "PAK",
    "--class": "resident",
    "--photo": ASTRONAUT,
}


def words_of(**changes):
    options = PERSON | {"--" + name.replace("_", "-"): value for name, value in changes.items()}
    return [word for pair in options.items() if pair[1] is not None for word in pair]


def is_one_sentence(text):
    return text.startswith("issuer: ") and text.endswith("\n") and text.count("\n") == 1


@pytest.mark.slow
def test_a_copy_is_enrolled_from_a_portrait_drawn_and_read_back(issuer, own_passphrase, tmp_path):
    own_passphrase("MUDAQQIQ_ISSUER_PASSPHRASE")
    own_passphrase("MUDAQQIQ_ROOT_PASSPHRASE", "words of its keepers")
    made = issuer("init", tmp_path / "a", *AT)
    enrolled = issuer("enrol", tmp_path / "a", *words_of(), *AT)
    drawn = issuer("present", tmp_path / "a", "c000001", "--png", tmp_path / "q.png", *AT)
    text = issuer("present", tmp_path / "a", "c000001", "--text", *AT)

    assert (0, "c000001", 1, "phone") == (
        enrolled.code,
        *(enrolled.json[key] for key in ("copy", "version", "kind")),
    )
    assert (0, "sandbox", 13) == (made.code, made.json["environment"], len(made.json["auditors"]))
    assert 450 <= enrolled.json["photo_bytes"] <= 700
    assert "2027-11-22" == enrolled.json["expires"]
    picture = cv2.imread(str(tmp_path / "q.png"))
    assert (drawn.json["modules"] + 8) * 6 == picture.shape[0]
    assert (255, 255, 255) == tuple(picture[12, 12])
    assert text.out == zxingcpp.read_barcode(picture).text + "\n"


def test_every_step_of_a_copys_life_answers_in_json(issuer, enrolled):
    folder = enrolled.directory
    answers = [
        issuer(*words)
        for words in (
            ("suspend", folder, "c000001"),
            ("reinstate", folder, "c000001"),
            ("renew", folder, "c000001", "--expires", "2032-01-31"),
            ("print-copy", folder, "c000002"),
            ("revoke", folder, "c000002"),
            ("publish", folder, "--to", folder.parent / "tree", *AT),
        )
    ]

    assert [0] * 6 == [answer.code for answer in answers]
    assert ["suspended", "valid", None, None, "revoked", None] == [a.json.get("state") for a in answers]
    assert ("c000002", 2, "c000001") == tuple(
        answers[2].json[key] for key in ("copy", "version", "supersedes")
    )
    assert ("c000003", "print") == tuple(answers[3].json[key] for key in ("copy", "kind"))
    assert str(folder.parent / "tree" / "root.json") == answers[5].json["root"]


@pytest.mark.parametrize(
    "words",
    [
        ("reinstate", "c000001"),
        ("suspend", "c000002"),
        ("reinstate", "c000002"),
        ("renew", "c000002"),
        ("print-copy", "c000002"),
        ("revoke", "c000003"),
        ("renew", "c000003"),
        ("suspend", "c000009"),
        ("revoke", "../keys/root"),
        ("present", "c000009", "--text"),
        ("renew", "c000001", "--expires", "2020-01-01"),
    ],
)
def test_a_step_that_does_not_exist_is_refused_in_one_sentence(issuer, enrolled, words):
    issuing.renew(enrolled, "c000001", NOON)  # c000002; c000001 is superseded
    issuing.print_copy(enrolled, "c000002", NOON)
    issuer("revoke", enrolled.directory, "c000003")
    issuer("suspend", enrolled.directory, "c000002")
    before = enrolled.read()

    answer = issuer(words[0], enrolled.directory, *words[1:])

    expected = 0 if words == ("reinstate", "c000002") else 1
    assert expected == answer.code
    assert expected == 0 or (is_one_sentence(answer.err) and before == enrolled.read())


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ((), 2),
        (("dance",), 2),
        (("init",), 2),
        (("init", "DIR", "--alg", "rsa"), 2),
        (("init", "DIR", "--list-entries", "0"), 2),
        (("init", "DIR", "--list-entries", "many"), 2),
        (("init", "DIR", "--list-entries", "99999999"), 2),
        (("init", "DIR", "--environment", "production"), 1),
        (("init", "DIR", "--at", "2026-11-22T12:00:00"), 2),
        (("init", "DIR", "--at", "0001-01-01T00:00:00Z"), 2),
        (("init", "DIR", "--at", "9999-12-31T23:59:59Z"), 2),
        (("init", ROOT / "issuer" / "keys"), 1),
        (("present", "DIR", "c000001"), 2),
        (("present", "DIR", "c000001", "--text"), 1),
        (("publish", "DIR"), 2),
        (("publish", "DIR", "--to", "TREE"), 1),
        (("enrol", "DIR"), 2),
        (("enrol", "DIR", *words_of(dob="18.04.1990")), 2),
        (("enrol", "DIR", *words_of(dob="1990-02-30")), 2),
        (("enrol", "DIR", *words_of(**{"class": "king"})), 2),
        (("enrol", "DIR", *words_of(gender="4")), 2),
        (("enrol", "DIR", *words_of()), 1),
    ],
)
def test_bad_words_end_in_one_sentence(issuer, tmp_path, words, code):
    words = [tmp_path / str(word).lower() if word in ("DIR", "TREE") else word for word in words]

    answer = issuer(*words)

    assert code == answer.code
    assert is_one_sentence(answer.err)
    assert "" == answer.out


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"id": "2345678418"}, "check digit"),
        ({"id": "1000000008"}, "starts with 2"),
        ({"class": "citizen"}, "starts with 1"),
        ({"name_ar": "Test"}, "Arabic"),
        ({"name_en": "شخص"}, "Latin"),
        ({"nationality": "Pakistan"}, "nationality"),
        ({"dob": "2030-01-01"}, "birth"),
        ({"expires": "2020-01-01"}, "passed"),
        ({"guardian": "2345678417"}, "own"),
        ({"photo": "/no/such/file.png"}, "photo"),
        ({"photo": Path(__file__)}, "photo"),
    ],
)
def test_a_person_that_cannot_be_enrolled_is_refused_with_the_reason(issuer, registry, changes, said):
    answer = issuer("enrol", registry.directory, *words_of(**changes), *AT)

    assert 1 == answer.code
    assert is_one_sentence(answer.err)
    assert said in answer.err
    assert {} == registry.read().copies


@pytest.mark.parametrize("faces", [0, 2])
def test_a_photo_without_exactly_one_face_is_refused_with_the_reason(issuer, registry, tmp_path, faces):
    astronaut = cv2.imread(str(ASTRONAUT))
    picture = cv2.hconcat([astronaut, astronaut]) if faces else astronaut[300:, :100]
    cv2.imwrite(str(tmp_path / "p.png"), picture)

    answer = issuer("enrol", registry.directory, *words_of(photo=tmp_path / "p.png"), *AT)

    assert 1 == answer.code
    assert "face" in answer.err
    assert is_one_sentence(answer.err)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.one_of(st.sampled_from(["init", "enrol", "present", "--at", "--id"]), st.text(max_size=8)),
        max_size=5,
    )
)
def test_any_words_end_in_an_exit_code(tmp_path, monkeypatch, words):
    monkeypatch.chdir(tmp_path)
    try:
        code = main([*words, "--no-such-option"])
    except SystemExit as left:
        code = left.code

    assert code in (0, 1, 2)


def test_a_registry_is_never_made_twice_or_over_other_files(issuer, registry, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter").write_text("mine")

    for folder in (registry.directory, tmp_path / "mine", tmp_path / "mine" / "letter"):
        answer = issuer("init", folder)
        assert (1, True) == (answer.code, is_one_sentence(answer.err))


def test_a_disk_that_refuses_is_one_sentence(issuer, enrolled, tmp_path):
    answer = issuer("present", enrolled.directory, "c000001", "--png", tmp_path / "none" / "q.png")

    assert (4, "issuer: cannot read or write: No such file or directory\n") == (answer.code, answer.err)


@pytest.mark.parametrize("name", ["pipe", ""])
def test_a_code_is_drawn_over_nothing_but_a_file(issuer, enrolled, tmp_path, name):
    os.mkfifo(tmp_path / "pipe")

    answer = issuer("present", enrolled.directory, "c000001", "--png", tmp_path / name)

    assert (2, "issuer: --png must name a file, new or to be replaced\n") == (answer.code, answer.err)
    assert (tmp_path / "pipe").is_fifo()


@pytest.mark.slow
def test_two_clerks_at_once_get_two_copies(enrolled):
    command = [sys.executable, "-m", "issuer", "print-copy", str(enrolled.directory), "c000001"]
    clerks = [subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) for _ in range(2)]

    copies = {json.loads(clerk.communicate()[0])["copy"] for clerk in clerks}

    assert {"c000002", "c000003"} == copies


def test_the_old_proof_of_a_given_time_is_drawn(issuer, enrolled):
    answer = issuer("present", enrolled.directory, "c000001", "--text", "--at", "2026-11-22T08:00:00Z")

    copy = enrolled.read().copies["c000001"]
    assert present_text(enrolled, copy, NOON.replace(hour=8)) + "\n" == answer.out


@pytest.mark.slow
def test_the_face_engine_is_not_loaded_to_draw_a_code(enrolled):
    script = (
        "import sys; from issuer.cli import main; "
        f"main(['present', {str(enrolled.directory)!r}, 'c000001', '--text']); "
        "sys.exit('cv2' in sys.modules or 'tuf' in sys.modules)"
    )

    result = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, check=False)

    assert (0, b"") == (result.returncode, result.stderr)


def test_an_unwritable_folder_is_one_sentence(issuer, enrolled):
    issuing.enrol(enrolled, a_person(number=with_check_digit("211111111")), a_photo, NOON)
    os.rename(enrolled.directory / "copies", enrolled.directory / "gone")  # noqa: PTH104 - two strings do

    answer = issuer("print-copy", enrolled.directory, "c000001")

    assert (4, True) == (answer.code, is_one_sentence(answer.err))


@pytest.mark.slow
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_an_answer_that_cannot_be_written_is_one_sentence(enrolled, unbuffered):
    environment = {**os.environ, "PYTHONUNBUFFERED": unbuffered}
    command = [sys.executable, "-m", "issuer", "print-copy", str(enrolled.directory), "c000001"]
    with Path("/dev/full").open("w", encoding="ascii") as full:
        result = subprocess.run(
            command, cwd=ROOT, stdout=full, stderr=subprocess.PIPE, check=False, env=environment
        )

    assert (4, b"issuer: cannot read or write: No space left on device\n") == (
        result.returncode,
        result.stderr,
    )
